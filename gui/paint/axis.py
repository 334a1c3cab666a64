"""Where a time axis has its ticks: at round local times, right across the changes to and from summer time."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from PySide6.QtCore import QDate, QLocale

_SECOND_US: Final = 1_000_000
_HOUR_S: Final = 3_600
_DAY_S: Final = 86_400
_STEPS_S: Final = (
    *(0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800),
    *(_HOUR_S, 2 * _HOUR_S, 3 * _HOUR_S, 6 * _HOUR_S, 12 * _HOUR_S, _DAY_S, 2 * _DAY_S, 7 * _DAY_S, 28 * _DAY_S),
)
_MIDNIGHT: Final = timedelta()


class Tick(NamedTuple):
    """A tick and its text; `is_day` for a midnight, whose text is the date."""

    at_us: int
    text: str
    is_day: bool


def local_ticks(local: Callable[[int], datetime], from_us: int, to_us: int, at_most: int) -> list[Tick]:
    """Ticks between two instants, about `at_most` of them; `local` gives the zone's time of an instant.

    An hour that comes twice has its two ticks named by their zone ("02:00 CEST", "02:00 CET").
    """
    span_s = (to_us - from_us) / _SECOND_US
    step_s = next((step for step in _STEPS_S if span_s / step <= at_most), _STEPS_S[-1])
    # Steps of more than an hour go by the hour: a day may have 23 or 25 of them.
    stride_us = round(min(step_s, _HOUR_S) * _SECOND_US)
    ticks: list[Tick] = []
    at_us = _aligned(local, from_us, stride_us)
    while at_us <= to_us:
        here = local(at_us)
        if _is_round(here, step_s):
            ticks.append(_tick(at_us, here, step_s))
        at_us = _aligned(local, at_us + stride_us, stride_us)
    return ticks


def _of_day(local: datetime) -> timedelta:
    return timedelta(hours=local.hour, minutes=local.minute, seconds=local.second, microseconds=local.microsecond)


def _aligned(local: Callable[[int], datetime], at_us: int, stride_us: int) -> int:
    """The first instant from `at_us` on at which the local clock shows a multiple of the stride."""
    beyond_us = _of_day(local(at_us)) // timedelta(microseconds=1) % stride_us
    return at_us + stride_us - beyond_us if beyond_us else at_us


def _is_round(local: datetime, step_s: float) -> bool:
    if step_s <= _HOUR_S:
        return True
    if step_s < _DAY_S:
        return local.minute == 0 and local.hour % (step_s // _HOUR_S) == 0 and not local.fold
    return _of_day(local) == _MIDNIGHT and (local.toordinal() - 1) % (step_s // _DAY_S) == 0


def _tick(at_us: int, local: datetime, step_s: float) -> Tick:
    if _of_day(local) == _MIDNIGHT:
        return Tick(at_us, QLocale().toString(QDate(local.year, local.month, local.day), "ddd d MMM"), True)
    text = f"{local:%H:%M:%S}" if step_s < 60 else f"{local:%H:%M}"
    if step_s < 1:
        text += f".{local.microsecond // 100_000}"
    if step_s <= _HOUR_S and _twice(local):
        text += f" {local.tzname()}"
    return Tick(at_us, text, False)


def _twice(local: datetime) -> bool:
    """Whether the clock shows this time twice (where summer time ends), not never (where it begins)."""
    first, second = local.replace(fold=0).utcoffset(), local.replace(fold=1).utcoffset()
    return first is not None and second is not None and first > second
