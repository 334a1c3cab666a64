"""Which messages the filter takes, for every view at once: finished runs, growing ones, and while a search goes on."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import SignalInstance
from pytestqt.qtbot import QtBot

import gui.models.message_search as message_search
from gui.models.cursor import Cursor
from gui.models.run import Run
from simulator.filters.parse import parse
from simulator.recording.reader import Recording
from simulator.recording.rows import Message, MessageRow
from simulator.recording.writer import Recorder


class Heard:
    """How often a signal came."""

    def __init__(self, signal: SignalInstance) -> None:
        self.count = 0
        signal.connect(self._hear)

    def _hear(self) -> None:
        self.count += 1


def taken(recording: Recording, text: str) -> list[int]:
    matches = parse(text).matches
    return sorted(message.exchange for message in recording.messages() if matches(message))


@pytest.fixture
def source(quickstart: Path) -> list[Message]:
    """Real messages to be recorded again, piece by piece, in the order in which they ended."""
    with Recording.open(quickstart) as recording:
        return recording.messages(contents=True)


@pytest.fixture
def growing(tmp_path: Path) -> Iterator[Recorder]:
    recorder = Recorder.create(tmp_path / "live.ocpirun", "full", {"start_epoch_us": "1777870800000000"})
    yield recorder
    recorder.close({})


def add(recorder: Recorder, rows: list[Message]) -> None:
    for row in rows:
        recorder.message(MessageRow(*(getattr(row, name) for name in MessageRow.__struct_fields__)))
    recorder.flush()


def test_without_a_filter_everything_is_taken(run: Run, cursor: Cursor, quickstart: Path) -> None:
    filtered = run.filtered
    assert (filtered.active, filtered.exchanges, filtered.count, filtered.total) == (False, None, 0, 0)
    run.open(quickstart)
    cursor.set_filter("  ")
    assert (filtered.active, filtered.exchanges, filtered.count, filtered.total) == (False, None, 209, 209)
    assert filtered.takes(7)
    assert filtered.mask(np.array([3, 1], np.int64)).tolist() == [True, True]


@pytest.mark.parametrize(
    "text", ["module:sessions", "is:failed", "EVSE", "exchange<3 or exchange>205", "none-like-this"]
)
@pytest.mark.parametrize("in_place", [60_000, 0])
def test_what_is_taken_is_what_the_filter_says_of_each_message(
    qtbot: QtBot, run: Run, cursor: Cursor, crowded: Path, monkeypatch: pytest.MonkeyPatch, text: str, in_place: int
) -> None:
    run.open(crowded)
    assert run.recording is not None
    monkeypatch.setattr(message_search, "IN_PLACE_SEQ", in_place)
    changes = Heard(run.filtered.changed)
    cursor.set_filter(text)
    qtbot.waitUntil(lambda: not run.filtered.is_busy)
    expected = taken(run.recording, text)
    assert run.filtered.exchanges is not None
    assert run.filtered.exchanges.tolist() == expected
    assert (run.filtered.active, run.filtered.count) == (True, len(expected))
    assert changes.count == 1
    everybody = np.arange(0, run.filtered.total + 2, dtype=np.int64)
    assert everybody[run.filtered.mask(everybody)].tolist() == expected
    assert [exchange for exchange in everybody.tolist() if run.filtered.takes(exchange)] == expected
    cursor.set_filter("")
    assert (run.filtered.exchanges, changes.count) == (None, 2)


def test_the_former_result_stays_until_the_next_is_there(
    qtbot: QtBot, run: Run, cursor: Cursor, quickstart: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.open(quickstart)
    cursor.set_filter("module:cdrs")
    assert run.filtered.count == 14
    monkeypatch.setattr(message_search, "IN_PLACE_SEQ", 0)
    changes = Heard(run.filtered.changed)
    cursor.set_filter("from:NL-ABC")
    cursor.set_filter("module:tokens")
    assert run.filtered.is_busy
    assert (run.filtered.count, run.filtered.filter.text) == (14, "module:cdrs")
    with qtbot.waitSignal(run.filtered.changed):
        pass
    assert run.recording is not None
    assert run.filtered.exchanges is not None
    assert run.filtered.exchanges.tolist() == taken(run.recording, "module:tokens")
    assert changes.count == 1
    cursor.set_filter("module:cdrs")
    cursor.set_filter("")
    assert not run.filtered.is_busy
    assert run.filtered.exchanges is None


def test_a_filter_that_cannot_be_read_leaves_the_former_one_in_force(
    qtbot: QtBot, run: Run, cursor: Cursor, quickstart: Path
) -> None:
    run.open(quickstart)
    cursor.set_filter("module:cdrs")
    told: list[str] = []
    run.filtered.failed.connect(told.append)
    run.said.connect(told.append)
    with qtbot.assertNotEmitted(run.filtered.changed):
        cursor.set_filter("modul:cdrs")
    sentence = "There is no word “modul”; did you mean “module”?"
    assert told == [sentence, sentence]
    assert (run.filtered.problem, run.filtered.count) == (sentence, 14)
    cursor.set_filter("module:tokens")
    assert run.filtered.problem == ""


def test_a_search_that_fails_says_so(
    qtbot: QtBot, run: Run, cursor: Cursor, quickstart: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copy.ocpirun"
    copy.write_bytes(quickstart.read_bytes())
    run.open(copy)
    monkeypatch.setattr(message_search, "IN_PLACE_SEQ", 0)
    copy.unlink()
    with qtbot.waitSignal(run.filtered.failed) as told:
        cursor.set_filter("module:cdrs")
    assert "could not be searched" in told.args[0]
    assert (run.filtered.is_busy, run.filtered.exchanges) == (False, None)


def test_opening_and_closing_change_it_before_anybody_hears_of_them(
    run: Run, cursor: Cursor, quickstart: Path, empty: Path
) -> None:
    run.open(quickstart)
    cursor.set_filter("module:cdrs")
    seen: list[tuple[bool, int]] = []
    for signal in (run.opened, run.closed):
        signal.connect(lambda: seen.append((run.filtered.active, run.filtered.total)))
    changes = Heard(run.filtered.changed)
    run.open(empty)
    total = run.filtered.total
    run.close()
    assert seen == [(False, total), (False, 0)]
    assert 0 < total < 209
    assert changes.count == 0


def test_a_growing_run_is_taken_in_as_it_comes(
    qtbot: QtBot, run: Run, cursor: Cursor, growing: Recorder, source: list[Message]
) -> None:
    """In order, though exchanges do not end in the order in which they started; not oftener than it grows."""
    add(growing, source[:50])
    run.open(growing.path)
    text = "not module:tokens"
    cursor.set_filter(text)
    came: list[int] = []
    run.filtered.added.connect(lambda new: came.extend(new.tolist()))
    before, changes, grown = run.filtered.count, Heard(run.filtered.changed), Heard(run.grew)
    late = sorted(source[50:], key=lambda message: message.exchange * 7919 % 211)
    for begin in range(0, len(late), 20):
        add(growing, late[begin : begin + 20])
        qtbot.waitUntil(lambda upto=begin + 20: run.filtered.total >= min(50 + upto, len(source)))
        run.filtered.take_in()
    assert run.recording is not None
    assert run.filtered.exchanges is not None
    assert run.filtered.exchanges.tolist() == taken(run.recording, text)
    assert len(came) == len(set(came)) == run.filtered.count - before
    assert changes.count <= grown.count


def test_what_comes_while_a_search_goes_on_is_neither_lost_nor_doubled(
    qtbot: QtBot,
    run: Run,
    cursor: Cursor,
    growing: Recorder,
    source: list[Message],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add(growing, source[:100])
    run.open(growing.path)
    monkeypatch.setattr(message_search, "IN_PLACE_SEQ", 0)
    cursor.set_filter("module:sessions")
    add(growing, source[100:])
    assert run._tail is not None
    run._tail.drain()
    assert (run.filtered.is_busy, run.filtered.total) == (True, len(source))
    qtbot.waitUntil(lambda: not run.filtered.is_busy)
    assert run.recording is not None
    assert run.filtered.exchanges is not None
    assert run.filtered.exchanges.tolist() == taken(run.recording, "module:sessions")


def test_read_anew_a_run_keeps_its_filter(
    qtbot: QtBot, run: Run, cursor: Cursor, growing: Recorder, source: list[Message]
) -> None:
    add(growing, source[:50])
    run.open(growing.path)
    cursor.set_filter("module:sessions")
    add(growing, source[50:])
    changes = Heard(run.filtered.changed)
    run.attach(Recording.open(growing.path), keep_place=True)
    assert (cursor.filter, changes.count) == ("module:sessions", 0)
    assert run.recording is not None
    assert run.filtered.exchanges is not None
    assert run.filtered.exchanges.tolist() == taken(run.recording, "module:sessions")
