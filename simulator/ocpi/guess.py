"""Which type and which version an object has of which nobody told, from the names of its fields.

More than one type is no answer. Of 2.2.1 and 2.3.0, which differ by fields that were added, it is the later one only if
that knows more of the names.
"""

from collections.abc import Collection
from typing import Any, Final

import msgspec

from simulator.ocpi import catalogue, codec
from simulator.ocpi.remarks import remarks

USUAL: Final = "2.2.1"
NEWER: Final = "2.3.0"
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


def guess_version(raw: bytes, type_name: str) -> str:
    """2.3.0 for an object with fields, at whatever depth, that only this version knows; else 2.2.1.

    `type_name` is that of its type; empty when nobody has told that.
    """
    usual, newer = _unknown(raw, type_name, USUAL), _unknown(raw, type_name, NEWER)
    return NEWER if newer is not None and (usual is None or newer < usual) else USUAL


def _unknown(raw: bytes, type_name: str, version: str) -> int | None:
    """How many fields of an object a version does not know; None when it has no such type."""
    if not type_name:
        try:
            guessed = guess_types(msgspec.json.decode(raw, type=dict[str, msgspec.Raw]), version)
        except codec.UNREADABLE:
            return None
        type_name = guessed[0] if len(guessed) == 1 else ""
    cls: Any = catalogue.types(version).get(type_name)
    return None if cls is None else sum(remark.rule.startswith("unknown-") for remark in remarks(raw, cls))
