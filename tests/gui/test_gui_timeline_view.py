"""The timeline on real recordings: counts, scrubbing, zoom, keys, tips, and a run that grows."""

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.models.clock import days_words
from gui.models.cursor import Cursor, Selection
from gui.models.run import Run
from gui.models.timeline import FaultBand, fault_words
from gui.theme import Theme
from gui.views.timeline import TimelineView, per_bar
from simulator.recording.rows import CommandRow, EventRow, FaultRow, HintRow
from simulator.recording.writer import Recorder

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")

MINUTE_US = 60_000_000
HOUR_US = 60 * MINUTE_US


@pytest.fixture
def view(qtbot: QtBot, run: Run, cursor: Cursor, theme: Theme) -> TimelineView:
    view = TimelineView(run, cursor, theme)
    qtbot.addWidget(view)
    view.resize(1000, 140)
    return view


def shown(view: TimelineView, qtbot: QtBot, path: Path) -> None:
    view._run.open(path)
    with qtbot.waitExposed(view):
        view.show()
    qtbot.waitUntil(lambda: not view.model.is_reading)


def place(view: TimelineView, at_us: int) -> QPoint:
    return QPoint(round(view.scale.x(at_us)), round(view.lanes.bars.center().y()))


def wheel(view: TimelineView, at: QPoint, steps: int, shift: bool = False) -> None:
    modifiers = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    event = QWheelEvent(
        QPointF(at),
        QPointF(view.mapToGlobal(at)),
        QPoint(),
        QPoint(0, 120 * steps),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)


def test_a_strip_that_stands_alone_and_high_has_wider_bars(qtbot: QtBot, view: TimelineView, quickstart: Path) -> None:
    shown(view, qtbot, quickstart)
    low = view.bar_minutes
    view.resize(1000, 800)
    assert view.bar_minutes >= 3 * low
    scale = view.scale
    assert scale.x(view.bar_minutes * MINUTE_US) - scale.x(0) >= 20


def test_without_a_recording_it_says_so(qtbot: QtBot, view: TimelineView, theme: Theme) -> None:
    with qtbot.waitExposed(view):
        view.show()
    image = view.grab().toImage()
    inks = {image.pixelColor(x, y).name() for x in range(250, 750) for y in range(55, 85)}
    assert theme.muted.name() in inks


def test_every_message_is_in_a_bar(qtbot: QtBot, view: TimelineView, quickstart: Path) -> None:
    shown(view, qtbot, quickstart)
    assert view._run.recording is not None
    strip = view._strip()
    assert strip.bars.counts.sum() == len(view._run.recording.messages())
    assert strip.bars.unit == per_bar(view.bar_minutes)
    view.kind_box.setCurrentIndex(1)
    by_outcome = view._strip()
    assert list(by_outcome.bars.names) == ["accepted", "refused", "failed"]
    assert by_outcome.bars.counts.sum(axis=0).tolist() == strip.bars.counts.sum(axis=0).tolist()


def test_dragging_scrubs_and_stays_within_the_run(
    qtbot: QtBot, view: TimelineView, cursor: Cursor, run: Run, quickstart: Path
) -> None:
    shown(view, qtbot, quickstart)
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=place(view, HOUR_US))
    assert cursor.at_us == pytest.approx(HOUR_US, abs=MINUTE_US)
    for at_us in (2 * HOUR_US, 3 * HOUR_US):
        view.mouseMoveEvent(drag(view, place(view, at_us)))
        assert cursor.at_us == pytest.approx(at_us, abs=MINUTE_US)
    view.mouseMoveEvent(drag(view, QPoint(5_000, 10)))
    assert cursor.at_us == run.end_us
    view.mouseMoveEvent(drag(view, QPoint(-50, 10)))
    assert cursor.at_us == run.begin_us


def drag(view: TimelineView, to: QPoint) -> QMouseEvent:
    return QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(to),
        QPointF(view.mapToGlobal(to)),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )


