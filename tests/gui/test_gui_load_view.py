"""The load view: curves of real runs, choice of sites, zoom, crosshair, and the way from a point to its message."""

import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QPainter
from PySide6.QtWidgets import QApplication, QStyleOptionGraphicsItem, QTreeWidgetItem
from pytestqt.qtbot import QtBot

from gui.models.cursor import Cursor, Selection
from gui.models.load import MOST_SHOWN
from gui.models.run import Run
from gui.paint.curve import CurveItem
from gui.paint.lines import Line, ink
from gui.paint.plots import Plots
from gui.paint.pyramid import Pyramid
from gui.theme import Theme
from gui.views.load import LoadView
from simulator.recording.rows import EventRow, StateRow
from simulator.recording.writer import Recorder

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")

ADAS_PLACE = "NL-ABC/NL-ABC-E0001"
STATION = "NL-ABC/NL-ABC-L001"
HOUR_US = 3_600_000_000
S = 1_000_000


@pytest.fixture
def view(qtbot: QtBot, run: Run, cursor: Cursor, theme: Theme) -> LoadView:
    view = LoadView(run, cursor, theme)
    qtbot.addWidget(view)
    view.resize(1000, 640)
    return view


def shown(view: LoadView, qtbot: QtBot, path: Path) -> Plots:
    view._run.open(path)
    with qtbot.waitExposed(view):
        view.show()
    assert view.plots is not None
    return view.plots


def rows(view: LoadView) -> dict[str, QTreeWidgetItem]:
    items = (view.sites.topLevelItem(index) for index in range(view.sites.topLevelItemCount()))
    return {item.text(0): item for item in items if item is not None}


def curves(plots: Plots, panel: str = "power") -> dict[str, tuple[list[float], list[float]]]:
    drawn = {line.title: item.points for line, item in plots._lines if line.panel == panel}
    return {title: (x.tolist(), y.tolist()) for title, (x, y) in drawn.items()}


