"""The legend below the sequence chart: as many rows as its marks need in the width there is."""

from typing import Final

from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from gui.paint.sequence_legend import ROW, Entry, legend_rows, paint_legend
from gui.theme import Theme
from simulator.i18n import tr

_MARGIN: Final = 3


class Legend(QWidget):
    """What the marks of the chart mean."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._entries: list[Entry] = []
        self.setAccessibleName(tr("Legend"))

    def show_entries(self, entries: list[Entry], theme: Theme) -> None:
        """Explain these marks."""
        self._entries, self._theme = entries, theme
        self.setAccessibleDescription(", ".join(entry.text for entry in entries))
        self._fit()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take as many rows as the width asks for."""
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The entries."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), self._theme.window)
        painter.translate(0, _MARGIN)
        paint_legend(painter, self._entries, self.width(), self._theme)

    def _fit(self) -> None:
        rows = legend_rows(self._entries, self.width(), self._theme)
        self.setFixedHeight(round(rows * ROW + 2 * _MARGIN) if rows else 0)
