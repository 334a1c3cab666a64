"""Whether the tariffs that Connectors name go together and stay: rules that take more than one message to see.

Whichever comes last shows the first: a Connector whose tariffs are known, or a tariff that a known Connector names.
Who told of them first is to blame for them; a hub only repeats it, to whoever asks what it has.
Source: OCPI 2.2.1 and 2.3.0 Locations, Connector, tariff_ids; Tariffs, DELETE; digest, section 3.7 and case 53.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any, Final

from msgspec import UNSET, Struct
from msgspec.structs import replace

from simulator.ocpi.datatypes import ci_key
from simulator.ocpi.expert.parts import segments_of
from simulator.ocpi.expert.seen import OLDEST, Seen
from simulator.ocpi.findings import Finding, Severity
from simulator.ocpi.rules import check_connector_tariffs
from simulator.ocpi.rules.connectors import ONE_TARIFF_A_TYPE, clashes, no_other
from simulator.ocpi.v2_2_1.locations import Status

_OBJECT: Final = -3
"""Where the country code of its owner stands in the path of an object that lies in no other."""
_DEPTHS: Final = {"Location": 0, "EVSE": 1, "Connector": 2}
"""How far below a Location an object lies, and how many ids more than that its path ends with."""
_PATCH: Final = "Patch"
"""What the name of a class ends with that may lack any field; its ids stand in the path."""
_LEAD_TO_TARIFFS: Final = ("evses", "connectors", "tariff_ids")
_DELETED: Final = "tariffs.receiver.delete_tariff"
Place = tuple[str, ...]
"""The ids of a Location, an EVSE in it, and a Connector of that, or the first of these."""
Pair = tuple[str, str]


class Plugs:
    """Remembers what a platform has told another, which took it, of tariffs and of the Connectors that name them."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], _Known] = {}
        self._first: dict[Pair, str] = {}
        """Who has told of an owner's things before all others."""

    def check(self, seen: Seen, objects: Iterable[tuple[str, Struct]]) -> Iterator[Finding]:
        """Look at what was sent or came back; in 2.1.1 a Connector has one tariff, about which nothing can be wrong."""
        if seen.version == OLDEST:
            return
        is_sent = bool(seen.request_body)
        way = (seen.sender, seen.receiver) if is_sent else (seen.receiver, seen.sender)
        new: list[tuple[_Known, str, str, Severity]] = []
        for path, obj in objects:
            kind = type(obj).__name__
            if kind == "Tariff":
                owner = _owner(seen, obj)
                known = self._of(way, owner)
                if seen.ok and known.take(obj):
                    new.append((known, ci_key(obj.id), path, self._severity(seen, way[0], owner)))  # type: ignore[attr-defined]
            elif (depth := _DEPTHS.get(kind.removesuffix(_PATCH))) is not None:
                place = _changed(obj) if kind.endswith(_PATCH) else obj
                if place is not None:
                    owner = _owner(seen, place, depth)
                    known, severity = self._of(way, owner), self._severity(seen, way[0], owner)
                    for finding in check_connector_tariffs(place, known.tariffs.values()):
                        yield replace(finding, path=path + finding.path[1:], severity=severity)
                    if seen.ok:
                        known.place(_place(seen, place, depth), place)
        for known, id, path, severity in new:
            for plug, tariff, other in known.look_again(id):
                found = f"{tariff.id!r}, which Connector {plug} names"
                section, expected = "locations, Connector", no_other(other, tariff)
                yield seen.remark(ONE_TARIFF_A_TYPE, f"{path}.id", found, expected, section, severity)
        if seen.route == _DELETED and seen.ok:
            *_, id = parts = segments_of(seen.url)
            plugs = self._of((seen.sender, seen.receiver), _owner_at(parts, _OBJECT)).drop(ci_key(id))
            if plugs:
                others = f" and {len(plugs) - 1} more" if len(plugs) > 1 else ""
                found = f"the end of {id!r}, which Connector {plugs[0]}{others} still names"
                expected = "first a change of the Connectors that name it"
                yield seen.remark("tariff-in-use", "path", found, expected, "tariffs, DELETE", "warning")

    def _severity(self, seen: Seen, teller: str, owner: tuple[str, str]) -> Severity:
        """What is wrong where it was told first is only odd where it is repeated."""
        key = ci_key(owner[0]), ci_key(owner[1])
        # What a hub passes on to one party is looked at before what it got.
        is_early = seen.follows and teller == seen.sender
        first = self._first.get(key, teller) if is_early else self._first.setdefault(key, teller)
        return "error" if teller == first else "warning"

    def _of(self, way: tuple[str, str], owner: tuple[str, str]) -> "_Known":
        key = (*way, ci_key(owner[0]), ci_key(owner[1]))
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = _Known()
        return known


