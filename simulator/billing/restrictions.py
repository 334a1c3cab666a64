"""Whether an element's prices apply to a session, as far as the session's start and end tell.

Restrictions hold from instant to instant, and this engine does not follow a session's course. So it asks whether they
hold at the start, and says when that is the answer for the whole session, too.

Source: OCPI 2.2.1 and 2.3.0 Tariffs, TariffRestrictions. What OCPI leaves open: equal start and end times mean the
whole day.
"""

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from simulator.billing.tariff import Restrictions

Applies = Literal["always", "never", "at the start", "not at the start", "unknown"]
"""How an element applies to a session: for certain throughout, or what is known of its start."""

_UNRESTRICTED = Restrictions()
_MIDNIGHT = "00:00"


class Moment(Struct, frozen=True):
    """When a session starts, in the location's local time, and the date on which it ends or has come to so far.

    Dates are "YYYY-MM-DD", the time is "HH:MM", the day one of OCPI's DayOfWeek names.
    """

    date: str
    time: str
    day: str
    end_date: str


def applies(given: Restrictions, at: Moment | None) -> Applies:
    """How an element with these restrictions applies to the session; with no Moment, only "always" and "unknown".

    At the start nothing has been charged and no time has passed. Current and power are not known and count as met.
    """
    if given == _UNRESTRICTED:
        return "always"
    if at is None:
        return "unknown"
    begun = given.start_date is None or given.start_date <= at.date
    if given.end_date is not None and given.end_date <= at.date:
        return "never"
    if given.start_date is not None and at.end_date < given.start_date:
        return "never"
    dates_only = replace(given, start_date=None, end_date=None) == _UNRESTRICTED
    if begun and dates_only and (given.end_date is None or at.end_date < given.end_date):
        return "always"
    holds = (
        begun
        and (not given.day_of_week or at.day in given.day_of_week)
        and _within(given.start_time, given.end_time, at.time)
        and not given.min_energy_kwh
        and not given.min_duration_s
    )
    return "at the start" if holds else "not at the start"


def _within(start: str | None, end: str | None, time: str) -> bool:
    """Whether a local time lies in the daily hours, which may run past midnight."""
    start = start or _MIDNIGHT
    if end is None:
        return start <= time
    if start < end:
        return start <= time < end
    return start == end or start <= time or time < end
