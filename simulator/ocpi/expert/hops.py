"""Whether a hub passes on what it got: under an id of its own for the request, and without touching last_updated.

A leg and the one that it follows from are looked at when the later of them ends: of what is addressed to one party that
is the first, of a broadcast the second. Source: OCPI 2.2.1, Transport and format: Unique message IDs, Timestamps and
Objects send via Hubs; digest, sections 2.2 and 2.3.
"""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from simulator.ocpi import headers as h
from simulator.ocpi.expert.authors import Leg, Place, place_before, place_of
from simulator.ocpi.expert.memory import Memory
from simulator.ocpi.expert.parts import Updated, is_after, part_of
from simulator.ocpi.expert.seen import Seen
from simulator.ocpi.findings import Finding

_REQUEST_ID: Final = h.X_REQUEST_ID.lower()


class _Said(Struct, frozen=True):
    """What a leg said that the other is held against, and of what: of an EVSE by itself or of its whole Location."""

    request_id: str
    method: str
    kind: str
    last_updated: str


class Hops:
    """Remembers the legs of which there may be another."""

    def __init__(self) -> None:
        self._first: Memory[Place, _Said] = Memory()
        self._onward: Memory[Place, tuple[_Said, ...]] = Memory()

    def check(self, row: Leg, seen: Seen) -> Iterator[tuple[str, Finding]]:
        """A leg; a finding stands after the hub."""
        request_id = seen.request_headers.get(_REQUEST_ID, "")
        if not request_id:
            return
        last_updated = part_of(seen.request_body, Updated).last_updated if seen.request_body else ""
        said = _Said(request_id, seen.method, seen.route.rpartition("_")[2], last_updated)
        place, before = place_of(row), place_before(row)
        self._first[place] = said
        for onward in self._onward.pop(place, ()):
            yield from ((row.receiver, each) for each in _compare(seen, said, onward))
        if before is not None:
            first = self._first.get(before)
            if first is not None:
                yield from ((row.sender, each) for each in _compare(seen, first, said))
            else:
                self._onward[before] = (*self._onward.get(before, ()), said)


def _compare(seen: Seen, first: _Said, onward: _Said) -> Iterator[Finding]:
    if first.request_id == onward.request_id:
        found, expected = "the same id on the way on", "an id of its own for each request; the correlation id stays"
        section = "transport_and_format, Unique message IDs"
        yield seen.remark("request-id-kept", h.X_REQUEST_ID, found, expected, section, "error")
    if _is_touched(first, onward):
        expected = f"{first.last_updated}, as its owner said it"
        section = "transport_and_format, Timestamps and Objects send via Hubs"
        found = f"{onward.last_updated} on the way on"
        yield seen.remark("last-updated-touched", "$.last_updated", found, expected, section, "error")


def _is_touched(first: _Said, onward: _Said) -> bool:
    """Whether the hub has changed the time; what is sent whole in place of a part may be of a later one."""
    if first.kind != onward.kind:
        return False
    is_later = is_after(onward.last_updated, first.last_updated)
    return is_after(first.last_updated, onward.last_updated) or (is_later and first.method == onward.method)
