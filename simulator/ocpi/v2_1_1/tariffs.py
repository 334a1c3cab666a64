"""Tariffs of OCPI 2.1.1: what charging costs and when; prices are without VAT, and limits of the total do not exist."""

from typing import Annotated

from msgspec import Meta

from simulator.ocpi.datatypes import URL, ClockTime, Currency, Date, DateTime, DisplayText, Number, Object
from simulator.ocpi.v2_1_1.locations import EnergyMix
from simulator.ocpi.v2_1_1.types import Id36
from simulator.ocpi.v2_2_1.tariffs import DayOfWeek, TariffDimensionType

__all__ = ["DayOfWeek", "PriceComponent", "Tariff", "TariffDimensionType", "TariffElement", "TariffRestrictions"]


class PriceComponent(Object, frozen=True, kw_only=True):
    """A price per kWh, per hour or once; `step_size` in Wh or s. Tariffs, PriceComponent."""

    type: TariffDimensionType
    price: Number
    step_size: Annotated[int, Meta(ge=0)]


class TariffRestrictions(Object, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When an element applies: local clock times, kWh, kW and seconds. Tariffs, TariffRestrictions."""

    start_time: ClockTime | None = None
    end_time: ClockTime | None = None
    start_date: Date | None = None
    end_date: Date | None = None
    min_kwh: Number | None = None
    max_kwh: Number | None = None
    min_power: Number | None = None
    max_power: Number | None = None
    min_duration: int | None = None
    max_duration: int | None = None
    day_of_week: tuple[DayOfWeek, ...] = ()


class TariffElement(Object, frozen=True, kw_only=True):
    """Price components that share their restrictions. Tariffs, TariffElement."""

    price_components: Annotated[tuple[PriceComponent, ...], Meta(min_length=1)]
    restrictions: TariffRestrictions | None = None


class Tariff(Object, frozen=True, kw_only=True):
    """A tariff of a CPO; elements are tried in order, for each dimension by itself. Tariffs, Tariff object."""

    id: Id36
    currency: Currency
    tariff_alt_text: tuple[DisplayText, ...] = ()
    tariff_alt_url: URL | None = None
    elements: Annotated[tuple[TariffElement, ...], Meta(min_length=1)]
    energy_mix: EnergyMix | None = None
    last_updated: DateTime
