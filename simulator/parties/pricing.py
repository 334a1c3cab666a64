"""From OCPI's tariffs to the billing engine's and back: the one place where a price meets a message.

A CDR is priced from the volumes that it publishes, so that whoever reads it computes the same amount.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any, cast

from simulator.billing import tariff as ours
from simulator.billing.course import Course
from simulator.billing.pieces import Activity, Period
from simulator.billing.price import Bill, Quantities, Terms, terms
from simulator.ocpi.datatypes import Price, parse_datetime
from simulator.ocpi.unknown import unknown_members
from simulator.ocpi.v2_2_1.cdrs import CDR, CdrDimensionType, ChargingPeriod
from simulator.ocpi.v2_2_1.tariffs import Tariff

_ZERO = Decimal("0.0000")
_KWH_PER_WH = Decimal("0.001")
_HOUR_PLACE = Decimal("0.0001")
_US_PER_HOUR_PLACE = 360_000
_NOTHING_IS_LEFT = -100
"""Percent."""


def kwh(energy_wh: int) -> Decimal:
    """Energy as OCPI writes it, in kWh with 3 decimals: exact for whole Wh."""
    return Decimal(energy_wh) * _KWH_PER_WH


@lru_cache(maxsize=4_096)  # periods between two updates are alike
def hours(hour_places: int) -> Decimal:
    """A duration in ten-thousandths of an hour as OCPI writes it, in hours with 4 decimals."""
    return Decimal(hour_places) * _HOUR_PLACE


def totals(cdrs: Iterable[CDR]) -> dict[str, str]:
    """What CDRs ask together, without VAT, by currency; a credit CDR takes away."""
    sums: dict[str, Decimal] = {}
    for cdr in cdrs:
        sums[cdr.currency] = sums.get(cdr.currency, _ZERO) + cdr.total_cost.excl_vat
    return {currency: str(sums[currency]) for currency in sorted(sums)}


class RunningTime:
    """A time that grows. `hour_places` is all of it in ten-thousandths of an hour, the least that OCPI can say.

    `billed_s` is the nearest second to the hours that are published.
    """

    __slots__ = ("_duration_us", "billed_s", "hour_places")

    def __init__(self) -> None:
        self._duration_us = 0
        self.hour_places = 0
        self.billed_s = 0

    def add(self, duration_us: int) -> int:
        """Grow; returns by how much `hour_places` grew, so that the parts add up to the whole."""
        before = self.hour_places
        self._duration_us += duration_us
        self.hour_places = round(self._duration_us / _US_PER_HOUR_PLACE)
        self.billed_s = (self.hour_places * 36 + 50) // 100
        return self.hour_places - before


def quantities(energy_wh: int, charging: RunningTime, parking: RunningTime) -> Quantities:
    """What is billed of a session."""
    return {"ENERGY": energy_wh, "TIME": charging.billed_s, "PARKING_TIME": parking.billed_s, "FLAT": 1}


def neutral(tariff: Any) -> ours.Tariff:
    """An OCPI Tariff of any version in the words of the billing room. Before 2.3.0 prices are without VAT."""
    return ours.Tariff(
        id=tariff.id,
        currency=tariff.currency,
        elements=tuple(_element(element) for element in tariff.elements),
        min_price=_limit(getattr(tariff, "min_price", None)),
        max_price=_limit(getattr(tariff, "max_price", None)),
        tax_included=cast(ours.TaxIncluded, str(getattr(tariff, "tax_included", "NO"))),
    )


def _element(element: Any) -> ours.Element:
    components = tuple(
        ours.Component(component.type.value, component.price, component.step_size, _vat(component))
        for component in element.price_components
    )
    restrictions = _restrictions(element.restrictions) if element.restrictions is not None else None
    return ours.Element(components, restrictions)


def _vat(component: Any) -> Decimal | None:
    """The rate of tax; one that takes the whole price away is none, and counts as not given."""
    vat: Decimal | None = getattr(component, "vat", None)
    return None if vat is not None and vat <= _NOTHING_IS_LEFT else vat


def _restrictions(given: Any) -> ours.Restrictions:
    return ours.Restrictions(
        start_time=given.start_time,
        end_time=given.end_time,
        start_date=given.start_date,
        end_date=given.end_date,
        min_energy_kwh=given.min_kwh,
        max_energy_kwh=given.max_kwh,
        min_current_a=getattr(given, "min_current", None),
        max_current_a=getattr(given, "max_current", None),
        min_power_kw=given.min_power,
        max_power_kw=given.max_power,
        min_duration_s=given.min_duration,
        max_duration_s=given.max_duration,
        day_of_week=tuple(day.value for day in given.day_of_week),
        reservation=_name(getattr(given, "reservation", None)),
        booking=_name(getattr(given, "booking", None)),
        unknown=unknown_members(given),
    )


def _name(given: StrEnum | None) -> str | None:
    return given.value if given is not None else None


def _limit(given: Any) -> ours.Limit | None:
    if given is None:
        return None
    if hasattr(given, "excl_vat"):
        return ours.Limit(given.excl_vat, given.incl_vat)
    return ours.Limit(given.before_taxes, given.after_taxes)


def course_of(periods: Sequence[ChargingPeriod], end_date_time: str) -> Iterator[Period]:
    """Charging periods up to this end, each of which ends when the next one starts, for the billing room to price."""
    starts = [parse_datetime(period.start_date_time) for period in periods]
    for period, start, end in zip(periods, starts, [*starts[1:], parse_datetime(end_date_time)], strict=True):
        volumes = {dimension.type: dimension.volume for dimension in period.dimensions}
        yield Period(
            start_epoch_us=start,
            end_epoch_us=end,
            energy_kwh=volumes.get(CdrDimensionType.ENERGY, _ZERO),
            activity=_activity(volumes),
        )


def _activity(volumes: Mapping[CdrDimensionType, Decimal]) -> Activity:
    if CdrDimensionType.RESERVATION_TIME in volumes:
        return "RESERVATION"
    return "PARKING" if CdrDimensionType.PARKING_TIME in volumes else "CHARGING"


def bills_reservations(tariff: ours.Tariff | None) -> bool:
    """Whether a tariff has prices for reservations."""
    return tariff is not None and any(
        element.restrictions is not None and element.restrictions.reservation is not None for element in tariff.elements
    )


class Fare:
    """What one session pays under a tariff.

    Without restrictions the quantities tell. With them the fare `follows` the session: it wants all its charging
    periods, and no quantities. It is `by_energy` when it stays what it is as long as no more energy is taken.
    """

    __slots__ = ("_course", "_opening", "_tariff", "_terms", "by_energy", "follows")

    def __init__(self, tariff: ours.Tariff, time_zone: str, start_epoch_us: int) -> None:
        self._tariff = tariff
        self.follows = any(element.restrictions is not None for element in tariff.elements)
        self._terms: Terms | None = None
        self._course: Course | None = None
        if self.follows:
            self._course = Course(tariff, time_zone)
            self.by_energy = self._course.by_energy
        else:
            self._terms = terms(tariff)
            self.by_energy = self._terms.by_energy
        self._opening: tuple[str, int] | None = (time_zone, start_epoch_us)

    @property
    def currency(self) -> str:
        """In which it is paid."""
        return self._tariff.currency

    def follow(self, start_epoch_us: int, end_epoch_us: int, energy_wh: int, activity: Activity) -> None:
        """Take the next charging period; nothing for a fare that does not follow."""
        course = self._course
        if course is None:
            return
        self._opening = None
        if not course.goes_on(start_epoch_us, end_epoch_us, energy_wh, activity):
            course.add(
                Period(
                    start_epoch_us=start_epoch_us,
                    end_epoch_us=end_epoch_us,
                    energy_kwh=kwh(energy_wh),
                    activity=activity,
                )
            )

    def follow_all(self, periods: Sequence[ChargingPeriod], end_date_time: str) -> None:
        """Take charging periods as they are published, up to this end."""
        if self._course is not None:
            for period in course_of(periods, end_date_time):
                self._course.add(period)
                self._opening = None

    def bill(self, quantities: Quantities) -> Bill:
        """The bill so far; `quantities` are those of all the periods that were followed."""
        return self._terms.bill(quantities) if self._terms is not None else self._so_far().bill()

    def total(self, quantities: Quantities) -> Price:
        """What that bill comes to."""
        excl, incl = self._terms.total(quantities) if self._terms is not None else self._so_far().total()
        return Price(excl_vat=excl, incl_vat=incl)

    def _so_far(self) -> Course:
        """The course; before the first period one of no length, at the start."""
        course = self._course
        assert course is not None
        if self._opening is not None:
            time_zone, start_epoch_us = self._opening
            if course.minds_power:  # of which nothing is known yet, so that what it chooses now is not to last
                course = Course(self._tariff, time_zone)
            else:
                self._opening = None
            course.add(Period(start_epoch_us=start_epoch_us, end_epoch_us=start_epoch_us))
        return course


FREE = Bill("EUR", _ZERO, None, _ZERO, _ZERO, _ZERO, _ZERO, ("The connector has no tariff; nothing is billed.",))
"""The bill without a tariff, which is approximate."""


def as_price(excl: Decimal, incl: Decimal | None = None) -> Price:
    """An amount as OCPI 2.2.1 writes it."""
    return Price(excl_vat=excl, incl_vat=incl)


def energy_price(tariff: Tariff) -> Decimal | None:
    """What an app shows for a kWh: the tariff's first energy price of charging, None when there is none."""
    for element in tariff.elements:
        asked = element.restrictions
        if asked is not None and (asked.reservation is not None or unknown_members(asked)):
            continue
        for component in element.price_components:
            if component.type.value == "ENERGY":
                return component.price
    return None
