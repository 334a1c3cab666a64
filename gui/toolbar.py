"""The toolbar: the actions used most, the speed, and the two fields that are typed into."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QComboBox, QLabel, QToolBar, QToolButton

from gui.fields import FilterField, TimeField
from gui.models.cursor import Cursor
from gui.models.run import SPEEDS, Run
from gui.palette import plain
from gui.theme import Theme
from simulator.i18n import tr

_BEGIN: Final = ("open", None, "step_back", "play_or_pause", "step", "go_live", None)
_END: Final = (None, "jump_previous", "jump_next", None, "switch_theme", "show_palette")


class Tools(QToolBar):
    """Every part of it can be reached by Tab, as a toolbar of Qt by itself cannot."""

    def __init__(self, actions: Mapping[str, QAction], run: Run, cursor: Cursor, theme: Theme) -> None:
        super().__init__(tr("Tools"))
        self.setObjectName("toolbar")
        self.setIconSize(QSize(theme.icon_size, theme.icon_size))
        self._run = run
        self._actions = actions
        self.speed = QComboBox()
        self.time = TimeField(run, cursor, theme)
        self.filter = FilterField(run, cursor, theme)
        for field in (self.time, self.filter):
            # A file that is dropped here is to be opened by the window, and not to be typed.
            field.setAcceptDrops(False)
        self.filter.completer_popup.setAccessibleName(tr("What may be typed next"))
        self._add(_BEGIN)
        for speed in SPEEDS:
            self.speed.addItem(tr("{factor:g} x").format(factor=speed) if speed else tr("max"), speed)
        self.speed.setAccessibleName(tr("Speed"))
        self.speed.setToolTip(tr("Simulated seconds a second"))
        self.speed.activated.connect(lambda index: run.set_speed(self.speed.itemData(index)))
        self.addWidget(QLabel(tr("Speed") + " "))
        self.addWidget(self.speed)
        self.addSeparator()
        self.addWidget(self.time)
        self.addSeparator()
        self.addWidget(self.filter)
        self._add(_END)

    def _add(self, ids: tuple[str | None, ...]) -> None:
        for action_id in ids:
            if action_id is None:
                self.addSeparator()
                continue
            action = self._actions[action_id]
            self.addAction(action)
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            action.setToolTip(f"{plain(action)} ({keys})" if keys else plain(action))
            button = self.widgetForAction(action)
            assert isinstance(button, QToolButton)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def show_situation(self) -> None:
        """What can be set now, and the speed that is."""
        is_open = self._run.recording is not None
        for widget in (self.time, self.filter):
            widget.setEnabled(is_open)
        self.speed.setEnabled(is_open and not self._run.is_silent)
        index = self.speed.findData(self._run.speed)
        if index < 0:
            self.speed.addItem(tr("{factor:g} x").format(factor=self._run.speed), self._run.speed)
            index = self.speed.count() - 1
        self.speed.setCurrentIndex(index)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self.time.set_theme(theme)
        self.filter.set_theme(theme)
