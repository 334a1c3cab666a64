"""Imports of dumps: what is written, that every record is accounted for, and what is refused."""

import json
from pathlib import Path

import pytest
from scenario_dumps import Import, evse, imported, location, tariff

from simulator.files import NotWritten
from simulator.scenario import network_dump
from simulator.scenario.expand import expand
from simulator.scenario.importer import Area, Count, ImportOptions, ImportRefused, import_network
from simulator.scenario.load import load

AMELAND = Path(__file__).parents[3] / "shared" / "data" / "ndw"


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
    ("haarlemmermeer", (633, 1992, 2027, 269), 20, (1503, 1538, 260), [33, 33, 97]),
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
    monkeypatch.setattr(network_dump, "MAX_EVSES", 2)
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
    with pytest.raises(NotWritten, match=r"net\.tariffs\.json is no file and is not replaced"):
        import_network(tmp_path / "dump.json", None, 10, 1, tmp_path / "net.yaml")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dump.json", "net.tariffs.json"]
