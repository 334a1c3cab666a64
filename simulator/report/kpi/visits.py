"""What became of each driver who came: the events of the street, gathered by driver."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from simulator.recording.opening import damage_refused
from simulator.recording.reader import Recording


class Visit(Struct):
    """One driver. What has not happened (yet) is None; `evse` is `NL-ABC/<uid>`, `turned_away` the reason or empty.

    `taken` are the places that the app had shown as free and that were not: when, and which.
    """

    name: str
    emsp: str
    arrived_us: int
    plugged_us: int | None = None
    evse: str | None = None
    waited_s: int = 0
    left_us: int | None = None
    detour_m: int | None = None
    energy_wh: int | None = None
    turned_away: str = ""
    turned_away_us: int | None = None
    refused: bool = False
    taken: Sequence[tuple[int, str]] = ()


def visits(recording: Recording) -> list[Visit]:
    """All who arrived, in the order of their arrival; not those who were plugged in when the run began."""
    found: dict[str, Visit] = {}
    for event, _ in _events(recording, "arrive"):
        found[event.source] = Visit(event.source.removeprefix("driver/"), event.party, event.at_us)
    for event, data in _events(recording, "plug"):
        if visit := found.get(event.source):
            visit.plugged_us, visit.evse, visit.waited_s = event.at_us, event.subject, data.get("waited_s", 0)
    for event, _ in _events(recording, "refused"):
        if visit := found.get(event.source):
            visit.refused = True
    for event, _ in _events(recording, "taken"):
        if visit := found.get(event.source):
            visit.taken = (*visit.taken, (event.at_us, event.subject))
    for event, data in _events(recording, "turned_away"):
        if visit := found.get(event.source):
            visit.turned_away, visit.turned_away_us = data.get("reason", "?"), event.at_us
            visit.waited_s = data.get("waited_s", visit.waited_s)
    for event, data in _events(recording, "leave"):
        if visit := found.get(event.source):
            visit.left_us, visit.detour_m, visit.energy_wh = event.at_us, data.get("detour_m"), data.get("energy_wh")
    return list(found.values())


def _events(recording: Recording, kind: str) -> Iterator[tuple[Any, dict[str, Any]]]:
    with damage_refused(recording.path):
        for event in recording.events(kind=kind):
            yield event, msgspec.json.decode(event.data)
