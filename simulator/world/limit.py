"""Limits that somebody sets on a charging session for a while: a ceiling in steps, as charging profiles tell it.

Source: OCPI 2.2.1, ChargingProfiles, ChargingProfile; OCPP 2.0.1, ChargingSchedule.
"""

from msgspec import Struct

_US_PER_S = 1_000_000


class Step(Struct, frozen=True):
    """From `at_us` on, at most `limit_w`."""

    at_us: int
    limit_w: int


class PowerLimit(Struct, frozen=True):
    """Steps in order of time, in force until `until_us` (None: without end); before the first, nothing is limited."""

    steps: tuple[Step, ...]
    until_us: int | None = None

    def at(self, at_us: int) -> int | None:
        """The limit in W at an instant; None when there is none."""
        if self.until_us is not None and at_us >= self.until_us:
            return None
        limit_w = None
        for step in self.steps:
            if step.at_us > at_us:
                break
            limit_w = step.limit_w
        return limit_w

    def next_change_us(self, after_us: int) -> int | None:
        """When the limit may next be another than it is at an instant; None when it stays."""
        until_us = self.until_us
        if until_us is not None and after_us >= until_us:
            return None
        for step in self.steps:
            if step.at_us > after_us and (until_us is None or step.at_us < until_us):
                return step.at_us
        return until_us

    def ahead(self, from_us: int, duration_s: int, most_w: int) -> tuple[tuple[int, int], ...]:
        """(seconds from now, limit in W) over a time to come, `most_w` where nothing limits and never above it."""
        periods: list[tuple[int, int]] = []
        at_us: int | None = from_us
        while at_us is not None and at_us < from_us + duration_s * _US_PER_S:
            limit_w = self.at(at_us)
            shown_w = most_w if limit_w is None else min(limit_w, most_w)
            if not periods or periods[-1][1] != shown_w:
                periods.append(((at_us - from_us) // _US_PER_S, shown_w))
            at_us = self.next_change_us(at_us)
        return tuple(periods)


UNLIMITED = PowerLimit(())
"""No limit at all."""
