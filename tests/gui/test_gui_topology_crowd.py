"""Thousands of parties: groups that tell how many they are and how they stand, and open as one comes near."""

from pathlib import Path

import numpy as np
import pytest
from gui_topology_world import SECOND_US, many
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from gui.models.cursor import NOTHING, Cursor, Selection
from gui.models.run import Run
from gui.models.topology.crowd import standing, worst_first
from gui.models.topology.groups import FEW, Group, group_parties
from gui.models.topology.layout import columns_of, lay_out
from gui.models.topology.network import Evse, Link, Network, Party, Site
from gui.models.topology.placed import Hit
from gui.models.topology.statuses import STATUSES
from gui.models.topology.tips import tip
from gui.models.topology.words import group_name, group_names, name_at_owner, role_count
from gui.paint.topology_parties import group_rows, state_words
from gui.theme import Theme
from gui.views.topology import TopologyView

PANE = (608, 254)


@pytest.fixture(scope="session")
def crowd_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """2,000 parties, 1,000 messages on their way, and as few EVSEs as tell something: a picture costs by parties."""
    path = tmp_path_factory.mktemp("crowd") / "crowd.ocpirun"
    return many(path, cpos=1_000, emsps=1_000, sites=100, evses_a_site=6, messages=1_000, links=3)


@pytest.fixture
def view(qtbot: QtBot, run: Run, cursor: Cursor, theme: Theme, crowd_path: Path) -> TopologyView:
    """The crowd in a usual window, while its messages are on their way."""
    view = TopologyView(run, cursor, theme)
    qtbot.addWidget(view)
    view.resize(1_000, 640)
    run.open(crowd_path)
    run.set_speed(1.0)
    cursor.set_time(1_004 * SECOND_US)
    view.show()
    view.grab()
    return view


def _middle(view: TopologyView, kind: str, item: int) -> QPoint:
    x, y, w, h = view.canvas.placed.rect_of(kind, item)
    return QPoint(round(x + w / 2), round(y + h / 2))


def _count(image: QImage, colour: QColor, rect: QRectF) -> int:
    pixels = np.frombuffer(image.convertToFormat(QImage.Format.Format_RGB32).constBits(), np.uint32)
    pixels = pixels.reshape(image.height(), -1) & 0xFFFFFF
    part = pixels[max(0, int(rect.top())) : int(rect.bottom()), max(0, int(rect.left())) : int(rect.right())]
    return int((part == (colour.rgb() & 0xFFFFFF)).sum())


def _dark(image: QImage, rect: QRectF) -> int:
    """How many pixels are as dark as text in the light theme."""
    xs, ys = range(int(rect.left()), int(rect.right())), range(int(rect.top()), int(rect.bottom()))
    return sum(image.pixelColor(x, y).lightness() < 110 for x in xs for y in ys)


def _root(view: TopologyView, role: str) -> int:
    return next(n for n, group in enumerate(view.model.layout.groups) if group.role == role and group.parent < 0)


def _parties(count: int, role: str, countries: tuple[str, ...] = ("NL",)) -> list[Party]:
    return [
        Party(f"{countries[n % len(countries)]}-{role[0].upper()}{n:04}", role, f"{role} {n}") for n in range(count)
    ]


def _groups(network: Network) -> list[Group]:
    return group_parties(network, columns_of(network))


def test_each_party_is_in_one_group_of_few() -> None:
    network = Network([*_parties(500, "cpo"), *_parties(137, "emsp"), *_parties(3, "hub")], [], [], [])
    groups = _groups(network)
    leaves = [group for group in groups if not group.children]
    assert sorted(party for group in leaves for party in group.members.tolist()) == list(range(640))
    assert max(len(group.members) for group in leaves) <= FEW
    assert max(len(group.children) for group in groups) <= FEW
    for number, group in enumerate(groups):
        for child in group.children:
            assert child > number
            assert groups[child].parent == number


def test_a_role_is_parted_by_hub_then_by_country_then_by_id() -> None:
    parties = [*_parties(40, "cpo", ("NL", "DE")), *_parties(30, "emsp"), *_parties(2, "hub")]
    bare = Network(parties, [], [], [])
    cpos = next(group for group in _groups(bare) if group.role == "cpo")
    assert [group_name(_groups(bare)[child]) for child in cpos.children] == ["in DE", "in NL"]
    links = [Link(party, 70 + party % 2, None, None) for party in range(40)]
    hubbed = _groups(Network(parties, links, [], []))
    cpos = next(group for group in hubbed if group.role == "cpo")
    assert [group_name(hubbed[child]) for child in cpos.children] == ["at hub 0", "at hub 1"]
    emsps = next(group for group in hubbed if group.role == "emsp")
    assert group_names(hubbed[emsps.children[0]])[:2] == ["NL-E0000 to NL-E0004", "NL-E0000 to 4"]
    assert role_count("emsp", 412) == "412 eMSPs"


