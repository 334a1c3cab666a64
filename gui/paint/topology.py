"""Paints what of the topology changes seldom: groups, links, outages, cards, parties, and on a map the grid.

The canvas keeps this as a picture and paints it anew when the camera, a rate, a fault or the selection changes.
"""

from typing import Final

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from gui.models.topology.cards import CELL, HEAD, PAD, Floats
from gui.models.topology.model import TopologyModel
from gui.models.topology.placed import Placed
from gui.models.topology.words import fault_word, name_at_owner, site_words
from gui.paint.shapes import paint_lines, paint_rects, paint_shape
from gui.paint.topology_links import paint_links
from gui.paint.topology_map import land_rect, paint_grid, paint_owners, strip_rect
from gui.paint.topology_parties import paint_frames, paint_headings, paint_parties
from gui.paint.topology_spots import paint_spots
from gui.paint.topology_text import bold, paint_text
from gui.theme import Theme
from simulator.i18n import tr

_MIDDLE: Final = Qt.TextElideMode.ElideMiddle
"""Names of one owner's sites often begin alike, and differ at their ends."""
_TWO_LINES_PX: Final = 31.0
_ONE_LINE_PX: Final = 13.0
_ROUND_PX: Final = 3.0
_HEADING_ROOM: Final = 90.0
_LEAST_HEADING_PX: Final = 90.0


def paint_structure(painter: QPainter, theme: Theme, model: TopologyModel, placed: Placed) -> None:
    """All that lies under statuses and messages, on an empty picture."""
    camera = placed.camera
    painter.fillRect(QRectF(0, 0, camera.left + camera.width, camera.height), theme.panel)
    if placed.layout.kind == "map":
        painter.save()
        painter.setClipRect(land_rect(placed))
        paint_grid(painter, theme, placed)
        if placed.cards_drawn:
            _paint_cards(painter, theme, model, placed)
        elif placed.spots is not None:
            paint_spots(painter, theme, model, placed, placed.spots)
        painter.restore()
        strip = strip_rect(placed)
        painter.save()
        painter.setClipRect(strip)
        painter.fillRect(strip, theme.window)
        _paint_parties(painter, theme, model, placed)
        painter.setPen(QPen(theme.line, 1.0))
        painter.drawLine(QLineF(strip.right() - 0.5, 0, strip.right() - 0.5, strip.bottom()))
        painter.restore()
        paint_owners(painter, theme, model, placed)
        return
    _paint_blocks(painter, theme, model, placed)
    if placed.cards_drawn:
        _paint_cards(painter, theme, model, placed)
    _paint_parties(painter, theme, model, placed)


def _paint_parties(painter: QPainter, theme: Theme, model: TopologyModel, placed: Placed) -> None:
    paint_frames(painter, theme, model, placed)
    paint_links(painter, theme, model, placed)
    paint_parties(painter, theme, model, placed)
    paint_headings(painter, theme, placed)


def _paint_blocks(painter: QPainter, theme: Theme, model: TopologyModel, placed: Placed) -> None:
    """The outline around a CPO's sites, and the stem that hangs it on the CPO, or its name where they lie apart."""
    blocks = placed.block_px[placed.blocks_seen]
    owners = placed.layout.block_party[placed.blocks_seen]
    beside = ~placed.layout.aside[owners]
    nodes = placed.node_px[owners[beside]]
    begins = nodes[:, :2] + nodes[:, 2:] * (1.0, 0.5)
    ends = np.column_stack([blocks[beside, 0], begins[:, 1]])
    for party, (x, y, w, _) in zip(owners[~beside].tolist(), blocks[~beside].tolist(), strict=True):
        words = tr("{name}: sites").format(name=model.network.parties[party].name)
        heading = QRectF(x, y - 17, max(w, _LEAST_HEADING_PX), 16)
        if placed.camera.scale * _HEADING_ROOM >= heading.height():
            paint_text(painter, heading, words, bold(theme.small), theme.muted)
    painter.setPen(QPen(theme.line, 1.0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    paint_lines(painter, np.column_stack([begins, ends]))
    _paint_boxes(painter, blocks, 8.0 * min(1.0, placed.cell_px / CELL * 2))


def _paint_boxes(painter: QPainter, boxes: Floats, radius: float) -> None:
    """Many boxes with the painter's pen and brush; rounded where that can be seen."""
    if radius < _ROUND_PX:
        paint_rects(painter, boxes)
        return
    for x, y, w, h in boxes.tolist():
        painter.drawRoundedRect(QRectF(x, y, w, h), radius, radius)


def _paint_cards(painter: QPainter, theme: Theme, model: TopologyModel, placed: Placed) -> None:
    network = model.network
    seen = placed.sites_seen
    scale = placed.cell_px / CELL
    head, pad = HEAD * scale, PAD * scale
    radius = min(6.0, 7.5 * scale)
    painter.setBrush(theme.window)
    painter.setPen(QPen(theme.line, 1.0))
    _paint_boxes(painter, placed.card_px[seen], radius)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for site in model.outages.sites:
        if site in seen:
            painter.setPen(QPen(theme.error, 1.6, Qt.PenStyle.DashLine))
            painter.drawRoundedRect(QRectF(*placed.card_px[site].tolist()), radius, radius)
    if model.highlight.site in seen:
        painter.setPen(QPen(theme.accent, 2.5))
        painter.drawRoundedRect(QRectF(*placed.card_px[model.highlight.site].tolist()), radius, radius)
    if head < _ONE_LINE_PX:
        return
    strong = bold(theme.body if head >= _TWO_LINES_PX else theme.small)
    hangs_on_owner = placed.layout.kind == "network"
    for site, (x, y, w, h) in zip(seen.tolist(), placed.card_px[seen].tolist(), strict=True):
        name = network.sites[site].name
        if hangs_on_owner:
            name = name_at_owner(name, network.parties[network.sites[site].cpo].name)
        text = QRectF(x, y, w, h).adjusted(pad * 0.8, pad * 0.4, -pad * 0.8, 0)
        outage = model.outages.sites.get(site)
        if head < _TWO_LINES_PX:
            line = QRectF(text.left(), text.top(), text.width(), head - pad * 0.4)
            if outage is None:
                paint_text(painter, line, name, theme.small, theme.text, elide=_MIDDLE)
                continue
            paint_shape(painter, "cross", QRectF(line.left(), line.center().y() - 4, 8, 8), theme.error)
            words = tr("{fault}: {site}").format(fault=fault_word(outage.kind), site=name)
            paint_text(painter, line.adjusted(11, 0, 0, 0), words, theme.small, theme.error, elide=_MIDDLE)
            continue
        height = min(head / 2, 20.0)
        title = QRectF(text.left(), text.top(), text.width(), height)
        paint_text(painter, title, name, strong, theme.text, elide=_MIDDLE)
        under = QRectF(text.left(), text.top() + height - 1, text.width(), height - 2)
        if outage is not None:
            paint_shape(painter, "cross", QRectF(under.left(), under.center().y() - 4.5, 9, 9), theme.error)
            paint_text(painter, under.adjusted(14, 0, 0, 0), fault_word(outage.kind), theme.small, theme.error)
        else:
            words = site_words(len(network.evses_of(site)), network.sites[site].limit_w)
            paint_text(painter, under, words, theme.small, theme.muted)
