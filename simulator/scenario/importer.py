"""Imports a network from a dump of OCPI Locations and Tariffs: a scenario that runs, and books of what was mended.

A real dump is a snapshot by many hands. Every record is accounted for in the report, and what is written is strict
OCPI 2.2.1. Nothing depends on the day of the import: its instants come from the dump.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from simulator.ocpi.datatypes import ci_key
from simulator.ocpi.v2_2_1.locations import Location, Status
from simulator.ocpi.v2_2_1.tariffs import Tariff
from simulator.scenario.adopt import adopt_tariffs
from simulator.scenario.compose import compose_scenario, write_scenario
from simulator.scenario.dump import ImportRefused, read_dump
from simulator.scenario.expand import PASSING
from simulator.scenario.ledger import Count, Ledger, Record
from simulator.scenario.mend import Defaults, defaults_of, mend_location, mend_tariff
from simulator.scenario.repair import repair
from simulator.scenario.unique import with_unique_ids, without_copies

__all__ = ["Count", "ImportRefused", "ImportReport", "import_network"]

_MAX_EMSPS = 99
_COUNTRY_CODE = re.compile(r"[A-Z]{2}")
_PARTY_ID = re.compile(r"[A-Z0-9]{3}")


class ImportReport(Struct, frozen=True):
    """What an import did: the books of every kind of record, each rule's count, and all of it in sentences.

    `tariffs_copied` were written in addition, for CPOs that use a tariff of another party.
    """

    scenario: Path
    locations: Count
    evses: Count
    connectors: Count
    tariffs: Count
    tariffs_copied: int
    cpos: int
    rules: dict[str, int]
    sentences: tuple[str, ...]


def import_network(locations: Path, tariffs: Path | None, sessions_per_day: int, emsps: int, out: Path) -> ImportReport:
    """Import the dump into the scenario `out` (.yaml) with its network in two files beside it.

    Every (country_code, party_id) of the Locations becomes a CPO with its own endpoint. `sessions_per_day` is shared
    by the drivers of `emsps` generated eMSPs. Raises ImportRefused with a sentence; then nothing was written.
    """
    _check_request(sessions_per_day, emsps, out, [path for path in (locations, tariffs) if path is not None])
    read_locations = read_dump(locations, "Locations")
    read_tariffs = read_dump(tariffs, "Tariffs") if tariffs is not None else []
    ledger = Ledger()
    defaults = defaults_of(read_locations)
    for record in read_locations:
        _enter_location(record, ledger)
    good_tariffs = _good_tariffs(read_tariffs, defaults, ledger)
    good_locations = without_copies(
        _good_locations(read_locations, defaults, ledger), [tariff.id for tariff, _ in good_tariffs], ledger
    )
    good_locations = with_unique_ids(good_locations, ledger)
    if not good_locations:
        told = "\n".join(ledger.sentences())
        raise ImportRefused(f"{locations} holds no Location at which one could charge.\n{told}".strip())
    for location, _ in good_locations:
        _note_statuses(location, ledger, f"Location {location.id}")
    network = adopt_tariffs(good_locations, good_tariffs, ledger)
    scenario = compose_scenario(network.locations, network.tariffs, sessions_per_day, emsps, out)
    write_scenario(out, scenario.text, network.locations, network.tariffs)
    return ImportReport(
        scenario=out,
        locations=ledger.count("Location"),
        evses=ledger.count("EVSE"),
        connectors=ledger.count("Connector"),
        tariffs=ledger.count("Tariff"),
        tariffs_copied=network.copied,
        cpos=scenario.cpos,
        rules=ledger.rules(),
        sentences=(*ledger.sentences(), *scenario.remarks),
    )


def _check_request(sessions_per_day: int, emsps: int, out: Path, sources: Sequence[Path]) -> None:
    if sessions_per_day < 1:
        raise ImportRefused(f"{sessions_per_day} sessions per day cannot be shared; expected is 1 or more.")
    if not 1 <= emsps <= _MAX_EMSPS:
        raise ImportRefused(f"{emsps} eMSPs cannot be made; expected are 1 to {_MAX_EMSPS}.")
    if out.suffix not in (".yaml", ".yml"):
        raise ImportRefused(f"The scenario {out} must be a .yaml file, such as {out.with_suffix('.yaml')}.")
    if not out.parent.is_dir():
        raise ImportRefused(f"There is no folder {out.parent} to write the scenario to.")
    written = [out.with_suffix(f".{noun}.json").resolve() for noun in ("locations", "tariffs")]
    for source in sources:
        if source.resolve() in written:
            raise ImportRefused(f"The import would write over its own source {source}; choose another name than {out}.")


def _enter_location(record: object, ledger: Ledger) -> None:
    ledger.enter("Location", record)
    if not isinstance(record, dict):
        return
    for evse in _list(record, "evses"):
        ledger.enter("EVSE", evse)
        for connector in _list(evse, "connectors") if isinstance(evse, dict) else ():
            ledger.enter("Connector", connector)


def _list(record: Record, key: str) -> Sequence[object]:
    value = record.get(key)
    return value if isinstance(value, list) else ()


def _good_locations(records: Sequence[Record], defaults: Defaults, ledger: Ledger) -> list[tuple[Location, Record]]:
    good: list[tuple[Location, Record]] = []
    seen: dict[tuple[str, str, str], None] = {}
    for index, record in enumerate(records):
        name = f"Location number {index + 1}"
        if isinstance(record, dict):
            name = f"Location {record.get('id', f'number {index + 1}')}"
            mend_location(record, defaults, ledger)
        location = repair(record, Location, ledger, name)
        if location is None or not _owner_is_good(location, record, ledger, name):
            continue
        key = (location.country_code, location.party_id, ci_key(location.id))
        if key in seen:
            sentence = "a Location has the id of an earlier one of its party and is left out"
            ledger.leave_out(record, "location-duplicate", sentence, name)
        elif not location.evses:
            sentence = "a Location has no EVSE and is left out"
            ledger.leave_out(record, "location-without-evse", sentence, name)
        else:
            seen[key] = None
            good.append((location, record))
    return good


def _good_tariffs(records: Sequence[Record], defaults: Defaults, ledger: Ledger) -> list[tuple[Tariff, Record]]:
    good: list[tuple[Tariff, Record]] = []
    seen: dict[tuple[str, str, str], None] = {}
    for index, record in enumerate(records):
        ledger.enter("Tariff", record)
        name = f"Tariff number {index + 1}"
        if isinstance(record, dict):
            name = f"Tariff {record.get('id', f'number {index + 1}')}"
            mend_tariff(record, defaults, ledger)
        tariff = repair(record, Tariff, ledger, name)
        if tariff is None or not _owner_is_good(tariff, record, ledger, name):
            continue
        key = (tariff.country_code, tariff.party_id, ci_key(tariff.id))
        if key in seen:
            sentence = "a Tariff has the id of an earlier one of its party and is left out"
            ledger.leave_out(record, "tariff-duplicate", sentence, name)
        else:
            seen[key] = None
            good.append((tariff, record))
    return good


def _owner_is_good(thing: Location | Tariff, record: Record, ledger: Ledger, name: str) -> bool:
    if _COUNTRY_CODE.fullmatch(thing.country_code) and _PARTY_ID.fullmatch(thing.party_id):
        return True
    kind = type(thing).__name__
    sentence = f"a {kind} has a country_code and party_id that are no party's and is left out"
    found = f"{name}, found {thing.country_code}-{thing.party_id}"
    ledger.leave_out(record, f"{kind.lower()}-party", sentence, found)
    return False


def _note_statuses(location: Location, ledger: Ledger, name: str) -> None:
    """A dump is a snapshot: who charges at its moment is not who charges in the run (see expand)."""
    for evse in location.evses:
        if evse.status in PASSING:
            sentence = "an EVSE was CHARGING, RESERVED or UNKNOWN in the snapshot; it starts AVAILABLE"
            ledger.note("evse-passing-status", sentence, name)
        elif evse.status is not Status.AVAILABLE:
            sentence = (
                "an EVSE was BLOCKED, INOPERATIVE, OUTOFORDER, PLANNED or REMOVED; it stays so, nobody charges there"
            )
            ledger.note("evse-out-of-use", sentence, name)
