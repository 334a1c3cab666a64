"""What the topology costs with 10,000 EVSEs and 1,000 messages on their way, and with 2,000 parties."""

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication

from gui.models.cursor import Cursor
from gui.models.run import Run
from gui.theme import Theme
from gui.views.topology import TopologyView
from tests.gui.gui_topology_world import SECOND_US, many

SIZE = (1280, 800)
FRAMES = 60


class Cost(NamedTuple):
    """Medians in milliseconds: a frame while messages move, one in which statuses change too, a whole redraw, a jump
    in time; and what opening took."""

    frame_ms: float
    status_ms: float
    redraw_ms: float
    jump_ms: float
    open_ms: float
    evses: int
    messages: int


def _median_ms(what: Callable[[int], None], count: int = FRAMES) -> float:
    took = []
    for number in range(count):
        began = time.perf_counter()
        what(number)
        took.append(time.perf_counter() - began)
    return statistics.median(took) * 1_000


def cost(path: Path, kind: str = "network") -> Cost:
    """Measure a recording in a window of 1,280 x 800."""
    cursor = Cursor()
    run = Run(cursor)
    view = TopologyView(run, cursor, Theme(dark=False))
    view.resize(*SIZE)
    canvas, model = view.canvas, view.model
    picture = QPixmap(canvas.size())
    began = time.perf_counter()
    run.open(path)
    view.set_kind(kind)
    cursor.set_time(1_000 * SECOND_US)
    view.grab()
    picture = QPixmap(canvas.size())
    open_ms = (time.perf_counter() - began) * 1_000

    def frame(number: int) -> None:
        cursor.set_time(1_000 * SECOND_US + number * 20_000)
        canvas.render(picture)

    def status_frame(number: int) -> None:
        cursor.set_time((1_010 + number) * SECOND_US)
        canvas.render(picture)

    def redraw(number: int) -> None:
        canvas.pan(1 if number % 2 else -1, 0)
        canvas.render(picture)

    def jump(number: int) -> None:
        cursor.set_time((1_200 if number % 2 else 900) * SECOND_US + number)
        canvas.render(picture)

    frame_ms = _median_ms(frame)
    messages = len(model.dots.exchange)
    status_ms = _median_ms(status_frame)
    cursor.set_time(1_000 * SECOND_US)
    redraw_ms = _median_ms(redraw, 20)
    jump_ms = _median_ms(jump, 20)
    evses = len(model.network.evses)
    run.close()
    view.deleteLater()
    return Cost(frame_ms, status_ms, redraw_ms, jump_ms, open_ms, evses, messages)


def measure(folder: Path) -> dict[str, Cost]:
    """What four pictures cost."""
    app = QApplication.instance() or QApplication([])
    crowd = many(folder / "crowd.ocpirun", cpos=5, emsps=8, sites=1_000, evses_a_site=10, messages=1_000)
    parties = many(
        folder / "parties.ocpirun", cpos=1_000, emsps=1_000, sites=2_000, evses_a_site=5, messages=1_000, links=3
    )
    found = {
        "network, 10,000 EVSEs": cost(crowd),
        "map, 10,000 EVSEs": cost(crowd, "map"),
        "network, 2,000 parties and 10,000 EVSEs": cost(parties),
        "map, 2,000 parties and 10,000 EVSEs": cost(parties, "map"),
    }
    app.processEvents()
    return found


def report(folder: Path) -> None:
    """Print what it costs."""
    for name, found in measure(folder).items():
        print(
            f"topology, {name}, {found.messages:,} messages under way: frame {found.frame_ms:.1f} ms, "
            f"with new statuses {found.status_ms:.1f} ms, whole redraw {found.redraw_ms:.1f} ms, "
            f"jump in time {found.jump_ms:.1f} ms, opening {found.open_ms:.0f} ms",
            flush=True,
        )
