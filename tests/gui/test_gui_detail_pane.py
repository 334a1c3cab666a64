"""The detail pane: rows in the lowest dock, a sentence for each field, copying, and damage told in a sentence."""

import shutil
import sqlite3
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QTreeWidgetItem, QWidget
from pytestqt.qtbot import QtBot

from gui.models.cursor import Cursor, Selection
from gui.models.run import Run
from gui.theme import Theme
from gui.views.detail import DetailPane

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def pane(qtbot: QtBot, run: Run, cursor: Cursor, theme: Theme, quickstart: Path) -> DetailPane:
    """With the first question whether a token may charge."""
    pane = DetailPane(run, cursor, theme)
    qtbot.addWidget(pane)
    pane.resize(410, 113)
    with qtbot.waitExposed(pane):
        pane.show()
    run.open(quickstart)
    assert run.recording is not None
    pane.show_message(next(m.exchange for m in run.recording.messages(module="tokens") if "authorize" in m.route))
    return pane


def field(pane: DetailPane, *names: str) -> QModelIndex:
    """A field by the names of what it lies in."""
    index = QModelIndex()
    for name in names:
        rows = range(pane.objects.rowCount(index))
        found = [pane.objects.index(row, 0, index) for row in rows]
        index = next(each for each in found if str(each.data()).startswith(name))
    return index


def rows_in_sight(pane: DetailPane) -> int:
    """How many rows of the tree are wholly in view."""
    index, count = pane.tree.indexAt(pane.tree.viewport().rect().topLeft()), 0
    while index.isValid() and pane.tree.visualRect(index).bottom() <= pane.tree.viewport().height():
        index, count = pane.tree.indexBelow(index), count + 1
    return count


@pytest.mark.parametrize(("height", "least"), [(113, 3), (165, 3), (260, 5)])
def test_the_tree_has_rows_in_a_low_dock(qtbot: QtBot, pane: DetailPane, height: int, least: int) -> None:
    pane.resize(410, height)
    qtbot.waitUntil(lambda: pane.height() == height)
    assert rows_in_sight(pane) >= least
    pane.tree.setCurrentIndex(field(pane, "Request", "location_id"))
    qtbot.waitUntil(pane.sentence.isVisible)
    qtbot.waitUntil(lambda: rows_in_sight(pane) >= least - 2)
    assert pane.sentence.geometry().bottom() <= pane.tree.parentWidget().height()


def test_a_high_pane_tells_more_above_its_pages(pane: DetailPane) -> None:
    assert not pane.title.isVisible()
    assert "may this token charge? Yes" in pane.accessibleDescription(), "told even where it is not painted"
    pane.resize(410, 400)
    assert pane.title.isVisible()
    assert pane.facts.isVisible()
    assert pane.sentence.text() == "The location where the driver wants to charge.", "without a further act"


def test_each_field_has_its_sentence(pane: DetailPane) -> None:
    silent = []

    def look(parent: QModelIndex) -> None:
        for row in range(pane.objects.rowCount(parent)):
            index = pane.objects.index(row, 0, parent)
            pane.tree.setCurrentIndex(index)
            name = str(index.data())
            if parent.isValid() and not name.startswith("[") and not pane.sentence.isVisible():
                silent.append(name)
            look(index)

    look(QModelIndex())
    assert silent == []
    pane.tree.setCurrentIndex(field(pane, "Answer", "allowed"))
    assert pane.sentence.text().endswith(".")
    assert pane.sentence.toolTip() == pane.sentence.text()


def test_a_part_and_a_value_can_be_copied(qtbot: QtBot, pane: DetailPane) -> None:
    clipboard = QGuiApplication.clipboard()
    pane.tree.setFocus()
    pane.tree.setCurrentIndex(field(pane, "Answer", "allowed"))
    qtbot.keyClick(pane.tree, Key.Key_C, CTRL)
    assert clipboard.text() == '"ALLOWED"'
    qtbot.keyClick(pane.tree, Key.Key_C, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert clipboard.text() == "ALLOWED"


def test_a_row_of_a_list_can_be_copied_whole(qtbot: QtBot, pane: DetailPane) -> None:
    pane.tabs.setCurrentIndex(3)
    pane.trail.setFocus()
    pane.trail.setCurrentItem(pane.trail.topLevelItem(0))
    qtbot.keyClick(pane.trail, Key.Key_C, CTRL)
    parts = QGuiApplication.clipboard().text().split("\t")
    assert len(parts) == 3
    assert parts[2] == "Holds the card to the reader to start"


def test_everything_has_a_name_and_the_keyboard_reaches_it(qtbot: QtBot, pane: DetailPane) -> None:
    parts: tuple[QWidget, ...] = (pane.tree, pane.request, pane.response, pane.trail, pane.hints)
    for part in (pane, pane.tabs, pane.tabs.tabBar(), pane.sentence, *parts):
        assert part.accessibleName(), part
    for number, part in enumerate(parts):
        pane.tabs.setCurrentIndex(number)
        pane.enter()
        assert part.hasFocus()
        with qtbot.waitSignal(pane.left):
            qtbot.keyClick(part, Key.Key_Escape)


@pytest.mark.parametrize("call", ["step", "message"])
def test_damage_is_told_in_a_sentence(
    qtbot: QtBot, pane: DetailPane, run: Run, cursor: Cursor, quickstart: Path, tmp_path: Path, call: str
) -> None:
    """Whatever reads the recording comes upon the damage: a step of the trail, another message."""
    path = Path(shutil.copy(quickstart, tmp_path / "bad.ocpirun"))
    assert pane.message is not None
    first = pane.message.exchange
    run.open(path)
    pane.show_message(first)
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE hint")
        connection.execute("DROP TABLE message")
    connection.close()
    with qtbot.waitSignal(run.closed):
        if call == "step":
            pane.trail.itemActivated.emit(message_step(pane), 0)
        else:
            pane.show_message(first + 1)
    assert "could not be read" in run.problem
    assert (pane.message, cursor.selection) == (None, Selection())


def message_step(pane: DetailPane) -> QTreeWidgetItem:
    """The last step of the trail: the message itself."""
    item = pane.trail.topLevelItem(pane.trail.topLevelItemCount() - 1)
    assert item is not None
    return item