def send(plots: Plots, kind: QEvent.Type, at: QPoint, held: bool) -> None:
    """A mouse event that carries its buttons, which QTest's moves do not."""
    button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
    buttons = Qt.MouseButton.LeftButton if held else Qt.MouseButton.NoButton
    viewport = plots.canvas.viewport()
    place = QPointF(at)
    event = QMouseEvent(kind, place, QPointF(viewport.mapToGlobal(at)), button, buttons, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(viewport, event)


def test_without_a_recording_a_sentence_says_what_to_do(qtbot: QtBot, view: LoadView) -> None:
    with qtbot.waitExposed(view):
        view.show()
    assert view.sentence.isVisible()
    assert "Open a recording" in view.sentence.text()


def test_a_run_in_which_nothing_happened_shows_its_sites(qtbot: QtBot, view: LoadView, empty: Path) -> None:
    plots = shown(view, qtbot, empty)
    assert "Station square" in rows(view)
    assert curves(plots)["limit of 1, Station square: 30 kW"][1] == [30.0, 30.0]
    assert view.remark.text() == "Nothing has drawn power so far."


def test_pyqtgraph_is_not_imported_before_the_view_is_seen() -> None:
    code = "import gui.views.load, sys; sys.exit('pyqtgraph' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_sites_and_their_total_are_drawn_in_kilowatts(qtbot: QtBot, view: LoadView, quickstart: Path) -> None:
    plots = shown(view, qtbot, quickstart)
    power = curves(plots)
    assert set(power) == {
        *("Station square", "Fast lane", "Market hall", "Canal side", "All sites together"),
        "limit of 2, Station square: 30 kW",
    }
    assert max(power["Fast lane"][1]) == 50.0
    assert max(power["All sites together"][1]) > max(power["Station square"][1])
    assert max(curves(plots, "places")["Station square"][1]) == 4


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


@pytest.mark.parametrize(
    ("selection", "title"),
    [(Selection("evse", ADAS_PLACE), "EVSE NL-ABC-E0001"), (Selection("driver", "Ada"), "Session of Ada")],
)
def test_a_selection_brings_power_and_battery_on_scales_of_their_own(
    qtbot: QtBot, view: LoadView, cursor: Cursor, quickstart: Path, selection: Selection, title: str
) -> None:
    plots = shown(view, qtbot, quickstart)
    assert not plots._boxes["charge"].isVisible()
    cursor.select(selection)
    assert title not in curves(plots)
    assert max(curves(plots, "one")[title][1]) == 11.0
    assert 11 < plots._boxes["one"].viewRange()[1][1] < 20
    battery = curves(plots, "charge")["battery at EVSE NL-ABC-E0001"]
    assert battery[1][0] == 35.0
    assert battery[0][-1] < 8_105
    assert plots._boxes["charge"].isVisible()
    assert title in rows(view)
    cursor.select(Selection())
    assert not plots._boxes["charge"].isVisible()
    assert title not in rows(view)


def test_a_session_has_only_its_own_power(
    qtbot: QtBot, view: LoadView, cursor: Cursor, run: Run, tmp_path: Path
) -> None:
    """Two sessions after each other at one EVSE."""
    recorder = Recorder.create(tmp_path / "two.ocpirun", "full", {"start_epoch_us": "0"})
    told = {"currency": "EUR", "cost": "0", "evse": "A/E", "emsp": "B", "kwh": "0.5", "token": "T"}
    for number, begin in ((1, 100), (2, 500)):
        times = {"start": f"1970-01-01T00:{begin // 60:02}:{begin % 60:02}Z", "end": None}
        state = {**told, **times, "status": "ACTIVE"}
        recorder.state(StateRow(begin * S, "A", "session", f"s{number}", json.dumps(state).encode()))
        recorder.sample("evse/A/E", "power", "W", begin * S, 1_000 * number)
        end = begin + 200
        state |= {"end": f"1970-01-01T00:{end // 60:02}:{end % 60:02}Z", "status": "COMPLETED", "kwh": "1.25"}
        # A DateTime of OCPI is cut to milliseconds, so the session ends a moment before its power does.
        recorder.sample("evse/A/E", "power", "W", end * S + 400, 0)
        recorder.state(StateRow(end * S + 500, "A", "session", f"s{number}", json.dumps(state).encode()))
    recorder.sample("site/A/L", "power", "W", 100 * S, 1_000)
    recorder.close({"state": "closed", "ended_at_us": str(1_000 * S)})
    plots = shown(view, qtbot, tmp_path / "two.ocpirun")
    cursor.select(Selection("session", "s2"))
    (drawn,) = curves(plots, "one").values()
    assert drawn[0][0] == 500
    assert drawn[0][-1] == pytest.approx(700)
    assert set(drawn[1]) == {0.0, 2.0}
    assert drawn[1][-1] == 0.0
    cursor.set_time(600 * S)
    assert plots._overlays["one"].labels[0].text == "token T (B) at EVSE E, 2 kW, 0.500 kWh told so far"
    cursor.set_time(800 * S)
    assert plots._overlays["one"].labels[0].text == "token T (B) at EVSE E, ended with 1.250 kWh"
    assert rows(view)["Session of T"].text(1) == "0.0"


def test_the_caption_says_who_where_how_much(qtbot: QtBot, view: LoadView, cursor: Cursor, quickstart: Path) -> None:
    view.resize(1280, 800)
    plots = shown(view, qtbot, quickstart)
    cursor.set_time(80 * 60_000_000)
    cursor.select(Selection("driver", "Ada"))
    (caption,) = [label.text for label in plots._overlays["one"].labels if not label.is_badge]
    assert caption == ("Ada (NL-EMA) at EVSE NL-ABC-E0001, Station square, 7.5 kW, 5.500 kWh told so far, battery 46 %")


def test_in_a_narrow_dock_the_caption_keeps_what_changes_and_the_occupied_places_stay(
    qtbot: QtBot, view: LoadView, cursor: Cursor, quickstart: Path
) -> None:
    view.resize(576, 420)
    plots = shown(view, qtbot, quickstart)
    cursor.set_time(80 * 60_000_000)
    cursor.select(Selection("driver", "Ada"))
    assert plots._boxes["places"].isVisible()
    overlay = plots._overlays["one"]
    for width in (576, 480, 420):
        view.resize(width, 420)
        (caption,) = [label.text for label in overlay.labels]
        assert caption.startswith("Ada")
        assert caption.endswith(", 7.5 kW, 5.500 kWh told so far, battery 46 %")
    view.resize(420, 300)
    assert not plots._boxes["places"].isVisible()


def test_curves_go_from_zero_at_the_beginning_to_the_end_of_the_run(
    qtbot: QtBot, view: LoadView, run: Run, quickstart: Path
) -> None:
    plots = shown(view, qtbot, quickstart)
    for panel in ("power", "places"):
        for title, (x, y) in curves(plots, panel).items():
            if not title.startswith("limit"):
                assert (x[0], y[0]) == (run.begin_us / 1e6, 0.0)
                assert x[-1] == run.end_us / 1e6


def test_limits_near_each_other_and_badges_never_overprint(
    qtbot: QtBot, view: LoadView, run: Run, tmp_path: Path
) -> None:
    recorder = Recorder.create(tmp_path / "limits.ocpirun", "full", {"start_epoch_us": "0"})
    for site in range(4):
        recorder.sample(f"site/A/{site}", "limit", "W", 0, 30_000 + 100 * site)
        for at_us in range(0, 600 * S, 60 * S):
            recorder.sample(f"site/A/{site}", "power", "W", at_us + site * S, 29_000 + 10 * site + at_us % 7)
    recorder.event(EventRow(600 * S, "driver/Ada", "arrive"))
    recorder.close({"state": "closed", "ended_at_us": str(600 * S)})
    for size in ((1000, 640), (420, 320)):
        view.resize(*size)
        plots = shown(view, qtbot, tmp_path / "limits.ocpirun")
        labels = plots._overlays["power"].labels
        assert sum(label.text.startswith("limit of") for label in labels) == 5
        assert {"1", "2", "3", "4"} & {label.text for label in labels}
        for index, label in enumerate(labels):
            assert not any(label.place.intersects(other.place) for other in labels[:index]), label


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


def test_a_filter_marks_what_it_takes_and_makes_other_sites_faint(
    qtbot: QtBot, view: LoadView, cursor: Cursor, run: Run, theme: Theme, quickstart: Path
) -> None:
    plots = shown(view, qtbot, quickstart)
    with qtbot.waitSignal(view.model.told_changed, check_params_cb=lambda: view.model.messages.are_known):
        cursor.set_filter("location:NL-ABC-L002")
    lines = {line.title: line for line, _ in plots._lines if line.panel == "power" and not line.is_dashed}
    assert {title for title, line in lines.items() if line.is_faint} == {"Station square", "Market hall", "Canal side"}
    assert len(lines["Fast lane"].marks_us) == run.filtered.count
    assert len(lines["Station square"].marks_us) == 0
    words = f"Filter: takes {run.filtered.count} of {run.filtered.total} messages"
    assert words in view.remark.text()
    assert "Faint: sites that none of them is about." in view.remark.text()
    assert "no message about it is taken" in rows(view)["Canal side"].toolTip(0)
    image = plots.canvas.grab().toImage()
    colours = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(0, image.height(), 1)}
    assert theme.module("commands").name() not in {
        name for line, name in ((line, ink(line, theme).name()) for line in lines.values()) if line.is_faint
    }
    assert ink(lines["Canal side"], theme).name() in colours
    cursor.set_filter("")
    assert not any(line.is_faint or len(line.marks_us) for line, _ in plots._lines)
    assert not view.remark.isVisible()


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


