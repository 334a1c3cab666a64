"""Imports of dumps: what is mended, what is left out, and that every record is accounted for."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.ocpi.v2_2_1.locations import Location
from simulator.scenario import importer
from simulator.scenario.expand import expand
from simulator.scenario.importer import Area, Count, ImportOptions, ImportRefused, ImportReport, import_network
from simulator.scenario.load import load

AMELAND = Path(__file__).parents[3] / "shared" / "data" / "ndw"
Dump = dict[str, Any]


def connector(**changes: Any) -> Dump:
    plain = {
        "id": "1",
        "standard": "IEC_62196_T2",
        "format": "SOCKET",
        "power_type": "AC_3_PHASE",
        "max_voltage": 230,
        "max_amperage": 16,
        "max_electric_power": 11000,
        "tariff_ids": ["T1"],
        "terms_and_conditions": None,
        "last_updated": "2026-06-05T07:14:48Z",
    }
    return _changed(plain, changes)


def evse(*connectors: Dump, uid: str = "1", **changes: Any) -> Dump:
    plain = {
        "uid": uid,
        "evse_id": f"NL*ABC*E{uid}",
        "status": "AVAILABLE",
        "images": None,
        "capabilities": ["RFID_READER"],
        "connectors": list(connectors or (connector(),)),
        "last_updated": "2026-06-05T07:14:48Z",
    }
    return _changed(plain, changes)


def location(*evses: Dump, **changes: Any) -> Dump:
    plain = {
        "country_code": "NL",
        "party_id": "ABC",
        "id": "L1",
        "publish": True,
        "name": "Square",
        "address": "Square 1",
        "city": "Leiden",
        "country": "NLD",
        "coordinates": {"latitude": "52.16000", "longitude": "4.48000"},
        "evses": list(evses or (evse(),)),
        "operator": {"name": "Alpha"},
        "time_zone": "Europe/Amsterdam",
        "last_updated": "2026-06-05T07:14:48Z",
    }
    return _changed(plain, changes)


def tariff(**changes: Any) -> Dump:
    plain = {
        "country_code": "NL",
        "party_id": "ABC",
        "id": "T1",
        "currency": "EUR",
        "elements": [
            {
                "price_components": [{"type": "ENERGY", "price": 0.45, "vat": None, "step_size": 1}],
                "restrictions": {"start_time": None},
            }
        ],
        "last_updated": "2026-06-05T07:14:48Z",
    }
    return _changed(plain, changes)


def _changed(plain: Dump, changes: Dump) -> Dump:
    return {key: value for key, value in {**plain, **changes}.items() if value != "ABSENT"}


Import = Callable[..., ImportReport]


@pytest.fixture
def do_import(tmp_path: Path) -> Import:
    def run(locations: Any, tariffs: Any = None, sessions_per_day: int = 100, emsps: int = 3) -> ImportReport:
        (tmp_path / "dump_locations.json").write_text(json.dumps(locations))
        (tmp_path / "dump_tariffs.json").write_text(json.dumps([tariff()] if tariffs is None else tariffs))
        report = import_network(
            tmp_path / "dump_locations.json",
            tmp_path / "dump_tariffs.json",
            sessions_per_day,
            emsps,
            tmp_path / "net.yaml",
        )
        for count in (report.locations, report.evses, report.connectors, report.tariffs):
            assert count.read == count.kept + count.mended + count.left_out
        return report

    return run


def imported(report: ImportReport) -> list[Location]:
    return [location for network in load(report.scenario).networks for location in network.locations]


def test_a_clean_dump_is_kept_as_it_is_and_nulls_are_no_mistakes(do_import: Import) -> None:
    report = do_import([location()])
    assert (report.locations, report.evses, report.connectors) == (Count(1, 1, 0, 0),) * 3
    assert report.tariffs == Count(1, 1, 0, 0)
    assert report.rules == {}
    assert (report.cpos, report.tariffs_copied) == (1, 0)


def test_the_envelope_of_ocpi_is_taken_off(do_import: Import) -> None:
    envelope = {"data": [location()], "status_code": 1000, "timestamp": "2026-06-08T00:00:00Z"}
    assert do_import(envelope, {"data": [tariff()]}).locations.kept == 1


def test_the_scenario_runs_a_monday_with_all_sessions_shared(do_import: Import) -> None:
    scenario = load(do_import([location()], sessions_per_day=101).scenario)
    assert scenario.text.splitlines()[3] == "start: 2026-06-08T00:00 Europe/Amsterdam"
    assert [party.id for party in scenario.parties] == ["NL-ABC", "NL-E01", "NL-E02", "NL-E03"]
    assert scenario.parties[0].name == "Alpha"
    assert len({party.whitelist for party in scenario.parties[1:]}) == 3
    assert sum(driver.sessions_per_day for driver in scenario.drivers) == 101  # type: ignore[union-attr]
    assert len(expand(scenario)["NL-ABC"].locations) == 1


def test_the_start_is_after_all_the_dump_knows(do_import: Import) -> None:
    report = do_import([location(last_updated="2026-06-15T00:00:01Z")])
    assert "start: 2026-06-22T00:00 Europe/Amsterdam" in load(report.scenario).text


def test_the_same_dump_gives_the_same_files(do_import: Import, tmp_path: Path) -> None:
    files = ("net.yaml", "net.locations.json", "net.tariffs.json")
    do_import([location(), location(evse(uid="2"), id="L2")])
    first = [(tmp_path / name).read_bytes() for name in files]
    do_import([location(), location(evse(uid="2"), id="L2")])
    assert first == [(tmp_path / name).read_bytes() for name in files]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [*files, "dump_locations.json", "dump_tariffs.json"]
    )


LOCATION_MENDS = [
    ({"publish": "ABSENT"}, "location-publish", "publish", True),
    ({"publish": "true"}, "converted:Location publish", "publish", True),
    ({"address": None}, "location-address", "address", "Square"),
    ({"city": "ABSENT"}, "location-city", "city", "#NA"),
    ({"country": "NL"}, "location-country", "country", "NLD"),
    ({"country": None}, "location-country", "country", "NLD"),
    ({"time_zone": "CET/Amsterdam"}, "location-time-zone", "time_zone", "Europe/Amsterdam"),
    ({"last_updated": "2026-06-05T09:14:48+02:00"}, "last-updated", "last_updated", "2026-06-05T07:14:48Z"),
    ({"last_updated": None}, "last-updated", "last_updated", "2026-06-01T00:00:00Z"),
    ({"party_id": "abc"}, "party-party_id", "party_id", "ABC"),
    ({"country_code": None, "party_id": None}, "party-party_id-missing", "party_id", "ABC"),
    ({"type": "PARKING_LOT"}, "location-type", "parking_type", "PARKING_LOT"),
    ({"type": "OTHER"}, "location-type", "parking_type", None),
    ({"id": 17}, "converted:Location id", "id", "17"),
    ({"parking_type": "SKY"}, "unknown-value:Location parking_type", "parking_type", None),
    ({"parking_type": "on street"}, "converted:Location parking_type", "parking_type", "ON_STREET"),
    ({"facilities": ["CAFE", "POOL"]}, "unknown-value:Location facilities", "facilities", ("CAFE",)),
    ({"postal_code": "far too long a code"}, "text-length:Location postal_code", "postal_code", None),
    ({"operator": {"website": "x"}}, "missing-field:Location operator.name", "operator", None),
    ({"name": "Two\nlines"}, "converted:Location name", "name", "Two lines"),
]


@pytest.mark.parametrize(("changes", "rule", "field", "value"), LOCATION_MENDS)
def test_a_location_is_mended(do_import: Import, changes: Dump, rule: str, field: str, value: Any) -> None:
    other = location(evse(uid="9"), id="L9", last_updated="2026-06-01T00:00:00Z")
    report = do_import([location(**changes), other])
    assert report.rules[rule] == 1
    assert report.locations == Count(2, 1, 1, 0)
    assert getattr(imported(report)[0], field) == value
    assert any("first: Location" in sentence for sentence in report.sentences)


@pytest.mark.parametrize("latitude", [52.16, "52.16", "52.1600001234", "52,16"])
def test_coordinates_become_texts_of_five_to_seven_decimals(do_import: Import, latitude: Any) -> None:
    report = do_import([location(coordinates={"latitude": latitude, "longitude": "4.48000"})])
    assert report.rules == {"coordinates": 1}
    assert imported(report)[0].coordinates.latitude == "52.160000"


EVSE_MENDS = [
    ({"status": "CHARGIN"}, "evse-status", "status", "UNKNOWN"),
    ({"status": None}, "evse-status", "status", "UNKNOWN"),
    ({"status": "charging"}, "converted:EVSE status", "status", "CHARGING"),
    ({"uid": None, "evse_id": "NL*ABC*E1"}, "evse-uid", "uid", "NL*ABC*E1"),
    (
        {"capabilities": ["RFID_READER", "TELEPORT"]},
        "unknown-value:EVSE capabilities",
        "capabilities",
        ("RFID_READER",),
    ),
    ({"floor_level": "basement"}, "text-length:EVSE floor_level", "floor_level", None),
    ({"coordinates": {"latitude": 99, "longitude": 4}}, "missing-field:EVSE coordinates.latitude", "coordinates", None),
]


@pytest.mark.parametrize(("changes", "rule", "field", "value"), EVSE_MENDS)
def test_an_evse_is_mended(do_import: Import, changes: Dump, rule: str, field: str, value: Any) -> None:
    report = do_import([location(evse(**changes))])
    assert report.rules[rule] == 1
    assert report.evses == Count(1, 0, 1, 0)
    assert report.locations.kept == 1
    assert getattr(imported(report)[0].evses[0], field) == value


CONNECTOR_MENDS = [
    ({"power_type": None}, "connector-power-type", "power_type", "AC_3_PHASE"),
    ({"power_type": "AC_9", "max_electric_power": 3700}, "connector-power-type", "power_type", "AC_1_PHASE"),
    ({"power_type": None, "standard": "CHADEMO"}, "connector-power-type", "power_type", "DC"),
    ({"standard": "IEC_62196_t2"}, "converted:Connector standard", "standard", "IEC_62196_T2"),
    ({"standard": None}, "connector-standard", "standard", "IEC_62196_T2"),
    ({"format": None}, "connector-format", "format", "SOCKET"),
    ({"max_electric_power": 22}, "connector-kilowatts", "max_electric_power", 22_000),
    ({"max_electric_power": 0}, "connector-no-power", "max_electric_power", None),
    ({"max_amperage": 0}, "max_amperage-missing", "max_amperage", 16),
    ({"max_amperage": 15.9}, "converted:Connector max_amperage", "max_amperage", 16),
    ({"max_amperage": "16"}, "converted:Connector max_amperage", "max_amperage", 16),
    ({"max_voltage": "ABSENT", "voltage": 400}, "connector-max_voltage", "max_voltage", 400),
    ({"tariff_ids": "ABSENT", "tariff_id": "T1"}, "connector-tariff-id", "tariff_ids", ("T1",)),
    ({"tariff_ids": ["T1", "gone"]}, "connector-tariff-unknown", "tariff_ids", ("T1",)),
    ({"last_updated": "yesterday"}, "last-updated", "last_updated", "2026-06-05T07:14:48Z"),
]


@pytest.mark.parametrize(("changes", "rule", "field", "value"), CONNECTOR_MENDS)
def test_a_connector_is_mended(do_import: Import, changes: Dump, rule: str, field: str, value: Any) -> None:
    report = do_import([location(evse(connector(**changes)))])
    assert report.rules == {rule: 1}
    assert report.connectors == Count(1, 0, 1, 0)
    assert report.evses.kept == report.locations.kept == 1
    assert getattr(imported(report)[0].evses[0].connectors[0], field) == value


def test_what_cannot_be_mended_takes_only_its_own_record_along(do_import: Import) -> None:
    broken = evse(connector(id=None), uid="2")
    report = do_import([location(evse(), evse(connector(), connector(standard="PLUG"), uid="3"), broken)])
    assert report.connectors == Count(4, 2, 0, 2)
    assert report.evses == Count(3, 2, 0, 1)
    assert report.locations == Count(1, 1, 0, 0)
    assert [each.uid for each in imported(report)[0].evses] == ["1", "3"]


def test_locations_that_cannot_be_used_are_left_out_with_all_inside(do_import: Import) -> None:
    report = do_import(
        [
            location(),
            location(evse(uid="2"), id="L1"),
            location(evse(uid="3"), id="L3", coordinates=None),
            location(id="L4", evses=[]),
            location(evse(uid="5"), id="L5", party_id="TOOLONG"),
            location(evse(uid="6", evse_id=None), id="L6", country_code="N1"),
            "not a location",
        ]
    )
    assert report.locations == Count(7, 1, 0, 6)
    assert report.evses == Count(5, 1, 0, 4)
    assert report.connectors == Count(5, 1, 0, 4)
    assert report.rules["location-duplicate"] == report.rules["location-without-evse"] == 1
    assert report.rules["missing-field:Location coordinates"] == 1


def test_an_evse_that_two_locations_publish_is_there_once(do_import: Import) -> None:
    """The copy with a known tariff is kept, though the other was updated later."""
    fresh = evse(connector(tariff_ids=["gone"]), evse_id="NLABCE1", last_updated="2026-06-07T00:00:00Z")
    report = do_import([location(fresh, evse(uid="2"), id="L1"), location(id="L2")])
    assert [(each.id, [evse.uid for evse in each.evses]) for each in imported(report)] == [("L1", ["2"]), ("L2", ["1"])]
    assert report.evses == Count(3, 2, 0, 1)
    assert report.rules == {"evse-copy": 1}


def test_a_location_with_only_copies_is_left_out(do_import: Import) -> None:
    report = do_import([location(id="L1"), location(id="L2", name="Again")])
    assert [each.id for each in imported(report)] == ["L1"]
    assert report.locations == Count(2, 1, 0, 1)
    assert report.rules == {"evse-copy": 1, "location-copy": 1}


def test_ids_that_are_used_twice_are_numbered(do_import: Import) -> None:
    twice = evse(connector(), connector(), evse_id="NL*ABC*E7")
    report = do_import([location(evse(), id="L1"), location(twice, id="L2")])
    other = imported(report)[1].evses[0]
    assert other.uid == "NL*ABC*E7"
    assert [each.id for each in other.connectors] == ["1", "1-2"]
    assert report.rules == {"evse-uid-duplicate": 1, "connector-id-duplicate": 1}


def test_a_tariff_of_another_party_is_written_for_the_cpo_that_uses_it(do_import: Import) -> None:
    report = do_import(
        [location(), location(evse(uid="2"), id="L2", party_id="DEF")],
        [tariff(party_id="PLT"), tariff(id="T2", party_id="PLT"), tariff(id="T3"), tariff(id="T3")],
    )
    owners = [(each.party_id, each.id) for network in load(report.scenario).networks for each in network.tariffs]
    assert owners == [("ABC", "T1"), ("DEF", "T1"), ("ABC", "T3")]
    assert report.tariffs == Count(4, 1, 1, 2)
    assert report.tariffs_copied == 1
    assert report.rules == {"tariff-duplicate": 1, "tariff-of-another-party": 2, "tariff-moved": 1, "tariff-unused": 1}


def test_tariffs_are_mended_but_never_made_to_price_more(do_import: Import) -> None:
    price = {"type": "ENERGY", "price": "0.30", "step_size": "ABSENT"}
    elements = [
        {"price_components": [{**price, "step_size": None}], "restrictions": {"end_time": "24:00"}},
        {"price_components": [{**price, "step_size": 1}], "restrictions": {"start_time": "morning"}},
    ]
    report = do_import([location()], [tariff(elements=elements)])
    (element,) = load(report.scenario).networks[0].tariffs[0].elements
    assert element.restrictions is not None
    assert element.restrictions.end_time == "00:00"
    assert str(element.price_components[0].price) == "0.30"
    assert report.rules["text-format:Tariff elements.restrictions.start_time"] == 1
    assert report.tariffs == Count(1, 0, 1, 0)


def test_connectors_without_a_tariff_and_statuses_are_told(do_import: Import) -> None:
    parts = [evse(connector(tariff_ids=None)), evse(uid="2", status="CHARGING"), evse(uid="3", status="PLANNED")]
    report = do_import([location(*parts)])
    assert report.rules == {"evse-passing-status": 1, "evse-out-of-use": 1, "connector-without-tariff": 1}
    assert report.connectors.kept == report.evses.kept == 3


REFUSALS = [
    (b"[", "is cut off"),
    (b'{"locations": {}}', "holds no list of Locations"),
    (b"[]", "no Location at which one could charge"),
    (b"[{}]", "no Location at which one could charge"),
]


@pytest.mark.parametrize(("raw", "part"), REFUSALS)
def test_a_file_that_is_no_dump_is_refused_and_nothing_is_written(tmp_path: Path, raw: bytes, part: str) -> None:
    source = tmp_path / "dump.json"
    source.write_bytes(raw)
    with pytest.raises(ImportRefused, match=part):
        import_network(source, None, 10, 1, tmp_path / "net.yaml")
    assert [path.name for path in tmp_path.iterdir()] == ["dump.json"]


def test_a_request_that_cannot_be_done_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "net.locations.json"
    source.write_text(json.dumps([location()]))
    requests = [
        (0, 1, "net2.yaml", "sessions per day"),
        (10, 0, "net2.yaml", "eMSPs"),
        (10, 1, "net2.json", "must be a .yaml file"),
        (10, 1, "nowhere/net.yaml", "There is no folder"),
        (10, 1, "net.yaml", "its own source"),
    ]
    for sessions_per_day, emsps, out, part in requests:
        with pytest.raises(ImportRefused, match=part):
            import_network(source, None, sessions_per_day, emsps, tmp_path / out)
    with pytest.raises(ImportRefused, match="cannot be read: no such file"):
        import_network(tmp_path / "none.json", None, 10, 1, tmp_path / "net2.yaml")
    assert import_network(source, None, 10, 1, tmp_path / "net2.yaml").rules["connector-tariff-unknown"] == 1


@pytest.mark.shared
def test_the_island_of_ameland(tmp_path: Path) -> None:
    source = AMELAND / "ameland.locations.json"
    assert source.exists(), f"the NDW dump of Ameland is expected at {source}"
    report = import_network(source, AMELAND / "ameland.tariffs.json", 60, 4, tmp_path / "ameland.yaml")
    assert (report.locations, report.evses) == (Count(22, 17, 0, 5), Count(53, 35, 0, 18))
    assert (report.connectors, report.tariffs) == (Count(53, 34, 1, 18), Count(18, 16, 0, 2))
    assert report.rules["evse-copy"] == 18
    scenario = load(tmp_path / "ameland.yaml")
    assets = expand(scenario)
    assert list(assets) == ["NL-EFL", "NL-ENE", "NL-GFX", "NL-LMS", "NL-LNT"]
    assert sum(len(each.evses) for owned in assets.values() for each in owned.locations) == 35


FULL_SIZE = [
    ("breda", (1094, 2570, 2590, 179), 19, (2271, 2291, 174), [51] * 6),
    ("haarlemmermeer", (633, 1992, 2027, 269), 20, (1519, 1554, 260), [33, 33, 97]),
]


@pytest.mark.shared
@pytest.mark.parametrize(("name", "read", "cpos", "kept", "long_tariffs"), FULL_SIZE, ids=lambda part: str(part)[:14])
def test_a_whole_municipality_is_accounted_for(
    tmp_path: Path, name: str, read: tuple[int, ...], cpos: int, kept: tuple[int, ...], long_tariffs: list[int]
) -> None:
    """What the ledger says was read and kept is what the files hold, counted apart from it."""
    source = AMELAND / f"{name}.locations.json"
    assert source.exists(), f"the NDW dump of {name} is expected at {source}"
    report = import_network(source, AMELAND / f"{name}.tariffs.json", 60, 4, tmp_path / "city.yaml")
    dump, tariffs = (json.loads((AMELAND / f"{name}.{noun}.json").read_bytes()) for noun in ("locations", "tariffs"))
    evses = [each for location in dump for each in location["evses"]]
    there = (len(dump), len(evses), sum(len(each["connectors"]) for each in evses), len(tariffs))
    books = (report.locations, report.evses, report.connectors, report.tariffs)
    assert tuple(count.read for count in books) == there == read
    assert all(count.read == count.kept + count.mended + count.left_out for count in books)
    (network,) = load(tmp_path / "city.yaml").networks
    written = [each for location in network.locations for each in location.evses]
    plugs = [each for evse in written for each in evse.connectors]
    assert len(network.locations) == report.locations.kept + report.locations.mended
    assert (len(written), len(plugs)) == kept[:2] == tuple(each.kept + each.mended for each in books[1:3])
    assert len({each.id for each in network.tariffs}) == kept[2] == report.tariffs.kept + report.tariffs.mended
    assert len(network.tariffs) == kept[2] + report.tariffs_copied
    assert report.rules["connector-without-tariff"] == sum(not each.tariff_ids for each in plugs)
    assert sorted(len(each.elements) for each in network.tariffs if len(each.elements) > 20) == long_tariffs
    assert report.cpos == cpos


# Places

SWAPPED = {"latitude": "4.48000", "longitude": "52.16000"}


def test_swapped_coordinates_are_swapped_back(do_import: Import) -> None:
    """Also when all of them are: the country says where they should be."""
    report = do_import([location(coordinates=SWAPPED), location(evse(uid="2", coordinates=SWAPPED), id="L2")])
    assert report.rules == {"coordinates-swapped": 2}
    assert report.locations == Count(2, 1, 1, 0)
    assert report.evses == Count(2, 1, 1, 0)
    first, second = imported(report)
    assert (first.coordinates.latitude, first.coordinates.longitude) == ("52.16000", "4.48000")
    assert second.evses[0].coordinates is not None
    assert second.evses[0].coordinates.latitude == "52.16000"
    assert any("(first: Location L1 (number 1, line 1), found 4.48000, 52.16000)" in each for each in report.sentences)


@pytest.mark.parametrize(
    ("coordinates", "rule"),
    [
        ({"latitude": "0.00000", "longitude": "0.00000"}, "coordinates-zero"),
        ({"latitude": 0, "longitude": 0}, "coordinates-zero"),
        ({"latitude": "91.00000", "longitude": "95.00000"}, "missing-field:Location coordinates.latitude"),
    ],
)
def test_a_place_that_is_nowhere_takes_its_location_along(do_import: Import, coordinates: Dump, rule: str) -> None:
    report = do_import([location(), location(evse(uid="2"), id="L2", coordinates=coordinates)])
    assert report.rules[rule] == 1
    assert report.locations == Count(2, 1, 0, 1)


def test_a_place_abroad_that_no_swap_brings_home_is_told_and_kept(do_import: Import) -> None:
    report = do_import([location(coordinates={"latitude": "-33.90000", "longitude": "18.40000"})])
    assert report.rules == {"coordinates-abroad": 1}
    assert report.locations.kept == 1


def test_where_latitude_and_longitude_are_alike_nothing_is_swapped(do_import: Import) -> None:
    report = do_import([location(country="TUR", coordinates={"latitude": "32.85000", "longitude": "39.93000"})])
    assert report.rules == {}


# OCPI 2.1.1

OLD = {"country_code": "ABSENT", "party_id": "ABSENT", "publish": "ABSENT", "type": "ON_STREET"}
OLD_PLUG = {"max_voltage": "ABSENT", "max_amperage": "ABSENT", "voltage": 230, "amperage": 16}
OLD_TARIFF = {"country_code": "ABSENT", "party_id": "ABSENT"}


def old_location(**changes: Any) -> Dump:
    plug = connector(**OLD_PLUG, tariff_ids="ABSENT", tariff_id="T1", max_electric_power="ABSENT")
    return location(evse(plug, evse_id=None), **{**OLD, **changes})


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


def test_an_evse_without_connectors_is_left_out_and_told(do_import: Import) -> None:
    report = do_import(
        [location(evse(), evse(uid="2", connectors=[])), location(evse(uid="3", connectors=[]), id="L2")]
    )
    assert report.rules["too-few-items:EVSE connectors"] == 2
    assert report.evses == Count(3, 1, 0, 2)
    assert report.rules["location-without-evse"] == 1


# A part of a dump, and a scenario that says how busy it is


def test_only_what_is_in_the_area_is_kept(tmp_path: Path) -> None:
    far = location(evse(uid="2"), id="L2", coordinates={"latitude": "52.30000", "longitude": "4.48000"})
    (tmp_path / "dump.json").write_text(json.dumps([location(), far]))
    options = ImportOptions(area=Area(52.16, 4.48, 10_000))
    report = import_network(tmp_path / "dump.json", None, 10, 1, tmp_path / "net.yaml", options)
    assert [each.id for each in imported(report)] == ["L1"]
    assert report.rules["location-elsewhere"] == 1


def test_a_dump_with_too_many_evses_is_refused_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importer, "MAX_EVSES", 2)
    (tmp_path / "dump.json").write_text(json.dumps([location(evse(), evse(uid="2"), evse(uid="3"))]))
    with pytest.raises(ImportRefused, match=r"more than 2 EVSEs.*--around"):
        import_network(tmp_path / "dump.json", None, 10, 1, tmp_path / "net.yaml")
    assert [path.name for path in tmp_path.iterdir()] == ["dump.json"]


@pytest.mark.parametrize(("sessions", "word"), [(2, "The load is 2.00"), (3, "This is a stress load: 3.00")])
def test_a_stress_load_is_called_one(do_import: Import, sessions: int, word: str) -> None:
    assert any(each.startswith(word) for each in do_import([location()], sessions_per_day=sessions).sentences)


def test_nothing_appears_when_one_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "dump.json").write_text(json.dumps([location()]))
    (tmp_path / "net.tariffs.json").mkdir()
    with pytest.raises(ImportRefused, match="cannot be written"):
        import_network(tmp_path / "dump.json", None, 10, 1, tmp_path / "net.yaml")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dump.json", "net.tariffs.json"]
