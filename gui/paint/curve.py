"""One curve of the load view as a polyline in the units of its panel, drawn by Qt in one call."""

from typing import Final

import numpy as np
from pyqtgraph.functions import create_qpolygonf, ndarray_from_qpolygonf  # type: ignore[import-untyped]
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from gui.paint.lines import Line, ink
from gui.paint.pyramid import Floats
from gui.theme import Theme

_NOTHING: Final = np.empty(0)


class CurveItem(QGraphicsItem):
    """A polyline. A wide one is drawn several times a pixel apart: Qt's wide pens take thirty times as long."""

    def __init__(self, line: Line, theme: Theme) -> None:
        super().__init__()
        style = Qt.PenStyle.DashLine if line.is_dashed else Qt.PenStyle.SolidLine
        self._pen = QPen(ink(line, theme), 1, style)
        self._pen.setCosmetic(True)
        self._width = line.width
        self.points: tuple[Floats, Floats] = (_NOTHING, _NOTHING)
        self._polygon = QPolygonF()
        self._view = QRectF()

    def set_points(self, x: Floats, y: Floats, view: QRectF) -> None:
        """Show these seconds and values; `view` is all that is visible."""
        self.prepareGeometryChange()
        self._view = view
        self.points = x, y
        self._polygon = polygon(x, y)
        self.update()

    def boundingRect(self) -> QRectF:
        """All that is visible."""
        return self._view

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw, asked by Qt."""
        del option, widget
        scale = painter.worldTransform()
        # A plot that has just been shown has no height yet.
        if not scale.isInvertible():
            return
        painter.setPen(self._pen)
        painter.drawPolyline(self._polygon)
        if self._width == 1:
            return
        right, down = 1 / scale.m11(), 1 / scale.m22()
        for step in range(self._width):
            shift = step - (self._width - 1) // 2
            if shift:
                painter.translate(shift * right, -shift * down)
                painter.drawPolyline(self._polygon)
                painter.setWorldTransform(scale)


def polygon(x: Floats, y: Floats) -> QPolygonF:
    """Points from arrays in one go: Qt's memory written as an array."""
    points: QPolygonF = create_qpolygonf(len(x))
    if len(x):
        memory = ndarray_from_qpolygonf(points)
        memory[:, 0], memory[:, 1] = x, y
    return points
