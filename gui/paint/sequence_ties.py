"""The bars on hubs' lifelines that join what came in to what left again: from the request's arrival to the last leg
onward, and on to the answer for which the hub has kept its sender waiting.

A hub passes on several messages at once: then their bars stand side by side, so that each answer has its own.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final, NamedTuple

from gui.models.sequence_chart import Chart
from gui.paint.sequence_axis import Axis

_FAR_LEGS: Final = 40
"""A hub sends on at once: its legs lie no more arrows apart. What it sends later is not of the same way."""

_SIDES: Final = (0, 1, -1)
"""Where there is room for a bar, in its widths from the lifeline."""


class Tie(NamedTuple):
    """A bar: the place of the message that came in, that of the hub in the lanes, its heights, and on which side of the
    lifeline it stands (0: on it).
    """

    inbound: int
    lane: int
    top: float
    bottom: float
    side: int


class Ties(NamedTuple):
    """Bars from top to bottom; `reach` is how far down any of them up to each goes."""

    bars: Sequence[Tie] = ()
    reach: Sequence[float] = ()

    def visible(self, top: float, bottom: float) -> list[Tie]:
        """The bars of which something lies between two heights."""
        first = bisect_left(self.reach, top)
        last = bisect_right(self.bars, bottom, key=lambda tie: tie.top)
        return [tie for tie in self.bars[first:last] if tie.bottom >= top]


def lay_ties(chart: Chart, axis: Axis) -> Ties:
    """All bars of a chart."""
    arrive, reply, start = axis.arrive.tolist(), axis.reply.tolist(), axis.start.tolist()
    legs: dict[int, list[int]] = {}
    for inbound, onward in _passed_on(chart):
        legs.setdefault(inbound, []).append(onward)
    bars: list[Tie] = []
    taken: dict[tuple[int, int], float] = {}
    for inbound in sorted(legs, key=arrive.__getitem__):
        lane, top = chart.arrows[inbound].to, arrive[inbound]
        bottom = max(reply[inbound], *(start[leg] for leg in legs[inbound]))
        side = min(_SIDES, key=lambda side: max(taken.get((lane, side), 0.0), top))
        taken[lane, side] = max(taken.get((lane, side), 0.0), bottom)
        bars.append(Tie(inbound, lane, top, bottom, side))
    return Ties(bars, list(accumulate((tie.bottom for tie in bars), max)))


def _passed_on(chart: Chart) -> Iterator[tuple[int, int]]:
    """The places of both legs of what a hub has passed on."""
    hubs = {place for place, lane in enumerate(chart.lanes) if lane.kind == "HUB"}
    came = {arrow.key: place for place, arrow in enumerate(chart.arrows) if arrow.to in hubs}
    for onward, leg in enumerate(chart.arrows):
        inbound = came.get(leg.cause)
        if inbound is not None and 0 < onward - inbound < _FAR_LEGS:
            before = chart.arrows[inbound]
            if before.to == leg.source and before.module == leg.module:
                yield inbound, onward
