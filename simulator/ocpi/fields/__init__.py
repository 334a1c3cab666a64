"""What the fields of OCPI 2.2.1 mean, for a trainer who opens a message before people who see OCPI for the first time.

Here are the questions; the words lie beside, a file an OCPI module. They are whole English sentences, never built from
parts, so that the caller can translate them as they stand. What can be derived from the classes is derived.
"""

from functools import cache
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import fields

from simulator.ocpi import typeinfo
from simulator.ocpi.fields import (
    cdrs,
    chargingprofiles,
    commands,
    common,
    configuration,
    locations,
    sessions,
    tariffs,
    tokens,
)
from simulator.ocpi.fields.bodies import BODIES

_WORDS: Final = {
    **locations.WORDS,
    **sessions.WORDS,
    **cdrs.WORDS,
    **tariffs.WORDS,
    **tokens.WORDS,
    **commands.WORDS,
    **chargingprofiles.WORDS,
    **configuration.WORDS,
    **common.WORDS,
}
_CLASSES: Final = {cls.__name__: cls for cls in _WORDS}


def types() -> tuple[str, ...]:
    """The names of all object types, `Envelope` among them, in the order of the specification's modules."""
    return tuple(_CLASSES)


def sentence(type_name: str, field: str) -> str:
    """What a field is, its unit, and what follows from it: one English sentence, to show or to translate.

    Empty for a type or a field that OCPI 2.2.1 does not have, since a message may carry fields of its sender's own.
    """
    cls = _CLASSES.get(type_name)
    return "" if cls is None else _WORDS[cls].get(field, "")


def field_type(type_name: str, field: str) -> str | None:
    """The type of the object, or of the list's objects, in a field; None for a plain value or an unknown field."""
    cls = _CLASSES.get(type_name)
    return None if cls is None else _nested(cls).get(field)


def object_type(route_name: str, direction: Literal["request", "response"]) -> tuple[str, bool] | None:
    """The type that stands in a request's body or in an answer's `data`, and whether it is a list of them.

    None when nothing or no object stands there, and for an unknown route. A PATCH has the type it changes, of which
    any field may be absent. Source: OCPI 2.2.1, the interface tables of all modules.
    """
    request, response = BODIES.get(route_name, (None, None))
    cls = request if direction == "request" else response
    if cls is None:
        return None
    return cls.__name__, direction == "response" and route_name.endswith(".get_list")


@cache
def _nested(cls: type[Struct]) -> dict[str, str]:
    shapes = ((field.encode_name, typeinfo.shape(field.type)) for field in fields(cls))
    bases = ((name, shape.base if shape.item is None else typeinfo.shape(shape.item).base) for name, shape in shapes)
    return {name: base.__name__ for name, base in bases if isinstance(base, type) and issubclass(base, Struct)}
