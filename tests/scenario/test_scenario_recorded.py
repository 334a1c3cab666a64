"""Recorded drivers in a scenario: the entry under `drivers` and the file of sessions beside it."""

from pathlib import Path

import pytest

from simulator.scenario.errors import ScenarioErrors
from simulator.scenario.load import load
from simulator.scenario.model import RecordedDrivers, RecordedSession
from simulator.scenario.recorded import SESSION_COLUMNS

HEADER = ",".join(SESSION_COLUMNS)
GOOD = "a-1,NL-ABC/one,3600,7200,6000,5000,4000,x"
SCENARIO = """name: Recorded
start: 2026-05-04T00:00 Europe/Amsterdam
duration: 24 h
parties:
  NL-ABC: {role: cpo}
  NL-EMA: {role: emsp}
  NL-NOM: {role: emsp}
sites:
  - {cpo: NL-ABC, name: Square, at: [52, 4.4], evses: [{uids: [one, two], power: 11 kW}, {uids: [fast], power: 50 kW}]}
drivers:
  - {sessions: day.sessions.csv, name: real, emsps: [NL-EMA, NL-NOM]}
"""


def files(folder: Path, *rows: str, header: str = HEADER, text: str = SCENARIO) -> Path:
    (folder / "day.sessions.csv").write_text("\n".join((header, *rows, "")))
    path = folder / "real.yaml"
    path.write_text(text)
    return path


def mistakes(path: Path, *overrides: str) -> list[str]:
    with pytest.raises(ScenarioErrors) as caught:
        load(path, overrides)
    return [str(error).removeprefix(f"{path}:") for error in caught.value.errors]


def test_sessions_are_read_in_base_units_by_arrival(tmp_path: Path) -> None:
    later = "b-1,NL-ABC/two,4000,9000,,1,2,"
    (drivers,) = load(files(tmp_path, later, GOOD)).drivers
    assert isinstance(drivers, RecordedDrivers)
    assert drivers.sessions[0] == RecordedSession(
        "a-1", "NL-ABC/one", 3_600_000_000, 7_200_000_000, 6_000_000_000, 5_000, 4_000
    )
    assert drivers.sessions[1].stated_departure_us is None
    assert (drivers.name, drivers.emsps, drivers.energy, drivers.rfid_share) == (
        "real",
        ("NL-EMA", "NL-NOM"),
        "delivered",
        1.0,
    )
    (other,) = load(files(tmp_path, GOOD), ["drivers.real.energy=requested"]).drivers
    assert isinstance(other, RecordedDrivers)
    assert other.energy == "requested"


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (("a-1,NL-ABC/one,3600,3600,,1,1,x",), "line 2: the departure_s 3600 is not after the arrival_s 3600."),
        (("a-1,NL-ABC/one,3600",), "line 2: 3 values stand where 8 values are expected."),
        ((GOOD, "a-2,NL-ABC/one,-1,3600,,1,1,x"), "line 3: arrival_s: “-1” is out of range"),
        ((GOOD, "a-2,NL-ABC/one,1,3600,,1.5,1,x"), "line 3: requested_wh: “1.5” was found"),
        ((GOOD, GOOD), "line 3: session a-1 was there before."),
        ((), "it holds no session."),
        ((GOOD, '"open'), "line 3: unexpected end of data"),
    ],
)
def test_a_wrong_line_is_told_at_the_entry(tmp_path: Path, rows: tuple[str, ...], sentence: str) -> None:
    (told,) = mistakes(files(tmp_path, *rows))
    assert told.startswith("11:16: day.sessions.csv, " + sentence)


def test_a_wrong_header_and_a_missing_file_are_told(tmp_path: Path) -> None:
    path = files(tmp_path, GOOD, header=HEADER.replace("arrival_s", "arrival_min"))
    assert "line 1 is “session,evse,arrival_min" in mistakes(path)[0]
    (tmp_path / "day.sessions.csv").unlink()
    assert mistakes(path)[0].startswith("11:16: The file day.sessions.csv cannot be read")


@pytest.mark.parametrize(
    ("evse", "sentence"),
    [
        ("NL-ABC/none", "Session a-1 is at the EVSE “NL-ABC/none”, which no site and no network has."),
        ("NL-ABC/fast", "Session a-1 is at the EVSE “NL-ABC/fast”, which gives DC; expected is AC."),
    ],
)
def test_a_session_needs_an_ac_evse_of_the_scenario(tmp_path: Path, evse: str, sentence: str) -> None:
    path = files(tmp_path, GOOD.replace("NL-ABC/one", evse))
    assert mistakes(path) == [f"11:5: {sentence}"]


def test_the_emsps_must_be_there_once_each(tmp_path: Path) -> None:
    path = files(tmp_path, GOOD)
    assert "There is no emsp “NL-XXX”" in mistakes(path, "drivers.real.emsps=[NL-XXX]")[0]
    assert "a list of different eMSPs" in mistakes(path, "drivers.real.emsps=[NL-EMA, NL-EMA]")[0]
    assert "a list of different eMSPs" in mistakes(path, "drivers.real.emsps=[]")[0]
    assert "needs the key “emsps”" in mistakes(path, "drivers.real.emsps=~")[0]


def test_uids_of_evses_are_used_once_by_a_cpo(tmp_path: Path) -> None:
    path = files(tmp_path, GOOD)
    assert "two EVSEs with the uid “ONE”" in mistakes(path, "sites.Square.evses=[{uids: [one, ONE], power: 11 kW}]")[0]
    assert "“uids” name 1 EVSEs, but “count” is 2" in "\n".join(
        mistakes(path, "sites.Square.evses=[{uids: [one], count: 2, power: 11 kW}]")
    )
    assert "an EVSE's uid: 1 to 36" in mistakes(path, "sites.Square.evses=[{uids: [a b], power: 11 kW}]")[0]
