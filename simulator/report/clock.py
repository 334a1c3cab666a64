"""Simulated time as people read it: local to the scenario, right across changes to and from summer time."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class LocalClock:
    """Turns `at_us` (microseconds since the scenario's start) into local date and time of day."""

    def __init__(self, meta: Mapping[str, str]) -> None:
        """`meta` is a recording's; without start or zone it counts from 1970 in UTC."""
        self.zone = meta.get("zone") or "UTC"
        self._zone = ZoneInfo(self.zone)
        self._start = _EPOCH + timedelta(microseconds=int(meta.get("start_epoch_us") or 0))
        self._first_day = self._start.astimezone(self._zone).date()

    def at(self, at_us: int) -> datetime:
        """The instant, aware of its zone."""
        return (self._start + timedelta(microseconds=at_us)).astimezone(self._zone)

    def midnights(self, to_us: int) -> list[int]:
        """When each local day begins that does so in the run: `at_us` from 0 up to and with `to_us`."""
        last_day = self.at(to_us).date()
        days = (self._first_day + timedelta(days=number) for number in range((last_day - self._first_day).days + 1))
        begins = (datetime.combine(day, time(), self._zone).astimezone(UTC) for day in days)
        all_us = ((begin - self._start) // timedelta(microseconds=1) for begin in begins)
        return [at_us for at_us in all_us if 0 <= at_us <= to_us]

    def time(self, at_us: int) -> str:
        """`07:40:00`, on another day than the first `05-05 07:40:00`."""
        local = self.at(at_us)
        return f"{local:%H:%M:%S}" if local.date() == self._first_day else f"{local:%m-%d %H:%M:%S}"

    def minute(self, at_us: int) -> str:
        """`2026-05-04 07:40`."""
        return f"{self.at(at_us):%Y-%m-%d %H:%M}"
