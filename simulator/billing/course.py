"""What a session costs that is followed along its course: charging periods and a tariff in, an exact bill out.

At every instant each dimension is priced by the first element that has it and whose restrictions all hold then; without
one it costs nothing. Step sizes round up once a session and group: energy by its last component; of the two times only
parking if any was billed, else charging; the time of a reservation apart. What is rounded up is paid by the last price.
FLAT is billed once, at the first instant at which it applies, and once more for a reservation.

Source: OCPI 2.2.1 and 2.3.0 Tariffs, and CDRs (step_size). What OCPI leaves open is decided as in `price`: in all a
session is billed for whole Wh and whole seconds, and each line is rounded once.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import ceil, floor
from zoneinfo import ZoneInfo

from simulator.billing.offers import Offers
from simulator.billing.pieces import Activity, Period, Piece, edges, pieces
from simulator.billing.price import Bill, LineKind, draw_up, taxes
from simulator.billing.rates import rate_of, ten_thousandths
from simulator.billing.tariff import Component, ComponentKind, Tariff

Amounts = dict[Component, Fraction]
"""How many Wh, seconds or sessions are paid at each price."""

_WH_PER_KWH = _MWH_PER_WH = 1_000
_HALF = Fraction(1, 2)
_KINDS: Mapping[Activity, tuple[ComponentKind, ...]] = {
    "CHARGING": ("ENERGY", "TIME", "FLAT"),
    "PARKING": ("ENERGY", "PARKING_TIME", "FLAT"),
    "RESERVATION": ("TIME", "FLAT"),
    "RESERVATION_EXPIRES": ("TIME", "FLAT"),
}


def price_course(tariff: Tariff, periods: Iterable[Period], time_zone: str) -> Bill:
    """The bill for a session of these periods, in their order, at a location in this IANA time zone."""
    course = Course(tariff, time_zone)
    for period in periods:
        course.add(period)
    return course.bill()


class Course:
    """One session under one tariff: it grows by its periods and can be billed at any time."""

    def __init__(self, tariff: Tariff, time_zone: str) -> None:
        self._tariff = tariff
        self._zone = ZoneInfo(time_zone)
        self._edges = edges(tariff)
        self._offers = Offers(tariff)
        self._charging, self._reserving = _Phase(), _Phase()

    def add(self, period: Period) -> None:
        """Go on by a period, which does not begin before the end of the last one."""
        phase = self._charging if period.activity in ("CHARGING", "PARKING") else self._reserving
        if phase.begun_epoch_us is None:
            phase.begun_epoch_us = period.start_epoch_us
        for piece in pieces(period, self._edges, self._zone, phase.energy_kwh, phase.begun_epoch_us):
            for kind in _KINDS[period.activity]:
                component = (
                    self._offers.choose(kind, period.activity, piece.start) if phase.needs(kind, piece) else None
                )
                if component is not None:
                    phase.take(component, piece)
        phase.energy_kwh += Fraction(period.energy_kwh)

    def bill(self) -> Bill:
        """The bill for the course so far."""
        components = self._offers.first()
        paid = {kind: self._charging.billed(kind) for kind in components}
        lines: list[tuple[LineKind, int, int]] = [(kind, *self._line(amounts)) for kind, amounts in paid.items()]
        reserved = self._reserving.billed("TIME") | self._reserving.billed("FLAT")
        if reserved:
            lines.append(("RESERVATION", *self._line(reserved)))
        taxable = [component for kind, first in components.items() for component in paid[kind] or (first,)]
        return draw_up(self._tariff, lines, taxes(self._tariff, [*taxable, *reserved]), self._offers.reasons)

    def _line(self, amounts: Amounts) -> tuple[int, int]:
        """Its price without and with tax, in ten-thousandths."""
        net = gross = Fraction(0)
        for component, quantity in amounts.items():
            rate = rate_of(self._tariff, component)
            net += quantity * Fraction(*rate.net)
            gross += quantity * Fraction(*rate.gross)
        return ten_thousandths(*net.as_integer_ratio()), ten_thousandths(*gross.as_integer_ratio())


class _Phase:
    """What was used, at which prices, of a reservation or of the charging after it."""

    def __init__(self) -> None:
        self.begun_epoch_us: int | None = None
        self.energy_kwh = Fraction(0)
        self._used: dict[ComponentKind, Amounts] = {}
        self._last: dict[ComponentKind, Component] = {}

    def needs(self, kind: ComponentKind, piece: Piece) -> bool:
        """Whether a piece has any of a dimension that is to be priced."""
        if kind == "FLAT":
            return kind not in self._used
        return bool(piece.energy_kwh if kind == "ENERGY" else piece.duration_s)

    def take(self, component: Component, piece: Piece) -> None:
        """Use what a piece has of a dimension, at this price."""
        if component.kind == "FLAT":
            quantity = Fraction(1)
        else:
            quantity = piece.energy_kwh * _WH_PER_KWH if component.kind == "ENERGY" else piece.duration_s
        amounts = self._used.setdefault(component.kind, {})
        amounts[component] = amounts.get(component, Fraction(0)) + quantity
        self._last[component.kind] = component

    def billed(self, kind: ComponentKind) -> Amounts:
        """What was used of a dimension, brought to whole units and steps at the last price."""
        amounts = dict(self._used.get(kind, {}))
        if amounts and kind != "FLAT":
            last = self._last[kind]
            total, whole = sum(amounts.values(), Fraction(0)), self._whole(kind)
            # Parking alone is rounded up to its step: the time of charging before it stays as it is.
            step = 1 if kind == "TIME" and self._whole("PARKING_TIME") else max(last.step_size, 1)
            amounts[last] += -(-whole // step) * step - total
        return amounts

    def _whole(self, kind: ComponentKind) -> int:
        """All that was used: whole Wh, up from the nearest mWh, or the nearest seconds."""
        total = sum(self._used.get(kind, {}).values(), Fraction(0))
        if kind == "ENERGY":
            return ceil(Fraction(floor(total * _MWH_PER_WH + _HALF), _MWH_PER_WH))
        return floor(total + _HALF)
