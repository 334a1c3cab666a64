"""Sees to it that every EVSE of an import is there once and is named once.

National access points collect from several platforms, and many a charger reaches them twice: as two Locations with
the same EVSEs, or within one Location as the EVSE that was replaced and the one in its place. Both together would be
chargers that nobody built.
"""

import itertools
from collections.abc import Sequence

from msgspec.structs import replace

from simulator.ocpi.datatypes import ci_key, parse_datetime
from simulator.ocpi.v2_2_1.locations import EVSE, Connector, Location, Status
from simulator.scenario.expand import PASSING
from simulator.scenario.ledger import Ledger, Record

_MAX_ID_LENGTH = 36

Located = tuple[Location, Record]
Key = tuple[str, ...]

_COPIES = {
    False: ("evse-copy", "an EVSE is published by two Locations of its CPO; one copy is left out"),
    True: ("evse-twice", "an EVSE stands in its Location twice; one is kept, rather the one in use, and one left out"),
}


def without_copies(locations: Sequence[Located], tariff_ids: Sequence[str], ledger: Ledger) -> list[Located]:
    """Leave out EVSEs that their CPO publishes once more (same evse_id; without one, same uid), wherever it does.

    The copy that is in use is kept, of several one with a known tariff, of these the one updated last, else the first.
    """
    known = dict.fromkeys(ci_key(tariff_id) for tariff_id in tariff_ids)
    best: dict[Key, tuple[tuple[bool, bool, int], tuple[int, int]]] = {}
    for index, (location, _) in enumerate(locations):
        for number, evse in enumerate(location.evses):
            in_use = evse.status in (Status.AVAILABLE, *PASSING)
            priced = any(ci_key(each) in known for plug in evse.connectors for each in plug.tariff_ids)
            rank = (in_use, priced, parse_datetime(evse.last_updated))
            key = _identity(location, evse)
            if key not in best or rank > best[key][0]:
                best[key] = (rank, (index, number))
    kept: list[Located] = []
    for index, (location, record) in enumerate(locations):
        good: list[tuple[EVSE, Record]] = []
        name = f"Location {location.id} of {location.country_code}-{location.party_id}"
        for number, (evse, evse_record) in enumerate(zip(location.evses, record["evses"], strict=True)):
            _, place = best[_identity(location, evse)]
            if place == (index, number):
                good.append((evse, evse_record))
                continue
            rule, sentence = _COPIES[place[0] == index]
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
    uids: dict[Key, None] = {}
    return [(_with_unique_ids(location, record, uids, ledger), record) for location, record in locations]


def _identity(location: Location, evse: EVSE) -> Key:
    owner = (location.country_code, location.party_id)
    if evse.evse_id is not None:
        return (*owner, "evse_id", ci_key(evse.evse_id.replace("*", "").replace("-", "")))
    return (*owner, "uid", ci_key(evse.uid))


def _with_unique_ids(location: Location, record: Record, uids: dict[tuple[str, ...], None], ledger: Ledger) -> Location:
    name = f"Location {location.id}"
    owner = (location.country_code, location.party_id)
    evses: list[EVSE] = []
    for evse, evse_record in zip(location.evses, record["evses"], strict=True):
        uid = _free_id([evse.uid, evse.evse_id or evse.uid], owner, uids)
        if uid != evse.uid:
            sentence = "an EVSE's uid was used before by its CPO; its evse_id or a numbered uid stands there"
            ledger.mend(evse_record, "evse-uid-duplicate", sentence, f"{name}, found {evse.uid}")
        connectors: list[Connector] = []
        used: dict[tuple[str, ...], None] = {}
        for connector, connector_record in zip(evse.connectors, evse_record["connectors"], strict=True):
            connector_id = _free_id([connector.id], (), used)
            if connector_id != connector.id:
                sentence = "a Connector's id was used before in its EVSE and is numbered now"
                ledger.mend(connector_record, "connector-id-duplicate", sentence, f"{name}, found {connector.id}")
            connectors.append(replace(connector, id=connector_id))
        evses.append(replace(evse, uid=uid, connectors=tuple(connectors)))
    return replace(location, evses=tuple(evses))


def _free_id(wanted: Sequence[str], owner: tuple[str, ...], used: dict[tuple[str, ...], None]) -> str:
    """The first of the wanted ids that is free for that owner, or else the first with a number; now used."""
    fitting = [each for each in wanted if len(each) <= _MAX_ID_LENGTH]
    numbered = (f"{wanted[0][: _MAX_ID_LENGTH - 6]}-{number}" for number in itertools.count(2))
    free = next(each for each in itertools.chain(fitting, numbered) if (*owner, ci_key(each)) not in used)
    used[*owner, ci_key(free)] = None
    return free