def test_two_dozen_of_a_role_stand_in_one_column_by_themselves() -> None:
    for count, parted in ((24, False), (25, True)):
        groups = _groups(Network([*_parties(count, "emsp"), *_parties(2, "cpo")], [], [], []))
        assert bool(groups[0].children) == parted


@pytest.mark.parametrize("size", [(780, 420), (1_280, 740)])
def test_boxes_by_ids_are_equally_large_however_many_sites_are_in_them(size: tuple[int, int]) -> None:
    """Else a box would seem to tell something, where chance alone has put a CPO with many sites into it."""
    sites = [
        Site(f"NL-C{party:04}/L{number}", party, "a site", 52.0, 4.0, None, None)
        for party in range(60)
        for number in range(30 if party == 9 else 1 + party % 3)
    ]
    evses = [Evse(f"{site.key}-E", index, 52.0, 4.0, None, "AC_3_PHASE", "") for index, site in enumerate(sites)]
    layout = lay_out(Network(_parties(60, "cpo"), [], sites, evses), "network", size)
    boxes = layout.group_box[[number for number, group in enumerate(layout.groups) if group.parent == 0], 2:]
    assert len(boxes) == 8
    assert np.ptp(boxes, axis=0) == pytest.approx(0, abs=1e-6)
    for number, group in enumerate(layout.groups):
        if not group.children:
            x, y, w, h = layout.group_box[number].tolist()
            blocks = layout.block[np.isin(layout.block_party, group.members)]
            assert (blocks[:, :2] >= (x, y)).all()
            assert (blocks[:, :2] + blocks[:, 2:] <= (x + w + 1e-6, y + h + 1e-6)).all()


def test_a_site_beside_its_owner_is_named_without_it() -> None:
    names = (("Network 1 site 5", "Network 1"), ("Fastned - West", "Fastned"), ("Fastned", "Fastned"), ("Jeka", "Esso"))
    assert [name_at_owner(*pair) for pair in names] == ["site 5", "West", "Fastned", "Jeka"]


def test_few_of_a_foreign_country_do_not_get_a_box_each() -> None:
    parties = [*_parties(200, "cpo"), Party("FR-X", "cpo", "x"), Party("IT-X", "cpo", "x")]
    parties += [Party(f"DE-{n:03}", "cpo", "x") for n in range(60)]
    groups = _groups(Network(parties, [], [], []))
    assert [group_name(groups[child]) for child in groups[0].children] == ["in DE", "in NL", "elsewhere"]


@pytest.mark.parametrize("size", [(608, 190), (780, 420), (1_280, 740)])
def test_boxes_of_groups_lie_within_their_parents_and_apart(crowd_path: Path, size: tuple[int, int]) -> None:
    from gui.models.topology.network import read_network
    from simulator.recording.reader import Recording

    with Recording.open(crowd_path) as recording:
        layout = lay_out(read_network(recording), "network", size)
    low, high = layout.group_box[:, :2], layout.group_box[:, :2] + layout.group_box[:, 2:]
    for number, group in enumerate(layout.groups):
        for one in group.children:
            assert (low[one] >= low[number] - 1e-6).all()
            assert (high[one] <= high[number] + 1e-6).all()
            for other in group.children:
                apart = (low[one] >= high[other] - 1e-6) | (low[other] >= high[one] - 1e-6)
                assert one == other or apart.any()
        if not group.children:
            corner = layout.party_size[group.members] / 2
            assert (layout.party_xy[group.members] - corner >= low[number] - 1e-6).all()
            assert (layout.party_xy[group.members] + corner <= high[number] + 1e-6).all()


@pytest.mark.parametrize("kind", ["network", "map"])
@pytest.mark.parametrize("size", [PANE, (780, 470), (1_280, 800)])
def test_two_thousand_parties_are_told_in_few_boxes_that_say_what_they_are(
    view: TopologyView, kind: str, size: tuple[int, int]
) -> None:
    view.resize(*size)
    view.set_kind("map" if kind == "map" else "network")
    view.grab()
    image = view.canvas.grab().toImage()
    placed = view.canvas.placed
    assert not len(placed.parties_seen)
    assert 2 <= len(placed.closed_groups) <= 60
    total = sum(len(placed.layout.groups[number].members) for number in placed.closed_groups)
    assert total == 2_000
    for number in placed.closed_groups:
        rect = QRectF(*placed.rect_of("group", number))
        assert rect.width() >= 40
        assert rect.height() >= 30
        assert _dark(image, rect.adjusted(4, 4, -8, -4)) > 12, "no box is empty"


