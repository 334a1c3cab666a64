"""What is written upon a plot of the load view: names of limits, badges of curves, marks of messages, and a caption.

They are placed together, so that none lies upon another: the caption first, then the limits, then the badges.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from gui.paint.curve import CurveItem
from gui.paint.lines import Line, ink, mixed
from gui.paint.placing import beside, freest, spread, stretches
from gui.paint.pyramid import Floats
from gui.theme import Theme

_PAD_PX: Final = 4
_LEADING_PX: Final = 3
_ALONG: Final = (1.0, 0.0, 0.75, 0.5, 0.25)
"""Where along its line a label may stand, from the left (0) to the right, the best first."""
_MARK_PX: Final = 5
_PAPER: Final = 0.86
TIME_PX: Final = 16.0
"""How high the time at the cursor is, at the upper edge."""


class Label(NamedTuple):
    """A text where it stands, in pixels of the plot; a badge has a frame."""

    text: str
    place: QRectF
    colour: QColor
    is_badge: bool


class Overlay(QGraphicsItem):
    """Lies upon one pyqtgraph ViewBox, in its pixels."""

    def __init__(self, box: Any, theme: Theme) -> None:
        super().__init__(box)
        self._box = box
        self._theme = theme
        self._drawn: list[tuple[Line, CurveItem]] = []
        self._captions: Sequence[str] = ()
        self._labels: list[Label] | None = None
        self.setZValue(22)

    def set_theme(self, theme: Theme) -> None:
        """Take on another theme."""
        self._theme = theme
        self.replace()

    def set_drawn(self, drawn: list[tuple[Line, CurveItem]]) -> None:
        """The curves of this plot."""
        self._drawn = drawn
        self.replace()

    def set_captions(self, texts: Sequence[str]) -> None:
        """What stands in the upper left corner: the first that fits, or as much as does of the last."""
        if texts != self._captions:
            self._captions = texts
            self.replace()

    def replace(self) -> None:
        """The curves, the range or the size have changed."""
        self.prepareGeometryChange()
        self._labels = None
        self.update()

    @property
    def labels(self) -> list[Label]:
        """What stands where."""
        if self._labels is None:
            self._labels = self._place()
        return self._labels

    def boundingRect(self) -> QRectF:
        """All of the plot, asked by Qt."""
        rect: QRectF = self._box.rect()
        return rect

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw, asked by Qt."""
        del option, widget
        for line, _ in self._drawn:
            if len(line.marks_us):
                self._paint_marks(painter, line)
        painter.setFont(self._theme.small)
        paper = QColor(self._theme.panel)
        paper.setAlphaF(_PAPER)
        for label in self.labels:
            painter.setPen(QPen(label.colour, 1) if label.is_badge else Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.panel if label.is_badge else paper)
            painter.drawRoundedRect(label.place, 3, 3)
            painter.setPen(label.colour)
            painter.drawText(label.place, Qt.AlignmentFlag.AlignCenter, label.text)

    def _paint_marks(self, painter: QPainter, line: Line) -> None:
        """A small square at each mark, at most one in its width."""
        (from_s, to_s), _ = self._box.viewRange()
        times_us = line.marks_us[(line.marks_us >= from_s * 1e6) & (line.marks_us <= to_s * 1e6)]
        x, y = self._pixels(times_us / 1e6, line.pyramid.values_at(times_us))
        _, first = np.unique(np.round(x / _MARK_PX), return_index=True)
        painter.setPen(QPen(ink(line, self._theme), 1))
        painter.setBrush(self._theme.panel)
        half = _MARK_PX / 2
        painter.drawRects([QRectF(x[i] - half, y[i] - half, _MARK_PX, _MARK_PX) for i in first if not np.isnan(y[i])])

    def _pixels(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Seconds and values as places in the box."""
        (left, right), (low, high) = self._box.viewRange()
        rect = self._box.rect()
        return (x - left) / (right - left) * rect.width(), (high - y) / (high - low) * rect.height()

    def _place(self) -> list[Label]:
        metrics, rect = QFontMetricsF(self._theme.small), self._box.rect()
        height = metrics.height()
        inside = rect.adjusted(1, 1, -1, -1)
        labels: list[Label] = []
        room = rect.width() - 4 * _PAD_PX
        caption = next(
            (text for text in self._captions if metrics.horizontalAdvance(text) <= room), "".join(self._captions[-1:])
        )
        if caption and rect.height() > height:
            text = metrics.elidedText(caption, Qt.TextElideMode.ElideRight, room)
            width = metrics.horizontalAdvance(text) + 2 * _PAD_PX
            labels.append(Label(text, QRectF(_PAD_PX, 1, width, height), self._theme.text, False))
        labels += self._limits(metrics, inside)
        taken = [label.place.adjusted(-1, -1, 1, 1) for label in labels]
        for line, item in reversed(self._drawn):
            if line.badge and not line.is_faint:
                x, y = self._pixels(*item.points)
                width = max(metrics.horizontalAdvance(line.badge) + 2 * _PAD_PX, height)
                place = beside(x, y, width, height, inside, taken)
                if place is not None:
                    taken.append(place.adjusted(-1, -1, 1, 1))
                    labels.append(Label(line.badge, place, mixed(line.colour, self._theme.text, 0.8), True))
        return labels

    def _limits(self, metrics: QFontMetricsF, inside: QRectF) -> list[Label]:
        """Near their lines, where they hide least of the curves, best at the right end.

        A line above the picture has its label at the upper edge.
        """
        lines = [line for line, _ in self._drawn if line.label and len(line.pyramid)]
        curves = stretches([self._pixels(*item.points) for line, item in self._drawn if not line.is_dashed])
        top = self._box.viewRange()[1][1]
        height = metrics.height()
        _, rows = self._pixels(np.zeros(len(lines)), np.array([line.pyramid.last_value for line in lines]))
        # The topmost row belongs to the time at the cursor.
        pitch = height + _LEADING_PX
        places = spread([float(row) - height for row in rows], pitch, inside.top() + TIME_PX, inside.bottom())
        labels = []
        for line, place in zip(lines, places, strict=True):
            text = line.label_above if line.pyramid.last_value > top else line.label
            text = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, inside.width())
            width = metrics.horizontalAdvance(text) + 2 * _PAD_PX
            if place is not None:
                spare = inside.width() - width
                rects = [QRectF(inside.left() + part * spare, place, width, height) for part in _ALONG]
                labels.append(Label(text, freest(rects, curves), line.colour, False))
        return labels
