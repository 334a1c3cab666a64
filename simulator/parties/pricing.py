"""From OCPI's tariffs to the billing engine's and back: the one place where a price meets a message.

A CDR is priced from the volumes that it publishes, so that whoever reads it computes the same amount.
"""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from msgspec import Struct

from simulator.billing import tariff as ours
from simulator.billing.price import Bill, price, usage_from_volumes
from simulator.billing.restrictions import Moment
from simulator.ocpi.datatypes import Price
from simulator.ocpi.v2_2_1.cdrs import CDR
from simulator.ocpi.v2_2_1.tariffs import DayOfWeek, Tariff, TariffElement, TariffRestrictions

_ZERO = Decimal("0.0000")
_KWH_DECIMALS = 3
_HOUR_PLACES = Decimal("0.0001")
_US_PER_S = 1_000_000
_US_PER_HOUR = 3_600 * _US_PER_S
_DAYS = tuple(day.value for day in DayOfWeek)


def kwh(energy_wh: int) -> Decimal:
    """Energy as OCPI writes it, in kWh with 3 decimals: exact for whole Wh."""
    return Decimal(energy_wh).scaleb(-_KWH_DECIMALS)


def hours(duration_us: int) -> Decimal:
    """A duration as OCPI writes it, in hours with 4 decimals."""
    return (Decimal(duration_us) / _US_PER_HOUR).quantize(_HOUR_PLACES)


def neutral(tariff: Tariff) -> ours.Tariff:
    """An OCPI 2.2.1 Tariff in the words of the billing room; its prices are without VAT."""
    return ours.Tariff(
        id=tariff.id,
        currency=tariff.currency,
        elements=tuple(_element(element) for element in tariff.elements),
        min_price=_limit(tariff.min_price),
        max_price=_limit(tariff.max_price),
    )


def _element(element: TariffElement) -> ours.Element:
    components = tuple(
        ours.Component(component.type.value, component.price, component.step_size, component.vat)
        for component in element.price_components
    )
    restrictions = _restrictions(element.restrictions) if element.restrictions is not None else None
    return ours.Element(components, restrictions)


def _restrictions(given: TariffRestrictions) -> ours.Restrictions:
    return ours.Restrictions(
        start_time=given.start_time,
        end_time=given.end_time,
        start_date=given.start_date,
        end_date=given.end_date,
        min_energy_kwh=given.min_kwh,
        max_energy_kwh=given.max_kwh,
        min_current_a=given.min_current,
        max_current_a=given.max_current,
        min_power_kw=given.min_power,
        max_power_kw=given.max_power,
        min_duration_s=given.min_duration,
        max_duration_s=given.max_duration,
        day_of_week=tuple(day.value for day in given.day_of_week),
        reservation=given.reservation.value if given.reservation is not None else None,
    )


def _limit(given: Price | None) -> ours.Limit | None:
    return ours.Limit(given.excl_vat, given.incl_vat) if given is not None else None


def local_moment(time_zone: str, start_epoch_us: int, end_epoch_us: int) -> Moment:
    """When a session starts and ends, as clocks and calendars at its location tell; tariffs are meant by these."""
    zone = ZoneInfo(time_zone)
    start = datetime.fromtimestamp(start_epoch_us // _US_PER_S, zone)
    end = datetime.fromtimestamp(end_epoch_us // _US_PER_S, zone)
    return Moment(f"{start:%Y-%m-%d}", f"{start:%H:%M}", _DAYS[start.weekday()], f"{end:%Y-%m-%d}")


def bill_for(
    tariff: ours.Tariff | None, energy_kwh: Decimal, time_h: Decimal, parking_h: Decimal, at: Moment | None = None
) -> Bill:
    """The bill for the volumes of a session or CDR (kWh, h charging, h parking) that starts `at`.

    Without a tariff it is free, and approximate.
    """
    if tariff is None:
        return Bill(
            "EUR", _ZERO, None, _ZERO, _ZERO, _ZERO, _ZERO, ("The connector has no tariff; nothing is billed.",)
        )
    return price(tariff, usage_from_volumes(energy_kwh, time_h, parking_h), at)


def as_price(excl: Decimal, incl: Decimal | None = None) -> Price:
    """An amount as OCPI 2.2.1 writes it."""
    return Price(excl_vat=excl, incl_vat=incl)


class Repriced(Struct, frozen=True):
    """What a CDR costs by its own tariff and volumes; `comparable` is False when our engine can only approximate."""

    amount: Decimal
    comparable: bool


def reprice(cdr: CDR) -> Repriced:
    """Price a received CDR anew from what it says itself; the time zone in which its tariff is meant is not in it."""
    tariff = neutral(cdr.tariffs[0]) if len(cdr.tariffs) == 1 else None
    parking_h = cdr.total_parking_time or _ZERO
    bill = bill_for(tariff, cdr.total_energy, cdr.total_time - parking_h, parking_h)
    return Repriced(bill.total_excl, not bill.approximate)


def energy_price(tariff: Tariff) -> Decimal | None:
    """What an app shows for a kWh: the tariff's first energy price, None when it does not charge for energy."""
    for element in tariff.elements:
        for component in element.price_components:
            if component.type.value == "ENERGY":
                return component.price
    return None
