"""A network written in OCPI 2.3.0: partners of that version are told all of it, others what they have words for.

All of it: also what OCPI does not know, which a file may have at every depth.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from run_town import H, OpenTown, S, holds, named, played, town

from simulator.engine.cause import TIME
from simulator.ocpi.codec import decode, encode
from simulator.ocpi.unknown import known_class
from simulator.parties.readback import read_back
from simulator.parties.roles.copies import copies
from simulator.parties.roles.cpo_places import PlaceChange, What
from simulator.scenario.model import Scenario

Json = dict[str, Any]
EARLIER = "2026-05-01T00:00:00Z"
CPO, NEW, HOME, OLD = "NL-TRK", "NL-EMA", "NL-NOM", "NL-OLD"
TARIFF: Json = {
    "country_code": "NL",
    "party_id": "TRK",
    "id": "mega",
    "currency": "EUR",
    "tax_included": "YES",
    "elements": [
        {"price_components": [{"type": "ENERGY", "price": 0.605, "vat": 21, "step_size": 1, "index": "EPEX"}]}
    ],
    "sponsor": {"name": "Sun AG", "share": 0.125},
    "energy_mix": {"is_green_energy": True, "environ_impact": [{"category": "MICROPLASTICS", "amount": 0.5}]},
    "last_updated": EARLIER,
}


def evse(number: int, standard: str) -> Json:
    connector = {
        "id": "1",
        "standard": standard,
        "format": "CABLE",
        "power_type": "DC",
        "max_voltage": 1000,
        "max_amperage": 50,
        "tariff_ids": ["mega"],
        "cable_length": 7.5,
        "capabilities": ["ISO_15118_20_PLUG_AND_CHARGE"],
        "last_updated": EARLIER,
    }
    uid = f"TRK-E{number}"
    return {"uid": uid, "evse_id": f"NL*TRK*E{number}", "status": "AVAILABLE"} | {
        "parking": [{"parking_id": "P"}],
        "colour": "red",
        "connectors": [connector],
        "last_updated": EARLIER,
    }


LOCATION: Json = {
    "country_code": "NL",
    "party_id": "TRK",
    "id": "STOP",
    "publish": True,
    "name": "Truck stop",
    "address": "Ring 1",
    "city": "Leiden",
    "country": "NLD",
    "coordinates": {"latitude": "52.160000", "longitude": "4.480000"},
    "evses": [evse(1, "MCS"), evse(2, "IEC_62196_T2_COMBO")],
    "parking_places": [
        {"id": "P", "vehicle_types": ["RIGID"], "restricted_to_type": True, "reservation_required": False}
    ],
    "time_zone": "Europe/Amsterdam",
    "help_phone": "+31201234567",
    "showers": [{"price": 2, "warm": True}],
    "last_updated": EARLIER,
}

PARTIES = """
parties:
  NL-TRK: {role: cpo, name: Truck stops, ocpi: [2.1.1, 2.2.1, 2.3.0]}
  NL-EMA: {role: emsp, name: Emma Mobility, ocpi: 2.3.0}
  NL-NOM: {role: emsp, name: Nomad Pass}
  NL-OLD: {role: emsp, name: Oldest Card, ocpi: 2.1.1}
connections:
  - {between: [NL-EMA, NL-TRK], latency: 50 ms}
  - {between: [NL-NOM, NL-TRK], latency: 50 ms}
  - {between: [NL-OLD, NL-TRK], latency: 50 ms}
networks:
  - {locations: locations.json, tariffs: tariffs.json, ocpi: 2.3.0}
