"""Paints how EVSEs stand: a shape each where there is room, else a bar in the card, in the box of a group of parties,
or a ring on the map.

Kept by the canvas as a picture of its own, because statuses change far more often than what lies under them.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from gui.models.topology.crowd import counts_by_party, worst_first
from gui.models.topology.model import TopologyModel
from gui.models.topology.placed import WORDS_PX, Placed
from gui.models.topology.statuses import STATUSES
from gui.models.topology.words import kilowatts, status_word
from gui.paint.shapes import Atlas, Sprite, paint_lines, paint_shape, share_pen
from gui.paint.topology_links import FAINT
from gui.paint.topology_map import land_rect
from gui.paint.topology_parties import BAR_PX, group_rows, node_bar, opacity_of, paint_marked, shortening
from gui.paint.topology_spots import paint_rings
from gui.paint.topology_text import paint_text
from gui.theme import Theme

_LINE: Final = 14.0
_SHARE: Final = 0.58
"""How much of their distance EVSEs' shapes take."""
_LEAST_SHAPE_PX: Final = 7.0
_CARD_BAR_PX: Final = 5.0
_LEAST_CARD_PX: Final = 14.0
"""In narrower cards a broken line looks like a whole one."""


class StatusPainter:
    """Paints statuses; keeps the sprites of the last size."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._sprites: list[Sprite] = [self._sprite(status) for status in STATUSES]
        self._atlas: Atlas | None = None
        self._rings: Atlas | None = None
        self._key: tuple[int, float] = (0, 0.0)

    def paint(self, painter: QPainter, model: TopologyModel, placed: Placed) -> None:
        """Statuses on a transparent picture of the canvas."""
        painter.save()
        painter.setClipRect(land_rect(placed))
        if placed.evses_drawn:
            self._paint_evses(painter, model, placed)
        elif placed.spots is None:
            self._paint_bars(painter, model, placed)
        else:
            paint_rings(painter, self._theme, model, placed, placed.spots)
        painter.restore()
        self._paint_nodes(painter, model, placed)
        self._paint_groups(painter, model, placed)

    def _paint_nodes(self, painter: QPainter, model: TopologyModel, placed: Placed) -> None:
        """In the box of each CPO whose sites lie apart a bar that is divided as its EVSEs' statuses are."""
        nodes = placed.parties_seen[placed.layout.aside[placed.parties_seen]]
        if not len(nodes):
            return
        by_party = counts_by_party(model)
        for party in nodes.tolist():
            is_faint = model.taken is not None and not model.taken.parties[party]
            painter.setOpacity(FAINT if is_faint else 1.0)
            bar = node_bar(QRectF(*placed.node_px[party].tolist()))
            self._paint_bar(painter, bar, worst_first(by_party[party]), max(1, int(by_party[party].sum())))
        painter.setOpacity(1.0)

    def _paint_groups(self, painter: QPainter, model: TopologyModel, placed: Placed) -> None:
        """In the box of each closed group the worst status of its EVSEs, how many are in which, and a bar of these."""
        theme = self._theme
        if not placed.closed_groups or not model.network.evses:
            return
        by_party = counts_by_party(model)
        for number in placed.closed_groups:
            counts = by_party[placed.layout.groups[number].members].sum(axis=0)
            total = int(counts.sum())
            if not total:
                continue
            painter.setOpacity(opacity_of(model, number))
            rows = group_rows(QRectF(*placed.rect_of("group", number)).adjusted(0, 0, -4, 0), has_evses=True)
            order = worst_first(counts)
            if "bar" in rows:
                self._paint_bar(painter, rows["bar"], order, total)
            if "statuses" in rows:
                words = [f"{count:,} {status_word(status).lower()}" for status, count in order]
                colour, shape = theme.status(order[0][0])
                paint_marked(painter, theme, rows["statuses"], shape, colour, shortening(words), theme.muted)
        painter.setOpacity(1.0)

    def _paint_bar(self, painter: QPainter, line: QRectF, order: list[tuple[str, int]], total: int) -> None:
        left, y = line.left() + 2, line.center().y()
        width = line.width() - 4
        for status, count in order:
            part = width * count / total
            painter.setPen(share_pen(self._theme, status, min(BAR_PX, line.height())))
            painter.drawLine(QPointF(left, y), QPointF(left + max(part, 1.0), y))
            left += part

    def _sprite(self, status: str) -> Sprite:
        colour, shape = self._theme.status(status)
        return lambda painter, rect: paint_shape(painter, shape, rect, colour)

    def _stale_sprite(self, painter: QPainter, rect: QRectF) -> None:
        pen = QPen(self._theme.warning, 2.0)
        pen.setDashPattern([2.0, 1.2])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(rect.adjusted(1.2, 1.2, -1.2, -1.2))

    def _paint_evses(self, painter: QPainter, model: TopologyModel, placed: Placed) -> None:
        side = int(np.clip(placed.cell_px * _SHARE, _LEAST_SHAPE_PX, 30))
        ratio = painter.device().devicePixelRatioF()
        if self._atlas is None or self._key != (side, ratio):
            self._key = (side, ratio)
            self._atlas = Atlas(self._sprites, side, ratio)
            self._rings = Atlas([self._stale_sprite], max(side + 8, 10), ratio)
        seen = placed.evses_seen
        self._atlas.paint(painter, placed.evse_px[seen], model.codes[seen])
        stale = model.stale
        if stale is not None and self._rings is not None and len(seen):
            differing = seen[stale[seen]]
            self._rings.paint(painter, placed.evse_px[differing], np.zeros(len(differing), np.int64))
        if placed.cell_px >= WORDS_PX:
            self._paint_evse_words(painter, model, placed)

    def _paint_evse_words(self, painter: QPainter, model: TopologyModel, placed: Placed) -> None:
        """Power above, name and status under each shape."""
        theme, centre = self._theme, Qt.AlignmentFlag.AlignHCenter
        width = placed.cell_px - 6
        for index in placed.evses_seen.tolist():
            x, y = placed.evse_px[index].tolist()
            evse = model.network.evses[index]
            power = "" if evse.power_w is None else kilowatts(evse.power_w)
            paint_text(
                painter, QRectF(x - width / 2, y - 19 - _LINE, width, _LINE), power, theme.small, theme.muted, centre
            )
            status = STATUSES[model.codes[index]]
            word = QRectF(x - width / 2, y + 18, width, _LINE)
            paint_text(painter, word, status_word(status), theme.small, theme.text, centre)
            uid = evse.key.partition("/")[2]
            name = word.translated(0, _LINE)
            paint_text(painter, name, uid, theme.small, theme.muted, centre, Qt.TextElideMode.ElideLeft)

    def _paint_bars(self, painter: QPainter, model: TopologyModel, placed: Placed) -> None:
        """In each card a bar that is divided as its EVSEs' statuses are, by colour and by how its line is broken."""
        seen = placed.sites_seen
        counts = counts_by_site(model)[seen]
        x, y, w, h = placed.card_px[seen].T
        inset = np.minimum(w * 0.1, 3.0)
        per_evse = (w - 2 * inset) / np.maximum(counts.sum(axis=1), 1)
        ends = (x + inset)[:, None] + np.cumsum(counts, axis=1) * per_evse[:, None]
        begins, middles = ends - counts * per_evse[:, None], y + h / 2
        width = float(np.clip(h.min(initial=np.inf) * 0.4, 1.0, _CARD_BAR_PX))
        is_broken = len(seen) > 0 and float(w.min()) >= _LEAST_CARD_PX
        for code in np.flatnonzero(counts.sum(axis=0)).tolist():
            pen = share_pen(self._theme, STATUSES[code], width)
            painter.setPen(pen if is_broken else QPen(pen.color(), width))
            there = counts[:, code] > 0
            lines = np.column_stack([begins[:, code], middles, ends[:, code], middles])
            paint_lines(painter, lines[there])


def counts_by_site(model: TopologyModel) -> NDArray[np.int64]:
    """How many EVSEs of each site (row) are shown in each status (column)."""
    kinds = len(STATUSES)
    cells = model.network.evse_site * kinds + model.codes
    return np.bincount(cells, minlength=len(model.network.sites) * kinds).reshape(-1, kinds)
