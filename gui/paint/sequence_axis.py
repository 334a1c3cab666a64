"""Where arrows lie from top to bottom: one row each (by order), or by a time that is stretched where much happens.

The nonlinear axis gives each step from one instant to the next a height that grows with the logarithm of its duration,
so that milliseconds of latency and the ten minutes between two meter readings can both be seen. Several arrows that
start in one instant lie below each other all the same; such a stretch of zero time is told to be marked.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from math import log10
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gui.models.sequence_chart import Arrow

Mode: TypeAlias = Literal["order", "time"]
Heights: TypeAlias = NDArray[np.float64]

ROW: Final = 32.0
"""From one arrow to the next in order, in pixels."""

_TOP: Final = 28.0
_BOTTOM: Final = 26.0
_ANSWER_BELOW: Final = 9.0
_BELOW_ANSWER: Final = 12.0
"""Where the time cursor stands below an arrow: between its answer and the next label."""
_INSTANT_ROW: Final = 26.0
_LEAST_GAP: Final = 6.0
_DECADE: Final = 9.0
"""How many pixels ten times as long a duration takes more."""
_MOST_GAP: Final = 80.0
_LONG_US: Final = 1_000_000


class Stretch(NamedTuple):
    """Part of the axis, from arrow to arrow: `duration_us` is 0 where several start in one instant."""

    top: float
    bottom: float
    duration_us: int


class Axis(NamedTuple):
    """Heights of a chart's arrows: where the request leaves and arrives, where the answer leaves and arrives.

    `stretches`: instants with several arrows, and in time mode gaps of a second and more. `instants` with the heights
    where each begins and ends (`tops`, `depths`) lead from time to height; `reach` says how far down anything up to
    each arrow goes.
    """

    mode: Mode
    start: Heights
    arrive: Heights
    reply: Heights
    end: Heights
    reach: Heights
    stretches: tuple[Stretch, ...]
    instants: NDArray[np.int64]
    tops: Heights
    depths: Heights
    height: float

    def visible(self, top: float, bottom: float) -> range:
        """The arrows of which something, label and all, lies between two heights."""
        first = int(np.searchsorted(self.reach, top - ROW))
        return range(first, int(np.searchsorted(self.start, bottom + ROW)))

    def stretches_in(self, top: float, bottom: float) -> tuple[Stretch, ...]:
        """The stretches of which something lies between two heights."""
        first = bisect_left(self.stretches, top, key=lambda stretch: stretch.bottom)
        return self.stretches[first : bisect_right(self.stretches, bottom, key=lambda stretch: stretch.top)]

    def height_of(self, at_us: int) -> float:
        """Where an instant lies: by order below the last arrow that has started."""
        if not len(self.instants) or at_us < self.instants[0]:
            return _TOP / 2
        if self.mode == "order":
            return float(self.depths[int(np.searchsorted(self.instants, at_us, "right")) - 1])
        before = int(np.searchsorted(self.instants, at_us, "right")) - 1
        after = min(before + 1, len(self.instants) - 1)
        passed_us, step_us = at_us - self.instants[before], self.instants[after] - self.instants[before]
        part = passed_us / step_us if step_us else 0.0
        return float(self.depths[before] + part * (self.tops[after] - self.depths[before]))

    def nearest(self, height: float) -> int:
        """The arrow whose start is nearest; -1 when there is none."""
        if not len(self.start):
            return -1
        after = int(np.searchsorted(self.start, height))
        near = [place for place in (after - 1, after) if 0 <= place < len(self.start)]
        return min(near, key=lambda place: abs(float(self.start[place]) - height))


def lay_out(arrows: Sequence[Arrow], mode: Mode) -> Axis:
    """The heights of arrows, which come in the order of their start."""
    return _by_time(arrows) if mode == "time" else _by_order(arrows)


def _by_order(arrows: Sequence[Arrow]) -> Axis:
    start = _TOP + ROW * np.arange(len(arrows), dtype=np.float64)
    answer = start + _ANSWER_BELOW
    instants = np.array([arrow.start_us for arrow in arrows], np.int64)
    return Axis(
        mode="order",
        start=start,
        arrive=start,
        reply=answer,
        end=answer,
        reach=answer,
        stretches=tuple(_same_instants(instants, start)),
        instants=np.maximum.accumulate(instants) if len(instants) else instants,
        tops=start,
        depths=start + _BELOW_ANSWER,
        height=_TOP + ROW * len(arrows) + _BOTTOM,
    )


def _by_time(arrows: Sequence[Arrow]) -> Axis:
    first, last, gaps = _heights_of_instants(arrows)
    taken: Counter[int] = Counter()
    rows: list[tuple[float, float, float, float]] = []
    for arrow in arrows:
        start = first[arrow.start_us] + _INSTANT_ROW * taken[arrow.start_us]
        taken[arrow.start_us] += 1
        arrive = start + _LEAST_GAP if arrow.arrive_us is None else max(start, first[arrow.arrive_us])
        reply = arrive if arrow.reply_us is None else max(arrive, first[arrow.reply_us])
        end = reply if arrow.end_us is None else max(reply, first[arrow.end_us])
        if end < start + _ANSWER_BELOW and arrow.to >= 0:
            reply, end = max(reply, start + _ANSWER_BELOW), start + _ANSWER_BELOW
        rows.append((start, arrive, reply, end))
    table = np.array(rows, np.float64).reshape(-1, 4)
    same = [Stretch(first[at_us], last[at_us], 0) for at_us in first if last[at_us] > first[at_us]]
    reach = np.maximum.accumulate(table.max(axis=1)) if rows else table[:, 0]
    return Axis(
        mode="time",
        start=table[:, 0],
        arrive=table[:, 1],
        reply=table[:, 2],
        end=table[:, 3],
        reach=reach,
        stretches=tuple(sorted([*same, *gaps])),
        instants=np.array(list(first), np.int64),
        tops=np.array(list(first.values()), np.float64),
        depths=np.array(list(last.values()), np.float64),
        height=float(reach[-1]) + _BOTTOM if rows else _TOP + _BOTTOM,
    )


def _heights_of_instants(arrows: Sequence[Arrow]) -> tuple[dict[int, float], dict[int, float], list[Stretch]]:
    """Of each instant in order the heights of its first and its last arrow, and the long gaps between instants."""
    starting = Counter(arrow.start_us for arrow in arrows)
    instants = sorted({at_us for arrow in arrows for at_us in _instants(arrow)})
    first: dict[int, float] = {}
    last: dict[int, float] = {}
    gaps: list[Stretch] = []
    before_us: int | None = None
    height, lowest_label = _TOP, -ROW
    for at_us in instants:
        above = height
        if before_us is not None:
            height += _gap(at_us - before_us)
        if starting[at_us]:
            height = max(height, lowest_label + ROW)
        if before_us is not None and at_us - before_us >= _LONG_US:
            gaps.append(Stretch(above, height, at_us - before_us))
        first[at_us] = height
        if starting[at_us]:
            height += _INSTANT_ROW * (starting[at_us] - 1)
            lowest_label = height
        last[at_us] = height
        before_us = at_us
    return first, last, gaps


def _instants(arrow: Arrow) -> list[int]:
    all_four = (arrow.start_us, arrow.arrive_us, arrow.reply_us, arrow.end_us)
    return [at_us for at_us in all_four if at_us is not None]


def _gap(duration_us: int) -> float:
    return min(_MOST_GAP, _LEAST_GAP + _DECADE * log10(1 + duration_us / 1_000))


def _same_instants(instants: NDArray[np.int64], heights: Heights) -> list[Stretch]:
    """Runs of arrows that start in one instant."""
    edges = np.flatnonzero(np.diff(instants)) + 1
    runs = zip([0, *edges], [*edges, len(instants)], strict=True)
    return [Stretch(float(heights[a]), float(heights[b - 1]), 0) for a, b in runs if b - a > 1]
