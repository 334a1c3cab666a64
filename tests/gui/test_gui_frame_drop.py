"""A file dropped anywhere on the window is opened; what is no file is not taken."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from gui.main_window import MainWindow

COPY, LEFT, NO_KEY = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def files(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    data.setText("\n".join(map(str, paths)))
    return data


def is_taken(on: QWidget, data: QMimeData) -> bool:
    """Drag over a widget, as Qt does: it asks the widget, then those that it lies in."""
    enter = QDragEnterEvent(on.rect().center(), COPY, data, LEFT, NO_KEY)
    enter.ignore()
    QApplication.sendEvent(on, enter)
    return enter.isAccepted()


def places(window: MainWindow) -> dict[str, QWidget]:
    return {
        "window": window,
        "topology": window.docks.views["topology"],
        "messages": window.docks.views["messages"],
        "timeline": window.docks.views["timeline"],
        "filter": window.tools.filter,
        "time": window.tools.time,
    }


@pytest.mark.parametrize("place", ["window", "topology", "messages", "timeline", "filter", "time"])
def test_a_dropped_file_is_opened(opened: MainWindow, quickstart: Path, empty: Path, qtbot: QtBot, place: str) -> None:
    on, data = places(opened)[place], files(empty)
    assert is_taken(on, data)
    with qtbot.waitSignal(opened.run.opened):
        QApplication.sendEvent(on, QDropEvent(QPointF(on.rect().center()), COPY, data, LEFT, NO_KEY))
    assert opened.run.path == empty
    assert opened.tools.filter.text() == ""


def test_a_scenario_that_is_dropped_and_no_scenario_is_told(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    data = files(tmp_path / "none.yaml")
    assert is_taken(window, data)
    QApplication.sendEvent(window, QDropEvent(QPointF(9, 9), COPY, data, LEFT, NO_KEY))
    qtbot.waitUntil(lambda: window.problem is not None)
    assert window.problem is not None
    assert window.problem.text() == f"none.yaml cannot be opened\nThere is no such file.\n{tmp_path / 'none.yaml'}"
    assert window.engine is None
    assert window.recent.paths == []


def test_text_several_files_and_addresses_are_not_taken(window: MainWindow, quickstart: Path, empty: Path) -> None:
    text, address = QMimeData(), QMimeData()
    text.setText("a text")
    address.setUrls([QUrl("https://example.org/a.ocpirun")])
    for data in (text, address, files(quickstart, empty)):
        for on in places(window).values():
            assert not is_taken(on, data)