class _Plug(Struct):
    """A Connector that names tariffs: where it is, their ids, and the pairs of these that were remarked on."""

    place: Place
    tariff_ids: tuple[str, ...]
    told: dict[Pair, None]

    def clashes(self, tariffs: Mapping[str, Any]) -> dict[Pair, tuple[Any, Any]]:
        """The pairs of its tariffs that do not go together."""
        found = clashes(self.tariff_ids, tariffs)
        return {(ci_key(first.id), ci_key(second.id)): (first, second) for _, first, second in found}


class _Known:
    """One owner's tariffs, and by Location its Connectors that name some."""

    def __init__(self) -> None:
        self.tariffs: dict[str, Any] = {}
        self._naming_one: dict[str, list[_Plug]] = {}
        self._naming_several: dict[str, list[_Plug]] = {}
        """Apart, for these are looked through at each tariff that is told."""

    def take(self, tariff: Any) -> bool:
        """A tariff is told; whether it says anything new."""
        id = ci_key(tariff.id)
        if self.tariffs.get(id) == tariff:
            return False
        self.tariffs[id] = tariff
        return True

    def drop(self, id: str) -> list[str]:
        """A tariff is deleted; the Connectors that name it, if it was there."""
        if self.tariffs.pop(id, None) is None:
            return []
        plugs = [*_naming(id, self._naming_one), *_naming(id, self._naming_several)]
        for plug in plugs:
            plug.told = {pair: None for pair in plug.told if id not in pair}
        return ["/".join(plug.place) for plug in plugs]

    def place(self, place: Place, obj: Any) -> None:
        """A Location, an EVSE or a Connector is told, with all that is in it; what is wrong with it has been said."""
        new = [_Plug(where, tuple(connector.tariff_ids), {}) for where, connector in _below(place, obj)]
        several = [plug for plug in new if len(plug.tariff_ids) > 1]
        for plug in several:
            plug.told = dict.fromkeys(plug.clashes(self.tariffs))
        _put(self._naming_several, place, several)
        _put(self._naming_one, place, [plug for plug in new if len(plug.tariff_ids) == 1])

    def look_again(self, id: str) -> Iterator[tuple[str, Any, Any]]:
        """Connectors that name this tariff with another that it does not go with, unless that was remarked on."""
        for plug in _naming(id, self._naming_several):
            told, now = plug.told, plug.clashes(self.tariffs)
            plug.told = dict.fromkeys(now)
            for pair, (first, second) in now.items():
                if pair not in told:
                    yield "/".join(plug.place), *((first, second) if pair[0] == id else (second, first))


def _put(plugs: dict[str, list[_Plug]], place: Place, new: list[_Plug]) -> None:
    """Put these in the stead of all that were at a place, or below it."""
    depth, ids = len(place), [ci_key(id) for id in place]
    others = [plug for plug in plugs.pop(ids[0], ()) if [ci_key(id) for id in plug.place[:depth]] != ids]
    if others or new:
        plugs[ids[0]] = [*others, *new]


def _naming(id: str, plugs: Mapping[str, list[_Plug]]) -> Iterator[_Plug]:
    for at_location in plugs.values():
        yield from (plug for plug in at_location if id in map(ci_key, plug.tariff_ids))


def _below(place: Place, obj: Any) -> Iterator[tuple[Place, Any]]:
    """The Connectors that name tariffs in what lies at a place, each after its own; a removed EVSE has none."""
    if _is_removed(obj):
        return
    for evse in getattr(obj, "evses", ()):
        yield from _below((*place, evse.uid), evse)
    for connector in getattr(obj, "connectors", ()):
        yield from _below((*place, connector.id), connector)
    if getattr(obj, "tariff_ids", ()):
        yield place, obj


def _changed(patch: Struct) -> SimpleNamespace | None:
    """What a PATCH puts in the place of Connectors, or of their tariffs; None when it leaves these as they are."""
    if _is_removed(patch):
        return SimpleNamespace()
    fields = {name: getattr(patch, name) for name in _LEAD_TO_TARIFFS if name in patch.__struct_fields__}
    told = {name: value for name, value in fields.items() if value is not UNSET and value is not None}
    return SimpleNamespace(**told) if told else None


def _is_removed(obj: Any) -> bool:
    return getattr(obj, "status", None) == Status.REMOVED


def _place(seen: Seen, obj: Any, depth: int) -> Place:
    """The ids that lead to an object: its own, or that in the path, and those in the path of what it lies in."""
    parts = segments_of(seen.url)
    own = getattr(obj, "uid", None) or getattr(obj, "id", None) or parts[-1]
    return (*parts[-1 - depth : -1], own) if depth else (own,)


def _owner(seen: Seen, obj: Any, depth: int = 0) -> tuple[str, str]:
    """Whose object it is: it says so itself, or the path does."""
    if hasattr(obj, "party_id"):
        return obj.country_code, obj.party_id
    return _owner_at(segments_of(seen.url), _OBJECT - depth)


def _owner_at(parts: list[str], place: int) -> tuple[str, str]:
    return (parts[place], parts[place + 1]) if len(parts) >= -place else ("", "")
