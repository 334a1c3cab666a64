"""Small shapes that tell a state beside its colour, and many of them painted at once.

Thousands of shapes are copied out of one pixmap by a single call: 10,000 take about 3 ms where a loop over painted
ellipses takes 100. PySide6 hands such a call its first fragment (line, rectangle) and a count, so they lie one after
the other in a numpy array, as they do in Qt, and none of them is a Python object.
"""

from collections.abc import Callable, Sequence
from math import ceil
from typing import Final, cast

import numpy as np
import shiboken6
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from gui.theme import Shape, Theme

Sprite = Callable[[QPainter, QRectF], None]

_SMALLEST_SHAPE_PX: Final = 5.0
_TIP_PX: Final = 8.0
_DASHES: Final[dict[Shape, list[float]]] = {
    "circle": [],
    "square": [1.3, 0.5],
    "triangle": [0.6, 0.4],
    "diamond": [0.9, 0.3, 0.3, 0.3],
    "cross": [0.3, 0.5],
    "ring": [0.3, 1.0],
}
"""How a line is broken that stands for a status with this shape, in widths of the line; a free place is whole."""


def paint_shape(painter: QPainter, shape: Shape, rect: QRectF, colour: QColor, edge: QColor | None = None) -> None:
    """One shape filling a rectangle; `edge` draws a thin rim in the colour of what lies behind."""
    if min(rect.width(), rect.height()) < _SMALLEST_SHAPE_PX:
        painter.fillRect(rect, colour)
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    side = rect.width()
    if shape in ("cross", "ring"):
        pen = QPen(colour, max(1.4, side * 0.2))
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        inset = pen.widthF() / 2 + side * 0.04
        inner = rect.adjusted(inset, inset, -inset, -inset)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(pen)
        if shape == "ring":
            painter.drawEllipse(inner)
        else:
            painter.drawLine(inner.topLeft(), inner.bottomRight())
            painter.drawLine(inner.topRight(), inner.bottomLeft())
        return
    painter.setBrush(colour)
    painter.setPen(QPen(edge, 1.0) if edge is not None else QPen(Qt.PenStyle.NoPen))
    painter.drawPath(_filled(shape, rect))


def paint_pointed(painter: QPainter, rect: QRectF) -> None:
    """A box with the painter's pen and brush that ends in points left and right, a little beyond the rectangle."""
    tip, middle = min(_TIP_PX, rect.height() / 2), rect.center().y()
    left, right = rect.left() + tip, rect.right() - tip
    corners = [(left, rect.top()), (right, rect.top()), (rect.right() + tip / 2, middle)]
    corners += [(right, rect.bottom()), (left, rect.bottom()), (rect.left() - tip / 2, middle)]
    painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in corners]))


def share_pen(theme: Theme, status: str, width: float) -> QPen:
    """For the part of a ring or bar that tells how many are in a status, by its colour and how the line is broken."""
    colour, shape = theme.status(status)
    pen = QPen(colour, width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if _DASHES[shape]:
        pen.setDashPattern(_DASHES[shape])
    return pen


def _filled(shape: Shape, rect: QRectF) -> QPainterPath:
    path = QPainterPath()
    side = rect.width()
    if shape == "square":
        inset = side * 0.06
        path.addRoundedRect(rect.adjusted(inset, inset, -inset, -inset), side * 0.14, side * 0.14)
    elif shape == "triangle":
        path.addPolygon(QPolygonF([QPointF(rect.center().x(), rect.top()), rect.bottomRight(), rect.bottomLeft()]))
        path.closeSubpath()
    elif shape == "diamond":
        middle = rect.center()
        path.addPolygon(
            QPolygonF(
                [
                    QPointF(middle.x(), rect.top()),
                    QPointF(rect.right(), middle.y()),
                    QPointF(middle.x(), rect.bottom()),
                    QPointF(rect.left(), middle.y()),
                ]
            )
        )
        path.closeSubpath()
    else:
        path.addEllipse(rect)
    return path


def paint_lines(painter: QPainter, lines: NDArray[np.float64]) -> None:
    """Many lines with the painter's pen: rows of x, y of one end and x, y of the other."""
    if len(lines):
        held = np.ascontiguousarray(lines, np.float64)
        painter.drawLines(cast(QLineF, shiboken6.wrapInstance(held.ctypes.data, QLineF)), len(held))


def paint_rects(painter: QPainter, rects: NDArray[np.float64]) -> None:
    """Many rectangles with the painter's pen and brush, with hard edges: rows of x, y, width, height."""
    if len(rects):
        held = np.ascontiguousarray(rects, np.float64)
        smooth = painter.testRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.drawRects(cast(QRectF, shiboken6.wrapInstance(held.ctypes.data, QRectF)), len(held))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)


class Atlas:
    """Sprites of one size, painted once, copied as often as wanted."""

    def __init__(self, sprites: Sequence[Sprite], side_px: int, ratio: float) -> None:
        """`ratio` is device pixels a pixel of the window."""
        self.side_px = side_px
        self._ratio = ratio
        self._side = ceil(side_px * ratio)
        self._step = self._side + 2
        self._pixmap = QPixmap(self._step * max(1, len(sprites)), self._step)
        self._pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(self._pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, sprite in enumerate(sprites):
            painter.save()
            painter.translate(number * self._step + 1, 1)
            painter.scale(self._side / side_px, self._side / side_px)
            sprite(painter, QRectF(0, 0, side_px, side_px))
            painter.restore()
        painter.end()

    def paint(self, painter: QPainter, centres_px: NDArray[np.float64], which: NDArray[np.integer]) -> None:
        """Copy sprite `which[i]` to be centred at each place, moved to whole device pixels so that it stays sharp."""
        count = len(centres_px)
        if not count:
            return
        fragments = np.zeros((count, 10))  # x, y, sourceLeft, sourceTop, width, height, scaleX, scaleY, angle, opacity
        size = self._side + 2
        corner = np.round(centres_px * self._ratio - size / 2)
        fragments[:, 0:2] = (corner + size / 2) / self._ratio
        fragments[:, 2] = which.astype(np.int64) * self._step
        fragments[:, 4:6] = size
        fragments[:, 6:8] = 1 / self._ratio
        fragments[:, 9] = 1.0
        first = shiboken6.wrapInstance(fragments.ctypes.data, QPainter.PixmapFragment)
        painter.drawPixmapFragments(cast(QPainter.PixmapFragment, first), count, self._pixmap)
