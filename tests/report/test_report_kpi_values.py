"""Every figure is defined once and measured, and those of an hour are what one works out by hand."""

import asyncio
import json
from decimal import Decimal
from pathlib import Path

import pytest
from report_hour import hour
from report_scene import MIN, SUMMARY, Scene

from simulator.assemble import RunOptions, play
from simulator.recording.errors import RecordingError
from simulator.recording.reader import Recording
from simulator.recording.rows import Level, StateRow
from simulator.report.kpi.definitions import BY_ID, KPIS, cost_kpi
from simulator.report.kpi.facts import WarmUp
from simulator.report.kpi.measure import Measured, measure
from simulator.report.kpi.tables import Table
from simulator.report.kpi.warm_up import NothingLeft
from simulator.report.publish.data import all_tables
from simulator.scenario.load import load

SCENARIOS = Path(__file__).parents[2] / "scenarios"
HOURS = 3_600_000_000


def measured(path: Path, warm_up: WarmUp = "auto") -> Measured:
    with Recording.open(path) as recording:
        return measure(recording, warm_up)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    return measured(hour(tmp_path_factory.mktemp("kpi") / "hour.ocpirun"))


def test_every_figure_is_defined_once_and_measured(run: Measured) -> None:
    assert len(BY_ID) == len(KPIS)
    assert list(run.values) == [kpi.id for kpi in KPIS]
    for kpi in KPIS:
        assert kpi.name
        assert kpi.unit
        assert kpi.meaning.endswith(".")
        assert kpi.source
        assert kpi.better in ("less", "more", "")


def test_a_unit_is_part_of_the_id(run: Measured) -> None:
    endings = {"%": "percent", "min": "min", "m": "m", "s": "s", "kWh": "kwh", "kW": "kw"}
    for kpi in KPIS:
        if kpi.unit in endings:
            assert kpi.id.endswith(f"_{endings[kpi.unit]}")
    assert cost_kpi("EUR").id == "cost_excl_vat_eur"


@pytest.mark.parametrize(
    ("id", "value"),
    [
        ("arrived", 2),
        ("turned_away_percent", 50),
        ("waited_percent", 100),
        ("wait_mean_min", 1.5),
        ("wait_p95_min", 1.5),
        ("turned_away_wait_mean_min", 10),
        ("detour_mean_m", 300),
        ("found_taken_percent", 100),
        ("taken_for_mean_min", 2),
        ("picture_wrong_percent", 100 * 25 / 7_200),
        ("picture_lag_mean_s", 7.5),
        ("picture_missed_percent", 0),
        ("session_lag_mean_s", None),
        ("session_missed_percent", None),
        ("cdr_lag_mean_s", None),
        ("cdr_missed_percent", 100),
        ("evses", 2),
        ("occupancy_percent", 25),
        ("blocked_percent", 100 / 3),
        ("energy_kwh", 10 / 3),
        ("recorded_short", None),
        ("recorded_short_kwh", None),
        ("peak_kw", 10),
        ("load_factor_percent", 100 / 3),
        ("capped_percent", 100 / 3),
        ("sessions_per_evse_day", 12),
        ("cdrs", 1),
        ("exchanges", 3),
        ("failed_percent", 100 / 3),
        ("megabytes", 124e-6),
        ("exchanges_per_visit", 3),
        ("kilobytes_per_visit", 0.124),
    ],
)
def test_figures_of_an_hour(run: Measured, id: str, value: float) -> None:
    assert run.values[id] == pytest.approx(value)


def test_all_figures_are_tested_above(run: Measured) -> None:
    (marks,) = [mark for mark in test_figures_of_an_hour.pytestmark if mark.name == "parametrize"]
    assert [id for id, _ in marks.args[1]] == [kpi.id for kpi in KPIS]


def test_cost_is_what_cdrs_come_to(run: Measured) -> None:
    assert run.cost == {"EUR": Decimal("1.30")}


