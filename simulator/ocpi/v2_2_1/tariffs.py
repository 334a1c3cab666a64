"""Tariffs of OCPI 2.2.1: what charging costs, when, and under which restrictions. Prices are without VAT."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from simulator.ocpi.datatypes import (
    URL,
    CiString36,
    ClockTime,
    CountryCode,
    Currency,
    Date,
    DateTime,
    DisplayText,
    Number,
    Object,
    PartyID,
    Price,
)
from simulator.ocpi.v2_2_1.locations import EnergyMix


class TariffType(StrEnum):
    """What a tariff is for. Tariffs, TariffType."""

    AD_HOC_PAYMENT = "AD_HOC_PAYMENT"
    PROFILE_CHEAP = "PROFILE_CHEAP"
    PROFILE_FAST = "PROFILE_FAST"
    PROFILE_GREEN = "PROFILE_GREEN"
    REGULAR = "REGULAR"


class TariffDimensionType(StrEnum):
    """What a price component charges for. Tariffs, TariffDimensionType."""

    ENERGY = "ENERGY"
    FLAT = "FLAT"
    PARKING_TIME = "PARKING_TIME"
    TIME = "TIME"


class DayOfWeek(StrEnum):
    """A day of the week, local to the location. Tariffs, DayOfWeek."""

    MONDAY = "MONDAY"
    TUESDAY = "TUESDAY"
    WEDNESDAY = "WEDNESDAY"
    THURSDAY = "THURSDAY"
    FRIDAY = "FRIDAY"
    SATURDAY = "SATURDAY"
    SUNDAY = "SUNDAY"


class ReservationRestrictionType(StrEnum):
    """Which kind of reservation an element prices. Tariffs, ReservationRestrictionType."""

    RESERVATION = "RESERVATION"
    RESERVATION_EXPIRES = "RESERVATION_EXPIRES"


class PriceComponent(Object, frozen=True, kw_only=True):
    """A price per kWh, per hour or once; `vat` in percent; `step_size` in Wh or s. Tariffs, PriceComponent."""

    type: TariffDimensionType
    price: Number
    vat: Number | None = None
    step_size: Annotated[int, Meta(ge=0)]


class TariffRestrictions(Object, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When an element applies: local clock times, kWh, A, kW and seconds. Tariffs, TariffRestrictions."""

    start_time: ClockTime | None = None
    end_time: ClockTime | None = None
    start_date: Date | None = None
    end_date: Date | None = None
    min_kwh: Number | None = None
    max_kwh: Number | None = None
    min_current: Number | None = None
    max_current: Number | None = None
    min_power: Number | None = None
    max_power: Number | None = None
    min_duration: int | None = None
    max_duration: int | None = None
    day_of_week: tuple[DayOfWeek, ...] = ()
    reservation: ReservationRestrictionType | None = None


class TariffElement(Object, frozen=True, kw_only=True):
    """Price components that share their restrictions. Tariffs, TariffElement."""

    price_components: Annotated[tuple[PriceComponent, ...], Meta(min_length=1)]
    restrictions: TariffRestrictions | None = None


class Tariff(Object, frozen=True, kw_only=True):
    """A tariff of a CPO; elements are tried in order, for each dimension by itself. Tariffs, Tariff object."""

    country_code: CountryCode
    party_id: PartyID
    id: CiString36
    currency: Currency
    type: TariffType | None = None
    tariff_alt_text: tuple[DisplayText, ...] = ()
    tariff_alt_url: URL | None = None
    min_price: Price | None = None
    max_price: Price | None = None
    elements: Annotated[tuple[TariffElement, ...], Meta(min_length=1)]
    start_date_time: DateTime | None = None
    end_date_time: DateTime | None = None
    energy_mix: EnergyMix | None = None
    last_updated: DateTime
