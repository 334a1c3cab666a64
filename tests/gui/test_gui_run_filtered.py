"""Steps and jumps go along the messages that the filter takes, on finished runs and at the edge of live ones."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

import gui.models.message_search as message_search
import gui.models.stepping as stepping
from gui.models.cursor import Cursor, Kind, Selection
from gui.models.engine import Engine
from gui.models.run import MAX_SPEED, Run
from gui.models.steps import Direction, Numbers, neighbour
from simulator.filters.parse import parse
from simulator.recording.reader import Recording
from tests.gui.conftest import QUICKSTART


@pytest.fixture
def said(run: Run) -> list[str]:
    said: list[str] = []
    run.said.connect(said.append)
    return said


def selected(cursor: Cursor) -> int:
    return int(cursor.selection.id) if cursor.selection.kind == "message" else 0


def taken(run: Run, text: str) -> list[int]:
    assert run.recording is not None
    matches = parse(text).matches
    return sorted(message.exchange for message in run.recording.messages() if matches(message))


def test_steps_go_along_what_the_filter_takes(run: Run, cursor: Cursor, quickstart: Path, said: list[str]) -> None:
    run.open(quickstart)
    cursor.set_filter("module:cdrs")
    expected = taken(run, "module:cdrs")
    run.seek(run.begin_us)
    forth = []
    for _ in expected:
        run.step()
        forth.append(selected(cursor))
    assert (forth, said) == (expected, [])
    run.step()
    assert (selected(cursor), said) == (expected[-1], ["The filter takes no later message."])
    back = [selected(cursor)]
    for _ in expected[1:]:
        run.step_back()
        back.append(selected(cursor))
    assert back == expected[::-1]
    run.step_back()
    assert said[1:] == ["The filter takes no earlier message."]
    cursor.set_filter("")
    run.step_back()
    assert selected(cursor) == expected[0] - 1


def test_the_ends_of_a_run_are_told(run: Run, cursor: Cursor, quickstart: Path, said: list[str]) -> None:
    run.open(quickstart)
    run.seek(run.end_us)
    run.step()
    run.seek(run.begin_us)
    run.step()
    run.step_back()
    assert said == ["There is no later message.", "There is no earlier message."]


@pytest.mark.parametrize("kind", ["party", "link", "site", "driver"])
def test_what_filter_and_selection_share_has_its_neighbours(
    run: Run, cursor: Cursor, quickstart: Path, kind: Kind
) -> None:
    run.open(quickstart)
    assert run.recording is not None
    selection = Selection(
        kind, {"party": "NL-DUN", "link": "NL-ABC|NL-EMA", "site": "NL-ABC/NL-ABC-L001", "driver": "Ada"}[kind]
    )
    everything = along(run.recording, selection, None)
    cursor.set_filter("not method:PATCH")
    expected = [exchange for exchange in everything if run.filtered.takes(exchange)]
    assert expected not in ([], everything)
    assert along(run.recording, selection, run.filtered.exchanges) == expected
    assert along(run.recording, selection, run.filtered.exchanges, -1) == expected[::-1]


def along(recording: Recording, selection: Selection, among: Numbers | None, direction: Direction = 1) -> list[int]:
    found, exchange = [], 0 if direction > 0 else 1 << 40
    while (step := neighbour(recording, exchange, direction, selection, among)) is not None:
        exchange = step.exchange
        found.append(exchange)
    return found


def test_jumps_go_along_what_filter_and_selection_share(
    run: Run, cursor: Cursor, quickstart: Path, said: list[str]
) -> None:
    run.open(quickstart)
    assert run.recording is not None
    put = next(message for message in run.recording.messages() if message.method == "PUT" and message.session_id)
    expected = taken(run, f"session:{put.session_id} not method:PATCH")
    assert 1 < len(expected) < len(taken(run, f"session:{put.session_id}"))
    cursor.set_filter("not method:PATCH")
    cursor.select(Selection("message", str(expected[0])), run.recording.message(expected[0]).start_us)
    gone = [expected[0]]
    for _ in expected[1:]:
        run.jump(1)
        gone.append(selected(cursor))
    assert (gone, said) == (expected, [])
    run.jump(1)
    assert said == ["The filter takes no later message of the selection."]
    for _ in expected:
        run.jump(-1)
    assert selected(cursor) == expected[0]
    assert said[1:] == ["The filter takes no earlier message of the selection."]


def test_a_step_waits_for_the_search(
    qtbot: QtBot, run: Run, cursor: Cursor, quickstart: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.open(quickstart)
    run.seek(run.begin_us)
    monkeypatch.setattr(message_search, "IN_PLACE_SEQ", 0)
    cursor.set_filter("module:cdrs")
    with qtbot.waitSignal(cursor.selection_changed):
        run.step()
        assert not selected(cursor)
    assert selected(cursor) == taken(run, "module:cdrs")[0]


def test_time_rushes_when_it_passes_faster_than_anybody_reads(run: Run, quickstart: Path) -> None:
    run.open(quickstart)
    rushing = []
    for speed in (1.0, 60.0, 600.0, MAX_SPEED):
        run.set_speed(speed)
        rushing.append(run.rushes)
        run.play()
        rushing.append(run.rushes)
        run.pause()
    assert rushing == [False, False, False, False, False, True, False, True]


@pytest.fixture
def live(run: Run, tmp_path: Path, qtbot: QtBot) -> Iterator[Engine]:
    """The quickstart, attached and paused near its start."""
    engine = Engine(QUICKSTART, tmp_path / "live.ocpirun", speed=1.0, wire="memory")
    engine.ready.connect(run.attach)
    with qtbot.waitSignal(engine.ready):
        engine.start()
    qtbot.waitUntil(lambda: run.can_steer)
    run.pause()
    qtbot.waitUntil(lambda: run.state == "paused")
    yield engine
    run.close()
    engine.stop()
    engine.reap()


def test_at_the_edge_the_engine_steps_until_the_filter_takes_a_message(
    live: Engine, run: Run, cursor: Cursor, qtbot: QtBot
) -> None:
    cursor.set_filter("method:PATCH")
    assert run.filtered.count == 0
    for _ in range(3):
        with qtbot.waitSignal(cursor.selection_changed):
            run.step()
        assert run.filtered.takes(selected(cursor))
    assert selected(cursor) == taken(run, "method:PATCH")[2]
    assert len(taken(run, "not method:PATCH")) > 10
    assert run.state == "paused"


def test_it_gives_up_after_a_while_and_says_so(
    live: Engine, run: Run, cursor: Cursor, qtbot: QtBot, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stepping, "MOST_STEPS", 20)
    cursor.set_filter("status:599")
    before = run.seen_seq
    run.step()
    run.step()
    qtbot.waitUntil(lambda: bool(said))
    assert said == ["No message that the filter takes came in 20 steps of the run. Step again to go on."]
    assert run.seen_seq >= before + 20
    assert (run.at_edge, cursor.at_us) == (True, run.end_us)
    run.step()
    run.pause()
    seen = run.seen_seq
    qtbot.wait(100)
    assert run.seen_seq <= seen + 10
    assert len(said) == 1


def test_a_file_that_breaks_under_a_step_ends_in_a_sentence(
    live: Engine, run: Run, cursor: Cursor, qtbot: QtBot, said: list[str]
) -> None:
    with qtbot.waitSignal(cursor.selection_changed):
        run.step()
    with sqlite3.connect(live.out) as connection:
        connection.execute("ALTER TABLE message RENAME TO gone")
    connection.close()
    run.step()
    qtbot.waitUntil(lambda: run.state == "failed")
    assert any("could not be read" in sentence for sentence in said)
