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
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from simulator.billing.exact import Quantity, quotient, wh
from simulator.billing.offers import Offer, offers_of
from simulator.billing.pieces import Activity, Begun, Period, Piece, pieces
from simulator.billing.price import Bill, LineKind, Lines, Taxes, draw_up, shared, sums, taxes
from simulator.billing.rates import ten_thousandths
from simulator.billing.tariff import ComponentKind, Tariff

Amounts = dict[Offer, Quantity]
"""How much is paid at each price."""

_US_PER_S = 1_000_000
_MWH_PER_WH = 1_000
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
        self._offers = offers_of(tariff)
        self._reasons = dict.fromkeys(self._offers.reasons)
        self._taxes: dict[tuple[Offer, ...], Taxes] = {}
        self._charging, self._reserving = _Phase(), _Phase()

    def add(self, period: Period) -> None:
        """Go on by a period, which does not begin before the end of the last one."""
        activity = period.activity
        phase = self._charging if activity in ("CHARGING", "PARKING") else self._reserving
        begun = phase.begun or Begun(period.start_epoch_us, 0)
        # Most periods lie between two edges, where what was chosen once still holds.
        same = phase.last.going_on(period, begun) if phase.last is not None else None
        for piece in pieces(period, self._offers.edges, self._zone, begun) if same is None else (same,):
            if same is None:
                phase.last, phase.chosen = piece, {}
            for kind in _KINDS[activity]:
                if phase.needs(kind, piece):
                    if (activity, kind) not in phase.chosen:
                        offer = self._offers.choose(kind, activity, piece.start, self._reasons)
                        phase.chosen[activity, kind] = offer
                    phase.take(kind, phase.chosen[activity, kind], piece)
        phase.begun = Begun(begun.epoch_us, begun.energy_wh + wh(period.energy_kwh))

    def bill(self) -> Bill:
        """The bill for the course so far."""
        lines, tax = self._billed()
        vats = [(kind, shared([offer.component.vat for offer in offers])) for kind, _, offers in self._paid()]
        return draw_up(self._binding(), lines, tax, vats, self._reasons)

    def total(self) -> tuple[Decimal, Decimal | None]:
        """The bill's `total_excl` and `total_incl`, without the rest of it."""
        return sums(self._binding(), *self._billed(), [])

    def _binding(self) -> Tariff:
        """The tariff whose limits bind: its least price is that of a charging session, not of a reservation alone."""
        return self._tariff if self._charging.begun is not None else replace(self._tariff, min_price=None)

    def _billed(self) -> tuple[Lines, Taxes]:
        lines: list[tuple[LineKind, int, int]] = []
        taxable: list[Offer] = []
        for kind, paid, offers in self._paid():
            lines.append((kind, *_line(paid)))
            taxable += offers
        paying = tuple(taxable)
        tax = self._taxes.get(paying)
        if tax is None:
            tax = self._taxes[paying] = taxes(self._tariff, [offer.component for offer in paying])
        return lines, tax

    def _paid(self) -> Iterator[tuple[LineKind, Amounts, tuple[Offer, ...]]]:
        """For each line what is paid at which prices, and these, or the one that would come first if there are none."""
        for kind, first in self._offers.first.items():
            paid = self._charging.billed(kind)
            yield kind, paid, tuple(paid) or (first,)
        if self._reserving.begun is not None:
            reserved = self._reserving.billed("TIME") | self._reserving.billed("FLAT")
            if reserved:
                yield "RESERVATION", reserved, tuple(reserved)


def _line(amounts: Amounts) -> tuple[int, int]:
    """Its price without and with tax, in ten-thousandths."""
    net = gross = (0, 1)
    for offer, quantity in amounts.items():
        rate = offer.rate
        alike = gross is net and rate.gross is rate.net
        sum = _plus(net, quantity, rate.net)
        net, gross = sum, sum if alike else _plus(gross, quantity, rate.gross)
    rounded = ten_thousandths(*net)
    return rounded, rounded if gross is net else ten_thousandths(*gross)


def _plus(sum: tuple[int, int], quantity: Quantity, price: tuple[int, int]) -> tuple[int, int]:
    """A sum and what a quantity costs; sum and price are quotients of integers."""
    numerator, denominator = quantity.numerator * price[0], quantity.denominator * price[1]
    if denominator == sum[1]:
        return sum[0] + numerator, denominator
    return sum[0] * denominator + numerator * sum[1], sum[1] * denominator


class _Phase:
    """What was used, at which prices, of a reservation or of the charging after it.

    `last` is the piece for whose start was `chosen` what prices each dimension of an activity.
    """

    def __init__(self) -> None:
        self.begun: Begun | None = None
        self.last: Piece | None = None
        self.chosen: dict[tuple[Activity, ComponentKind], Offer | None] = {}
        self._used: dict[ComponentKind, Amounts] = {}
        self._last: dict[ComponentKind, Offer] = {}

    def needs(self, kind: ComponentKind, piece: Piece) -> bool:
        """Whether a piece has any of a dimension that is to be priced."""
        if kind == "FLAT":
            return kind not in self._used
        return bool(piece.energy_wh if kind == "ENERGY" else piece.duration_us)

    def take(self, kind: ComponentKind, offer: Offer | None, piece: Piece) -> None:
        """Use what a piece has of a dimension, at this price, if it has one."""
        if offer is None:
            return
        quantity = 1 if kind == "FLAT" else piece.energy_wh if kind == "ENERGY" else piece.duration_us
        amounts = self._used.setdefault(kind, {})
        amounts[offer] = amounts.get(offer, 0) + quantity
        self._last[kind] = offer

    def billed(self, kind: ComponentKind) -> Amounts:
        """What was used of a dimension, in Wh, seconds or once, brought to whole units and steps at the last price."""
        amounts = self._used.get(kind)
        if amounts is None or kind == "FLAT":
            return amounts or {}
        last = self._last[kind]
        # Parking alone is rounded up to its step: the time of charging before it stays as it is.
        parks = kind == "TIME" and "PARKING_TIME" in self._used and self._whole("PARKING_TIME")
        step = 1 if parks else max(last.component.step_size, 1)
        rest: Quantity = -(-self._whole(kind) // step) * step
        if len(amounts) == 1:
            return {last: rest}
        billed = dict(amounts)
        for offer, quantity in amounts.items():
            if offer is not last:
                billed[offer] = quantity if kind == "ENERGY" else quotient(quantity, _US_PER_S)
                rest -= billed[offer]
        # Rounded down, the last one may be short of what rounding took; nobody is paid for that.
        billed[last] = max(rest, 0)
        return billed

    def _whole(self, kind: ComponentKind) -> int:
        """All that was used: whole Wh, up from the nearest mWh, or the nearest seconds."""
        total = sum(self._used[kind].values())
        if kind == "ENERGY":
            return total if isinstance(total, int) else -(-_nearest(total * _MWH_PER_WH, 1) // _MWH_PER_WH)
        return _nearest(total, _US_PER_S)


def _nearest(quantity: Quantity, unit: int) -> int:
    """In how many units a quantity is counted, halves up."""
    return (2 * quantity + unit) // (2 * unit)
