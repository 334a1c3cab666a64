"""What a session costs that is followed along its course: charging periods and a tariff in, an exact bill out.

At every instant each dimension is priced by the first element that has it and whose restrictions all hold then; without
one it costs nothing. Step sizes round up once a session and group: energy by its last component; of the two times only
parking if any was billed, else charging; the time of a reservation apart. What is rounded up is paid by the last price.
FLAT is billed once, at the first instant at which it applies, and once more for a reservation.

Source: OCPI 2.2.1 and 2.3.0 Tariffs, and CDRs (step_size). What OCPI leaves open is decided as in `price`: in all a
session is billed for whole Wh and whole seconds, and each line is rounded once.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import reduce
from math import inf
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from simulator.billing.exact import Quantity, Quotient, exact, plus, wh
from simulator.billing.offers import Offer, offers_of
from simulator.billing.pieces import Activity, Begun, Period, pieces
from simulator.billing.price import Bill, LineKind, Lines, Taxes, draw_up, shared, sums, taxes
from simulator.billing.rates import ten_thousandths
from simulator.billing.restrictions import Instant
from simulator.billing.tariff import ComponentKind, Tariff
from simulator.billing.used import Used

_KINDS: Mapping[Activity, tuple[ComponentKind, ...]] = {
    "CHARGING": ("ENERGY", "TIME", "FLAT"),
    "PARKING": ("ENERGY", "PARKING_TIME", "FLAT"),
    "RESERVATION": ("TIME", "FLAT"),
    "RESERVATION_EXPIRES": ("TIME", "FLAT"),
}
_CHARGING: tuple[Activity, ...] = ("CHARGING", "PARKING")


def price_course(tariff: Tariff, periods: Iterable[Period], time_zone: str) -> Bill:
    """The bill for a session of these periods, in their order, at a location in this IANA time zone."""
    course = Course(tariff, time_zone)
    for period in periods:
        course.add(period)
    return course.bill()


class Course:
    """One session under one tariff: it grows by its periods and can be billed at any time.

    It `minds_power` when prices depend on power or current; `by_energy` is whether charging costs nothing but energy.
    """

    def __init__(self, tariff: Tariff, time_zone: str) -> None:
        self._tariff = tariff
        self._zone = ZoneInfo(time_zone)
        self._offers = offers_of(tariff)
        self.minds_power, self.by_energy = self._offers.edges.by_power, self._offers.by_energy
        self._reasons = dict.fromkeys(self._offers.reasons)
        self._taxes: Taxes | None = None
        self._charging, self._reserving = _Phase(), _Phase()

    def add(self, period: Period) -> None:
        """Go on by a period, which does not begin before the end of the last one."""
        energy_wh, activity = wh(period.energy_kwh), period.activity
        if self.goes_on(period.start_epoch_us, period.end_epoch_us, energy_wh, activity):
            return
        phase = self._charging if activity in _CHARGING else self._reserving
        if phase.begun_us is None:
            phase.begun_us = period.start_epoch_us
        begun = Begun(phase.begun_us, phase.energy_wh)
        for piece in pieces(period, self._offers.edges, self._zone, begun):
            phase.at, phase.until_us, phase.until_wh = piece.start, piece.until_us, piece.until_wh
            phase.chosen = {}
            self._use(phase, activity, piece.energy_wh, piece.duration_us)
        for used in phase.used.values():
            used.total = exact(used.total)
        phase.energy_wh += energy_wh

    def goes_on(self, start_epoch_us: int, end_epoch_us: int, energy_wh: Quantity, activity: Activity) -> bool:
        """Go on by a period that comes to no edge, as most do: what was chosen at the last one holds.

        False when it does come to one; then nothing is done, and it is to be added.
        """
        if activity in _CHARGING:
            phase = self._charging
            if self.by_energy and not energy_wh and phase.begun_us is not None:
                return True  # at whatever prices, there is nothing to pay
        else:
            phase = self._reserving
        after_wh = phase.energy_wh + energy_wh
        if start_epoch_us >= phase.until_us or end_epoch_us > phase.until_us:
            return False
        if phase.energy_wh >= phase.until_wh or after_wh > phase.until_wh:
            return False
        phase.energy_wh = after_wh
        self._use(phase, activity, energy_wh, end_epoch_us - start_epoch_us)
        return True

    def _use(self, phase: "_Phase", activity: Activity, energy_wh: Quantity, duration_us: Quantity) -> None:
        all_used, chosen = phase.used, phase.chosen.get(activity)
        if chosen is None:
            chosen = phase.chosen[activity] = {}
        for kind in _KINDS[activity]:
            used = all_used.get(kind)
            if kind != "FLAT":
                quantity = energy_wh if kind == "ENERGY" else duration_us
            else:
                quantity = 1 if used is None else 0  # billed once
            if not quantity:
                continue
            if kind not in chosen:
                assert phase.at is not None
                chosen[kind] = self._offers.choose(kind, activity, phase.at, self._reasons)
            offer = chosen[kind]
            if offer is None:
                continue
            if used is None:
                used = all_used[kind] = Used(kind, offer)
                self._taxes = None
            elif used.last is not offer:
                used.turn_to(offer)
                self._taxes = None
            used.total += quantity

    def bill(self) -> Bill:
        """The bill for the course so far."""
        vats = [(kind, shared([offer.component.vat for offer in offers])) for kind, offers in self._paying()]
        return draw_up(self._binding(), self._lines(), self._taxed(), vats, self._reasons)

    def total(self) -> tuple[Decimal, Decimal | None]:
        """The bill's `total_excl` and `total_incl`, without the rest of it."""
        return sums(self._binding(), self._lines(), self._taxed(), [])

    def _binding(self) -> Tariff:
        """The tariff whose limits bind: its least price is that of a charging session, not of a reservation alone."""
        return self._tariff if self._charging.begun_us is not None else replace(self._tariff, min_price=None)

    def _lines(self) -> Lines:
        lines: list[tuple[LineKind, int, int]] = []
        charging, reserved = self._charging.used, self._reserving.used
        # Parking alone is rounded up to its step: the time of charging before it stays as it is.
        parks = "PARKING_TIME" in charging and charging["PARKING_TIME"].whole() > 0
        for kind in self._offers.first:
            used = charging.get(kind)
            if used is None or used.free:
                lines.append((kind, 0, 0))
                continue
            net, gross = used.price(not (parks and kind == "TIME"))
            lines.append(_line(kind, net, gross))
        if reserved:
            nets, grosses = zip(*[used.price() for used in reserved.values()], strict=True)
            lines.append(_line("RESERVATION", reduce(plus, nets), reduce(plus, grosses)))
        return lines

    def _taxed(self) -> Taxes:
        if self._taxes is None:
            paying = [offer.component for _, offers in self._paying() for offer in offers]
            self._taxes = taxes(self._tariff, paying)
        return self._taxes

    def _paying(self) -> Iterator[tuple[LineKind, tuple[Offer, ...]]]:
        """The prices that each line is paid by, or the one that would come first if there are none."""
        for kind, first in self._offers.first.items():
            used = self._charging.used.get(kind)
            yield kind, (first,) if used is None else tuple(used.amounts)
        reserved = [used for kind in _KINDS["RESERVATION"] if (used := self._reserving.used.get(kind)) is not None]
        if reserved:
            yield "RESERVATION", tuple([offer for used in reserved for offer in used.amounts])


def _line(kind: LineKind, net: Quotient, gross: Quotient) -> tuple[LineKind, int, int]:
    """A line of a bill: its price without and with tax."""
    rounded = ten_thousandths(net[0], net[1])
    return kind, rounded, rounded if gross is net else ten_thousandths(gross[0], gross[1])


class _Phase:
    """What was used, at which prices, of a reservation or of the charging after it.

    It began at `begun_us` and has taken `energy_wh` since. What prices each dimension of an activity was `chosen` for
    an instant, `at`, and holds `until_us` and `until_wh`.
    """

    __slots__ = ("at", "begun_us", "chosen", "energy_wh", "until_us", "until_wh", "used")

    def __init__(self) -> None:
        self.begun_us: int | None = None
        self.energy_wh: Quantity = 0
        self.at: Instant | None = None
        self.until_us: Quantity | float = -inf
        self.until_wh: Quantity | float = inf
        self.chosen: dict[Activity, dict[ComponentKind, Offer | None]] = {}
        self.used: dict[ComponentKind, Used] = {}
