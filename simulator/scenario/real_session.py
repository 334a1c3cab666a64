"""One car that really charged, and what is left of its stay where another comes to its station meanwhile."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from simulator.scenario.recorded import needed_power_w

MAX_POWER_W = 22_000
"""The most that an AC charge point gives; a session that needs more is a fault of the data."""

LONGEST = timedelta(days=7)
"""No stay is longer; a run of recorded days goes on for that long at most."""


class RealSession(Struct, frozen=True):
    """One car that charged: seconds since the first midnight of the days played, energies in Wh.

    It ends at `departure_s`: at `real_departure_s`, or before, when the car of line `cut_by` arrives at its station.
    `stated_departure_s` is what the driver said on arrival; None: the driver said nothing (claimed is not True).
    """

    line: int
    station: str
    source_id: str
    arrival_s: int
    departure_s: int
    real_departure_s: int
    cut_by: int | None
    stated_departure_s: int | None
    requested_wh: int
    delivered_wh: int

    @property
    def power_w(self) -> int:
        """What has to flow for the delivered energy, in W; within a second where no time is left."""
        return needed_power_w(self.delivered_wh, max(1, self.departure_s - self.arrival_s))

    def before(self, after: "RealSession | None") -> "RealSession":
        """The session when this one is the next at its station (None: there is none)."""
        if after is None or self.real_departure_s <= after.arrival_s:
            return replace(self, departure_s=self.real_departure_s, cut_by=None)
        return replace(self, departure_s=after.arrival_s, cut_by=after.line)


class Overlap(Struct, frozen=True):
    """A session that the one of line `after` at its station cuts short; `cut` is what is left, None: nothing."""

    session: RealSession
    after: int
    cut: RealSession | None

    @property
    def where(self) -> str:
        return overlap_words(self.session, self.after)


def overlap_words(session: RealSession, after: int) -> str:
    """Where a session is overlapped by that of line `after`, for people."""
    return f"station {session.station}, lines {session.line} and {after}"


def overlaps(sessions: Iterable[RealSession]) -> Iterator[Overlap]:
    """By station and arrival. Judged from the last one back: a session that has no time left cuts no other."""
    by_station: dict[str, list[RealSession]] = {}
    for session in sorted(sessions, key=lambda each: (each.arrival_s, each.line)):
        by_station.setdefault(session.station, []).append(session)
    for at_station in by_station.values():
        *earlier, after = at_station
        found = []
        for session in reversed(earlier):
            cut = session.before(after)
            if cut.cut_by is not None:
                has_time = after.arrival_s > session.arrival_s and cut.power_w <= MAX_POWER_W
                found.append(Overlap(session, after.line, cut if has_time else None))
                if not has_time:
                    continue
            after = session
        yield from reversed(found)
