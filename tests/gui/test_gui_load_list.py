"""The list beside the load view's plots: which sites, in what order, their values, and what there is room for."""

import json
from pathlib import Path

import pytest
from gui_load_scene import curves, rows, shown
from PySide6.QtCore import QRect, Qt
from pytestqt.qtbot import QtBot

from gui.models.cursor import Cursor
from gui.models.load import MOST_SHOWN
from gui.models.run import Run
from gui.theme import Theme
from gui.views.load import LoadView
from simulator.recording.rows import StateRow
from simulator.recording.writer import Recorder

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")

S = 1_000_000


@pytest.fixture
def view(qtbot: QtBot, run: Run, cursor: Cursor, theme: Theme) -> LoadView:
    view = LoadView(run, cursor, theme)
    qtbot.addWidget(view)
    view.resize(1000, 640)
    return view


def test_of_many_sites_those_with_the_highest_peaks_are_shown(qtbot: QtBot, view: LoadView, crowded: Path) -> None:
    plots = shown(view, qtbot, crowded)
    peaks = {site.key: site.peak_w for site in view.model.sites}
    assert len(peaks) == 16
    assert len(view.model.shown) == 8
    assert min(peaks[key] for key in view.model.shown) >= max(
        peak for key, peak in peaks.items() if key not in view.model.shown
    )
    assert "limit of each of 1, 2, 3, 4, 5, 6, 7, 8: 90 kW" in curves(plots)
    assert curves(plots)["limit of all: 1,440 kW"][1] == [1440.0, 1440.0]


def test_what_is_shown_stands_first_in_the_list_by_its_peak_and_is_numbered_so(
    qtbot: QtBot, view: LoadView, crowded: Path
) -> None:
    plots = shown(view, qtbot, crowded)
    peaks = {site.name: site.peak_w for site in view.model.sites}
    names = list(rows(view))[1:]
    assert [peaks[name] for name in names[:8]] == sorted(peaks.values(), reverse=True)[:8]
    badges = {line.title: line.badge for line, _ in plots._lines if line.panel == "power" and line.badge}
    assert [badges[name] for name in names[:8]] == list("12345678")
    assert view.sites.textElideMode() == Qt.TextElideMode.ElideMiddle
    rows(view)[names[2]].setCheckState(0, Qt.CheckState.Unchecked)
    rows(view)[names[11]].setCheckState(0, Qt.CheckState.Checked)
    # It follows those that are shown, and no other number changes under the hand.
    after = [*names[:8], names[11], *names[8:11], *names[12:]]
    qtbot.waitUntil(lambda: list(rows(view))[1:] == after)
    badges = {line.title: line.badge for line, _ in plots._lines if line.panel == "power" and line.badge}
    assert badges[names[3]] == "4"
    assert badges[names[11]] == "9"
    assert names[2] not in badges
    qtbot.mouseClick(view.top_button, Qt.MouseButton.LeftButton)
    assert list(rows(view))[1:] == names


def test_names_in_the_list_are_whole_and_many_limits_have_short_labels(
    qtbot: QtBot, view: LoadView, tmp_path: Path
) -> None:
    recorder = Recorder.create(tmp_path / "alike.ocpirun", "full", {"start_epoch_us": "0"})
    for site in range(3):
        name = {"cpo": "A", "name": f"Network 10, car park {site}", "evses": 1, "limit_w": 10_000.0 * site}
        recorder.state(StateRow(0, "run", "site", f"A/{site}", json.dumps(name).encode()))
        recorder.sample(f"site/A/{site}", "limit", "W", 0, 10_000 * (site + 1))
        recorder.sample(f"site/A/{site}", "power", "W", S, 9_000)
    recorder.close({"state": "closed", "ended_at_us": str(600 * S)})
    view.resize(1280, 800)
    plots = shown(view, qtbot, tmp_path / "alike.ocpirun")
    texts = {label.text for label in plots._overlays["power"].labels}
    assert "limit of 1: 30 kW" in texts or "limit of 3: 30 kW" in texts
    # A box and a piece of the curve stand before a name.
    assert view.sites.columnWidth(0) - 70 >= view.sites.fontMetrics().horizontalAdvance("Network 10, car park 0")