def test_tables_add_up_to_the_figures(run: Measured) -> None:
    quarters = run.table("quarter_hours").columns
    assert len(run.table("quarter_hours")) == 4
    assert sum(quarters["mean_kw"]) / 4 == pytest.approx(run.values["energy_kwh"])
    assert max(quarters["peak_kw"]) == run.values["peak_kw"]
    assert quarters["arrived"] == [2, 0, 0, 0]
    assert quarters["turned_away"] == [0, 1, 0, 0]
    assert quarters["exchanges"] == [1, 0, 2, 0]
    assert quarters["failed"] == [0, 0, 1, 0]
    assert quarters["occupied_evses"] == pytest.approx([1 / 3, 1, 2 / 3, 0])
    assert quarters["charging_evses"] == pytest.approx([1 / 3, 1, 0, 0])
    assert quarters["local_time"][1] == "1970-01-01T00:15:00+00:00"
    for name in ("modules", "links"):
        assert sum(run.table(name).columns["exchanges"]) == run.values["exchanges"]
    assert run.table("modules").columns["module"] == ["cdrs", "commands", "locations"]
    links = [(sender, receiver, sent, failed) for sender, receiver, sent, failed, _ in run.table("links").rows]
    assert links == [("NL-ABC", "NL-EMA", 2, 0), ("NL-EMA", "NL-ABC", 1, 1)]
    cpo, emsp = run.table("parties").rows
    assert cpo[:7] == ("NL-ABC", "cpo", "Alpha <Charging>", 1, 2, pytest.approx(10 / 3), pytest.approx(25))
    assert emsp[8:10] == (2, 50)
    # Bram left without having charged, Ada had waited; both stand for their eMSP, Ada for the site too.
    figures = ("wait_mean_min", "detour_mean_m", "found_taken_percent", "taken_for_mean_min")
    assert emsp[10:14] == tuple(run.values[id] for id in figures)
    assert list(run.table("costs").rows) == [
        ("NL-ABC", "cpo", "Alpha <Charging>", "creditor", "EUR", 1, Decimal("1.30")),
        ("NL-EMA", "emsp", "Emma & Co", "debtor", "EUR", 1, Decimal("1.30")),
    ]
    (site,) = run.table("sites").rows
    assert site[:7] == ("NL-ABC/L1", "<Square>", "NL-ABC", 2, 0, run.values["wait_mean_min"], 100)
    assert quarters["plugged_in"] == [1, 0, 0, 0]
    assert quarters["wait_mean_min"] == [run.values["wait_mean_min"], None, None, None]
    assert sum(quarters["found_taken"]) == 1


def test_a_place_is_found_taken_of_those_that_were_free_on_arrival(tmp_path: Path) -> None:
    """One drives on from a place found taken, one waits there, one plugs in beside it: of four arrivals three."""
    scene = Scene(tmp_path / "four.ocpirun", duration_us=str(HOURS))
    for site, evses in (("L1", ("E1", "E2")), ("L2", ("E3",))):
        value = b'{"name": "", "evses": 2, "limit_w": null, "power_w": 1}'
        scene.recorder.state(StateRow(-1, "run", "site", f"NL-ABC/{site}", value))
        for evse in evses:
            value = json.dumps({"site": f"NL-ABC/{site}"}).encode()
            scene.recorder.state(StateRow(-1, "run", "evse", f"NL-ABC/{evse}", value))
    for name, taken, plugged, waited_s in (("Ada", "E1", "E3", 0), ("Bo", "E1", "E1", 60), ("Cy", "E1", "E2", 0)):
        scene.event(0, f"driver/{name}", "arrive", "NL-EMA")
        scene.event(1, f"driver/{name}", "taken", "NL-EMA", f"NL-ABC/{taken}", age_s=1, shown="AVAILABLE")
        scene.event(2, f"driver/{name}", "plug", "NL-EMA", f"NL-ABC/{plugged}", waited_s=waited_s)
    # Shown as taken, driven to as a last resort, and waited for: never shown as free.
    scene.event(0, "driver/Di", "arrive", "NL-EMA")
    scene.event(2, "driver/Di", "plug", "NL-EMA", "NL-ABC/E3", waited_s=60)
    run = measured(scene.close())
    assert run.values["found_taken_percent"] == 75
    assert run.table("sites").columns["found_taken_percent"] == [100, 0]


