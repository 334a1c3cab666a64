"""The 95 % confidence interval of a mean over runs with different seeds, exact for the few runs that people make.

Source: Student's t distribution by its finite series for whole degrees of freedom; Abramowitz and Stegun, Handbook of
Mathematical Functions, 26.7.3 and 26.7.4.
"""

import math
import statistics
from collections.abc import Sequence
from functools import cache


def half_width(values: Sequence[float]) -> float | None:
    """Half the width of the 95 % confidence interval around the mean of independent values; None for a single one."""
    if len(values) < 2:
        return None
    return student_t(len(values) - 1) * statistics.stdev(values) / math.sqrt(len(values))


@cache
def student_t(degrees: int, confidence: float = 0.95) -> float:
    """The t below whose absolute value lies the share `confidence` of the distribution; `degrees` is 1 or more."""
    low, high = 0.0, 1.0
    while _share_within(high, degrees) < confidence:
        high *= 2
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        if _share_within(middle, degrees) < confidence:
            low = middle
        else:
            high = middle


def _share_within(t: float, degrees: int) -> float:
    """The probability that |T| is at most `t`."""
    angle = math.atan(t / math.sqrt(degrees))
    sine, square = math.sin(angle), math.cos(angle) ** 2
    odd = degrees % 2
    if degrees == 1:
        return 2 * angle / math.pi
    term = math.cos(angle) if odd else 1.0
    series = term
    for power in range(2 + odd, degrees, 2):
        term *= square * (power - 1) / power
        series += term
    return 2 / math.pi * (angle + sine * series) if odd else sine * series
