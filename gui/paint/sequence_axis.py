"""Where arrows lie from top to bottom: one row each (by order), or by a time that is stretched where much happens.

The nonlinear axis gives each step from one instant to the next a height that grows with the logarithm of its duration,
so that milliseconds of latency and the ten minutes between two meter readings can both be seen. Several arrows that
start in one instant lie below each other all the same; such a stretch of zero time is told to be marked.

By order an answer stands right below its request, but where the receiver itself had to ask, as a hub does, in the row
of the last thing that it asked. The request's own row is then that much shorter, so the chart stays as high.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from math import log10
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gui.models.sequence_chart import Arrow
from gui.models.sequence_nesting import nested

Mode: TypeAlias = Literal["order", "time"]
Heights: TypeAlias = NDArray[np.float64]
Places: TypeAlias = NDArray[np.intp]

ROW: Final = 32.0
"""From one arrow to the next in order, in pixels, where no answer to another one lies between the two."""

ANSWER_ROW: Final = 9.0
"""From a request in order down to its answer, and from there to each that waited for it."""

_TOP: Final = 28.0
_BOTTOM: Final = 26.0
_ABOVE_NEXT: Final = 20.0
"""Where the time cursor stands below an arrow: between the answers in its row and the next label."""
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
    each arrow goes. `apart` are the arrows in order, from top to bottom, whose answers lie in another one's row.
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
    apart: Places

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
        """The arrow whose start is nearest, or whose answer lies there in another one's row; -1 when there is none."""
        if not len(self.start):
            return -1
        below = int(np.searchsorted(self.end[self.apart], height - ANSWER_ROW / 2))
        if below < len(self.apart) and self.end[self.apart[below]] <= height + ANSWER_ROW / 2:
            return int(self.apart[below])
        after = int(np.searchsorted(self.start, height))
        near = [place for place in (after - 1, after) if 0 <= place < len(self.start)]
        return min(near, key=lambda place: abs(float(self.start[place]) - height))


def lay_out(arrows: Sequence[Arrow], mode: Mode) -> Axis:
    """The heights of arrows, which come in the order of their start."""
    return _by_time(arrows) if mode == "time" else _by_order(arrows)


def _by_order(arrows: Sequence[Arrow]) -> Axis:
    last = list(range(len(arrows)))
    for inner, outer in nested(arrows):
        last[outer] = max(last[outer], last[inner])
    answers, before = [0] * len(arrows), [0] * len(arrows)
    # Messages that are answered in one row lie inside each other: the innermost is answered first.
    for place in reversed(range(len(arrows))):
        before[place] = answers[last[place]]
        answers[last[place]] += 1
    rows = ROW + ANSWER_ROW * (np.array(answers, np.float64) - 1)
    below = _TOP + np.cumsum(rows)
    start = below - rows
    row_of = np.array(last, np.intp)
    answer = start[row_of] + ANSWER_ROW * (np.array(before, np.float64) + 1)
    apart = np.flatnonzero(row_of != np.arange(len(arrows)))
    instants = np.array([arrow.start_us for arrow in arrows], np.int64)
    return Axis(
        mode="order",
        start=start,
        arrive=start,
        reply=answer,
        end=answer,
        reach=np.maximum.accumulate(answer),
        stretches=tuple(_same_instants(instants, start)),
        instants=np.maximum.accumulate(instants),
        tops=start,
        depths=below - _ABOVE_NEXT,
        height=(float(below[-1]) if len(arrows) else _TOP) + _BOTTOM,
        apart=apart[np.argsort(answer[apart])],
    )


def _by_time(arrows: Sequence[Arrow]) -> Axis:
    first, last, gaps = _heights_of_instants(arrows)
    taken: Counter[int] = Counter()
    rows: list[list[float]] = []
    for arrow in arrows:
        start = first[arrow.start_us] + _INSTANT_ROW * taken[arrow.start_us]
        taken[arrow.start_us] += 1
        arrive = start + _LEAST_GAP if arrow.arrive_us is None else max(start, first[arrow.arrive_us])
        reply = arrive if arrow.reply_us is None else max(arrive, first[arrow.reply_us])
        end = reply if arrow.end_us is None else max(reply, first[arrow.end_us])
        if end < start + ANSWER_ROW and arrow.to >= 0:
            reply, end = max(reply, start + ANSWER_ROW), start + ANSWER_ROW
        rows.append([start, arrive, reply, end])
    for inner, outer in nested(arrows):
        rows[outer][2] = max(rows[outer][2], rows[inner][3])
        rows[outer][3] = max(rows[outer][3], rows[inner][3])
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
        apart=np.empty(0, np.intp),
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
