"""What a session costs whose prices apply throughout: quantities and a tariff in, a bill out.

A tariff with restrictions (time of day, power, reservation ...) needs the course of the session, which `course`
follows. A bill that is approximate says in sentences why, so that nobody takes a guess for a sum owed.

Source: OCPI 2.2.1 and 2.3.0 Tariffs (PriceComponent, step_size, min_price, max_price) and CDRs (step_size). OCPI
leaves the rounding of money open; ours follows EN 16931, the European norm for invoices: each line is rounded once,
half up, to the 4 decimals of an OCPI number, and a total is the sum of its lines.
"""

from collections.abc import Iterable, Sequence
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Literal

from msgspec import Struct

from simulator.billing.limits import limited
from simulator.billing.rates import Rate, money, rate_of, ten_thousandths
from simulator.billing.tariff import Component, ComponentKind, Tariff

_US_PER_S = 1_000_000
_S_PER_H = 3_600
_WH_PER_KWH = 1_000
_NOTHING = Decimal(0)

Quantities = dict[ComponentKind, int]
"""How much of each dimension, in its smallest unit: Wh, s, sessions."""


class Usage(Struct, frozen=True):
    """Billable quantities of a session: energy, time charging and time parked without charging.

    Durations are billed in whole seconds, the unit of `step_size`, and are rounded to the nearest one first: a peer
    that reads the decimal hours of a CDR then bills the same, and a stray microsecond costs no further block.
    """

    energy_wh: int
    charging_us: int = 0
    parking_us: int = 0

    def __post_init__(self) -> None:
        if self.energy_wh < 0 or self.charging_us < 0 or self.parking_us < 0:
            raise ValueError(f"{self}: expected no negative quantity.")

    def quantities(self) -> Quantities:
        """What is billed of each dimension."""
        return {
            "ENERGY": self.energy_wh,
            "TIME": _nearest_s(self.charging_us),
            "PARKING_TIME": _nearest_s(self.parking_us),
            "FLAT": 1,
        }


def usage_from_volumes(energy_kwh: Decimal, time_h: Decimal = _NOTHING, parking_time_h: Decimal = _NOTHING) -> Usage:
    """Quantities from the summed volumes of a CDR or Session (dimensions ENERGY, TIME, PARKING_TIME).

    Volumes are rounded decimals: 10 minutes arrive as 0.1667 h. Hours are snapped to the nearest second; energy to
    0.001 Wh, then up to the whole Wh at which billing starts.
    """
    energy_wh = (energy_kwh * _WH_PER_KWH).quantize(Decimal("0.001"), ROUND_HALF_UP)
    charging_s, parking_s = (
        int((hours * _S_PER_H).to_integral_value(ROUND_HALF_UP)) for hours in (time_h, parking_time_h)
    )
    return Usage(int(energy_wh.to_integral_value(ROUND_CEILING)), charging_s * _US_PER_S, parking_s * _US_PER_S)


class Bill(Struct, frozen=True, gc=False):
    """The price of one session, in `currency`, each amount with 4 decimals.

    `energy`, `time`, `parking`, `fixed` and `reservation` (all that a reservation cost before charging began) are the
    lines without tax; they add up to `total_excl` unless min_price or max_price moved it. `total_incl` and each line's
    `..._incl` are with tax, None when no price carries any. `rates` are the percentages of tax, of each line that has
    one and only one. An approximate bill says why in `reasons`.
    """

    currency: str
    total_excl: Decimal
    total_incl: Decimal | None
    energy: Decimal
    time: Decimal
    parking: Decimal
    fixed: Decimal
    reasons: tuple[str, ...] = ()
    energy_incl: Decimal | None = None
    time_incl: Decimal | None = None
    parking_incl: Decimal | None = None
    fixed_incl: Decimal | None = None
    reservation: Decimal = _NOTHING
    reservation_incl: Decimal | None = None
    rates: "tuple[tuple[LineKind, Decimal], ...]" = ()

    @property
    def approximate(self) -> bool:
        """Whether something the tariff asks for was ignored."""
        return bool(self.reasons)


def price(tariff: Tariff, usage: Usage) -> Bill:
    """The bill for `usage` under `tariff`. Raises ValueError for a tariff with restrictions.

    Each dimension is priced by the first element that has it, and costs nothing without one. Step sizes round up once a
    session: ENERGY by its own; of the two times only PARKING_TIME if parking is billed, else TIME. FLAT is billed once.
    min_price and max_price bound the totals without and with tax independently; a limit known on one side only is
    carried to the other where a single VAT rate makes that exact.
    """
    return terms(tariff).bill(usage.quantities())


LineKind = ComponentKind | Literal["RESERVATION"]
Lines = Sequence[tuple[LineKind, int, int]]
"""What a bill is the sum of: each line's price without and with tax, in ten-thousandths."""


class Taxes(Struct, frozen=True, gc=False):
    """What the components of a bill say of tax: `vat` is the rate that all share, None when there is no such rate."""

    taxed: bool
    vat: Decimal | None
    reasons: tuple[str, ...]


def taxes(tariff: Tariff, components: Iterable[Component]) -> Taxes:
    """How a bill of these components is taxed."""
    vats = [component.vat for component in components]
    reasons: tuple[str, ...] = ()
    if tariff.tax_included == "YES" and None in vats:
        reasons = ("Prices include a tax whose rate is not given; amounts without tax repeat those with tax.",)
    return Taxes(
        tariff.tax_included == "YES" or (tariff.tax_included == "NO" and vats.count(None) < len(vats)),
        shared(vats),
        reasons,
    )


