"""Takes a URL apart and puts one together: which of a version's routes a request is for, and what its parameters are.

Paths are relative to an endpoint's URL, which is discovered and never built by convention. Source: OCPI, Transport and
format; the routes themselves are in `route_tables`.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple
from urllib.parse import quote, unquote

from simulator.ocpi.route_tables import TABLES, WITHOUT_SIDES, Route

_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")


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
    side = "" if module in WITHOUT_SIDES else interface
    for route, literals, names in _INDICES.get(version, {}).get((module, side, method, len(segments)), ()):
        if not literals or all(segments[place] == text for place, text in literals):
            return Match(route, {name: segments[place] for place, name in names})
    return _refuse(version, module, side, method, segments)


def routes(version: str) -> tuple[Route, ...]:
    """All routes of a version, in the order of the specification's modules; empty for a version not known here."""
    return TABLES.get(version, ())


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


_Places = tuple[tuple[int, str], ...]
_Index = dict[tuple[str, str, str, int], tuple[tuple[Route, _Places, _Places], ...]]


def _index(table: tuple[Route, ...]) -> _Index:
    """Routes by module, side, method and number of segments, each with its literal and its parameter segments."""
    index: _Index = {}
    for route in table:
        side = "" if route.module in WITHOUT_SIDES else route.interface
        places = tuple(enumerate(route.template))
        literals = tuple((place, text) for place, text in places if not text.startswith("{"))
        names = tuple((place, text[1:-1]) for place, text in places if text.startswith("{"))
        key = (route.module, side, route.method, len(places))
        index[key] = (*index.get(key, ()), (route, literals, names))
    return index


_INDICES: Final = {version: _index(table) for version, table in TABLES.items()}
