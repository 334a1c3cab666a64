"""The table of messages: how wide its columns are in much room and in little, and how it is scrolled."""

from typing import Final

from PySide6.QtCore import QItemSelectionModel, QPoint, QSignalBlocker
from PySide6.QtGui import QFocusEvent, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView

from gui.models.message_rows import DURATION, FROM, HINTS, MEANING, METHOD, PATH, STATUS, TIME, TO
from gui.theme import Theme

_MARGIN: Final = 14
_SAMPLES: Final = {
    TIME: "00:00:00.000",
    FROM: "NL-ABCD",
    TO: "NL-ABCD",
    MEANING: "__Ask the eMSP: may this token charge?",
    METHOD: "DELETE",
    STATUS: "____not connected",
    HINTS: "___12 warnings +9",
    DURATION: "30,000 ms",
    PATH: "/ocpi/receiver/2.2.1/sessions/NL/ABC/",
}
_LEAST: Final = {MEANING: "__Session update__", PATH: "/ocpi/…00000001"}
"""To these texts the columns give way, paths first: of two messages the meaning tells more."""


class MessageTable(QTableView):
    """A table whose path takes the room that is left; a narrow one cuts meanings and paths, then it scrolls sideways.

    A column that a person has made wider or narrower stays as it is.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._samples = dict(_SAMPLES)
        self._is_fitting = False
        self._by_hand: set[int] = set()
        self.horizontalHeader().sectionResized.connect(self._resized)

    def set_theme(self, theme: Theme) -> None:
        """Fit the columns to another theme's fonts."""
        self._theme = theme
        self.verticalHeader().setDefaultSectionSize(theme.row)
        self._fit()

    def set_last_time(self, text: str) -> None:
        """Make room for the longest time of a run: from the second day on, a clock tells the day too."""
        self._samples[TIME] = text
        self._fit()

    def show_column(self, column: int, is_shown: bool) -> None:
        """A column that has nothing to say leaves its room to the others."""
        if self.isColumnHidden(column) == is_shown:
            self._is_fitting = True
            self.setColumnHidden(column, not is_shown)
            self._is_fitting = False
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """To come by with the keyboard chooses nothing: Qt would make the very first row the current one and say so."""
        if self.currentIndex().isValid():
            super().focusInEvent(event)
            return
        quiet = QSignalBlocker(self.selectionModel())
        super().focusInEvent(event)
        in_sight = self.indexAt(QPoint(0, 0))
        self.selectionModel().setCurrentIndex(in_sight, QItemSelectionModel.SelectionFlag.NoUpdate)
        quiet.unblock()

    def show_row(self, row: int) -> None:
        """Bring a row that is not wholly in sight to the middle, and do not scroll sideways."""
        bar = self.horizontalScrollBar()
        stood = bar.value()
        index = self.model().index(row, 0)
        # To be asked this makes Qt lay out a list that has just come, before which it could not be scrolled.
        rect, room = self.visualRect(index), self.viewport().height()
        if rect.top() < 0 or rect.bottom() >= room:
            self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
        bar.setValue(stood)

    def choose_row(self, row: int) -> None:
        """Select a row without scrolling to it."""
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.setAutoScroll(False)
        column = max(0, self.currentIndex().column())
        self.selectionModel().setCurrentIndex(self.model().index(row, column), flags)
        self.setAutoScroll(True)

    def _width(self, column: int, sample: str) -> int:
        font = self._theme.mono if column in (TIME, PATH) else self._theme.body
        return QFontMetrics(font).horizontalAdvance(sample) + _MARGIN

    def _fit(self) -> None:
        """Make columns as wide as their usual texts, as far as there is room."""
        widths = {
            column: self.columnWidth(column) if column in self._by_hand else self._width(column, sample)
            for column, sample in self._samples.items()
            if not self.isColumnHidden(column)
        }
        room = self.viewport().width() - sum(widths.values())
        spare = {
            column: 0 if column in self._by_hand else max(0, widths[column] - self._width(column, sample))
            for column, sample in _LEAST.items()
        }
        # A path that is cut and yet not in sight would be the worse for it.
        for column in (PATH, MEANING) if sum(spare.values()) >= -room else (MEANING,):
            given = min(spare[column], max(0, -room))
            widths[column] -= given
            room += given
        if room > 0 and PATH not in self._by_hand:
            widths[PATH] += room
        self._is_fitting = True
        for column, width in widths.items():
            self.setColumnWidth(column, width)
        self._is_fitting = False

    def _resized(self, column: int) -> None:
        if not self._is_fitting:
            self._by_hand.add(column)
