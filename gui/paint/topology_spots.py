"""Paints the spots of a map seen from afar: how many EVSEs a site has, or several have, its name, and around that a
ring that is divided as their statuses are. The ring is apart, because statuses change far more often than all the rest.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from gui.models.topology.cards import Floats
from gui.models.topology.model import TopologyModel
from gui.models.topology.placed import Placed
from gui.models.topology.spots import Spots
from gui.models.topology.statuses import STATUSES
from gui.models.topology.words import fault_word
from gui.paint.shapes import paint_shape, share_pen
from gui.paint.topology_map import scale_rect
from gui.paint.topology_text import paint_text
from gui.theme import Theme
from simulator.i18n import tr, trn

_LABEL_W: Final = 130.0
_LINE: Final = 14.0
_RING_PX: Final = 4.0
_WHOLE: Final = 360 * 16
_TOP: Final = 90 * 16


def paint_spots(painter: QPainter, theme: Theme, model: TopologyModel, placed: Placed, spots: Spots) -> None:
    """Numbers and names, without the rings."""
    camera = placed.camera
    names = _Names(theme, camera.left, camera.left + camera.width)
    bar = scale_rect(theme, placed)
    names.keep_free(np.array([[bar.left(), bar.top(), bar.right(), bar.bottom()]]))
    reach = spots.radius[:, None]
    seen = _seen(placed, spots)
    names.keep_free(np.column_stack([spots.xy - reach, spots.xy + reach])[seen])
    evse = model.highlight.evse
    chosen = int(model.network.evse_site[evse]) if evse >= 0 else model.highlight.site
    for spot in seen:
        (x, y), radius = spots.xy[spot].tolist(), float(spots.radius[spot])
        sites = spots.sites(spot).tolist()
        whole = QRectF(x - radius, y - radius, 2 * radius, 2 * radius)
        painter.setBrush(theme.panel)
        painter.setPen(QPen(theme.muted if len(sites) > 1 else theme.panel, 1.0))
        painter.drawEllipse(whole.adjusted(-3, -3, 3, 3) if len(sites) > 1 else whole)
        if chosen in sites:
            painter.setPen(QPen(theme.accent, 2.5))
            painter.drawEllipse(whole.adjusted(-4, -4, 4, 4))
        name, is_out = _name(model, sites)
        if is_out:
            paint_shape(painter, "cross", QRectF(x - 5, y - 5, 10, 10), theme.error)
        else:
            total = int(spots.evses[spot])
            text = f"{total:,}" if total < 1_000 else tr("{count}k").format(count=f"{total / 1_000:.0f}")
            paint_text(painter, whole, text, theme.small, theme.text, Qt.AlignmentFlag.AlignHCenter)
        names.paint(painter, name, x, y, radius, theme.error if is_out else theme.text)


def paint_rings(painter: QPainter, theme: Theme, model: TopologyModel, placed: Placed, spots: Spots) -> None:
    """Around each number a ring, from the top clockwise in the order of STATUSES."""
    counts = _counts(model, spots)
    pens = [share_pen(theme, status, _RING_PX) for status in STATUSES]
    painter.setBrush(Qt.BrushStyle.NoBrush)
    inset = _RING_PX / 2
    for spot in _seen(placed, spots):
        (x, y), radius = spots.xy[spot].tolist(), float(spots.radius[spot]) - inset
        ring = QRectF(x - radius, y - radius, 2 * radius, 2 * radius)
        total = max(1, int(spots.evses[spot]))
        begin = _TOP
        for code in np.flatnonzero(counts[spot]).tolist():
            span = round(_WHOLE * int(counts[spot, code]) / total)
            painter.setPen(pens[code])
            painter.drawArc(ring, begin, -span)
            begin -= span


def _seen(placed: Placed, spots: Spots) -> list[int]:
    camera = placed.camera
    low, high = (camera.left - 30, -30.0), (camera.left + camera.width + 30, camera.height + 30)
    return np.flatnonzero(((spots.xy >= low) & (spots.xy <= high)).all(axis=1)).tolist()


def _counts(model: TopologyModel, spots: Spots) -> NDArray[np.int64]:
    """How many EVSEs of each spot (row) are shown in each status (column)."""
    kinds = len(STATUSES)
    cells = spots.of[model.network.evse_site] * kinds + model.codes
    return np.bincount(cells, minlength=len(spots.xy) * kinds).reshape(-1, kinds)


def _name(model: TopologyModel, sites: list[int]) -> tuple[str, bool]:
    """What to call a spot, and whether a fault has struck it."""
    out = [site for site in sites if site in model.outages.sites]
    if len(sites) == 1:
        name = model.network.sites[sites[0]].name
        if out:
            fault = fault_word(model.outages.sites[out[0]].kind)
            return tr("{site}: {fault}").format(site=name, fault=fault), True
        return name, False
    words = trn("{count} site", "{count} sites", len(sites)).format(count=f"{len(sites):,}")
    if out:
        return tr("{sites}, {count} offline").format(sites=words, count=len(out)), True
    return words, False


class _Names:
    """Names beside markers, each where it covers neither a marker nor another name, else nowhere."""

    def __init__(self, theme: Theme, left: float, right: float) -> None:
        self._theme = theme
        self._metrics = QFontMetricsF(theme.small)
        self._left = left
        self._right = right
        self._taken: Floats = np.empty((0, 4))

    def keep_free(self, rects: Floats) -> None:
        """Nothing is to be written here: rows of left, top, right, bottom."""
        self._taken = np.concatenate([self._taken, rects])

    def paint(self, painter: QPainter, name: str, x: float, y: float, radius: float, ink: QColor) -> None:
        """Right of the marker, or left, under or above it."""
        w = min(self._metrics.horizontalAdvance(name) + 2, _LABEL_W)
        for left, top in (
            (x + radius + 5, y - _LINE / 2),
            (x - radius - 5 - w, y - _LINE / 2),
            (x - w / 2, y + radius + 2),
            (x - w / 2, y - radius - 2 - _LINE),
        ):
            if left < self._left or left + w > self._right or self._is_taken(left, top, left + w, top + _LINE):
                continue
            self.keep_free(np.array([[left, top, left + w, top + _LINE]]))
            paint_text(painter, QRectF(left, top, w, _LINE), name, self._theme.small, ink)
            return

    def _is_taken(self, left: float, top: float, right: float, bottom: float) -> bool:
        taken = self._taken
        across = (taken[:, 0] < right) & (taken[:, 2] > left)
        return bool((across & (taken[:, 1] < bottom) & (taken[:, 3] > top)).any())