def test_keys_go_by_bars_and_to_the_ends(
    qtbot: QtBot, view: TimelineView, cursor: Cursor, run: Run, quickstart: Path
) -> None:
    shown(view, qtbot, quickstart)
    bar_us = view.bar_minutes * MINUTE_US
    cursor.set_time(HOUR_US + bar_us // 2)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert cursor.at_us == HOUR_US + bar_us
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert cursor.at_us == HOUR_US + 2 * bar_us
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert cursor.at_us == HOUR_US + bar_us
    cursor.set_time(HOUR_US + bar_us // 2)
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert cursor.at_us == HOUR_US
    qtbot.keyClick(view, Qt.Key.Key_PageDown)
    assert cursor.at_us == HOUR_US + 10 * bar_us
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert cursor.at_us == run.end_us
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert cursor.at_us == run.begin_us


def test_the_wheel_zooms_where_the_mouse_is_and_pans_with_shift(
    qtbot: QtBot, view: TimelineView, cursor: Cursor, quickstart: Path
) -> None:
    shown(view, qtbot, quickstart)
    at = place(view, 3 * HOUR_US)
    before = view.scale
    wheel(view, at, 3)
    after = view.scale
    assert after.to_us - after.from_us == pytest.approx(0.8**3 * (before.to_us - before.from_us), rel=1e-6)
    assert after.at_us(at.x()) == pytest.approx(before.at_us(at.x()), abs=1_000)
    wheel(view, at, 2, shift=True)
    assert view.scale.from_us < after.from_us
    wheel(view, at, -30)
    assert view.scale == before
    for _ in range(60):
        qtbot.keyClick(view, Qt.Key.Key_Plus)
    assert view.scale.to_us - view.scale.from_us == 2 * MINUTE_US
    qtbot.keyClick(view, Qt.Key.Key_0)
    assert view.scale == before


def test_the_cursor_stays_in_sight(qtbot: QtBot, view: TimelineView, cursor: Cursor, quickstart: Path) -> None:
    shown(view, qtbot, quickstart)
    view.show_range(0, HOUR_US)
    cursor.set_time(3 * HOUR_US)
    assert view.scale.from_us <= 3 * HOUR_US <= view.scale.to_us


def test_faults_are_bands_with_words(qtbot: QtBot, view: TimelineView, crowded: Path) -> None:
    shown(view, qtbot, crowded)
    faults = {fault.words: fault for fault in view.model.faults}
    assert faults["NL-C01 offline"] == FaultBand(HOUR_US, HOUR_US + 40 * MINUTE_US, "NL-C01 offline")
    assert set(faults) == {
        *("NL-C01 offline", "link NL-E01 - NL-C02 down", "link NL-E02 - NL-C03 loses messages"),
        "chargers of Site C02-1 offline",
    }
    tip = view.words_at(QPointF(place(view, HOUR_US + 20 * MINUTE_US)))
    assert "NL-C01 offline" in tip
    assert "messages" in tip


def test_a_tip_tells_the_bars_messages(qtbot: QtBot, view: TimelineView, quickstart: Path) -> None:
    shown(view, qtbot, quickstart)
    assert view._run.recording is not None
    bar_us = view.bar_minutes * MINUTE_US
    busiest = max(view._run.recording.messages(from_us=0), key=lambda message: message.module == "commands")
    first_us = busiest.start_us // bar_us * bar_us
    inside = view._run.recording.messages(from_us=first_us, to_us=first_us + bar_us)
    tip = view.words_at(QPointF(place(view, first_us + bar_us // 2))).splitlines()
    assert tip[0].endswith(f"{len(inside)} messages")
    assert f"commands {sum(message.module == 'commands' for message in inside)}" in tip
    assert view.words_at(QPointF(2, view.height() - 2)) == ""


@pytest.mark.parametrize("kind", ["module", "outcome"])
def test_a_filter_colours_what_it_takes_over_all(
    qtbot: QtBot, view: TimelineView, run: Run, cursor: Cursor, crowded: Path, kind: str
) -> None:
    shown(view, qtbot, crowded)
    view.kind_box.setCurrentIndex(("module", "outcome").index(kind))
    before = view._strip().bars
    assert before.whole is None
    cursor.set_filter("module:sessions from:NL-C02")
    qtbot.waitUntil(lambda: not view.model.is_reading)
    bars = view._strip().bars
    assert run.recording is not None
    taken = [message for message in run.recording.messages(module="sessions") if message.sender == "NL-C02"]
    assert bars.counts.sum() == len(taken) == run.filtered.count
    assert bars.whole is not None
    assert bars.whole.tolist() == before.counts.sum(axis=0).tolist()
    assert (bars.counts <= before.counts).all()
    at = place(view, taken[0].start_us)
    assert "taken by the filter" in view.words_at(QPointF(at))
    cursor.set_filter("")
    qtbot.waitUntil(lambda: view._strip().bars.whole is None)


def test_the_legends_tip_tells_all_that_had_no_room(qtbot: QtBot, view: TimelineView, crowded: Path) -> None:
    view.resize(420, 120)
    shown(view, qtbot, crowded)
    tip = view.words_at(QPointF(60, view.lanes.legend.center().y())).splitlines()
    assert tip[0] == view._strip().bars.unit
    assert {"fault", "sessions", "tokens", "versions"} <= set(tip)


def test_the_axis_names_its_zone_or_that_it_changes(qtbot: QtBot, view: TimelineView, crowded: Path) -> None:
    shown(view, qtbot, crowded)
    assert view._axis().zone == "local", "summer time begins in this run"
    view.show_range(0, HOUR_US)
    assert view._axis().zone == "CET"


def recorded(path: Path) -> Recorder:
    recorder = Recorder.create(path, "full", {"start_epoch_us": "0", "duration_us": str(2 * HOUR_US), "level": "full"})
    recorder.event(EventRow(10 * MINUTE_US, "run", "begin"))
    recorder.fault(FaultRow(12 * MINUTE_US, "link_down", "A - B", "begin"))
    recorder.fault(FaultRow(13 * MINUTE_US, "exception", "A", "begin"))
    recorder.command(CommandRow(20 * MINUTE_US, "pause"))
    recorder.hint(HintRow(30 * MINUTE_US, 7, "rule", "warning", "The kwh fell."))
    recorder.hint(HintRow(40 * MINUTE_US, 0, "stranger", "warning", "Somebody came."))
    recorder.event(EventRow(60 * MINUTE_US, "run", "hour"))
    return recorder


def test_a_hint_is_selected_by_a_click_and_told_by_a_tip(
    qtbot: QtBot, view: TimelineView, cursor: Cursor, tmp_path: Path
) -> None:
    recorded(tmp_path / "hints.ocpirun").close({"state": "closed", "ended_at_us": str(HOUR_US)})
    shown(view, qtbot, tmp_path / "hints.ocpirun")
    assert view.model.faults == [
        FaultBand(12 * MINUTE_US, None, "link A - B down"),
        FaultBand(13 * MINUTE_US, 13 * MINUTE_US, "program error at A"),
    ]
    lane = round(view.lanes.marks.center().y())
    at = QPoint(round(view.scale.x(30 * MINUTE_US)), lane)
    assert "The kwh fell." in view.words_at(QPointF(at))
    pause = QPointF(view.scale.x(20 * MINUTE_US), lane)
    assert view.words_at(pause).endswith("00:20:00 command: pause")
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=at)
    assert cursor.selection == Selection("message", "7")
    assert cursor.at_us == 30 * MINUTE_US
    at = QPoint(round(view.scale.x(40 * MINUTE_US)), lane)
    assert "Somebody came." in view.words_at(QPointF(at))
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=at)
    assert cursor.selection == Selection("message", "7"), "a stranger's is on no message"
    assert cursor.at_us == 40 * MINUTE_US


def test_a_live_run_shows_its_planned_end_and_where_it_stands(
    qtbot: QtBot, view: TimelineView, theme: Theme, run: Run, tmp_path: Path
) -> None:
    recorder = recorded(tmp_path / "live.ocpirun")
    recorder.set_meta("state", "live")
    recorder.flush()
    shown(view, qtbot, tmp_path / "live.ocpirun")
    assert run.is_live
    assert view.scale.to_us == 2 * HOUR_US
    image = view.grab().toImage()
    y = round(view.lanes.bars.bottom()) - 4
    assert image.pixelColor(round(view.scale.x(100 * MINUTE_US)), y) == theme.window
    recorder.event(EventRow(110 * MINUTE_US, "run", "later"))
    recorder.fault(FaultRow(110 * MINUTE_US, "link_down", "A - B", "end"))
    recorder.flush()
    qtbot.waitUntil(lambda: view.model.faults[0].to_us == 110 * MINUTE_US)
    qtbot.waitUntil(lambda: view.grab().toImage().pixelColor(round(view.scale.x(105 * MINUTE_US)), y) != theme.window)
    recorder.close({"state": "closed"})


@pytest.mark.parametrize("size", [(1280, 150), (1024, 96), (320, 96)])
@pytest.mark.parametrize("dark", [False, True])
def test_it_paints_at_any_size_in_both_themes(
    qtbot: QtBot, view: TimelineView, crowded: Path, size: tuple[int, int], dark: bool
) -> None:
    view.resize(*size)
    shown(view, qtbot, crowded)
    theme = Theme(dark=dark)
    view.set_theme(theme)
    image = view.grab().toImage()
    colours = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(0, image.height(), 2)}
    assert {theme.panel.name(), theme.error.name(), theme.module("sessions").name()} <= colours


def test_words_for_bars_and_faults() -> None:
    assert [per_bar(minutes) for minutes in (1, 5, 60, 180, 1_440)] == [
        *("messages per minute", "messages per 5 min", "messages per hour", "messages per 3 h", "messages per day"),
    ]
    assert fault_words("meteor_strike", "NL-ABC") == "meteor strike NL-ABC"


def test_another_day_is_told_in_words() -> None:
    assert [days_words(days) for days in (-2, -1, 1, 2)] == ["2 days before", "day before", "day after", "day 3"]
