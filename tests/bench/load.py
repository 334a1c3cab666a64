"""What a redraw of the load view and of the timeline costs, on curves and traffic as long as a big run leaves them."""

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

CURVES = 20
POINTS = 100_000
MESSAGES = 1_000_000
ROUNDS = 30
DAY_US = 86_400_000_000


def median_ms(act: Callable[[int], object]) -> float:
    """The median of some rounds, in milliseconds of this thread's processor time."""
    took = []
    for number in range(ROUNDS):
        began_s = time.thread_time()
        act(number)
        took.append(1e3 * (time.thread_time() - began_s))
    return statistics.median(took)


def plots_ms() -> tuple[float, float]:
    """A redraw of 20 curves of 100,000 points after a pan by a little: making the polylines, and all with painting."""
    from PySide6.QtWidgets import QApplication

    from gui.paint.lines import Line
    from gui.paint.plots import Plots
    from gui.paint.pyramid import Pyramid
    from gui.theme import Theme
    from simulator.report.clock import LocalClock

    app = QApplication.instance() or QApplication([])
    theme, clock, random = Theme(dark=False), LocalClock({}), np.random.default_rng(1)
    plots = Plots(clock.at, clock.time, {"power": "kW", "places": "", "one": "kW", "charge": "%"}, theme)
    plots.resize(1_200, 700)
    plots.show()
    lines = []
    for number in range(CURVES):
        times_us = np.sort(random.integers(0, DAY_US, POINTS))
        values = 100.0 + 20 * number + np.cumsum(random.normal(0, 1, POINTS))
        pyramid = Pyramid(times_us, values)
        lines.append(Line(str(number), str(number), "power", pyramid, theme.module("cdrs"), str, badge=str(number)))
    plots.set_bounds(0, DAY_US)
    plots.set_lines(lines, DAY_US)
    plots.set_heights({"power": 1_000.0})
    app.processEvents()

    def pan(number: int) -> None:
        plots.set_range(number * 50_000_000, DAY_US - (ROUNDS - number) * 50_000_000)

    def redraw(number: int) -> None:
        pan(number)
        plots.canvas.viewport().repaint()

    result = median_ms(pan), median_ms(redraw)
    plots.close()
    plots.deleteLater()
    app.processEvents()
    return result


def timeline_ms() -> tuple[float, float]:
    """The timeline of a day of a million messages: a whole repaint, and one for a moved cursor."""
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtWidgets import QApplication

    from gui.paint.axis import local_ticks
    from gui.paint.timeline import Axis, Bars, Strip, lay_out, paint_cursor, paint_strip, scale_of
    from gui.theme import Theme
    from simulator.report.clock import LocalClock

    app = QApplication.instance() or QApplication([])
    theme, clock = Theme(dark=False), LocalClock({})
    width, height = 1_280, 140
    names = ["sessions", "locations", "cdrs", "tokens", "commands"]
    counts = np.random.default_rng(1).poisson(MESSAGES / len(names) / 240, (len(names), 240))
    scale, lanes = scale_of(width, 0, DAY_US), lay_out(width, height, 0, (90, 20), theme)
    bars = Bars(names, [theme.module(name) for name in names], counts, 0, DAY_US // 240, "messages per 6 min")
    strip = Strip(bars, [], [], [], Axis(local_ticks(clock.at, 0, DAY_US, 12), "UTC"), DAY_US, "")
    image = QImage(width, height, QImage.Format.Format_RGB32)

    def paint(number: int) -> None:
        painter = QPainter(image)
        paint_strip(painter, lanes, scale, strip, theme)
        painter.end()

    layer = image.copy()

    def scrub(number: int) -> None:
        painter = QPainter(image)
        painter.drawImage(0, 0, layer)
        paint_cursor(painter, lanes, scale, strip.axis, number * 1_000_000_000, "12:00:00", theme)
        painter.end()

    result = median_ms(paint), median_ms(scrub)
    del app
    return result


def report(folder: Path) -> None:
    """Print the medians."""
    del folder
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    outlines, whole = plots_ms()
    print(
        f"load: {CURVES} curves of {POINTS:,} points panned in {whole:.1f} ms, {outlines:.1f} ms of it without painting"
    )
    whole, cursor = timeline_ms()
    print(f"timeline: whole repaint {whole:.1f} ms, moved cursor {cursor:.2f} ms", flush=True)
