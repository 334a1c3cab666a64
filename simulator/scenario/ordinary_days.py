"""On which days recorded sessions tell an ordinary day's load: those from Monday to Friday, as the levels are meant.

A workplace is nearly empty at a weekend, so a mean over all days would call no load by its name that has one.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

WEEKDAYS = "weekdays"
ALL_DAYS = "days"

_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SATURDAY = 5


class OrdinaryDays(Struct, frozen=True):
    """The days that count: how many they are, what they are (`WEEKDAYS`, `ALL_DAYS`, or nothing without a session) and,
    for each session, whether it came on one of them.
    """

    days: float
    are: str
    counts: tuple[bool, ...]

    @property
    def each(self) -> float:
        """What a session of these days comes to a day."""
        return 1 / self.days if self.days else 0.0

    @property
    def sessions_a_day(self) -> float:
        """The mean of these days."""
        return sum(self.counts) / self.days if self.days else 0.0


def ordinary_days(arrivals_us: Sequence[int], start_epoch_us: int, zone: str) -> OrdinaryDays:
    """The weekdays from the start on to that of the last arrival, by local date; all days if they tell nothing.

    `arrivals_us` are microseconds since the start, an instant in UTC. Days are of 24 h by the clock from the start on,
    the last one whole; of a date that such a run has in part, that part counts. Weekdays tell nothing when they are
    less than a whole one, or when nobody came on any: a run from Saturday on, or one whose only Friday was a holiday.
    """
    if not arrivals_us:
        return OrdinaryDays(0.0, "", ())
    local_zone = ZoneInfo(zone)
    start = _EPOCH + start_epoch_us * _MICROSECOND

    def by_the_clock(at_us: int) -> datetime:
        return (start + at_us * _MICROSECOND).astimezone(local_zone).replace(tzinfo=None)

    begin = by_the_clock(0)
    came = [by_the_clock(at_us) for at_us in arrivals_us]
    days = max(1, (max(came) - begin) // _DAY + 1)
    of_weekdays = _weekdays(begin, begin + days * _DAY)
    counts = tuple(at.weekday() < _SATURDAY for at in came)
    if of_weekdays < _DAY or not any(counts):
        return OrdinaryDays(float(days), ALL_DAYS, (True,) * len(came))
    return OrdinaryDays(of_weekdays / _DAY, WEEKDAYS, counts)


def _weekdays(begin: datetime, end: datetime) -> timedelta:
    """How much of this time is from Monday to Friday."""
    found = timedelta()
    while begin < end:
        midnight = datetime.combine(begin.date(), time()) + _DAY
        if begin.weekday() < _SATURDAY:
            found += min(midnight, end) - begin
        begin = midnight
    return found
