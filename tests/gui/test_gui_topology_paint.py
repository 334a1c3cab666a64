"""What the painters leave on the picture, looked at pixel by pixel."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from gui_topology_world import SECOND_US, World
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from gui.models.cursor import Cursor, Selection
from gui.models.run import Run
from gui.models.topology.statuses import STATUSES
from gui.paint.shapes import Atlas, paint_shape, share_pen
from gui.paint.topology_legend import legend_entries, place_entries
from gui.paint.topology_links import link_width_px
from gui.paint.topology_map import grid_step_m
from gui.theme import Shape, Theme
from gui.views.topology import TopologyView

SHAPES: tuple[Shape, ...] = ("circle", "square", "triangle", "diamond", "cross", "ring")


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """A CPO with one EVSE in each status, an eMSP that believes otherwise of one, busy and broken links."""
    with World(tmp_path / "town.ocpirun") as world:
        world.party("NL-ABC", "cpo")
        for id in ("NL-EM1", "NL-EM2", "NL-EM3"):
            world.party(id, "emsp")
            world.link("NL-ABC", id)
        world.site("NL-ABC", "L1", 9, 52.0, 4.0)
        for number, status in enumerate(STATUSES[:9]):
            world.status(0, "NL-ABC", f"NL-ABC/L1-E{number:03}", status)
            world.status(0, "NL-EM1", f"NL-ABC/L1-E{number:03}", "AVAILABLE" if number == 2 else status)
        for number in range(300):
            start_us = number * SECOND_US
            world.message("NL-ABC", "NL-EM1", start_us, start_us, start_us)
        world.fault(300 * SECOND_US, "link_down", "NL-ABC - NL-EM2", "begin")
        world.fault(300 * SECOND_US, "party_offline", "NL-EM3", "begin")
        for start_s, final in ((400, "delivered"), (500, "lost")):
            start_us = start_s * SECOND_US
            arrive_us = start_us + 20 * SECOND_US if final == "delivered" else None
            world.message("NL-ABC", "NL-EM1", start_us, arrive_us, start_us + 40 * SECOND_US, final=final)
    return world.path


@pytest.fixture
def view(qtbot: QtBot, run: Run, cursor: Cursor, theme: Theme, town: Path) -> TopologyView:
    """The town, before anything is on its way."""
    view = TopologyView(run, cursor, theme)
    qtbot.addWidget(view)
    view.resize(1_000, 640)
    run.open(town)
    run.set_speed(1.0)
    cursor.set_time(390 * SECOND_US)
    view.show()
    view.grab()
    qtbot.waitUntil(lambda: view.canvas.geometry().bottom() < view.legend.geometry().top())
    return view


def _painted(view: TopologyView) -> QImage:
    return view.canvas.grab().toImage()


def _count(image: QImage, colour: QColor, rect: QRectF | None = None) -> int:
    """How many pixels of a rectangle have a colour."""
    pixels = np.frombuffer(image.convertToFormat(QImage.Format.Format_RGB32).constBits(), np.uint32)
    pixels = pixels.reshape(image.height(), -1) & 0xFFFFFF
    if rect is not None:
        pixels = pixels[int(rect.top()) : int(rect.bottom()), int(rect.left()) : int(rect.right())]
    return int((pixels == (colour.rgb() & 0xFFFFFF)).sum())


def _around(x: float, y: float, reach: float) -> QRectF:
    return QRectF(x - reach, y - reach, 2 * reach, 2 * reach)


def test_each_status_has_its_colour_and_shape_at_its_evse(view: TopologyView, theme: Theme) -> None:
    image = _painted(view)
    places = view.canvas.placed.evse_px.tolist()
    for number, status in enumerate(STATUSES[:9]):
        colour, shape = theme.status(status)
        assert _count(image, colour, _around(*places[number], 9)) > 8, status
        if shape != "ring":
            x, y = (round(value) for value in places[number])
            assert image.pixelColor(x, y) == colour, status


@pytest.mark.parametrize("side", [9, 14, 28])
def test_shapes_are_told_apart_without_colour(qtbot: QtBot, side: int) -> None:
    pictures = []
    for shape in SHAPES:
        image = QImage(side, side, QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.white)
        painter = QPainter(image)
        paint_shape(painter, shape, QRectF(0, 0, side, side), QColor(Qt.GlobalColor.black))
        painter.end()
        pixels = np.frombuffer(image.constBits(), np.uint8).reshape(side, side, 4)[:, :, 0]
        pictures.append((pixels < 128).astype(int))
    for number, one in enumerate(pictures):
        for other in pictures[:number]:
            assert np.abs(one - other).sum() >= side * side * 0.08


def test_shares_of_rings_and_bars_are_told_apart_without_colour(qtbot: QtBot) -> None:
    lines = {}
    for status in ("AVAILABLE", "CHARGING", "RESERVED", "BLOCKED", "OUTOFORDER", "UNKNOWN"):
        image = QImage(40, 6, QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.white)
        painter = QPainter(image)
        painter.setPen(share_pen(Theme(dark=False), status, 4.0))
        painter.drawLine(0, 3, 40, 3)
        painter.end()
        lines[status] = "".join("-" if image.pixelColor(x, 3).lightness() < 240 else " " for x in range(40))
    assert lines["AVAILABLE"] == "-" * 40
    assert len(set(lines.values())) == len(lines), lines


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_an_atlas_copies_each_sprite_to_its_place(qtbot: QtBot, ratio: float) -> None:
    colours = [QColor(Qt.GlobalColor.red), QColor(Qt.GlobalColor.blue)]
    sprites = [lambda painter, rect, colour=colour: painter.fillRect(rect, colour) for colour in colours]
    image = QImage(round(100 * ratio), round(100 * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    Atlas(sprites, 10, ratio).paint(painter, np.array([[20.0, 30.0], [70.0, 60.0]]), np.array([1, 0]))
    painter.end()
    assert _count(image, colours[1]) == _count(image, colours[0]) == round(10 * ratio) ** 2
    assert image.pixelColor(round(20 * ratio), round(30 * ratio)) == colours[1]
    assert image.pixelColor(round(70 * ratio), round(60 * ratio)) == colours[0]
    assert image.pixelColor(round(27 * ratio), round(30 * ratio)) == QColor(Qt.GlobalColor.white)


def test_a_stale_belief_is_ringed_and_no_other(view: TopologyView, theme: Theme) -> None:
    view.set_believer("NL-EM1")
    image = _painted(view)
    placed = view.canvas.placed
    ring = placed.cell_px * 0.58 + 8
    marked = [
        number
        for number, (x, y) in enumerate(placed.evse_px.tolist())
        if STATUSES[number] not in ("BLOCKED", "INOPERATIVE")
        and _count(image, theme.warning, _around(x, y, ring / 2)) > 8
    ]
    assert marked == [2]


def test_a_busy_link_is_thicker(view: TopologyView, theme: Theme) -> None:
    image = _painted(view)
    network, placed = view.model.network, view.canvas.placed

    def thickness(peer: str) -> int:
        x0, y0, x1, y1 = placed.link_px[network.link_between("NL-ABC", peer)].tolist()
        return _count(
            image, theme.line, QRectF((x0 + x1) / 2 - 2, min(y0, y1), 4, abs(y1 - y0) + 12).adjusted(0, -6, 0, 6)
        )

    assert view.model.rates[network.link_between("NL-ABC", "NL-EM1")] == pytest.approx(30)
    idle, busy = link_width_px(np.array([0.0, 30.0]))
    assert busy > 3 * idle
    assert thickness("NL-EM1") > 12
    assert thickness("NL-EM2") == 0, "a cut link is drawn in another colour"


def test_outages_are_seen(view: TopologyView, cursor: Cursor, theme: Theme) -> None:
    network, placed = view.model.network, view.canvas.placed
    broken = placed.link_px[network.link_between("NL-ABC", "NL-EM2")].tolist()
    reach = QRectF(min(broken[0], broken[2]), min(broken[1], broken[3]) - 10, abs(broken[2] - broken[0]), 20)
    offline = QRectF(*placed.rect_of("party", network.party_of["NL-EM3"])).adjusted(-2, -2, 2, 2)
    broken_image = _painted(view)
    cursor.set_time(299 * SECOND_US)
    whole_image = _painted(view)
    for rect in (reach, offline):
        assert _count(whole_image, theme.error, rect) == 0
        assert _count(broken_image, theme.error, rect) > 40


def test_a_message_moves_along_its_link_in_its_modules_colour(view: TopologyView, cursor: Cursor, theme: Theme) -> None:
    colour = theme.module("sessions")
    places = []
    for second, at_a in ((404, 0.2), (412, 0.6), (436, 0.2)):
        cursor.set_time(second * SECOND_US)
        image = _painted(view)
        dots = view.model.dots
        assert dots.place.tolist() == [pytest.approx(at_a)]
        x, y = view.canvas.placed.dots_px(dots)[0].tolist()
        places.append((x, y))
        is_answer = second > 420
        middle = image.pixelColor(round(x), round(y))
        assert middle == (theme.panel if is_answer else colour)
        assert _count(image, colour, _around(x, y, 7)) > 30
    assert places[0] != places[2], "requests and answers have their own lanes"


def test_a_lost_message_ends_as_a_cross(view: TopologyView, cursor: Cursor, theme: Theme) -> None:
    cursor.set_time(535 * SECOND_US)
    image = _painted(view)
    x, y = view.canvas.placed.dots_px(view.model.dots)[0].tolist()
    assert _count(image, theme.error, _around(x, y, 6)) > 6


def test_the_selection_is_outlined(view: TopologyView, cursor: Cursor, theme: Theme) -> None:
    network = view.model.network
    plain = _painted(view)
    for selection, kind, item in (
        (Selection("party", "NL-EM1"), "party", network.party_of["NL-EM1"]),
        (Selection("evse", network.evses[8].key), "evse", 8),
        (Selection("site", network.sites[0].key), "site", 0),
    ):
        cursor.select(selection)
        rect = QRectF(*view.canvas.placed.rect_of(kind, item)).adjusted(-2, -2, 2, 2)
        edge = QRectF(rect.left() + 12, rect.top(), rect.width() - 24, 5)
        assert _count(_painted(view), theme.accent, edge) > _count(plain, theme.accent, edge) + 6, kind


def test_the_scale_bar_is_as_long_as_it_says(view: TopologyView, theme: Theme) -> None:
    view.set_kind("map")
    image = _painted(view)
    camera = view.canvas.placed.camera
    length = grid_step_m(camera.scale) * camera.scale
    row = QRectF(camera.left + 44, view.canvas.height() - 15, 400, 1)
    assert _count(image, theme.text, row) == pytest.approx(length, abs=3)


@pytest.mark.parametrize(("scale", "step"), [(1.0, 100), (0.1, 1_000), (0.02, 5_000), (0.5, 200), (90.0, 1)])
def test_grid_steps_are_round_and_wide_enough(scale: float, step: float) -> None:
    assert grid_step_m(scale) == pytest.approx(step)
    assert grid_step_m(scale) * scale >= 89.9


@pytest.mark.parametrize("width", [200, 460, 1_280])
def test_the_legend_fits_its_width_and_headings_are_not_orphans(view: TopologyView, theme: Theme, width: int) -> None:
    spots = place_entries(theme, legend_entries(theme, view.model, has_bars=False), width)
    assert all(spot.x < width for spot in spots)
    for spot, following in pairwise(spots):
        if spot.entry.mark is None and width > 300:
            assert following.row == spot.row


@pytest.mark.parametrize("width", [20, 700, 900, 1_100])
def test_no_row_of_the_legend_is_left_with_one_entry(view: TopologyView, theme: Theme, width: int) -> None:
    spots = place_entries(theme, legend_entries(theme, view.model, has_bars=False), width)
    rows = [[spot for spot in spots if spot.row == row] for row in range(spots[-1].row + 1)]
    assert all(len(row) > 1 for row in rows) or width == 20
    assert width == 20 or len(rows) <= 1_600 // width + 1
    ends = [row[-1].x for row in rows]
    assert width == 20 or min(ends) > max(ends) / 2


def test_pictures_at_twice_the_resolution_are_sharp(qtbot: QtBot, view: TopologyView) -> None:
    view.canvas.devicePixelRatioF = lambda: 2.0  # type: ignore[method-assign]
    _painted(view)
    structure = view.canvas._structure
    assert structure is not None
    assert structure[1].width() == 2 * view.canvas.width()
    assert structure[1].devicePixelRatio() == 2.0


def test_a_hub_has_a_shape_of_its_own(qtbot: QtBot, run: Run, cursor: Cursor, theme: Theme, tmp_path: Path) -> None:
    """Its corners are cut off: less of its box is in them than of another party's."""
    with World(tmp_path / "hub.ocpirun") as world:
        for id, role in (("NL-EMA", "emsp"), ("NL-HUB", "hub"), ("NL-ABC", "cpo")):
            world.party(id, role)
        world.link("NL-EMA", "NL-HUB")
        world.link("NL-ABC", "NL-HUB")
        world.site("NL-ABC", "L1", 2, 52.0, 4.0)
    view = TopologyView(run, cursor, theme)
    qtbot.addWidget(view)
    view.resize(1_000, 640)
    run.open(world.path)
    view.show()
    view.grab()
    image, boxes = _painted(view), view.canvas.placed.node_px
    filled = {}
    for index, party in enumerate(view.model.network.parties):
        left, top, _, height = boxes[index].tolist()
        filled[party.role] = _count(image, theme.window, QRectF(left, top, 6, height / 3))
    assert abs(filled["cpo"] - filled["emsp"]) <= 6
    assert filled["hub"] < 0.7 * filled["cpo"]
