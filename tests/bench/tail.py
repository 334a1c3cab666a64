"""What share of a core the window takes while a run in another process writes its recording as fast as it goes."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QSettings, QTimer
from PySide6.QtWidgets import QApplication

from gui.main_window import MainWindow
from simulator.recording.errors import RecordingError
from simulator.recording.reader import Recording

SETTLE_S: Final = 4
MEASURE_S: Final = 12
PATIENCE_S: Final = 30

_NETWORKS: Final = 6
_PROVIDERS: Final = 4
_SCENARIO: Final = """
name: A busy region
start: 2026-05-04T06:00 Europe/Amsterdam
duration: 3 d
seed: 7
session_updates: 1 min
parties:
{parties}
tariffs:
  day: {{energy: 0.45 EUR/kWh, vat: 21 %}}
sites:
{sites}
drivers:
{drivers}
"""


class Tailed(NamedTuple):
    """Processor time of the window's process by its wall time, in percent, and how many exchanges came a second."""

    share_percent: float
    exchanges_a_second: float


def scenario() -> str:
    """A region whose day holds a hundred thousand exchanges, no hour much busier than another."""
    parties = [f"  NL-C{cpo:02}: {{role: cpo, name: Network {cpo}, ocpi: 2.2.1}}" for cpo in range(_NETWORKS)]
    parties += [f"  NL-E{emsp:02}: {{role: emsp, name: Cards {emsp}, ocpi: 2.2.1}}" for emsp in range(_PROVIDERS)]
    sites = [
        f"  - {{cpo: NL-C{cpo:02}, name: Site {cpo}-{site}, at: [{52.1 + cpo / 50:.4f}, {4.4 + site / 40:.4f}], "
        "city: Leiden, evses: {count: 12, power: 22 kW, tariff: day}}"
        for cpo in range(_NETWORKS)
        for site in range(5)
    ]
    drivers = [
        f"  - {{emsp: NL-E{emsp:02}, name: people {emsp}, sessions_per_day: 700, arrivals: flat, vehicles: compact, "
        "authorise: {rfid: 0.7, app: 0.3}, around: [52.15, 4.45], radius: 6 km}"
        for emsp in range(_PROVIDERS)
    ]
    return _SCENARIO.format(parties="\n".join(parties), sites="\n".join(sites), drivers="\n".join(drivers))


def _is_written(path: Path) -> bool:
    try:
        with Recording.open(path) as recording:
            return recording.is_live
    except RecordingError:
        return False


def _wait(app: QApplication, until: Callable[[], bool], patience_s: float) -> bool:
    """Let Qt work until something holds; False when it does not in time."""
    begin_s = time.monotonic()
    while not until():
        if time.monotonic() - begin_s > patience_s:
            return False
        app.processEvents()
        time.sleep(0.02)
    return True


def _let_pass(seconds: float) -> None:
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1_000), loop.quit)
    loop.exec()


def measure(folder: Path, speed: float = 0.0, while_it_lasts: Callable[[float], None] = _let_pass) -> Tailed:
    """Play, attach a window of 1,280 x 800 as it is at first, let it settle, and measure for some seconds.

    `speed` is the engine's, 0 as fast as it goes. Raises RuntimeError when the run does not begin or ends too soon.
    """
    made = QApplication.instance() or QApplication(["ocpi-sim"])
    assert isinstance(made, QApplication)
    text, out = folder / "busy.yaml", folder / "busy.ocpirun"
    text.write_text(scenario(), encoding="utf-8")
    arguments = ["run", str(text), "--out", str(out), "--wire", "memory", "--speed", f"{speed:g}" if speed else "max"]
    engine = subprocess.Popen(
        [sys.executable, "-m", "simulator.cli", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    window = MainWindow(QSettings(str(folder / "tail.ini"), QSettings.Format.IniFormat), colours="light")
    try:
        window.show()
        if not _wait(made, lambda: _is_written(out), PATIENCE_S):
            raise RuntimeError(f"{out}: the run did not begin within {PATIENCE_S} s")
        window.run.open(out)
        _let_pass(SETTLE_S)
        recording = window.run.recording
        assert recording is not None
        before, began_s, cpu_s = _exchanges(recording), time.monotonic(), time.process_time()
        while_it_lasts(MEASURE_S)
        wall_s, cpu_s = time.monotonic() - began_s, time.process_time() - cpu_s
        recording = window.run.recording
        if recording is None or not window.run.is_live:
            raise RuntimeError(f"{out}: the run ended before it was measured")
        return Tailed(100 * cpu_s / wall_s, (_exchanges(recording) - before) / wall_s)
    finally:
        window.close()
        window.deleteLater()
        engine.terminate()
        engine.wait()


def _exchanges(recording: Recording) -> int:
    return int(recording.query("SELECT count(*) FROM message")[0][0])


def report(folder: Path) -> None:
    """Print the share of a core."""
    found = measure(folder)
    print(
        f"window while tailing {found.exchanges_a_second:,.0f} exchanges a second: "
        f"{found.share_percent:.0f} % of a core",
        flush=True,
    )
