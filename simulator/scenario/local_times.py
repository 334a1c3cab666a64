"""Reads dates and times with or without an offset; one without is local time, of which clocks skip or repeat an hour.

Clocks that go back show an hour twice. Its first showing is meant unless what the time ends would then have no time.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

SECOND: Final = timedelta(seconds=1)

ZONE_RULES: Final = {
    "session-without-zone": "a time has no offset and is taken as local time of",
    "session-skipped-hour": "a time lies in the hour that clocks skip in spring and is taken for one later, in",
    "session-repeated-hour": (
        "a time lies in the hour that clocks repeat in autumn, so that an hour later is as possible; taken is the "
        "earlier of the two, or the later where the session would else end before it begins, in"
    ),
    "session-other-zone": "a time has another offset and is converted to",
}
"""What each rule of a `Moment` does, as a sentence to be ended by the name of the zone."""


class Moment(Struct, frozen=True):
    """An instant in UTC, and the one of `ZONE_RULES` that it took to read it; empty: none."""

    utc: datetime
    rule: str = ""


def read_moment(text: str, zone: ZoneInfo, after: datetime | None = None) -> Moment | None:
    """The moment of an ISO 8601 date and time; None: it is none. A date alone says no time, and is none either.

    A repeated local time is the earlier of the two, or the later where the earlier is not a second `after` that.
    """
    try:
        written = datetime.fromisoformat(text.strip())
        if _is_date(text.strip()):
            return None
        if written.tzinfo is None:
            return _local(written.replace(tzinfo=zone), after)
        utc = written.astimezone(UTC)
        expected = utc.astimezone(zone).utcoffset()
    except (ValueError, OverflowError):
        return None
    return Moment(utc, "" if written.utcoffset() == expected else "session-other-zone")


def _is_date(text: str) -> bool:
    """Python reads a date as its midnight."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _local(local: datetime, after: datetime | None) -> Moment:
    # By the offset before the change and by the one behind it: a time that is skipped has them the other way round.
    first, second = local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)
    if first == second:
        return Moment(first, "session-without-zone")
    if first > second:
        return Moment(first, "session-skipped-hour")
    is_too_early = after is not None and first - after < SECOND
    return Moment(second if is_too_early else first, "session-repeated-hour")
