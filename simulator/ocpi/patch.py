"""PATCH: a class that may lack any field, and how its fields change an object.

Decided here, where the specification leaves room:
- a list in a PATCH replaces the old list, except a Session's charging periods, which are added;
- a PATCH cannot remove a field: an explicit `null` for an optional field changes nothing, for a required one it is
  refused when decoding.

Source: OCPI 2.2.1, Transport and format, PATCH; Sessions, PATCH.
"""

from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec import NODEFAULT, UNSET, Struct, UnsetType

from simulator.ocpi.unknown import has_unknown, known_fields, unknown_values, with_members

T = TypeVar("T", bound=Struct)


@cache
def partial(cls: type[Struct], last_updated_required: bool = True) -> type[Any]:
    """The class of a PATCH body for `cls`: the same fields and constraints, each may be UNSET.

    `last_updated` stays required, as from 2.2 on; 2.1.1 has no such rule. Typed as Any, for its fields exist only at
    run time.
    """
    fields: list[Any] = []
    for field in msgspec.structs.fields(cls):
        if field.name == "last_updated" and last_updated_required:
            fields.append((field.name, field.type))
        elif field.default is NODEFAULT:
            fields.append((field.name, field.type | UnsetType, UNSET))
        else:
            fields.append((field.name, field.type | None | UnsetType, UNSET))
    return msgspec.defstruct(
        f"{cls.__name__}Patch",
        fields,
        module=cls.__module__,
        frozen=True,
        kw_only=True,
        omit_defaults=True,
        repr_omit_defaults=True,
        gc=False,
    )


def apply_patch(obj: T, patch: Struct, added: str = "") -> T:
    """A new object with the fields that the patch carries, also with those that the class does not know.

    The items of a list of this name are `added` to those that are there.
    """
    # What is UNSET is left out by msgspec itself: most fields are, and a loop over all took three times as long.
    changes = {name: value for name, value in patch.__rich_repr__() if value is not None}
    if added in changes:
        changes[added] = getattr(obj, added) + changes[added]
    if not has_unknown(type(patch)):
        return msgspec.structs.replace(obj, **changes)
    known = {name: changes[name] for name in known_fields(patch) if name in changes}
    return with_members(msgspec.structs.replace(obj, **known), unknown_values(patch))


def apply_session_patch(session: T, patch: Struct) -> T:
    """A new Session; charging periods of the patch are added to the old ones, an empty list changes nothing."""
    return apply_patch(session, patch, added="charging_periods")
