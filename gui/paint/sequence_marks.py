"""The marks of the sequence chart, alike in the chart and in its legend: lines with their ends, slips, and one shape
for each way in which a message can fail, so that none of them is told by colour alone.
"""

from math import atan2, cos, hypot, pi, sin
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from gui.theme import Theme

SEAM: Final = 10.0
"""How wide the border between OCPP and OCPI is at a CPO."""

TIE: Final = 5.0
"""How wide the bar is that joins both legs of a message at a hub."""

_HEAD: Final = 8.0
_CROSS: Final = 4.5
_TAIL: Final = 2.6
_BAR: Final = 6.0
_GLASS: Final = QPointF(3.6, 5.0)
_RING: Final = 4.6
_FOLD: Final = 6.0
_ZIGZAG: Final = 6.0
_KNEE: Final = 5.0
ZIGZAG_REACH: Final = 1.5 * _ZIGZAG + 4
"""How far it reaches to each side of its middle, with a little air."""


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


def paint_zigzag(painter: QPainter, a: QPointF, b: QPointF, pen: QPen, ground: QColor, share: float = 0.5) -> None:
    """In the middle of a line from a to b, or elsewhere on it: somebody between the two is not shown."""
    way = b - a
    length = max(1.0, hypot(way.x(), way.y()))
    along, across = way / length, QPointF(-way.y(), way.x()) / length
    middle = a + way * share
    knees = [
        middle + along * (_ZIGZAG * step) + across * (_KNEE * side)
        for step, side in ((-1.5, 0), (-0.9, 1), (-0.3, -1), (0.3, 1), (0.9, -1), (1.5, 0))
    ]
    painter.setPen(QPen(ground, pen.widthF() + 3))
    painter.drawLine(knees[0], knees[-1])
    painter.setPen(pen)
    painter.drawPolyline(QPolygonF(knees))


def paint_cross(painter: QPainter, at: QPointF, colour: QColor) -> None:
    """Where something did not come through."""
    painter.setPen(QPen(colour, 2.2))
    for side in (1, -1):
        painter.drawLine(at - QPointF(_CROSS, side * _CROSS), at + QPointF(_CROSS, side * _CROSS))


def paint_bar(painter: QPainter, at: QPointF, colour: QColor) -> None:
    """Where there is no way through."""
    painter.setPen(QPen(colour, 3.0))
    painter.drawLine(at - QPointF(0, _BAR), at + QPointF(0, _BAR))


def paint_hourglass(painter: QPainter, at: QPointF, colour: QColor, paper: QColor) -> None:
    """Where somebody has waited in vain."""
    painter.setPen(QPen(colour, 1.4))
    painter.setBrush(paper)
    left, right, high = at.x() - _GLASS.x(), at.x() + _GLASS.x(), _GLASS.y()
    corners = [QPointF(left, at.y() - high), QPointF(right, at.y() - high)]
    corners += [QPointF(left, at.y() + high), QPointF(right, at.y() + high)]
    painter.drawPolygon(QPolygonF(corners))
    painter.setBrush(colour)
    painter.drawPolygon(QPolygonF([at, *corners[2:]]))


def paint_refusal(painter: QPainter, at: QPointF, colour: QColor, paper: QColor) -> None:
    """No entry: what was asked is refused."""
    painter.setPen(QPen(colour, 1.5))
    painter.setBrush(paper)
    painter.drawEllipse(at, _RING, _RING)
    painter.drawLine(at - QPointF(_RING - 2, 0), at + QPointF(_RING - 2, 0))


def paint_second_head(painter: QPainter, a: QPointF, b: QPointF, pen: QPen) -> None:
    """A head behind the head of a line from a to b: it came once more."""
    away = a - b
    length = max(1.0, (away.x() ** 2 + away.y() ** 2) ** 0.5)
    paint_line(painter, a, b + away * (_HEAD * 1.1 / length), pen, filled=True)


def paint_seam(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    """At a CPO: OCPP ends on the left, OCPI begins on the right."""
    half = QRectF(rect.left(), rect.top(), rect.width() / 2, rect.height())
    painter.fillRect(half, faint(theme.module("ocpp"), 0.45))
    painter.fillRect(half.translated(half.width(), 0), faint(theme.accent, 0.4))


def faint(colour: QColor, alpha: float) -> QColor:
    """The colour, letting through what lies behind."""
    through = QColor(colour)
    through.setAlphaF(alpha)
    return through


def paint_slip(
    painter: QPainter, rect: QRectF, edge: QColor, paper: QColor, style: Qt.PenStyle = Qt.PenStyle.SolidLine
) -> None:
    """A slip of paper with a folded corner."""
    inner, outer = QPointF(rect.right() - _FOLD, rect.top()), QPointF(rect.right(), rect.top() + _FOLD)
    path = QPainterPath(rect.topLeft())
    for corner in (inner, outer, rect.bottomRight(), rect.bottomLeft()):
        path.lineTo(corner)
    path.closeSubpath()
    painter.setPen(QPen(edge, 1, style))
    painter.setBrush(paper)
    painter.drawPath(path)
    painter.drawPolyline(QPolygonF([inner, QPointF(inner.x(), outer.y()), outer]))
