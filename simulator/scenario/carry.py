"""Carries real sessions from the calendar of their source to that of the scenario that plays them.

A network has another time zone than the source, and plays in another year, whose clocks change on other days. People
come by the clock: so what is carried is the day's number and the time of day, not the time that has passed.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from simulator.scenario.acn import OVERLAP_THERE, RealDays
from simulator.scenario.days import Days
from simulator.scenario.real_session import MAX_POWER_W, RealSession, overlaps

RULE = (
    "each arrives and departs at the local time of day at which it really did; where clocks change, a stay is that "
    "much longer or shorter, unless too little of it is left for its energy"
)
"""How it is done, for people."""

_SECOND = timedelta(seconds=1)


def carried(real: RealDays, first: date, zone: str) -> RealDays:
    """The sessions on as many days from `first` on in `zone`.

    Where clocks change they may overlap as they did not, or no longer: overlaps are judged by the times there. What has
    no time left is left out in the ledger.
    """
    played = Days(first, first + (real.days.last - real.days.first), zone)
    calendars = _Calendars(real.days, played)
    cut_by = {each.line: each.cut_by for each in real.sessions}
    there = {each.line: _carry(each, calendars) for each in real.sessions}
    cut_there: set[int] = set()
    for overlap in list(overlaps(there.values())):
        line = overlap.session.line
        if overlap.cut is None:
            sentence = f"{OVERLAP_THERE}, so that the first has no time left; it is left out"
            real.ledger.leave_out(real.rows[line], "session-overlap-carried-whole", sentence, overlap.where)
            del there[line]
            continue
        there[line] = overlap.cut
        if overlap.after != cut_by[line]:
            cut_there.add(line)
    sessions = tuple(sorted(there.values(), key=lambda each: (each.arrival_s, each.line)))
    return replace(real, played=played, sessions=sessions, cut_there=frozenset(cut_there))


def carrying_sentence(real: RealDays) -> str:
    """What became of the time of the sessions, for the report."""
    return f"The sessions of {real.days} ({real.days.zone}) are played on {real.played} ({real.played.zone}): {RULE}."


class _Calendars:
    """Turns seconds since the source's first midnight into seconds since the first midnight of the days played."""

    def __init__(self, source: Days, played: Days) -> None:
        self._source_begin, self._source_zone = source.begin, ZoneInfo(source.zone)
        self._begin, self._zone = played.begin, ZoneInfo(played.zone)
        self._off = played.first - source.first

    def carry_s(self, source_s: int) -> int:
        """By local date and time of day; one that the clocks skip comes an hour later, of two alike it is the first."""
        local = (self._source_begin + source_s * _SECOND).astimezone(self._source_zone).replace(tzinfo=None)
        there: datetime = (local + self._off).replace(tzinfo=self._zone, fold=0)
        return (there.astimezone(UTC) - self._begin) // _SECOND


def _carry(session: RealSession, calendars: _Calendars) -> RealSession:
    """The session there, as long as it really was: whom another cuts is judged when all are there."""
    arrival_s = calendars.carry_s(session.arrival_s)

    def later_s(source_s: int) -> int:
        there_s = calendars.carry_s(source_s)
        return there_s if there_s > arrival_s else arrival_s + source_s - session.arrival_s

    stated_s = session.stated_departure_s
    there = replace(
        session,
        arrival_s=arrival_s,
        real_departure_s=later_s(session.real_departure_s),
        stated_departure_s=later_s(stated_s) if stated_s is not None else None,
    ).before(None)
    if there.power_w > MAX_POWER_W:
        return replace(there, real_departure_s=arrival_s + session.real_departure_s - session.arrival_s).before(None)
    return there
