"""The window: one run, one cursor, and the views around them; what a person can do is listed in actions.py."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import QChildEvent, QEvent, QSettings, QSize, Qt, QTimer
from PySide6.QtGui import (
    QAction,
    QActionGroup,
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPixmapCache,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QDockWidget,
    QFileDialog,
    QMainWindow,
    QMessageBox,
    QTabBar,
)

from gui.actions import ACTIONS, COLOURS, FILE, MENUS, Action, Colours, Situation
from gui.layout import Docks
from gui.models.cursor import NOTHING, Cursor
from gui.models.engine import Engine
from gui.models.run import DEFAULT_SPEED, Run
from gui.opener import Opener
from gui.palette import CommandPalette
from gui.panes import Panes
from gui.problems import Problem, ProblemDialog
from gui.recent import RecentFiles, RecentMenu
from gui.silence import SilenceBar
from gui.status import Status
from gui.theme import Theme
from gui.toolbar import Tools
from simulator.i18n import tr
from simulator.recording.schema import SUFFIX

SIZE: Final = QSize(1280, 800)
SMALLEST: Final = QSize(800, 520)
_COLOURS: Final = "window/colours"


class MainWindow(QMainWindow):
    """Life: made -> `open_path` as often as wanted -> closed, and with it the engine that it started, if any."""

    def __init__(
        self, settings: QSettings, *, colours: Colours | None = None, size: QSize = SIZE, speed: float = DEFAULT_SPEED
    ) -> None:
        """`colours` overrides what the settings say; `speed` is that of a scenario played from here."""
        super().__init__()
        self._settings = settings
        self._colours: Colours = colours or _colours(settings.value(_COLOURS, "system"))
        self.theme = Theme(_is_dark(self._colours))
        self.playhead = Cursor(self)
        self.run = Run(self.playhead, self)
        self.recent = RecentFiles(settings)
        self.opener = Opener(self.run, self.recent, speed, self)
        self.problem: ProblemDialog | None = None
        self.setMinimumSize(SMALLEST)
        self.setAcceptDrops(True)
        QApplication.setPalette(self.theme.palette())
        self.docks = Docks(self, self.run, self.playhead, self.theme)
        self.actions_by_id = {action.id: self._make_action(action) for action in ACTIONS}
        self._make_colours_group()
        self._make_menus()
        self.tools = Tools(self.actions_by_id, self.run, self.playhead, self.theme)
        self.silence = SilenceBar(self.theme, self)
        self.addToolBar(self.tools)
        self.addToolBarBreak()
        self.addToolBar(self.silence)
        self.panes = Panes(self, self.docks, (self.tools, self.silence))
        self.status = Status(self.run, self.playhead, self.theme)
        self.setStatusBar(self.status)
        self._listen()
        self._apply_theme()
        self._needs_sizes = not self.docks.restore(settings, size)
        self._show_situation()

    # Making it

    def _listen(self) -> None:
        for field in (self.tools.time, self.tools.filter):
            field.refused.connect(self.status.say)
            field.withdrawn.connect(self.status.unsay)
        self.opener.working.connect(self.status.work)
        self.opener.said.connect(self.status.say)
        self.opener.told.connect(self.tell)
        self.silence.stop_wanted.connect(self.opener.stop_engine)
        for signal in (self.run.opened, self.run.closed, self.run.state_changed, self.run.played):
            signal.connect(self._show_situation)
        self.opener.engine_changed.connect(self._show_situation)
        self.playhead.selection_changed.connect(self._show_situation)
        self.playhead.filter_changed.connect(self._show_situation)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_colours_changed)

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
                self.recent_menu = RecentMenu(self.recent, menu)
                self.recent_menu.chosen.connect(self.open_path)
                menu.insertMenu(self.actions_by_id["close_run"], self.recent_menu)

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
            is_silent=run.is_silent,
            has_engine=self.opener.can_stop,
        )

    def _show_situation(self) -> None:
        now = self.situation
        for declared in ACTIONS:
            self.actions_by_id[declared.id].setEnabled(declared.when(now))
        play = self.actions_by_id["play_or_pause"]
        play.setIcon(self.theme.icon("pause" if now.playing else "play"))
        play.setText(tr("&Pause") if now.playing else tr("&Play"))
        play.setToolTip(tr("Pause (Space)") if now.playing else tr("Play (Space)"))
        self.tools.show_situation()
        self.silence.show_silence(now.is_silent, now.has_engine)
        name = self.run.name
        self.setWindowTitle(tr("{name} – ocpi-sim").format(name=name) if name else "ocpi-sim")
        path = self.run.path
        self.setWindowFilePath(str(path) if path else "")

    def _apply_theme(self) -> None:
        theme = self.theme
        QApplication.setPalette(theme.palette())
        # The style keeps pictures of buttons and the like; none of the former colours shall come back.
        QPixmapCache.clear()
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
        self.tools.set_theme(theme)
        self.silence.set_theme(theme)
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

    @property
    def engine(self) -> Engine | None:
        """The engine that was started from here, if it was not stopped."""
        return self.opener.engine

    def open_path(self, path: Path) -> None:
        """Open a recording, or play a scenario; what cannot be opened is told in a dialog."""
        self.opener.open(path)

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

    # Longer actions, which actions.py calls

    def open(self) -> None:
        """Ask for a file and open it."""
        recent = self.recent.paths
        folder = str(recent[0].parent) if recent else str(Path.cwd())
        kinds = tr("Scenarios and recordings ({patterns})").format(patterns=f"*.yaml *.yml *{SUFFIX}")
        name, _ = QFileDialog.getOpenFileName(
            self, tr("Open a scenario or recording"), folder, f"{kinds};;{tr('All files')} (*)"
        )
        if name:
            self.open_path(Path(name))

    def close_run(self) -> None:
        """Show nothing; an engine that was started here ends."""
        self.opener.close()

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
        self.tools.time.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def edit_filter(self) -> None:
        """Type a filter."""
        self.tools.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.tools.filter.selectAll()

    def float_view(self) -> None:
        """Give the view that has the keyboard a window of its own, or its place again."""
        dock = self._dock_with_keyboard()
        if dock is not None:
            dock.setFloating(not dock.isFloating())

    def hide_view(self) -> None:
        """Put the view that has the keyboard away, until it is called for."""
        dock = self._dock_with_keyboard()
        if dock is not None:
            dock.close()
            self.docks.show("topology")

    def _dock_with_keyboard(self) -> QDockWidget | None:
        focused = QApplication.focusWidget()
        for dock in self.docks.docks.values():
            if focused is not None and dock.isAncestorOf(focused):
                return dock
        self.status.say(tr("The topology stays in the middle; go to another view first, with F6 or Alt and a number."))
        return None

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

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab and Shift+Tab."""
        return self.panes.tab(1 if forward else -1)

    def childEvent(self, event: QChildEvent) -> None:
        """The tabs of docks are made by Qt, which gives them no name for those who do not see them."""
        super().childEvent(event)
        if event.type() == QEvent.Type.ChildPolished and isinstance(tabs := event.child(), QTabBar):
            tabs.setAccessibleName(tr("Views that share this place"))

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
        self.silence.hide()
        self.docks.save(self._settings)
        self.opener.close()
        super().closeEvent(event)


def _dropped(event: QDropEvent) -> Path | None:
    urls = event.mimeData().urls()
    return Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None


def _colours(value: object) -> Colours:
    return next((name for name in COLOURS if name == value), "system")


def _is_dark(colours: Colours) -> bool:
    if colours == "system":
        return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return colours == "dark"
