"""Which type an object has whose type nobody told, from the names of its fields; more than one answer is no answer."""

from collections.abc import Collection
from typing import Final

import msgspec

from simulator.ocpi import catalogue

_LEAST: Final = 0.5


def guess_types(names: Collection[str], version: str) -> tuple[str, ...]:
    """The types that know most of an object's fields, and of these the ones that lack the fewest required fields.

    A single answer is a safe one: every other type of the version fits the names worse. Types that know less than half
    of the fields, or lack more than half of what they require, are no answer.
    """
    best: tuple[int, int] | None = None
    found: list[str] = []
    for type_name, cls in catalogue.types(version).items():
        fields = {field.encode_name: field.required for field in msgspec.structs.fields(cls)}
        known = sum(1 for name in names if name in fields)
        lacking = sum(1 for name, required in fields.items() if required and name not in names)
        if not known or known < _LEAST * len(names) or lacking > _LEAST * sum(fields.values()):
            continue
        fit = (known, -lacking)
        if best is None or fit > best:
            best, found = fit, []
        if fit == best:
            found.append(type_name)
    return tuple(found)
