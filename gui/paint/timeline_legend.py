"""Paints the legend of the timeline: what a bar counts, the marks in the strip, the names beside their colours."""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from gui.theme import Theme

_LEFT_PX: Final = 4.0
_MARK_PX: Final = 9.0
_GAP_PX: Final = 12.0
_MORE: Final = "..."


class Entry(NamedTuple):
    """A mark of the strip with its word."""

    mark: Literal["bar", "whole", "torn", "fault", "command", "hint"]
    text: str
    colour: QColor


def paint_legend(painter: QPainter, box: QRectF, entries: Sequence[Entry], unit: str, theme: Theme) -> None:
    """In one line, as far as there is room; the unit stands first, above the axis that it belongs to."""
    metrics = QFontMetricsF(theme.small)
    x = _LEFT_PX
    painter.setPen(theme.text)
    painter.drawText(QRectF(x, box.top(), box.right() - x, box.height()), Qt.AlignmentFlag.AlignVCenter, unit)
    x += metrics.horizontalAdvance(unit) + 16
    room = box.right() - metrics.horizontalAdvance(_MORE) - 4
    for number, entry in enumerate(entries):
        width = metrics.horizontalAdvance(entry.text)
        end = x + _MARK_PX + 4 + width
        if end > (box.right() if number == len(entries) - 1 else room):
            painter.setPen(theme.muted)
            painter.drawText(QRectF(x, box.top(), 20, box.height()), Qt.AlignmentFlag.AlignVCenter, _MORE)
            break
        _paint_mark(painter, QRectF(x, box.center().y() - _MARK_PX / 2, _MARK_PX, _MARK_PX), entry, theme)
        painter.setPen(theme.muted)
        words = QRectF(x + _MARK_PX + 4, box.top(), width + 2, box.height())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, entry.text)
        x = end + _GAP_PX


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
        case "hint":
            painter.fillRect(QRectF(rect.center().x() - 1, rect.top() + 1, 2, 7), entry.colour)
        case "command":
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(entry.colour)
            top = rect.top() + 1
            corners = [(rect.left(), top), (rect.right(), top), (rect.center().x(), top + 7)]
            painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in corners]))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
