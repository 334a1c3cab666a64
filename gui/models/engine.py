"""Plays a scenario in a process of its own, `ocpi-sim run`, whose recording the window then shows as it grows."""

import sys
from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication, QObject, QProcess, QTimer, Signal

from simulator.i18n import tr
from simulator.recording.errors import RecordingError
from simulator.recording.reader import Recording
from simulator.recording.schema import SUFFIX

_LOOK_MS: Final = 30
_CLEAN_END_MS: Final = 10_000
"""Closing a large recording takes seconds; a run that is killed meanwhile would read as one that broke off."""
_KEPT_CHARACTERS: Final = 20_000
_MISTAKE: Final = 2
_OURS: Final = "ocpi-sim: "


class Engine(QObject):
    """One run of a scenario.

    Life: made -> `start` -> `ready` (its recording, opened; whoever hears it closes it) -> `ended`. Instead of ready or
    after it: `refused` (the scenario has mistakes: what the program said of them) or `failed` (a sentence). `ended`
    comes last in any case, unless `stop` ends it. The engine ends with the window that started it.
    """

    ready = Signal(object)
    refused = Signal(str)
    failed = Signal(str)
    ended = Signal()

    def __init__(
        self, scenario: Path, out: Path, *, speed: float, wire: str = "http", parent: QObject | None = None
    ) -> None:
        """`speed` is simulated seconds a wall second, 0 as fast as it goes."""
        super().__init__(parent)
        self.scenario = scenario
        self.out = out
        self._said = ""
        self._is_ready = False
        self._process = QProcess(self)
        self._process.setProgram(sys.executable)
        factor = f"{speed:g}" if speed else "max"
        self._process.setArguments(
            ["-m", "simulator.cli", "run", str(scenario), "--out", str(out), "--speed", factor, "--wire", wire]
        )
        self._process.setStandardOutputFile(QProcess.nullDevice())
        self._process.readyReadStandardError.connect(self._hear)
        self._process.errorOccurred.connect(self._not_started)
        self._process.finished.connect(self._finished)
        self._look = QTimer(self)
        self._look.timeout.connect(self._look_for_recording)

    @property
    def is_running(self) -> bool:
        """Whether the process lives."""
        return self._process.state() != QProcess.ProcessState.NotRunning

    @property
    def pid(self) -> int:
        """The process's number, 0 when there is none."""
        return int(self._process.processId())

    def start(self) -> None:
        """Begin the run."""
        self._process.start()
        self._look.start(_LOOK_MS)

    def stop(self, *, at_once: bool = False) -> None:
        """End the run cleanly, or by force if it does not heed in time or does not answer (`at_once`).

        Does not wait: whoever ends the program `reap`s those that have not ended yet, children of the application.
        """
        self._look.stop()
        self.blockSignals(True)
        if not self.is_running:
            self.deleteLater()
            return
        self.setParent(QCoreApplication.instance())
        self._process.finished.connect(self.deleteLater)
        if at_once:
            self._process.kill()
        else:
            self._process.terminate()
            QTimer.singleShot(_CLEAN_END_MS, self._process, self._process.kill)

    def reap(self) -> None:
        """Wait for the end of an engine that was stopped; for when no window is left that this would hold up."""
        if not self._process.waitForFinished(_CLEAN_END_MS):
            self._process.kill()
            self._process.waitForFinished()

    def _hear(self) -> None:
        text = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace")
        self._said = (self._said + text)[-_KEPT_CHARACTERS:]

    def _look_for_recording(self) -> None:
        """The file is there a moment before the engine listens for orders."""
        try:
            recording = Recording.open(self.out)
        except RecordingError:
            return
        if recording.meta.get("control_url") or not recording.is_live:
            self._look.stop()
            self._is_ready = True
            self.ready.emit(recording)
        else:
            recording.close()

    def _not_started(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._look.stop()
            self.failed.emit(tr("The engine cannot be started: {why}.").format(why=self._process.errorString()))
            self.ended.emit()

    def _finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._hear()
        if not self._is_ready and code != _MISTAKE:
            self._look_for_recording()
        self._look.stop()
        if status == QProcess.ExitStatus.CrashExit:
            self.failed.emit(tr("The engine was killed (signal {number}).").format(number=code))
        elif code == _MISTAKE:
            self.refused.emit(self._said.strip())
        elif not self._is_ready or self._last_words():
            self.failed.emit(self._last_words() or tr("The engine ended with code {code}.").format(code=code))
        self.ended.emit()

    def _last_words(self) -> str:
        """The sentence with which the program gave up; what else it writes is progress."""
        lines = [line.removeprefix(_OURS) for line in self._said.splitlines() if line.startswith(_OURS)]
        return lines[-1] if lines else ""


def place_for(scenario: Path, folder: Path) -> Path:
    """A name for the recording of a scenario in a folder, which takes no older recording's place."""
    stem = scenario.stem
    number = 1
    while (path := folder / f"{stem}{f'-{number}' if number > 1 else ''}{SUFFIX}").exists():
        number += 1
    return path
