"""Integrals of step curves over the bins of a time grid: energy of power, EVSE-hours of occupancy."""

import numpy as np
from numpy.typing import NDArray

from simulator.recording.series import Times, Values
from simulator.report.load import Steps

Grid = NDArray[np.int64]
"""Rising edges in microseconds; n + 1 edges make n bins."""

_US_AN_HOUR = 3_600_000_000


def integrals(steps: Steps | None, grid: Grid) -> Values:
    """The integral over each bin in value-hours (W: Wh); a curve is 0 before its first sample."""
    if steps is None or not len(steps[0]):
        return np.zeros(len(grid) - 1)
    at_us, values = steps
    # The integral up to each sample, then up to any instant by the value that holds there.
    until = np.concatenate(([0.0], np.cumsum(np.diff(at_us) / _US_AN_HOUR * values[:-1])))
    index = np.searchsorted(at_us, grid, side="right") - 1
    held = np.maximum(index, 0)
    upto: Values = until[held] + np.maximum(grid - at_us[held], 0) / _US_AN_HOUR * values[held]
    return np.diff(np.where(index < 0, 0.0, upto))


def peak(steps: Steps | None, from_us: int, to_us: int) -> float:
    """The highest value that holds at some instant from `from_us` on and before `to_us`."""
    if steps is None or not len(steps[0]):
        return 0.0
    at_us, values = steps
    begin = max(int(np.searchsorted(at_us, from_us, side="right")) - 1, 0)
    end = int(np.searchsorted(at_us, to_us))
    return float(values[begin:end].max(initial=0.0))


def where(steps: Steps | None) -> Steps | None:
    """1 where a curve is above 0, else 0."""
    if steps is None:
        return None
    times: Times = steps[0]
    return times, (steps[1] > 0).astype(np.float64)
