"""A tariff in our own neutral words, so that pricing is one engine for every OCPI version.

The step from and to OCPI's Tariff objects is made by the parties; nothing here knows JSON. All restrictions are kept,
also those for bookings and those that nobody knows, which pricing leaves out.
"""

from decimal import Decimal
from typing import Literal

from msgspec import Struct
from msgspec.structs import asdict

ComponentKind = Literal["ENERGY", "TIME", "FLAT", "PARKING_TIME"]
TaxIncluded = Literal["YES", "NO", "N/A"]


class Component(Struct, frozen=True):
    """One price: per kWh (ENERGY), per hour (TIME, PARKING_TIME) or per session (FLAT).

    `step_size` is the billing block in Wh or seconds (0: none), `vat` a percentage (None: not applicable, which
    is not 0). Source: OCPI Tariffs, PriceComponent.
    """

    kind: ComponentKind
    price: Decimal
    step_size: int = 1
    vat: Decimal | None = None


class Restrictions(Struct, frozen=True, kw_only=True):
    """When an element applies; all that are given must hold. Source: OCPI 2.3.0 Tariffs, TariffRestrictions.

    `unknown` are the names of restrictions of which nobody here can say whether they hold.
    Times are local "HH:MM", dates local "YYYY-MM-DD", days OCPI's DayOfWeek names. Lower bounds are included,
    upper bounds excluded.
    """

    start_time: str | None = None
    end_time: str | None = None
    start_date: str | None = None
    end_date: str | None = None
    min_energy_kwh: Decimal | None = None
    max_energy_kwh: Decimal | None = None
    min_current_a: Decimal | None = None
    max_current_a: Decimal | None = None
    min_power_kw: Decimal | None = None
    max_power_kw: Decimal | None = None
    min_duration_s: int | None = None
    max_duration_s: int | None = None
    day_of_week: tuple[str, ...] = ()
    reservation: str | None = None
    booking: str | None = None
    unknown: tuple[str, ...] = ()

    @property
    def price_nothing(self) -> bool:
        """Whether nobody here pays what they restrict: it is for who has booked, or nobody knows for whom."""
        return self.booking is not None or bool(self.unknown)

    def names(self) -> tuple[str, ...]:
        """Names of the restrictions that are given; empty when the element always applies."""
        return tuple([name for name, value in asdict(self).items() if value is not None and value != ()])


class Element(Struct, frozen=True):
    """Prices that apply together under the same restrictions (None: always)."""

    components: tuple[Component, ...]
    restrictions: Restrictions | None = None


class Limit(Struct, frozen=True):
    """A lowest or highest price of a session, without and with tax; either may be unknown."""

    excl: Decimal | None = None
    incl: Decimal | None = None


class Tariff(Struct, frozen=True, kw_only=True, cache_hash=True):
    """One tariff. `tax_included` says what its prices are: "NO" net (all of 2.1.1 and 2.2.1), "YES" gross (2.3.0),
    "N/A" free of any tax."""

    id: str
    currency: str
    elements: tuple[Element, ...]
    min_price: Limit | None = None
    max_price: Limit | None = None
    tax_included: TaxIncluded = "NO"
