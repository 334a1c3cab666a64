"""Paints the legend of the timeline: what a bar counts, the marks in the strip, the names beside their colours."""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from gui.paint.timeline_marks import MARK_PX, Severity, paint_command, paint_hint
from gui.theme import Theme

ROWS: Final = 2
"""Two rows of small text are hardly higher than the choice that stands beside them."""

_LEFT_PX: Final = 4.0
_MARK_PX: Final = 9.0
_GAP_PX: Final = 12.0
_MORE: Final = "..."


class Entry(NamedTuple):
    """A mark of the strip with its word."""

    mark: Literal["bar", "whole", "torn", "fault", "command"] | Severity
    text: str
    colour: QColor


class Spot(NamedTuple):
    """Where an entry stands, with its width; without an entry: the dots that say there are more."""

    entry: Entry | None
    x: float
    row: int
    width: float


def place_legend(box: QRectF, entries: Sequence[Entry], unit: str, metrics: QFontMetricsF) -> list[Spot]:
    """Entries after the unit, in one row or below each other in two, as far as there is room."""
    left = _LEFT_PX + metrics.horizontalAdvance(unit) + 16
    dots = metrics.horizontalAdvance(_MORE) + 4
    spots: list[Spot] = []
    x, row = left, 0
    for number, entry in enumerate(entries):
        width = _MARK_PX + 4 + metrics.horizontalAdvance(entry.text)
        is_last = number == len(entries) - 1
        if x + width > box.right() and row < ROWS - 1:
            x, row = left, row + 1
        if x + width > box.right() - (0 if is_last or row < ROWS - 1 else dots):
            return [*spots, Spot(None, x, row, dots)]
        spots.append(Spot(entry, x, row, width))
        x += width + _GAP_PX
    return spots


def paint_legend(painter: QPainter, box: QRectF, entries: Sequence[Entry], unit: str, theme: Theme) -> None:
    """The unit stands first, above the axis that it belongs to."""
    metrics = QFontMetricsF(theme.small)
    spots = place_legend(box, entries, unit, metrics)
    rows = spots[-1].row + 1 if spots else 1
    height = box.height() / rows
    middle = Qt.AlignmentFlag.AlignVCenter
    painter.setPen(theme.text)
    painter.drawText(QRectF(_LEFT_PX, box.top(), box.right() - _LEFT_PX, height), middle, unit)
    for entry, x, row, width in spots:
        line = QRectF(x, box.top() + row * height, width + 2, height)
        if entry is None:
            painter.setPen(theme.muted)
            painter.drawText(line, middle, _MORE)
            return
        _paint_mark(painter, QRectF(x, line.center().y() - _MARK_PX / 2, _MARK_PX, _MARK_PX), entry, theme)
        painter.setPen(theme.muted)
        painter.drawText(line.adjusted(_MARK_PX + 4, 0, 0, 0), middle, entry.text)


def _paint_mark(painter: QPainter, rect: QRectF, entry: Entry, theme: Theme) -> None:
    match entry.mark:
        case "bar":
            painter.fillRect(rect, entry.colour)
        case "whole":
            painter.fillRect(rect, theme.grid)
            painter.setPen(QPen(entry.colour, 1))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        case "torn":
            bar = rect.adjusted(1.5, 0, -1.5, 0)
            painter.fillRect(bar, entry.colour)
            painter.fillRect(QRectF(rect.left(), rect.top() + 3, rect.width(), 2), theme.panel)
        case "fault":
            painter.fillRect(rect.adjusted(-1, 1.5, 1, -1.5), entry.colour)
        case "command":
            paint_command(painter, rect.center().x(), rect.center().y() - MARK_PX / 2, theme)
        case severity:
            paint_hint(painter, rect.center().x(), rect.center().y() - MARK_PX / 2, severity, theme)
