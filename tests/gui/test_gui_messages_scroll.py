"""Where the list of messages stands: with the cursor, in the middle of its rows, and where a person has left it."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from gui.models import message_search
from gui.models.cursor import Cursor
from gui.models.message_rows import MEANING, TIME
from gui.models.run import Run
from gui.theme import Theme
from gui.views.messages import MessagesView

# What Qt says of every window on a display that is none.
pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")


@pytest.fixture
def view(qtbot: QtBot, run: Run, cursor: Cursor, theme: Theme) -> MessagesView:
    view = MessagesView(run, cursor, theme)
    qtbot.addWidget(view)
    view.resize(1280, 400)
    with qtbot.waitExposed(view):
        view.show()
    view.activateWindow()
    return view


def place(view: MessagesView, row: int, column: int = MEANING) -> QPoint:
    return view.table.visualRect(view.model.index(row, column)).center()


def test_the_list_goes_with_the_cursor(
    qtbot: QtBot, view: MessagesView, run: Run, cursor: Cursor, crowded: Path
) -> None:
    run.open(crowded)
    for at_us in (run.end_us // 2, run.end_us, run.begin_us, run.end_us // 3):
        cursor.set_time(at_us)
        now = view.model.row_at(at_us)
        qtbot.waitUntil(lambda now=now: view.delegate.now_row == now)
        assert now < 0 or view.table.viewport().rect().contains(place(view, now))


def test_the_row_at_the_cursor_has_as_many_rows_below_as_above_when_it_had_to_be_scrolled_to(
    qtbot: QtBot, view: MessagesView, run: Run, cursor: Cursor, crowded: Path
) -> None:
    run.open(crowded)
    room = view.table.viewport().height()
    for at_us in (run.end_us // 2, run.end_us // 3):
        cursor.set_time(at_us)
        now = view.model.row_at(at_us)
        qtbot.waitUntil(lambda now=now: view.delegate.now_row == now)
        rect = view.table.visualRect(view.model.index(now, TIME))
        assert abs(rect.center().y() - room // 2) <= rect.height()
    # What is wholly in sight already stays where it is, and what is cut at the edge does not.
    stood = view.table.verticalScrollBar().value()
    view.table.show_row(now + 2)
    assert view.table.verticalScrollBar().value() == stood
    cut = view.table.indexAt(QPoint(5, room - 1)).row()
    assert view.table.visualRect(view.model.index(cut, TIME)).bottom() >= room
    view.table.show_row(cut)
    assert view.table.verticalScrollBar().value() > stood


def test_a_long_list_that_a_thread_has_found_is_scrolled_at_once(
    qtbot: QtBot, view: MessagesView, run: Run, cursor: Cursor, crowded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Qt has not yet asked the list how long it is."""
    monkeypatch.setattr(message_search, "IN_PLACE_SEQ", 0)
    run.open(crowded)
    run.seek(run.end_us // 2)
    with qtbot.waitSignal(view.model.modelReset, check_params_cb=lambda: not view.model.is_busy):
        pass
    now = view.model.row_at(cursor.at_us)
    assert now == view.delegate.now_row > 100
    assert view.table.viewport().rect().contains(place(view, now))


def test_who_scrolls_away_while_time_goes_by_is_left_in_peace(
    qtbot: QtBot, view: MessagesView, run: Run, cursor: Cursor, crowded: Path
) -> None:
    run.open(crowded)
    cursor.set_time(run.end_us // 2)
    qtbot.waitUntil(lambda: view.delegate.now_row > 0)
    run.set_speed(60)
    run.play()
    view.table.scrollToTop()
    before = view.delegate.now_row
    qtbot.waitUntil(lambda: view.delegate.now_row > before)
    assert view.table.verticalScrollBar().value() == 0
    run.pause()