def test_no_figure_needs_bodies(run: Measured, tmp_path: Path) -> None:
    headers = measured(hour(tmp_path / "headers.ocpirun", "headers"))
    assert headers.values == run.values
    assert headers.tables == run.tables
    assert headers.digest == run.digest


UNTOLD = (
    "taken_for_mean_min",
    "picture_wrong_percent",
    "picture_lag_mean_s",
    "picture_missed_percent",
    "session_lag_mean_s",
    "session_missed_percent",
    "sessions",
)
"""Figures of states that the level aggregates does not keep."""


def untold(each: Table) -> Table:
    """A table without what is in no recording of aggregates."""
    return Table(each.name, {name: [None] * len(each) if name in UNTOLD else of for name, of in each.columns.items()})


def aggregates_tell_the_same_or_nothing(run: Path, aggregates: Path, warm_up: WarmUp = "auto") -> None:
    full, other = measured(run, warm_up), measured(aggregates, warm_up)
    assert other.values == full.values | dict.fromkeys(id for id in UNTOLD if id in BY_ID)
    assert other.cost == full.cost
    assert other.window == full.window
    assert other.tables == tuple(untold(each) for each in full.tables)
    (note,) = other.notes
    assert "Recorded at level aggregates" in note
    with Recording.open(run) as all_kept, Recording.open(aggregates) as recording:
        tables, known = all_tables(recording, other), all_tables(all_kept, full)
        assert [(each.name, list(each.columns)) for each in tables] == [
            (each.name, list(each.columns)) for each in known
        ]
        assert [each.name for each in tables if not len(each)] == ["sessions"]


@pytest.mark.parametrize("warm_up", ["auto", 10 * MIN, 11 * MIN])
def test_aggregates_of_an_hour_tell_the_same_or_nothing(tmp_path: Path, warm_up: WarmUp) -> None:
    full, aggregates = hour(tmp_path / "full.ocpirun"), hour(tmp_path / "aggregates.ocpirun", "aggregates")
    aggregates_tell_the_same_or_nothing(full, aggregates, warm_up)


def test_aggregates_of_a_played_run_tell_the_same_or_nothing(tmp_path: Path) -> None:
    scenario = load(SCENARIOS / "failures" / "party_offline.yaml")
    levels: tuple[Level, ...] = ("full", "aggregates")
    for level in levels:
        out = tmp_path / f"{level}.ocpirun"
        asyncio.run(play(scenario, RunOptions(out=out, wire="memory", control=False, level=level)))
    aggregates_tell_the_same_or_nothing(tmp_path / "full.ocpirun", tmp_path / "aggregates.ocpirun")


def test_the_detour_is_that_of_all_who_charge_though_they_have_not_left_yet(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "detours.ocpirun", ended_at_us=str(HOURS))
    for name, detour_m in (("Ada", 100), ("Bo", 500), ("Cy", 9_000)):
        scene.event(1, f"driver/{name}", "arrive", "NL-EMA")
        scene.event(2, f"driver/{name}", "plug", "NL-EMA", "NL-ABC/E1", detour_m=detour_m, tries=1, waited_s=0)
    scene.event(3, "driver/Ada", "leave", "NL-EMA", "S1", energy_wh=1)
    scene.event(3, "driver/Cy", "turned_away", "NL-EMA", reason="refused", waited_s=0)
    run = measured(scene.close(summary=json.dumps(SUMMARY)))
    assert run.values["detour_mean_m"] == 300


@pytest.mark.parametrize(
    ("waits_min", "least_min"), [([7], 7), ([0, 10], 10), ([*range(20)], 18), ([0] * 95 + [60] * 5, 0)]
)
def test_the_95th_percentile_is_a_wait_that_95_percent_did_not_exceed(
    tmp_path: Path, waits_min: list[int], least_min: int
) -> None:
    scene = Scene(tmp_path / "waits.ocpirun", ended_at_us=str(HOURS))
    for number, wait_min in enumerate(waits_min):
        scene.event(1, f"driver/{number}", "arrive", "NL-EMA")
        scene.event(2, f"driver/{number}", "plug", "NL-EMA", "NL-ABC/E1", waited_s=60 * wait_min)
    run = measured(scene.close())
    assert run.values["wait_p95_min"] == least_min
    assert sum(wait_min <= least_min for wait_min in waits_min) >= 0.95 * len(waits_min)


