"""Tariffs of OCPI 2.3.0: as in 2.2.1, but each tariff says whether its prices contain the taxes."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from simulator.ocpi.datatypes import (
    URL,
    CiString36,
    CountryCode,
    Currency,
    DateTime,
    DisplayText,
    Number,
    Object,
    PartyID,
)
from simulator.ocpi.v2_2_1.tariffs import (
    DayOfWeek,
    PriceComponent,
    ReservationRestrictionType,
    TariffDimensionType,
    TariffElement,
    TariffRestrictions,
    TariffType,
)
from simulator.ocpi.v2_3_0.locations import EnergyMix

__all__ = [
    "DayOfWeek",
    "PriceComponent",
    "PriceLimit",
    "ReservationRestrictionType",
    "Tariff",
    "TariffDimensionType",
    "TariffElement",
    "TariffRestrictions",
    "TariffType",
    "TaxIncluded",
]


class TaxIncluded(StrEnum):
    """Whether the prices contain the taxes; not applicable where none are due. Tariffs, TaxIncluded."""

    YES = "YES"
    NO = "NO"
    NOT_APPLICABLE = "N/A"


class PriceLimit(Object, frozen=True, kw_only=True):
    """The least or the most that a session costs, each amount a limit of its own. Tariffs, PriceLimit."""

    before_taxes: Number
    after_taxes: Number | None = None


class Tariff(Object, frozen=True, kw_only=True):
    """A tariff of a CPO; elements are tried in order, for each dimension by itself. Tariffs, Tariff object."""

    country_code: CountryCode
    party_id: PartyID
    id: CiString36
    currency: Currency
    type: TariffType | None = None
    tariff_alt_text: tuple[DisplayText, ...] = ()
    tariff_alt_url: URL | None = None
    min_price: PriceLimit | None = None
    max_price: PriceLimit | None = None
    elements: Annotated[tuple[TariffElement, ...], Meta(min_length=1)]
    tax_included: TaxIncluded
    start_date_time: DateTime | None = None
    end_date_time: DateTime | None = None
    energy_mix: EnergyMix | None = None
    last_updated: DateTime
