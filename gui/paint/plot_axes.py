"""The axes of the load view's plots, with their grids. pyqtgraph's own take as long to paint as all curves together."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsWidget, QStyleOptionGraphicsItem, QWidget

from gui.numbers import number
from gui.paint.axis import local_ticks
from gui.theme import Theme

LEFT_PX: Final = 52

_TICK_PX: Final = 80
_VALUE_PX: Final = 44
_NEAREST_PX: Final = 18
_FEW: Final = 5
_GAP_PX: Final = 4
_NICE: Final = (1, 2, 5, 10)

Option = QStyleOptionGraphicsItem


class Axis(QGraphicsWidget):
    """Beside (or under) a view box, whose grid it draws as well; `box` is a pyqtgraph ViewBox."""

    def __init__(self, box: Any, theme: Theme) -> None:
        super().__init__()
        self.title = ""
        self._box = box
        self._theme = theme
        self.setZValue(box.zValue() - 1)
        box.sigRangeChanged.connect(lambda *_: self.update())

    def set_theme(self, theme: Theme) -> None:
        """Take on another theme."""
        self._theme = theme
        self.update()

    def boundingRect(self) -> QRectF:
        """Its own place and the box's, asked by Qt."""
        box: QRectF = self.mapRectFromItem(self._box, self._box.rect())
        return self.rect().united(box)

    def _prepare(self, painter: QPainter, grid: Sequence[QLineF]) -> QFontMetricsF:
        painter.setPen(QPen(self._theme.grid, 1))
        painter.drawLines(list(grid))
        painter.setPen(self._theme.muted)
        painter.setFont(self._theme.small)
        return QFontMetricsF(self._theme.small)


class ValueAxis(Axis):
    """Values at the left, with a title that ends in their unit ("power, kW"); `whole` for things that are counted."""

    def __init__(self, box: Any, theme: Theme, title: str, *, whole: bool = False) -> None:
        super().__init__(box, theme)
        self.title = title
        self._whole = whole
        self.setMinimumWidth(LEFT_PX)
        self.setMaximumWidth(LEFT_PX)

    def paint(self, painter: QPainter, option: Option, widget: QWidget | None = None) -> None:
        """Draw, asked by Qt."""
        del option, widget
        low, high = self._box.viewRange()[1]
        place = self.mapRectFromItem(self._box, self._box.rect())
        if place.height() < 1 or high <= low:
            return
        at_most = max(place.height() / _VALUE_PX, min(place.height() / _NEAREST_PX, _FEW))
        ticks, places = value_ticks(low, high, at_most, whole=self._whole)
        rows = [place.bottom() - (tick - low) / (high - low) * place.height() for tick in ticks]
        metrics = self._prepare(painter, [QLineF(place.left(), row, place.right(), row) for row in rows])
        for tick, row in zip(ticks, rows, strict=True):
            # The lowest number would hang over into the panel below.
            top = min(max(row - metrics.height() / 2, place.top()), place.bottom() - metrics.height())
            room = QRectF(0, top, place.left() - _GAP_PX, metrics.height())
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, number(tick, places))
        painter.translate(0, place.bottom())
        painter.rotate(-90)
        room = QRectF(0, 0, place.height(), metrics.height())
        # Where there is little room the unit stands for the whole.
        fits = metrics.horizontalAdvance(self.title) <= place.height()
        text = self.title if fits else self.title.rpartition(", ")[2]
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)


class TimeAxis(Axis):
    """Local times below; texts only under the lowest of several boxes, the grid in each."""

    def __init__(self, box: Any, theme: Theme, local: Callable[[int], datetime]) -> None:
        super().__init__(box, theme)
        self._local = local
        self._is_lowest = False

    def set_room(self, *, is_shown: bool, is_lowest: bool) -> None:
        """Take room for texts under the lowest box, else only for a gap."""
        self._is_lowest = is_lowest
        rows = QFontMetricsF(self._theme.small).height()
        height = 2 * rows + 2 * _GAP_PX if is_lowest else float(self._theme.space if is_shown else 0)
        self.setMinimumHeight(height)
        self.setMaximumHeight(height)

    def paint(self, painter: QPainter, option: Option, widget: QWidget | None = None) -> None:
        """Draw, asked by Qt."""
        del option, widget
        low, high = self._box.viewRange()[0]
        place = self.mapRectFromItem(self._box, self._box.rect())
        if place.width() < 1 or high <= low:
            return
        ticks = local_ticks(self._local, round(low * 1e6), round(high * 1e6), max(int(place.width() / _TICK_PX), 1))
        columns = [place.left() + (tick.at_us / 1e6 - low) / (high - low) * place.width() for tick in ticks]
        metrics = self._prepare(painter, [QLineF(column, place.top(), column, place.bottom()) for column in columns])
        painter.setPen(self._theme.line)
        painter.drawLine(QLineF(place.left(), place.bottom(), place.right(), place.bottom()))
        if not self._is_lowest:
            return
        painter.setPen(self._theme.muted)
        edge, row = -LEFT_PX, metrics.height()
        for tick, column in zip(ticks, columns, strict=True):
            width = metrics.horizontalAdvance(tick.text)
            left = min(column - width / 2, place.right() - width)
            if left >= edge:
                painter.drawText(QRectF(left, _GAP_PX, width + 1, row), Qt.AlignmentFlag.AlignCenter, tick.text)
                edge = left + width + 2 * _GAP_PX
        painter.drawText(
            QRectF(place.left(), row + _GAP_PX, place.width(), row), Qt.AlignmentFlag.AlignCenter, self.title
        )


def value_ticks(low: float, high: float, at_most: float, *, whole: bool = False) -> tuple[list[float], int]:
    """Round values between two, about `at_most` of them, and the decimal places that they need."""
    rough = (high - low) / max(at_most, 1)
    power = 10.0 ** np.floor(np.log10(rough))
    step = next((nice * power for nice in _NICE if nice * power >= rough), 10 * power)
    if whole:
        step = max(step, 1.0)
    first, last = int(np.ceil(low / step - 1e-9)), int(np.floor(high / step + 1e-9))
    places = max(-int(np.floor(np.log10(step) + 1e-9)), 0)
    return [index * step for index in range(first, last + 1)], places