def test_a_damaged_session_ends_in_a_sentence(
    qtbot: QtBot, view: LoadView, run: Run, cursor: Cursor, quickstart: Path, tmp_path: Path
) -> None:
    path = tmp_path / "bad.ocpirun"
    shutil.copy(quickstart, path)
    with sqlite3.connect(path) as connection:
        for table, column in (("subject", "fixed"), ("value", "text")):
            how = f"""UPDATE {table} SET {column} = replace({column}, '"start":"2026', '"start":"x')"""
            connection.execute(how)
    connection.close()
    shown(view, qtbot, path)
    with qtbot.waitSignal(run.closed):
        cursor.select(Selection("driver", "Ada"))
    assert "is damaged" in view.sentence.text()


def test_axes_say_their_units_and_their_zone(qtbot: QtBot, view: LoadView, quickstart: Path) -> None:
    plots = shown(view, qtbot, quickstart)
    titles = {panel: axis.title for panel, axis in plots._values.items()}
    assert titles == {
        "power": "power, kW",
        "places": "in use, EVSEs",
        "one": "selected, kW",
        "charge": "battery, %",
    }
    assert {axis.title for axis in plots._times.values()} == {"local time, Europe/Amsterdam"}


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


def test_a_growing_run_grows_its_curves(qtbot: QtBot, view: LoadView, run: Run, tmp_path: Path) -> None:
    recorder = Recorder.create(tmp_path / "live.ocpirun", "full", {"start_epoch_us": "0", "duration_us": str(HOUR_US)})
    recorder.sample("site/A/1", "power", "W", 0, 5_000)
    recorder.event(EventRow(10_000_000, "driver/Ada", "arrive"))
    recorder.set_meta("state", "live")
    recorder.flush()
    plots = shown(view, qtbot, tmp_path / "live.ocpirun")
    assert curves(plots)["1"][1][-1] == 5.0
    recorder.sample("site/A/1", "power", "W", 60_000_000, 7_000)
    recorder.sample("site/A/2", "power", "W", 70_000_000, 4_000)
    recorder.event(EventRow(80_000_000, "driver/Ada", "plug"))
    recorder.flush()
    qtbot.waitUntil(lambda: curves(plots).get("All sites together", ([], [0]))[1][-1] == 11.0)
    assert curves(plots)["2"][1][-1] == 4.0
    recorder.close({"state": "closed"})


