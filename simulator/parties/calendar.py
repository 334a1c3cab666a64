"""Simulated time in OCPI's words: one text for each instant, made once."""

from simulator.engine.clock import Clock
from simulator.ocpi.datatypes import format_datetime, later, parse_datetime


class Calendar:
    """Tells the simulated time as an OCPI DateTime and translates instants of the run."""

    __slots__ = ("_clock", "_text", "_text_at_us", "start_epoch_us")

    def __init__(self, clock: Clock, start_epoch_us: int) -> None:
        self._clock = clock
        self.start_epoch_us = start_epoch_us
        self._text_at_us: int | None = None
        self._text = ""

    @property
    def now_us(self) -> int:
        """Microseconds since the scenario's start."""
        return self._clock.now_us

    def now(self) -> str:
        """The present instant, e.g. 2026-05-04T06:00:00Z."""
        now_us = self._clock.now_us
        if now_us != self._text_at_us:
            self._text_at_us = now_us
            self._text = format_datetime(self.start_epoch_us + now_us)
        return self._text

    def now_after(self, last_updated: str) -> str:
        """The present instant for an object whose state changes again: a receiver must be able to tell which is newer.

        What changes twice within OCPI's millisecond is dated a millisecond on.
        """
        now = self.now()
        if now > last_updated and len(now) == len(last_updated) and last_updated[-1] == "Z":
            return now  # written alike, as nearly all are
        if later(now, last_updated) == last_updated:
            return format_datetime(parse_datetime(last_updated) + 1_000)
        return now

    def text(self, at_us: int) -> str:
        """Another instant of the run."""
        return format_datetime(self.start_epoch_us + at_us)

    def at_us(self, text: str) -> int:
        """Microseconds since the scenario's start of an OCPI DateTime. ValueError when it is none."""
        return parse_datetime(text) - self.start_epoch_us
