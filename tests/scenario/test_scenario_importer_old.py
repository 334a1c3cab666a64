"""Dumps of OCPI 2.1.1, whose objects do not say whose they are."""

import json
from pathlib import Path
from typing import Any

import pytest
from scenario_dumps import Dump, Import, connector, evse, location, tariff

from simulator.scenario.importer import Count, ImportOptions, ImportRefused, import_network
from simulator.scenario.load import load

OLD = {"country_code": "ABSENT", "party_id": "ABSENT", "publish": "ABSENT", "type": "ON_STREET"}
OLD_PLUG = {"max_voltage": "ABSENT", "max_amperage": "ABSENT", "voltage": 230, "amperage": 16}
OLD_TARIFF = {"country_code": "ABSENT", "party_id": "ABSENT"}


def old_location(uid: str = "1", **changes: Any) -> Dump:
    plug = connector(**OLD_PLUG, tariff_ids="ABSENT", tariff_id="T1", max_electric_power="ABSENT")
    return location(evse(plug, uid=uid, evse_id=None), **{**OLD, **changes})


def test_a_dump_of_2_1_1_is_owned_by_the_party_that_is_given(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text(json.dumps([old_location()]))
    (tmp_path / "old_tariffs.json").write_text(json.dumps([tariff(**OLD_TARIFF)]))
    report = import_network(
        tmp_path / "old.json",
        tmp_path / "old_tariffs.json",
        10,
        1,
        tmp_path / "net.yaml",
        ImportOptions(party="NL-OLD"),
    )
    (network,) = load(report.scenario).networks
    (place,) = network.locations
    assert (place.country_code, place.party_id, place.parking_type) == ("NL", "OLD", "ON_STREET")
    assert place.evses[0].connectors[0].tariff_ids == ("T1",)
    assert [(each.country_code, each.party_id) for each in network.tariffs] == [("NL", "OLD")]
    assert report.rules["party-country_code-given"] == 2
    assert report.locations == Count(1, 0, 1, 0)
    assert report.tariffs == Count(1, 0, 1, 0)


def test_a_dump_without_time_zones_plays_in_those_of_its_countries(tmp_path: Path) -> None:
    canary = {"latitude": "28.12000", "longitude": "-15.43000"}
    places = [
        old_location(time_zone="ABSENT"),
        old_location("2", time_zone="ABSENT", id="L2", country="ESP", coordinates=canary),
        old_location("3", time_zone="ABSENT", id="L3"),
    ]
    (tmp_path / "old.json").write_text(json.dumps(places))
    report = import_network(tmp_path / "old.json", None, 10, 1, tmp_path / "net.yaml", ImportOptions(party="NL-OLD"))
    scenario = load(report.scenario)
    (network,) = scenario.networks
    zones = {each.id: each.time_zone for each in network.locations}
    assert zones == {"L1": "Europe/Amsterdam", "L2": "Atlantic/Canary", "L3": "Europe/Amsterdam"}
    assert scenario.zone == "Europe/Amsterdam"
    assert report.rules["location-time-zone"] == 3
    assert any("nearest principal place" in each and "now Europe/Amsterdam" in each for each in report.sentences)


def test_where_the_place_is_unknown_the_dumps_commonest_zone_stands_in(do_import: Import) -> None:
    nowhere = location(id="L2", country="XXX", time_zone=None)
    for others, zone in (([location()], "Europe/Amsterdam"), ([], "UTC")):
        report = do_import([*others, nowhere])
        assert load(report.scenario).networks[0].locations[-1].time_zone == zone
        assert report.rules["location-time-zone-unknown"] == 1


def test_a_tariff_without_a_party_is_the_cpos_that_uses_it(do_import: Import) -> None:
    report = do_import([location()], [tariff(**OLD_TARIFF)])
    (owned,) = load(report.scenario).networks[0].tariffs
    assert (owned.country_code, owned.party_id) == ("NL", "ABC")


def test_locations_that_nobody_owns_are_refused_with_the_way_out(do_import: Import, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="needs --party NL-ABC"):
        do_import([old_location()])
    assert not (tmp_path / "net.yaml").exists()
    report = do_import([location(), old_location(id="L2")])
    assert report.locations == Count(2, 1, 0, 1)
    assert any("--party NL-ABC" in each for each in report.sentences)
