"""What replications say of a figure: its mean, how sure that is, and whether two variants differ beyond chance.

Variants that were played with the same seeds met the same drivers at the same instants (common random numbers). Their
differences seed by seed vary far less than the figures themselves, so these are what the interval is made of.

Source: Student's t (interval.py); without common seeds Welch's, B. L. Welch, "The generalization of Student's problem
when several different population variances are involved", Biometrika 34, 1947. Common random numbers: A. M. Law,
Simulation Modeling and Analysis, chapter 11.
"""

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from simulator.report.interval import half_width, student_t

_ROUNDING: Final = 1e-9
"""Differences below this share of the values are those of floating-point sums."""


class Estimate(Struct, frozen=True):
    """A mean over `runs` values and its 95 % confidence interval; None around a single value."""

    mean: float
    low: float | None
    high: float | None
    runs: int


class Difference(Struct, frozen=True):
    """A mean difference and its 95 % confidence interval (None: too few runs for one).

    `pairs`: over how many common seeds it was taken; 0: the variants were compared as independent samples.
    """

    mean: float
    low: float | None
    high: float | None
    pairs: int

    @property
    def is_beyond_chance(self) -> bool | None:
        """Whether the interval leaves out 0; None when that cannot be told."""
        if self.low is None or self.high is None:
            return None
        return not self.low <= 0 <= self.high


def estimate(values: Sequence[float]) -> Estimate | None:
    """The mean of independent values; None of none."""
    if not values:
        return None
    mean = statistics.fmean(values)
    return Estimate(mean, *_around(mean, half_width(values)), len(values))


def difference(base: Mapping[int, float], other: Mapping[int, float]) -> Difference | None:
    """How much more `other` has than `base`, each a value by seed; None where one of them has none.

    Taken over the seeds in common; where these are fewer than two and both have more runs, over all of them.
    """
    if not base or not other:
        return None
    common = [seed for seed in base if seed in other]
    if len(common) < 2 and len(base) > 1 and len(other) > 1:
        return _independent(list(base.values()), list(other.values()))
    if not common:
        return Difference(statistics.fmean(other.values()) - statistics.fmean(base.values()), None, None, 0)
    by_seed = [_less(other[seed], base[seed]) for seed in common]
    mean = statistics.fmean(by_seed)
    return Difference(mean, *_around(mean, half_width(by_seed)), len(common))


def _independent(base: Sequence[float], other: Sequence[float]) -> Difference:
    mean = _less(statistics.fmean(other), statistics.fmean(base))
    parts = [statistics.variance(values) / len(values) for values in (base, other)]
    spread = sum(parts)
    if not spread:
        return Difference(mean, mean, mean, 0)
    degrees = spread**2 / sum(part**2 / (len(values) - 1) for part, values in zip(parts, (base, other), strict=True))
    # Whole degrees, rounded down: the interval is rather a little too wide.
    half = student_t(max(int(degrees), 1)) * math.sqrt(spread)
    return Difference(mean, mean - half, mean + half, 0)


def _less(a: float, b: float) -> float:
    return 0.0 if math.isclose(a, b, rel_tol=_ROUNDING) else a - b


def _around(mean: float, half: float | None) -> tuple[float | None, float | None]:
    return (None, None) if half is None else (mean - half, mean + half)
