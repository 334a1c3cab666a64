"""Which requests OCPI knows, as one table: method and path of every module and side.

Templates are relative to the endpoint's URL, which is discovered and never built by convention. Segments in braces are
parameters. Two places are a party's own choice in OCPI and are fixed here for our own parties: the URLs behind
`response_url` (a literal kind and an id), and where a CDR is read back (with its owner, as ids repeat across owners).

Source: OCPI 2.2.1, the interface tables of all modules.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple
from urllib.parse import quote, unquote

from msgspec import Struct

from simulator.ocpi.modules import InterfaceRole, ModuleID

_CONFIGURATION_WITHOUT_SIDES: Final = ("credentials", "versions")
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Route(Struct, frozen=True, gc=False):
    """One kind of request. `name` is stable: recordings, filters and descriptions refer to it."""

    name: str
    module: ModuleID
    interface: InterfaceRole
    method: str
    template: tuple[str, ...]
    paginated: bool = False


class Match(NamedTuple):
    """The route of a request and the values of its parameters."""

    route: Route
    params: dict[str, str]


class Refusal(NamedTuple):
    """Why there is no such route: 404 for an unknown path, 405 for a method that the path does not know."""

    http_status: int
    reason: str


def match(version: str, module: str, interface: str, method: str, segments: Sequence[str]) -> Match | Refusal:
    """The route of a request, from the percent-decoded segments behind the endpoint's URL.

    `interface` is ignored for credentials and versions, whose two sides are the same.
    """
    side = "" if module in _CONFIGURATION_WITHOUT_SIDES else interface
    for route, literals, names in _INDICES.get(version, {}).get((module, side, method, len(segments)), ()):
        if not literals or all(segments[place] == text for place, text in literals):
            return Match(route, {name: segments[place] for place, name in names})
    return _refuse(version, module, side, method, segments)


def routes(version: str) -> tuple[Route, ...]:
    """All routes of a version, in the order of the specification's modules; empty for a version not known here."""
    return _TABLES.get(version, ())


def split_path(raw_path: str) -> tuple[str, ...]:
    """The percent-decoded segments of a path without its query; doubled and trailing slashes count for nothing.

    Raises ValueError for `.` and `..` segments, and for percent-encoded bytes that are not UTF-8.
    """
    segments = tuple(filter(None, raw_path.split("/")))
    if "%" in raw_path:
        segments = tuple(map(_unquote, segments))
    for dots in (".", ".."):
        if dots in segments:
            raise ValueError(f"The path segment {dots!r} is not allowed: expected an id or a name.")
    return segments


def join_url(base: str, *segments: str) -> str:
    """A URL with segments put behind it, each percent-encoded, with exactly one slash between them.

    Raises ValueError for a segment that is empty, `.` or `..`: no path can carry it.
    """
    parts = [base.rstrip("/")]
    for segment in segments:
        if _plain(segment) is None:
            if segment in ("", ".", ".."):
                raise ValueError(f"The segment {segment!r} cannot stand behind {base}: expected an id.")
            segment = quote(segment, safe="")
        parts.append(segment)
    return "/".join(parts)


_plain: Final = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9._~-]*\Z").match
"""A segment that can stand in a path as it is."""


def _unquote(segment: str) -> str:
    try:
        return unquote(segment, errors="strict")
    except UnicodeDecodeError:
        raise ValueError(f"The path segment {segment!r} is not UTF-8 when percent-decoded.") from None


def _refuse(version: str, module: str, side: str, method: str, segments: Sequence[str]) -> Refusal:
    path, where = "/".join(segments), f"{module} {side}".strip()
    index = _INDICES.get(version, {})
    allowed = [
        other
        for other in _METHODS
        for _, literals, _ in index.get((module, side, other, len(segments)), ())
        if all(segments[place] == text for place, text in literals)
    ]
    if allowed:
        expected = " or ".join(dict.fromkeys(allowed))
        return Refusal(405, f"OCPI {version} has no {method} for '{path}' of {where}: expected {expected}.")
    return Refusal(404, f"OCPI {version} has no path '{path}' in {where}.")


def _side(
    module: ModuleID, interface: InterfaceRole, *rows: tuple[str, str, str] | tuple[str, str, str, bool]
) -> tuple[Route, ...]:
    prefix = str(module) if module in _CONFIGURATION_WITHOUT_SIDES else f"{module}.{interface.lower()}"
    return tuple(
        Route(f"{prefix}.{name}", module, interface, method, tuple(filter(None, path.split("/"))), *paginated)
        for name, method, path, *paginated in rows
    )


_S: Final = InterfaceRole.SENDER
_R: Final = InterfaceRole.RECEIVER
_OWNER: Final = "{country_code}/{party_id}"
_LOCATION: Final = _OWNER + "/{location_id}"
_EVSE: Final = _LOCATION + "/{evse_uid}"
_CONNECTOR: Final = _EVSE + "/{connector_id}"

