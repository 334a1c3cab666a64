"""What is asked of Sessions and CDRs as a whole: sums that agree, references that lead somewhere, times in order."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

from simulator.ocpi.datatypes import NOT_AVAILABLE, ci_key, later
from simulator.ocpi.findings import Finding
from simulator.ocpi.rules.codes import check_currency
from simulator.ocpi.rules.costs import check_costs, check_price
from simulator.ocpi.rules.measures import check_not_negative, check_percentage
from simulator.ocpi.rules.remark import check_period, check_years, remark
from simulator.ocpi.rules.taxes import check_rates

_ROUNDED_KWH: Final = Decimal("0.0005")
"""How far one volume may lie from the truth, for volumes are written with at least three decimals."""

_CHARGE: Final = "STATE_OF_CHARGE"
_LONGEST_ID: Final = 36
_RESERVED: Final = "RESERVATION_TIME"


def check_session(session: Any) -> Iterator[Finding]:
    """A Session of any version."""
    name = "start_date_time" if hasattr(session, "start_date_time") else "start_datetime"
    end_name = name.replace("start", "end")
    end = getattr(session, end_name)
    yield from check_years(session, (name, "last_updated"), "sessions, Session")
    yield from check_period(getattr(session, name), end, f"$.{end_name}", "sessions, Session")
    if session.status == "COMPLETED" and end is None:
        found, expected = "nothing", "the end of a session that is COMPLETED"
        yield remark("session-end", f"$.{end_name}", found, expected, "sessions, Session", "warning")
    if getattr(session, "evse_uid", "") == NOT_AVAILABLE and session.status != "RESERVATION":
        expected = "an EVSE, for only a reservation may lack one"
        yield remark("session-evse", "$.evse_uid", repr(NOT_AVAILABLE), expected, "sessions, Session", "warning")
    yield from _check_energy(session.charging_periods, session.kwh, "$.kwh", "sessions, Session")
    yield from _check_periods(session.charging_periods, getattr(session, name), end, "sessions, Session")
    yield from check_not_negative(session, ("kwh",), "sessions, Session")
    yield from check_currency(session, "sessions, Session")
    yield from check_price(session.total_cost, "$.total_cost", "sessions, Session")


def check_cdr(cdr: Any) -> Iterator[Finding]:
    """A CDR of any version."""
    end_name = "end_date_time" if hasattr(cdr, "end_date_time") else "stop_date_time"
    end = getattr(cdr, end_name)
    yield from check_years(cdr, ("start_date_time", "last_updated"), "cdrs, CDR")
    yield from check_period(cdr.start_date_time, end, f"$.{end_name}", "cdrs, CDR")
    yield from _check_periods(cdr.charging_periods, cdr.start_date_time, end, "cdrs, CDR")
    yield from check_not_negative(cdr, ("total_energy", "total_time", "total_parking_time"), "cdrs, CDR")
    yield from check_currency(cdr, "cdrs, CDR")
    yield from check_costs(cdr)
    yield from _check_energy(cdr.charging_periods, cdr.total_energy, "$.total_energy", "cdrs, CDR")
    if cdr.total_parking_time is not None and cdr.total_parking_time > cdr.total_time:
        expected = f"not more than total_time, {cdr.total_time}"
        found = str(cdr.total_parking_time)
        yield remark("cdr-times", "$.total_parking_time", found, expected, "cdrs, CDR", "warning")
    yield from _check_credit(cdr)
    for index, tariff in enumerate(cdr.tariffs):
        yield from check_rates(tariff, f"$.tariffs[{index}]")
    ids = [tariff.id for tariff in cdr.tariffs]
    known = [ci_key(id) for id in ids]
    for index, period in enumerate(cdr.charging_periods):
        tariff_id = getattr(period, "tariff_id", None)
        if tariff_id is not None and tariff_id not in ids and ci_key(tariff_id) not in known:
            path = f"$.charging_periods[{index}].tariff_id"
            expected = "the id of a tariff in the list `tariffs`"
            yield remark("cdr-tariffs", path, repr(tariff_id), expected, "cdrs, CDR", "warning")


def check_charging_period(period: Any, path: str = "$") -> Iterator[Finding]:
    """A ChargingPeriod of any version, by itself."""
    for place, dimension in enumerate(period.dimensions):
        if dimension.type == _CHARGE:
            yield from check_dimension(dimension, f"{path}.dimensions[{place}]")


def check_dimension(dimension: Any, path: str = "$") -> Iterator[Finding]:
    """A CdrDimension of any version."""
    if dimension.type == _CHARGE:
        yield from check_percentage(dimension.volume, f"{path}.volume", "cdrs, CdrDimensionType")


def _check_credit(cdr: Any) -> Iterator[Finding]:
    credit, reference = getattr(cdr, "credit", None), getattr(cdr, "credit_reference_id", None)
    if not credit and len(cdr.id) > _LONGEST_ID and hasattr(cdr, "credit"):
        expected = f"at most {_LONGEST_ID} characters; the rest is for what a credit CDR appends"
        yield remark("cdr-id", "$.id", f"{len(cdr.id)} characters", expected, "cdrs, CDR", "warning")
    if bool(credit) != (reference is not None):
        found = f"credit {credit} and credit_reference_id {reference!r}"
        yield remark("credit-reference", "$.credit_reference_id", found, "both or neither", "cdrs, Credit CDRs")
    if reference is not None and ci_key(reference) == ci_key(cdr.id):
        expected = "the id of an earlier CDR, not its own"
        yield remark("credit-id", "$.credit_reference_id", repr(reference), expected, "cdrs, Credit CDRs")


def _check_periods(periods: Sequence[Any], start: str, end: str | None, section: str) -> Iterator[Finding]:
    """Charging periods follow each other, from the start on and up to the end; each ends when the next one starts.

    Only the time of a reservation lies before the start, as a Session starts when it becomes ACTIVE.
    """
    instants = [start, *[period.start_date_time for period in periods]]
    if _are_in_order(instants if end is None else [*instants, end]):
        return
    if end is not None and later(end, start) is not end:
        return
    after = start
    for index, period in enumerate(periods):
        begin = period.start_date_time
        if any(dimension.type == _RESERVED for dimension in period.dimensions):
            continue
        if later(begin, after) is not begin or (end is not None and later(end, begin) is not end):
            where = f"$.charging_periods[{index}].start_date_time"
            expected = "an instant from the start to the end, and not before the period above"
            yield remark("charging-periods", where, begin, expected, section, "warning")
        after = begin


def _are_in_order(instants: Iterable[str]) -> bool:
    """Whether instants surely follow each other; of two that are the same, only the second may have more zeros."""
    texts = [instant.rstrip("Z") for instant in instants]
    return texts == sorted(texts)


def _check_energy(periods: Sequence[Any], total: Decimal, path: str, section: str) -> Iterator[Finding]:
    """The energies of the periods add up to the total, unless none is told; a battery is at most full."""
    charged: dict[int, None] = {}
    volumes: list[Decimal] = []
    for index, period in enumerate(periods):
        for dimension in period.dimensions:
            if dimension.type == "ENERGY":
                volumes.append(dimension.volume)
            elif dimension.type == _CHARGE:
                charged[index] = None
    for index in charged:
        yield from check_charging_period(periods[index], f"$.charging_periods[{index}]")
    if volumes and abs(sum(volumes) - total) > _ROUNDED_KWH * (len(volumes) + 1):
        expected = f"the ENERGY of all charging periods together, {sum(volumes)} kWh"
        yield remark("energy-sum", path, str(total), expected, section, "warning")
