"""Outages and filters as they are seen in the picture, on runs of scenarios/failures and on the crowded one."""

from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT, record
from gui_topology_world import SECOND_US, World
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from gui.models.cursor import Cursor
from gui.models.run import Run
from gui.models.topology.placed import Hit
from gui.models.topology.tips import tip
from gui.paint.topology_links import trouble_words, troubles_of
from gui.theme import Theme
from gui.views.topology import TopologyView

MINUTE_US = 60 * SECOND_US
PANE = (608, 254)


@pytest.fixture(scope="session")
def failures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Recordings of scenarios/failures by name, until after the faults that are looked at."""
    folder = tmp_path_factory.mktemp("failures")
    return {
        name: record(
            ROOT / "scenarios" / "failures" / f"{name}.yaml", folder / f"{name}.ocpirun", hours * 60 * MINUTE_US
        )
        for name, hours in (("party_offline", 3), ("link_down", 3), ("lossy_link", 3))
    }


@pytest.fixture
def view(qtbot: QtBot, run: Run, cursor: Cursor, theme: Theme) -> TopologyView:
    """The view in a small pane, with nothing open."""
    view = TopologyView(run, cursor, theme)
    qtbot.addWidget(view)
    view.resize(*PANE)
    view.show()
    return view


def _at(view: TopologyView, path: Path, minute: int) -> QImage:
    view.model.run.open(path)
    return _then(view, minute)


def _then(view: TopologyView, minute: int) -> QImage:
    view.model.cursor.set_time(minute * MINUTE_US)
    view.grab()
    return view.canvas.grab().toImage()


def _count(image: QImage, colour: QColor, rect: QRectF) -> int:
    pixels = np.frombuffer(image.convertToFormat(QImage.Format.Format_RGB32).constBits(), np.uint32)
    pixels = pixels.reshape(image.height(), -1) & 0xFFFFFF
    part = pixels[max(0, int(rect.top())) : int(rect.bottom()), max(0, int(rect.left())) : int(rect.right())]
    return int((part == (colour.rgb() & 0xFFFFFF)).sum())


def _words(view: TopologyView) -> dict[str, str]:
    """What the chips on links say, by link."""
    placed = view.canvas.placed
    return {
        view.model.network.link_id(int(np.flatnonzero(placed.bundle_of == bundle)[0])): trouble_words(
            trouble, int(placed.bundle_links[bundle])
        )[0]
        for bundle, trouble in troubles_of(view.model, placed).items()
    }


@pytest.mark.parametrize("kind", ["network", "map"])
@pytest.mark.parametrize("size", [PANE, (1_000, 640)])
def test_a_party_that_is_offline_is_dashed_crossed_and_named(
    view: TopologyView, theme: Theme, failures: dict[str, Path], kind: str, size: tuple[int, int]
) -> None:
    view.resize(*size)
    view.set_kind("map" if kind == "map" else "network")
    image = _at(view, failures["party_offline"], 155)
    party = view.model.network.party_of["NL-ABC"]
    assert list(view.model.outages.parties) == [party]
    # With the word, which may hang below a small box.
    rect = QRectF(*view.canvas.placed.rect_of("party", party)).adjusted(-2, -2, 2, 14)
    struck = _count(image, theme.error, rect)
    bottom = QRectF(rect.left() + 4, rect.bottom() - 20, rect.width() - 8, 18)
    assert struck > 60, "dashes, a cross and a word"
    assert _count(image, theme.error, bottom) > 5
    assert "Fault: offline, 08:30:00 to 08:50:00" in tip(view.model, Hit("party", party))
    assert _count(_then(view, 100), theme.error, rect) == 0


def test_a_link_that_is_down_says_so_and_how_many_messages_were_lost(
    qtbot: QtBot, view: TopologyView, theme: Theme, failures: dict[str, Path]
) -> None:
    image = _at(view, failures["link_down"], 150)
    model = view.model
    recording = model.run.recording
    assert recording is not None
    lost = [
        message
        for message in recording.messages()
        if 140 * MINUTE_US < message.end_us <= 150 * MINUTE_US and message.final != "delivered"
    ]
    assert lost
    assert _words(view) == {"NL-EMA|NL-ABC": f"down, {len(lost)} failed"}
    assert f"{len(lost)} messages failed in them" in tip(model, Hit("link", 0))
    x0, y0, x1, y1 = view.canvas.placed.link_px[0].tolist()
    line = QRectF(min(x0, x1), min(y0, y1) - 11, abs(x1 - x0), 22)
    assert _count(image, theme.error, line) > 60
    rows = [_count(image, theme.error, QRectF(x, y0 - 2, 1, 4)) for x in np.arange(line.left() + 2, line.left() + 40)]
    assert 0 in rows, "the line is dashed, not only red"
    assert max(rows) > 0
    # What had failed is counted again within a moment.
    qtbot.waitUntil(lambda: _count(_then(view, 110), theme.error, line) == 0)


def test_a_line_that_loses_messages_warns(view: TopologyView, theme: Theme, failures: dict[str, Path]) -> None:
    _at(view, failures["lossy_link"], 130)
    (words,) = _words(view).values()
    assert words.startswith("loses messages")


def test_faults_of_a_bundle_are_counted(qtbot: QtBot, view: TopologyView, theme: Theme, tmp_path: Path) -> None:
    with World(tmp_path / "bundle.ocpirun") as world:
        world.party("NL-ABC", "cpo")
        for number in range(30):
            world.party(f"NL-E{number:02}", "emsp")
            world.link("NL-ABC", f"NL-E{number:02}")
        for number in (3, 4):
            world.fault(10 * SECOND_US, "link_down", f"NL-ABC - NL-E{number:02}", "begin")
    _at(view, world.path, 1)
    placed = view.canvas.placed
    assert len(placed.bundles_drawn) == 1
    ((bundle, trouble),) = troubles_of(view.model, placed).items()
    assert trouble_words(trouble, int(placed.bundle_links[bundle]))[0] == "2 of 30 links: down"


@pytest.fixture
def filtered(view: TopologyView, cursor: Cursor, quickstart: Path) -> TopologyView:
    """The quickstart with a filter that takes what one eMSP is sent, as the result of the window's one search."""
    view.resize(900, 620)
    view.model.run.open(quickstart)
    cursor.set_time(130 * MINUTE_US)
    cursor.set_filter("to:NL-NOM module:sessions")
    return view


