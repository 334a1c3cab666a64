"""A step curve of any length as the few points that a plot of so many pixels can show, with no peak left out.

Level 0 are the samples. Each further level holds the lowest and highest value in bins of equal time, `_FAN` times
fewer than the level below, and a picture is made from the coarsest level whose bins are still a small part of a column.
Level 0 is exact; from the others an edge is off by less than that part.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.int64]
Floats = NDArray[np.float64]

_FAN: Final = 8
_FEWEST_BINS: Final = 4_096
_BINS_A_COLUMN: Final = 4


class Pyramid:
    """Times (microseconds, rising) and values of a step curve; a value holds until the next sample."""

    def __init__(self, times_us: Times, values: Floats) -> None:
        self._times_us = times_us
        self._values = values
        self._levels: list[_Level] = []
        bins = _FEWEST_BINS
        while bins * _FAN <= len(times_us):
            bins *= _FAN
        while bins >= _FEWEST_BINS and len(times_us) >= 2 * bins:
            self._levels.insert(0, _Level(times_us, values, bins))
            bins //= _FAN

    def __len__(self) -> int:
        return len(self._times_us)

    @property
    def last_value(self) -> float:
        """The value of the last sample; NaN without one."""
        return float(self._values[-1]) if len(self) else float("nan")

    @property
    def highest(self) -> float:
        """The highest value; 0 without a sample."""
        return float(self._values.max()) if len(self) else 0.0

    def at(self, at_us: int) -> float:
        """The value that holds at an instant; NaN before the first sample."""
        index = int(np.searchsorted(self._times_us, at_us, side="right")) - 1
        return float(self._values[index]) if index >= 0 else float("nan")

    def values_at(self, times_us: Times) -> Floats:
        """The values that hold at these instants; NaN before the first sample."""
        values: Floats = np.append(np.nan, self._values)[np.searchsorted(self._times_us, times_us, side="right")]
        return values

    def outline(self, from_us: int, to_us: int, columns: int) -> tuple[Floats, Floats]:
        """The curve between two instants as a polyline of seconds and values, for long curves of two points a column.

        Few samples give the exact steps; many give in each column the lowest and the highest value. It begins at the
        first sample and holds the last value up to `to_us`.
        """
        times, values = self._times_us, self._values
        if not len(times) or to_us <= from_us or times[0] >= to_us:
            return np.empty(0), np.empty(0)
        begin = max(int(np.searchsorted(times, from_us, side="right")) - 1, 0)
        end = int(np.searchsorted(times, to_us))
        if end - begin <= 2 * columns:
            return _steps(times[begin:end], values[begin:end], from_us, to_us)
        # Beyond the last sample nothing changes any more.
        start, stop = max(from_us, int(times[0])), min(to_us, int(times[-1]) + 1)
        edges = np.linspace(start, stop, max(round(columns * (stop - start) / (to_us - from_us)), 1) + 1)
        for level in self._levels:
            if level.width_us * _BINS_A_COLUMN <= edges[1] - edges[0]:
                return _columns(edges, *level.extremes(edges, times, values), to_us)
        return _columns(edges, *_extremes(times, values, edges), to_us)


class _Level:
    """The lowest and highest value of the curve in bins of equal width, and the value at the end of each."""

    def __init__(self, times_us: Times, values: Floats, bins: int) -> None:
        edges = np.linspace(times_us[0], times_us[-1] + 1, bins + 1)
        self._begin_us = edges[0]
        self.width_us = float(edges[1] - edges[0])
        self._low, self._high, self._leave = _extremes(times_us, values, edges)

    def extremes(self, edges: Floats, times_us: Times, values: Floats) -> tuple[Floats, Floats, Floats]:
        """As `_extremes`, with each edge but the first and the last moved to the nearest of the bins' edges."""
        if len(edges) == 2:
            return _extremes(times_us, values, edges)
        cut = np.rint((edges - self._begin_us) / self.width_us).astype(np.int64)
        cut = np.minimum(np.maximum(cut, 0), len(self._low))
        low = np.minimum.reduceat(self._low[: cut[-1]], cut[:-1])
        high = np.maximum.reduceat(self._high[: cut[-1]], cut[:-1])
        leave = self._leave[cut[1:] - 1]
        moved = self._begin_us + cut * self.width_us
        # What lies at the very ends of the picture is in it, and what lies beyond is not, even in the same bin.
        for end, ends in ((0, (edges[0], moved[1])), (-1, (moved[-2], edges[-1]))):
            if abs(moved[end] - edges[end]) >= 1:
                begin, stop = _places(times_us, np.array(ends))
                held = values[max(begin - 1, 0) : stop]
                low[end], high[end], leave[end] = held.min(), held.max(), held[-1]
        return low, high, leave


def _extremes(times_us: Times, values: Floats, edges: Floats) -> tuple[Floats, Floats, Floats]:
    """Of the step curve between consecutive edges: the lowest value, the highest, and the one at the end."""
    cut = _places(times_us, edges)
    end = int(cut[-1])
    begin, inside = np.minimum(cut[:-1], end - 1), cut[1:] > cut[:-1]
    enter = values[np.maximum(cut[:-1] - 1, 0)]
    # What holds on entering counts as well, but before the first sample nothing does.
    carried = cut[:-1] > 0
    low = np.where(inside, np.minimum.reduceat(values[:end], begin), enter)
    high = np.where(inside, np.maximum.reduceat(values[:end], begin), enter)
    low = np.where(carried, np.minimum(low, enter), low)
    high = np.where(carried, np.maximum(high, enter), high)
    return low, high, values[cut[1:] - 1]


def _places(times_us: Times, edges: Floats) -> Times:
    """How many samples lie before each edge. In whole microseconds, or numpy would turn all times into floats first."""
    places: Times = np.searchsorted(times_us, np.ceil(edges).astype(np.int64))
    return places


def _steps(times_us: Times, values: Floats, from_us: int, to_us: int) -> tuple[Floats, Floats]:
    corners = np.append(np.maximum(times_us, from_us), to_us)
    return np.repeat(corners, 2)[1:-1] / 1e6, np.repeat(values, 2)


def _columns(edges: Floats, low: Floats, high: Floats, leave: Floats, to_us: int) -> tuple[Floats, Floats]:
    """In each column the lowest and the highest value, in the order that ends nearer to where the curve leaves it."""
    rising = high - leave <= leave - low
    pairs = np.stack([np.where(rising, low, high), np.where(rising, high, low)], axis=1)
    x = np.append(np.repeat(edges[:-1], 2), (edges[-1], to_us))
    y = np.append(pairs.ravel(), (leave[-1], leave[-1]))
    # Of points of the same height in a row the outer two suffice.
    keep = np.ones(len(x), bool)
    keep[1:-1] = (y[1:-1] != y[:-2]) | (y[1:-1] != y[2:])
    return x[keep] / 1e6, y[keep]
