"""What a person does in the topology view: look, click, drag, zoom, choose, type."""

from pathlib import Path

import pytest
from gui_topology_world import SECOND_US, World
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QToolButton, QToolTip
from pytestqt.qtbot import QtBot

from gui.models.cursor import NOTHING, Cursor, Selection
from gui.models.run import Run
from gui.theme import Theme
from gui.views.topology import TopologyView
from simulator.recording.reader import Recording

MINUTE_US = 60 * SECOND_US


@pytest.fixture
def view(qtbot: QtBot, run: Run, cursor: Cursor, theme: Theme) -> TopologyView:
    """The view, shown at a usual size, with nothing open."""
    view = TopologyView(run, cursor, theme)
    qtbot.addWidget(view)
    view.resize(900, 620)
    view.show()
    return view


def _at(view: TopologyView, kind: str, item: int) -> QPoint:
    """A pixel on a thing where nothing else lies."""
    placed = view.canvas.placed
    if kind == "evse":
        x, y = placed.evse_px[item].tolist()
    elif kind == "link":
        x0, y0, x1, y1 = placed.link_px[item].tolist()
        x, y = x0 + (x1 - x0) * 0.2, y0 + (y1 - y0) * 0.2
    else:
        left, top, w, _ = placed.rect_of(kind, item)
        x, y = left + w / 2, top + 5
    return QPoint(round(x), round(y))


def _click(qtbot: QtBot, view: TopologyView, at: QPoint) -> None:
    qtbot.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=at)


def _button(view: TopologyView, name: str) -> QToolButton:
    return next(button for button in view.findChildren(QToolButton) if button.accessibleName() == name)


def test_a_click_selects_party_link_site_or_evse_for_all_views(
    qtbot: QtBot, view: TopologyView, run: Run, cursor: Cursor, quickstart: Path
) -> None:
    run.open(quickstart)
    network = view.model.network
    view.grab()
    for kind, item, id in (
        ("party", 2, "NL-EMA"),
        ("site", 1, network.sites[1].key),
        ("evse", 3, network.evses[3].key),
        ("link", 0, network.link_id(0)),
    ):
        _click(qtbot, view, _at(view, kind, item))
        assert cursor.selection == Selection(kind, id)
    _click(qtbot, view, QPoint(4, 4))
    assert cursor.selection == NOTHING


def test_a_click_on_a_moving_dot_selects_its_message(
    qtbot: QtBot, view: TopologyView, run: Run, cursor: Cursor, quickstart: Path
) -> None:
    run.open(quickstart)
    recording = run.recording
    assert recording is not None
    message = recording.messages(module="tokens", from_us=0, limit=1)[0]
    cursor.set_time(message.start_us + 20 * SECOND_US)
    view.grab()
    dots = view.model.dots
    place = dots.exchange.tolist().index(message.exchange)
    x, y = view.canvas.placed.dots_px(dots)[place].tolist()
    _click(qtbot, view, QPoint(round(x), round(y)))
    assert cursor.selection == Selection("message", str(message.exchange))
    assert view.model.highlight.link >= 0