def test_a_filter_leaves_only_its_messages_moving(
    qtbot: QtBot, filtered: TopologyView, run: Run, cursor: Cursor
) -> None:
    run.set_speed(600)
    model, taken = filtered.model, run.filtered
    qtbot.waitUntil(lambda: taken.active)
    assert run.recording is not None
    seen = 0
    for minute in range(30, 200, 5):
        cursor.set_time(minute * MINUTE_US)
        filtered.grab()
        assert taken.mask(model.dots.exchange).all()
        seen += len(model.dots.exchange)
    assert seen
    cursor.set_filter("")
    filtered.grab()
    assert model.taken is None


def test_rates_and_failures_are_of_what_the_filter_takes(qtbot: QtBot, filtered: TopologyView, run: Run) -> None:
    model = filtered.model
    assert run.recording is not None
    wanted = [
        message
        for message in run.recording.messages(module="sessions")
        if message.receiver == "NL-NOM" and 120 * MINUTE_US < message.end_us <= 130 * MINUTE_US
    ]

    def is_rated() -> bool:
        filtered.grab()
        return model.rates.sum() == pytest.approx(len(wanted) / 10)

    assert wanted
    qtbot.waitUntil(is_rated)
    links = {model.network.link_between(message.sender, message.receiver) for message in wanted}
    assert set(np.flatnonzero(model.rates).tolist()) == links


def test_what_has_no_taken_message_is_faint_and_a_sentence_says_so(
    qtbot: QtBot, filtered: TopologyView, run: Run, cursor: Cursor, theme: Theme
) -> None:
    filtered.grab()
    model, placed = filtered.model, filtered.canvas.placed
    image = filtered.canvas.grab().toImage()

    def ink(party: str) -> int:
        x, y, w, h = placed.rect_of("party", model.network.party_of[party])
        inside = QRectF(x + 4, y + 4, w - 8, h - 8).toRect()
        return sum(
            image.pixelColor(px, py).lightness() < 110
            for px in range(inside.left(), inside.right())
            for py in range(inside.top(), inside.bottom())
        )

    assert ink("NL-NOM") > 40
    assert ink("NL-EMA") == 0
    assert model.taken is not None
    assert model.taken.links[model.network.link_between("NL-NOM", "NL-ABC")]
    assert not model.taken.links[model.network.link_between("NL-EMA", "NL-ABC")]
    expected = f"Filter: {run.filtered.count} of {run.filtered.total} messages"
    assert filtered.note.text().startswith(expected)
    assert filtered.note.isVisible()
    assert expected in filtered.canvas.accessibleDescription()
    cursor.set_filter("")
    assert not filtered.note.isVisible()
    image = filtered.canvas.grab().toImage()
    placed = filtered.canvas.placed
    assert ink("NL-EMA") > 40


def test_outages_of_links_that_the_filter_leaves_out_are_not_told(
    view: TopologyView, cursor: Cursor, crowded: Path
) -> None:
    _at(view, crowded, 130)
    assert set(_words(view)) == {"NL-C02|NL-E01", "NL-C03|NL-E02"}
    cursor.set_filter("from:NL-E02")
    view.grab()
    assert set(_words(view)) == {"NL-C03|NL-E02"}


def test_a_filter_is_followed_while_the_run_grows(
    qtbot: QtBot, view: TopologyView, run: Run, cursor: Cursor, tmp_path: Path
) -> None:
    with World(tmp_path / "growing.ocpirun") as world:
        world.party("NL-ABC", "cpo")
        for id in ("NL-EM1", "NL-EM2"):
            world.party(id, "emsp")
            world.link("NL-ABC", id)
        world.message("NL-ABC", "NL-EM1", 0, 1, 2, module="cdrs")
        world.recorder.flush()
        run.open(world.path)
        cursor.set_filter("module:tokens")
        assert view.model.taken is not None
        assert not view.model.taken.links.any()
        world.message("NL-EM2", "NL-ABC", 10, 20, 30, module="tokens")
        world.recorder.flush()
        link = view.model.network.link_between("NL-ABC", "NL-EM2")
        qtbot.waitUntil(lambda: view.model.taken is not None and bool(view.model.taken.links[link]))
        assert view.model.taken.links.sum() == 1
        qtbot.waitUntil(lambda: view.note.text().startswith("Filter: 1 of 2"))
