"""Whether a Session is at a Location that its receiver has been told of, for it says no more of that than an id.

Nothing is asked of who may have missed what it was to be told: of a list that was not read to its end, or of an owner
of whom nothing is known. In 2.1.1 a Session holds its Location. Source: OCPI 2.2.1, Sessions, Session; Locations, Flow
and Lifecycle; digest, section 3.1.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

from simulator.ocpi.datatypes import ci_key
from simulator.ocpi.expert.parts import part_of, parts_of
from simulator.ocpi.expert.seen import OLDEST, Seen
from simulator.ocpi.findings import Finding
from simulator.ocpi.pagination import total_of

_PUSH: Final = "locations.receiver.put_location"
_OBJECT: Final = "locations.sender.get_location"
_LIST: Final = "locations.sender.get_list"
_SESSION: Final = "sessions.receiver.put_session"
_DATE_FROM: Final = "date_from="


class _Location(Struct, frozen=True):
    country_code: str = ""
    party_id: str = ""
    id: str = ""


class _Session(Struct, frozen=True):
    country_code: str = ""
    party_id: str = ""
    location_id: str = ""


Owner = tuple[str, str]


class Places:
    """Remembers of each platform which Locations it was told of, and how many its peers have said that there are."""

    def __init__(self) -> None:
        self._told: dict[str, dict[Owner, dict[str, None]]] = {}
        self._promised: dict[str, dict[str, int]] = {}

    def check_request(self, seen: Seen) -> Iterator[Finding]:
        """A Location that is pushed, or a Session that begins."""
        if seen.version == OLDEST:
            return
        if seen.route == _PUSH and seen.ok:
            self._take(seen.receiver, [part_of(seen.request_body, _Location)])
        elif seen.route == _SESSION:
            yield from self._check(seen, part_of(seen.request_body, _Session))

    def remember_answer(self, seen: Seen) -> None:
        """Locations that were asked for."""
        if seen.version == OLDEST or not seen.ok:
            return
        if seen.route == _OBJECT:
            self._take(seen.sender, [part_of(seen.data, _Location)])
        elif seen.route == _LIST:
            if _DATE_FROM not in seen.url:
                total = total_of(seen.response_headers.get("x-total-count")) or 0
                self._promised.setdefault(seen.sender, {})[seen.receiver] = total
            self._take(seen.sender, parts_of(seen.data, _Location))

    def _take(self, holder: str, locations: Iterable[_Location]) -> None:
        told = self._told.setdefault(holder, {})
        for each in locations:
            if each.id:
                told.setdefault((ci_key(each.country_code), ci_key(each.party_id)), {})[ci_key(each.id)] = None

    def _check(self, seen: Seen, session: _Session) -> Iterator[Finding]:
        told = self._told.get(seen.receiver, {})
        known = told.get((ci_key(session.country_code), ci_key(session.party_id)))
        if not session.location_id or known is None or ci_key(session.location_id) in known:
            return
        if sum(map(len, told.values())) >= sum(self._promised.get(seen.receiver, {}).values()):
            known[ci_key(session.location_id)] = None
            expected = "a Location that its receiver has been told of"
            found, section = repr(session.location_id), "sessions, Session"
            yield seen.remark("unknown-location", "$.location_id", found, expected, section, "warning")