def test_dragging_moves_the_picture_and_selects_nothing(
    qtbot: QtBot, view: TopologyView, run: Run, cursor: Cursor, quickstart: Path
) -> None:
    run.open(quickstart)
    view.grab()
    canvas = view.canvas
    before = canvas.placed.party_px[0].copy()
    start = _at(view, "party", 0)
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
    for step in (20, 45):
        qtbot.mouseMove(canvas, start + QPoint(step, step // 2))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=start + QPoint(45, 22))
    assert (canvas.placed.party_px[0] - before).tolist() == pytest.approx([45, 22])
    assert cursor.selection == NOTHING


def test_the_wheel_zooms_where_the_mouse_is(view: TopologyView, run: Run, quickstart: Path) -> None:
    run.open(quickstart)
    view.grab()
    canvas = view.canvas
    x, y = canvas.placed.evse_px[0].tolist()
    before = canvas.placed.cell_px
    for _ in range(3):
        wheel = QWheelEvent(
            QPointF(x, y), canvas.mapToGlobal(QPointF(x, y)), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(canvas, wheel)
    assert canvas.placed.cell_px == pytest.approx(before * 1.25**3)
    assert canvas.placed.evse_px[0].tolist() == pytest.approx([x, y])


def test_the_keyboard_reaches_everything(
    qtbot: QtBot, view: TopologyView, run: Run, cursor: Cursor, quickstart: Path
) -> None:
    run.open(quickstart)
    canvas = view.canvas
    view.grab()
    first = canvas.placed.camera
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.placed.camera.x > first.x
    qtbot.keyClick(canvas, Qt.Key.Key_Plus)
    assert canvas.placed.camera.scale > first.scale
    qtbot.keyClick(canvas, Qt.Key.Key_Minus)
    qtbot.keyClick(canvas, Qt.Key.Key_Home)
    assert canvas.placed.camera == first
    shift = Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(canvas, Qt.Key.Key_Down, shift)
    assert cursor.selection == Selection("party", "NL-ABC")
    qtbot.keyClick(canvas, Qt.Key.Key_Down, shift)
    assert cursor.selection == Selection("party", "NL-DUN")
    qtbot.keyClick(canvas, Qt.Key.Key_Left, shift)
    assert cursor.selection == Selection("party", "NL-NOM")
    cursor.select(Selection("evse", view.model.network.evses[0].key))
    qtbot.keyClick(canvas, Qt.Key.Key_Right, shift)
    assert cursor.selection == Selection("evse", view.model.network.evses[1].key)
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    assert canvas.placed.cell_px > 80
    assert canvas.placed.evse_px[1].tolist() == pytest.approx([canvas.width() / 2, canvas.height() / 2])
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert cursor.selection == NOTHING
    assert all(button.accessibleName() for button in view.findChildren(QToolButton))
    assert view.believers.accessibleName()
    assert canvas.accessibleName()
    assert canvas.accessibleDescription() == "4 parties, 4 links, 4 sites, 8 EVSEs"


def test_a_double_click_goes_near(qtbot: QtBot, view: TopologyView, run: Run, quickstart: Path) -> None:
    run.open(quickstart)
    view.grab()
    before = view.canvas.placed.cell_px
    qtbot.mouseDClick(view.canvas, Qt.MouseButton.LeftButton, pos=_at(view, "evse", 6))
    assert view.canvas.placed.cell_px > 3 * before


def test_all_is_shown_again_after_the_window_changed_its_size(
    qtbot: QtBot, view: TopologyView, run: Run, quickstart: Path
) -> None:
    run.open(quickstart)
    view.grab()
    for size in ((480, 330), (1_280, 800)):
        view.resize(*size)
        view.grab()
        placed = view.canvas.placed
        assert len(placed.parties_seen) == 4
        assert len(placed.sites_seen) == 4
    qtbot.mouseClick(_button(view, "Zoom in"), Qt.MouseButton.LeftButton)
    scale = view.canvas.placed.camera.scale
    view.resize(700, 500)
    view.grab()
    assert view.canvas.placed.camera.scale == scale
    qtbot.mouseClick(_button(view, "Show all"), Qt.MouseButton.LeftButton)
    assert view.canvas.placed.camera.scale < scale


def test_the_map_is_one_click_away(
    qtbot: QtBot, view: TopologyView, run: Run, cursor: Cursor, quickstart: Path
) -> None:
    run.open(quickstart)
    view.grab()
    qtbot.mouseClick(_button(view, "Map"), Qt.MouseButton.LeftButton)
    view.grab()
    placed = view.canvas.placed
    assert placed.layout.kind == "map"
    assert not placed.evses_drawn
    _click(qtbot, view, QPoint(*(round(value) for value in placed.site_px[2].tolist())))
    assert cursor.selection == Selection("site", view.model.network.sites[2].key)
    qtbot.keyClick(view.canvas, Qt.Key.Key_Return)
    assert view.canvas.placed.evses_drawn, "near enough, a site on the map shows its EVSEs"
    qtbot.mouseClick(_button(view, "Network"), Qt.MouseButton.LeftButton)
    assert view.canvas.placed.layout.kind == "network"


def test_a_party_can_be_asked_what_it_believes(
    qtbot: QtBot, view: TopologyView, run: Run, cursor: Cursor, crowded: Path
) -> None:
    run.open(crowded)
    cursor.set_time(178 * MINUTE_US)
    view.grab()
    texts = [view.believers.itemText(row) for row in range(view.believers.count())]
    assert texts == ["Status known to CPOs", *(f"Status known to Cards E0{n}" for n in (1, 2, 3))]
    view.believers.setFocus()
    qtbot.keyClick(view.believers, Qt.Key.Key_Down)
    view.grab()
    assert view.model.believer == "NL-E01"
    assert view.model.stale is not None
    assert view.model.stale.any()
    assert "Differs from the CPO" in view.legend.accessibleDescription()
    view.set_believer("NL-E02")
    assert view.believers.currentText() == "Status known to Cards E02"


def test_the_legend_names_what_is_there_and_can_go(
    qtbot: QtBot, view: TopologyView, run: Run, cursor: Cursor, quickstart: Path
) -> None:
    run.open(quickstart)
    cursor.set_time(90 * MINUTE_US)
    view.grab()
    words = view.legend.accessibleDescription().split(", ")
    for word in ("Available", "Charging", "sessions", "tokens", "answer", "failed", "Messages a minute", "fault"):
        assert word in words
    height = view.canvas.height()
    qtbot.mouseClick(_button(view, "Legend"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: view.canvas.height() > height)
    assert not view.legend.isVisible()


def test_a_tip_tells_of_what_is_under_the_mouse(view: TopologyView, run: Run, cursor: Cursor, quickstart: Path) -> None:
    run.open(quickstart)
    cursor.set_time(60 * MINUTE_US)
    view.grab()
    at = _at(view, "evse", 0)
    help_event = QHelpEvent(QEvent.Type.ToolTip, at, view.canvas.mapToGlobal(at))
    QApplication.sendEvent(view.canvas, help_event)
    assert "NL-ABC-E0001" in QToolTip.text()
    assert "Alpha Charging knows: Charging, since 07:40:03" in QToolTip.text()
    QToolTip.hideText()


def test_without_a_recording_it_says_what_to_do(qtbot: QtBot, view: TopologyView, run: Run, quickstart: Path) -> None:
    empty = view.grab().toImage()
    assert view.canvas._nothing_to_show().startswith("Open a recording")
    _click(qtbot, view, QPoint(300, 200))
    run.open(quickstart)
    assert view.grab().toImage() != empty
    assert view.canvas._nothing_to_show() == ""
    run.close()
    assert view.canvas._nothing_to_show().startswith("Open a recording")
    assert view.believers.count() == 1


def test_a_recording_that_names_nobody_is_said_to(view: TopologyView, run: Run, tmp_path: Path) -> None:
    with World(tmp_path / "nobody.ocpirun") as world:
        world.status(0, "NL-ABC", "NL-ABC/E1", "AVAILABLE")
    run.open(world.path)
    view.grab()
    assert "does not say who takes part" in view.canvas._nothing_to_show()


def test_parties_without_sites_and_a_run_cut_short_are_shown(
    view: TopologyView, run: Run, empty: Path, tmp_path: Path
) -> None:
    with World(tmp_path / "bare.ocpirun") as world:
        world.party("NL-ABC", "cpo")
        world.party("NL-EMA", "emsp")
    for path in (world.path, empty):
        run.open(path)
        for kind in ("network", "map"):
            view.set_kind("map" if kind == "map" else "network")
            view.grab()
            assert view.canvas._nothing_to_show() == ""
            assert len(view.canvas.placed.parties_seen) == len(view.model.network.parties)


def test_a_growing_recording_is_followed(
    qtbot: QtBot, view: TopologyView, run: Run, cursor: Cursor, tmp_path: Path
) -> None:
    with World(tmp_path / "growing.ocpirun") as world:
        run.open(world.path)
        assert run.is_live
        view.grab()
        world.party("NL-ABC", "cpo")
        world.party("NL-EMA", "emsp")
        world.link("NL-ABC", "NL-EMA")
        world.site("NL-ABC", "L1", 3, 52.0, 4.0)
        world.recorder.flush()
        qtbot.waitUntil(lambda: len(view.model.network.evses) == 3)
        world.status(10 * SECOND_US, "NL-ABC", "NL-ABC/L1-E000", "OUTOFORDER")
        world.message("NL-ABC", "NL-EMA", 10 * SECOND_US, 10_100_000, 10_200_000, module="cdrs")
        world.fault(11 * SECOND_US, "link_down", "NL-ABC - NL-EMA", "begin")
        world.recorder.flush()

        def is_shown() -> bool:
            view.grab()
            model = view.model
            return model.codes.tolist()[0] == 6 and bool(model.outages.links) and model.dots.exchange.tolist() == [1]

        qtbot.waitUntil(is_shown)
        assert "cdrs" in view.legend.accessibleDescription()


def test_a_recording_that_breaks_off_is_said_to(view: TopologyView, run: Run, cursor: Cursor, quickstart: Path) -> None:
    run.open(quickstart)
    view.grab()
    assert run.recording is not None
    run.recording.query("PRAGMA query_only = 0")
    run.recording.close()
    cursor.set_time(77 * MINUTE_US)
    view.grab()
    assert view.canvas._nothing_to_show().startswith("The recording could not be read")


def test_playing_moves_the_dots(qtbot: QtBot, view: TopologyView, run: Run, cursor: Cursor, quickstart: Path) -> None:
    with Recording.open(quickstart) as recording:
        message = recording.messages(module="tokens", from_us=0, limit=1)[0]
    run.open(quickstart)
    run.set_speed(10)
    cursor.set_time(message.start_us - SECOND_US)
    places: dict[float, None] = {}
    run.play()

    def has_moved() -> bool:
        # Where painting takes long, one flight gives less than three pictures: then it is seen once more.
        if cursor.at_us > message.end_us + 20 * SECOND_US:
            cursor.set_time(message.start_us - SECOND_US)
        view.grab()
        dots = view.model.dots
        for exchange, place in zip(dots.exchange.tolist(), dots.place.tolist(), strict=True):
            if exchange == message.exchange:
                places[place] = None
        return len(places) >= 3

    qtbot.waitUntil(has_moved)
    run.pause()


def test_another_theme_repaints_all(view: TopologyView, run: Run, quickstart: Path) -> None:
    run.open(quickstart)
    light = view.canvas.grab().toImage()
    dark_theme = Theme(dark=True)
    view.set_theme(dark_theme)
    dark = view.canvas.grab().toImage()
    assert dark.pixelColor(8, 8) == dark_theme.panel
    assert light.pixelColor(8, 8) != dark.pixelColor(8, 8)


@pytest.mark.parametrize("size", [(608, 254), (1_000, 300)])
def test_the_legend_does_not_make_its_window_grow(
    qtbot: QtBot, run: Run, cursor: Cursor, theme: Theme, quickstart: Path, size: tuple[int, int]
) -> None:
    view = TopologyView(run, cursor, theme)
    qtbot.addWidget(view)
    view.resize(*size)
    run.open(quickstart)
    view.show()
    view.grab()
    assert (view.width(), view.height()) == size
    assert view.legend.height() <= 66
    assert view.canvas.height() >= 140
