"""Whether an element's prices apply at an instant of a session's course.

Source: OCPI 2.2.1 and 2.3.0 Tariffs, TariffRestrictions. What OCPI leaves open: equal start and end times mean the
whole day.
"""

from decimal import Decimal
from fractions import Fraction
from typing import Literal

from msgspec import Struct

from simulator.billing.exact import Quantity, wh
from simulator.billing.tariff import Restrictions

_MIDNIGHT = "00:00"
_US_PER_S = 1_000_000

Span = tuple[Fraction, Fraction]
"""The least and the most of a quantity that varies."""


class Instant(Struct, frozen=True):
    """A session at one instant: the local date, time and day, what has been charged and how long it has lasted.

    Power and current are the least and the most there was around the instant; None: not known.
    """

    date: str
    time: str
    day: str
    energy_wh: Quantity
    duration_us: Quantity
    power_kw: Span | None
    current_a: Span | None


def holds(given: Restrictions, at: Instant) -> Literal["yes", "no", "unknown"]:
    """Whether all restrictions of time, energy, duration, power and current hold at an instant.

    Unknown is only what depends on power or current that is not known, or that lay on both sides of a bound.
    """
    if not (
        (given.start_date is None or given.start_date <= at.date)
        and (given.end_date is None or at.date < given.end_date)
        and (not given.day_of_week or at.day in given.day_of_week)
        and _within(given.start_time, given.end_time, at.time)
        and (given.min_energy_kwh is None or at.energy_wh >= wh(given.min_energy_kwh))
        and (given.max_energy_kwh is None or at.energy_wh < wh(given.max_energy_kwh))
        and (given.min_duration_s is None or at.duration_us >= given.min_duration_s * _US_PER_S)
        and (given.max_duration_s is None or at.duration_us < given.max_duration_s * _US_PER_S)
    ):
        return "no"
    answers = (
        _between(given.min_power_kw, given.max_power_kw, at.power_kw),
        _between(given.min_current_a, given.max_current_a, at.current_a),
    )
    if "no" in answers:
        return "no"
    return "unknown" if "unknown" in answers else "yes"


def _between(least: Decimal | None, below: Decimal | None, found: Span | None) -> Literal["yes", "no", "unknown"]:
    """Whether a quantity was at least the one bound and below the other, throughout or nowhere."""
    if least is None and below is None:
        return "yes"
    if found is None:
        return "unknown"
    if (least is not None and found[1] < least) or (below is not None and found[0] >= below):
        return "no"
    return "yes" if (least is None or found[0] >= least) and (below is None or found[1] < below) else "unknown"


def _within(start: str | None, end: str | None, time: str) -> bool:
    """Whether a local time lies in the daily hours, which may run past midnight."""
    start = start or _MIDNIGHT
    if end is None:
        return start <= time
    if start < end:
        return start <= time < end
    return start == end or start <= time or time < end