def test_links_of_groups_are_one_line_as_thick_as_all_they_carry(
    qtbot: QtBot, view: TopologyView, cursor: Cursor
) -> None:
    cursor.set_time(1_100 * SECOND_US)

    def has_rates() -> bool:
        view.grab()
        return bool(view.model.rates.any())

    qtbot.waitUntil(has_rates)
    placed, model = view.canvas.placed, view.model
    assert len(model.network.links) == 3_000
    assert len(placed.bundles_drawn) <= 100
    assert placed.bundle_sums(model.rates).sum() == pytest.approx(model.rates.sum())
    assert model.rates.sum() == pytest.approx(100.0)
    view.resize(*PANE)
    view.grab()
    placed = view.canvas.placed
    assert len(placed.bundles_drawn) == 1
    assert placed.bundle_sums(model.rates)[placed.bundles_drawn].tolist() == [pytest.approx(100.0)]
    ends = placed.bundle_px[placed.bundles_drawn[0]]
    assert placed.hit(model.dots, float(ends[0] + ends[2]) / 2, float(ends[1] + ends[3]) / 2).kind == "bundle"


def test_messages_do_not_run_over_what_a_closed_group_says(view: TopologyView) -> None:
    placed, dots = view.canvas.placed, view.model.dots
    assert len(dots.exchange) == 1_000
    places = placed.dots_px(dots)
    shown = places[np.isfinite(places[:, 0])]
    assert len(shown) > 100
    for number in placed.closed_groups:
        x, y, w, h = placed.rect_of("group", number)
        inside = (shown > (x, y)).all(axis=1) & (shown < (x + w, y + h)).all(axis=1)
        assert not inside.any()


def test_a_double_click_opens_a_group_down_to_its_parties(qtbot: QtBot, view: TopologyView, cursor: Cursor) -> None:
    view.resize(*PANE)
    view.grab()
    number = _root(view, "emsp")
    for _ in range(6):
        if not view.model.layout.groups[number].children and number in view.canvas.placed.open_groups:
            break
        if number in view.canvas.placed.closed_groups:
            qtbot.mouseDClick(view.canvas, Qt.MouseButton.LeftButton, pos=_middle(view, "group", number))
            view.grab()
        assert number in view.canvas.placed.open_groups
        number = next(iter(view.model.layout.groups[number].children), number)
    placed = view.canvas.placed
    assert len(placed.parties_seen) >= 1
    party = int(placed.parties_seen[0])
    at = _middle(view, "party", party)
    qtbot.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=at)
    assert cursor.selection == Selection("party", view.model.network.parties[party].id)


def test_zooming_in_opens_and_zooming_out_closes(view: TopologyView) -> None:
    canvas = view.canvas
    number = canvas.placed.closed_groups[0]
    at = QPointF(_middle(view, "group", number))
    before = canvas.placed
    for _ in range(20):
        canvas.zoom(1.25, at)
    assert len(canvas.placed.parties_seen)
    for _ in range(20):
        canvas.zoom(1 / 1.25, at)
    assert not len(canvas.placed.parties_seen)
    assert before.closed_groups


def test_the_keyboard_goes_along_groups_and_opens_them(qtbot: QtBot, view: TopologyView, cursor: Cursor) -> None:
    view.resize(*PANE)
    view.grab()
    canvas, shift = view.canvas, Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(canvas, Qt.Key.Key_Right, shift)
    first = canvas.selected()
    assert first.kind == "group"
    assert cursor.selection == NOTHING
    qtbot.keyClick(canvas, Qt.Key.Key_Right, shift)
    qtbot.keyClick(canvas, Qt.Key.Key_Left, shift)
    assert canvas.selected().kind == "group"
    chosen = canvas.selected().item
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    assert chosen in canvas.placed.open_groups
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert view.model.group == -1


