"""Starts Qt, and shows the window until it is closed, or saves one picture of it."""

import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Final

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QEventLoop,
    QLibraryInfo,
    QMessageLogContext,
    QSettings,
    QSize,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication, QWidget

from gui.actions import Colours
from gui.main_window import SIZE, MainWindow
from gui.models.engine import Engine
from gui.models.message_search import Search
from gui.models.task import Task
from gui.opener import is_scenario
from simulator.i18n import tr
from simulator.recording.errors import RecordingError
from simulator.recording.reader import Recording
from simulator.recording.schema import SUFFIX

_WAKE_MS: Final = 200
_QUIET_MS: Final = 60
_QUIET_LOOKS: Final = 4
_MOST_LOOKS: Final = 1_000


def application() -> QApplication:
    """Qt's application object, named as the settings know it."""
    made = QApplication.instance() or QApplication(["ocpi-sim"])
    assert isinstance(made, QApplication)
    made.setApplicationName("ocpi-sim")
    made.setOrganizationName("ocpi-sim")
    made.setApplicationVersion(version("ocpi-sim"))
    made.setStyle("Fusion")
    return made


def platform_plugins() -> Path:
    """The folder of what Qt speaks with displays by."""
    return Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath)) / "platforms"


def show(
    path: Path | None, view: str | None, at: str | None, size: tuple[int, int] | None, colours: Colours | None
) -> int:
    """Show the window, opened on `path`, until it is closed; returns the exit code.

    `view` is brought to the front; `at` is where the cursor goes as soon as the run is open and has come so far.
    """
    qt = application()
    window = MainWindow(QSettings(), colours=colours, size=QSize(*size) if size else _fitting(qt))
    if at is not None:
        window.opener.go_when_open(at)
    window.show()
    if view is not None:
        window.docks.show(view)
    if path is not None:
        window.open_path(path)
    with _ctrl_c_closes(window):
        code = qt.exec()
    for engine in qt.findChildren(Engine):
        engine.reap()
    return code


def _fitting(qt: QApplication) -> QSize:
    """The usual size, or as much of it as the screen has room for."""
    return SIZE.boundedTo(qt.primaryScreen().availableSize())


def picture(
    path: Path,
    out: Path,
    view: str | None,
    at: str | None,
    size: tuple[int, int] | None,
    colours: Colours | None,
) -> str:
    """Save a picture of a view, or of the whole window; returns the sentence that says why not, "" if all is well.

    A scenario is played to its end first, in memory.
    """
    application()
    qInstallMessageHandler(_without_noise)
    with tempfile.TemporaryDirectory(prefix="ocpi-sim-") as folder:
        recording = path
        if is_scenario(path):
            recording = Path(folder) / f"{path.stem}{SUFFIX}"
            refusal = _play(path, recording)
            if refusal:
                return refusal
        settings = QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat)
        window = MainWindow(settings, colours=colours or "light", size=QSize(*size) if size else SIZE)
        try:
            window.run.attach(Recording.open(recording))
            if at is not None:
                at_us = window.run.at_of(at)
                outside = window.run.outside(at_us)
                if outside:
                    return outside
                window.run.seek(at_us)
            return _save(window, out, view, size)
        except (RecordingError, ValueError) as error:
            return str(error)
        finally:
            _delete(window)


def _without_noise(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    """What Qt has to say, but for what a platform without a display cannot do, as no picture needs it."""
    del kind, context
    if not text.startswith("This plugin does not support"):
        sys.stderr.write(f"{text}\n")


def _save(window: MainWindow, out: Path, view: str | None, size: tuple[int, int] | None) -> str:
    shown: QWidget = window
    if view is not None:
        shown = window.docks.take_out(view)
        shown.resize(QSize(*size) if size else SIZE)
    shown.show()
    _settle(window, shown)
    saved = shown.grab().save(str(out))
    if shown is not window:
        _delete(shown)
    refusal = tr("{out} cannot be written as a picture; name a .png file in a folder that is there.")
    return "" if saved else refusal.format(out=out)


def _delete(shown: QWidget) -> None:
    """Leave nothing behind for the next picture, which may be of other colours."""
    shown.close()
    shown.deleteLater()
    QCoreApplication.sendPostedEvents(shown, QEvent.Type.DeferredDelete)


def _settle(window: MainWindow, shown: QWidget) -> None:
    """Let the views finish what they do in threads and by timers."""
    quiet = 0
    for _ in range(_MOST_LOOKS):
        loop = QEventLoop()
        QTimer.singleShot(_QUIET_MS, loop.quit)
        loop.exec()
        quiet = 0 if _is_busy(window, shown) else quiet + 1
        if quiet == _QUIET_LOOKS:
            return


def _is_busy(window: MainWindow, shown: QWidget) -> bool:
    """Whether anything is looked for in a thread; a view that was taken out is no part of the window any more."""
    views = window.docks.views.values()
    works = any(top.findChildren(kind) for top in (window, shown) for kind in (Task, Search))
    return works or any(getattr(view, "is_busy", False) for view in views)


def _play(scenario: Path, out: Path) -> str:
    """Play a scenario to its end; returns why it could not be."""
    sentences: list[str] = []
    loop = QEventLoop()
    engine = Engine(scenario.absolute(), out, speed=0.0, wire="memory")
    engine.ready.connect(Recording.close)
    engine.refused.connect(sentences.append)
    engine.failed.connect(sentences.append)
    engine.ended.connect(loop.quit)
    engine.start()
    loop.exec()
    engine.stop()
    if not sentences:
        return ""
    return "\n".join([tr("{name} cannot be played:").format(name=scenario.name), *sentences])


@contextmanager
def _ctrl_c_closes(window: MainWindow) -> Iterator[None]:
    """Ctrl-C in the terminal closes the window as its own button does; Python hears of it when Qt lets it run."""
    wake = QTimer()
    wake.timeout.connect(lambda: None)
    wake.start(_WAKE_MS)
    before = signal.signal(signal.SIGINT, lambda *_: window.close())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
