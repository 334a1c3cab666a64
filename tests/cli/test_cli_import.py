"""`ocpi-sim import` as it is typed: options, pages, real days; what is told, and that nothing half-written is left."""

import json
from pathlib import Path
from typing import Any

import pytest

from simulator.cli import main
from simulator.cli.import_ import _Watch

SESSIONS = (
    "arrival,departure,requested_energy (kWh),delivered_energy (kWh),"
    "station_id,session_id,estimated_departure,claimed\n"
    "2019-10-07 08:00:00-07:00,2019-10-07 12:00:00-07:00,12,9,CA-1,a,2019-10-07 13:00:00-07:00,True\n"
    "2019-10-07 09:00:00-07:00,2019-10-07 08:00:00-07:00,12,9,CA-2,b,2019-10-07 13:00:00-07:00,True\n"
)


@pytest.fixture(autouse=True)
def somewhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("jpl.csv").write_text(SESSIONS)
    Path("old.json").write_text(json.dumps([old_location("L1"), old_location("L2")]))


def tool(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["import", *arguments])
    return code, *capsys.readouterr()


def old_location(id: str) -> dict[str, Any]:
    """As OCPI 2.1.1 has it: no country_code, no party_id, `type`, and Connectors with voltage and amperage."""
    plug = {"id": "1", "standard": "IEC_62196_T2", "format": "SOCKET", "power_type": "AC_3_PHASE", "tariff_id": "T"}
    connector = {**plug, "voltage": 230, "amperage": 16, "last_updated": "2019-05-01T00:00:00Z"}
    evse = {"uid": id, "status": "AVAILABLE", "connectors": [connector], "last_updated": "2019-05-01T00:00:00Z"}
    place = {
        "address": "Street 1",
        "city": "Town",
        "country": "NLD",
        "coordinates": {"latitude": "52.1", "longitude": "5"},
    }
    return {"id": id, "type": "ON_STREET", **place, "evses": [evse], "last_updated": "2019-05-01T00:00:00Z"}


def test_a_real_day_is_imported_accounted_for_and_played(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = tool(capsys, "--sessions", "jpl.csv", "--date", "2019-10-07", "--out", "day.yaml")
    assert code == 0
    lines = out.splitlines()
    assert lines[1].split() == ["Sessions", "2", "1", "0", "1"]
    assert "1 × a departure is not after its arrival; it is left out (first: line 3" in out
    assert "Locations" not in lines[1]
    assert lines[-2] == "Scenario: day.yaml, with 1 CPO"
    assert sorted(path.name for path in Path().iterdir()) == ["day.sessions.csv", "day.yaml", "jpl.csv", "old.json"]
    assert main(["run", "day.yaml", "--wire", "memory", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["energy_wh"]["plug"] == 9_000


def test_a_real_day_is_played_on_an_imported_network(capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--party", "NL-OLD", "--sessions", "jpl.csv", "--date", "2019-10-07", "--energy", "requested")
    code, out, _ = tool(capsys, "old.json", *options, "--out", "both.yaml")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()[1:6]] == [
        "Locations",
        "EVSEs",
        "Connectors",
        "Tariffs",
        "Sessions",
    ]
    assert "1 stations, in the order of their first use" in out
    text = Path("both.yaml").read_text()
    assert "energy: requested" in text
    assert "sessions_per_day" not in text


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "nothing to import"),
        (["old.json"], "needs --party NL-ABC"),
        (["old.json", "--party", "NLABC"], "is no party"),
        (["old.json", "--date", "2019-10-07"], "--date means nothing without --sessions"),
        (["old.json", "--zone", "UTC"], "--zone means nothing without --sessions"),
        (["--sessions", "jpl.csv", "--tariffs", "old.json"], "--tariffs means nothing without a file of Locations"),
        (["--sessions", "jpl.csv", "--ocpi", "2.3.0"], "--ocpi means nothing without a file of Locations"),
        (["--sessions", "jpl.csv", "--party", "NL-ABC"], "--party means nothing without a file of Locations"),
        (
            ["--sessions", "jpl.csv", "--date", "2019-10-07", "--sessions-per-day", "500"],
            "--sessions-per-day means nothing without a file of Locations",
        ),
        (["old.json", "--energy", "requested"], "--energy means nothing without --sessions"),
        (["--sessions", "jpl.csv", "--around", "52,5"], "--around means nothing without a file of Locations"),
        (["old.json", "--ocpi", "2.1.1"], "invalid choice: '2.1.1'"),
        (["old.json", "--radius", "2km"], "--radius means nothing without --around"),
        (["old.json", "--around", "52"], "is no point"),
        (["old.json", "--around", "52,5", "--radius", "2"], "has no unit"),
        (["--sessions", "jpl.csv"], "Add --date; there are 2019-10-07"),
        (["--sessions", "jpl.csv", "--date", "2019-10-08"], "no session on 2019-10-08"),
        (["--sessions", "jpl.csv", "--date", "2019-10-07", "--zone", "America/Los_Angles"], "There is no time zone"),
        (["--sessions", "none.csv", "--date", "2019-10-07"], "cannot be read: no such file"),
        (["old.json", "--sessions-per-day", "0"], "0 sessions per day"),
        (["old.json", "old.json"], "named twice"),
    ],
)
def test_what_cannot_be_is_told_in_words_and_nothing_is_written(
    capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    code, out, err = tool(capsys, *arguments, "--out", "x.yaml")
    assert (code, out) == (2, "")
    assert told in err
    assert "Traceback" not in err
    assert sorted(path.name for path in Path().iterdir()) == ["jpl.csv", "old.json"]


@pytest.mark.parametrize(("name", "told"), [("a\u00a0b.yaml", "'a\\xa0b.yaml'"), ("x" * 150 + ".yaml", "'xxx")])
def test_a_name_that_a_scenario_cannot_hold_is_refused(
    capsys: pytest.CaptureFixture[str], name: str, told: str
) -> None:
    code, _, err = tool(capsys, "--sessions", "jpl.csv", "--date", "2019-10-07", "--out", name)
    assert code == 2
    assert f"A scenario cannot name the files beside it after {told}" in err
    assert sorted(path.name for path in Path().iterdir()) == ["jpl.csv", "old.json"]


def test_a_network_is_written_in_the_version_that_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = tool(capsys, "old.json", "--party", "NL-OLD", "--ocpi", "2.3.0", "--out", "x.yaml")
    assert code == 0
    assert "The dump is read as OCPI 2.3.0, as was asked for." in out
    assert "ocpi: 2.3.0}" in Path("x.yaml").read_text()


def test_the_area_and_several_pages_are_read(capsys: pytest.CaptureFixture[str]) -> None:
    Path("more.json").write_text(json.dumps({"data": [old_location("L3")], "total": 4}))
    options = ("--party", "NL-OLD", "--around", "52.1,5", "--radius", "1km", "--sessions-per-day", "9")
    code, out, _ = tool(capsys, "old.json", "more.json", *options, "--out", "x.yaml")
    assert code == 0
    assert "there are 4 Locations; here are 3" in out
    assert "This is a stress load: 3.00 sessions per EVSE and day (9 sessions a day on 3 EVSEs)" in out


def test_reading_is_told_on_a_terminal_only(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = _Watch()
    watch(Path("dump.json"), 1_000_000, 2_000_000)
    watch.end()
    assert capsys.readouterr().err == ""
    watch._columns, watch._drawn_s = 80, float("-inf")
    watch(Path("dump.json"), 100_000_000, 300_000_000)
    watch.end()
    assert capsys.readouterr().err.startswith("\rdump.json: 100 of 300 MB read\r")
