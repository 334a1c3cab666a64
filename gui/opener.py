"""Opens what a person chose: a recording in a thread, a scenario by an engine, which ends with the window."""

from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QStandardPaths, Signal

from gui.models.engine import Engine, place_for
from gui.models.facts import opening
from gui.models.run import Run
from gui.models.task import Task
from gui.problems import Problem, of_file, of_scenario
from gui.recent import RecentFiles
from simulator.i18n import tr
from simulator.recording.errors import RecordingError
from simulator.recording.reader import Recording

SCENARIO_SUFFIXES: Final = (".yaml", ".yml")


def is_scenario(path: Path) -> bool:
    """Whether a file is one to play, by its name."""
    return path.suffix.lower() in SCENARIO_SUFFIXES


class Opener(QObject):
    """Brings files into a run, and has the engine that was started for one of them.

    `working`: with what, in words; nothing: it is done. `told`: a Problem to show. `said`: a sentence for a while.
    `engine_changed`: there is another engine, or none any more.
    """

    working = Signal(str)
    told = Signal(object)
    said = Signal(str)
    engine_changed = Signal()

    def __init__(self, run: Run, recent: RecentFiles, speed: float, parent: QObject | None = None) -> None:
        """`speed` is that of a scenario played from here."""
        super().__init__(parent)
        self.engine: Engine | None = None
        self._run = run
        self._recent = recent
        self._speed = speed
        self._opening: Task[Recording] | None = None

    @property
    def can_stop(self) -> bool:
        """Whether an engine runs that was started here."""
        return self.engine is not None and self.engine.is_running

    def open(self, path: Path) -> None:
        """Open a recording, or play a scenario."""
        path = path.absolute()
        self._forget_opening()
        if is_scenario(path):
            self._play(path)
            return
        self.working.emit(tr("Opening {name}").format(name=path.name))
        self._opening = opening(path, self)
        self._opening.done.connect(self._opened)
        self._opening.failed.connect(partial(self._refused, path))
        self._opening.start()

    def stop_engine(self) -> None:
        """End the engine that was started here, by force if it does not answer; does not wait for that."""
        if self.engine is not None:
            self.engine.stop(at_once=self._run.is_silent)
            self.engine = None
            self.working.emit("")
            self.engine_changed.emit()

    def close(self) -> None:
        """Show nothing, and end the engine that was started here."""
        self._forget_opening()
        self.stop_engine()
        self._run.close()

    def go_when_open(self, text: str) -> None:
        """Move the cursor to a time once: when the next run is open and has come so far."""

        def go() -> None:
            run = self._run
            sentence = ""
            try:
                at_us = run.at_of(text)
                sentence = run.outside(at_us)
            except ValueError as error:
                sentence = str(error)
            else:
                if not sentence and run.is_live and at_us > run.end_us:
                    return
            run.progressed.disconnect(go)
            if sentence:
                self.said.emit(sentence)
            else:
                run.seek(at_us)

        self._run.progressed.connect(go)

    # A recording

    def _opened(self, recording: Recording) -> None:
        self._opening = None
        self.stop_engine()
        self._recent.remember(recording.path)
        self._attach(recording)

    def _refused(self, path: Path, error: object) -> None:
        self._opening = None
        self.working.emit("")
        self._recent.forget(path)
        self.told.emit(of_file(path, error))

    def _attach(self, recording: Recording) -> None:
        self.working.emit("")
        try:
            self._run.attach(recording)
        except RecordingError as error:
            self.told.emit(of_file(recording.path, error))

    def _forget_opening(self) -> None:
        if self._opening is not None:
            self._opening.cancel()
            self._opening = None
            self.working.emit("")

    # A scenario

    def _play(self, scenario: Path) -> None:
        reason = _why_unreadable(scenario)
        if reason:
            self._refused(scenario, reason)
            return
        self.stop_engine()
        self._recent.remember(scenario)
        try:
            out = place_for(scenario, _runs_folder())
        except OSError as error:
            self.told.emit(Problem(tr("There is no place for the recording"), str(error)))
            return
        self.working.emit(tr("Starting the engine for {name}").format(name=scenario.name))
        self.engine = Engine(scenario, out, speed=self._speed, parent=self)
        self.engine.ready.connect(self._attach)
        self.engine.refused.connect(lambda said: self.told.emit(of_scenario(scenario, said)))
        self.engine.failed.connect(self._engine_failed)
        self.engine.ended.connect(self._engine_ended)
        self.engine.start()
        self.engine_changed.emit()

    def _engine_failed(self, sentence: str) -> None:
        self._run.check_liveness()
        assert self.engine is not None
        if self._run.recording is not None and self._run.path == self.engine.out.absolute():
            self.said.emit(tr("{sentence} What was recorded until then is shown.").format(sentence=sentence))
        else:
            name = self.engine.scenario.name
            self.told.emit(Problem(tr("{name} could not be played").format(name=name), sentence))

    def _engine_ended(self) -> None:
        self.working.emit("")
        self._run.check_liveness()
        self.engine_changed.emit()


def _why_unreadable(path: Path) -> str:
    """Why a file cannot be read at all; nothing: it can."""
    try:
        path.open("rb").close()
    except FileNotFoundError:
        return tr("there is no such file")
    except IsADirectoryError:
        return tr("is a folder")
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _runs_folder() -> Path:
    """`runs` where the program was started, or where data of a program belongs if that cannot be written."""
    try:
        folder = Path.cwd() / "runs"
        folder.mkdir(exist_ok=True)
        (folder / ".writable").touch()
        (folder / ".writable").unlink()
    except OSError:
        location = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppDataLocation)
        folder = Path(location) / "runs"
        folder.mkdir(parents=True, exist_ok=True)
    return folder