def test_who_is_refused_after_a_wait_has_waited_in_vain_only(tmp_path: Path) -> None:
    """Bo waits, plugs in and is refused; his wait is none of those who charge, in no table either."""
    scene = Scene(tmp_path / "refused.ocpirun", duration_us=str(HOURS), ended_at_us=str(HOURS))
    for entity, kind, value in (
        ("NL-EMA", "party", {"role": "emsp", "name": "Emma"}),
        ("NL-ABC/L1", "site", {"name": "", "evses": 2, "limit_w": None, "power_w": 1}),
        ("NL-ABC/E1", "evse", {"site": "NL-ABC/L1"}),
    ):
        scene.recorder.state(StateRow(-1, "run", kind, entity, json.dumps(value).encode()))
    for name, waited_s in (("Ada", 120), ("Bo", 3_600)):
        scene.event(1, f"driver/{name}", "arrive", "NL-EMA")
        scene.event(2, f"driver/{name}", "plug", "NL-EMA", "NL-ABC/E1", waited_s=waited_s)
    scene.event(3, "driver/Bo", "turned_away", "NL-EMA", reason="refused", waited_s=3_600)
    run = measured(scene.close())
    assert run.values["wait_mean_min"] == run.values["wait_p95_min"] == 2
    assert run.values["turned_away_wait_mean_min"] == 60
    for name in ("parties", "sites", "quarter_hours"):
        assert run.table(name).columns["wait_mean_min"][0] == 2


