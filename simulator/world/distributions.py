"""Inverse distribution functions: a uniform number in, a draw out.

The engine's random streams give only uniforms in [0, 1). Drawing by inversion uses exactly one uniform a draw, so a
changed parameter never shifts the draws that follow, and it does not depend on the methods of a library's generator.
"""

from collections.abc import Sequence
from math import exp, log, log1p, sqrt
from statistics import NormalDist

_STANDARD_NORMAL = NormalDist()
_Z95 = _STANDARD_NORMAL.inv_cdf(0.95)
_SMALLEST_UNIFORM = 2.0**-54  # half of the least step of random(): 0 itself has no finite normal quantile


def exponential(uniform: float, mean: float) -> float:
    """Exponential draw with this mean, in the mean's unit."""
    return -mean * log1p(-uniform)


def lognormal(uniform: float, median: float, p95: float) -> float:
    """Lognormal draw given by its median and 95th percentile, in their unit; constant when the two are equal.

    Raises ValueError unless 0 < median <= p95.
    """
    if not 0 < median <= p95:
        raise ValueError(f"A lognormal with median {median} and p95 {p95}: expected 0 < median <= p95.")
    sigma = log(p95 / median) / _Z95
    return median * exp(sigma * _STANDARD_NORMAL.inv_cdf(max(uniform, _SMALLEST_UNIFORM)))


def triangular(uniform: float, low: float, mode: float, high: float) -> float:
    """Triangular draw between `low` and `high`, most often near `mode`. ValueError unless low <= mode <= high."""
    if not low <= mode <= high:
        raise ValueError(f"A triangle of {low}, {mode}, {high}: expected low <= mode <= high.")
    width = high - low
    if uniform * width < mode - low:
        return low + sqrt(uniform * width * (mode - low))
    return high - sqrt((1.0 - uniform) * width * (high - mode))


def choice(uniform: float, weights: Sequence[float]) -> int:
    """Index drawn with probability proportional to its weight. ValueError for no or negative weights."""
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError(f"Cannot choose by weights {list(weights)}: expected none negative and one above 0.")
    rest = uniform * total
    last = 0
    for index, weight in enumerate(weights):
        if weight > 0:
            if rest < weight:
                return index
            last = index
            rest -= weight
    return last  # only rounding of the sum leads here
