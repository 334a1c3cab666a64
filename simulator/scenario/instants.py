"""When things happen: the start of a scenario in its time zone, and instants within it, right over DST changes."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from msgspec import Struct

from simulator.scenario.fields import did_you_mean
from simulator.scenario.units import Unreadable, parse_duration

_START = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)\s+(\S+)")
_CLOCK = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Start(Struct, frozen=True):
    """The instant a scenario starts (UTC) and the IANA zone of its local times."""

    epoch_us: int
    zone: str

    def at_us(self, text: str) -> int:
        """Microseconds since the start of "07:40", local time on the first day, or of a duration like "3 h".

        A clock time that comes twice (the end of summer time) is its first occurrence. Raises Unreadable.
        """
        clock = _CLOCK.fullmatch(text.strip())
        expected = "a local time of the first day like 07:40, or a duration from the start like 3 h"
        if clock is None:
            try:
                return parse_duration(text)
            except Unreadable as refusal:
                raise Unreadable(text, expected, f"{refusal} Expected is {expected}.") from None
        zone = ZoneInfo(self.zone)
        begin = (_EPOCH + self.epoch_us * _MICROSECOND).astimezone(zone)
        hour, minute, second = (int(part or 0) for part in clock.groups())
        if hour > 23 or minute > 59 or second > 59:
            raise Unreadable(text, expected)
        epoch_us = _epoch_us(begin.replace(hour=hour, minute=minute, second=second, fold=0), text)
        if epoch_us < self.epoch_us:
            sentence = (
                f"{text} on the first day is before the scenario starts ({begin:%H:%M}); "
                "for the next day write a duration from the start, such as 20 h."
            )
            raise Unreadable(text, expected, sentence)
        return epoch_us - self.epoch_us


def parse_start(text: str) -> Start:
    """The start in "2026-05-04T06:00 Europe/Amsterdam". Raises Unreadable."""
    expected = "a local date and time with its zone, such as 2026-05-04T06:00 Europe/Amsterdam"
    match = _START.fullmatch(text.strip())
    if match is None:
        raise Unreadable(text, expected)
    zone = parse_zone(match[3])
    try:
        local = datetime.fromisoformat(f"{match[1]}T{match[2]}").replace(tzinfo=ZoneInfo(zone))
        if not 1971 <= local.year <= 2200:
            raise ValueError
    except ValueError:
        raise Unreadable(text, expected, f"“{match[1]}T{match[2]}” is not a date and time.") from None
    return Start(_epoch_us(local, text), zone)


def parse_zone(text: str) -> str:
    """The IANA zone `text` when there is such a zone. Raises Unreadable."""
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        expected = "a time zone of the IANA database, such as Europe/Amsterdam"
        hint = did_you_mean(text, sorted(available_timezones()))
        raise Unreadable(text, expected, f"There is no time zone “{text}”{hint}.") from None


def _epoch_us(local: datetime, text: str) -> int:
    instant = local.astimezone(UTC)
    if instant.astimezone(local.tzinfo).replace(tzinfo=None) != local.replace(tzinfo=None):
        sentence = f"“{text}” does not exist: the clocks go forward over it on {local:%Y-%m-%d}."
        raise Unreadable(text, "a local time that exists", sentence)
    return (instant - _EPOCH) // _MICROSECOND
