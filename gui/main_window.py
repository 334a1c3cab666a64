"""The window: one run, one cursor, and the views around them; what a person can do is listed in actions.py."""

from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, QSettings, QSize, QStandardPaths, Qt, QTimer
from PySide6.QtGui import (
    QAction,
    QActionGroup,
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QFileDialog,
    QLabel,
    QMainWindow,
    QMenu,
    QMessageBox,
    QToolBar,
)

from gui.actions import ACTIONS, COLOURS, FILE, MENUS, Action, Colours, Situation
from gui.fields import FilterField, TimeField
from gui.layout import Docks
from gui.models.cursor import NOTHING, Cursor
from gui.models.engine import Engine, place_for
from gui.models.facts import opening
from gui.models.run import DEFAULT_SPEED, SPEEDS, Run
from gui.models.task import Task
from gui.palette import CommandPalette, plain
from gui.problems import Problem, ProblemDialog, of_file, of_scenario
from gui.status import Status
from gui.theme import Theme
from simulator.i18n import tr
from simulator.recording.errors import RecordingError
from simulator.recording.reader import Recording
from simulator.recording.schema import SUFFIX

SIZE: Final = QSize(1280, 800)
SMALLEST: Final = QSize(800, 520)
SCENARIO_SUFFIXES: Final = (".yaml", ".yml")
MOST_RECENT: Final = 10
_RECENT: Final = "files/recent"
_COLOURS: Final = "window/colours"
_TOOLBAR: Final = ("open", None, "step_back", "play_or_pause", "step", "go_live", None)
_TOOLBAR_END: Final = (None, "jump_previous", "jump_next", None, "switch_theme", "show_palette")


