"""Whether an answer says 201 for an object that is new to its receiver, and 200 for one that was there.

It is the only way in which a sender learns which of the two it was. What a receiver had before a recording began nobody
knows, so only those are asked who register within it; and what it has forgotten since is not told either, so an object
counts as there only until its receiver reads a list, registers or hears of a party. Lists of 2.1.1 do not say whose
their objects are, so nothing is asked of that version. Source: OCPI 2.2.1, Status codes; digest, section 2.5
and case 36.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

from simulator.ocpi.datatypes import ci_key
from simulator.ocpi.expert.memory import Memory
from simulator.ocpi.expert.parts import addressee, part_of, parts_of, segments_of
from simulator.ocpi.expert.seen import OLDEST, Seen
from simulator.ocpi.findings import Finding

_PUTS: Final = ("locations.receiver.put_location", "sessions.receiver.put_session", "tariffs.receiver.put_tariff")
_POST: Final = "cdrs.receiver.post_cdr"
_DELETE: Final = "tariffs.receiver.delete_tariff"
_LISTS: Final = tuple(f"{module}.sender.get_list" for module in ("locations", "sessions", "tariffs", "cdrs"))
_LOCATION: Final = "locations.sender.get_location"
_REGISTER: Final = "credentials.post"
_UPDATED: Final = 200
_CREATED: Final = 201

Object = tuple[str, str, str]
"""Who has it, its module, and its owner and id as they end its URL."""


class _Ids(Struct, frozen=True):
    country_code: str = ""
    party_id: str = ""
    id: str = ""

    def path(self) -> str:
        return ci_key(f"{self.country_code}/{self.party_id}/{self.id}")


class Creations:
    """Remembers which objects a platform may have: those that were sent to it, if in vain, and those that it has read.

    Beside each lies the era of its holder in which it was certainly there, if there was one.
    """

    def __init__(self) -> None:
        self._registered: dict[tuple[str, str], None] = {}
        self._eras: dict[str, int] = {}
        self._had: Memory[Object, int | None] = Memory()

    def check_answer(self, seen: Seen) -> Iterator[Finding]:
        """The answer to an object that was sent, even if it never came; and what else brings objects or ends them."""
        if seen.route in _PUTS:
            yield from self._check(seen, _in_url(seen))
        elif seen.route == _POST:
            yield from self._check(seen, (seen.receiver, seen.module, part_of(seen.request_body, _Ids).path()))
        elif seen.route == _DELETE:
            self._had[_in_url(seen)] = None
        elif seen.route in _LISTS:
            self._read(seen, parts_of(seen.data, _Ids))
        elif seen.route == _LOCATION:
            self._read(seen, [part_of(seen.data, _Ids)])
        elif seen.module in ("credentials", "hubclientinfo"):
            if seen.route == _REGISTER and seen.ok and seen.version != OLDEST:
                self._registered[seen.sender, seen.receiver] = self._registered[seen.receiver, seen.sender] = None
            self._begin_era(seen.sender)
            self._begin_era(seen.receiver)

    def _check(self, seen: Seen, sent: Object) -> Iterator[Finding]:
        era = self._eras.get(seen.receiver, 0)
        to = addressee(seen)
        # What a hub passes on is answered by another.
        is_own = seen.ok and (to == "-" or ci_key(to) == ci_key(seen.receiver))
        if is_own and seen.version != OLDEST and (seen.sender, seen.receiver) in self._registered:
            if seen.http_status == _CREATED and self._had.get(sent) == era:
                expected = f"{_UPDATED}, as it was there"
                yield seen.remark("http-created", "HTTP", f"{_CREATED}", expected, "status_codes", "note")
            elif seen.http_status == _UPDATED and sent not in self._had and not self._had.is_full:
                expected = f"{_CREATED}, as it was new"
                yield seen.remark("http-created", "HTTP", f"{_UPDATED}", expected, "status_codes", "note")
        self._had[sent] = era if is_own else self._had.get(sent)

    def _read(self, seen: Seen, objects: Iterable[_Ids]) -> None:
        """What a list no longer has its reader may forget, be it told of it or not."""
        self._begin_era(seen.sender)
        for each in objects:
            self._had[seen.sender, seen.module, each.path()] = None

    def _begin_era(self, holder: str) -> None:
        """From now on it may have forgotten what it had."""
        self._eras[holder] = self._eras.get(holder, 0) + 1


def _in_url(seen: Seen) -> Object:
    return seen.receiver, seen.module, ci_key("/".join(segments_of(seen.url)[-3:]))
