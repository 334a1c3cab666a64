"""Points in time as a person types them, in the run's own zone."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_CLOCK: Final = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?(?: ?([+-][0-9]{1,4}))?")
_ISO: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([0-9]{2}:[0-9]{2})(:[0-9]{2})?(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

EXAMPLES: Final = "07:40, 07:40:03.5, 00:15+1 (on the second day) or 2026-05-04T07:40"


class Origin:
    """The start of a run and its zone; turns what is typed into simulated microseconds."""

    def __init__(self, start_epoch_us: int = 0, zone: str = "UTC") -> None:
        self._start = _EPOCH + start_epoch_us * _MICROSECOND
        self._zone = ZoneInfo(zone)

    @classmethod
    def of(cls, meta: Mapping[str, str]) -> "Origin":
        """Of a recording's `meta`; without start or zone it is 1970 in UTC."""
        return cls(int(meta.get("start_epoch_us") or 0), meta.get("zone") or "UTC")

    def span(self, text: str) -> tuple[int, int]:
        """What a text like those of EXAMPLES names, half-open: a whole minute, second or the fraction given.

        A local time that comes twice (the end of summer time) is its first. Raises ValueError.
        """
        local, length = self._clock(text) or self._iso(text)
        begin_us = (local.astimezone(UTC) - self._start) // _MICROSECOND
        return begin_us, begin_us + length // _MICROSECOND

    def _clock(self, text: str) -> tuple[datetime, timedelta] | None:
        match = _CLOCK.fullmatch(text)
        if match is None:
            return None
        hour, minute, second, fraction, days = match.groups()
        micros = int((fraction or "").ljust(6, "0"))
        day = self._start.astimezone(self._zone).date() + timedelta(days=int(days or 0))
        at = time(int(hour), int(minute), int(second or 0), micros, tzinfo=self._zone)
        return datetime.combine(day, at), _length(second, fraction)

    def _iso(self, text: str) -> tuple[datetime, timedelta]:
        match = _ISO.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not a time like {EXAMPLES}")
        local = datetime.fromisoformat(text)
        local = local if local.tzinfo else local.replace(tzinfo=self._zone)
        return local, _length(match[2], (match[3] or "")[1:])


def _length(second: str | None, fraction: str | None) -> timedelta:
    """How long the instant is that was named: as precise as it was typed."""
    if fraction:
        return timedelta(microseconds=10 ** (6 - min(len(fraction), 6)))
    return timedelta(seconds=1) if second else timedelta(minutes=1)
