"""Whether a party sends through a hub to one that the hub has told it not to: who is there, HubClientInfo says.

Nothing can be sent to who is not CONNECTED, nor is it to be kept for later. Word that somebody is back may be on its
way when a request is sent, so only what the hub could indeed not pass on is remarked on. Source: OCPI 2.2.1,
HubClientInfo: Scenarios, ConnectionStatus; digest, section 2.9 and case 23.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

from simulator.ocpi import headers as h
from simulator.ocpi.datatypes import ci_key
from simulator.ocpi.expert.memory import Memory
from simulator.ocpi.expert.parts import addressee, is_after, part_of, parts_of
from simulator.ocpi.expert.seen import Seen
from simulator.ocpi.findings import Finding

_PUT: Final = "hubclientinfo.receiver.put_client_info"
_LIST: Final = "hubclientinfo.sender.get_list"
_CONNECTED: Final = "CONNECTED"
_HUB_ERRORS: Final = range(4000, 5000)


class _ClientInfo(Struct, frozen=True):
    country_code: str = ""
    party_id: str = ""
    status: str = ""
    last_updated: str = ""


class _Word(Struct, frozen=True):
    status: str
    last_updated: str
    told_us: int


class Connected:
    """Remembers what hubs have told each of their clients of the others: who was told, by which hub, of whom."""

    def __init__(self) -> None:
        self._words: Memory[tuple[str, str, str], _Word] = Memory()

    def check_request(self, seen: Seen) -> Iterator[Finding]:
        """What a hub tells, or a request to somebody behind it."""
        if seen.route == _PUT:
            self._take(seen, seen.receiver, seen.sender, [part_of(seen.request_body, _ClientInfo)])
        elif seen.route == _LIST:
            self._take(seen, seen.sender, seen.receiver, parts_of(seen.data, _ClientInfo))
        elif self._words and seen.envelope is not None and seen.envelope.status_code in _HUB_ERRORS:
            yield from self._check(seen)

    def _take(self, seen: Seen, told: str, hub: str, infos: Iterable[_ClientInfo]) -> None:
        for info in infos:
            key = (told, hub, ci_key(f"{info.country_code}-{info.party_id}"))
            known = self._words.get(key)
            is_late = known is not None and is_after(known.last_updated, info.last_updated)
            # Who did not say that it took the good news may have it all the same.
            if not is_late and (seen.ok or info.status == _CONNECTED):
                self._words[key] = _Word(info.status, info.last_updated, seen.end_us)

    def _check(self, seen: Seen) -> Iterator[Finding]:
        to = addressee(seen)
        word = self._words.get((seen.sender, seen.receiver, ci_key(to)))
        if word is not None and word.status != _CONNECTED and seen.start_us > word.told_us:
            found = f"a request to {to}"
            expected = f"none, for {seen.receiver} has told that it is {word.status}"
            section = "hubclientinfo, Scenarios"
            yield seen.remark("not-connected", h.OCPI_TO_PARTY_ID, found, expected, section, "warning")
