"""Paints the ground of the map: a grid of round distances, the scale bar and the mark of north."""

from collections.abc import Sequence
from math import log10
from typing import Final

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from gui.models.topology.model import TopologyModel
from gui.models.topology.placed import Placed
from gui.paint.shapes import paint_lines
from gui.paint.topology_text import bold, paint_text
from gui.theme import Theme
from simulator.i18n import tr

_GRID_PX: Final = 90.0


def land_rect(placed: Placed) -> QRectF:
    """Where the map is: beside the strip of the parties."""
    camera = placed.camera
    return QRectF(camera.left, 0, camera.width, camera.height)


def strip_rect(placed: Placed) -> QRectF:
    """Where the parties are: left of a map, or everywhere."""
    camera = placed.cameras.parties
    return QRectF(camera.left, 0, camera.width, camera.height)


def grid_step_m(scale: float) -> float:
    """A round distance (1, 2 or 5 times a power of ten) that is at least the grid's width at so many pixels a metre."""
    least = _GRID_PX / scale
    power = 10.0 ** np.floor(log10(least))
    return float(next(step * power for step in (1, 2, 5, 10) if step * power >= least * 0.999))


def scale_rect(theme: Theme, placed: Placed) -> QRectF:
    """Where the scale and the mark of north lie."""
    camera = placed.camera
    height = QFontMetricsF(theme.small).height() + 22
    width = grid_step_m(camera.scale) * camera.scale + 52
    return QRectF(camera.left + 8, camera.height - height - 8, width, height)


def paint_scale(painter: QPainter, theme: Theme, placed: Placed) -> None:
    """The bar that tells how far is far, and where north is; on top of all, with its own background."""
    step_m = grid_step_m(placed.camera.scale)
    distance = f"{step_m / 1000:g}" if step_m >= 1000 else f"{step_m:g}"
    text = (tr("{distance} km") if step_m >= 1000 else tr("{distance} m")).format(distance=distance)
    back = scale_rect(theme, placed)
    colour = QColor(theme.panel)
    colour.setAlphaF(0.85)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(back, 4, 4)
    painter.setBrush(theme.text)
    middle, top = back.left() + 16, back.top() + 3
    painter.drawPolygon(_polygon(((middle, top), (middle + 6, top + 15), (middle, top + 11.5), (middle - 6, top + 15))))
    north = QRectF(middle - 13, back.bottom() - 18, 26, 16)
    paint_text(painter, north, tr("N"), bold(theme.small), theme.text, Qt.AlignmentFlag.AlignHCenter)
    left, right, bottom = back.left() + 40, back.right() - 12, back.bottom() - 6
    painter.setPen(QPen(theme.text, 2.0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline(_polygon(((left, bottom - 5), (left, bottom), (right, bottom), (right, bottom - 5))))
    label = QRectF(left, back.top() + 4, right - left, back.height() - 16)
    paint_text(painter, label, text, theme.small, theme.text, Qt.AlignmentFlag.AlignHCenter)


def paint_grid(painter: QPainter, theme: Theme, placed: Placed) -> None:
    """Lines of round distances, under the sites."""
    camera = placed.camera
    step = grid_step_m(camera.scale)
    x0, y0 = camera.world(camera.left, 0)
    x1, y1 = camera.world(camera.left + camera.width, camera.height)
    columns = np.arange(np.ceil(x0 / step), np.floor(x1 / step) + 1) * step
    rows = np.arange(np.ceil(y0 / step), np.floor(y1 / step) + 1) * step
    painter.setPen(QPen(theme.grid, 1.0))
    for x in camera.px(np.column_stack([columns, np.zeros_like(columns)]))[:, 0].round().tolist():
        painter.drawLine(QLineF(x, 0, x, camera.height))
    for y in camera.px(np.column_stack([np.zeros_like(rows), rows]))[:, 1].round().tolist():
        painter.drawLine(QLineF(camera.left, y, camera.left + camera.width, y))


def paint_owners(painter: QPainter, theme: Theme, model: TopologyModel, placed: Placed) -> None:
    """From the chosen party to its sites, or from the chosen site to its CPO."""
    highlight, network = model.highlight, model.network
    site = int(network.evse_site[highlight.evse]) if highlight.evse >= 0 else highlight.site
    sites = network.sites_of[highlight.party] if highlight.party >= 0 else [site] if site >= 0 else []
    boxes = placed.node_px[placed.party_node[network.site_cpo[sites]]]
    begins = boxes[:, :2] + boxes[:, 2:] * (1.0, 0.5)
    ends = placed.site_px[sites] if placed.spots is None else placed.spots.xy[placed.spots.of[sites]]
    painter.setPen(QPen(theme.accent, 1.0))
    paint_lines(painter, np.column_stack([begins, ends]))


def _polygon(corners: Sequence[tuple[float, float]]) -> QPolygonF:
    return QPolygonF([QPointF(x, y) for x, y in corners])
