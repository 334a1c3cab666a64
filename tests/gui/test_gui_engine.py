"""A scenario played live: the engine in its own process, its recording in the window's hands."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gui.models.cursor import Cursor
from gui.models.engine import Engine, place_for
from gui.models.run import MAX_SPEED, Run
from gui.models.steering import Steering
from simulator.recording.reader import Batch, Recording
from tests.gui.conftest import QUICKSTART


@pytest.fixture
def live(run: Run, tmp_path: Path, qtbot: QtBot) -> Iterator[Engine]:
    """The quickstart as it is played at sixty times, and attached."""
    engine = Engine(QUICKSTART, tmp_path / "live.ocpirun", speed=60.0, wire="memory")
    engine.ready.connect(run.attach)
    with qtbot.waitSignal(engine.ready):
        engine.start()
    qtbot.waitUntil(lambda: run.can_steer and run.playing)
    yield engine
    run.close()
    engine.stop()
    engine.reap()


def messages_of(run: Run) -> int:
    """How many messages the file holds."""
    assert run.recording is not None
    count: int = run.recording.query("SELECT count(*) FROM message")[0][0]
    return count


def test_a_live_run_grows_and_carries_the_cursor_along(live: Engine, run: Run, cursor: Cursor, qtbot: QtBot) -> None:
    assert (run.state, run.is_live, run.at_edge, run.speed) == ("live", True, True, 60.0)
    batches: list[Batch] = []
    run.grew.connect(batches.append)
    run.set_speed(600.0)
    stood_us = cursor.at_us
    qtbot.waitUntil(lambda: sum(len(batch.messages) for batch in batches) > 3)
    qtbot.waitUntil(lambda: cursor.at_us == run.end_us > stood_us)
    rows = [row.seq for batch in batches for rows in (batch.messages, batch.events, batch.states) for row in rows]
    assert len(rows) == len(set(rows))


def test_its_lead_in_belongs_to_it_though_it_was_opened_before_the_first_row(
    live: Engine, run: Run, cursor: Cursor, qtbot: QtBot
) -> None:
    # At its very first instant a live run's beginning is its edge, and who goes there goes on with it.
    qtbot.waitUntil(lambda: run.begin_us < 0 and run.end_us > run.begin_us)
    run.seek(run.begin_us)
    assert cursor.at_us == run.begin_us
    # The engine may tell that the lead-in is over before its rows are in the file: then the step waits for a message.
    qtbot.waitUntil(lambda: run.end_us > 0)
    with qtbot.waitSignal(cursor.selection_changed):
        run.step()
    assert cursor.selection.kind == "message"
    assert cursor.at_us < 0


def test_it_pauses_steps_and_goes_on(live: Engine, run: Run, cursor: Cursor, qtbot: QtBot) -> None:
    run.pause()
    qtbot.waitUntil(lambda: run.state == "paused")
    assert not run.playing
    assert run.recording is not None
    shown = []
    for _ in range(3):
        with qtbot.waitSignal(cursor.selection_changed):
            run.step()
        shown.append(int(cursor.selection.id))
        assert run.recording.message(shown[-1]).start_us == cursor.at_us
    assert len(set(shown)) == 3
    assert run.state == "paused"
    run.step_back()
    assert int(cursor.selection.id) < shown[-1]
    assert not run.at_edge
    run.go_live()
    assert run.at_edge
    run.play()
    qtbot.waitUntil(lambda: run.state == "live" and run.playing)


def test_scrubbing_back_leaves_the_edge_and_playing_catches_up(
    live: Engine, run: Run, cursor: Cursor, qtbot: QtBot
) -> None:
    run.set_speed(600.0)
    qtbot.waitUntil(lambda: run.end_us > 0)
    run.seek(run.begin_us)
    assert (run.at_edge, run.playing) == (False, False)
    run.pause()
    run.set_speed(MAX_SPEED)
    run.play()
    assert run.playing
    qtbot.waitUntil(lambda: run.at_edge or run.state == "ended")
    qtbot.waitUntil(lambda: run.state == "ended")


def test_to_its_end_it_is_the_recording_that_the_command_line_makes(
    live: Engine, run: Run, cursor: Cursor, quickstart: Path, qtbot: QtBot
) -> None:
    messages = messages_of(run)
    batches: list[Batch] = []
    run.grew.connect(batches.append)
    run.set_speed(MAX_SPEED)
    with qtbot.waitSignal(live.ended):
        pass
    qtbot.waitUntil(lambda: run.state == "ended")
    assert cursor.at_us == run.end_us == run.duration_us
    assert not run.can_steer
    assert run.recording is not None
    assert messages + sum(len(batch.messages) for batch in batches) >= 209
    with Recording.open(quickstart) as other:
        assert run.recording.meta["digest"] == other.meta["digest"]


def test_a_killed_engine_is_told_and_what_it_recorded_stays(
    live: Engine, run: Run, cursor: Cursor, qtbot: QtBot
) -> None:
    said: list[str] = []
    failed: list[str] = []
    run.said.connect(said.append)
    live.failed.connect(failed.append)
    # What the engine had not yet brought into the file would be lost with it.
    qtbot.waitUntil(lambda: messages_of(run) > 3)
    with qtbot.waitSignal(live.ended):
        os.kill(live.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: run.state == "killed")
    assert failed == ["The engine was killed (signal 9)."]
    assert any("The run was killed at " in sentence for sentence in said)
    qtbot.waitUntil(lambda: run.recording is not None and run.recording.meta["state"] == "killed")
    run.seek(run.begin_us)
    run.step()
    assert cursor.selection.kind == "message"


def test_a_wrong_token_is_refused_with_the_engine_s_sentence(live: Engine, run: Run, qtbot: QtBot) -> None:
    assert run.recording is not None
    steering = Steering(run.recording.meta["control_url"], "wrong")
    with qtbot.waitSignal(steering.refused) as blocker:
        steering.pause()
    assert "token" in blocker.args[0]
    steering.close()


def test_a_scenario_with_mistakes_is_refused_with_the_program_s_words(tmp_path: Path, qtbot: QtBot) -> None:
    scenario = tmp_path / "bad.yaml"
    scenario.write_text("name: x\nduration: soon\n", encoding="utf-8")
    engine = Engine(scenario, tmp_path / "bad.ocpirun", speed=0.0)
    with qtbot.waitSignal(engine.refused) as blocker:
        engine.start()
    assert "bad.yaml:2:11: " in blocker.args[0]
    engine.stop()


def test_a_recording_takes_no_older_one_s_place(tmp_path: Path) -> None:
    scenario = Path("scenarios/two words.yaml")
    for name in ("two words.ocpirun", "two words-2.ocpirun", "two words-3.ocpirun"):
        path = place_for(scenario, tmp_path)
        assert path == tmp_path / name
        path.touch()
