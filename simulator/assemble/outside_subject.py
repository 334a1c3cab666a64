"""What a request from outside is about, as far as its path tells: its sender cannot say so as our own parties do."""

from collections.abc import Mapping
from typing import Final

from simulator.engine.exchange import Subject
from simulator.ocpi.fields.bodies import BODIES
from simulator.ocpi.route_tables import WITHOUT_SIDES, Route

_INNERMOST_FIRST: Final = (
    "connector_id",
    "evse_uid",
    "location_id",
    "session_id",
    "cdr_id",
    "tariff_id",
    "token_uid",
    "record_id",
    "id",
)


def subject_of(asked: tuple[str, Route, dict[str, str]] | None, version: str) -> Subject:
    """The subject of a request of this version, route and parameters; `version` is that of one without a route."""
    if asked is None:
        return Subject(module="", version=version)
    spoken, route, params = asked
    cls = next((each for each in BODIES.get(route.name, ()) if each is not None), None)
    return Subject(
        module=route.module.value,
        interface="" if route.module in WITHOUT_SIDES else route.interface.value,
        route=route.name,
        version=spoken,
        object_kind=cls.__name__ if cls is not None else "",
        object_id=_id(params),
        session_id=params.get("session_id", ""),
        token_uid=params.get("token_uid", ""),
        location_id=params.get("location_id", ""),
    )


def _id(params: Mapping[str, str]) -> str:
    return next((params[name] for name in _INNERMOST_FIRST if name in params), "")
