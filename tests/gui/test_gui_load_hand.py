"""The load view under mouse and keys: boxes, clicks on curves, the crosshair, zoom, and the way to a message."""

import shutil
import sqlite3
from pathlib import Path

import pytest
from gui_load_scene import curves, rows, shown
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.models.cursor import Cursor, Selection
from gui.models.run import Run
from gui.paint.plots import Plots
from gui.theme import Theme
from gui.views.load import LoadView

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")

HOUR_US = 3_600_000_000


@pytest.fixture
def view(qtbot: QtBot, run: Run, cursor: Cursor, theme: Theme) -> LoadView:
    view = LoadView(run, cursor, theme)
    qtbot.addWidget(view)
    view.resize(1000, 640)
    return view


def send(plots: Plots, kind: QEvent.Type, at: QPoint, held: bool) -> None:
    """A mouse event that carries its buttons, which QTest's moves do not."""
    button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
    buttons = Qt.MouseButton.LeftButton if held else Qt.MouseButton.NoButton
    viewport = plots.canvas.viewport()
    place = QPointF(at)
    event = QMouseEvent(kind, place, QPointF(viewport.mapToGlobal(at)), button, buttons, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(viewport, event)


def test_a_click_on_a_curve_selects_the_message_that_tells_of_it(
    qtbot: QtBot, view: LoadView, cursor: Cursor, run: Run, quickstart: Path
) -> None:
    plots = shown(view, qtbot, quickstart)
    at_us = 95 * 60_000_000
    qtbot.mouseClick(plots.canvas.viewport(), Qt.MouseButton.LeftButton, pos=plots.place_of("power", at_us, 50.0))
    assert cursor.selection.kind == "message"
    assert run.recording is not None
    message = run.recording.message(int(cursor.selection.id))
    assert (message.module, message.location_id) == ("sessions", "NL-ABC-L002")
    assert message.start_us == cursor.at_us
    # A pixel is more than ten seconds.
    assert message.start_us >= at_us - 30_000_000


def test_a_click_with_a_filter_leads_only_to_messages_that_it_takes(
    qtbot: QtBot, view: LoadView, cursor: Cursor, run: Run, quickstart: Path
) -> None:
    plots = shown(view, qtbot, quickstart)
    cursor.set_filter("to:NL-NOM and module:sessions")
    place = plots.place_of("power", 95 * 60_000_000, 50.0)
    qtbot.mouseClick(plots.canvas.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert cursor.selection.kind != "message" or run.filtered.takes(int(cursor.selection.id))
    cursor.set_filter("module:credentials")
    cursor.select(Selection())
    with qtbot.waitSignal(run.said) as said:
        qtbot.mouseClick(plots.canvas.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert said.args[0] == "No message that the filter takes tells of this point."


def test_a_click_beside_the_curves_sets_the_time(
    qtbot: QtBot, view: LoadView, cursor: Cursor, quickstart: Path
) -> None:
    plots = shown(view, qtbot, quickstart)
    qtbot.mouseClick(
        plots.canvas.viewport(), Qt.MouseButton.LeftButton, pos=plots.place_of("power", HOUR_US // 4, 100.0)
    )
    assert cursor.at_us == pytest.approx(HOUR_US // 4, abs=30_000_000)
    assert cursor.selection == Selection()


def test_the_crosshair_follows_the_cursor_and_is_dragged(
    qtbot: QtBot, view: LoadView, cursor: Cursor, quickstart: Path
) -> None:
    plots = shown(view, qtbot, quickstart)
    cursor.set_time(HOUR_US)
    assert plots._cursors["places"].value() == 3_600
    start, end = plots.place_of("power", HOUR_US, 110.0), plots.place_of("power", 3 * HOUR_US, 110.0)
    send(plots, QEvent.Type.MouseMove, start, held=False)
    send(plots, QEvent.Type.MouseButtonPress, start, held=True)

    def dragged() -> bool:
        # pyqtgraph takes no more than a hundred moves a second.
        send(plots, QEvent.Type.MouseMove, end, held=True)
        return cursor.at_us == pytest.approx(3 * HOUR_US, abs=60_000_000)

    qtbot.waitUntil(dragged)
    send(plots, QEvent.Type.MouseButtonRelease, end, held=False)
    assert plots._cursors["charge"].value() == cursor.at_us / 1e6


def test_the_mouse_over_a_curve_tells_name_value_and_time(qtbot: QtBot, view: LoadView, quickstart: Path) -> None:
    plots = shown(view, qtbot, quickstart)
    with qtbot.waitSignal(plots.hovered) as hovered:
        send(plots, QEvent.Type.MouseMove, plots.place_of("power", 100 * 60_000_000, 50.0), held=False)
    assert hovered.args[0].startswith("Fast lane: 50.0 kW, 08:")


def test_keys_zoom_pan_and_show_all(qtbot: QtBot, view: LoadView, cursor: Cursor, quickstart: Path) -> None:
    plots = shown(view, qtbot, quickstart)
    whole = plots.range_us
    cursor.set_time(2 * HOUR_US)
    qtbot.keyClick(view, Qt.Key.Key_Plus)
    low, high = plots.range_us
    assert low < 2 * HOUR_US < high
    assert high - low == pytest.approx(0.7 * (whole[1] - whole[0]), rel=0.01)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert plots.range_us[0] > low
    qtbot.keyClick(view, Qt.Key.Key_0)
    assert plots.range_us == whole
    for _ in range(8):
        qtbot.keyClick(view, Qt.Key.Key_Plus)
    cursor.set_time(0)
    assert plots.range_us[0] <= 0 <= plots.range_us[1]


def test_a_site_is_taken_out_and_put_in_by_its_box(qtbot: QtBot, view: LoadView, quickstart: Path) -> None:
    plots = shown(view, qtbot, quickstart)
    rows(view)["Fast lane"].setCheckState(0, Qt.CheckState.Unchecked)
    assert "Fast lane" not in curves(plots)
    assert view.remark.text() == "3 of 4 sites shown."
    qtbot.mouseClick(view.none_button, Qt.MouseButton.LeftButton)
    assert set(curves(plots)) == {"All sites together"}
    qtbot.mouseClick(view.all_button, Qt.MouseButton.LeftButton)
    assert "Fast lane" in curves(plots)
    rows(view)["All sites together"].setCheckState(0, Qt.CheckState.Unchecked)
    assert "All sites together" not in curves(plots)


def test_boxes_may_be_unticked_one_after_another(qtbot: QtBot, view: LoadView, quickstart: Path) -> None:
    shown(view, qtbot, quickstart)
    before = list(rows(view).values())
    for row in before:
        row.setCheckState(0, Qt.CheckState.Unchecked)
        QApplication.processEvents()
    # The rows that tell of it are not taken from under Qt's hands.
    assert list(rows(view).values()) == before


def test_a_recording_damaged_under_the_view_ends_in_a_sentence(
    qtbot: QtBot, view: LoadView, run: Run, cursor: Cursor, quickstart: Path, tmp_path: Path
) -> None:
    path = tmp_path / "bad.ocpirun"
    shutil.copy(quickstart, path)
    plots = shown(view, qtbot, path)
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE call")
    connection.close()
    with qtbot.waitSignal(run.closed):
        place = plots.place_of("power", 95 * 60_000_000, 50.0)
        qtbot.mouseClick(plots.canvas.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert view.sentence.text().startswith("The recording could not be read:")