"""
DRIVERS = tuple(
    named(f"Driver {emsp}", emsp, arrives=f'"{at}"', vehicle="compact")
    for emsp, at in ((NEW, "06:10"), (HOME, "06:20"), (OLD, "07:45"))
)


def truck_stops(folder: Path, drivers: tuple[str, ...] = DRIVERS, tariff: Json = TARIFF, more: str = "") -> Scenario:
    (folder / "locations.json").write_text(json.dumps([LOCATION]))
    (folder / "tariffs.json").write_text(json.dumps([tariff]))

    def change(text: str) -> str:
        head, _, rest = text.partition("parties:")
        return head + PARTIES + "drivers:" + rest.partition("drivers:")[2] + more

    return town(folder, drivers=drivers, duration="4 h", change=change)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    folder = tmp_path_factory.mktemp("natives")
    with OpenTown(truck_stops(folder), folder / "desk.ocpirun") as open_town:
        open_town.run_to(3 * H)
        yield open_town


def shown(desk: OpenTown, reader: str, module: str, *ids: str) -> Any:
    return desk.ask(reader, CPO, "GET", desk.url(reader, CPO, module, "SENDER", *ids))


def without_times(tree: Any) -> Any:
    """What was written, whenever it was updated since."""
    if isinstance(tree, dict):
        return {key: without_times(value) for key, value in tree.items() if key != "last_updated"}
    return [without_times(each) for each in tree] if isinstance(tree, list) else tree


def test_a_partner_of_2_3_0_reads_what_was_written(desk: OpenTown) -> None:
    (listed,) = shown(desk, NEW, "locations").data
    assert without_times(listed) == without_times(LOCATION)
    assert shown(desk, NEW, "locations", "STOP").data == listed
    assert shown(desk, NEW, "locations", "STOP", "TRK-E1").data == listed["evses"][0]
    assert shown(desk, NEW, "locations", "STOP", "TRK-E1", "1").data["standard"] == "MCS"
    assert shown(desk, NEW, "tariffs").data == [TARIFF]
    store = desk.world.emsps[NEW].locations.store
    assert json.loads(encode(store.original(None, "NL", "TRK", "STOP"))) == listed


@pytest.mark.parametrize("reader", [HOME, OLD])
def test_others_are_told_of_no_other_plug(desk: OpenTown, reader: str) -> None:
    (listed,) = shown(desk, reader, "locations").data
    assert [each["uid"] for each in listed["evses"]] == ["TRK-E2"]
    assert shown(desk, reader, "locations", "STOP").data == listed
    assert shown(desk, reader, "locations", "STOP", "TRK-E1").http == 404
    assert "help_phone" not in listed


def test_2_2_1_is_told_the_exact_net_price_and_2_1_1_none(desk: OpenTown) -> None:
    (tariff,) = shown(desk, HOME, "tariffs").data
    assert tariff["elements"][0]["price_components"][0] == {"type": "ENERGY", "price": 0.5, "vat": 21, "step_size": 1}
    assert shown(desk, OLD, "tariffs").data == []


def test_a_bill_has_the_plug_and_the_tariff_as_they_were_written(desk: OpenTown) -> None:
    store = desk.world.emsps[NEW].cdrs.store
    (kept,) = [store.original(None, "NL", "TRK", cdr.id) for cdr in store]
    body = json.loads(encode(kept))
    assert body["cdr_location"]["connector_standard"] == "MCS"
    assert body["tariffs"] == [TARIFF]
    assert body["total_cost"]["taxes"][0]["name"] == "VAT"
    (listed,) = shown(desk, NEW, "cdrs").data
    assert listed == body


CHANGES: tuple[tuple[What, str], ...] = (
    ("name", "Truck stop of Leiden"),
    ("evse", "7"),
    ("connector", ""),
    ("tariff", "mega"),
    ("published", ""),
)


@pytest.mark.parametrize(("what", "text"), CHANGES)
def test_a_change_keeps_what_was_written(desk: OpenTown, what: What, text: str) -> None:
    cpo, change = desk.world.cpos[CPO], PlaceChange(what, text)
    location = cpo.locations.store.get("STOP")
    assert location is not None
    begun = len(desk.events("withheld"))
    cpo.change_location(change.made(location, cpo.office.calendar.now_after(location.last_updated)), change, TIME)
    desk.run_for(5 * S)
    (listed,) = shown(desk, NEW, "locations").data
    assert listed["evses"][0]["connectors"][0]["standard"] == "MCS"
    kept = desk.world.emsps[NEW].locations.store.original(None, "NL", "TRK", "STOP")
    assert json.loads(encode(kept)) == listed
    withheld = [event["version"] for event in desk.events("withheld")[begun:]]
    assert withheld == (["2.2.1", "2.1.1"] if what in ("evse", "connector", "tariff") else [])


def compared(desk: OpenTown, party: Any, connection: Any) -> dict[str, int]:
    counts: list[dict[str, int]] = []

    def work() -> Any:
        counts.append((yield from read_back(party.office, connection, copies(party, connection), TIME)))

    party.office.spawn(work(), "compare")
    desk.run_until(lambda: bool(counts))
    return counts[0]


def test_each_finds_its_copies_equal(desk: OpenTown) -> None:
    cpo = desk.world.cpos[CPO]
    pairs = [(cpo, cpo.office.connections[peer]) for peer in (NEW, HOME, OLD)]
    pairs += [(desk.world.emsps[peer], desk.connection(peer, CPO)) for peer in (NEW, HOME, OLD)]  # type: ignore[misc]
    for party, connection in pairs:
        counts = compared(desk, party, connection)
        assert counts["equal"] > 0
        assert (counts["different"], counts["missing"]) == (0, 0), (party.office.id, connection.peer_id)


def test_a_copy_that_lacks_what_nobody_knows_is_not_equal(desk: OpenTown) -> None:
    store, id = desk.world.emsps[NEW].tariffs.store, ("NL", "TRK", "mega")
    whole = store.original(None, *id)
    store.again(decode(encode(whole), known_class(type(whole))), *id)
    cpo = desk.world.cpos[CPO]
    assert compared(desk, cpo, cpo.office.connections[NEW])["different"] == 1
    store.again(whole, *id)


def test_the_town_charges_and_bills_alike_on_both_wires(tmp_path: Path) -> None:
    digests = []
    for wire in ("memory", "http"):
        result = played(truck_stops(tmp_path), tmp_path / f"{wire}.ocpirun", wire=wire)  # type: ignore[arg-type]
        holds(result)
        assert result.summary["cdrs"] == 3
        digests.append(result.summary["digest"])
    assert digests[0] == digests[1]
