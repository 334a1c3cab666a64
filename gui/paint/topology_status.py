"""Paints how EVSEs stand: a shape each where there is room, a bar in the card or a ring on the map where there is not.

Kept by the canvas as a picture of its own, because statuses change far more often than what lies under them.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from gui.models.topology.model import TopologyModel
from gui.models.topology.placed import WORDS_PX, Placed
from gui.models.topology.statuses import STATUSES
from gui.models.topology.words import kilowatts, status_word
from gui.paint.shapes import Atlas, Sprite, paint_rects, paint_shape
from gui.paint.topology import scale_rect
from gui.paint.topology_text import paint_text
from gui.theme import Theme

_MOST_RINGS: Final = 250
_LABEL_W: Final = 130.0
_LINE: Final = 14.0


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
        if placed.evses_drawn:
            self._paint_evses(painter, model, placed)
        elif placed.cards_drawn:
            self._paint_bars(painter, model, placed)
        else:
            self._paint_markers(painter, model, placed)

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
        side = int(np.clip(placed.cell_px * 0.58, 2, 30))
        ratio = painter.device().devicePixelRatioF()
        if self._atlas is None or self._key != (side, ratio):
            self._key = (side, ratio)
            self._atlas = Atlas(self._sprites, side, ratio)
            self._rings = Atlas([self._stale_sprite], max(side + 8, 10), ratio)
        seen = placed.evses_seen
        self._atlas.paint(painter, placed.evse_px[seen], model.codes[seen])
        stale = model.stale
        if stale is not None and self._rings is not None:
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
        """In each card a bar that is divided as its EVSEs' statuses are."""
        seen = placed.sites_seen
        counts = counts_by_site(model)[seen]
        x, y, w, h = placed.card_px[seen].T
        widths = counts * (w / np.maximum(counts.sum(axis=1), 1))[:, None]
        lefts = x[:, None] + np.cumsum(widths, axis=1) - widths
        painter.setPen(Qt.PenStyle.NoPen)
        for code in np.flatnonzero(counts.sum(axis=0)).tolist():
            bars = np.column_stack([lefts[:, code], y + h * 0.3, widths[:, code], np.maximum(h * 0.6, 1.0)])
            painter.setBrush(self._theme.status(STATUSES[code])[0])
            paint_rects(painter, bars[counts[:, code] > 0])

    def _paint_markers(self, painter: QPainter, model: TopologyModel, placed: Placed) -> None:
        counts = counts_by_site(model)
        seen = placed.sites_seen
        if len(seen) > _MOST_RINGS:
            atlas = Atlas(self._sprites, 8, painter.device().devicePixelRatioF())
            atlas.paint(painter, placed.site_px[seen], counts[seen].argmax(axis=1))
            return
        names = _Names(self._theme, placed.camera.width)
        names.keep_free(scale_rect(self._theme, placed))
        radii = np.minimum(11.0 + 1.6 * np.log2(np.maximum(counts.sum(axis=1), 1)), 22.0)
        for site in seen.tolist():
            x, y = placed.site_px[site].tolist()
            names.keep_free(QRectF(x - radii[site], y - radii[site], 2 * radii[site], 2 * radii[site]))
        for site in seen.tolist():
            x, y = placed.site_px[site].tolist()
            self._paint_ring(painter, model, site, QPointF(x, y), float(radii[site]), counts[site])
            names.paint(painter, model.network.sites[site].name, x, y, float(radii[site]))

    def _paint_ring(
        self,
        painter: QPainter,
        model: TopologyModel,
        site: int,
        at: QPointF,
        radius: float,
        counts: NDArray[np.int64],
    ) -> None:
        """How many EVSEs a site has, within a ring that is divided as their statuses are."""
        theme = self._theme
        total = int(counts.sum())
        whole = QRectF(at.x() - radius, at.y() - radius, 2 * radius, 2 * radius)
        painter.setPen(QPen(theme.panel, 1.0))
        begin = 90 * 16
        for code in np.flatnonzero(counts).tolist():
            span = -round(360 * 16 * int(counts[code]) / total)
            painter.setBrush(theme.status(STATUSES[code])[0])
            if -span >= 360 * 16 - 1:
                painter.drawEllipse(whole)
            else:
                painter.drawPie(whole, begin, span)
            begin += span
        inner = whole.adjusted(4, 4, -4, -4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.panel)
        painter.drawEllipse(inner)
        if site in model.outages.sites:
            paint_shape(painter, "cross", QRectF(at.x() - 5, at.y() - 5, 10, 10), theme.error)
        else:
            paint_text(
                painter, inner.adjusted(-4, 0, 4, 0), str(total), theme.small, theme.text, Qt.AlignmentFlag.AlignHCenter
            )
        if site == model.highlight.site or model.highlight.evse in model.network.evses_of(site):
            painter.setPen(QPen(theme.accent, 2.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(whole.adjusted(-3, -3, 3, 3))


class _Names:
    """Names beside markers, each where it covers neither a marker nor another name, else nowhere."""

    def __init__(self, theme: Theme, width: float) -> None:
        self._theme = theme
        self._metrics = QFontMetricsF(theme.small)
        self._width = width
        self._taken: list[QRectF] = []

    def keep_free(self, rect: QRectF) -> None:
        """Nothing is to be written here."""
        self._taken.append(rect)

    def paint(self, painter: QPainter, name: str, x: float, y: float, radius: float) -> None:
        """Right of the marker, or left, under or above it."""
        w = min(self._metrics.horizontalAdvance(name) + 2, _LABEL_W)
        for left, top in (
            (x + radius + 5, y - _LINE / 2),
            (x - radius - 5 - w, y - _LINE / 2),
            (x - w / 2, y + radius + 2),
            (x - w / 2, y - radius - 2 - _LINE),
        ):
            rect = QRectF(left, top, w, _LINE)
            if left >= 0 and left + w <= self._width and not any(rect.intersects(other) for other in self._taken):
                self._taken.append(rect)
                paint_text(painter, rect, name, self._theme.small, self._theme.text)
                return


def counts_by_site(model: TopologyModel) -> NDArray[np.int64]:
    """How many EVSEs of each site (row) are shown in each status (column)."""
    kinds = len(STATUSES)
    cells = model.network.evse_site * kinds + model.codes
    return np.bincount(cells, minlength=len(model.network.sites) * kinds).reshape(-1, kinds)
