"""What the fields of OCPI mean, for a trainer who opens a message before people who see OCPI for the first time.

Here are the questions; the words lie beside: a file a module for 2.2.1, and a file a version for what another version
has that 2.2.1 has not, or means otherwise. They are whole English sentences, never built from parts, so that the caller
can translate them as they stand. What can be derived from the classes is derived.
"""

from functools import cache
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import fields

from simulator.ocpi import catalogue, typeinfo
from simulator.ocpi.envelope import Envelope
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
    v2_1_1,
    v2_3_0,
)
from simulator.ocpi.fields.bodies import BODIES

_WORDS: Final = {
    cls.__name__: words
    for module in (locations, sessions, cdrs, tariffs, tokens, commands, chargingprofiles, configuration, common)
    for cls, words in module.WORDS.items()
}
_OWN_WORDS: Final = {"2.1.1": v2_1_1.WORDS, "2.2.1": {}, "2.3.0": v2_3_0.WORDS}


def types(version: str = "2.2.1") -> tuple[str, ...]:
    """The names of all object types, `Envelope` among them, in the order of the specification's modules."""
    return tuple(_classes(version))


def sentence(type_name: str, field: str, version: str = "2.2.1") -> str:
    """What a field is, its unit, and what follows from it: one English sentence, to show or to translate.

    Empty for a type or a field that the version does not have, since a message may carry fields of its sender's own.
    """
    cls = _classes(version).get(type_name)
    if cls is None or field not in _nested(cls):
        return ""
    own = _OWN_WORDS[version].get(type_name, {}).get(field)
    return own or _WORDS[type_name][field]


def field_type(type_name: str, field: str, version: str = "2.2.1") -> str | None:
    """The type of the object, or of the list's objects, in a field; None for a plain value or an unknown field."""
    cls = _classes(version).get(type_name)
    return None if cls is None else _nested(cls).get(field)


def object_type(
    route_name: str, direction: Literal["request", "response"], version: str = "2.2.1"
) -> tuple[str, bool] | None:
    """The type that stands in a request's body or in an answer's `data`, and whether it is a list of them.

    None when nothing or no object stands there, and for an unknown route. A PATCH has the type it changes, of which
    any field may be absent. Source: OCPI 2.2.1, the interface tables of all modules.
    """
    request, response = BODIES.get(route_name, (None, None))
    cls = request if direction == "request" else response
    if cls is None:
        return None
    # The result of a command has no type of its own in 2.1.1.
    name = "CommandResponse" if (version, cls.__name__) == ("2.1.1", "CommandResult") else cls.__name__
    return name, direction == "response" and route_name.endswith(".get_list")


@cache
def _classes(version: str) -> dict[str, type[Struct]]:
    return {**catalogue.types(version), "Envelope": Envelope} if version in catalogue.VERSIONS else {}


@cache
def _nested(cls: type[Struct]) -> dict[str, str | None]:
    """The fields of a class, each with the type of the objects in it, if there are objects in it."""
    shapes = ((field.encode_name, typeinfo.shape(field.type)) for field in fields(cls))
    bases = ((name, shape.base if shape.item is None else typeinfo.shape(shape.item).base) for name, shape in shapes)
    return {
        name: base.__name__ if isinstance(base, type) and issubclass(base, Struct) else None for name, base in bases
    }