ROUTES_2_2_1: Final = (
    *_side(ModuleID.VERSIONS, _S, ("get_list", "GET", ""), ("get_details", "GET", "{version}")),
    *_side(
        ModuleID.CREDENTIALS,
        _S,
        ("get", "GET", ""),
        ("post", "POST", ""),
        ("put", "PUT", ""),
        ("delete", "DELETE", ""),
    ),
    *_side(
        ModuleID.LOCATIONS,
        _S,
        ("get_list", "GET", "", True),
        ("get_location", "GET", "{location_id}"),
        ("get_evse", "GET", "{location_id}/{evse_uid}"),
        ("get_connector", "GET", "{location_id}/{evse_uid}/{connector_id}"),
    ),
    *_side(
        ModuleID.LOCATIONS,
        _R,
        ("get_location", "GET", _LOCATION),
        ("get_evse", "GET", _EVSE),
        ("get_connector", "GET", _CONNECTOR),
        ("put_location", "PUT", _LOCATION),
        ("put_evse", "PUT", _EVSE),
        ("put_connector", "PUT", _CONNECTOR),
        ("patch_location", "PATCH", _LOCATION),
        ("patch_evse", "PATCH", _EVSE),
        ("patch_connector", "PATCH", _CONNECTOR),
    ),
    *_side(
        ModuleID.SESSIONS,
        _S,
        ("get_list", "GET", "", True),
        ("put_charging_preferences", "PUT", "{session_id}/charging_preferences"),
    ),
    *_side(
        ModuleID.SESSIONS,
        _R,
        ("get_session", "GET", _OWNER + "/{session_id}"),
        ("put_session", "PUT", _OWNER + "/{session_id}"),
        ("patch_session", "PATCH", _OWNER + "/{session_id}"),
    ),
    *_side(ModuleID.CDRS, _S, ("get_list", "GET", "", True)),
    *_side(ModuleID.CDRS, _R, ("get_cdr", "GET", _OWNER + "/{cdr_id}"), ("post_cdr", "POST", "")),
    *_side(ModuleID.TARIFFS, _S, ("get_list", "GET", "", True)),
    *_side(
        ModuleID.TARIFFS,
        _R,
        ("get_tariff", "GET", _OWNER + "/{tariff_id}"),
        ("put_tariff", "PUT", _OWNER + "/{tariff_id}"),
        ("delete_tariff", "DELETE", _OWNER + "/{tariff_id}"),
    ),
    *_side(ModuleID.TOKENS, _S, ("get_list", "GET", "", True), ("post_authorize", "POST", "{token_uid}/authorize")),
    *_side(
        ModuleID.TOKENS,
        _R,
        ("get_token", "GET", _OWNER + "/{token_uid}"),
        ("put_token", "PUT", _OWNER + "/{token_uid}"),
        ("patch_token", "PATCH", _OWNER + "/{token_uid}"),
    ),
    *_side(
        ModuleID.COMMANDS,
        _R,
        ("post_cancel_reservation", "POST", "CANCEL_RESERVATION"),
        ("post_reserve_now", "POST", "RESERVE_NOW"),
        ("post_start_session", "POST", "START_SESSION"),
        ("post_stop_session", "POST", "STOP_SESSION"),
        ("post_unlock_connector", "POST", "UNLOCK_CONNECTOR"),
    ),
    *_side(ModuleID.COMMANDS, _S, ("post_result", "POST", "{command}/{id}")),
    *_side(
        ModuleID.CHARGING_PROFILES,
        _R,
        ("get_active_charging_profile", "GET", "{session_id}"),
        ("put_charging_profile", "PUT", "{session_id}"),
        ("delete_charging_profile", "DELETE", "{session_id}"),
    ),
    *_side(
        ModuleID.CHARGING_PROFILES,
        _S,
        ("put_active_charging_profile", "PUT", "{session_id}"),
        ("post_active_charging_profile_result", "POST", "active_charging_profile/{id}"),
        ("post_charging_profile_result", "POST", "charging_profile/{id}"),
        ("post_clear_profile_result", "POST", "clear_profile/{id}"),
    ),
    *_side(ModuleID.HUB_CLIENT_INFO, _S, ("get_list", "GET", "", True)),
    *_side(
        ModuleID.HUB_CLIENT_INFO,
        _R,
        ("get_client_info", "GET", _OWNER),
        ("put_client_info", "PUT", _OWNER),
    ),
)

_TABLES: Final[dict[str, tuple[Route, ...]]] = {"2.2.1": ROUTES_2_2_1}


_Places = tuple[tuple[int, str], ...]
_Index = dict[tuple[str, str, str, int], tuple[tuple[Route, _Places, _Places], ...]]


def _index(table: tuple[Route, ...]) -> _Index:
    """Routes by module, side, method and number of segments, each with its literal and its parameter segments."""
    index: _Index = {}
    for route in table:
        side = "" if route.module in _CONFIGURATION_WITHOUT_SIDES else route.interface
        places = tuple(enumerate(route.template))
        literals = tuple((place, text) for place, text in places if not text.startswith("{"))
        names = tuple((place, text[1:-1]) for place, text in places if text.startswith("{"))
        key = (route.module, side, route.method, len(places))
        index[key] = (*index.get(key, ()), (route, literals, names))
    return index


_INDICES: Final = {version: _index(table) for version, table in _TABLES.items()}
