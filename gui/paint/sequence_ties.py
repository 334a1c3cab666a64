"""The bars on hubs' lifelines that join what came in to what left again: from the request's arrival to the last leg
onward, and on to the answer for which the hub has kept its sender waiting.

A hub passes on several messages at once: then their bars stand side by side, so that each answer has its own.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from gui.models.sequence_chart import Chart
from gui.paint.sequence_axis import Axis

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


Ties = Mapping[int, Tie]
"""By the places of messages that came in and of their legs onward."""


def lay_ties(chart: Chart, axis: Axis) -> Ties:
    """All bars of a chart."""
    legs: dict[int, list[int]] = {}
    for inbound, onward in _passed_on(chart):
        legs.setdefault(inbound, []).append(onward)
    ties: dict[int, Tie] = {}
    taken: dict[tuple[int, int], float] = {}
    for inbound in sorted(legs, key=lambda place: float(axis.arrive[place])):
        lane, top = chart.arrows[inbound].to, float(axis.arrive[inbound])
        bottom = max(float(axis.reply[inbound]), *(float(axis.start[leg]) for leg in legs[inbound]))
        side = min(_SIDES, key=lambda side: max(taken.get((lane, side), 0.0), top))
        taken[lane, side] = max(taken.get((lane, side), 0.0), bottom)
        ties |= dict.fromkeys((inbound, *legs[inbound]), Tie(inbound, lane, top, bottom, side))
    return ties


def _passed_on(chart: Chart) -> Iterator[tuple[int, int]]:
    """The places of both legs of what a hub has passed on."""
    places = {arrow.key: place for place, arrow in enumerate(chart.arrows)}
    for onward, leg in enumerate(chart.arrows):
        inbound = places.get(leg.cause, -1)
        if inbound < 0 or leg.layer != "OCPI" or chart.lanes[leg.source].kind != "HUB":
            continue
        before = chart.arrows[inbound]
        if before.to == leg.source and before.module == leg.module:
            yield inbound, onward
