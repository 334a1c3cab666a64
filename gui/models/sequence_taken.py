"""What a filter leaves of a story: the messages that it takes, and of the street and OCPP what led to them."""

from collections.abc import Mapping, Sequence
from typing import Final

from gui.models.filtered import Filtered
from gui.models.sequence_chart import Arrow, Chart
from simulator.report.web import Key

_NOWHERE: Final[Key] = ("", 0)


def only_taken(chart: Chart, filtered: Filtered) -> Chart:
    """The chart without the messages that the filter does not take.

    What happened without a message stays where it led to one of those, as context; a cause that is left out is
    replaced by the nearest one before it that is shown.
    """
    if not filtered.active:
        return chart
    by_key = {arrow.key: arrow for arrow in chart.arrows}
    taken = [arrow.key for arrow in chart.arrows if arrow.key[0] == "message" and filtered.takes(arrow.key[1])]
    kept = dict.fromkeys(taken, False)
    for key in taken:
        for cause in _causes(by_key, key):
            if cause[0] != "message":
                kept[cause] = True
    arrows = [
        arrow._replace(cause=_shown_cause(by_key, kept, arrow), is_context=kept[arrow.key])
        for arrow in chart.arrows
        if arrow.key in kept
    ]
    return _without_idle_lanes(chart._replace(hidden=chart.messages - len(taken)), arrows)


def _causes(by_key: Mapping[Key, Arrow], key: Key) -> list[Key]:
    """Everything in the chart that led to a row, the nearest first."""
    found: list[Key] = []
    while (key := by_key[key].cause) in by_key and key not in found:
        found.append(key)
    return found


def _shown_cause(by_key: Mapping[Key, Arrow], kept: Mapping[Key, bool], arrow: Arrow) -> Key:
    return next((key for key in _causes(by_key, arrow.key) if key in kept), _NOWHERE)


def _without_idle_lanes(chart: Chart, arrows: Sequence[Arrow]) -> Chart:
    """Lifelines that nothing starts from or leads to any more make room."""
    places = sorted({end for arrow in arrows for end in (arrow.source, arrow.to) if end >= 0})
    new = {place: number for number, place in enumerate(places)} | {-1: -1}
    moved = tuple(arrow._replace(source=new[arrow.source], to=new[arrow.to]) for arrow in arrows)
    return chart._replace(lanes=tuple(chart.lanes[place] for place in places), arrows=moved)
