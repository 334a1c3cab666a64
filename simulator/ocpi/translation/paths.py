"""Paths over two legs: what the first dropped from a list has moved the items of which the second tells."""

import re
from typing import Final

from msgspec.structs import replace

from simulator.ocpi.translation.account import Loss

_steps: Final = re.compile(r"\[[0-9]+\]|[^\[]+").findall
_list_item: Final = re.compile(r"(.*)\[([0-9]+)\]\Z").match


def in_terms_of_source(told: list[Loss], before: list[Loss]) -> list[Loss]:
    """The losses of a second leg with the places that items had before the first leg dropped others."""
    gone: dict[str, list[int]] = {}
    for loss in before:
        found = _list_item(loss.path)
        if found is not None and loss.what == "lost":
            gone.setdefault(found[1], []).append(int(found[2]))
    if not gone:
        return told
    return [loss if loss.what == "invented" else replace(loss, path=_place_before(loss.path, gone)) for loss in told]


def _place_before(path: str, gone: dict[str, list[int]]) -> str:
    before = ""
    for step in _steps(path):
        before += step
        found = _list_item(before)
        if found is not None:
            index = int(found[2])
            for dropped in sorted(gone.get(found[1], ())):
                index += dropped <= index
            before = f"{found[1]}[{index}]"
    return before
