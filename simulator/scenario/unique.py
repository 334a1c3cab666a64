"""Sees to it that every EVSE of an import is there once and is named once.

National access points collect from several platforms, and many a charger reaches them twice: as two Locations with
the same EVSEs, or within one Location as the EVSE that was replaced and the one in its place. Both together would be
chargers that nobody built.
"""

import itertools
import re
from collections.abc import Sequence
from math import floor

from msgspec.structs import replace

from simulator.ocpi.datatypes import ci_key, parse_datetime
from simulator.ocpi.v2_2_1.locations import EVSE, Connector, Location, Status
from simulator.scenario.expand import PASSING
from simulator.scenario.ledger import Ledger, Record

_MAX_ID_LENGTH = 36
_EVSE_ID = re.compile(r"[A-Z]{2}\W?[A-Z0-9]{3}\W?E.*[A-Z0-9].*|\+?[0-9]{2,3}\*[0-9]{3,6}\*[0-9*]+", re.IGNORECASE)
"""As eMI3 or DIN 91286 has it. What else stands there (#NA, a number of the platform's own) is no name in the world."""
_CELLS_PER_DEGREE = 50_000
"""Of some two metres, so that what stands in one or in the next is at one place, as platforms round differently."""

Located = tuple[Location, Record]
Key = tuple[str, ...]

_COPY = ("evse-copy", "an EVSE is published by two Locations of its CPO; one copy is left out")
_COPY_AT_ITS_PLACE = (
    "evse-copy-at-its-place",
    "an EVSE without an evse_id has the uid of one in another Location of its CPO at the same place; it is taken for a "
    "copy, of which one is left out",
)
_TWICE = ("evse-twice", "an EVSE stands in its Location twice; one is kept, rather the one in use, and one left out")


def without_copies(locations: Sequence[Located], tariff_ids: Sequence[str], ledger: Ledger) -> list[Located]:
    """Leave out EVSEs that their CPO publishes once more: same evse_id, or without one, same uid at the same place.

    The copy that is in use is kept, of several one with a known tariff, of these the one updated last, else the first.
    """
    known = dict.fromkeys(ci_key(tariff_id) for tariff_id in tariff_ids)
    best: dict[Key, tuple[tuple[bool, bool, int], tuple[int, int]]] = {}
    identities = _Identities()
    keys = [[identities.of(location, evse) for evse in location.evses] for location, _ in locations]
    for index, (location, _) in enumerate(locations):
        for number, evse in enumerate(location.evses):
            in_use = evse.status in (Status.AVAILABLE, *PASSING)
            priced = any(ci_key(each) in known for plug in evse.connectors for each in plug.tariff_ids)
            rank = (in_use, priced, parse_datetime(evse.last_updated))
            key = keys[index][number]
            if key not in best or rank > best[key][0]:
                best[key] = (rank, (index, number))
    kept: list[Located] = []
    for index, (location, record) in enumerate(locations):
        good: list[tuple[EVSE, Record]] = []
        name = f"Location {location.id} of {location.country_code}-{location.party_id}"
        for number, (evse, evse_record) in enumerate(zip(location.evses, record["evses"], strict=True)):
            _, place = best[keys[index][number]]
            if place == (index, number):
                good.append((evse, evse_record))
                continue
            elsewhere = _COPY if _has_evse_id(evse) else _COPY_AT_ITS_PLACE
            rule, sentence = _TWICE if place[0] == index else elsewhere
            ledger.leave_out(evse_record, rule, sentence, f"{name}, EVSE {evse.evse_id or evse.uid}")
        record["evses"] = [evse_record for _, evse_record in good]
        if good:
            kept.append((replace(location, evses=tuple(evse for evse, _ in good)), record))
        else:
            sentence = "a Location has no EVSE that is not published by another one too, and is left out"
            ledger.leave_out(record, "location-copy", sentence, name)
    return kept


def with_unique_ids(locations: Sequence[Located], ledger: Ledger) -> list[Located]:
    """Number EVSE uids that their CPO, and Connector ids that their EVSE, used before (Locations, 2.2.1)."""
    uids: dict[Key, int] = {}
    return [(_with_unique_ids(location, record, uids, ledger), record) for location, record in locations]


class _Identities:
    """Tells which EVSEs are one. A uid alone does not: many a platform numbers those of each Location from 1."""

    def __init__(self) -> None:
        self._met: dict[Key, None] = {}

    def of(self, location: Location, evse: EVSE) -> Key:
        """The same key for the same EVSE of a CPO; without an evse_id that of the first that was met at its place."""
        owner = (location.country_code, location.party_id)
        if evse.evse_id is not None and _has_evse_id(evse):
            return (*owner, "evse_id", ci_key(evse.evse_id.replace("*", "").replace("-", "")))
        named = (*owner, "uid", ci_key(evse.uid))
        place = evse.coordinates or location.coordinates
        row, column = (floor(float(degrees) * _CELLS_PER_DEGREE) for degrees in (place.latitude, place.longitude))
        for down, right in itertools.product((0, -1, 1), repeat=2):
            key = (*named, str(row + down), str(column + right))
            if key in self._met:
                return key
        met = (*named, str(row), str(column))
        self._met[met] = None
        return met


def _has_evse_id(evse: EVSE) -> bool:
    return evse.evse_id is not None and _EVSE_ID.fullmatch(evse.evse_id.strip()) is not None


def _with_unique_ids(location: Location, record: Record, uids: dict[Key, int], ledger: Ledger) -> Location:
    name = f"Location {location.id}"
    owner = (location.country_code, location.party_id)
    evses: list[EVSE] = []
    for evse, evse_record in zip(location.evses, record["evses"], strict=True):
        wanted = [evse.uid, evse.evse_id] if evse.evse_id is not None and _has_evse_id(evse) else [evse.uid]
        uid = _free_id(wanted, owner, uids)
        if uid != evse.uid:
            sentence = "an EVSE's uid was used before by its CPO; its evse_id or a numbered uid stands there"
            ledger.mend(evse_record, "evse-uid-duplicate", sentence, f"{name}, found {evse.uid}")
        connectors: list[Connector] = []
        used: dict[Key, int] = {}
        for connector, connector_record in zip(evse.connectors, evse_record["connectors"], strict=True):
            connector_id = _free_id([connector.id], (), used)
            if connector_id != connector.id:
                sentence = "a Connector's id was used before in its EVSE and is numbered now"
                ledger.mend(connector_record, "connector-id-duplicate", sentence, f"{name}, found {connector.id}")
            connectors.append(replace(connector, id=connector_id))
        evses.append(replace(evse, uid=uid, connectors=tuple(connectors)))
    return replace(location, evses=tuple(evses))


def _free_id(wanted: Sequence[str], owner: Key, used: dict[Key, int]) -> str:
    """The first of the wanted ids that is free for that owner, or else the first with a number; now used.

    What is used is known with the last number given beside it, from which it goes on.
    """
    for each in wanted:
        if len(each) <= _MAX_ID_LENGTH and (*owner, ci_key(each)) not in used:
            used[*owner, ci_key(each)] = 1
            return each
    first = (*owner, ci_key(wanted[0]))
    for number in itertools.count(used.get(first, 1) + 1):
        numbered = f"{wanted[0][: _MAX_ID_LENGTH - 6]}-{number}"
        if (*owner, ci_key(numbered)) not in used:
            break
    used[first] = number
    used[*owner, ci_key(numbered)] = 1
    return numbered
