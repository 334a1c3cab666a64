"""Whether what is told of one object goes on: its time runs forward, and an EVSE that was removed stays so.

One message shows neither. Only what was sent later is held against what was sent before, for exchanges are looked at in
the order in which they end. Source: OCPI 2.2.1, Transport and format, Client Owned Object Push; Locations, Flow and
Lifecycle; digest, sections 2.6, 2.7 and 3.1.
"""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from simulator.ocpi.datatypes import ci_key
from simulator.ocpi.expert.memory import Memory
from simulator.ocpi.expert.parts import Told, Updated, is_after, part_of, told_of
from simulator.ocpi.expert.seen import Seen
from simulator.ocpi.fields.bodies import BODIES
from simulator.ocpi.findings import Finding

_PUSHES: Final = ("PUT", "PATCH")
_REMOVED: Final = "REMOVED"
_EVSE_IN_PATH: Final = ("locations.receiver.put_evse", "locations.receiver.patch_evse")
_EVSES_IN_BODY: Final = ("locations.receiver.put_location", "locations.receiver.patch_location")


class _Evse(Struct, frozen=True):
    uid: str = ""
    status: str = ""


class _Evses(Struct, frozen=True):
    evses: tuple[_Evse, ...] = ()


class Updates:
    """Remembers how far in time the objects are that a platform has pushed to another, and which EVSEs are removed.

    What was not taken is as if it had not been pushed.
    """

    def __init__(self) -> None:
        self._times: Memory[Told, tuple[int, str]] = Memory()
        self._removed: Memory[Told, int] = Memory()

    def check(self, seen: Seen) -> Iterator[Finding]:
        """A push of an object, or of a part of one."""
        if seen.method not in _PUSHES or ".receiver." not in seen.route:
            return
        yield from self._check_time(seen)
        if seen.module == "locations":
            yield from self._check_removed(seen)

    def _check_time(self, seen: Seen) -> Iterator[Finding]:
        now = part_of(seen.request_body, Updated).last_updated
        key = told_of(seen)
        sent_us, before = self._times.get(key) or (seen.start_us, now)
        if seen.start_us < sent_us:
            return
        if is_after(before, now):
            yield went_back(seen, now, before)
        elif now and seen.ok:
            self._times[key] = (seen.start_us, now)

    def _check_removed(self, seen: Seen) -> Iterator[Finding]:
        if not self._removed and _REMOVED.encode() not in seen.request_body:
            return
        for below, path, status in _statuses(seen):
            key = told_of(seen, below)
            if status == _REMOVED:
                if seen.ok:
                    self._removed[key] = seen.start_us
            elif status and seen.start_us > self._removed.get(key, seen.start_us):
                expected = f"{_REMOVED}, as it was; another EVSE has another uid"
                section = "locations, Flow and Lifecycle"
                yield seen.remark("removed-revived", path, status, expected, section, "warning")
                if seen.ok:
                    self._removed.pop(key)


def went_back(seen: Seen, now: str, before: str) -> Finding:
    """The remark on a push of a state that is older than one that was pushed before."""
    cls, _ = BODIES[seen.route]
    section = f"{seen.module}, {cls.__name__ if cls is not None else 'PUT'}"
    expected = f"an instant not before {before}, which was said earlier"
    return seen.remark("last-updated-back", "$.last_updated", now, expected, section, "warning")


def _statuses(seen: Seen) -> Iterator[tuple[str, str, str]]:
    """The EVSEs in a push: where each lies below what is pushed, the place of its status, and that."""
    if seen.route in _EVSE_IN_PATH:
        yield "", "$.status", part_of(seen.request_body, _Evse).status
    elif seen.route in _EVSES_IN_BODY:
        for index, evse in enumerate(part_of(seen.request_body, _Evses).evses):
            yield f"/{ci_key(evse.uid)}", f"$.evses[{index}].status", evse.status
