"""Members that a class does not know, kept where to pass over them would say something else.

A reader that ignores an unknown restriction lets everybody pay the price that it restricts. So such a class forbids
unknown members: the fast decoder refuses them, and here an object that was decoded slowly gets them back, in a subclass
for their names. It is encoded, compared and translated with them, and tells of them who has to price.
"""

from collections.abc import Mapping
from typing import Any, Final
from weakref import WeakValueDictionary

import msgspec
from msgspec import Struct
from msgspec.structs import replace

_MOST: Final = 32
"""How many unknown members of an object are kept, the first by name; one is enough not to pass over it."""
_FIELD: Final = "unknown_"
"""What the names of fields begin with that stand for unknown members; no field of OCPI does."""
_with: Final[WeakValueDictionary[tuple[type[Struct], tuple[str, ...]], type[Struct]]] = WeakValueDictionary()


def forbids(cls: type[Struct]) -> bool:
    """Whether unknown members of a class are never passed over."""
    return bool(cls.__struct_config__.forbid_unknown_fields)


def unknown_members(obj: Struct) -> tuple[str, ...]:
    """The names of those that its class does not know."""
    fields = zip(obj.__struct_fields__, obj.__struct_encode_fields__, strict=True)
    return tuple(name for field, name in fields if field.startswith(_FIELD))


def with_unknown(value: Any, tree: Any) -> Any:
    """What was decoded from a tree, with the unknown members of it that must not be passed over; nulls are absent."""
    if isinstance(value, tuple | list):
        items = [with_unknown(*each) for each in zip(value, tree, strict=True)]
        is_same = all(before is after for before, after in zip(value, items, strict=True))
        return value if is_same else type(value)(items)
    if not isinstance(value, Struct):
        return value
    cls = type(value)
    changed = {}
    for field, name in zip(cls.__struct_fields__, cls.__struct_encode_fields__, strict=True):
        if tree.get(name) is not None:
            before = getattr(value, field)
            after = with_unknown(before, tree[name])
            if after is not before:
                changed[field] = after
    if changed:
        value = replace(value, **changed)
    return _kept(value, tree) if forbids(cls) else value


def _kept(obj: Struct, tree: Mapping[str, Any]) -> Struct:
    cls = type(obj)
    known = cls.__struct_encode_fields__
    names = tuple(sorted(name for name, member in tree.items() if member is not None and name not in known)[:_MOST])
    if not names:
        return obj
    members = {f"{_FIELD}{index}": tree[name] for index, name in enumerate(names)}
    return _class_with(cls, names)(**msgspec.structs.asdict(obj), **members)


def _class_with(cls: type[Struct], names: tuple[str, ...]) -> type[Struct]:
    found = _with.get((cls, names))
    if found is None:
        fields = [f"{_FIELD}{index}" for index in range(len(names))]
        found = _with[cls, names] = msgspec.defstruct(
            cls.__name__,
            [(field, Any) for field in fields],
            bases=(cls,),
            module=cls.__module__,
            rename=dict(zip(fields, names, strict=True)),
            frozen=True,
            kw_only=True,
            omit_defaults=True,
            gc=False,
        )
    return found
