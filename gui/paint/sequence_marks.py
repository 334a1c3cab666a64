"""The marks of the sequence chart, alike in the chart and in its legend: lines with their ends, crosses, slips."""

from math import atan2, cos, pi, sin
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

_HEAD: Final = 8.0
_CROSS: Final = 4.5
_TAIL: Final = 2.6
_FOLD: Final = 6.0


def paint_line(painter: QPainter, a: QPointF, b: QPointF, pen: QPen, *, filled: bool, tail: bool = False) -> None:
    """A line with a head, full or open; `tail` begins it with a ring."""
    painter.setPen(pen)
    painter.drawLine(a, b)
    angle = atan2(b.y() - a.y(), b.x() - a.x())
    wings = [b - QPointF(cos(angle + side), sin(angle + side)) * _HEAD for side in (pi / 8, -pi / 8)]
    solid = QPen(pen)
    solid.setStyle(Qt.PenStyle.SolidLine)
    painter.setPen(solid)
    if filled:
        painter.setBrush(pen.color())
        painter.drawPolygon(QPolygonF([b, *wings]))
    else:
        painter.drawPolyline(QPolygonF([wings[0], b, wings[1]]))
    if tail:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(a, _TAIL, _TAIL)


def paint_cross(painter: QPainter, at: QPointF, colour: QColor) -> None:
    """Where something did not come through."""
    painter.setPen(QPen(colour, 2.2))
    for side in (1, -1):
        painter.drawLine(at - QPointF(_CROSS, side * _CROSS), at + QPointF(_CROSS, side * _CROSS))


def paint_slip(painter: QPainter, rect: QRectF, edge: QColor, paper: QColor) -> None:
    """A slip of paper with a folded corner."""
    inner, outer = QPointF(rect.right() - _FOLD, rect.top()), QPointF(rect.right(), rect.top() + _FOLD)
    path = QPainterPath(rect.topLeft())
    for corner in (inner, outer, rect.bottomRight(), rect.bottomLeft()):
        path.lineTo(corner)
    path.closeSubpath()
    painter.setPen(QPen(edge, 1))
    painter.setBrush(paper)
    painter.drawPath(path)
    painter.drawPolyline(QPolygonF([inner, QPointF(inner.x(), outer.y()), outer]))