def test_the_sessions_of_a_site_are_those_that_its_cpo_has_begin_within_the_window(tmp_path: Path) -> None:
    """Bo plugs in and gets none; one began before the start; what its eMSP holds is a copy."""
    scene = Scene(tmp_path / "begun.ocpirun", duration_us=str(HOURS), ended_at_us=str(HOURS), start_epoch_us="0")
    state = scene.recorder.state
    state(StateRow(-1, "run", "site", "NL-ABC/L1", b'{"name": "", "evses": 2, "limit_w": null, "power_w": 1}'))
    state(StateRow(-1, "run", "evse", "NL-ABC/E1", b'{"site": "NL-ABC/L1"}'))
    scene.event(1, "driver/Bo", "arrive", "NL-EMA")
    scene.event(2, "driver/Bo", "plug", "NL-EMA", "NL-ABC/E1", waited_s=0)
    scene.event(3, "driver/Bo", "turned_away", "NL-EMA", reason="refused", waited_s=0)
    for session, start, status in (
        ("S0", "1969-12-31T23:30:00.000Z", "COMPLETED"),
        ("S1", "1970-01-01T00:05:00Z", "ACTIVE"),
        ("S1", "1970-01-01T00:05:00Z", "COMPLETED"),
        ("S2", "1970-01-01T00:59:59.999Z", "ACTIVE"),
    ):
        told = {"status": status, "kwh": "1", "evse": "NL-ABC/E1", "token": "T"}
        owned = {**told, "emsp": "NL-EMA", "location": "L1", "start": start}
        state(StateRow(4, "NL-ABC", "session", session, json.dumps(owned).encode()))
        state(StateRow(4, "NL-EMA", "session", session, json.dumps(told).encode()))
    path = scene.close()
    assert measured(path).table("sites").columns["sessions"] == [2]
    assert measured(path, HOURS // 2).table("sites").columns["sessions"] == [1]


@pytest.mark.parametrize(("served", "per_evse_day"), [(0, 0), (1, 24)])
def test_who_plugs_in_and_never_charges_is_no_session_and_no_charging_driver(
    tmp_path: Path, served: int, per_evse_day: float
) -> None:
    scene = Scene(tmp_path / "offline.ocpirun", duration_us=str(HOURS), ended_at_us=str(HOURS))
    scene.recorder.state(StateRow(-1, "run", "site", "NL-ABC/L1", b'{"name": "", "evses": 1, "limit_w": null}'))
    scene.recorder.state(StateRow(-1, "run", "evse", "NL-ABC/E1", b'{"site": "NL-ABC/L1"}'))
    for number in range(2):
        scene.event(1, f"driver/{number}", "arrive", "NL-EMA")
        scene.event(2, f"driver/{number}", "plug", "NL-EMA", "NL-ABC/E1", waited_s=0)
    for number in range(served, 2):
        scene.event(3, f"driver/{number}", "turned_away", "NL-EMA", reason="no_answer", waited_s=0)
    scene.message(4, "NL-ABC", "NL-EMA", "locations.receiver.put_location", ("", 0), {})
    run = measured(scene.close())
    assert run.values["sessions_per_evse_day"] == per_evse_day
    assert run.values["exchanges_per_visit"] == (1 if served else None)
    assert (run.values["kilobytes_per_visit"] is None) is (not served)


def test_an_older_recording_tells_the_detour_of_those_who_have_left(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "older.ocpirun", ended_at_us=str(HOURS))
    for name in ("Ada", "Bo"):
        scene.event(1, f"driver/{name}", "arrive", "NL-EMA")
        scene.event(2, f"driver/{name}", "plug", "NL-EMA", "NL-ABC/E1", tries=1, waited_s=0)
    scene.event(3, "driver/Ada", "leave", "NL-EMA", "S1", detour_m=700, energy_wh=1)
    run = measured(scene.close(summary=json.dumps(SUMMARY)))
    assert run.values["detour_mean_m"] == 700


def test_a_warm_up_leaves_out_what_came_before(tmp_path: Path) -> None:
    run = measured(hour(tmp_path / "hour.ocpirun"), HOURS // 2)
    assert run.values["arrived"] == 0
    assert run.values["turned_away_percent"] is None
    assert run.values["occupancy_percent"] == pytest.approx(100 * 10 / 60)
    assert run.values["energy_kwh"] == 0
    assert run.values["exchanges"] == 2
    assert run.values["cdrs"] == 1
    assert run.window.rule == "The first 0.5 h are left out, as asked."
    assert run.table("quarter_hours").columns["from_s"] == [1_800, 2_700]


def test_quarters_of_an_hour_are_those_of_the_run_wherever_its_warm_up_ends(tmp_path: Path) -> None:
    path = hour(tmp_path / "hour.ocpirun")
    whole = measured(path, "none").table("quarter_hours").columns
    cut = measured(path, HOURS // 6).table("quarter_hours").columns
    assert cut["from_s"] == [600, 900, 1_800, 2_700]
    assert {name: cells[1:] for name, cells in cut.items()} == {name: cells[1:] for name, cells in whole.items()}
    assert [cut[name][0] for name in ("arrived", "found_taken", "exchanges")] == [1, 1, 1]
    assert cut["occupied_evses"][0] == pytest.approx(1)
    assert cut["mean_kw"][0] == pytest.approx(10)


def test_a_warm_up_as_long_as_the_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NothingLeft, match="leaves nothing of a run of 1 h"):
        measured(hour(tmp_path / "hour.ocpirun"), HOURS)


def test_an_empty_run_has_figures_of_nothing(tmp_path: Path) -> None:
    run = measured(Scene(tmp_path / "empty.ocpirun", duration_us=str(HOURS)).close())
    assert run.values["arrived"] == run.values["exchanges"] == run.values["energy_kwh"] == 0
    assert run.values["wait_mean_min"] is None
    assert run.values["occupancy_percent"] is None


def test_figures_of_the_run_that_are_damaged_are_refused_in_a_sentence(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "bad.ocpirun")
    scene.recorder.close({"summary": '{"digest": '})
    with pytest.raises(RecordingError, match="is damaged"):
        measured(tmp_path / "bad.ocpirun", "none")
