"""What the objects in an exchange hold that every receiver passes over: see `remarks`.

The classes are those that 2.2.1 has for the route, by the names that the spoken version has for them.
"""

from collections.abc import Iterator

from msgspec import Struct

from simulator.ocpi import catalogue
from simulator.ocpi.expert.seen import OLDEST, Seen
from simulator.ocpi.fields.bodies import BODIES
from simulator.ocpi.findings import Finding
from simulator.ocpi.remarks import remarks


def classes(route: str, version: str) -> tuple[type[Struct] | None, type[Struct] | None]:
    """Which class stands in the request and in the answer (or in its list) of a route, in a version."""
    asked, answered = BODIES.get(route, (None, None))
    return _in(version, asked), _in(version, answered)


def check_bodies(seen: Seen) -> Iterator[Finding]:
    """Nulls, unknown fields and unknown names in what was sent and in what came back."""
    asked, answered = classes(seen.route, seen.version)
    if asked is not None and seen.request_body:
        yield from remarks(seen.request_body, asked)
    data = seen.data() if answered is not None else None
    if answered is not None and data is not None:
        yield from remarks(data, list[answered] if seen.route.endswith(".get_list") else answered)  # type: ignore[arg-type,valid-type]


def _in(version: str, cls: type[Struct] | None) -> type[Struct] | None:
    if cls is None or version not in catalogue.VERSIONS:
        return None
    name = "CommandResponse" if (version, cls.__name__) == (OLDEST, "CommandResult") else cls.__name__
    return catalogue.types(version).get(name)
