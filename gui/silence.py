"""What is offered while the engine does not answer: to wait, or to stop it; it holds up nothing."""

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QToolBar, QWidget

from gui.theme import Theme
from simulator.i18n import tr


class SilenceBar(QToolBar):
    """A line above the views, there from when the engine falls silent until it answers, or the person wants to wait.

    `stop_wanted`: end the engine. An engine that was not started by this window is not this window's to stop.
    """

    stop_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(tr("The engine does not answer"), parent)
        self.setObjectName("silence")
        self.setMovable(False)
        self.toggleViewAction().setVisible(False)
        self._is_silent = False
        self._picture = QLabel()
        self.sentence = QLabel()
        self.sentence.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.wait = QPushButton(tr("&Wait"))
        self.stop = QPushButton(tr("&Stop the engine"))
        self.wait.clicked.connect(self.hide)
        self.stop.clicked.connect(self.stop_wanted)
        for widget in (self._picture, self.sentence, self.wait):
            self.addWidget(widget)
        self._stop_shown = self.addWidget(self.stop)
        self.set_theme(theme)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._picture.setPixmap(theme.icon("silent", theme.warning).pixmap(QSize(theme.icon_size, theme.icon_size)))
        self.setStyleSheet(
            f"QToolBar {{ background: {theme.panel.name()}; border: 1px solid {theme.warning.name()}; "
            f"padding: {theme.space}px; spacing: {theme.space}px; }}"
        )

    def show_silence(self, is_silent: bool, can_stop: bool) -> None:
        """The engine answers or not, and may be stopped from here or not."""
        self._stop_shown.setVisible(can_stop)
        self.sentence.setText(
            tr("The engine does not answer. Wait until it does, or stop it; what it has recorded stays shown.")
            if can_stop
            else tr("The engine does not answer. It was started outside this window: end it there, or wait for it.")
        )
        if is_silent != self._is_silent:
            self._is_silent = is_silent
            self.setVisible(is_silent)
            if is_silent:
                QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))