def test_without_any_limit_the_list_gives_its_room_to_the_names(qtbot: QtBot, view: LoadView, tmp_path: Path) -> None:
    recorder = Recorder.create(tmp_path / "free.ocpirun", "full", {"start_epoch_us": "0"})
    recorder.sample("site/A/1", "power", "W", 0, 5_000)
    recorder.close({"state": "closed"})
    shown(view, qtbot, tmp_path / "free.ocpirun")
    assert [view.sites.isColumnHidden(column) for column in range(5)] == [False, False, True, True, False]


def test_more_sites_than_can_be_told_apart_are_not_drawn(
    qtbot: QtBot, view: LoadView, run: Run, tmp_path: Path
) -> None:
    recorder = Recorder.create(tmp_path / "many.ocpirun", "full", {"start_epoch_us": "0", "level": "full"})
    for site in range(MOST_SHOWN + 20):
        recorder.sample(f"site/A/{site}", "power", "W", site, 1_000 * site)
    recorder.close({"state": "closed"})
    plots = shown(view, qtbot, tmp_path / "many.ocpirun")
    with qtbot.waitSignal(run.said) as said:
        qtbot.mouseClick(view.all_button, Qt.MouseButton.LeftButton)
    assert "40" in said.args[0]
    assert len(curves(plots)) == MOST_SHOWN + 1
    assert str(MOST_SHOWN + 19) in curves(plots)


def test_values_stand_in_the_list_for_the_time_of_the_cursor(
    qtbot: QtBot, view: LoadView, cursor: Cursor, quickstart: Path
) -> None:
    shown(view, qtbot, quickstart)
    cursor.set_time(100 * 60_000_000)
    assert view.sites.headerItem().text(0) == "At 08:40:00"
    assert rows(view)["Fast lane"].text(1) == "50.0"
    cursor.set_time(0)
    assert rows(view)["Fast lane"].text(1) == "0.0"


def test_the_list_has_limit_share_and_occupied_places(
    qtbot: QtBot, view: LoadView, cursor: Cursor, quickstart: Path
) -> None:
    shown(view, qtbot, quickstart)
    cursor.set_time(100 * 60_000_000)
    station, total = rows(view)["Station square"], rows(view)["All sites together"]
    assert [station.text(column) for column in range(1, 5)] == ["30.0", "30.0", "100 %", "4 of 4"]
    assert not station.icon(2).isNull()
    assert [total.text(column) for column in range(1, 5)] == ["105.7", "none", "", "8 of 8"]
    assert total.icon(2).isNull()
    spoken = station.data(0, Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Station square, 30 kW, limit 30 kW, 100 %, 4 of 4, at its limit"
    assert view.remark.text() == (
        "Station square draws all that its connection bears (30 kW): its cars share it and may charge slower."
    )
    assert "drawn in full for 60 min so far" in station.toolTip(0)
    cursor.set_time(0)
    assert not view.remark.isVisible()


def test_a_box_that_is_not_ticked_is_seen_in_the_dark(qtbot: QtBot, view: LoadView, quickstart: Path) -> None:
    shown(view, qtbot, quickstart)
    theme = Theme(dark=True)
    view.set_theme(theme)
    row = rows(view)["Fast lane"]
    row.setCheckState(0, Qt.CheckState.Unchecked)
    place = view.sites.visualItemRect(row)
    image = view.sites.viewport().grab(QRect(place.left(), place.top(), 22, place.height())).toImage()
    lightest = max(image.pixelColor(x, y).lightness() for x in range(image.width()) for y in range(image.height()))
    assert lightest > theme.panel.lightness() + 60
