"""How long a person waits from the start of `ocpi-sim gui` until the window is painted, and until it shows the run."""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Final, NamedTuple

QUICKSTART: Final = Path(__file__).parents[2] / "scenarios" / "quickstart.yaml"
ROUNDS: Final = 7


class Painted(NamedTuple):
    """Seconds since the process was asked for."""

    window_s: float
    run_s: float


def measure(recording: Path, folder: Path, rounds: int = ROUNDS) -> Painted:
    """The medians of some fresh processes without a display; one more goes first and compiles what is imported."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    kept |= {
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
        "XDG_CONFIG_HOME": str(folder),
    }
    found = []
    for _ in range(rounds + 1):
        began_s = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.first_paint", str(recording)],
            env=kept,
            check=True,
            capture_output=True,
            text=True,
        )
        window_s, run_s = (float(text) - began_s for text in done.stdout.split()[-2:])
        found.append(Painted(window_s, run_s))
    windows_s, runs_s = zip(*found[1:], strict=True)
    return Painted(statistics.median(windows_s), statistics.median(runs_s))


def report(folder: Path) -> None:
    """Print both, for a finished recording of the quickstart."""
    recording = folder / "first-paint.ocpirun"
    subprocess.run(
        [sys.executable, "-m", "simulator.cli", "run", str(QUICKSTART), "--out", str(recording), "--wire", "memory"],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    found = measure(recording, folder)
    print(
        f"from the start of `ocpi-sim gui` to the painted window: {found.window_s:.2f} s, "
        f"with the quickstart's recording in it: {found.run_s:.2f} s (median of {ROUNDS} processes)",
        flush=True,
    )


def _show(recording: str) -> None:
    """The program as it is; only its window tells when it was painted, and ends it."""
    from gui import before_qt  # noqa: F401, I001

    from PySide6.QtCore import QCoreApplication, QTimer
    from PySide6.QtGui import QShowEvent

    from gui import app
    from gui.main_window import MainWindow
    from simulator.cli import main

    class Timed(MainWindow):
        def showEvent(self, event: QShowEvent) -> None:
            super().showEvent(event)
            self.run.opened.connect(lambda: QTimer.singleShot(0, self, self.tell))
            QTimer.singleShot(0, self, self.paint)

        def paint(self) -> None:
            self.repaint()
            print(time.monotonic())

        def tell(self) -> None:
            self.paint()
            QCoreApplication.exit()

    app.MainWindow = Timed
    sys.exit(main(["gui", recording]))


if __name__ == "__main__":
    _show(sys.argv[1])
