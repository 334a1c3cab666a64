"""What every test of the window stands on: no display, real recordings, settings of its own, and no leftovers."""

import asyncio
import gc
import os
from collections.abc import Callable, Iterator
from functools import partialmethod
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSettings
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from gui.main_window import MainWindow
from gui.models.cursor import Cursor
from gui.models.run import Run
from gui.models.steering import Steering
from gui.theme import Theme
from simulator.assemble import RunOptions, play
from simulator.scenario.load import load

ROOT = Path(__file__).parents[2]
QUICKSTART = ROOT / "scenarios" / "quickstart.yaml"
THREE_VERSIONS = ROOT / "scenarios" / "roaming" / "three_versions_one_hub.yaml"
WAIT_MS = 120_000
"""So long may take what will surely come: on a machine that others use too nothing is quick."""

SLOW_MS = 10_000
"""An engine that answers within this is slow and does not hang; what was asked as it hung is waited for as long."""

MakeWindow = Callable[..., MainWindow]

CROWDED = """
name: A crowded region
start: 2026-03-28T18:00 Europe/Amsterdam
duration: 12 h
seed: 3
session_updates: 10 min
poll: 3 h
parties:
{parties}
tariffs:
  day: {{energy: 0.45 EUR/kWh, vat: 21 %}}
sites:
{sites}
drivers:
{drivers}
faults:
  - {{at: "19:00", kind: party_offline, party: NL-C01, for: 40 min}}
  - {{at: "20:00", kind: link_down, between: [NL-E01, NL-C02], for: 1 h}}
  - {{at: "19:30", kind: loss, between: [NL-E02, NL-C03], probability: 20 %, for: 2 h}}
  - {{at: "21:00", kind: charger_offline, site: Site C02-1, for: 1 h}}
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A warning of Qt fails the test that caused it."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.qt_log_level_fail("WARNING"))
            # Of the platform without a display, and of no window's making.
            item.add_marker(pytest.mark.qt_log_ignore(r"This plugin does not support .*", extend=True))


class PatientBot(QtBot):
    """Waits as long for everything; pytest-qt's own five seconds are a guess at the speed of the machine."""

    waitUntil = partialmethod(QtBot.waitUntil, timeout=WAIT_MS)
    waitSignal = partialmethod(QtBot.waitSignal, timeout=WAIT_MS)
    waitSignals = partialmethod(QtBot.waitSignals, timeout=WAIT_MS)
    waitExposed = partialmethod(QtBot.waitExposed, timeout=WAIT_MS)
    waitActive = partialmethod(QtBot.waitActive, timeout=WAIT_MS)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    """In the place of pytest-qt's own."""
    return PatientBot(request)


@pytest.fixture(autouse=True)
def patient_steering(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that is slow to answer is not taken for one that hangs, unless a test says so."""
    monkeypatch.setattr(Steering, "silent_ms", SLOW_MS)


def crowded_scenario(cpos: int = 4, sites: int = 4, evses: int = 12, emsps: int = 3) -> str:
    """A scenario with faults of every kind, over the night in which summer time begins."""
    cpo_ids = [f"C{number:02}" for number in range(1, cpos + 1)]
    emsp_ids = [f"E{number:02}" for number in range(1, emsps + 1)]
    parties = [f"  NL-{cpo}: {{role: cpo, name: Network {cpo}, ocpi: 2.2.1}}" for cpo in cpo_ids]
    parties += [f"  NL-{emsp}: {{role: emsp, name: Cards {emsp}, ocpi: 2.2.1}}" for emsp in emsp_ids]
    places = [
        f"  - {{cpo: NL-{cpo}, name: Site {cpo}-{site}, at: [{52.1 + row / 50:.4f}, {4.4 + site / 40:.4f}], "
        f"city: Leiden, grid: {{limit: 90 kW}}, evses: {{count: {evses}, power: 22 kW, tariff: day}}}}"
        for row, cpo in enumerate(cpo_ids)
        for site in range(1, sites + 1)
    ]
    drivers = [
        f"  - {{emsp: NL-{emsp}, name: people {emsp}, sessions_per_day: 150, arrivals: commuter, vehicles: compact, "
        "authorise: {rfid: 0.7, app: 0.3}, around: [52.13, 4.45], radius: 5 km}"
        for emsp in emsp_ids
    ]
    return CROWDED.format(parties="\n".join(parties), sites="\n".join(places), drivers="\n".join(drivers))


def record(scenario: Path, out: Path, until_us: int | None = None) -> Path:
    """Play a scenario over the memory wire; returns the path of its recording."""
    asyncio.run(play(load(scenario), RunOptions(out=out, wire="memory", until_us=until_us, control=False)))
    return out


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of parties of three versions about one hub, as far as the first sessions have begun."""
    return record(THREE_VERSIONS, tmp_path_factory.mktemp("hub") / "hub.ocpirun", 1_800_000_000)


@pytest.fixture(scope="session")
def quickstart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of scenarios/quickstart.yaml."""
    return record(QUICKSTART, tmp_path_factory.mktemp("quickstart") / "quickstart.ocpirun")


@pytest.fixture(scope="session")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of four CPOs, 192 EVSEs and three eMSPs with faults, over the change to summer time."""
    folder = tmp_path_factory.mktemp("crowded")
    scenario = folder / "crowded.yaml"
    scenario.write_text(crowded_scenario(), encoding="utf-8")
    return record(scenario, folder / "crowded.ocpirun")


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of a run that ended after one second: the parties have met, and nothing has happened."""
    return record(QUICKSTART, tmp_path_factory.mktemp("empty") / "empty.ocpirun", until_us=1_000_000)


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    """The light theme."""
    return Theme(dark=False)


@pytest.fixture
def cursor(qapp: QApplication) -> Cursor:
    """A cursor of its own."""
    return Cursor()


@pytest.fixture
def run(cursor: Cursor) -> Iterator[Run]:
    """A run with nothing open; `run.open(path)` opens a recording."""
    run = Run(cursor)
    yield run
    run.close()


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    """Settings that no other test and no person shares."""
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def make_window(
    qtbot: QtBot, settings: QSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MakeWindow]:
    """Windows with settings of their own; what they play goes to a folder of the test."""
    monkeypatch.chdir(tmp_path)
    made: list[MainWindow] = []

    def make(**options: object) -> MainWindow:
        window = MainWindow(settings, **({"colours": "light"} | options))  # type: ignore[arg-type]
        made.append(window)
        qtbot.addWidget(window)
        window.show()
        return window

    yield make
    made.clear()


@pytest.fixture
def window(make_window: MakeWindow) -> MainWindow:
    """A window with nothing open."""
    return make_window()


@pytest.fixture
def opened(window: MainWindow, quickstart: Path, qtbot: QtBot) -> MainWindow:
    """A window that shows the quickstart's recording."""
    with qtbot.waitSignal(window.run.opened):
        window.open_path(quickstart)
    return window


@pytest.fixture(autouse=True)
def no_leaked_widgets(qtbot: QtBot) -> Iterator[None]:
    """A test leaves no window behind; pytest-qt has closed what it was given by then."""
    before = {id(widget) for widget in QApplication.topLevelWidgets()}

    def left() -> list[QWidget]:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        return [
            widget
            for widget in QApplication.topLevelWidgets()
            if id(widget) not in before
            and widget.metaObject().className() not in ("QTipLabel", "QComboBoxPrivateContainer")
        ]

    yield
    if left():
        # Only circles of Python objects hold them still; looking for these takes seconds late in a session.
        gc.collect()
    found = left()
    assert not found, f"widgets left behind: {found}"
