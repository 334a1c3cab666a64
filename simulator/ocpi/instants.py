"""Whether the DateTimes in a decoded object are such: checked after decoding, for patterns would take half its time.

msgspec asks Python for each text with a pattern. Here the texts of one object are fetched in C and looked up together
among those that were found good before: most instants of a run are written many times.
"""

from collections.abc import Callable
from functools import cache, partial
from operator import attrgetter
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import UNSET, Struct

from simulator.ocpi import typeinfo
from simulator.ocpi.datatypes import is_datetime

_MOST_KNOWN: Final = 100_000
_ABSENT: Final = (None, UNSET)

_known: Final[set[object]] = set(_ABSENT)
"""Texts that are DateTimes, and what stands in the place of an absent one."""


class _Plan(NamedTuple):
    """How to get at the DateTimes of an object: its own, those of its plain lists, and the parts with a plan too."""

    own: Callable[[Any], tuple[Any, ...]] | None
    plain_lists: tuple[tuple[str, Callable[[Any], Any]], ...]
    objects: tuple[tuple[str, "_Plan"], ...]
    lists: tuple[tuple[str, "_Plan"], ...]


def checker(cls: Any) -> Callable[[Any], bool] | None:
    """A function that tells whether all DateTimes in a value of a class, or of a list of it, are good; None if none."""
    shape = typeinfo.shape(cls)
    base = shape.base if shape.item is None else typeinfo.shape(shape.item).base
    plan = _plan(base) if _is_object(base) else None
    if plan is None:
        return None
    if shape.item is None:
        return partial(_are_good, plan)
    return lambda values: all(_are_good(plan, value) for value in values)


def _are_good(plan: _Plan, obj: Any) -> bool:
    own, plain_lists, objects, lists = plan
    if own is not None and not _known.issuperset(texts := own(obj)) and not _learn(texts):
        return False
    for name, text in plain_lists:
        items = getattr(obj, name)
        if items and not _known.issuperset(map(text, items)) and not _learn(tuple(map(text, items))):
            return False
    for name, inside in objects:
        if (member := getattr(obj, name)) and not _are_good(inside, member):
            return False
    for name, inside in lists:
        for item in getattr(obj, name) or ():
            if not _are_good(inside, item):
                return False
    return True


def _learn(texts: tuple[Any, ...]) -> bool:
    for text in texts:
        if text not in _known and not is_datetime(text):
            return False
    if len(_known) > _MOST_KNOWN:
        _known.clear()
        _known.update(_ABSENT)
    _known.update(texts)
    return True


@cache
def _plan(cls: type[Struct]) -> _Plan | None:
    own: list[str] = []
    plain_lists: list[tuple[str, Callable[[Any], Any]]] = []
    objects: list[tuple[str, _Plan]] = []
    lists: list[tuple[str, _Plan]] = []
    for field in msgspec.structs.fields(cls):
        shape = typeinfo.shape(field.type)
        inside = shape.base if shape.item is None else typeinfo.shape(shape.item).base
        plan = _plan(inside) if _is_object(inside) else None
        if shape.is_datetime:
            own.append(field.name)
        elif plan is not None and shape.item is None:
            objects.append((field.name, plan))
        elif plan is not None and (name := _only_instant(inside)):
            plain_lists.append((field.name, attrgetter(name)))
        elif plan is not None:
            lists.append((field.name, plan))
    if not (own or plain_lists or objects or lists):
        return None
    # Of a single name the getter would give the bare text: named twice, it is a tuple like the others.
    getter = attrgetter(*own, own[0]) if own else None
    return _Plan(getter, tuple(plain_lists), tuple(objects), tuple(lists))


def _only_instant(cls: type[Struct]) -> str | None:
    """The name of the one DateTime of a class that has no other in it."""
    plan = _plan(cls)
    names = [field.name for field in msgspec.structs.fields(cls) if typeinfo.shape(field.type).is_datetime]
    return names[0] if plan is not None and len(names) == 1 and not any(plan[1:]) else None


def _is_object(cls: Any) -> bool:
    return isinstance(cls, type) and issubclass(cls, Struct)
