"""A city's networks in the topology: many CPOs of very different size, a few providers, and two sites far off."""

from pathlib import Path

import pytest
from gui_topology_world import SECOND_US, World
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter
from pytestqt.qtbot import QtBot

from gui.models.cursor import Cursor, Selection
from gui.models.run import Run
from gui.models.topology.placed import Hit
from gui.paint.topology_far import far_marks
from gui.paint.topology_parties import node_bar, paint_marked, roles_by_name, shortening
from gui.theme import Theme
from gui.views.topology import TopologyView

CPOS = 19
SIZES = [(700, 400), (1_280, 730)]


@pytest.fixture(scope="module")
def city_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("city") / "city.ocpirun"
    with World(path) as world:
        cpos = [f"NL-C{number:02}" for number in range(CPOS)]
        emsps = [f"NL-E{number:02}" for number in range(4)]
        for cpo in cpos:
            world.party(cpo, "cpo")
        for emsp in emsps:
            world.party(emsp, "emsp")
        for cpo in cpos:
            for emsp in emsps:
                world.link(cpo, emsp)
        for number, cpo in enumerate(cpos):
            for site in range(60 if number == 8 else 3):
                world.site(cpo, f"L{number:02}{site:02}", 2, 51.58 + site * 0.0004, 4.77 + number * 0.001)
        for site in range(2):
            world.site(cpos[0], f"FAR{site}", 2, 52.4 + site * 0.001, 4.78)
        for at_us, holder in ((10, cpos[3]), (5, emsps[0])):
            told = {"evse": "NL-C03/L0301-E001"} if holder == cpos[3] else {}
            world.know(at_us * SECOND_US, holder, "session", "s-1", status="ACTIVE", **told)
        world.message(cpos[3], emsps[0], 20 * SECOND_US, 20 * SECOND_US + 9, 20 * SECOND_US + 20)
    return path


@pytest.fixture
def view(qtbot: QtBot, run: Run, cursor: Cursor, theme: Theme, city_path: Path) -> TopologyView:
    view = TopologyView(run, cursor, theme)
    qtbot.addWidget(view)
    view.resize(*SIZES[0])
    run.open(city_path)
    cursor.set_time(30 * SECOND_US)
    view.grab()
    return view


@pytest.mark.parametrize("size", SIZES)
def test_a_few_dozen_parties_stand_by_themselves_and_equally_large(view: TopologyView, size: tuple[int, int]) -> None:
    view.resize(*size)
    view.grab()
    placed = view.canvas.placed
    assert placed.closed_groups == []
    assert len(placed.parties_seen) == CPOS + 4
    boxes = placed.node_px[placed.parties_seen]
    assert boxes[:, 2].max() == boxes[:, 2].min()
    assert boxes[:, 2].min() >= 70
    rects = [QRectF(*box) for box in boxes.tolist()]
    assert not any(a.intersects(b) for number, a in enumerate(rects) for b in rects[:number])


@pytest.mark.parametrize("size", SIZES)
def test_no_link_runs_below_the_box_of_another_party(view: TopologyView, size: tuple[int, int]) -> None:
    view.resize(*size)
    view.grab()
    placed = view.canvas.placed
    for bundle in placed.bundles_drawn.tolist():
        x0, y0, x1, y1 = placed.bundle_px[bundle].tolist()
        ends = placed.bundle_nodes[bundle].tolist()
        for party in placed.parties_seen.tolist():
            if party not in ends:
                box = QRectF(*placed.rect_of("party", party))
                points = [(x0 + (x1 - x0) * part / 50, y0 + (y1 - y0) * part / 50) for part in range(51)]
                assert not any(box.contains(x, y) for x, y in points)


def test_a_cpo_of_many_sites_tells_their_statuses_in_a_bar_and_shows_them_on_a_double_click(
    qtbot: QtBot, view: TopologyView, theme: Theme
) -> None:
    placed = view.canvas.placed
    assert placed.layout.aside[:CPOS].all()
    box = QRectF(*placed.rect_of("party", 8))
    bar = node_bar(box)
    image = view.canvas.grab().toImage()
    row = [image.pixelColor(x, round(bar.center().y())).name() for x in range(round(bar.left()), round(bar.right()))]
    assert theme.status("AVAILABLE")[0].name() in row
    qtbot.mouseDClick(view.canvas, Qt.MouseButton.LeftButton, pos=box.center().toPoint())
    view.grab()
    seen = view.canvas.placed.sites_seen.tolist()
    assert set(view.model.network.sites_of[8]) <= set(seen)


