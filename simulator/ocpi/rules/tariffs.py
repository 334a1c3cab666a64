"""What is asked of a Tariff as a whole: limits that leave room, elements that can apply, taxes that fit together."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

from simulator.ocpi.findings import Finding
from simulator.ocpi.rules.codes import check_currency
from simulator.ocpi.rules.measures import check_energy_mix, check_not_negative
from simulator.ocpi.rules.remark import check_period, remark
from simulator.ocpi.rules.taxes import check_rate
from simulator.ocpi.unknown import unknown_members

_SPANS: Final = ("kwh", "current", "power", "duration")
_MEASURED: Final = tuple(f"{end}_{name}" for name in _SPANS for end in ("min", "max"))
_OF_RESERVATIONS: Final = ("FLAT", "TIME")
_NO_TAXES: Final = "N/A"


def check_tariff(tariff: Any) -> Iterator[Finding]:
    """A Tariff of any version."""
    start, end = getattr(tariff, "start_date_time", None), getattr(tariff, "end_date_time", None)
    yield from check_period(start, end, "$.end_date_time", "tariffs, Tariff")
    least, most = _limit(getattr(tariff, "min_price", None)), _limit(getattr(tariff, "max_price", None))
    if least is not None and most is not None and most < least:
        yield remark(
            "price-limits", "$.max_price", str(most), f"at least min_price, {least}", "tariffs, Tariff", "warning"
        )
    yield from check_currency(tariff, "tariffs, Tariff")
    yield from _check_order(tariff.elements)
    yield from check_energy_mix(tariff.energy_mix, "$.energy_mix")
    untaxed = getattr(tariff, "tax_included", None) == _NO_TAXES
    for index, element in enumerate(tariff.elements):
        path = f"$.elements[{index}]"
        yield from check_element(element, path)
        for place, component in enumerate(element.price_components):
            if untaxed and component.vat is not None:
                where, found = f"{path}.price_components[{place}].vat", str(component.vat)
                yield remark(
                    "tariff-tax", where, found, "no vat, for tax_included is N/A", "tariffs, Tariff", "warning"
                )


def check_element(element: Any, path: str = "$") -> Iterator[Finding]:
    """A TariffElement of any version."""
    if element.restrictions is not None:
        yield from check_restrictions(element.restrictions, f"{path}.restrictions")
        yield from _check_reservation(element, f"{path}.price_components")
    for place, component in enumerate(element.price_components):
        yield from check_rate(component, f"{path}.price_components[{place}]")


def check_restrictions(restrictions: Any, path: str = "$") -> Iterator[Finding]:
    """TariffRestrictions of any version."""
    section = "tariffs, TariffRestrictions"
    yield from check_not_negative(restrictions, _MEASURED, section, path)
    for name in _SPANS:
        least, most = getattr(restrictions, f"min_{name}", None), getattr(restrictions, f"max_{name}", None)
        if least is not None and most is not None and most <= least:
            expected = f"more than min_{name}, {least}, or the element never applies"
            yield remark("never-applies", f"{path}.max_{name}", str(most), expected, section, "warning")
    first, after = restrictions.start_date, restrictions.end_date
    if first is not None and after is not None and after <= first:
        expected = f"a day after start_date, {first}, or the element never applies"
        yield remark("never-applies", f"{path}.end_date", after, expected, section, "warning")
    yield from _check_booking(restrictions, path)


def _check_order(elements: Sequence[Any]) -> Iterator[Finding]:
    """The first element that applies prices a dimension: what stands after one without restrictions never does."""
    taken: dict[str, int] = {}
    for index, element in enumerate(elements):
        for place, component in enumerate(element.price_components):
            if component.type in taken and not _is_apart(element.restrictions):
                path = f"$.elements[{index}].price_components[{place}]"
                expected = f"it before element {taken[component.type]}, which has no restrictions and comes first"
                yield remark("never-applies", path, str(component.type), expected, "tariffs, TariffElement", "warning")
        if element.restrictions is None:
            for component in element.price_components:
                taken.setdefault(component.type, index)


def _is_apart(restrictions: Any) -> bool:
    """Whether an element is for reservations or bookings, or for nobody knows what, which is no charging."""
    if restrictions is None:
        return False
    if unknown_members(restrictions):
        return True
    return any(getattr(restrictions, name, None) is not None for name in ("reservation", "booking"))


def _check_reservation(element: Any, path: str) -> Iterator[Finding]:
    """A reservation has a beginning and a duration, and nothing else that could be billed."""
    if getattr(element.restrictions, "reservation", None) is None:
        return
    for index, component in enumerate(element.price_components):
        if component.type not in _OF_RESERVATIONS:
            expected = "FLAT or TIME, in an element for reservations"
            section = "tariffs, ReservationRestrictionType"
            yield remark("reservation-type", f"{path}[{index}].type", component.type, expected, section, "warning")


def _check_booking(restrictions: Any, path: str) -> Iterator[Finding]:
    """Only who has the add-on for bookings knows the restriction; the core of 2.3.0 does not."""
    booking = getattr(restrictions, "booking", None)
    if booking is not None:
        expected = "readers that know the module bookings, for all others bill this element to everybody"
        yield remark("booking-element", f"{path}.booking", booking, expected, "bookings, TariffRestrictions", "warning")


def _limit(price: Any) -> Decimal | None:
    amount: Decimal | None = getattr(price, "excl_vat", None)
    if amount is None:
        amount = getattr(price, "before_taxes", None)
    return amount
