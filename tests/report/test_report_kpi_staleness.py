"""The picture that an eMSP has of a street is held against the street, EVSE by EVSE."""

import asyncio
import json
from pathlib import Path

import pytest

from simulator.assemble import RunOptions, play
from simulator.recording.reader import Recording
from simulator.recording.rows import StateRow
from simulator.recording.writer import Recorder
from simulator.report.kpi.measure import measure
from simulator.report.kpi.staleness import Street
from simulator.scenario.load import load

QUICKSTART = Path(__file__).parents[2] / "scenarios" / "quickstart.yaml"
S = 1_000_000


def recorded(path: Path, *changes: tuple[int, str, str, str]) -> Recording:
    recorder = Recorder.create(path, "full", {})
    for at_s, holder, evse, status in changes:
        recorder.state(StateRow(at_s * S, holder, "evse", evse, json.dumps({"status": status}).encode()))
    recorder.close({})
    return Recording.open(path)


def test_since_when_a_place_is_taken(tmp_path: Path) -> None:
    with recorded(
        tmp_path / "street.ocpirun",
        (0, "street", "E1", "Available"),
        (0, "street", "E2", "Available"),
        (0, "street", "E3", "Available"),
        (10, "street", "E2", "Occupied"),
        (20, "street", "E1", "Occupied"),
        (30, "street", "E3", "Occupied"),
        (40, "street", "E2", "Available"),
        (50, "street", "E2", "Occupied"),
    ) as recording:
        street = Street(recording)
        since_us = [
            [street.taken_since_us(evse, at_s * S) for at_s in range(5, 70, 10)] for evse in ("E1", "E2", "E3", "E4")
        ]
    assert since_us == [
        [None, None, 20 * S, 20 * S, 20 * S, 20 * S, 20 * S],
        [None, 10 * S, 10 * S, 10 * S, None, 50 * S, 50 * S],
        [None, None, None, 30 * S, 30 * S, 30 * S, 30 * S],
        [None] * 7,
    ]


def test_what_is_wrong_within_a_window_and_how_long_changes_take_to_arrive(tmp_path: Path) -> None:
    with recorded(
        tmp_path / "picture.ocpirun",
        (0, "street", "E1", "Available"),
        (0, "street", "E2", "Available"),
        (0, "NL-EMA", "E2", "AVAILABLE"),
        (5, "NL-EMA", "E1", "AVAILABLE"),
        (100, "street", "E1", "Occupied"),
        (104, "NL-EMA", "E1", "CHARGING"),
        # A change that it never saw.
        (200, "street", "E1", "Available"),
        (203, "street", "E1", "Occupied"),
        # Closed by its CPO: neither free nor taken.
        (300, "NL-EMA", "E2", "OUTOFORDER"),
        (360, "NL-EMA", "E2", "AVAILABLE"),
        # Not yet seen at the end.
        (990, "street", "E2", "Occupied"),
    ) as recording:
        whole = Street(recording).picture("NL-EMA", 0, 1_000 * S)
        part = Street(recording).picture("NL-EMA", 150 * S, 250 * S)
        unknown = Street(recording).picture("NL-NOM", 0, 1_000 * S)
    assert whole.evse_hours == pytest.approx((995 + 1_000 - 60) / 3_600)
    assert whole.wrong_hours == pytest.approx((4 + 3 + 10) / 3_600)
    assert (whole.changes_seen, whole.lag_s, whole.changes_missed) == (1, pytest.approx(4), 2)
    assert part.evse_hours == pytest.approx(200 / 3_600)
    assert part.wrong_hours == pytest.approx(3 / 3_600)
    assert (part.changes_seen, part.changes_missed) == (0, 1)
    assert (unknown.evse_hours, unknown.changes_seen) == (0, 0)


def test_a_queue_that_hands_a_place_over_leaves_nothing_to_see(tmp_path: Path) -> None:
    """Kees gets the place at the canal side at the instant at which Ines leaves it."""
    out = tmp_path / "queue.ocpirun"
    scenario = load(QUICKSTART)
    asyncio.run(play(scenario, RunOptions(out=out, wire="memory", control=False)))
    with Recording.open(out) as recording:
        measured = measure(recording, "none")
    assert measured.values["waited_percent"]
    assert measured.values["picture_lag_mean_s"]
    assert measured.values["picture_missed_percent"] == 0
