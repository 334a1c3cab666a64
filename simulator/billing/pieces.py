"""Where in a charging period prices may change, so that in each piece of it the same restrictions hold throughout.

A period is cut where clocks at the location show a start_time, an end_time or midnight, where they are changed, and
where the session's energy or duration reaches a bound. Within a period energy is taken to flow evenly: OCPI asks for a
new period at each change that matters to the price. All is exact, so that how a session is cut costs nothing.

Source: OCPI 2.2.1 and 2.3.0 Tariffs (TariffRestrictions) and CDRs (ChargingPeriod).
"""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import inf
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from simulator.billing.clock import clock_edges, local, next_clock_edge_s
from simulator.billing.exact import Quantity, exact, quotient, wh
from simulator.billing.restrictions import Instant, Span
from simulator.billing.tariff import Tariff

Activity = Literal["CHARGING", "PARKING", "RESERVATION", "RESERVATION_EXPIRES"]
"""What an EVSE is occupied with: a reservation ends in charging, or it expires unused."""

_US_PER_S = 1_000_000
_S_PER_H = 3_600
_DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")


class Period(Struct, frozen=True, kw_only=True):
    """A stretch of a session, from and to microseconds since 1970.

    Where neither bound of the power is known it is that which the energy makes; a current is known without energy, too:
    there is none.
    """

    start_epoch_us: int
    end_epoch_us: int
    energy_kwh: Decimal = Decimal(0)
    activity: Activity = "CHARGING"
    min_power_kw: Decimal | None = None
    max_power_kw: Decimal | None = None
    min_current_a: Decimal | None = None
    max_current_a: Decimal | None = None

    def __post_init__(self) -> None:
        if self.end_epoch_us < self.start_epoch_us or self.energy_kwh < 0:
            raise ValueError(f"{self}: expected an end that is not before the start, and no negative energy.")

    @property
    def duration_us(self) -> int:
        """How long it lasts."""
        return self.end_epoch_us - self.start_epoch_us

    def power_kw(self) -> Span | None:
        """Least and most power, as far as known."""
        average = None
        if not self.energy_kwh:
            average = Fraction(0)
        elif self.duration_us:
            average = Fraction(self.energy_kwh) * _S_PER_H * _US_PER_S / self.duration_us
        return _span(self.min_power_kw, self.max_power_kw, average)

    def current_a(self) -> Span | None:
        """Least and most current of all phases together, as far as known."""
        return _span(self.min_current_a, self.max_current_a, None if self.energy_kwh else Fraction(0))


def _span(least: Decimal | None, most: Decimal | None, otherwise: Fraction | None) -> Span | None:
    known = [Fraction(value) for value in (least, most) if value is not None]
    if not known and otherwise is not None:
        known = [otherwise]
    return (known[0], known[-1]) if known else None


class Begun(Struct, frozen=True):
    """How far a session has come: when it began and what it has taken since."""

    epoch_us: int
    energy_wh: Quantity


class Piece(Struct, frozen=True):
    """A part of a period, from an instant on: its energy and its duration.

    What applies at `start` applies until one of the edges after it is reached: `until_us` since 1970, `until_wh`.
    """

    start: Instant
    energy_wh: Quantity
    duration_us: Quantity
    until_us: Quantity | float
    until_wh: Quantity | float


class Edges(Struct, frozen=True):
    """Where the restrictions of a tariff begin or end to hold: local times, Wh and seconds of a session.

    `by_clock` is whether any is of the clock or the calendar, `by_power` whether any is of power or current, which
    change without an edge.
    """

    by_clock: bool
    times: tuple[str, ...]
    energies_wh: tuple[Quantity, ...]
    durations_s: tuple[int, ...]
    by_power: bool


def edges(tariff: Tariff) -> Edges:
    """All edges of a tariff at which a price may change."""
    restrictions = [element.restrictions for element in tariff.elements if element.restrictions is not None]
    given = [each for each in restrictions if not each.price_nothing]
    times = [time for each in given for time in (each.start_time, each.end_time) if time is not None]
    energies = [bound for each in given for bound in (each.min_energy_kwh, each.max_energy_kwh) if bound is not None]
    durations = [bound for each in given for bound in (each.min_duration_s, each.max_duration_s) if bound is not None]
    bounds = [
        bound
        for each in given
        for bound in (each.min_power_kw, each.max_power_kw, each.min_current_a, each.max_current_a)
    ]
    return Edges(
        by_clock=bool(times) or any(each.start_date or each.end_date or each.day_of_week for each in given),
        times=tuple(dict.fromkeys(times)),
        energies_wh=tuple([wh(bound) for bound in energies]),
        durations_s=tuple(durations),
        by_power=any(bound is not None for bound in bounds),
    )


def pieces(period: Period, edges: Edges, zone: ZoneInfo, begun: Begun) -> Iterator[Piece]:
    """The parts of a period, in their order, of a session that had come so far before it."""
    energy_wh, duration_us = wh(period.energy_kwh), period.duration_us
    start_us, end_us, before_wh = period.start_epoch_us, period.end_epoch_us, begun.energy_wh
    after_wh = before_wh + energy_wh
    spans = (period.power_kw(), period.current_a()) if edges.by_power else (None, None)
    cuts: list[tuple[Quantity, Quantity]] = []
    if duration_us:
        instants_us = [begun.epoch_us + bound_s * _US_PER_S for bound_s in edges.durations_s]
        if edges.by_clock:
            found_s = clock_edges(start_us // _US_PER_S, end_us // _US_PER_S, edges.times, zone)
            instants_us += [edge_s * _US_PER_S for edge_s in found_s]
        for cut_us in instants_us:
            if start_us < cut_us < end_us:
                cuts.append((cut_us, before_wh + quotient(energy_wh * (cut_us - start_us), duration_us)))
    for bound_wh in edges.energies_wh:
        if before_wh < bound_wh < after_wh:
            cuts.append((start_us + quotient(duration_us * (bound_wh - before_wh), energy_wh), bound_wh))
    points = [(start_us, before_wh), *sorted(dict.fromkeys(cuts)), (end_us, after_wh)]
    for (at_us, at_wh), (next_us, next_wh) in pairwise(points):
        yield Piece(
            instant(at_us, at_wh, begun, zone, spans),
            exact(next_wh - at_wh),
            exact(next_us - at_us),
            _next_us(at_us, edges, zone, begun),
            min((bound_wh for bound_wh in edges.energies_wh if bound_wh > at_wh), default=inf),
        )


def instant(
    at_us: Quantity, at_wh: Quantity, begun: Begun, zone: ZoneInfo, spans: tuple[Span | None, Span | None]
) -> Instant:
    """A session at an instant since 1970, at which it has taken so much."""
    shown = local(at_us // _US_PER_S, zone)
    return Instant(
        shown.date().isoformat(),
        shown.time().isoformat("minutes"),
        _DAYS[shown.weekday()],
        at_wh,
        at_us - begun.epoch_us,
        *spans,
    )


def _next_us(at_us: Quantity, edges: Edges, zone: ZoneInfo, begun: Begun) -> Quantity | float:
    """The first edge of clock or duration after an instant."""
    if edges.by_power:
        return at_us  # what applies may change at any time
    found = [begun.epoch_us + bound_s * _US_PER_S for bound_s in edges.durations_s]
    if edges.by_clock:
        found.append(next_clock_edge_s(at_us // _US_PER_S, edges.times, zone) * _US_PER_S)
    return min((edge_us for edge_us in found if edge_us > at_us), default=inf)