def test_the_limit_is_dashed_and_not_hidden_by_the_grid(
    qtbot: QtBot, view: LoadView, theme: Theme, quickstart: Path
) -> None:
    plots = shown(view, qtbot, quickstart)
    image = plots.canvas.grab().toImage()
    y = plots.place_of("power", 0, 30.0).y()
    ink = theme.module("locations")
    rows = [[image.pixelColor(x, row) == ink for x in range(60, image.width() - 20)] for row in (y - 1, y, y + 1)]
    dashed = max(rows, key=sum)
    assert 0.4 * len(dashed) < sum(dashed) < 0.95 * len(dashed)


@pytest.mark.parametrize("size", [(1024, 640), (400, 300)])
@pytest.mark.parametrize("dark", [False, True])
def test_it_paints_at_any_size_in_both_themes(
    qtbot: QtBot, view: LoadView, crowded: Path, size: tuple[int, int], dark: bool
) -> None:
    view.resize(*size)
    shown(view, qtbot, crowded)
    theme = Theme(dark=dark)
    view.set_theme(theme)
    image = view.grab().toImage()
    colours = {image.pixelColor(x, y).name() for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)}
    assert theme.panel.name() in colours
    assert theme.text.name() in colours
    assert sum(theme.module(name).name() in colours for name in ("commands", "locations", "tokens", "cdrs")) >= 2


def test_a_curve_in_a_plot_without_height_paints_nothing(qapp: QApplication, theme: Theme) -> None:
    pyramid = Pyramid(np.array([0, 5], np.int64), np.array([1.0, 2.0]))
    item = CurveItem(Line("", "", "power", pyramid, theme.accent, str, width=3), theme)
    item.set_points(*pyramid.outline(0, 10, 100), QRectF(0, 0, 1, 2))
    image = QImage(10, 10, QImage.Format.Format_RGB32)
    image.fill(theme.panel)
    before = image.copy()
    painter = QPainter(image)
    painter.scale(1, 0)
    item.paint(painter, QStyleOptionGraphicsItem())
    painter.end()
    assert image == before