def shared(vats: Sequence[Decimal | None]) -> Decimal | None:
    """The rate that all of these are, None when there is no such rate."""
    return vats[0] if vats and vats.count(vats[0]) == len(vats) else None


def draw_up(
    tariff: Tariff, lines: Lines, tax: Taxes, vats: Iterable[tuple[LineKind, Decimal | None]], reasons: Iterable[str]
) -> Bill:
    """The bill of these lines, one a kind at most, and of the rate of tax that each has, if it has one."""
    unbound: list[str] = []
    total_excl, total_incl = sums(tariff, lines, tax, unbound)
    net = {kind: money(excl) for kind, excl, _ in lines}
    gross = {kind: money(incl) for kind, _, incl in lines} if tax.taxed else {}
    none = _NOTHING if tax.taxed else None
    return Bill(
        tariff.currency,
        total_excl,
        total_incl,
        net.get("ENERGY", _NOTHING),
        net.get("TIME", _NOTHING),
        net.get("PARKING_TIME", _NOTHING),
        net.get("FLAT", _NOTHING),
        (*reasons, *tax.reasons, *unbound),
        gross.get("ENERGY", none),
        gross.get("TIME", none),
        gross.get("PARKING_TIME", none),
        gross.get("FLAT", none),
        net.get("RESERVATION", _NOTHING),
        gross.get("RESERVATION", none),
        tuple(sorted((kind, vat) for kind, vat in vats if vat is not None)) if tax.taxed else (),
    )


def sums(tariff: Tariff, lines: Lines, tax: Taxes, reasons: list[str]) -> tuple[Decimal, Decimal | None]:
    """Both totals within the tariff's limits; what these do not bind goes to `reasons`."""
    net = gross = 0
    for _, line_net, line_gross in lines:
        net += line_net
        gross += line_gross
    excl = money(net) if lines else _NOTHING
    incl = money(gross) if tax.taxed and lines else excl
    if tariff.min_price is not None or tariff.max_price is not None:
        excl, incl = limited(tariff, excl, incl, tax.vat, tax.taxed, reasons)
    return excl, incl if tax.taxed else None


class Terms(Struct, frozen=True, gc=False):
    """What a session pays by. `parking` is whether parked time has a rate, `vats` are the rates of tax.

    `summed` are the rates that make the sum: those that cost something, or one if none does. `by_energy` is whether the
    sum grows with nothing else.
    """

    tariff: Tariff
    rates: tuple[Rate, ...]
    summed: tuple[Rate, ...]
    vats: tuple[tuple[LineKind, Decimal | None], ...]
    tax: Taxes
    parking: bool
    by_energy: bool
    reasons: tuple[str, ...]

    def bill(self, quantities: Quantities) -> Bill:
        """The bill for `quantities`."""
        return draw_up(self.tariff, self._lines(quantities, self.rates), self.tax, self.vats, self.reasons)

    def total(self, quantities: Quantities) -> tuple[Decimal, Decimal | None]:
        """The bill's `total_excl` and `total_incl`, without the rest of it: for a session that goes on."""
        return sums(self.tariff, self._lines(quantities, self.summed), self.tax, [])

    def _lines(self, quantities: Quantities, rates: Sequence[Rate]) -> Lines:
        parking_is_billed = self.parking and quantities["PARKING_TIME"] > 0
        lines: list[tuple[LineKind, int, int]] = []
        for rate in rates:
            kind = rate.kind
            quantity = quantities[kind]
            if not quantity:
                lines.append((kind, 0, 0))
                continue
            if rate.step_size > 1 and kind != "FLAT" and not (kind == "TIME" and parking_is_billed):
                quantity = -(-quantity // rate.step_size) * rate.step_size
            numerator, denominator = rate.net
            excl = incl = ten_thousandths(quantity * numerator, denominator)
            if rate.gross is not rate.net:
                numerator, denominator = rate.gross
                incl = ten_thousandths(quantity * numerator, denominator)
            lines.append((kind, excl, incl))
        return lines


def terms(tariff: Tariff) -> Terms:
    """By what a session pays under `tariff`; see `price`."""
    components: dict[ComponentKind, Component] = {}
    reasons: list[str] = []
    for number, element in enumerate(tariff.elements, 1):
        if element.restrictions is not None and element.restrictions.names():
            names = ", ".join(element.restrictions.names())
            raise ValueError(f"Element {number} of tariff {tariff.id} is restricted ({names}): follow its course.")
        here: list[ComponentKind] = []
        for component in element.components:
            if component.kind in here:
                reasons.append(f"Element {number} has {component.kind} more than once; only its first price is used.")
            here.append(component.kind)
            components.setdefault(component.kind, component)
    rates = tuple([rate_of(tariff, component) for component in components.values()])
    summed = tuple([rate for rate in rates if not rate.free]) or rates[:1]
    return Terms(
        tariff,
        rates,
        summed,
        tuple([(kind, component.vat) for kind, component in components.items()]),
        taxes(tariff, components.values()),
        "PARKING_TIME" in components,
        all(rate.kind in ("ENERGY", "FLAT") for rate in summed),
        tuple(reasons),
    )


def _nearest_s(duration_us: int) -> int:
    return (duration_us + _US_PER_S // 2) // _US_PER_S
