"""Whether a Session goes on as one can: it ends once, its energy grows, its periods follow, its currency stays.

Most of a Session is told by PATCHes, which say too little to be looked at by themselves; a whole one is asked the rules
of its class instead. Source: OCPI 2.2.1, Sessions: PATCH, Session object, SessionStatus; digest, section 3.3.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from msgspec import Struct

from simulator.ocpi.datatypes import Number
from simulator.ocpi.expert.memory import Memory
from simulator.ocpi.expert.parts import Told, is_after, part_of, told_of
from simulator.ocpi.expert.seen import OLDEST, Seen
from simulator.ocpi.expert.updates import went_back
from simulator.ocpi.findings import Finding
from simulator.ocpi.rules.remark import FIRST_YEAR, IN_ITS_YEARS

_PUT_ROUTE: Final = "sessions.receiver.put_session"
_PATCH_ROUTE: Final = "sessions.receiver.patch_session"
_ENDED: Final = ("COMPLETED", "INVALID")
_BEFORE: Final = ("PENDING", "RESERVATION")
_SESSION: Final = "sessions, Session"
_STATUS: Final = "sessions, SessionStatus"
_PATCH: Final = "sessions, PATCH"


class _Period(Struct, frozen=True):
    start_date_time: str = ""


class _Part(Struct, frozen=True):
    """What a message tells of a Session; empty or None for what it does not."""

    status: str = ""
    kwh: Number | None = None
    currency: str = ""
    start_date_time: str = ""
    end_date_time: str = ""
    charging_periods: tuple[_Period, ...] = ()
    last_updated: str = ""


class _PartIn211(_Part, frozen=True, rename={"start_date_time": "start_datetime", "end_date_time": "end_datetime"}):
    start_date_time: str = ""
    end_date_time: str = ""


class _Known(Struct, frozen=True):
    """What has been told of a Session so far, and when the last of it was sent."""

    sent_us: int = 0
    status: str = ""
    kwh: Decimal = Decimal(0)
    currency: str = ""
    start: str = ""
    end: str = ""
    last_period: str = ""
    last_updated: str = ""


_NOTHING: Final = _Known()


class Sessions:
    """Remembers the Sessions that a platform has told another of, as that has taken them."""

    def __init__(self) -> None:
        self._known: Memory[Told, _Known] = Memory()

    def check(self, seen: Seen) -> Iterator[Finding]:
        """A PUT or a PATCH of a Session."""
        if seen.route not in (_PUT_ROUTE, _PATCH_ROUTE):
            return
        told = part_of(seen.request_body, _PartIn211 if seen.version == OLDEST else _Part)
        key = told_of(seen)
        known = self._known.get(key, _NOTHING)
        if known is not _NOTHING and seen.start_us < known.sent_us:
            return
        if is_after(known.last_updated, told.last_updated):
            yield went_back(seen, told.last_updated, known.last_updated)
            return
        if is_after(told.last_updated, known.last_updated):
            yield from _check_update(seen, told, known)
        if seen.route == _PATCH_ROUTE:
            yield from _check_patch(seen, told, known)
        if seen.ok:
            self._known[key] = _together(seen, told, _NOTHING if seen.route == _PUT_ROUTE else known)


def _check_update(seen: Seen, told: _Part, known: _Known) -> Iterator[Finding]:
    if known.status in _ENDED:
        found = f"an update of a Session that is {known.status}"
        yield seen.remark("session-ended", "$.last_updated", found, "none, for nothing changes it", _STATUS, "error")
    elif known.status == "ACTIVE" and told.status in _BEFORE:
        expected = "ACTIVE, as it was, or how it has ended"
        yield seen.remark("session-status", "$.status", told.status, expected, _STATUS, "warning")
    if known.currency and told.currency and told.currency.upper() != known.currency.upper():
        expected = f"{known.currency}, in which all of the Session was told before"
        yield seen.remark("session-currency", "$.currency", told.currency, expected, _SESSION, "warning")


def _check_patch(seen: Seen, told: _Part, known: _Known) -> Iterator[Finding]:
    if told.kwh is not None and told.kwh < 0:
        yield seen.remark("negative", "$.kwh", str(told.kwh), "0 or more", _SESSION, "warning")
    elif told.kwh is not None and told.kwh < known.kwh:
        expected = f"at least {known.kwh}, which was told before; a PUT of the whole Session corrects it"
        yield seen.remark("energy-falls", "$.kwh", str(told.kwh), expected, _SESSION, "warning")
    path = "$.end_datetime" if seen.version == OLDEST else "$.end_date_time"
    start, end = told.start_date_time or known.start, told.end_date_time or known.end
    if told.end_date_time and is_after(start, end):
        yield seen.remark("period-order", path, end, f"an instant not before {start}", _SESSION, "warning")
    if told.start_date_time and told.start_date_time < FIRST_YEAR:
        where = path.replace("end", "start")
        yield seen.remark("instant-too-old", where, told.start_date_time, IN_ITS_YEARS, _SESSION, "warning")
    if told.status == "COMPLETED" and known.start and not end:
        expected = "the end of a session that is COMPLETED"
        yield seen.remark("session-end", path, "nothing", expected, _SESSION, "warning")
    # In 2.1.1 the periods of a PATCH replace those that were told.
    if told.charging_periods and seen.version != OLDEST:
        first = told.charging_periods[0].start_date_time
        is_new = is_after(told.last_updated, known.last_updated)
        if is_new and (first == known.last_period or is_after(known.last_period, first)):
            found = f"a period from {first} on, though one from {known.last_period} on has been told"
            expected = "only new ones, for they are added to those that are known"
            yield seen.remark("periods-told-again", "$.charging_periods[0]", found, expected, _PATCH, "warning")


def _together(seen: Seen, told: _Part, known: _Known) -> _Known:
    """What is known of a Session after a message; what that does not tell stays as it was."""
    return _Known(
        sent_us=seen.start_us,
        status=told.status or known.status,
        kwh=known.kwh if told.kwh is None else told.kwh,
        currency=told.currency or known.currency,
        start=told.start_date_time or known.start,
        end=told.end_date_time or known.end,
        last_period=told.charging_periods[-1].start_date_time if told.charging_periods else known.last_period,
        last_updated=told.last_updated or known.last_updated,
    )
