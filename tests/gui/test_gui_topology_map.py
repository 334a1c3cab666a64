"""The map: sites at their places, parties beside it in a strip of their own, at any size of pane."""

from pathlib import Path

import numpy as np
import pytest
from gui_topology_world import SECOND_US, World, many
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QImage
from pytestqt.qtbot import QtBot

from gui.models.cursor import Cursor, Selection
from gui.models.run import Run
from gui.models.topology.placed import Hit
from gui.paint.topology_map import land_rect, scale_rect, strip_rect
from gui.paint.topology_parties import label, place_headings, roles_by_name
from gui.theme import Theme
from gui.views.topology import TopologyView

MINUTE_US = 60 * SECOND_US
SIZES = [(320, 240), (608, 254), (780, 470), (1_280, 800)]


@pytest.fixture
def view(qtbot: QtBot, run: Run, cursor: Cursor, theme: Theme) -> TopologyView:
    """The view, on the map, with nothing open."""
    view = TopologyView(run, cursor, theme)
    qtbot.addWidget(view)
    view.set_kind("map")
    view.show()
    return view


def _open(view: TopologyView, path: Path, size: tuple[int, int], at_us: int = 0) -> None:
    view.resize(*size)
    view.model.run.open(path)
    view.model.cursor.set_time(at_us)
    view.grab()


def _pixels(image: QImage, colour: QColor, rect: QRectF) -> int:
    pixels = np.frombuffer(image.convertToFormat(QImage.Format.Format_RGB32).constBits(), np.uint32)
    pixels = pixels.reshape(image.height(), -1) & 0xFFFFFF
    part = pixels[int(rect.top()) : int(rect.bottom()), int(rect.left()) : int(rect.right())]
    return int((part == (colour.rgb() & 0xFFFFFF)).sum())


@pytest.mark.parametrize("size", SIZES)
def test_parties_stand_in_a_strip_and_never_on_a_site(
    view: TopologyView, quickstart: Path, size: tuple[int, int]
) -> None:
    _open(view, quickstart, size)
    placed = view.canvas.placed
    strip, land = strip_rect(placed), land_rect(placed)
    assert not strip.intersects(land)
    assert strip.right() == land.left()
    for x, y, w, h in placed.node_px[placed.is_shown].tolist():
        assert strip.contains(QRectF(x, y, w, h))
    assert placed.spots is not None
    for (x, y), radius in zip(placed.spots.xy.tolist(), placed.spots.radius.tolist(), strict=True):
        assert land.contains(QRectF(x - radius, y - radius, 2 * radius, 2 * radius))


def test_moving_the_map_leaves_the_parties_and_the_other_way_round(view: TopologyView, quickstart: Path) -> None:
    _open(view, quickstart, (780, 470))
    canvas = view.canvas
    parties, sites = canvas.placed.node_px.copy(), canvas.placed.site_px.copy()
    canvas.pan(-60, 20)
    canvas.zoom(4.0, QPointF(700, 100))
    assert np.array_equal(canvas.placed.node_px, parties)
    assert not np.array_equal(canvas.placed.site_px, sites)
    sites = canvas.placed.site_px.copy()
    canvas.zoom(1.5, QPointF(40, 100))
    canvas.pan(10, 0, QPointF(40, 100))
    assert not np.array_equal(canvas.placed.node_px, parties)
    assert np.array_equal(canvas.placed.site_px, sites)


def test_no_site_is_painted_into_the_strip(view: TopologyView, theme: Theme, quickstart: Path) -> None:
    _open(view, quickstart, (780, 470), 60 * MINUTE_US)
    canvas = view.canvas
    canvas.zoom(40.0, QPointF(500, 200))
    edge = strip_rect(canvas.placed).right()
    x, y = canvas.placed.evse_px[0].tolist()
    canvas.pan(edge - x, 300 - y)
    image = canvas.grab().toImage()
    right = QRectF(edge + 3, 290, 40, 20)
    assert sum(_pixels(image, theme.status(status)[0], right) for status in ("AVAILABLE", "CHARGING")) > 20
    strip = strip_rect(canvas.placed).adjusted(3, 3, -3, -3)
    for status in ("AVAILABLE", "CHARGING"):
        assert _pixels(image, theme.status(status)[0], strip) == 0
    assert canvas.placed.hit(view.model.dots, edge - 4, 300).kind == ""


def test_the_strip_says_that_parties_are_not_on_the_map(view: TopologyView, theme: Theme, quickstart: Path) -> None:
    _open(view, quickstart, (780, 470))
    image = view.canvas.grab().toImage()
    assert _pixels(image, theme.text, QRectF(8, 3, 150, 14)) > 40
    view.set_kind("network")
    image = view.canvas.grab().toImage()
    assert _pixels(image, theme.text, QRectF(8, 3, 150, 14)) == 0


@pytest.mark.parametrize("size", SIZES)
def test_at_first_the_scale_bar_covers_no_site(
    view: TopologyView, theme: Theme, crowded: Path, size: tuple[int, int]
) -> None:
    _open(view, crowded, size)
    placed = view.canvas.placed
    bar = scale_rect(theme, placed)
    assert land_rect(placed).contains(bar) or size[0] < 400
    assert placed.spots is not None
    for (x, y), radius in zip(placed.spots.xy.tolist(), placed.spots.radius.tolist(), strict=True):
        assert not bar.intersects(QRectF(x - radius, y - radius, 2 * radius, 2 * radius))


