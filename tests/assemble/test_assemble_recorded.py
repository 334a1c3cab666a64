"""Recorded drivers in a run: each comes and goes when the car really did and takes what it really took."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from run_town import H, OpenTown, S, holds, played, town

from simulator.assemble.recorded import _vehicle, recorded_visits
from simulator.ocpp.messages import IdToken
from simulator.recording.reader import Recording
from simulator.report.compare.comparison import compare
from simulator.report.format import Style, summary_text
from simulator.report.kpi.measure import measure
from simulator.report.summary import summarise
from simulator.scenario.model import RecordedDrivers, Scenario

ROWS = """session,evse,arrival_s,departure_s,stated_departure_s,requested_wh,delivered_wh,source_id
a-1,NL-ABC/NL-ABC-E0001,1800,9000,7200,30000,7351,x
b-1,NL-ABC/NL-ABC-E0002,2400,6000,,5000,1,y
c-1,NL-ABC/NL-ABC-E0003,2400,6000,6000,5000,0,z
d-1,NL-ABC/NL-ABC-E0001,9000,12600,9600,9000,7360,w
"""


def recorded(folder: Path, change: Callable[[str], str] = str, rows: str = ROWS) -> Scenario:
    (folder / "day.csv").write_text(rows)
    entry = "{sessions: day.csv, name: real, emsps: [NL-EMA, NL-NOM], authorise: {rfid: 0.5, app: 0.5}}"
    return town(folder, drivers=(entry,), change=change)


def test_cars_come_and_go_as_recorded_and_take_what_they_took(tmp_path: Path) -> None:
    scenario = recorded(tmp_path)
    with OpenTown(scenario, tmp_path / "run.ocpirun") as run:
        run.run_to(5 * H)
        arrived = [row for row in run.rows.events if row.kind == "arrive"]
        assert [(row.at_us // S, row.source) for row in arrived] == [
            (1800, "driver/real#a-1"),
            (2400, "driver/real#b-1"),
            (2400, "driver/real#c-1"),
            (9000, "driver/real#d-1"),
        ]
        assert [row.party for row in arrived] == ["NL-EMA", "NL-NOM", "NL-EMA", "NL-NOM"]
        left = {row.source[-3:]: row.at_us // S for row in run.rows.events if row.kind == "leave"}
        assert {name: at_s for name, at_s in left.items() if name != "d-1"} == {"a-1": 9000, "b-1": 6000, "c-1": 6000}
        assert 12_600 <= left["d-1"] <= 12_700
        taken = {each["energy_wh"] for each in run.events("leave")}
        assert {7351, 1, 0} < taken


def test_the_run_holds_and_is_the_same_over_both_wires(tmp_path: Path) -> None:
    scenario = recorded(tmp_path)
    memory, http = (played(scenario, tmp_path / f"{wire}.ocpirun", wire=wire) for wire in ("memory", "http"))  # type: ignore[arg-type]
    holds(memory)
    assert memory.summary["digest"] == http.summary["digest"]
    assert memory.summary["sessions"] == 4


def test_a_run_of_another_day_under_the_same_name_is_no_replication(tmp_path: Path) -> None:
    days = (ROWS, ROWS, ROWS.replace("7351", "7352"))
    paths = [tmp_path / str(seed) / "run.ocpirun" for seed in range(len(days))]
    for seed, (rows, path) in enumerate(zip(days, paths, strict=True)):
        path.parent.mkdir()
        played(recorded(path.parent, rows=rows), path, seed=seed, until_us=H)
    found = compare(paths, "none")
    assert [[run.outcome.seed for run in variant.runs] for variant in found.variants] == [[0, 1], [2]]
    (difference,) = found.scenario
    assert difference.path == "drivers.real.sessions"
    assert all(value and value.startswith("day.csv (") for value in difference.values.values())


def test_the_requested_energy_can_be_wanted_instead_and_what_was_stated_is_known(tmp_path: Path) -> None:
    scenario = recorded(tmp_path, lambda text: text.replace("name: real", "name: real, energy: requested"))
    (spec,) = scenario.drivers
    assert isinstance(spec, RecordedDrivers)
    with OpenTown(scenario, tmp_path / "run.ocpirun", registered=False) as run:
        visits = recorded_visits(run.world, spec, lambda *_: IdToken("T", "ISO14443"))
        plans = [visit.plan for _, visit in visits]
        assert [plan.energy_wh for plan in plans] == [30_000, 5_000, 5_000, 9_000]
        assert [plan.stated_stay_us for plan in plans] == [5_400 * S, None, 3_600 * S, 600 * S]
        for plan in plans:
            assert plan.patience_us == plan.stay_us
            wish_wus = (plan.target_soc_permille - plan.start_soc_permille) * plan.vehicle.battery_wh
            assert wish_wus == 1000 * plan.energy_wh


def test_many_sessions_at_one_evse_take_what_they_took_to_the_wh(tmp_path: Path) -> None:
    """Whatever one of them left in the meter below a Wh would count for another."""
    energies_wh = [1 + 997 * number % 5_000 for number in range(60)]
    header, *_ = ROWS.splitlines()
    rows = [
        f"s-{number},NL-ABC/NL-ABC-E0001,{number * 3600},{number * 3600 + 3500},,{energy_wh},{energy_wh},s{number}"
        for number, energy_wh in enumerate(energies_wh)
    ]
    scenario = recorded(
        tmp_path, lambda text: text.replace("duration: 5 h", "duration: 61 h"), "\n".join([header, *rows]) + "\n"
    )
    with OpenTown(scenario, tmp_path / "run.ocpirun") as run:
        run.run_to(61 * H)
        taken = [each["energy_wh"] for each in run.events("leave")]
    assert taken == energies_wh


@pytest.mark.parametrize("share", ["rfid: 1.0, app: 0.0", "rfid: 0.0, app: 1.0"])
def test_a_car_that_needs_its_whole_stay_takes_what_it_took(share: str, tmp_path: Path) -> None:
    """At 8 kW on average from coming to going nothing is over for its authorisation."""
    rows = f"{ROWS.splitlines()[0]}\na-1,NL-ABC/NL-ABC-E0001,1800,9000,,16000,16000,x\n"
    scenario = recorded(tmp_path, lambda text: text.replace("rfid: 0.5, app: 0.5", share), rows)
    result = played(scenario, tmp_path / "run.ocpirun")
    holds(result)
    assert result.summary["energy_wh"] == {"plug": 16_000, "cdrs": 16_000, "open": 0, "held_back": 0}
    assert result.remarks == ()


def test_a_run_tells_of_sessions_that_got_less_than_recorded(tmp_path: Path) -> None:
    few = ("a-1,NL-ABC/NL-ABC-E0001,1800,5400,,30000,30000,x", "b-1,NL-ABC/NL-ABC-E0002,0,9000,,1,1,y", "")
    rows = "\n".join((ROWS.splitlines()[0], *few))
    result = played(recorded(tmp_path, rows=rows), tmp_path / "run.ocpirun")
    holds(result)
    energy_wh = result.summary["energy_wh"]
    assert isinstance(energy_wh, dict)
    lack_kwh = (30_001 - energy_wh["plug"]) / 1_000
    assert lack_kwh > 7
    assert result.remarks == (f"1 of 2 recorded sessions got less than recorded: {lack_kwh:.3f} kWh in all.",)
    short_wh = 30_001 - energy_wh["plug"]
    assert result.summary["shortfall"] == {"sessions": 2, "short": 1, "short_wh": short_wh, "never_began": 0}
    with Recording.open(result.path) as recording:
        measured = measure(recording)
        assert result.remarks[0] in summary_text(summarise(recording), Style())
    assert (measured.values["recorded_short"], measured.values["recorded_short_kwh"]) == (1, lack_kwh)
    assert result.remarks[0] in measured.notes


def test_a_run_in_which_every_car_got_what_it_took_says_so_in_figures_only(tmp_path: Path) -> None:
    result = played(recorded(tmp_path), tmp_path / "run.ocpirun")
    assert result.summary["shortfall"] == {"sessions": 4, "short": 0, "short_wh": 0, "never_began": 0}
    with Recording.open(result.path) as recording:
        measured = measure(recording)
        assert "Recorded" not in summary_text(summarise(recording), Style())
    assert (measured.values["recorded_short"], measured.values["recorded_short_kwh"]) == (0, 0)
    assert not measured.notes


def test_cars_that_want_what_was_asked_for_are_held_against_what_they_really_took_of_it(tmp_path: Path) -> None:
    """The first one asked for less than it took, the second keeps the third from its place, the fourth asked for more
    than its stay allows; no other lacks anything.
    """
    few = (
        "a-1,NL-ABC/NL-ABC-E0001,1800,9000,,5000,7351,w",
        "b-1,NL-ABC/NL-ABC-E0002,1800,9000,,9000,7351,x",
        "c-1,NL-ABC/NL-ABC-E0002,2400,3600,,4000,500,y",
        "d-1,NL-ABC/NL-ABC-E0003,1800,9000,,90000,7351,z",
    )
    rows = "\n".join((ROWS.splitlines()[0], *few)) + "\n"
    scenario = recorded(tmp_path, lambda text: text.replace("name: real", "name: real, energy: requested"), rows)
    result = played(scenario, tmp_path / "run.ocpirun")
    assert result.summary["shortfall"] == {"sessions": 4, "short": 1, "short_wh": 500, "never_began": 1}
    with Recording.open(result.path) as recording:
        measured = measure(recording)
        assert result.remarks[0] in summary_text(summarise(recording), Style())
    assert (measured.values["recorded_short"], measured.values["recorded_short_kwh"]) == (1, 0.5)
    assert "1 of them never began" in measured.notes[0]


def test_whoever_finds_the_place_taken_leaves_when_the_car_really_did_nevertheless(tmp_path: Path) -> None:
    """As where drivers who were made up charge among the real ones."""
    at = "NL-ABC/NL-ABC-E0001"
    few = (
        f"a-1,{at},1800,9000,,7351,7351,x",
        f"b-1,{at},2400,10800,,9000,9000,y",
        f"c-1,{at},3000,4000,,500,500,z",
        "",
    )
    scenario = recorded(tmp_path, rows="\n".join((ROWS.splitlines()[0], *few)))
    with OpenTown(scenario, tmp_path / "run.ocpirun") as run:
        run.run_to(5 * H)
        ended = {
            row.source[-3:]: (row.kind, row.at_us // S)
            for row in run.rows.events
            if row.kind in ("leave", "turned_away")
        }
    assert ended == {"a-1": ("leave", 9000), "b-1": ("leave", 10_800), "c-1": ("turned_away", 4000)}
    (told,) = played(scenario, tmp_path / "told.ocpirun").remarks
    assert told.startswith("2 of 3 recorded sessions got less than recorded")
    assert "1 of them never began" in told


@given(st.integers(0, 1_000_000), st.integers(0, 22_000))
def test_a_car_that_wants_an_energy_can_be_made_for_each(energy_wh: int, needed_w: int) -> None:
    vehicle, permille = _vehicle(energy_wh, needed_w)
    assert vehicle.battery_wh * permille == 1000 * energy_wh
    assert 0 <= permille <= 900
