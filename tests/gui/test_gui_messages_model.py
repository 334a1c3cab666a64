"""The table of messages: rows, order, filter, and a run that grows under it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

import gui.models.message_search as message_search
from gui.models.cursor import Cursor
from gui.models.message_rows import COLUMNS, DURATION, FROM, MEANING, METHOD, PATH, STATUS, TIME
from gui.models.messages import MessagesModel, count_text
from gui.models.run import Run
from simulator.filters.parse import parse
from simulator.recording.reader import Recording
from simulator.recording.rows import Message, MessageRow
from simulator.recording.writer import Recorder

ASCENDING, DESCENDING = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder


@pytest.fixture
def model(run: Run) -> MessagesModel:
    model = MessagesModel(run)
    model.tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    return model


def shown(model: MessagesModel) -> list[int]:
    return [model.exchange(row) for row in range(model.rowCount())]


def column(model: MessagesModel, number: int) -> list[str]:
    return [model.index(row, number).data() for row in range(model.rowCount())]


def test_nothing_open_is_an_empty_table(model: MessagesModel) -> None:
    assert model.rowCount() == 0
    assert (model.row_of(1), model.row_at(0), model.total) == (-1, -1, 0)


def test_all_messages_in_order_of_time(run: Run, model: MessagesModel, quickstart: Path) -> None:
    run.open(quickstart)
    assert run.recording is not None
    expected = sorted(run.recording.messages(), key=lambda message: message.exchange)
    assert shown(model) == [message.exchange for message in expected]
    assert column(model, TIME) == [run.clock(message.start_us, ms=True) for message in expected]
    assert column(model, PATH) == [message.path for message in expected]
    assert count_text(model) == "209 messages"
    first = model.index(0, TIME)
    assert first.data(Qt.ItemDataRole.ToolTipRole).endswith("Europe/Amsterdam")
    assert first.data(Qt.ItemDataRole.AccessibleTextRole) == f"Time: {first.data()}"
    run.close()
    assert model.rowCount() == 0


def test_the_texts_of_a_row(run: Run, model: MessagesModel, cursor: Cursor, quickstart: Path) -> None:
    run.open(quickstart)
    cursor.set_filter("route:*.post_authorize")
    texts = [model.index(0, number).data() for number in range(len(COLUMNS))]
    assert texts[1:5] == ["NL-DUN", "NL-EMA", "Ask the eMSP: may this token charge?", "200 / 1000"]
    assert texts[DURATION].endswith(" ms")
    assert (texts[METHOD], "/authorize" in texts[PATH]) == ("POST", True)


def test_the_tip_of_a_time_on_another_day_says_what_its_sign_means(run: Run, crowded: Path) -> None:
    model = MessagesModel(run)
    run.open(crowded)
    last = model.index(model.rowCount() - 1, TIME)
    assert last.data().endswith(" +1")
    assert last.data(Qt.ItemDataRole.ToolTipRole).endswith("\n+1: day after, counted from the run's first day")
    assert "\n" not in model.index(0, TIME).data(Qt.ItemDataRole.ToolTipRole)


def test_the_tip_of_a_cell_says_all_that_the_cell_says(
    run: Run, model: MessagesModel, cursor: Cursor, quickstart: Path
) -> None:
    """A cell may be too narrow for its text."""
    run.open(quickstart)
    cursor.set_filter("route:*.post_authorize")
    for number in range(len(COLUMNS)):
        index = model.index(0, number)
        assert index.data() in index.data(Qt.ItemDataRole.ToolTipRole)
    assert "(module tokens)" in model.index(0, MEANING).data(Qt.ItemDataRole.ToolTipRole)


def test_every_message_of_every_outcome_has_its_words(
    run: Run, model: MessagesModel, cursor: Cursor, crowded: Path
) -> None:
    run.open(crowded)
    cursor.set_filter("is:failed")
    assert {"timed out", "not connected"} & set(column(model, STATUS))
    for row in range(model.rowCount()):
        assert model.index(row, STATUS).data(Qt.ItemDataRole.ToolTipRole)


def test_a_filter_and_its_mistakes(run: Run, model: MessagesModel, cursor: Cursor, quickstart: Path) -> None:
    run.open(quickstart)
    cursor.set_filter("module:cdrs at>=07:30")
    assert set(column(model, MEANING)) == {"Bill for a session (CDR)"}
    assert count_text(model) == "10 of 209 messages"
    before = shown(model)
    cursor.set_filter("modul:cdrs")
    assert shown(model) == before
    assert model.problem == "There is no word “modul”; did you mean “module”?"
    cursor.set_filter("")
    assert model.rowCount() == 209


def test_sorting_keeps_the_place_of_what_is_selected(run: Run, model: MessagesModel, quickstart: Path) -> None:
    run.open(quickstart)
    model.sort(FROM, ASCENDING)
    assert column(model, FROM) == sorted(column(model, FROM))
    kept = model.index(3, 0)
    persistent, exchange = QPersistentModelIndex(kept), model.exchange(3)
    model.sort(FROM, DESCENDING)
    assert column(model, FROM) == sorted(column(model, FROM), reverse=True)
    assert model.exchange(persistent.row()) == exchange
    assert model.row_of(exchange) == persistent.row()
    assert model.row_at(0) == -1
    model.sort(TIME, DESCENDING)
    assert shown(model) == sorted(shown(model), reverse=True)
    assert model.row_of(shown(model)[7]) == 7


def test_where_time_stands(run: Run, model: MessagesModel, cursor: Cursor, quickstart: Path) -> None:
    run.open(quickstart)
    assert run.recording is not None
    rows = sorted(run.recording.messages(), key=lambda message: message.exchange)
    for at_us in (rows[0].start_us - 1, rows[0].start_us, 4_000_000_000, run.end_us):
        assert model.row_at(at_us) == sum(message.start_us <= at_us for message in rows) - 1
    cursor.set_filter("module:cdrs method:POST")
    assert model.row_at(rows[0].start_us) == -1
    assert model.row_at(run.end_us) == 9


def test_a_long_recording_is_searched_in_a_thread(
    qtbot: QtBot, run: Run, model: MessagesModel, cursor: Cursor, quickstart: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(message_search, "IN_PLACE_SEQ", 0)
    run.open(quickstart)
    assert model.is_busy
    qtbot.waitUntil(lambda: not model.is_busy)
    assert model.rowCount() == 209
    cursor.set_filter("from:NL-ABC")
    cursor.set_filter("module:cdrs")  # Typed before the first search had ended: only the last counts.
    assert model.rowCount() == 209
    qtbot.waitUntil(lambda: not model.is_busy)
    assert model.rowCount() == 14
    cursor.set_filter("module:tokens")
    run.close()
    assert not model.is_busy


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


@pytest.mark.parametrize("text", ["", "module:sessions", "not from:NL-ABC"])
@pytest.mark.parametrize(("number", "order"), [(TIME, ASCENDING), (TIME, DESCENDING), (DURATION, DESCENDING)])
def test_a_growing_run_shows_what_a_finished_one_would(
    qtbot: QtBot,
    run: Run,
    model: MessagesModel,
    cursor: Cursor,
    growing: Recorder,
    source: list[Message],
    text: str,
    number: int,
    order: Qt.SortOrder,
) -> None:
    add(growing, source[:50])
    run.open(growing.path)
    model.sort(number, order)
    cursor.set_filter(text)
    matches = parse(text).matches
    for upto in range(60, len(source) + 1, 37):
        add(growing, source[50:upto] if upto == 60 else source[upto - 37 : upto])
    seen = source[: 60 + 37 * ((len(source) - 60) // 37)]
    expected = sorted(message.exchange for message in seen if matches(message))
    qtbot.waitUntil(lambda: model.total == len(seen) and sorted(shown(model)) == expected)
    if number == TIME:
        assert shown(model) == (expected if order == ASCENDING else expected[::-1])
    else:
        by_exchange = {message.exchange: message.end_us - message.start_us for message in seen}
        durations = [by_exchange[exchange] for exchange in shown(model)]
        assert durations == sorted(durations, reverse=True)


def test_messages_that_come_while_a_search_goes_on_are_neither_lost_nor_doubled(
    qtbot: QtBot,
    run: Run,
    model: MessagesModel,
    growing: Recorder,
    source: list[Message],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add(growing, source[:50])
    monkeypatch.setattr(message_search, "IN_PLACE_SEQ", 0)
    run.open(growing.path)
    add(growing, source[50:])
    qtbot.waitUntil(lambda: model.rowCount() == len(source))
    assert np.all(np.diff(shown(model)) > 0)


def test_a_filter_is_searched_once_for_the_window(
    qtbot: QtBot,
    run: Run,
    model: MessagesModel,
    cursor: Cursor,
    quickstart: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The list in order of time shows the window's result, and another order is found once for all filters."""
    run.open(quickstart)
    monkeypatch.setattr(message_search, "IN_PLACE_SEQ", 0)
    cursor.set_filter("module:cdrs")
    qtbot.waitUntil(lambda: not model.is_busy)
    assert np.shares_memory(model._exchanges, run.filtered.exchanges)
    model.sort(DURATION, ASCENDING)
    qtbot.waitUntil(lambda: not model.is_busy)
    everything = model._all
    cursor.set_filter("module:sessions")
    qtbot.waitUntil(lambda: not model.is_busy)
    assert model._all is everything
    assert len(everything) == 209
    assert sorted(shown(model)) == run.filtered.exchanges.tolist()