def test_within_a_role_all_are_called_by_name_or_all_by_id(view: TopologyView, theme: Theme) -> None:
    metrics = QFontMetricsF(theme.small)
    network = view.model.network
    network.parties[3] = network.parties[3]._replace(name="A name that is far too long for any of the boxes here")
    assert roles_by_name(view.model, view.canvas.placed, metrics) == {"cpo": False, "emsp": True}


def test_the_session_chosen_is_marked_at_its_evse_its_site_and_its_cpo(view: TopologyView, cursor: Cursor) -> None:
    network = view.model.network
    evse = network.evse_of["NL-C03/L0301-E001"]
    theme = view.canvas._theme
    before = view.canvas.grab().toImage()
    cursor.select(Selection("session", "s-1"))
    assert (view.model.highlight.evse, view.model.highlight.site) == (evse, int(network.evse_site[evse]))
    assert view.model.owner == network.party_of["NL-C03"]
    after = view.canvas.grab().toImage()
    box = QRectF(*view.canvas.placed.rect_of("party", view.model.owner))
    edge = [
        (x, round(box.top()) + y) for x in range(round(box.left()) + 12, round(box.right()) - 12) for y in (-1, 0, 1)
    ]
    assert not any(before.pixelColor(x, y) == theme.accent for x, y in edge)
    assert sum(after.pixelColor(x, y) == theme.accent for x, y in edge) > len(edge) / 4
    chip = after.pixelColor(round(box.right()) + 12, round(box.center().y()) - 6)
    assert chip == theme.selection, "which EVSE it is stands beside the CPO"
    cursor.select(Selection("message", "1"))
    assert (view.model.highlight.link >= 0, view.canvas.selected().kind) == (True, "link")


def test_the_first_map_shows_the_bulk_and_says_what_lies_farther_off(
    qtbot: QtBot, view: TopologyView, theme: Theme
) -> None:
    view.set_kind("map")
    view.grab()
    canvas = view.canvas
    placed = canvas.placed
    assert int(placed.layout.far.sum()) == 2
    assert placed.spots is None or len(placed.spots.xy) > 4, "the others can be told apart"
    (mark,) = far_marks(theme, placed)
    assert (mark.side, mark.words) == ("above", "2 sites farther off")
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=mark.rect.center().toPoint())
    view.grab()
    assert far_marks(theme, canvas.placed) == []
    inside = canvas.placed.site_px[canvas.placed.layout.far]
    assert ((inside > 0) & (inside < (canvas.width(), canvas.height()))).all()


def test_home_shows_the_bulk_and_once_more_everything(qtbot: QtBot, view: TopologyView, theme: Theme) -> None:
    view.set_kind("map")
    view.grab()
    marks = []
    for _ in range(3):
        qtbot.keyClick(view.canvas, Qt.Key.Key_Home)
        view.grab()
        marks.append(len(far_marks(theme, view.canvas.placed)))
    assert marks == [0, 1, 0]


def test_a_mark_never_stands_without_its_number(theme: Theme, view: TopologyView) -> None:
    def ink(words: list[str]) -> int:
        image = QImage(60, 20, QImage.Format.Format_RGB32)
        image.fill(theme.panel)
        painter = QPainter(image)
        paint_marked(painter, theme, QRectF(0, 0, 30, 20), "cross", theme.error, words, theme.text)
        painter.end()
        return sum(image.pixelColor(x, y) != theme.panel for x in range(60) for y in range(20))

    assert ink(shortening(["1 out of order", "3 available"])) > ink([]) + 5


def test_the_choice_of_whose_statuses_is_not_cut(view: TopologyView) -> None:
    view.grab()
    text = view.believers.itemText(0)
    assert view.believers.fontMetrics().horizontalAdvance(text) <= view.believers.width() - 40


def test_what_is_far_is_reached_by_going_there(view: TopologyView) -> None:
    view.set_kind("map")
    view.grab()
    far = int(view.canvas.placed.layout.far.nonzero()[0][0])
    view.canvas.go_to(Hit("site", far))
    view.grab()
    x, y = view.canvas.placed.site_px[far].tolist()
    assert view.canvas.rect().contains(QPoint(round(x), round(y)))
