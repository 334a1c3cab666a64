"""Whether a CDR asks what it should: its price worked out anew from what it says, by whoever has to pay it.

A CDR says all but in which time zone the hours and days of its tariff are meant: that stands in its Location.
Source: OCPI 2.2.1, CDRs module, CDR; Tariffs module, TariffRestrictions; digest, section 3.7.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from simulator.billing.course import price_course
from simulator.billing.pieces import edges
from simulator.billing.price import Bill, price, usage_from_volumes
from simulator.billing.tariff import Tariff
from simulator.ocpi.v2_2_1.cdrs import CDR, CdrDimensionType
from simulator.parties.pricing import course_of, neutral

_ZERO = Decimal("0.0000")
_ROUNDED = Decimal("0.01")
_ENERGY = CdrDimensionType.ENERGY
_RESERVED = CdrDimensionType.RESERVATION_TIME
_STAND_IN = "UTC"
"""What a translation puts where 2.1.1 names no time zone; no charge point keeps its clock by it."""


class Repriced(Struct, frozen=True):
    """What a CDR costs by its own tariff and volumes; when that is not certain, `why_not` says it in a sentence.

    `taxes` come on top of the amount; None when the tariff does not say all of them.
    """

    amount: Decimal
    taxes: Decimal | None = None
    why_not: str = ""

    def is_asked(self, cdr: CDR) -> bool:
        """Whether the CDR asks the amount to its last decimal, as far as it is certain."""
        return bool(self.why_not) or cdr.total_cost.excl_vat == (-self.amount if cdr.credit else self.amount)

    def objections(self, cdr: CDR) -> Iterator[tuple[str, str]]:
        """What is wrong with the amounts that the CDR asks: each with its rule, in a sentence.

        Nothing is said about how money is rounded, so that a cent more or less is right. Nor has a CDR to say taxes.
        """
        if self.why_not:
            return
        sign = -1 if cdr.credit else 1
        net, gross = cdr.total_cost.excl_vat, cdr.total_cost.incl_vat
        if abs(net - sign * self.amount) > _ROUNDED:
            made = f"its tariff and volumes make {sign * self.amount}"
            yield "cdr-price", f"The CDR asks {net} {cdr.currency} without taxes; {made}."
        if gross is not None and self.taxes is not None and abs(gross - net - sign * self.taxes) > _ROUNDED:
            made = f"its tariff and volumes make {sign * self.taxes}"
            yield "cdr-tax", f"The CDR asks {gross - net} {cdr.currency} of taxes; {made}."


class _Unknown(Exception):
    """Raised for a CDR that does not say enough to be priced; its text is a sentence."""


def reprice(cdr: CDR, tariffs: Sequence[Any], time_zone: str | None) -> Repriced:
    """Price a received CDR anew, by its `tariffs` as they came, of whichever version.

    `time_zone` is that of its Location, as far as that is known.
    """
    if len(tariffs) != 1:
        return Repriced(_ZERO, why_not=f"The CDR holds {len(tariffs)} tariffs; by one its price could be worked out.")
    tariff = neutral(tariffs[0])
    try:
        bill = _bill(cdr, tariff, time_zone)
    except _Unknown as why:
        return Repriced(_ZERO, why_not=str(why))
    return Repriced(bill.total_excl, _taxes(bill, tariff, tariffs[0]), " ".join(bill.reasons))


def _taxes(bill: Bill, tariff: Tariff, written: Any) -> Decimal | None:
    """The taxes of a bill by a tariff. From 2.3.0 on a price without a rate may be taxed by one that nobody says."""
    if tariff.tax_included == "N/A":
        return _ZERO
    untold = [component for element in tariff.elements for component in element.components if component.vat is None]
    if bill.total_incl is None or (untold and hasattr(written, "tax_included")):
        return None
    return bill.total_incl - bill.total_excl


def _bill(cdr: CDR, tariff: Tariff, time_zone: str | None) -> Bill:
    if any(element.restrictions is not None for element in tariff.elements):
        return _by_course(cdr, tariff, time_zone)
    parking_h = cdr.total_parking_time or _ZERO
    try:
        volumes = usage_from_volumes(cdr.total_energy, cdr.total_time - parking_h, parking_h)
    except ValueError:
        raise _Unknown("Less than nothing was charged.") from None
    return price(tariff, volumes)


def _by_course(cdr: CDR, tariff: Tariff, time_zone: str | None) -> Bill:
    """By charging periods, as which of its prices apply depends on when and how the session went on."""
    if not edges(tariff).by_clock:
        time_zone = _STAND_IN  # nothing depends on the clock or the calendar
    elif time_zone is None or time_zone == _STAND_IN or not _is_known(time_zone):
        raise _Unknown(
            f"Tariff {tariff.id} depends on the local time at Location {cdr.cdr_location.id}, "
            "whose time zone is not known here."
        )
    energy_kwh = Decimal(0)
    for period in cdr.charging_periods:
        for dimension in period.dimensions:
            if dimension.type is _ENERGY:
                energy_kwh += dimension.volume
            elif dimension.type is _RESERVED:
                raise _Unknown("The CDR bills a reservation, and does not say whether it was used.")
    if energy_kwh != cdr.total_energy:
        raise _Unknown(f"The charging periods hold {energy_kwh} kWh of the {cdr.total_energy} kWh in all.")
    try:
        return price_course(tariff, course_of(cdr.charging_periods, cdr.end_date_time), time_zone)
    except ValueError:
        raise _Unknown("The charging periods do not follow each other in time.") from None


def _is_known(time_zone: str) -> bool:
    """Whether a name that a peer gave is one of the IANA's."""
    try:
        ZoneInfo(time_zone)
    except (KeyError, ValueError, OSError):
        return False
    return True
