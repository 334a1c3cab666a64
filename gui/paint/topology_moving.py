"""Paints what moves or is pointed at: messages on their links, the chosen message's arrow, the chosen EVSE."""

from math import atan2, cos, pi, sin
from typing import Final

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QPolygonF

from gui.models.topology.model import TopologyModel
from gui.models.topology.placed import Placed
from gui.paint.shapes import Atlas, Sprite, paint_shape
from gui.paint.topology_links import paint_troubles
from gui.paint.topology_map import strip_rect
from gui.paint.topology_text import paint_text
from gui.theme import Theme
from simulator.i18n import tr

_DOT_PX: Final = 13
_SMALL_DOT_PX: Final = 9
_MANY_DOTS: Final = 150
_HEAD_PX: Final = 11.0
_ABOVE_PX: Final = 36.0
_WIDEST_WORD_PX: Final = 260.0
_WIDEST_PLACE_PX: Final = 142.0


def paint_dot(painter: QPainter, theme: Theme, rect: QRectF, module: str, answer: bool) -> None:
    """A message in its module's colour: a filled dot is a request, a ring its answer."""
    colour = theme.module(module)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.panel, 1.2))
    painter.setBrush(colour)
    painter.drawEllipse(rect.adjusted(1, 1, -1, -1))
    if answer:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.panel)
        inset = rect.width() * 0.31
        painter.drawEllipse(rect.adjusted(inset, inset, -inset, -inset))


def paint_failure(painter: QPainter, theme: Theme, rect: QRectF) -> None:
    """A message of which nothing came."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.panel)
    painter.drawEllipse(rect)
    paint_shape(painter, "cross", rect.adjusted(2, 2, -2, -2), theme.error)


class MovingPainter:
    """Paints the topmost layer; keeps the sprites of the modules seen so far."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._atlas: Atlas | None = None
        self._key: tuple[int, int, float] = (0, 0, 0.0)

    def paint(self, painter: QPainter, model: TopologyModel, placed: Placed) -> None:
        """Over everything else."""
        painter.save()
        painter.setClipRect(strip_rect(placed))
        if len(model.dots.exchange) and model.traffic is not None:
            self._paint_dots(painter, model, placed, model.traffic.modules)
        paint_troubles(painter, self._theme, model, placed)
        self._paint_message(painter, model, placed)
        self._paint_place(painter, model, placed)
        painter.restore()
        if model.highlight.evse >= 0 and placed.evses_drawn and model.highlight.evse in placed.evses_seen:
            painter.setPen(QPen(self._theme.accent, 2.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            rect = QRectF(*placed.rect_of("evse", model.highlight.evse))
            grow = max(0.0, 5 - placed.cell_px / 2)
            painter.drawRoundedRect(rect.adjusted(-grow, -grow, grow, grow), 4, 4)

    def _paint_dots(self, painter: QPainter, model: TopologyModel, placed: Placed, modules: list[str]) -> None:
        dots = model.dots
        side = _DOT_PX if len(dots.exchange) <= _MANY_DOTS else _SMALL_DOT_PX
        key = (len(modules), side, painter.device().devicePixelRatioF())
        if self._atlas is None or self._key != key:
            self._key = key
            self._atlas = Atlas(self._sprites(modules), side, key[2])
        places = placed.dots_px(dots)
        which = np.where(dots.failed, 2 * len(modules), 2 * dots.module + dots.answer)
        drawn = np.isfinite(places[:, 0])
        self._atlas.paint(painter, places[drawn], which[drawn])
        chosen = np.flatnonzero(drawn & (dots.exchange == model.highlight.exchange))
        painter.setPen(QPen(self._theme.accent, 2.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for x, y in places[chosen].tolist():
            painter.drawEllipse(QPointF(x, y), side * 0.75, side * 0.75)

    def _sprites(self, modules: list[str]) -> list[Sprite]:
        sprites = [self._dot(module, answer) for module in modules for answer in (False, True)]
        return [*sprites, lambda painter, rect: paint_failure(painter, self._theme, rect)]

    def _dot(self, module: str, answer: bool) -> Sprite:
        return lambda painter, rect: paint_dot(painter, self._theme, rect, module, answer)

    def _paint_message(self, painter: QPainter, model: TopologyModel, placed: Placed) -> None:
        highlight = model.highlight
        if highlight.exchange and highlight.link >= 0 and placed.bundle_of[highlight.link] >= 0:
            ends = placed.link_px[highlight.link].tolist()
            x0, y0, x1, y1 = ends if highlight.forward else ends[2:] + ends[:2]
            self._paint_arrow(painter, QLineF(x0, y0, x1, y1), model.meaning)

    def _paint_place(self, painter: QPainter, model: TopologyModel, placed: Placed) -> None:
        """Beside a CPO whose sites lie apart, which of them is chosen, and which EVSE."""
        owner, theme = model.owner, self._theme
        if owner < 0 or not (placed.layout.aside[owner] and placed.party_shown[owner]):
            return
        words = model.network.sites[model.highlight.site].name
        if model.highlight.evse >= 0:
            uid = model.network.evses[model.highlight.evse].key.partition("/")[2]
            words = tr("EVSE {evse}, {site}").format(evse=uid, site=words)
        node = QRectF(*placed.rect_of("party", owner))
        width = min(QFontMetricsF(theme.small).horizontalAdvance(words) + 16, _WIDEST_PLACE_PX)
        is_left = node.center().x() < placed.camera.width / 2
        chip = QRectF(node.right() + 4 if is_left else node.left() - 4 - width, node.center().y() - 9, width, 18)
        painter.setPen(QPen(theme.accent, 1.0))
        painter.setBrush(theme.selection)
        painter.drawRoundedRect(chip, 9, 9)
        paint_text(painter, chip.adjusted(7, 0, -7, 0), words, theme.small, theme.text)

    def _paint_arrow(self, painter: QPainter, line: QLineF, word: str) -> None:
        """The head of the chosen message at its receiver, and above the middle of its link what it means."""
        theme = self._theme
        tip = line.p2()
        angle = atan2(line.dy(), line.dx())
        wings = [
            QPointF(tip.x() - _HEAD_PX * cos(angle + turn), tip.y() - _HEAD_PX * sin(angle + turn))
            for turn in (pi / 7, -pi / 7)
        ]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.accent)
        painter.drawPolygon(QPolygonF([tip, *wings]))
        if line.length() < 60 or not word:
            return
        width = min(QFontMetricsF(theme.small).horizontalAdvance(word) + 16, _WIDEST_WORD_PX)
        middle = line.center()
        label = QRectF(middle.x() - width / 2, middle.y() - _ABOVE_PX, width, 20)
        painter.setPen(QPen(theme.accent, 1.0))
        painter.setBrush(theme.selection)
        painter.drawRoundedRect(label, 10, 10)
        paint_text(painter, label.adjusted(7, 0, -7, 0), word, theme.small, theme.text, Qt.AlignmentFlag.AlignHCenter)
