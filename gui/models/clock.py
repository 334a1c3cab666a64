"""Simulated time as the window shows and reads it: the local clock of the scenario, with the day when it is another."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from simulator.i18n import tr, trn
from simulator.report.clock import LocalClock

_CLOCK: Final = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?(?:\s*([+-]\d{1,4}))?")
_MICROSECOND: Final = timedelta(microseconds=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class RunClock:
    """Between `at_us` and what a person reads and types; by a recording's `meta`, else UTC from 1970."""

    def __init__(self, meta: Mapping[str, str]) -> None:
        self._local = LocalClock(meta)
        self._zone = ZoneInfo(self._local.zone)
        self._first_day = self._local.at(0).date()
        self.zone = self._local.zone
        self.start_epoch_us = int(meta.get("start_epoch_us") or 0)

    def local(self, at_us: int) -> datetime:
        """The instant, aware of the scenario's zone."""
        return self._local.at(at_us)

    def text(self, at_us: int, *, ms: bool = False) -> str:
        """`07:40:03`, with `ms` `07:40:03.412`, on the day after the first `07:40:03 +1`."""
        local = self._local.at(at_us)
        text = f"{local:%H:%M:%S}.{local.microsecond // 1000:03}" if ms else f"{local:%H:%M:%S}"
        days = (local.date() - self._first_day).days
        return f"{text} {days:+}" if days else text

    def in_words(self, at_us: int, *, ms: bool = False) -> str:
        """The same for who does not know the sign: `06:58:00 day before`."""
        text, _, days = self.text(at_us, ms=ms).partition(" ")
        return f"{text} {days_words(int(days))}" if days else text

    def at_us(self, text: str) -> int:
        """What `text` gives back, HH:MM too, or an ISO 8601 instant (without an offset: local).

        A clock time that comes twice, where summer time ends, is its first occurrence. Raises ValueError with a
        sentence.
        """
        text = text.strip()
        clock = _CLOCK.fullmatch(text)
        try:
            if clock is None:
                local = datetime.fromisoformat(text)
                if local.tzinfo is None:
                    local = local.replace(tzinfo=self._zone)
            else:
                hour, minute, second, fraction, days = clock.groups()
                day = self._first_day + timedelta(days=int(days or 0))
                micros = int((fraction or "0").ljust(6, "0"))
                local = datetime(
                    day.year, day.month, day.day, int(hour), int(minute), int(second or 0), micros, tzinfo=self._zone
                )
            return (local.astimezone(UTC) - _EPOCH) // _MICROSECOND - self.start_epoch_us
        except (ValueError, OverflowError):
            raise ValueError(
                tr(
                    "“{text}” is no time: expected is a time of the first day such as 07:40, of a later day such as "
                    "07:40 +1, or an instant such as {example}."
                ).format(text=text, example=f"{self._first_day}T07:40")
            ) from None


def days_words(days: int) -> str:
    """How far from the run's first day another is."""
    if days == -1:
        return tr("day before")
    if days == 1:
        return tr("day after")
    text = trn("{count} day before", "{count} days before", -days) if days < 0 else tr("day {count}")
    return text.format(count=-days if days < 0 else days + 1)
