"""What it costs in the whole window to go to any instant of a million messages, whichever view is in front."""

import os
import random
import statistics
import time
from pathlib import Path

from tests.bench.messages import record

PLACES = 25
FRONTS = ("sequence", "load", "summary")
_REST_MS = 150


def report(folder: Path) -> None:
    """Print the median and the worst for each view in front, until the window has painted what is in sight."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtCore import QElapsedTimer, QEventLoop, QSettings, QSize
    from PySide6.QtWidgets import QApplication

    from gui.main_window import MainWindow

    path = folder / "million.ocpirun"
    if not path.exists():
        record(path)
    app = QApplication.instance() or QApplication([])
    settings = QSettings(str(folder / "scrub.ini"), QSettings.Format.IniFormat)
    window = MainWindow(settings, colours="light", size=QSize(1280, 800))
    window.show()
    window.open_path(path)

    def rest() -> None:
        timer = QElapsedTimer()
        timer.start()
        views = window.docks.views.values()
        while timer.elapsed() < _REST_MS or any(getattr(view, "is_busy", False) for view in views):
            app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)

    while window.run.recording is None:
        app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    rest()
    run = window.run
    for front in FRONTS:
        window.docks.show(front)
        rest()
        places, took_ms = random.Random(1), []
        for _ in range(PLACES):
            at_us = int(run.begin_us + (run.end_us - run.begin_us) * places.random())
            began_s = time.perf_counter()
            run.seek(at_us)
            app.processEvents()
            window.repaint()
            app.processEvents()
            took_ms.append(1e3 * (time.perf_counter() - began_s))
            rest()
        print(
            f"scrub: with {front} in front {statistics.median(took_ms):.0f} ms, at worst {max(took_ms):.0f} ms",
            flush=True,
        )
    window.close()