class MainWindow(QMainWindow):
    """Life: made -> `open_path` as often as wanted -> closed, and with it the engine that it started, if any."""

    def __init__(
        self, settings: QSettings, *, colours: Colours | None = None, size: QSize = SIZE, speed: float = DEFAULT_SPEED
    ) -> None:
        """`colours` overrides what the settings say; `speed` is that of a scenario played from here."""
        super().__init__()
        self._settings = settings
        self._speed = speed
        self._colours: Colours = colours or _colours(settings.value(_COLOURS, "system"))
        self.theme = Theme(_is_dark(self._colours))
        self.playhead = Cursor(self)
        self.run = Run(self.playhead, self)
        self.engine: Engine | None = None
        self.problem: ProblemDialog | None = None
        self._opening: Task[Recording] | None = None
        self.setMinimumSize(SMALLEST)
        self.setAcceptDrops(True)
        QApplication.setPalette(self.theme.palette())
        self.docks = Docks(self, self.run, self.playhead, self.theme)
        self.actions_by_id = {action.id: self._make_action(action) for action in ACTIONS}
        self._make_colours_group()
        self._make_menus()
        self.speed_box = QComboBox()
        self.time_field = TimeField(self.run, self.playhead, self.theme)
        self.filter_field = FilterField(self.run, self.playhead, self.theme)
        self.toolbar = self._make_toolbar()
        self.status = Status(self.run, self.playhead, self.theme)
        self.setStatusBar(self.status)
        for field in (self.time_field, self.filter_field):
            field.refused.connect(self.status.say)
            field.withdrawn.connect(self.status.unsay)
        for signal in (self.run.opened, self.run.closed, self.run.state_changed, self.run.played):
            signal.connect(self._show_situation)
        self.playhead.selection_changed.connect(self._show_situation)
        self.playhead.filter_changed.connect(self._show_situation)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_colours_changed)
        self._apply_theme()
        self._needs_sizes = not self.docks.restore(settings, size)
        self._show_situation()

    # Making it

    def _make_action(self, declared: Action) -> QAction:
        action = QAction(declared.text, self)
        action.setObjectName(declared.id)
        action.setShortcuts([QKeySequence(keys) for keys in declared.keys])
        action.setCheckable(declared.checkable)
        action.triggered.connect(lambda: declared.do(self))
        self.addAction(action)
        return action

    def _make_colours_group(self) -> None:
        group = QActionGroup(self)
        for name in COLOURS:
            group.addAction(self.actions_by_id[f"theme_{name}"])

    def _make_menus(self) -> None:
        for title in MENUS:
            menu = self.menuBar().addMenu(title)
            for declared in ACTIONS:
                if declared.menu == title:
                    menu.addAction(self.actions_by_id[declared.id])
            if title == FILE:
                self.recent_menu = QMenu(tr("Open &recent"), menu)
                self.recent_menu.aboutToShow.connect(self._fill_recent_menu)
                menu.insertMenu(self.actions_by_id["close_run"], self.recent_menu)

    def _make_toolbar(self) -> QToolBar:
        bar = QToolBar(tr("Tools"))
        bar.setObjectName("toolbar")
        bar.setIconSize(QSize(self.theme.icon_size, self.theme.icon_size))
        self.addToolBar(bar)
        self._add_to_toolbar(bar, _TOOLBAR)
        for speed in SPEEDS:
            self.speed_box.addItem(tr("{factor:g} x").format(factor=speed) if speed else tr("max"), speed)
        self.speed_box.setAccessibleName(tr("Speed"))
        self.speed_box.setToolTip(tr("Simulated seconds a second"))
        self.speed_box.activated.connect(lambda index: self.run.set_speed(self.speed_box.itemData(index)))
        bar.addWidget(QLabel(tr("Speed") + " "))
        bar.addWidget(self.speed_box)
        bar.addSeparator()
        bar.addWidget(self.time_field)
        bar.addSeparator()
        bar.addWidget(self.filter_field)
        self._add_to_toolbar(bar, _TOOLBAR_END)
        return bar

    def _add_to_toolbar(self, bar: QToolBar, ids: tuple[str | None, ...]) -> None:
        for action_id in ids:
            if action_id is None:
                bar.addSeparator()
            else:
                action = self.actions_by_id[action_id]
                bar.addAction(action)
                keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
                action.setToolTip(f"{plain(action)} ({keys})" if keys else plain(action))

    # What is shown of it

    @property
    def situation(self) -> Situation:
        """What decides which actions can be taken now."""
        run, playhead = self.run, self.playhead
        return Situation(
            is_open=run.recording is not None,
            is_live=run.is_live,
            at_edge=run.at_edge,
            can_steer=run.can_steer,
            playing=run.playing,
            has_selection=playhead.selection != NOTHING,
            has_filter=bool(playhead.filter),
        )

    def _show_situation(self) -> None:
        now = self.situation
        for declared in ACTIONS:
            self.actions_by_id[declared.id].setEnabled(declared.when(now))
        play = self.actions_by_id["play_or_pause"]
        play.setIcon(self.theme.icon("pause" if now.playing else "play"))
        play.setText(tr("&Pause") if now.playing else tr("&Play"))
        play.setToolTip(tr("Pause (Space)") if now.playing else tr("Play (Space)"))
        for widget in (self.speed_box, self.time_field, self.filter_field):
            widget.setEnabled(now.is_open)
        self._show_speed()
        name = self.run.name
        self.setWindowTitle(tr("{name} – ocpi-sim").format(name=name) if name else "ocpi-sim")
        path = self.run.path
        self.setWindowFilePath(str(path) if path else "")

    def _show_speed(self) -> None:
        index = self.speed_box.findData(self.run.speed)
        if index < 0:
            self.speed_box.addItem(tr("{factor:g} x").format(factor=self.run.speed), self.run.speed)
            index = self.speed_box.count() - 1
        self.speed_box.setCurrentIndex(index)

    def _apply_theme(self) -> None:
        theme = self.theme
        QApplication.setPalette(theme.palette())
        self.setStyleSheet(
            f"QMainWindow::separator {{ width: {theme.space}px; height: {theme.space}px; }}"
            f"QToolBar {{ spacing: 3px; padding: 3px; border: none; border-bottom: 1px solid {theme.line.name()}; }}"
            f"QStatusBar {{ border-top: 1px solid {theme.line.name()}; }} QStatusBar::item {{ border: none; }}"
            f"QStatusBar QLabel {{ padding: 0 {theme.space}px; }}"
        )
        for declared in ACTIONS:
            if declared.icon:
                self.actions_by_id[declared.id].setIcon(theme.icon(declared.icon))
        self.actions_by_id[f"theme_{self._colours}"].setChecked(True)
        self.time_field.set_theme(theme)
        self.filter_field.set_theme(theme)
        self.status.set_theme(theme)
        self.docks.set_theme(theme)
        self._show_situation()

    def set_colours(self, colours: Colours) -> None:
        """Light, dark, or what the system uses; kept for the next time."""
        self._colours = colours
        self._settings.setValue(_COLOURS, colours)
        self.theme = Theme(_is_dark(colours))
        self._apply_theme()

    def _system_colours_changed(self) -> None:
        if self._colours == "system":
            self.set_colours("system")

    # Opening

    def open_path(self, path: Path) -> None:
        """Open a recording, or play a scenario; what cannot be opened is told in a dialog."""
        path = path.absolute()
        if is_scenario(path):
            self.play_scenario(path)
        else:
            self._open_recording(path)

    def play_scenario(self, scenario: Path) -> None:
        """Play a scenario in an engine of its own, and show it as it goes."""
        self._stop_engine()
        self._remember(scenario)
        try:
            out = place_for(scenario, _runs_folder())
        except OSError as error:
            self.tell(Problem(tr("There is no place for the recording"), str(error)))
            return
        self.status.work(tr("Starting the engine for {name}").format(name=scenario.name))
        self.engine = Engine(scenario, out, speed=self._speed, parent=self)
        self.engine.ready.connect(self._attach)
        self.engine.refused.connect(partial(self._scenario_refused, scenario))
        self.engine.failed.connect(self._engine_failed)
        self.engine.ended.connect(self._engine_ended)
        self.engine.start()

    def _open_recording(self, path: Path) -> None:
        self._forget_opening()
        self.status.work(tr("Opening {name}").format(name=path.name))
        self._opening = opening(path, self)
        self._opening.done.connect(self._recording_opened)
        self._opening.failed.connect(partial(self._recording_refused, path))
        self._opening.start()

    def go_when_open(self, text: str) -> None:
        """Move the cursor to a time once: when the next run is open and has come so far."""

        def go() -> None:
            try:
                at_us = self.run.at_of(text)
            except ValueError as error:
                self.status.say(str(error))
            else:
                if self.run.is_live and at_us > self.run.end_us:
                    return
                self.run.seek(at_us)
            self.run.progressed.disconnect(go)

        self.run.progressed.connect(go)

    def _recording_opened(self, recording: Recording) -> None:
        self._opening = None
        self._stop_engine()
        self._remember(recording.path)
        self._attach(recording)

    def _recording_refused(self, path: Path, error: Exception) -> None:
        self._opening = None
        self.status.work("")
        self._remember(path, forget=True)
        self.tell(of_file(path, error))

    def _attach(self, recording: Recording) -> None:
        self.status.work("")
        try:
            self.run.attach(recording)
        except RecordingError as error:
            self.tell(of_file(recording.path, error))

    def _forget_opening(self) -> None:
        if self._opening is not None:
            self._opening.cancel()
            self._opening = None

    def _scenario_refused(self, scenario: Path, said: str) -> None:
        self.tell(of_scenario(scenario, said))

    def _engine_failed(self, sentence: str) -> None:
        self.run.check_liveness()
        if self.run.recording is not None and self.engine is not None and self.run.path == self.engine.out.absolute():
            self.status.say(tr("{sentence} What was recorded until then is shown.").format(sentence=sentence))
        else:
            name = "" if self.engine is None else self.engine.scenario.name
            self.tell(Problem(tr("{name} could not be played").format(name=name), sentence))

    def _engine_ended(self) -> None:
        self.status.work("")
        self.run.check_liveness()

    def _stop_engine(self) -> None:
        if self.engine is not None:
            self.engine.stop()
            self.engine = None

    def tell(self, problem: Problem) -> None:
        """Show what went wrong in a dialog that does not hold up the window."""
        if self.problem is not None:
            self.problem.close()
        self.problem = ProblemDialog(problem, self.theme, self)
        self.problem.another_wanted.connect(self.open)
        self.problem.destroyed.connect(self._problem_gone)
        self.problem.open()

    def _problem_gone(self) -> None:
        self.problem = None

    # Recent files

    @property
    def recent(self) -> list[Path]:
        """The files opened last, the latest first."""
        value = self._settings.value(_RECENT, [])
        names = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        return [Path(str(name)) for name in names]

    def _remember(self, path: Path, *, forget: bool = False) -> None:
        others = [each for each in self.recent if each != path]
        kept = others if forget else [path, *others]
        self._settings.setValue(_RECENT, [str(each) for each in kept[:MOST_RECENT]])

    def _fill_recent_menu(self) -> None:
        self.recent_menu.clear()
        for number, path in enumerate(self.recent, start=1):
            action = self.recent_menu.addAction(f"&{number % 10}  {path.name}")
            action.setToolTip(str(path))
            action.setStatusTip(str(path))
            action.triggered.connect(partial(self.open_path, path))
        if not self.recent:
            self.recent_menu.addAction(tr("No file was opened yet")).setEnabled(False)

    # Longer actions, which actions.py calls

    def open(self) -> None:
        """Ask for a file and open it."""
        recent = self.recent
        folder = str(recent[0].parent) if recent else str(Path.cwd())
        kinds = tr("Scenarios and recordings ({patterns})").format(patterns=f"*.yaml *.yml *{SUFFIX}")
        name, _ = QFileDialog.getOpenFileName(
            self, tr("Open a scenario or recording"), folder, f"{kinds};;{tr('All files')} (*)"
        )
        if name:
            self.open_path(Path(name))

    def close_run(self) -> None:
        """Show nothing; an engine that was started here ends."""
        self.run.close()
        self._stop_engine()

    def save_picture(self) -> None:
        """Ask where, and save what the window shows."""
        picture = self.grab()
        name, _ = QFileDialog.getSaveFileName(self, tr("Save a picture"), "ocpi-sim.png", tr("Pictures (*.png)"))
        if name and not picture.save(name):
            self.tell(
                Problem(
                    tr("The picture was not saved"), tr("{name} cannot be written; choose another.").format(name=name)
                )
            )

    def play_or_pause(self) -> None:
        """Let time go by, or stop it."""
        if self.run.playing:
            self.run.pause()
        else:
            self.run.play()

    def switch_colours(self) -> None:
        """From light to dark or back."""
        self.set_colours("light" if self.theme.dark else "dark")

    def go_to_time(self) -> None:
        """Type a time."""
        self.time_field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def edit_filter(self) -> None:
        """Type a filter."""
        self.filter_field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter_field.selectAll()

    def show_palette(self) -> None:
        """Find an action by typing."""
        CommandPalette(list(self.actions_by_id.values()), self.theme, self).show()

    def about(self) -> None:
        """What this program is."""
        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowTitle(tr("About ocpi-sim"))
        box.setText(
            tr("ocpi-sim {version}: simulates EV-charging roaming over OCPI, message by message.").format(
                version=QApplication.applicationVersion()
            )
        )
        box.open()

    # Events

    def showEvent(self, event: QShowEvent) -> None:
        """Sizes of docks hold only once their views are shown too."""
        super().showEvent(event)
        if self._needs_sizes:
            self._needs_sizes = False
            QTimer.singleShot(0, self, self.docks.resize)

    def event(self, event: QEvent) -> bool:
        """Space presses a button or picks a row where that has the keyboard; elsewhere it plays and pauses."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            presses = isinstance(QApplication.focusWidget(), (QAbstractButton, QAbstractItemView, QComboBox))
            if presses and event.key() == Qt.Key.Key_Space and not event.modifiers():
                event.accept()
                return True
        return super().event(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """One file may be dropped."""
        if _dropped(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """A dropped file is opened, once the program that it came from has its answer."""
        path = _dropped(event)
        if path is not None:
            event.acceptProposedAction()
            QTimer.singleShot(0, self, lambda: self.open_path(path))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep the places, let go of the recording, end the engine that was started here."""
        self.docks.save(self._settings)
        self._forget_opening()
        self.run.close()
        self._stop_engine()
        super().closeEvent(event)


def is_scenario(path: Path) -> bool:
    """Whether a file is one to play, by its name."""
    return path.suffix.lower() in SCENARIO_SUFFIXES


def _dropped(event: QDropEvent) -> Path | None:
    urls = event.mimeData().urls()
    return Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None


def _colours(value: object) -> Colours:
    return next((name for name in COLOURS if name == value), "system")


def _is_dark(colours: Colours) -> bool:
    if colours == "system":
        return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return colours == "dark"


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
