"""Members that a class does not know, kept where to pass over them would say something else, or lose what others said.

A reader that ignores an unknown restriction lets everybody pay the price that it restricts. So such a class forbids
unknown members: the fast decoder refuses them, and here an object that was decoded slowly gets them back, in a subclass
for their names. It is encoded, compared and translated with them, and tells of them who has to price.

All other classes pass over them. But from 2.3.0 on what a receiver shows again is to have them: there the originals of
objects keep all of theirs. Source: OCPI 2.3.0, Transport and format, Non-specified JSON fields; digest, case 46.
"""

from collections.abc import Mapping
from functools import cache
from types import GenericAlias
from typing import Any, Final, TypeVar, cast
from weakref import WeakValueDictionary

import msgspec
from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import fields, replace

from simulator.ocpi import typeinfo

S = TypeVar("S", bound=Struct)

_MOST: Final = 32
"""How many unknown members of an object are kept, the first by name; one is enough not to pass over it."""
_FIELD: Final = "unknown_"
"""What the names of fields begin with that stand for unknown members; no field of OCPI does."""
_with: Final[WeakValueDictionary[tuple[type[Struct], tuple[str, ...]], type[Struct]]] = WeakValueDictionary()


def forbids(cls: type[Struct]) -> bool:
    """Whether unknown members of a class are never passed over."""
    return bool(cls.__struct_config__.forbid_unknown_fields)


def has_unknown(cls: type[Struct]) -> bool:
    """Whether a class was made for an object that has members which its own class does not know."""
    return cls.__reduce__ is _reduced


def unknown_members(obj: Struct) -> tuple[str, ...]:
    """The names of those that its class does not know."""
    return tuple(unknown_values(obj))


def unknown_values(obj: Struct) -> dict[str, Any]:
    """The members that its class does not know, by name."""
    if not has_unknown(type(obj)):
        return {}
    pairs = zip(obj.__struct_fields__, obj.__struct_encode_fields__, strict=True)
    return {name: getattr(obj, field) for field, name in pairs if field.startswith(_FIELD)}


def known_class(cls: type[Any]) -> type[Any]:
    """The class as a version has it of an object that may have unknown members."""
    return cls.__base__ if has_unknown(cls) else cls  # type: ignore[return-value]


def known_fields(obj: Struct) -> dict[str, Any]:
    """Its fields, by the names that its class gives them."""
    values = msgspec.structs.asdict(obj)
    if has_unknown(type(obj)):
        values = {field: value for field, value in values.items() if not field.startswith(_FIELD)}
    return values


def with_unknown(value: Any, tree: Any, *, everywhere: bool = False) -> Any:
    """What was decoded from a tree, with the unknown members of it that must not be passed over, or `everywhere` all.

    Nulls are absent.
    """
    if isinstance(value, tuple | list):
        items = [with_unknown(*each, everywhere=everywhere) for each in zip(value, tree, strict=True)]
        is_same = all(before is after for before, after in zip(value, items, strict=True))
        return value if is_same else type(value)(items)
    if not isinstance(value, Struct):
        return value
    cls = type(value)
    changed = {}
    for field, name in zip(cls.__struct_fields__, cls.__struct_encode_fields__, strict=True):
        if tree.get(name) is not None:
            before = getattr(value, field)
            after = with_unknown(before, tree[name], everywhere=everywhere)
            if after is not before:
                changed[field] = after
    if changed:
        value = replace(value, **changed)
    if not everywhere and not forbids(cls):
        return value
    known = cls.__struct_encode_fields__
    return with_members(value, {name: each for name, each in tree.items() if each is not None and name not in known})


def with_members(obj: S, members: Mapping[str, Any]) -> S:
    """An object with unknown members in place of those that it has of the same names."""
    if not members:
        return obj
    values = unknown_values(obj) | dict(members)
    names = tuple(sorted(values)[:_MOST])
    fields = {f"{_FIELD}{index}": values[name] for index, name in enumerate(names)}
    made: Any = _class_with(known_class(type(obj)), names)(**known_fields(obj), **fields)
    return cast(S, made)


def knows_all(raw: bytes, cls: Any) -> bool:
    """Whether a body that could be decoded as a class, or a list of one, has no member that it does not know."""
    try:
        _closed_decoder(cls).decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


@cache
def _closed_decoder(cls: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(_closed(cls))


@cache
def _closed(type_: Any) -> Any:
    """A type that has just the members of another one, whatever they hold, at every depth."""
    shape = typeinfo.shape(type_)
    if shape.item is not None:
        inside = _closed(shape.item)
        return msgspec.Raw if inside is msgspec.Raw else GenericAlias(list, (inside,)) | None
    if not isinstance(shape.base, type) or not issubclass(shape.base, Struct):
        return msgspec.Raw
    members = [(field.encode_name, _closed(field.type) | UnsetType, UNSET) for field in fields(shape.base)]
    closed = msgspec.defstruct(f"Closed{shape.base.__name__}", members, forbid_unknown_fields=True, gc=False)
    return closed | None


def _reduced(obj: Struct) -> tuple[Any, ...]:
    """How it is pickled: no other process has the class that was made for its members."""
    return with_members, (known_class(type(obj))(**known_fields(obj)), unknown_values(obj))


def _class_with(cls: type[Struct], names: tuple[str, ...]) -> type[Struct]:
    found = _with.get((cls, names))
    if found is None:
        fields = [f"{_FIELD}{index}" for index in range(len(names))]
        found = _with[cls, names] = msgspec.defstruct(
            cls.__name__,
            [(field, Any) for field in fields],
            bases=(cls,),
            namespace={"__reduce__": _reduced},
            module=cls.__module__,
            rename=dict(zip(fields, names, strict=True)),
            frozen=True,
            kw_only=True,
            omit_defaults=True,
            gc=False,
        )
    return found
