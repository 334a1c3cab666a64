"""What the load view draws of real runs: curves, captions, limits, selections, and what the filter takes."""

import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from gui_load_scene import curves, rows, shown
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QStyleOptionGraphicsItem
from pytestqt.qtbot import QtBot

from gui.models.cursor import Cursor, Selection
from gui.models.run import Run
from gui.paint.curve import CurveItem
from gui.paint.lines import Line, ink
from gui.paint.pyramid import Pyramid
from gui.theme import Theme
from gui.views.load import LoadView
from simulator.recording.rows import EventRow, StateRow
from simulator.recording.writer import Recorder

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")

ADAS_PLACE = "NL-ABC/NL-ABC-E0001"
HOUR_US = 3_600_000_000
S = 1_000_000


@pytest.fixture
def view(qtbot: QtBot, run: Run, cursor: Cursor, theme: Theme) -> LoadView:
    view = LoadView(run, cursor, theme)
    qtbot.addWidget(view)
    view.resize(1000, 640)
    return view


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


def test_the_label_of_a_limit_stands_where_it_hides_no_curve(qtbot: QtBot, view: LoadView, tmp_path: Path) -> None:
    recorder = Recorder.create(tmp_path / "late.ocpirun", "full", {"start_epoch_us": "0"})
    recorder.sample("site/A/1", "limit", "W", 0, 10_000)
    for second in range(0, 300, 2):
        recorder.sample("site/A/1", "power", "W", (300 + second) * S, 14_000 * (second % 4 // 2))
    recorder.close({"state": "closed", "ended_at_us": str(600 * S)})
    plots = shown(view, qtbot, tmp_path / "late.ocpirun")
    (label,) = [label for label in plots._overlays["power"].labels if label.text.startswith("limit of 1")]
    assert label.place.right() < plots._overlays["power"].boundingRect().center().x()


def test_a_limit_above_the_picture_is_named_below_the_time_at_the_cursor(
    qtbot: QtBot, view: LoadView, tmp_path: Path
) -> None:
    recorder = Recorder.create(tmp_path / "high.ocpirun", "full", {"start_epoch_us": "0"})
    recorder.sample("site/A/1", "limit", "W", 0, 900_000)
    recorder.sample("site/A/1", "power", "W", 0, 10_000)
    recorder.close({"state": "closed", "ended_at_us": str(600 * S)})
    plots = shown(view, qtbot, tmp_path / "high.ocpirun")
    limits = [label for label in plots._overlays["power"].labels if label.text.endswith("above the picture")]
    assert limits
    time = plots._boxes["power"].mapRectFromItem(plots._time_text, plots._time_text.boundingRect())
    assert all(label.place.top() >= time.bottom() for label in limits)


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
