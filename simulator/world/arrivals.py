"""When drivers set out to charge: a Poisson stream whose rate follows the hours of the local day.

The shapes are plausible round figures for public charging by kind of place, made for this program; a researcher with
counts of their own makes an `HourProfile` of them.
"""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from simulator.world.distributions import exponential

_US_PER_S = 1_000_000
_US_PER_HOUR = 3_600 * _US_PER_S
_SATURDAY = 5


class HourProfile(Struct, frozen=True):
    """Relative rates of the 24 local hours, on weekdays and at the weekend.

    Both are on one scale: the weekday's sum is 100 % of `per_day`, so a weekend of half that sum brings half as many.
    Raises ValueError unless there are 24 weights each, none negative and one weekday hour above 0.
    """

    name: str
    weekday: tuple[int, ...]
    weekend: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.weekday) != 24 or len(self.weekend) != 24:
            raise ValueError(f"Hour profile {self.name}: expected 24 weights for weekdays and 24 for the weekend.")
        if min(*self.weekday, *self.weekend) < 0 or sum(self.weekday) <= 0:
            raise ValueError(f"Hour profile {self.name}: expected no negative weight and a weekday hour above 0.")


# fmt: off
PROFILES: dict[str, HourProfile] = {
    profile.name: profile
    for profile in (
        HourProfile("commuter",
                    (1, 1, 1, 1, 2, 4, 10, 18, 16, 8, 5, 5, 6, 5, 5, 7, 12, 20, 18, 11, 7, 4, 3, 2),
                    (2, 1, 1, 1, 1, 1, 2, 3, 5, 7, 9, 10, 10, 9, 9, 9, 9, 9, 9, 7, 5, 4, 3, 2)),
        HourProfile("residential",
                    (2, 1, 1, 1, 1, 1, 2, 3, 3, 3, 3, 4, 4, 4, 5, 8, 13, 19, 20, 16, 11, 8, 5, 3),
                    (3, 2, 1, 1, 1, 1, 1, 2, 3, 4, 6, 7, 8, 8, 9, 10, 12, 13, 12, 10, 8, 7, 5, 4)),
        HourProfile("workplace",
                    (0, 0, 0, 0, 0, 1, 6, 20, 28, 16, 6, 3, 4, 6, 3, 2, 1, 1, 0, 0, 0, 0, 0, 0),
                    (0, 0, 0, 0, 0, 0, 0, 1, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)),
        HourProfile("shopping",
                    (0, 0, 0, 0, 0, 0, 1, 2, 5, 9, 12, 11, 9, 9, 9, 9, 9, 8, 6, 5, 3, 1, 0, 0),
                    (0, 0, 0, 0, 0, 0, 0, 1, 4, 10, 16, 18, 17, 17, 17, 16, 12, 7, 4, 3, 2, 1, 0, 0)),
        HourProfile("highway",
                    (1, 1, 1, 1, 2, 3, 5, 7, 8, 8, 9, 9, 9, 8, 8, 9, 10, 10, 9, 7, 5, 4, 3, 2),
                    (1, 1, 1, 1, 1, 2, 3, 5, 8, 11, 12, 12, 11, 11, 11, 12, 13, 12, 10, 8, 6, 4, 3, 2)),
        HourProfile("flat", (1,) * 24, (1,) * 24),
    )
}
# fmt: on
"""The profiles a scenario can name."""


class Arrivals:
    """A non-homogeneous Poisson process, drawn by inverting its cumulative rate.

    `per_day` is the number expected on an ordinary weekday of 24 h. Each hour of the local clock keeps its rate
    whatever the day's length: on the day summer time ends the repeated hour brings its drivers twice, on the day it
    begins the missing hour brings none. Source: Cinlar, Introduction to Stochastic Processes (1975), inversion method.
    """

    __slots__ = ("_start_epoch_us", "_weekday_per_us", "_weekend_per_us", "_zone")

    def __init__(self, profile: HourProfile, per_day: float, zone: str, start_epoch_us: int) -> None:
        if per_day <= 0:
            raise ValueError(f"Arrivals of {per_day} a day: expected more than 0.")
        try:
            self._zone = ZoneInfo(zone)
        except (KeyError, ValueError, OSError) as error:  # a missing zone, a bad key, a folder of zones
            raise ValueError(f"Time zone {zone!r} is not known: expected an IANA name as Europe/Berlin.") from error
        per_us = per_day / sum(profile.weekday) / _US_PER_HOUR
        self._weekday_per_us = tuple(weight * per_us for weight in profile.weekday)
        self._weekend_per_us = tuple(weight * per_us for weight in profile.weekend)
        self._start_epoch_us = start_epoch_us

    def next_arrival_us(self, after_at_us: int, uniform: Callable[[], float]) -> int:
        """`at_us` of the first arrival after `after_at_us`; one call of `uniform` (in [0, 1)) each.

        Both instants are microseconds since the scenario's start and may be negative.
        """
        expected = exponential(uniform(), 1.0)
        at_us = after_at_us
        while True:  # ends: every week has an hour with a rate
            rate_per_us, hour_end_us = self._hour(at_us)
            hour_expected = rate_per_us * (hour_end_us - at_us)
            if expected <= hour_expected and rate_per_us > 0:
                return at_us + round(expected / rate_per_us)
            expected -= hour_expected
            at_us = hour_end_us

    def _hour(self, at_us: int) -> tuple[float, int]:
        """Rate in the local hour around `at_us`, and the instant it ends (zones change their clocks on the hour)."""
        epoch_s, sub_us = divmod(self._start_epoch_us + at_us, _US_PER_S)
        local = datetime.fromtimestamp(epoch_s, self._zone)
        rates = self._weekday_per_us if local.weekday() < _SATURDAY else self._weekend_per_us
        into_hour_us = (local.minute * 60 + local.second) * _US_PER_S + sub_us
        return rates[local.hour], at_us + _US_PER_HOUR - into_hour_us
