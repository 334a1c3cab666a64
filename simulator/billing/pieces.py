"""Where in a charging period prices may change, so that in each piece of it the same restrictions hold throughout.

A period is cut where clocks at the location show a start_time, an end_time or midnight, where they are changed, and
where the session's energy or duration reaches a bound. Within a period energy is taken to flow evenly: OCPI asks for a
new period at each change that matters to the price. All is in exact fractions, so that how a session is cut costs
nothing.

Source: OCPI 2.2.1 and 2.3.0 Tariffs (TariffRestrictions) and CDRs (ChargingPeriod).
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from simulator.billing.restrictions import Instant, Span
from simulator.billing.tariff import Tariff

Activity = Literal["CHARGING", "PARKING", "RESERVATION", "RESERVATION_EXPIRES"]
"""What an EVSE is occupied with: a reservation ends in charging, or it expires unused."""

_US_PER_S = 1_000_000
_S_PER_H = 3_600
_DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
_MIDNIGHT = "00:00"


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


class Piece(Struct, frozen=True):
    """A part of a period, from an instant on: its energy in kWh and its duration in seconds."""

    start: Instant
    energy_kwh: Fraction
    duration_s: Fraction


class Edges(Struct, frozen=True):
    """Where the restrictions of a tariff begin or end to hold: local times, kWh and seconds of a session."""

    times: tuple[str, ...]
    energies_kwh: tuple[Decimal, ...]
    durations_s: tuple[int, ...]


def edges(tariff: Tariff) -> Edges:
    """All edges of a tariff; every midnight is one when any restriction is of the clock or the calendar."""
    given = [element.restrictions for element in tariff.elements if element.restrictions is not None]
    times = [time for each in given for time in (each.start_time, each.end_time) if time is not None]
    if times or any(each.start_date or each.end_date or each.day_of_week for each in given):
        times.append(_MIDNIGHT)
    energies = [bound for each in given for bound in (each.min_energy_kwh, each.max_energy_kwh) if bound is not None]
    durations = [bound for each in given for bound in (each.min_duration_s, each.max_duration_s) if bound is not None]
    return Edges(tuple(dict.fromkeys(times)), tuple(energies), tuple(durations))


def pieces(period: Period, edges: Edges, zone: ZoneInfo, energy_kwh: Fraction, begun_epoch_us: int) -> Iterator[Piece]:
    """The parts of a period in their order; before it the session took this energy, and it began at that instant."""
    energy, duration_us = Fraction(period.energy_kwh), period.duration_us
    power_kw, current_a = period.power_kw(), period.current_a()
    cuts: list[Fraction] = []
    if duration_us:
        instants_us = [second * _US_PER_S for second in _clock_edges(period, edges.times, zone)]
        instants_us += [begun_epoch_us + bound_s * _US_PER_S for bound_s in edges.durations_s]
        cuts += [Fraction(at_us - period.start_epoch_us, duration_us) for at_us in instants_us]
    if energy:
        cuts += [(Fraction(bound) - energy_kwh) / energy for bound in edges.energies_kwh]
    inner = sorted(dict.fromkeys(cut for cut in cuts if 0 < cut < 1))
    for begin, end in pairwise((Fraction(0), *inner, Fraction(1))):
        at_us = period.start_epoch_us + begin * duration_us
        local = datetime.fromtimestamp(at_us // _US_PER_S, zone)
        start = Instant(
            local.date().isoformat(),
            local.time().isoformat("minutes"),
            _DAYS[local.weekday()],
            energy_kwh + begin * energy,
            (at_us - begun_epoch_us) / _US_PER_S,
            power_kw,
            current_a,
        )
        share = end - begin
        yield Piece(start, share * energy, share * duration_us / _US_PER_S)


def _clock_edges(period: Period, times: tuple[str, ...], zone: ZoneInfo) -> list[int]:
    """The seconds since 1970 at which clocks show one of the times or are changed; some may lie beside the period."""
    if not times:
        return []
    first_s, last_s = period.start_epoch_us // _US_PER_S, period.end_epoch_us // _US_PER_S
    day, last_day = (datetime.fromtimestamp(at_s, zone).date() for at_s in (first_s, last_s))
    found = [first_s, last_s]
    while day <= last_day:
        for text in times:
            shown = datetime.combine(day, time.fromisoformat(text), zone)
            found += [int(shown.replace(fold=fold).timestamp()) for fold in (0, 1)]
        day += timedelta(days=1)
    found.sort()
    return found + [
        _change(*pair, zone) for pair in pairwise(found) if _offset(pair[0], zone) != _offset(pair[1], zone)
    ]


def _change(before_s: int, after_s: int, zone: ZoneInfo) -> int:
    """The second at which clocks are changed between two that are less than a day apart."""
    while after_s - before_s > 1:
        middle_s = (before_s + after_s) // 2
        if _offset(middle_s, zone) == _offset(before_s, zone):
            before_s = middle_s
        else:
            after_s = middle_s
    return after_s


def _offset(at_s: int, zone: ZoneInfo) -> timedelta | None:
    return datetime.fromtimestamp(at_s, zone).utcoffset()
