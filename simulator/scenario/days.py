"""Which days of real sessions are wanted: one (`2019-10-07`), or several in a row (`2019-10-07..2019-10-11`)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from simulator.scenario.dump import ImportRefused

_MOST = 300
_HOUR = timedelta(hours=1)


class Days(Struct, frozen=True):
    """Local days of a time zone, from the first to the last."""

    first: date
    last: date
    zone: str

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __str__(self) -> str:
        return f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"

    @property
    def all(self) -> list[date]:
        """Each of them."""
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]

    @property
    def begin(self) -> datetime:
        """When the first begins, in UTC: midnight, or where the clocks skip it the instant at which they do."""
        return self._midnight(self.first)

    @property
    def start(self) -> str:
        """The beginning as a scenario says it; not all days have a midnight."""
        return f"{self.begin.astimezone(ZoneInfo(self.zone)):%Y-%m-%dT%H:%M} {self.zone}"

    @property
    def hours(self) -> int:
        """How long they are; 25 or 23 hours more where the clocks change on one of them."""
        return (self._midnight(self.last + timedelta(days=1)) - self.begin) // _HOUR

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), ZoneInfo(self.zone)).astimezone(UTC)


def parse_days(text: str, zone: str) -> Days:
    """`2019-10-07`, or `2019-10-07..2019-10-11` with both ends. Raises ImportRefused."""
    first, several, last = text.partition("..")
    days = Days(_date(first), _date(last) if several else _date(first), zone)
    if days.last < days.first:
        raise ImportRefused(f"“{text}” ends before it begins; expected is the first day, then the last.")
    if len(days.all) > _MOST:
        raise ImportRefused(f"“{text}” are {len(days.all)} days; at most {_MOST} can be played in one run.")
    return days


def days_in_words(days: list[date]) -> str:
    """Days in order, runs of them shortened: `2019-10-01 to 2019-10-03, 2019-10-05`."""
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][1] == timedelta(days=1):
            runs[-1][1] = day
        else:
            runs.append([day, day])
    return ", ".join(f"{first}" if first == last else f"{first} to {last}" for first, last in runs)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ImportRefused(f"“{text}” is no date; expected is one such as 2019-10-07.") from None