def test_sites_with_equal_coordinates_can_be_told_apart(
    qtbot: QtBot, view: TopologyView, cursor: Cursor, tmp_path: Path
) -> None:
    with World(tmp_path / "same.ocpirun") as world:
        world.party("NL-ABC", "cpo")
        world.party("NL-EMA", "emsp")
        for number in range(5):
            world.site("NL-ABC", f"L{number}", 4, 52.0, 4.0)
        world.site("NL-ABC", "L9", 4, 52.02, 4.0)
    _open(view, world.path, (780, 470))
    canvas = view.canvas
    assert canvas.placed.spots is not None
    assert sorted(len(canvas.placed.spots.sites(spot)) for spot in range(len(canvas.placed.spots.xy))) == [1, 5]
    spot = int(canvas.placed.spots.of[0])
    assert canvas.placed.hit(view.model.dots, *canvas.placed.spots.xy[spot].tolist()) == Hit("spot", spot)
    canvas.go_to(Hit("spot", spot))
    placed = canvas.placed
    assert placed.cards_drawn
    boxes = placed.card_px[:5]
    for one in range(5):
        for other in range(one):
            (ax, ay, aw, ah), (bx, by, bw, bh) = boxes[one].tolist(), boxes[other].tolist()
            assert ax + aw <= bx or bx + bw <= ax or ay + ah <= by or by + bh <= ay
    cursor.select(Selection("site", view.model.network.sites[3].key))
    assert canvas.selected() == Hit("site", 3)


@pytest.mark.parametrize("count", [30, 900])
def test_markers_of_many_sites_do_not_lie_on_each_other(view: TopologyView, tmp_path: Path, count: int) -> None:
    _open(view, many(tmp_path / "m.ocpirun", cpos=3, emsps=2, sites=count, evses_a_site=2), (780, 470))
    spots = view.canvas.placed.spots
    assert spots is not None
    assert sorted(site for spot in range(len(spots.xy)) for site in spots.sites(spot).tolist()) == list(range(count))
    assert spots.evses.sum() == 2 * count
    for spot, (x, y) in enumerate(spots.xy.tolist()):
        away = np.hypot(*(np.delete(spots.xy, spot, axis=0) - (x, y)).T)
        assert (away >= np.delete(spots.radius, spot) + spots.radius[spot]).all()


@pytest.mark.parametrize("kind", ["network", "map"])
@pytest.mark.parametrize("size", [(590, 240), (608, 254), (780, 470)])
def test_every_party_of_the_quickstart_can_be_read_in_a_small_pane(
    view: TopologyView, theme: Theme, quickstart: Path, kind: str, size: tuple[int, int]
) -> None:
    view.set_kind("map" if kind == "map" else "network")
    _open(view, quickstart, size)
    placed = view.canvas.placed
    assert placed.parties_seen.tolist() == [0, 1, 2, 3]
    metrics = QFontMetricsF(theme.small)
    image = view.canvas.grab().toImage()
    by_name = roles_by_name(view.model, placed, metrics)
    for party in placed.parties_seen.tolist():
        known = view.model.network.parties[party]
        x, y, w, h = placed.rect_of("party", party)
        room = w - 6
        said = label(known.name, known.id, theme.small, room, is_named=by_name[known.role])
        assert said in (known.name, known.id), "its whole name, or its whole id"
        assert metrics.horizontalAdvance(said) <= room
        assert h >= metrics.height()
        inside = QRectF(x + 3, y + 3, w - 6, h - 6).toRect()
        dark = [
            image.pixelColor(px, py).lightness() < 120
            for px in range(inside.left(), inside.right())
            for py in range(inside.top(), inside.bottom())
        ]
        assert sum(dark) > 15
        others = np.delete(placed.node_px[:4], party, axis=0)
        assert not any(QRectF(x, y, w, h).intersects(QRectF(*other)) for other in others.tolist())
    if kind == "network":
        names = placed.card_px[:, 3].min() * 34 / 72
        assert names >= 13, "sites have their names too"


@pytest.mark.parametrize("height", [300, 500, 800])
def test_the_word_of_a_role_is_written_on_no_party(view: TopologyView, tmp_path: Path, height: int) -> None:
    with World(tmp_path / "roles.ocpirun") as world:
        world.party("NL-HUB", "hub")
        for id, role in (("NL-EMA", "emsp"), ("NL-EMB", "emsp"), ("NL-SGA", "scsp"), ("NL-ABC", "cpo")):
            world.party(id, role)
            world.link("NL-HUB", id)
        world.site("NL-ABC", "L1", 2, 52.0, 4.0)
    _open(view, world.path, (1_000, height))
    placed = view.canvas.placed
    headings = place_headings(placed)
    assert {"emsp", "hub", "cpo"} <= {role for role, _ in headings}
    for party in range(len(placed.party_px)):
        box = QRectF(*placed.rect_of("party", party))
        assert not any(line.intersects(box) for _, line in headings)
