"""The whole window: what opens, what keys and fields do, what is kept, what is told when something is wrong."""

import os
import shutil
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.main_window import MainWindow
from gui.models.cursor import NOTHING, Selection
from gui.models.run import MAX_SPEED
from simulator.recording.schema import APPLICATION_ID
from tests.gui.conftest import QUICKSTART, MakeWindow


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def trigger(window: MainWindow, action_id: str) -> None:
    action = window.actions_by_id[action_id]
    assert action.isEnabled(), action_id
    action.trigger()


# What opens


def test_an_empty_window_says_what_to_do(window: MainWindow) -> None:
    assert window.windowTitle() == "ocpi-sim"
    assert window.status.state.text() == "Nothing open"
    assert not window.actions_by_id["play_or_pause"].isEnabled()
    assert not window.tools.time.isEnabled()


def test_a_recording_opens_and_is_told_of(opened: MainWindow, quickstart: Path) -> None:
    assert opened.windowTitle() == "Monday morning in Leiden – ocpi-sim"
    assert opened.status.state.text() == "Recorded"
    assert opened.status.exchanges.text() == "209 exchanges"
    assert opened.status.time.text() == "2026-05-04 07:00:00  Europe/Amsterdam"
    assert opened.recent.paths == [quickstart]


def test_a_scenario_is_played_live_and_ends_with_the_window(
    make_window: MakeWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = make_window()
    with qtbot.waitSignal(window.run.opened):
        window.open_path(QUICKSTART)
    qtbot.waitUntil(lambda: window.run.can_steer and window.run.playing)
    assert window.status.state.text() == "Live"
    assert window.run.path == tmp_path / "runs" / "quickstart.ocpirun"
    assert window.engine is not None
    pid = window.engine.pid
    trigger(window, "play_or_pause")
    qtbot.waitUntil(lambda: window.run.state == "paused")
    assert window.status.state.text() == "Live, paused"
    window.close()
    qtbot.waitUntil(lambda: is_gone(pid))


def test_a_killed_engine_is_told_in_a_sentence(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.run.opened):
        window.open_path(QUICKSTART)
    assert window.engine is not None
    os.kill(window.engine.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: window.run.state == "killed")
    assert window.status.state.text() == "Killed before its end"
    assert "killed" in window.status.currentMessage()
    assert window.run.recording is not None


def test_recent_files_open_again(opened: MainWindow, empty: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(opened.run.opened):
        opened.open_path(empty)
    opened.recent_menu.aboutToShow.emit()
    names = [action.text() for action in opened.recent_menu.actions()]
    assert names == ["&1  empty.ocpirun", "&2  quickstart.ocpirun"]
    with qtbot.waitSignal(opened.run.opened):
        opened.recent_menu.actions()[1].trigger()
    assert opened.run.name == "Monday morning in Leiden"


# What cannot be opened


def a_newer(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.executescript(
            f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = 99000; CREATE TABLE meta(key, value)"
        )
    connection.close()


def a_foreign(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE something(else_)")
    connection.close()


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda path: path.write_text("a letter, not a recording " * 40), "Is not a recording"),
        (a_foreign, "Is not a recording of ocpi-sim"),
        (a_newer, "Was made by a newer program"),
        (lambda path: None, "There is no such file"),
        (lambda path: path.mkdir(), "Is a folder"),
    ],
    ids=["broken", "foreign", "newer", "missing", "folder"],
)
def test_what_cannot_be_opened_is_told_and_changes_nothing(
    opened: MainWindow, tmp_path: Path, make: Callable[[Path], object], sentence: str, qtbot: QtBot
) -> None:
    path = tmp_path / "other.ocpirun"
    make(path)
    opened.open_path(path)
    qtbot.waitUntil(lambda: opened.problem is not None)
    assert opened.problem is not None
    assert opened.problem.text().startswith("other.ocpirun cannot be opened\n" + sentence)
    assert opened.run.name == "Monday morning in Leiden"
    assert path not in opened.recent.paths
    opened.problem.close()
    qtbot.waitUntil(lambda: opened.problem is None)


def test_a_cut_recording_is_told(opened: MainWindow, quickstart: Path, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "cut.ocpirun"
    path.write_bytes(quickstart.read_bytes()[:20_000])
    opened.open_path(path)
    qtbot.waitUntil(lambda: opened.problem is not None)


def test_a_scenario_s_mistakes_are_shown_with_their_lines(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    scenario = tmp_path / "bad.yaml"
    text = QUICKSTART.read_text(encoding="utf-8").replace("duration: 4 h", "duration: soon").replace("22 kW", "22 kg")
    scenario.write_text(text, encoding="utf-8")
    window.open_path(scenario)
    qtbot.waitUntil(lambda: window.problem is not None)
    assert window.problem is not None
    places = window.problem.places
    rows = [places.topLevelItem(row) for row in range(places.topLevelItemCount())]
    texts = [(row.text(0), row.text(1)) for row in rows if row is not None]
    assert texts[0][0] == "5"
    assert texts[1] == ("", "duration: soon")
    assert any("22 kg" in text for _, text in texts)
    assert "bad.yaml cannot be played" in window.problem.text()
    window.problem._copy()
    assert "duration: soon" in QGuiApplication.clipboard().text()


# Keys and fields


def test_keys_play_step_and_go_back(opened: MainWindow, qtbot: QtBot) -> None:
    opened.docks.views["topology"].setFocus()
    qtbot.keyClick(opened, Qt.Key.Key_Period)
    assert opened.playhead.selection.kind == "message"
    first = opened.playhead.selection
    qtbot.keyClick(opened, Qt.Key.Key_Period)
    qtbot.keyClick(opened, Qt.Key.Key_Comma)
    assert opened.playhead.selection == first
    qtbot.keyClick(opened, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert opened.playhead.selection != first
    qtbot.keyClick(opened, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert opened.playhead.selection == first
    qtbot.keyClick(opened, Qt.Key.Key_Space)
    assert opened.run.playing
    assert opened.actions_by_id["play_or_pause"].text() == "&Pause"
    qtbot.keyClick(opened, Qt.Key.Key_F5)
    assert not opened.run.playing
    qtbot.keyClick(opened, Qt.Key.Key_Escape)
    assert opened.playhead.selection == NOTHING


def test_the_time_field_shows_and_takes_a_time(opened: MainWindow, qtbot: QtBot) -> None:
    field = opened.tools.time
    assert field.text() == "07:00:00.000"
    opened.playhead.set_time(2_403_650_000)
    assert field.text() == "07:40:03.650"
    field.selectAll()
    qtbot.keyClicks(field, "08:30")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert opened.playhead.at_us == 90 * 60_000_000
    field.selectAll()
    qtbot.keyClicks(field, "noon")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.is_refused
    assert "“noon” is no time" in opened.status.currentMessage()
    assert opened.playhead.at_us == 90 * 60_000_000
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert not field.is_refused
    assert field.text() == "08:30:00.000"
    field.selectAll()
    qtbot.keyClicks(field, "23:00")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert opened.playhead.at_us == opened.run.end_us
    assert opened.status.currentMessage() == "The run lasts from 06:58:00 to 11:00:00."


def test_space_presses_the_button_that_has_the_keyboard(opened: MainWindow, qtbot: QtBot) -> None:
    button = opened.tools.widgetForAction(opened.actions_by_id["switch_theme"])
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    opened.activateWindow()
    button.setFocus()
    qtbot.waitUntil(button.hasFocus)
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert opened.theme.dark
    assert not opened.run.playing


def test_a_view_behind_another_tab_is_hidden_and_shown_by_its_key(opened: MainWindow, qtbot: QtBot) -> None:
    views = opened.docks.views
    qtbot.waitUntil(views["sequence"].isVisible)
    assert not views["load"].isVisible()
    trigger(opened, "show_load")
    qtbot.waitUntil(views["load"].isVisible)
    assert not views["sequence"].isVisible()


def test_typing_in_a_field_does_not_press_keys(opened: MainWindow, qtbot: QtBot) -> None:
    trigger(opened, "edit_filter")
    qtbot.keyClicks(opened.tools.filter, "a b, c.")
    assert opened.tools.filter.text() == "a b, c."
    assert not opened.run.playing
    assert opened.playhead.selection == NOTHING


def test_the_filter_takes_effect_after_a_moment_and_is_cleared(opened: MainWindow, qtbot: QtBot) -> None:
    field = opened.tools.filter
    with qtbot.waitSignal(opened.playhead.filter_changed):
        qtbot.keyClicks(field, "module:sessions")
    assert opened.playhead.filter == "module:sessions"
    trigger(opened, "clear_filter")
    assert (field.text(), opened.playhead.filter) == ("", "")
    opened.playhead.set_filter("from:NL-ABC")
    assert field.text() == "from:NL-ABC"


def test_a_filter_that_cannot_be_read_is_told_and_not_applied(opened: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClicks(opened.tools.filter, "status:abc (")
    qtbot.keyClick(opened.tools.filter, Qt.Key.Key_Return)
    assert opened.tools.filter.is_refused
    assert opened.status.currentMessage() == opened.tools.filter.toolTip() != ""
    assert opened.playhead.filter == ""
    opened.tools.filter.clear()
    assert not opened.tools.filter.is_refused


def test_the_filter_offers_what_occurs(opened: MainWindow, qtbot: QtBot) -> None:
    field = opened.tools.filter
    field.setFocus()
    qtbot.keyClicks(field, "from:NL-E")
    popup = field.completer_popup
    model = popup.model()
    assert [model.index(row, 0).data() for row in range(model.rowCount())] == ["from:NL-EMA"]
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert field.text() == "from:NL-EMA"
    qtbot.waitUntil(lambda: opened.playhead.filter == "from:NL-EMA")


def test_speed_is_one_whichever_way_it_is_set(opened: MainWindow) -> None:
    assert opened.tools.speed.currentText() == "60 x"
    trigger(opened, "speed_600")
    assert (opened.run.speed, opened.tools.speed.currentText()) == (600.0, "600 x")
    opened.tools.speed.setCurrentIndex(opened.tools.speed.count() - 1)
    opened.tools.speed.activated.emit(opened.tools.speed.currentIndex())
    assert opened.run.speed == MAX_SPEED
    assert opened.tools.speed.currentText() == "max"


def test_the_palette_opens_by_its_key(opened: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(opened, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = QApplication.activePopupWidget()
    assert palette is not None
    assert palette.windowTitle() == "All commands"
    with qtbot.waitSignal(palette.destroyed):
        palette.close()


def test_one_selection_for_all_views(opened: MainWindow) -> None:
    opened.playhead.select(Selection("message", "60"), 3_303_170_000)
    assert opened.actions_by_id["jump_next"].isEnabled()
    assert opened.tools.time.text() == "07:55:03.170"


# What is kept


def test_places_and_colours_are_kept(make_window: MakeWindow, settings: QSettings) -> None:
    first = make_window()
    first.docks.docks["messages"].hide()
    trigger(first, "theme_dark")
    assert first.theme.dark
    first.close()
    second = make_window(colours=None)
    assert second.docks.docks["messages"].isHidden()
    assert second.theme.dark
    trigger(second, "reset_layout")
    assert not second.docks.docks["messages"].isHidden()


@pytest.mark.parametrize("size", [QSize(1280, 800), QSize(1024, 640)])
def test_it_fits_the_screen_and_each_view_has_room(make_window: MakeWindow, size: QSize, quickstart: Path) -> None:
    window = make_window(size=size)
    window.run.open(quickstart)
    QApplication.processEvents()
    assert window.size() == size
    for name, view in window.docks.views.items():
        if view.isVisible():
            assert view.width() >= 300, name
            assert view.height() >= 60, name
    assert window.docks.views["topology"].height() >= 200


def test_light_dark_and_back(opened: MainWindow) -> None:
    ground = opened.grab().toImage().pixelColor(3, 3)
    trigger(opened, "switch_theme")
    assert opened.grab().toImage().pixelColor(3, 3) != ground
    assert opened.actions_by_id["theme_dark"].isChecked()
    trigger(opened, "switch_theme")
    assert opened.grab().toImage().pixelColor(3, 3) == ground


def test_everything_has_a_name_for_those_who_do_not_see(opened: MainWindow) -> None:
    for field in (opened.tools.time, opened.tools.filter, opened.tools.speed, opened.status.state):
        assert field.accessibleName()
    for dock in opened.docks.docks.values():
        assert dock.accessibleName()


def test_closing_the_run_empties_the_window(opened: MainWindow) -> None:
    trigger(opened, "close_run")
    assert opened.windowTitle() == "ocpi-sim"
    assert opened.status.state.text() == "Nothing open"
    assert opened.tools.time.text() == ""


def test_a_run_that_grows_and_is_killed_opens(
    window: MainWindow, tmp_path: Path, quickstart: Path, qtbot: QtBot
) -> None:
    """As a file on its own, without its process: what a person finds after a crash of the machine."""
    path = tmp_path / "crashed.ocpirun"
    shutil.copy(quickstart, path)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE meta SET value = 'live' WHERE key = 'state'")
    connection.close()
    with qtbot.waitSignal(window.run.opened):
        window.open_path(path)
    assert window.run.state == "killed"