@pytest.mark.parametrize("kind", ["network", "map"])
def test_typing_a_part_of_an_id_reaches_a_single_party(
    qtbot: QtBot, view: TopologyView, cursor: Cursor, kind: str
) -> None:
    view.set_kind("map" if kind == "map" else "network")
    view.grab()
    view.canvas.setFocus()
    for key in "c0412":
        qtbot.keyClick(view.canvas if not view.finder.hasFocus() else view.finder, key)
    assert view.finder.text() == "c0412"
    qtbot.keyClick(view.finder, Qt.Key.Key_Return)
    assert cursor.selection == Selection("party", "NL-C0412")
    view.grab()
    placed = view.canvas.placed
    party = view.model.network.party_of["NL-C0412"]
    assert party in placed.parties_seen
    x, y, w, h = placed.rect_of("party", party)
    camera = placed.cameras.parties
    assert (x + w / 2, y + h / 2) == pytest.approx((camera.left + camera.width / 2, camera.height / 2), abs=1)
    assert w > 100


def test_what_cannot_be_found_changes_nothing_and_escape_goes_back(
    qtbot: QtBot, view: TopologyView, cursor: Cursor
) -> None:
    view.finder.begin("nobody is called so")
    qtbot.keyClick(view.finder, Qt.Key.Key_Return)
    assert cursor.selection == NOTHING
    qtbot.keyClick(view.finder, Qt.Key.Key_Escape)
    assert view.finder.text() == ""
    assert view.finder.matching("site l0007") == Hit("site", 7)
    assert view.finder.matching("") == Hit("", -1)


def test_the_worst_of_a_group_is_seen_by_shape_and_told(view: TopologyView, cursor: Cursor, theme: Theme) -> None:
    root = _root(view, "cpo")
    assert state_words(standing(view.model, root))[:2] == ("circle", "good")
    cursor.set_time(1_350 * SECOND_US)
    view.grab()
    image = view.canvas.grab().toImage()
    shown = standing(view.model, root)
    assert (shown.offline, shown.down) == (1, 1)
    shape, colour, words = state_words(shown)
    assert (shape, colour) == ("cross", "error")
    assert words[0].startswith("1 offline, 1 link down")
    struck = int(view.canvas.placed.party_node[view.model.network.party_of["NL-C0000"]]) - 2_000
    for number in view.canvas.placed.closed_groups:
        line = group_rows(QRectF(*view.canvas.placed.rect_of("group", number)), has_evses=True)["state"]
        reds = _count(image, theme.error, line)
        if view.model.layout.groups[number].role == "cpo":
            assert (reds > 6) == (number == struck)
    text = tip(view.model, Hit("group", root))
    assert "1,000 CPOs" in text
    assert "1 party offline, 1 link down" in text
    assert "600 EVSEs" in text
    assert "to open" in text


def _along(image: QImage, colour: QColor, area: QRectF) -> list[int]:
    """Where along the middle of an area a colour is."""
    y = round(area.center().y())
    return [x for x in range(round(area.left()), round(area.right())) if image.pixelColor(x, y) == colour]


def test_the_statuses_of_a_group_are_counted_worst_first(view: TopologyView, theme: Theme) -> None:
    counts = np.zeros(len(STATUSES), np.int64)
    for status, count in (("AVAILABLE", 70), ("CHARGING", 20), ("OUTOFORDER", 1), ("BLOCKED", 5)):
        counts[STATUSES.index(status)] = count
    assert worst_first(counts) == [("OUTOFORDER", 1), ("AVAILABLE", 70), ("CHARGING", 20), ("BLOCKED", 5)]
    image = view.canvas.grab().toImage()
    number = next(n for n in view.canvas.placed.closed_groups if view.model.layout.groups[n].role == "cpo")
    rect = QRectF(*view.canvas.placed.rect_of("group", number)).adjusted(0, 0, -4, 0)
    bar = group_rows(rect, has_evses=True)["bar"]
    order = ("AVAILABLE", "CHARGING", "BLOCKED")
    available, charging, blocked = (_along(image, theme.status(status)[0], bar)[0] for status in order)
    assert charging - available == pytest.approx(2 * (blocked - charging), rel=0.15)


def test_few_providers_stay_readable_beside_many_networks(
    qtbot: QtBot, run: Run, cursor: Cursor, theme: Theme, tmp_path: Path
) -> None:
    run.open(
        many(tmp_path / "mixed.ocpirun", cpos=300, emsps=5, sites=300, evses_a_site=2, countries=("NL", "BE", "DE"))
    )
    view = TopologyView(run, cursor, theme)
    qtbot.addWidget(view)
    view.resize(780, 470)
    view.show()
    view.grab()
    placed = view.canvas.placed
    assert [view.model.network.parties[party].role for party in placed.parties_seen.tolist()] == ["emsp"] * 5
    assert (placed.node_px[placed.parties_seen, 2] >= 44).all()
    names = [group_name(placed.layout.groups[number]) for number in placed.closed_groups]
    assert names == ["in BE", "in DE", "in NL"]
