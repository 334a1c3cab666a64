"""Marks at the edge of a map for sites that lie so far off that the first picture leaves them out."""

from typing import Final, Literal, NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QPolygonF

from gui.models.topology.placed import Placed
from gui.paint.topology_map import land_rect
from gui.paint.topology_text import paint_text
from gui.theme import Theme
from simulator.i18n import trn

_H: Final = 20.0
_ARROW: Final = 18.0
_EDGE: Final = 6.0

Side = Literal["left", "right", "above", "below"]
_ARROWS: Final[dict[Side, tuple[tuple[float, float], ...]]] = {
    "left": ((5, -4), (5, 4), (-3, 0)),
    "right": ((-3, -4), (-3, 4), (5, 0)),
    "above": ((-4, 4), (4, 4), (0, -4)),
    "below": ((-4, -4), (4, -4), (0, 4)),
}


class FarMark(NamedTuple):
    """So many sites beyond one edge of the map."""

    side: Side
    rect: QRectF
    words: str


def far_marks(theme: Theme, placed: Placed) -> list[FarMark]:
    """One mark for each edge beyond which there are sites farther off, where the way to them crosses it."""
    land = land_rect(placed)
    points = placed.site_px[placed.layout.far]
    beyond: dict[Side, list[tuple[float, float]]] = {}
    for x, y in points.tolist():
        ways: dict[Side, float] = {
            "left": land.left() - x, "right": x - land.right(), "above": land.top() - y, "below": y - land.bottom()
        }  # fmt: skip
        side = max(ways, key=lambda each: ways[each])
        if ways[side] > 0:
            beyond.setdefault(side, []).append((x, y))
    marks = []
    for side, places in beyond.items():
        text = trn("{count} site farther off", "{count} sites farther off", len(places))
        words = text.format(count=f"{len(places):,}")
        width = QFontMetricsF(theme.small).horizontalAdvance(words) + _ARROW + 14
        room = land.adjusted(_EDGE, _EDGE, -_EDGE - width, -_EDGE - _H)
        x, y = np.mean(places, axis=0).tolist()
        left = {"left": room.left(), "right": room.right()}.get(side, min(max(x, room.left()), room.right()))
        top = {"above": room.top(), "below": room.bottom()}.get(side, min(max(y, room.top()), room.bottom()))
        marks.append(FarMark(side, QRectF(left, top, width, _H), words))
    return marks


def paint_far(painter: QPainter, theme: Theme, placed: Placed) -> None:
    """The marks, on top of all."""
    for side, rect, words in far_marks(theme, placed):
        painter.setPen(QPen(theme.muted, 1.0))
        painter.setBrush(theme.panel)
        painter.drawRoundedRect(rect, _H / 2, _H / 2)
        is_last = side == "right"
        at = QPointF(rect.right() - _ARROW / 2 - 2 if is_last else rect.left() + _ARROW / 2 + 2, rect.center().y())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.text)
        painter.drawPolygon(QPolygonF([at + QPointF(x, y) for x, y in _ARROWS[side]]))
        text = rect.adjusted(9, 0, -_ARROW - 2, 0) if is_last else rect.adjusted(_ARROW + 2, 0, -6, 0)
        paint_text(painter, text, words, theme.small, theme.text)
