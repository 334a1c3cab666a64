"""What the objects in an exchange hold that a receiver passes over, or does not refuse: see `remarks` and `rules`.

A receiver refuses, and remarks on, what breaks a rule in a request; what is only odd it takes, and so it does with all
that it has asked for. The classes are those that 2.2.1 has for the route, by the names that the spoken version has.
"""

from collections.abc import Iterator
from functools import cache
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from simulator.ocpi import catalogue, codec, rules
from simulator.ocpi.expert.seen import OLDEST, Seen
from simulator.ocpi.fields.bodies import BODIES
from simulator.ocpi.findings import Finding, Invalid
from simulator.ocpi.patch import partial
from simulator.ocpi.remarks import remarks

_PLACES: Final = ("Location", "EVSE", "Connector")
_CHANGE_TARIFFS: Final = (b'"evses"', b'"connectors"', b'"tariff_ids"', b'"REMOVED"')
_items: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode

Read = tuple[str, Struct]
"""An object that could be read as a whole, after the path at which it stands."""


@cache
def classes(route: str, version: str) -> tuple[type[Struct] | None, type[Struct] | None]:
    """Which class stands in the request and in the answer (or in its list) of a route, in a version."""
    asked, answered = BODIES.get(route, (None, None))
    return _in(version, asked), _in(version, answered)


def look_at_asked(seen: Seen) -> tuple[list[Read], list[Finding]]:
    """The object that was sent, or what changes one, if rules ask something of it, and what is odd about it."""
    cls, _ = classes(seen.route, seen.version)
    if cls is None or not seen.request_body:
        return [], []
    found = list(remarks(seen.request_body, cls))
    if seen.method == "PATCH":
        # What changes the tariffs of Connectors has to be known; there are no rules for a part of an object.
        names = cls.__name__ in _PLACES and any(word in seen.request_body for word in _CHANGE_TARIFFS)
        return list(_read("$", seen.request_body, partial(cls))) if names else [], found
    read = list(_read("$", seen.request_body, cls)) if rules.ask_of(cls) else []
    found += [each for _, obj in read for each in rules.check(obj) if each.severity != "error"]
    return read, found


def look_at_answered(seen: Seen) -> tuple[list[Read], list[Finding]]:
    """The objects that came back, if they are some that rules ask something of, and what is odd or wrong with them."""
    _, cls = classes(seen.route, seen.version)
    data = seen.data
    if cls is None or data is None:
        return [], []
    is_list = seen.route.endswith(".get_list")
    found = list(remarks(data, list[cls] if is_list else cls))  # type: ignore[arg-type,valid-type]
    if not rules.ask_of(cls):
        return [], found
    read = list(_read_list(data, cls) if is_list else _read("$", data, cls))
    found += [replace(each, path=path + each.path[1:]) for path, obj in read for each in rules.check(obj)]
    return read, found


def _read(path: str, raw: bytes | msgspec.Raw, cls: type[Struct]) -> Iterator[Read]:
    try:
        yield path, codec.decode(raw, cls)
    except Invalid:
        return


def _read_list(raw: bytes, cls: type[Struct]) -> Iterator[Read]:
    try:
        items = _items(raw)
    except codec.UNREADABLE:
        return
    for index, item in enumerate(items):
        yield from _read(f"$[{index}]", item, cls)


def _in(version: str, cls: type[Struct] | None) -> type[Struct] | None:
    if cls is None or version not in catalogue.VERSIONS:
        return None
    name = "CommandResponse" if (version, cls.__name__) == (OLDEST, "CommandResult") else cls.__name__
    return catalogue.types(version).get(name)
