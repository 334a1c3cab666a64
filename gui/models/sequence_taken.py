"""What a filter leaves of a story: the messages that it takes, and of the street and OCPP what led to them."""

from collections.abc import Mapping
from typing import Final

from gui.models.filtered import Filtered
from gui.models.sequence_chart import Arrow, Chart, without_idle_lanes
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
    messages = [arrow for arrow in chart.arrows if arrow.key[0] == "message"]
    taken = [arrow.key for arrow in messages if any(filtered.takes(key[1]) for key in arrow.legs or (arrow.key,))]
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
    return without_idle_lanes(chart, arrows)


def _causes(by_key: Mapping[Key, Arrow], key: Key) -> list[Key]:
    """Everything in the chart that led to a row, the nearest first."""
    found: list[Key] = []
    while (key := by_key[key].cause) in by_key and key not in found:
        found.append(key)
    return found


def _shown_cause(by_key: Mapping[Key, Arrow], kept: Mapping[Key, bool], arrow: Arrow) -> Key:
    return next((key for key in _causes(by_key, arrow.key) if key in kept), _NOWHERE)
