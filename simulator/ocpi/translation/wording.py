"""What a receiver says of the fields that it was sent, in the fields of the version that they were written in.

Who wrote `auth_id` is not helped by what is wrong with `cdr_token`. A path leads as far as that version has fields.
"""

import re
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import fields

from simulator.ocpi.findings import PATH
from simulator.ocpi.translation.plan import Leg
from simulator.ocpi.translation.translate import class_in, way
from simulator.ocpi.typeinfo import shape

_steps: Final = re.compile(r"\.(\w+)((?:\[[0-9]+\])*)").findall


def as_written(sentence: str, kind: str, source: str, target: str) -> str:
    """A sentence on an object of a kind that was translated from version `source` to `target`, for who wrote it."""
    for leg in reversed(way(source, target)):
        written, read = class_in(leg.source, kind), class_in(leg.target, kind)
        sentence = PATH.sub(lambda found: _origin(leg, written, read, found[0]), sentence)  # noqa: B023 - used at once
    return sentence


def _origin(leg: Leg, written: type[Struct], read: type[Struct], path: str) -> str:
    """Where a path of the leg's target came from; as it is, if the target has no such field."""
    origin = "$"
    for name, places in _steps(path):
        theirs = _type_of(read, name)
        if theirs is None:
            return path
        before = leg.origin(written, read, name)
        if not before:
            return origin
        origin += f".{before}{places}"
        written_part, read_part = _object(_type_of(written, before)), _object(theirs)
        if written_part is None or read_part is None:
            return origin
        written, read = written_part, read_part
    return origin


def _type_of(cls: type[Struct], name: str) -> Any:
    return next((field.type for field in fields(cls) if field.encode_name == name), None)


def _object(type_: Any) -> type[Struct] | None:
    """The class of an object, or of those in a list."""
    found = shape(type_)
    base = found.base if found.item is None else shape(found.item).base
    return base if isinstance(base, type) and issubclass(base, Struct) else None
