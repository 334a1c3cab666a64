"""Days played from recorded sessions are data: all of them count, and what follows them is told."""

import json
from pathlib import Path

import pytest
from report_scene import MIN, SUMMARY, Scene

from simulator.recording.reader import Recording
from simulator.report.compare.comparison import compare
from simulator.report.format import Style
from simulator.report.kpi.facts import WarmUp
from simulator.report.kpi.measure import Measured, measure
from simulator.report.publish.data import report_json
from simulator.report.publish.report_page import report_page
from simulator.report.publish.text import report_text
from simulator.report.summary import course_of

HOUR = 60 * MIN
DAY = 24 * HOUR
MONDAY_US = 1_777_852_800_000_000
"""2026-05-04T00:00Z."""

REAL = "name: Days\ndrivers: [{sessions: day.sessions.csv, name: real, emsps: [NL-EMA]}]\n"
MIXED = REAL.replace("}]", "}, {emsp: NL-EMA, name: more, sessions_per_day: 2}]")
RECORDED = "The days are recorded ones: the whole run counts."
QUIET = "After 24 h nobody arrives, in the last {hours} h of what counts: figures over time"


def days(
    path: Path, arrivals_h: list[float], hours: float, text: str = REAL, killed: bool = False, seed: int = 1
) -> Path:
    """A run of so many hours; from the second day on half of its street is taken."""
    about = {"scenario_text": text, "start_epoch_us": str(MONDAY_US), "zone": "UTC", "seed": str(seed)}
    end_us = round(hours * HOUR)
    scene = Scene(path, **about, **({} if killed else {"ended_at_us": str(end_us)}))
    for number, at_h in enumerate(arrivals_h):
        scene.event(round(at_h * HOUR), f"driver/real#{number}", "arrive", "NL-EMA")
    if hours > 24:
        scene.recorder.sample("site/NL-ABC/L1", "occupancy", "1", DAY, 5)
    scene.event(end_us, "run", "end", "")
    return scene.close(**({} if killed else {"summary": json.dumps(SUMMARY)}))


def measured(path: Path, warm_up: WarmUp = "auto") -> Measured:
    with Recording.open(path) as recording:
        return measure(recording, warm_up)


@pytest.mark.parametrize("killed", [False, True])
def test_of_recorded_days_nothing_is_left_out(tmp_path: Path, killed: bool) -> None:
    arrivals = [24.0 * day + 9 for day in range(14)]
    made_up = measured(days(tmp_path / "mixed.ocpirun", arrivals, 14 * 24, MIXED, killed)).window
    assert made_up.from_us == DAY
    assert made_up.rule.startswith("The first 24 h are left out")
    path = days(tmp_path / "real.ocpirun", arrivals, 14 * 24, killed=killed)
    run = measured(path)
    assert (run.window.from_us, run.window.rule) == (0, RECORDED)
    assert run.values["arrived"] == 14
    asked = measured(path, 30 * HOUR).window
    assert (asked.from_us, asked.rule) == (30 * HOUR, "The first 30 h are left out, as asked.")


def test_a_report_says_from_where_to_where_it_measures(tmp_path: Path) -> None:
    path = days(tmp_path / "mixed.ocpirun", [9, 33], 14 * 24, MIXED)
    told = "Measured is the time from 24 h to 336 h of the run."
    with Recording.open(path) as recording:
        run = measure(recording)
        assert told in report_page(run, course_of(recording)).decode()
    assert told in report_text(run, Style(False)).splitlines()
    window = json.loads(report_json(run))["window"]
    assert (window["from_s"], window["to_s"]) == (86_400, 14 * 86_400)


@pytest.mark.parametrize(
    ("arrivals_h", "hours", "text", "quiet_h"),
    [
        ([9, 23], 44, REAL, "20"),
        # The evening and night of the day belong to it.
        ([9, 14], 24, REAL, ""),
        ([], 5, REAL, ""),
        # Little more than the day: two hours, or a tenth.
        ([9], 26, REAL, ""),
        ([9], 26.5, REAL, ""),
        ([9], 27, REAL, "3"),
        ([9, 33], 44, REAL, ""),
        # Others may come.
        ([9], 44, MIXED, ""),
    ],
)
def test_hours_after_the_recorded_days_are_told(
    tmp_path: Path, arrivals_h: list[float], hours: float, text: str, quiet_h: str
) -> None:
    run = measured(days(tmp_path / "day.ocpirun", arrivals_h, hours, text, killed=not arrivals_h))
    told = [note for note in run.notes if "nobody arrives" in note]
    assert [note.startswith(QUIET.format(hours=quiet_h)) for note in told] == ([True] if quiet_h else [])
    assert all("`ocpi-sim run --until 24h`" in note for note in told)
    assert all(note in report_text(run, Style(False)) for note in told)


def test_hours_after_the_days_are_told_of_what_counts(tmp_path: Path) -> None:
    run = measured(days(tmp_path / "day.ocpirun", [9, 23], 44), 30 * HOUR)
    assert any(note.startswith(QUIET.format(hours=14)) for note in run.notes)


def test_of_a_run_that_was_cut_off_nobody_can_tell_who_would_still_have_come(tmp_path: Path) -> None:
    run = measured(days(tmp_path / "day.ocpirun", [9, 23], 44, killed=True))
    assert [note for note in run.notes if "nobody arrives" in note] == []


def test_a_comparison_tells_it_too(tmp_path: Path) -> None:
    day = [days(tmp_path / f"day{seed}.ocpirun", [9, 23], 44, seed=seed) for seed in (1, 2)]
    other = days(tmp_path / "mixed.ocpirun", [9, 23], 44, MIXED)
    alike, mixed = compare(day, "auto").notes, compare([day[0], other], "auto").notes
    assert RECORDED in alike
    assert f"{RECORDED} ({day[0]})" in mixed
    (quiet,) = [note for note in alike if note.startswith(QUIET.format(hours=20))]
    assert f"{quiet} ({day[0]})" in mixed
