"""Which part of a run counts: what the start has not yet forgotten is left out by a rule, never by eye.

A street has its times of day, which no truncation may take for a transient. So only whole days are left out, and a day
is compared with the days after it: it goes when its occupancy lies outside of the prediction interval for one more of
them (Student's t; G. J. Hahn, W. Q. Meeker, Statistical Intervals, 1991), shared over all days that are tried.
"""

import math
from typing import Final

from msgspec import Struct

from simulator.i18n import tr
from simulator.recording.series import Values
from simulator.report.interval import student_t

QUARTER_US: Final = 900_000_000
FEWEST_DAYS: Final = 5
"""Of fewer days too few are left to say what is usual."""

_A_DAY: Final = 96
_FALSE: Final = 0.02
"""How often a run without a transient may lose days all the same."""

_NEGLIGIBLE: Final = 0.01
"""A day that differs by less than this share of the others does no figure any harm."""


class NothingLeft(ValueError):
    """A warm-up as long as the run. The message is a sentence."""

    @classmethod
    def of(cls, warm_up_us: int, run_us: int) -> "NothingLeft":
        """What to raise for such a warm-up of such a run."""
        sentence = tr("A warm-up of {warm_up:g} h leaves nothing of a run of {run:g} h; choose a shorter one.")
        return cls(sentence.format(warm_up=warm_up_us / 3.6e9, run=run_us / 3.6e9))


class Window(Struct, frozen=True):
    """The part of a run that counts, in microseconds since its start, and why, in a sentence."""

    from_us: int
    to_us: int
    rule: str

    @property
    def hours(self) -> float:
        """How long it is."""
        return (self.to_us - self.from_us) / 3_600_000_000


def whole(to_us: int) -> Window:
    """All of the run."""
    return Window(0, to_us, tr("The whole run counts."))


def after(from_us: int, to_us: int) -> Window:
    """The run after a time that a person chose."""
    return Window(from_us, to_us, tr("The first {hours:g} h are left out, as asked.").format(hours=from_us / 3.6e9))


def by_rule(quarter_hours: Values, to_us: int) -> Window:
    """The run after its transient; `quarter_hours` holds EVSEs occupied, one mean a quarter of an hour from 0 on."""
    days = len(quarter_hours) // _A_DAY
    if days < FEWEST_DAYS:
        told = tr("The whole run counts: of fewer than {days} days, no transient can be told from chance.")
        return Window(0, to_us, told.format(days=FEWEST_DAYS))
    cut = _days_unlike(quarter_hours[: days * _A_DAY].reshape(days, _A_DAY).mean(axis=1))
    if not cut:
        return Window(0, to_us, tr("The whole run counts: no first day is occupied otherwise than the days after it."))
    told = tr("The first {hours:g} h are left out: their occupancy differs beyond chance from that of the days after.")
    return Window(cut * _A_DAY * QUARTER_US, to_us, told.format(hours=24 * cut))


def _days_unlike(means: Values) -> int:
    """How many days to leave out: up to the last one of the first half that is none of those after it."""
    half = len(means) // 2
    return next((day for day in range(half, 0, -1) if _is_unlike(float(means[day - 1]), means[day:], half)), 0)


def _is_unlike(mean: float, after: Values, tests: int) -> bool:
    """Whether a day lies outside of where one more of the days after it lies, with all `tests` at once in mind."""
    usual = float(after.mean())
    off = abs(mean - usual)
    spread = float(after.std(ddof=1)) * math.sqrt(1 + 1 / len(after))
    if off <= _NEGLIGIBLE * usual:
        return False
    return off > student_t(len(after) - 1, 1 - _FALSE / tests) * spread
