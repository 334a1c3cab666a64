"""Where shapes would be too small to be told apart, a card has a bar of broken lines, and the legend says how."""

from pathlib import Path

import numpy as np
import pytest
from gui_topology_world import SECOND_US, World
from pytestqt.qtbot import QtBot

from gui.models.cursor import Cursor
from gui.models.run import Run
from gui.models.topology.cards import CELL, cards_of
from gui.models.topology.network import read_network
from gui.theme import Theme
from gui.views.topology import TopologyView
from simulator.recording.reader import Recording

FREE, TAKEN = "NL-ABC/FREE", "NL-ABC/TAKEN"


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """A site where all is free, and one where all is taken, among other parties that take room as well."""
    with World(tmp_path / "two.ocpirun") as world:
        world.party("NL-ABC", "cpo")
        world.party("NL-EMA", "emsp")
        world.link("NL-ABC", "NL-EMA")
        for number in range(8):
            world.party(f"NL-C{number:02}", "cpo")
            world.link(f"NL-C{number:02}", "NL-EMA")
            world.site(f"NL-C{number:02}", "L1", 6, 52.0, 4.0)
        for key, status in ((FREE, "AVAILABLE"), (TAKEN, "CHARGING")):
            world.site("NL-ABC", key.partition("/")[2], 6, 52.0, 4.0)
            for number in range(6):
                world.status(0, "NL-ABC", f"{key}-E{number:03}", status)
    return world.path


@pytest.fixture
def view(qtbot: QtBot, run: Run, cursor: Cursor, theme: Theme, two: Path) -> TopologyView:
    view = TopologyView(run, cursor, theme)
    qtbot.addWidget(view)
    view.resize(900, 600)
    run.open(two)
    cursor.set_time(SECOND_US)
    view.show()
    view.grab()
    return view


def smaller(view: TopologyView) -> None:
    """Leave so little room that sites have no shapes, but are wide enough for a bar."""
    view.resize(300, 400)
    view.grab()
    assert not view.canvas.placed.evses_drawn


def strokes(view: TopologyView, key: str, theme: Theme) -> int:
    """How many strokes there are along the middle of a site's card."""
    placed = view.canvas.placed
    site = [each.key for each in view.model.network.sites].index(key)
    x, y, w, h = placed.card_px[site].tolist()
    image = view.canvas.grab().toImage()
    inks = {theme.good.rgb(), theme.accent.rgb()}
    row = [image.pixel(px, round(y + h / 2)) in inks for px in range(int(x) + 2, int(x + w) - 2)]
    return sum(now and not before for before, now in zip([False, *row], row, strict=False))


def test_a_bar_tells_free_from_taken_without_its_colour(view: TopologyView, theme: Theme) -> None:
    smaller(view)
    assert strokes(view, FREE, theme) == 1
    assert strokes(view, TAKEN, theme) > 2


def test_the_legend_shows_how_lines_are_broken_while_there_are_bars(view: TopologyView) -> None:
    def width() -> float:
        return next(spot.entry.mark_width for spot in view.legend._spots if spot.entry.text == "Charging")

    near = width()
    smaller(view)
    assert width() > near
    view.resize(900, 600)
    view.grab()
    assert width() == near


def test_the_last_row_of_a_card_is_not_left_with_one(two: Path) -> None:
    with Recording.open(two) as recording:
        _, places = cards_of(read_network(recording))
    rows = np.unique(places[:6, 1], return_counts=True)[1]
    assert rows.tolist() == [3, 3]
    assert np.diff(np.unique(places[:6, 0])).tolist() == [CELL, CELL]
