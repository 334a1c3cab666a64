"""Tariffs of OCPI 2.3.0: as in 2.2.1, but each tariff says whether its prices contain the taxes.

Of the add-on for bookings only the restriction `booking` is here: a reader that does not know it bills everybody what
is meant for who has booked. Source: OCPI 2.3.0, Tariffs; its branch bookings, Tariffs, TariffRestrictions.
"""

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
from simulator.ocpi.v2_2_1 import tariffs as v2_2_1
from simulator.ocpi.v2_2_1.tariffs import (
    DayOfWeek,
    PriceComponent,
    ReservationRestrictionType,
    TariffDimensionType,
    TariffType,
)
from simulator.ocpi.v2_3_0.locations import EnergyMix

__all__ = [
    "BookingRestrictionType",
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


class BookingRestrictionType(StrEnum):
    """What of a booking an element prices. Bookings, Tariffs, BookingRestrictionType."""

    BOOKING = "BOOKING"
    BOOKING_EXPIRES = "BOOKING_EXPIRES"
    BOOKING_CANCELLATION_FEES = "BOOKING_CANCELLATION_FEES"
    BOOKING_OVERTIME = "BOOKING_OVERTIME"


class TariffRestrictions(v2_2_1.TariffRestrictions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When an element applies; `booking` is of the add-on for bookings. Tariffs, TariffRestrictions."""

    booking: BookingRestrictionType | None = None


class TariffElement(Object, frozen=True, kw_only=True):
    """Price components that share their restrictions. Tariffs, TariffElement."""

    price_components: Annotated[tuple[PriceComponent, ...], Meta(min_length=1)]
    restrictions: TariffRestrictions | None = None


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
