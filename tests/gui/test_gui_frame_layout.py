"""Each view has the room to show what it is for, in small windows and large ones."""

import pytest
from PySide6.QtCore import QSettings, QSize, Qt
from PySide6.QtWidgets import QApplication, QDockWidget
from pytestqt.qtbot import QtBot

from gui.main_window import MainWindow
from tests.gui.conftest import MakeWindow

SMALL, USUAL, WIDE = QSize(1024, 640), QSize(1280, 800), QSize(1920, 1080)


def shown(window: MainWindow, view: str) -> QSize:
    """Bring a view to the front; how large it is then."""
    window.docks.show(view)
    for _ in range(3):
        QApplication.processEvents()
    assert window.docks.views[view].isVisible()
    return window.docks.views[view].size()


def neighbours(window: MainWindow, view: str) -> list[str]:
    found = window.tabifiedDockWidgets(window.docks.docks[view])
    return sorted(each.objectName().removeprefix("dock ") for each in found)


@pytest.mark.parametrize(
    ("size", "least"),
    [
        (SMALL, {"topology": (400, 380), "sequence": (540, 400), "messages": (540, 400), "timeline": (1000, 90)}),
        (USUAL, {"topology": (640, 380), "sequence": (540, 350), "messages": (1200, 180), "timeline": (1200, 90)}),
        (WIDE, {"topology": (1000, 500), "sequence": (700, 500), "messages": (1800, 240), "timeline": (1800, 110)}),
    ],
    ids=["1024x640", "1280x800", "1920x1080"],
)
def test_each_view_has_room(make_window: MakeWindow, size: QSize, least: dict[str, tuple[int, int]]) -> None:
    window = make_window(size=size)
    for _ in range(3):
        QApplication.processEvents()
    assert window.size() == size
    for view, (width, height) in least.items():
        room = shown(window, view)
        assert room.width() >= width, view
        assert room.height() >= height, view


def test_in_a_small_window_the_list_shares_the_place_of_the_pictures(make_window: MakeWindow) -> None:
    window = make_window(size=SMALL)
    assert neighbours(window, "sequence") == ["connections", "load", "messages", "summary"]
    assert window.docks.views["sequence"].isVisible()
    window.resize(USUAL)
    window.actions_by_id["reset_layout"].trigger()
    assert neighbours(window, "sequence") == ["connections", "load", "summary"]
    assert neighbours(window, "messages") == []


def has_title(dock: QDockWidget) -> bool:
    return dock.titleBarWidget() is None


def test_a_title_is_told_once_by_the_tab_or_by_the_dock(window: MainWindow, qtbot: QtBot) -> None:
    docks = window.docks.docks
    qtbot.waitUntil(lambda: not has_title(docks["sequence"]))
    assert not has_title(docks["load"])
    assert has_title(docks["messages"])
    docks["load"].setFloating(True)
    for other in ("summary", "connections"):
        docks[other].close()
    qtbot.waitUntil(lambda: has_title(docks["load"]) and has_title(docks["sequence"]))


def test_a_layout_of_the_last_time_keeps_its_titles_and_sizes(
    make_window: MakeWindow, settings: QSettings, qtbot: QtBot
) -> None:
    first = make_window(size=USUAL)
    first.tabifyDockWidget(first.docks.docks["timeline"], first.docks.docks["messages"])
    first.close()
    second = make_window(size=USUAL)
    assert neighbours(second, "messages") == ["timeline"]
    qtbot.waitUntil(lambda: not has_title(second.docks.docks["messages"]))
    assert not second.silence.isVisible()


@pytest.mark.parametrize("can_stop", [True, False])
def test_the_offer_to_stop_is_one_line_and_can_be_read(make_window: MakeWindow, can_stop: bool) -> None:
    window = make_window(size=QSize(800, 520))
    window.silence.show_silence(True, can_stop)
    for _ in range(3):
        QApplication.processEvents()
    sentence = window.silence.sentence
    assert sentence.width() >= sentence.fontMetrics().horizontalAdvance(sentence.text())
    assert window.silence.wait.isVisible()
    assert window.silence.stop.isVisible() == can_stop
    assert window.silence.height() < 48
    assert window.width() == 800


def test_the_offer_to_stop_is_no_part_of_the_layout(make_window: MakeWindow) -> None:
    first = make_window()
    first.silence.show_silence(True, True)
    assert first.silence.isVisible()
    first.close()
    second = make_window()
    assert not second.silence.isVisible()
    assert second.toolBarArea(second.silence) == Qt.ToolBarArea.TopToolBarArea
