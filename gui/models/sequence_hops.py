"""A chart without its hubs: the legs of a message become one arrow from who wrote it to who read it, "via" the hubs.

A leg to a hub is the cause of the leg onward (see simulator/report/hops.py). Where one leg alone is in the chart it
stays as it is: an arrow never leads to nobody. What hubs say for themselves, such as who is connected, is left out.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from gui.models.sequence_chart import Arrow, Chart, without_idle_lanes
from simulator.i18n import tr
from simulator.report.web import Key

_OF_HUBS: Final = ("versions", "credentials", "hubclientinfo")


def without_hubs(chart: Chart) -> Chart:
    """The chart with each message that a hub passed on as one arrow; the same chart where there is no hub."""
    hubs = [place for place, lane in enumerate(chart.lanes) if lane.kind == "HUB"]
    if not hubs:
        return chart
    by_key = {arrow.key: arrow for arrow in chart.arrows}
    passed_on = {leg.cause for leg in chart.arrows if _before(leg, by_key, hubs) is not None}
    arrows: list[Arrow] = []
    for arrow in chart.arrows:
        if arrow.key in passed_on or (arrow.module in _OF_HUBS and (arrow.source in hubs or arrow.to in hubs)):
            continue
        legs = _legs(arrow, by_key, hubs)
        arrows.append(_joined(legs, chart) if len(legs) > 1 else arrow)
    arrows.sort(key=lambda arrow: arrow.start_us)
    return without_idle_lanes(chart, arrows)


def _before(leg: Arrow, by_key: Mapping[Key, Arrow], hubs: Sequence[int]) -> Arrow | None:
    """The leg that came to the hub which sent this one."""
    if leg.source not in hubs or leg.module in _OF_HUBS:
        return None
    before = by_key.get(leg.cause)
    is_hop = before is not None and before.to == leg.source and before.module == leg.module
    return before if is_hop else None


def _legs(arrow: Arrow, by_key: Mapping[Key, Arrow], hubs: Sequence[int]) -> list[Arrow]:
    """All legs of a message that ends with this one, the first one first."""
    legs = [arrow]
    while (before := _before(legs[0], by_key, hubs)) is not None and before not in legs:
        legs.insert(0, before)
    return legs


def _joined(legs: Sequence[Arrow], chart: Chart) -> Arrow:
    """One arrow for all legs; of what went wrong that on the first leg is what its sender has seen."""
    first, last = legs[0], legs[-1]
    seen = first if first.fate or not last.fate else last
    via = tuple(chart.lanes[leg.to].title for leg in legs[:-1])
    past = tr("via {hubs}").format(hubs=", ".join(via))
    ends = [instant for leg in legs for instant in (leg.arrive_us, leg.reply_us, leg.end_us) if instant is not None]
    return last._replace(
        cause=first.cause,
        source=first.source,
        start_us=first.start_us,
        end_us=max(ends, default=None),
        outcome=seen.outcome,
        fate=last.fate if last.broken else seen.fate,
        failed=first.failed or last.failed,
        remark=tr("{remark}, {via}").format(remark=last.remark, via=past) if last.remark else past,
        via=via,
        legs=tuple(leg.key for leg in legs),
    )
