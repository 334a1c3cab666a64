"""Where the price of a running session may change, known ahead: there a meter has to be read for its bill to be exact.

Time passes evenly and energy does not: what flowed before and after a switch only the meter can tell. An edge at which
all stays as it was, such as the next hour at the same price or a midnight that no restriction names, is no switch.

Source: OCPI 2.2.1 and 2.3.0 Tariffs (TariffRestrictions) and CDRs (ChargingPeriod).
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from simulator.billing.clock import edges_of, local
from simulator.billing.offers import offers_of
from simulator.billing.pieces import Begun, edges, instant
from simulator.billing.restrictions import holds
from simulator.billing.tariff import Component, ComponentKind, Element, Restrictions, Tariff

DAYS_AHEAD = 8
"""How far switches of the clock are looked for: by then every day of the week has come and gone."""

_DAY = timedelta(days=1)
_US_PER_S = 1_000_000
_W_PER_KW = 1_000
_UNRESTRICTED = Restrictions()
_NO_CALENDAR = {"start_time": None, "end_time": None, "start_date": None, "end_date": None, "day_of_week": ()}


class Bounds(Struct, frozen=True):
    """What restrictions of charging bound by: durations of a session, its energy, the power; and by the clock."""

    durations_s: tuple[int, ...]
    energies_wh: tuple[int, ...]
    powers_w: tuple[int, ...]
    by_clock: bool

    def any(self) -> bool:
        """Whether the price can change at all."""
        return self.by_clock or bool(self.durations_s or self.energies_wh or self.powers_w)


@lru_cache(maxsize=1_024)
def bounds_of(tariff: Tariff) -> Bounds:
    """The bounds of a tariff, least first. A meter shows whole Wh: a bound between two is reached at the next one."""
    given = dict.fromkeys(offer.restrictions for offer in offers_of(tariff).by_activity["CHARGING"])
    powers = [bound for each in given for bound in (each.min_power_kw, each.max_power_kw) if bound]
    found = edges(replace(tariff, elements=tuple([Element((), restrictions) for restrictions in given])))
    return Bounds(
        tuple(sorted({bound: None for bound in found.durations_s if bound})),
        tuple(sorted({-(-bound // 1): None for bound in found.energies_wh if bound})),
        tuple(sorted({int(-(-bound * _W_PER_KW // 1)): None for bound in powers})),
        found.by_clock,
    )


def switches_us(tariff: Tariff, zone: ZoneInfo, begun_epoch_us: int, after_epoch_us: int) -> Iterator[int]:
    """The instants since 1970 at which clock, calendar or duration may change the price of a session, in order.

    Those after an instant; of the clock those within the next `DAYS_AHEAD` days.
    """
    bounds = bounds_of(tariff)
    waiting = [begun_epoch_us + bound_s * _US_PER_S for bound_s in bounds.durations_s]
    waiting = [at_us for at_us in waiting if at_us > after_epoch_us]
    day = local(after_epoch_us // _US_PER_S, zone).date()
    for ahead in range(DAYS_AHEAD if bounds.by_clock else 0):
        for at_s in _switches_of(day + ahead * _DAY, tariff, zone):
            at_us = at_s * _US_PER_S
            while waiting and waiting[0] < at_us:
                yield waiting.pop(0)
            if at_us > after_epoch_us and at_us not in waiting:
                yield at_us
    yield from waiting


@lru_cache(maxsize=1_024)
def _switches_of(day: date, tariff: Tariff, zone: ZoneInfo) -> tuple[int, ...]:
    """The seconds since 1970 at which a day's prices change, with the midnight that it begins with."""
    *at_s, _next_midnight_s = edges_of(day, edges(tariff).times, zone)
    in_force = [_in_force(each_s, tariff, zone) for each_s in (at_s[0] - 1, *at_s)]
    return tuple([each_s for each_s, before, now in zip(at_s, in_force, in_force[1:], strict=False) if before != now])


def _in_force(at_s: int, tariff: Tariff, zone: ZoneInfo) -> list[tuple[Component, Restrictions]]:
    """The prices that the calendar allows at an instant, up to the first that always applies, with other conditions."""
    at = instant(at_s * _US_PER_S, 0, Begun(at_s * _US_PER_S, 0), zone, (None, None))
    found: list[tuple[Component, Restrictions]] = []
    settled: dict[ComponentKind, None] = {}
    for offer in offers_of(tariff).by_activity["CHARGING"]:
        kind, given = offer.component.kind, offer.restrictions
        if kind not in settled and holds(_calendar_of(given), at) == "yes":
            other = replace(given, **_NO_CALENDAR)
            found.append((offer.component, other))
            if other == _UNRESTRICTED:
                settled[kind] = None
    return found


def _calendar_of(given: Restrictions) -> Restrictions:
    return Restrictions(
        start_time=given.start_time,
        end_time=given.end_time,
        start_date=given.start_date,
        end_date=given.end_date,
        day_of_week=given.day_of_week,
    )
