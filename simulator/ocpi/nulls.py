"""`null` for an optional field is the same as leaving it out: real networks write such nulls everywhere.

msgspec takes them for a single value but not for a list, so they are dropped from the parsed tree, quickly: only where
a class allows it, and without looking at anything else.
"""

from functools import cache
from typing import Any, NamedTuple

import msgspec
from msgspec import NODEFAULT, UNSET, Struct

from simulator.ocpi import typeinfo


class _Plan(NamedTuple):
    """What to do with an object's fields: drop these when they are null, and look into those."""

    droppable: tuple[str, ...]
    objects: tuple[tuple[str, "_Plan", bool], ...]


def drop_nulls(tree: Any, cls: Any) -> bool:
    """Drop the nulls of optional fields of a `cls`, or of a list of them, from a parsed tree, in place.

    Returns whether there were any.
    """
    shape = typeinfo.shape(cls)
    if shape.item is None and _is_object(shape.base):
        return _drop(tree, _plan(shape.base))
    if shape.item is not None and isinstance(tree, list):
        found = [drop_nulls(item, shape.item) for item in tree]
        return any(found)
    return False


def _drop(tree: Any, plan: _Plan) -> bool:
    if not isinstance(tree, dict):
        return False
    found = False
    for name in plan.droppable:
        if tree.get(name, UNSET) is None:
            del tree[name]
            found = True
    for name, inside, is_list in plan.objects:
        member = tree.get(name)
        if not is_list:
            found |= _drop(member, inside)
        elif isinstance(member, list):
            for item in member:
                found |= _drop(item, inside)
    return found


@cache
def _plan(cls: type[Struct]) -> _Plan:
    droppable: list[str] = []
    objects: list[tuple[str, _Plan, bool]] = []
    for field in msgspec.structs.fields(cls):
        shape = typeinfo.shape(field.type)
        if field.default is not NODEFAULT and field.default is not UNSET:
            droppable.append(field.encode_name)
        item = shape.base if shape.item is None else typeinfo.shape(shape.item).base
        if _is_object(item):
            objects.append((field.encode_name, _plan(item), shape.item is not None))
    return _Plan(tuple(droppable), tuple(objects))


def _is_object(cls: Any) -> bool:
    return isinstance(cls, type) and issubclass(cls, Struct)
