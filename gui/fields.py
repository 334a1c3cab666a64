"""The two fields of the toolbar that are typed into: where the time cursor stands, and which messages are shown."""

from typing import Final

from PySide6.QtCore import QStringListModel, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QListView, QWidget

from gui.models.cursor import Cursor
from gui.models.run import Run
from gui.theme import Theme
from simulator.filters.complete import complete, known_values
from simulator.filters.errors import FilterError
from simulator.filters.instants import Origin
from simulator.filters.parse import parse
from simulator.i18n import tr

_PAUSE_MS: Final = 300
_MOST_COMPLETIONS: Final = 12


class Field(QLineEdit):
    """A field that shows by its frame and its tip that what was typed cannot be read.

    `refused`: the sentence. `withdrawn`: that sentence holds no longer.
    """

    refused = Signal(str)
    withdrawn = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._help = self._told = ""

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._theme = theme

    def set_help(self, text: str) -> None:
        """What the tip says while nothing is wrong."""
        self._help = text
        self.setToolTip(text)

    def accept(self) -> None:
        """What was typed can be read."""
        self.setStyleSheet("")
        self.setToolTip(self._help)
        told, self._told = self._told, ""
        if told:
            self.withdrawn.emit(told)

    def refuse(self, sentence: str) -> None:
        """What was typed cannot be read."""
        self.setStyleSheet(f"QLineEdit {{ border: 1px solid {self._theme.error.name()}; }}")
        self.setToolTip(sentence)
        self._tell(sentence)

    def _tell(self, sentence: str) -> None:
        self._told = sentence
        self.refused.emit(sentence)

    @property
    def is_refused(self) -> bool:
        """Whether it shows something that cannot be read."""
        return bool(self.styleSheet())


class TimeField(Field):
    """Shows where the time cursor stands; a time typed here moves it, Escape forgets what was typed."""

    def __init__(self, run: Run, cursor: Cursor, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._run = run
        self._cursor = cursor
        self.setAccessibleName(tr("Time of the cursor"))
        self.set_help(tr("Time of the cursor; type 07:40, 07:40 +1 for the next day, or an instant, and press Enter"))
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setFixedWidth(QFontMetrics(self.font()).horizontalAdvance("00:00:00.000 +10") + 2 * theme.space)
        self.returnPressed.connect(self._go)
        cursor.time_changed.connect(self._show)
        run.opened.connect(self._show)
        run.closed.connect(self._show)
        self._show()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Ready to be typed over."""
        super().focusInEvent(event)
        self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """What was not sent off is forgotten."""
        super().focusOutEvent(event)
        self._forget()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape forgets what was typed."""
        if event.key() == Qt.Key.Key_Escape:
            self._forget()
        else:
            super().keyPressEvent(event)

    def _forget(self) -> None:
        self.setModified(False)
        self.accept()
        self._show()

    def _show(self) -> None:
        if not self.isModified():
            is_open = self._run.recording is not None
            self.setText(self._run.clock(self._cursor.at_us, ms=True) if is_open else "")
            self.setCursorPosition(0)

    def _go(self) -> None:
        try:
            at_us = self._run.at_of(self.text())
        except ValueError as error:
            self.refuse(str(error))
            return
        self._run.seek(at_us)
        self._forget()
        if self._cursor.at_us != at_us:
            self._tell(
                tr("The run lasts from {begin} to {end}.").format(
                    begin=self._run.clock(self._run.begin_us), end=self._run.clock(self._run.end_us)
                )
            )


class FilterField(Field):
    """The filter of all views, with what may be typed next. A filter takes effect a moment after the last letter."""

    def __init__(self, run: Run, cursor: Cursor, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._run = run
        self._cursor = cursor
        self._known: dict[str, list[str]] = {}
        self.setAccessibleName(tr("Filter of the messages"))
        self.setPlaceholderText(tr("Filter, as in: module:sessions from:NL-ABC status>=400"))
        self.setClearButtonEnabled(True)
        self.setMinimumWidth(120)
        self._icon = self.addAction(theme.icon("filter"), QLineEdit.ActionPosition.LeadingPosition)
        self.set_help(tr("All views show only what fits; words are joined by and, or, not and parentheses"))
        self._words = QStringListModel(self)
        self._completer = QCompleter(self._words, self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setWidget(self)
        self.completer_popup = QListView()
        self._completer.setPopup(self.completer_popup)
        self._completer.activated.connect(self._complete)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._apply)
        self.textEdited.connect(self._edited)
        self.textChanged.connect(lambda text: None if text else self._apply())
        self.returnPressed.connect(self._apply)
        cursor.filter_changed.connect(self._show)
        run.opened.connect(self._learn)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        super().set_theme(theme)
        self._icon.setIcon(theme.icon("filter"))

    def _show(self, text: str) -> None:
        if text != self.text():
            self.setText(text)
        self.accept()

    def _learn(self) -> None:
        """The parties and the like that occur come from the recording; again before each list, while it grows."""
        self._known = {}
        if self._run.recording is not None:
            with self._run.reading():
                self._known = known_values(self._run.recording)

    def _edited(self, text: str) -> None:
        self._pause.start()
        if self._run.is_live:
            self._learn()
        found = complete(text, self.cursorPosition(), self._known)[:_MOST_COMPLETIONS] if text else []
        self._words.setStringList([each.text for each in found])
        if found and [each.text for each in found] != [text]:
            self._completer.complete()
        else:
            self.completer_popup.hide()

    def _complete(self, chosen: str) -> None:
        for each in complete(self.text(), self.cursorPosition(), self._known):
            if each.text == chosen:
                text = self.text()
                self.setText(text[: each.begin] + chosen + text[each.end :])
                self.setCursorPosition(each.begin + len(chosen))
                break
        self._pause.start()

    def _apply(self) -> None:
        self._pause.stop()
        text = self.text().strip()
        try:
            parse(text, Origin(self._run.start_epoch_us, self._run.zone))
        except FilterError as error:
            self.refuse(error.sentence)
            return
        self.accept()
        self._cursor.set_filter(text)