def test_a_hidden_list_takes_in_what_the_filter_has_taken_meanwhile(
    qtbot: QtBot, run: Run, model: MessagesModel, cursor: Cursor, growing: Recorder, source: list[Message]
) -> None:
    add(growing, source[:50])
    run.open(growing.path)
    cursor.set_filter("module:sessions")
    before = shown(model)
    model.set_active(False)
    add(growing, source[50:])
    expected = sorted(message.exchange for message in source if message.module == "sessions")
    qtbot.waitUntil(lambda: run.filtered.count == len(expected))
    assert shown(model) == before
    model.set_active(True)
    assert shown(model) == expected
    cursor.set_filter("")
    assert shown(model) == sorted(message.exchange for message in source)


def test_an_order_found_anew_lacks_nothing_that_the_filter_takes(
    run: Run, model: MessagesModel, cursor: Cursor, growing: Recorder, source: list[Message]
) -> None:
    add(growing, source[:50])
    run.open(growing.path)
    cursor.set_filter("module:sessions")
    model.set_active(False)
    add(growing, source[50:])
    assert run._tail is not None
    run._tail.drain()
    model.sort(DURATION, ASCENDING)
    assert sorted(shown(model)) == sorted(message.exchange for message in source if message.module == "sessions")


def test_the_cursor_is_not_moved(cursor: Cursor, run: Run, model: MessagesModel, quickstart: Path) -> None:
    run.open(quickstart)
    at_us = cursor.at_us
    cursor.set_filter("module:cdrs")
    model.sort(FROM, ASCENDING)
    assert cursor.at_us == at_us
