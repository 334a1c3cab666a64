"""A run that was cut off is told and measured as far as it was recorded, and not as if it had gone on."""

import json
from pathlib import Path

import pytest
from report_scene import MIN, SUMMARY, Scene

from simulator.recording.reader import Recording
from simulator.recording.rows import Level, StateRow
from simulator.report.compare.outcome import outcome_of
from simulator.report.format import Style
from simulator.report.kpi.measure import Measured, measure
from simulator.report.publish.data import all_tables, report_json
from simulator.report.publish.report_page import report_page
from simulator.report.publish.text import report_text
from simulator.report.summary import course_of

PLANNED = {"duration_us": str(99 * 60 * MIN)}


def charging(path: Path, level: Level = "full") -> Scene:
    """A run of 99 h in which a car has drawn 10 kW since 00:30 and is told of for the last time at 01:30."""
    scene = Scene(path, level, **PLANNED)
    value = json.dumps({"name": "Square", "evses": 1, "limit_w": None, "power_w": 10_000}).encode()
    scene.recorder.state(StateRow(-MIN, "run", "site", "NL-ABC/L1", value))
    for at_us in (30 * MIN, 60 * MIN):
        scene.recorder.sample("site/NL-ABC/L1", "power", "W", at_us, 10_000)
        scene.recorder.sample("site/NL-ABC/L1", "occupancy", "1", at_us, 1)
    scene.event(90 * MIN, "driver/Ada", "arrive", "NL-EMA")
    scene.recorder.flush()
    return scene


def told(path: Path) -> tuple[Measured, str, str, str]:
    with Recording.open(path) as recording:
        found = measure(recording)
        page = report_page(found, course_of(recording)).decode()
        (run, *_) = all_tables(recording, found)
        assert run.columns["state"] == [json.loads(report_json(found))["state"]] == [found.ending.state]
        assert run.columns["failure"] == [json.loads(report_json(found))["failure"]]
        assert not outcome_of(recording, "auto").is_complete
        return found, report_text(found, Style()), page, course_of(recording).end


@pytest.mark.parametrize("level", ["full", "aggregates"])
def test_a_killed_run_is_measured_up_to_the_last_instant_recorded(tmp_path: Path, level: Level) -> None:
    scene = charging(tmp_path / "killed.ocpirun", level)
    scene.recorder.abort()
    found, text, page, end = told(scene.path)
    assert found.window.to_us == 90 * MIN
    assert found.values["energy_kwh"] == 10
    assert found.values["occupancy_percent"] in (None, pytest.approx(100 * 60 / 90))
    assert end == "2026-05-04 08:30"
    sentence = "The recording was cut off at 2026-05-04 08:30: the run was killed, or its disk was full."
    assert sentence in text
    assert sentence in page


def test_a_run_that_goes_on_is_measured_as_far_as_it_has_come(tmp_path: Path) -> None:
    scene = charging(tmp_path / "live.ocpirun")
    found, text, page, _ = told(scene.path)
    assert (found.ending.state, found.values["energy_kwh"]) == ("live", 10)
    for each in (text, page):
        assert "The run is still going on; it is told as far as 2026-05-04 08:30." in each
    scene.close()


def test_a_run_that_failed_says_why_in_every_form(tmp_path: Path) -> None:
    scene = charging(tmp_path / "failed.ocpirun")
    found, text, page, _ = told(scene.close(failure="One exchange caused the next."))
    assert (found.ending.state, found.values["energy_kwh"]) == ("failed", 10)
    assert found.ending.failure == "One exchange caused the next."
    for each in (text, page):
        assert "The run failed at 2026-05-04 08:30: One exchange caused the next." in each


def test_an_interrupted_run_ends_when_it_was_stopped(tmp_path: Path) -> None:
    scene = charging(tmp_path / "stopped.ocpirun")
    scene.close(summary=json.dumps(SUMMARY), interrupted="true", ended_at_us=str(120 * MIN))
    found, text, _, _ = told(scene.path)
    assert (found.ending.state, found.values["energy_kwh"]) == ("interrupted", 15)
    assert "The run was interrupted at 2026-05-04 09:00" in text


@pytest.mark.parametrize("last", ["sample", "state", "message", "nothing"])
def test_whatever_came_last_ends_what_was_recorded(tmp_path: Path, last: str) -> None:
    scene = Scene(tmp_path / "run.ocpirun", **PLANNED)
    if last != "nothing":
        scene.event(MIN, "driver/Ada", "arrive", "NL-EMA")
    if last == "sample":
        scene.recorder.sample("site/NL-ABC/L1", "power", "W", 5 * MIN, 1)
    if last == "state":
        scene.recorder.state(StateRow(5 * MIN, "street", "evse", "NL-ABC/E1", b"{}"))
    if last == "message":
        scene.message(4 * MIN, "NL-ABC", "NL-EMA", "locations.receiver.patch_evse", ("", 0), end_us=5 * MIN)
    scene.close()
    with Recording.open(scene.path) as recording:
        found = measure(recording)
    assert found.window.to_us == (0 if last == "nothing" else 5 * MIN)
    assert found.values["arrived"] == (0 if last == "nothing" else 1)
