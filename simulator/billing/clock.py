"""When the clocks at a location show the times that a tariff names, or are put forward or back.

Most charging periods of a network lie within few days, so each day is worked out once.

Source: OCPI 2.2.1 and 2.3.0 Tariffs, TariffRestrictions (start_time and the others are local times).
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)


def clock_edges(first_s: int, last_s: int, times: tuple[str, ...], zone: ZoneInfo) -> Iterator[int]:
    """The seconds since 1970 of all edges on the days from one instant to another; some may lie beside them.

    `times` are "HH:MM"; beside these, every midnight is an edge, and every change of the clocks.
    """
    day, last_day = local(first_s, zone).date(), local(last_s, zone).date()
    while day <= last_day:
        yield from edges_of(day, times, zone)
        day += _DAY


def next_clock_edge_s(after_s: int, times: tuple[str, ...], zone: ZoneInfo) -> int:
    """The first edge after an instant."""
    day = local(after_s, zone).date()
    while (found := edges_of(day, times, zone))[-1] <= after_s:
        day += _DAY
    return found[bisect_right(found, after_s)]


def local(at_s: int, zone: ZoneInfo) -> datetime:
    """What the clocks show."""
    return datetime.fromtimestamp(at_s, zone)


@lru_cache(maxsize=1_024)
def edges_of(day: date, times: tuple[str, ...], zone: ZoneInfo) -> tuple[int, ...]:
    """All edges of one day, from its midnight to the next one."""
    found = [_shown_s(day, time.min, zone), _shown_s(day + _DAY, time.min, zone)]
    found += [_shown_s(day, time.fromisoformat(text), zone, fold) for text in times for fold in (0, 1)]
    found.sort()
    changes = [_change(*pair, zone) for pair in pairwise(found) if _offset(pair[0], zone) != _offset(pair[1], zone)]
    return tuple(sorted(dict.fromkeys(found + changes)))


def _shown_s(day: date, at: time, zone: ZoneInfo, fold: int = 0) -> int:
    return int(datetime.combine(day, at, zone).replace(fold=fold).timestamp())


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
    return local(at_s, zone).utcoffset()
