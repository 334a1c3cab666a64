"""Paints what of the topology changes seldom: links, outages, cards, parties, and on a map the grid and the scale.

The canvas keeps this as a picture and paints it anew when the camera, a rate, a fault or the selection changes.
"""

from collections.abc import Sequence
from math import log10
from typing import Final

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from gui.models.topology.layout import CELL, HEAD, PAD, Floats
from gui.models.topology.model import TopologyModel
from gui.models.topology.outages import DOWN, Span
from gui.models.topology.placed import Placed
from gui.models.topology.words import fault_word, role_word, site_words
from gui.paint.shapes import paint_lines, paint_rects, paint_shape
from gui.paint.topology_text import bold, paint_text
from gui.theme import Shape, Theme
from simulator.i18n import tr

MOST_LINKS: Final = 1_500
"""With more links than this only those that carry messages are drawn."""

_SMOOTH_LINKS: Final = 400
_THINNEST_PX: Final = 1.2
_THICKEST_PX: Final = 12.0
_TWO_LINES_PX: Final = 31.0
_ONE_LINE_PX: Final = 14.0
_GRID_PX: Final = 90.0
_ROUND_PX: Final = 3.0
_HEADING_PX: Final = 220.0
_WORDED_LINK_PX: Final = 140.0


def link_width_px(rate: Floats) -> Floats:
    """How thick links are drawn that carry so many messages a minute: 1.6 pixels more for each doubling."""
    return np.minimum(_THICKEST_PX, _THINNEST_PX + 1.6 * np.log2(1.0 + rate))


def paint_structure(painter: QPainter, theme: Theme, model: TopologyModel, placed: Placed) -> None:
    """All that lies under statuses and messages, on an empty picture."""
    camera = placed.camera
    painter.fillRect(QRectF(0, 0, camera.width, camera.height), theme.panel)
    if placed.layout.kind == "map":
        _paint_grid(painter, theme, placed)
        _paint_owners(painter, theme, model, placed)
    _paint_blocks(painter, theme, placed)
    _paint_links(painter, theme, model, placed)
    _paint_outages(painter, theme, model, placed)
    if placed.cards_drawn:
        _paint_cards(painter, theme, model, placed)
    _paint_parties(painter, theme, model, placed)
    _paint_headings(painter, theme, model, placed)


def grid_step_m(scale: float) -> float:
    """A round distance (1, 2 or 5 times a power of ten) that is at least the grid's width at so many pixels a metre."""
    least = _GRID_PX / scale
    power = 10.0 ** np.floor(log10(least))
    return float(next(step * power for step in (1, 2, 5, 10) if step * power >= least * 0.999))


def scale_rect(theme: Theme, placed: Placed) -> QRectF:
    """Where the scale and the mark of north lie."""
    camera = placed.camera
    height = QFontMetricsF(theme.small).height() + 22
    return QRectF(8, camera.height - height - 8, grid_step_m(camera.scale) * camera.scale + 52, height)


def paint_scale(painter: QPainter, theme: Theme, placed: Placed) -> None:
    """The bar that tells how far is far, and where north is; on top of all, with its own background."""
    step_m = grid_step_m(placed.camera.scale)
    distance = f"{step_m / 1000:g}" if step_m >= 1000 else f"{step_m:g}"
    text = (tr("{distance} km") if step_m >= 1000 else tr("{distance} m")).format(distance=distance)
    back = scale_rect(theme, placed)
    _paint_backing(painter, theme, back)
    painter.setPen(Qt.PenStyle.NoPen)
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


def _polygon(corners: Sequence[tuple[float, float]]) -> QPolygonF:
    return QPolygonF([QPointF(x, y) for x, y in corners])


def _paint_backing(painter: QPainter, theme: Theme, rect: QRectF) -> None:
    colour = QColor(theme.panel)
    colour.setAlphaF(0.85)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(rect, 4, 4)


def _paint_grid(painter: QPainter, theme: Theme, placed: Placed) -> None:
    camera = placed.camera
    step = grid_step_m(camera.scale)
    x0, y0 = camera.world(0, 0)
    x1, y1 = camera.world(camera.width, camera.height)
    x0 = max(x0, placed.layout.west)
    west = (x0 - camera.x) * camera.scale + camera.width / 2
    columns = (np.arange(np.ceil(x0 / step), np.floor(x1 / step) + 1) * step - camera.x) * camera.scale
    rows = (np.arange(np.ceil(y0 / step), np.floor(y1 / step) + 1) * step - camera.y) * camera.scale
    painter.setPen(QPen(theme.grid, 1.0))
    for x in (columns + camera.width / 2).round().tolist():
        painter.drawLine(QLineF(x, 0, x, camera.height))
    for y in (rows + camera.height / 2).round().tolist():
        painter.drawLine(QLineF(west, y, camera.width, y))
    painter.setPen(QPen(theme.line, 1.0))
    painter.drawLine(QLineF(round(west), 0, round(west), camera.height))


def _paint_owners(painter: QPainter, theme: Theme, model: TopologyModel, placed: Placed) -> None:
    """On a map: from the chosen party to its sites, or from the chosen site to its CPO."""
    highlight, network = model.highlight, model.network
    site = int(network.evse_site[highlight.evse]) if highlight.evse >= 0 else highlight.site
    sites = network.sites_of[highlight.party] if highlight.party >= 0 else [site] if site >= 0 else []
    cpos = network.site_cpo[sites]
    begins, ends = placed.party_px[cpos] + (placed.node_w / 2, 0), placed.site_px[sites]
    painter.setPen(QPen(theme.accent, 1.0))
    paint_lines(painter, np.column_stack([begins, ends]))


def _paint_blocks(painter: QPainter, theme: Theme, placed: Placed) -> None:
    """The outline around a CPO's sites, and the stem that hangs it on the CPO."""
    corner = placed.block_px[:, :2]
    begins = placed.party_px[placed.layout.block_party] + (placed.node_w / 2, 0)
    ends = np.column_stack([corner[:, 0], begins[:, 1]])
    painter.setPen(QPen(theme.line, 1.0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    paint_lines(painter, np.column_stack([begins, ends]))
    _paint_boxes(painter, placed.block_px, 8.0 * min(1.0, placed.node_scale * 2))


def _paint_boxes(painter: QPainter, boxes: Floats, radius: float) -> None:
    """Many boxes with the painter's pen and brush; rounded where that can be seen."""
    if radius < _ROUND_PX:
        paint_rects(painter, boxes)
        return
    for x, y, w, h in boxes.tolist():
        painter.drawRoundedRect(QRectF(x, y, w, h), radius, radius)


def _paint_links(painter: QPainter, theme: Theme, model: TopologyModel, placed: Placed) -> None:
    rates, outages = model.rates, model.outages.links
    if not len(rates):
        return
    chosen = _chosen_links(model)
    shown = np.arange(len(rates))
    if len(shown) > MOST_LINKS:
        busiest = np.sort(np.argsort(-rates, kind="stable")[:MOST_LINKS])
        shown = busiest[rates[busiest] > 0]
    shown = shown[~np.isin(shown, [*chosen, *outages])]
    widths = np.round(link_width_px(rates[shown]) * 2) / 2
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, len(shown) <= _SMOOTH_LINKS)
    for width in np.unique(widths).tolist():
        painter.setPen(QPen(theme.line, width))
        paint_lines(painter, placed.link_px[shown[widths == width]])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for link in chosen:
        if link not in outages:
            painter.setPen(QPen(theme.accent, max(2.0, float(link_width_px(rates[link])))))
            painter.drawLine(QLineF(*placed.link_px[link].tolist()))


def _chosen_links(model: TopologyModel) -> dict[int, None]:
    """The links that the selection means: itself, or all of a party."""
    highlight = model.highlight
    chosen = {} if highlight.link < 0 else {highlight.link: None}
    if highlight.party >= 0:
        chosen.update(dict.fromkeys(model.network.links_of(highlight.party)))
    return chosen


def _paint_outages(painter: QPainter, theme: Theme, model: TopologyModel, placed: Placed) -> None:
    for link, span in model.outages.links.items():
        x0, y0, x1, y1 = placed.link_px[link].tolist()
        width = 3.0 if link == model.highlight.link else 2.0
        painter.setPen(QPen(_outage_colour(theme, span), width, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x0, y0), QPointF(x1, y1))


def paint_outage_words(painter: QPainter, theme: Theme, model: TopologyModel, placed: Placed) -> None:
    """What is wrong with a link, in words on it; above the messages."""
    for link, span in model.outages.links.items():
        x0, y0, x1, y1 = placed.link_px[link].tolist()
        colour = _outage_colour(theme, span)
        word = fault_word(span.kind) if np.hypot(x1 - x0, y1 - y0) >= _WORDED_LINK_PX else ""
        x, y = x0 + (x1 - x0) * 0.35, y0 + (y1 - y0) * 0.35
        width = QFontMetricsF(theme.small).horizontalAdvance(word) + (32 if word else 20)
        label = QRectF(x - width / 2, y - 10, width, 20)
        painter.setPen(QPen(colour, 1.0))
        painter.setBrush(theme.panel)
        painter.drawRoundedRect(label, 10, 10)
        shape: Shape = "cross" if span.kind == DOWN else "triangle"
        paint_shape(painter, shape, QRectF(label.left() + (8 if word else 5.5), y - 4.5, 9, 9), colour)
        paint_text(painter, label.adjusted(22, 0, 0, 0), word, theme.small, colour)


def _outage_colour(theme: Theme, span: Span) -> QColor:
    return theme.error if span.kind == DOWN else theme.warning


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
        painter.setPen(QPen(theme.error, 1.6, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QRectF(*placed.card_px[site].tolist()), radius, radius)
    if model.highlight.site >= 0:
        painter.setPen(QPen(theme.accent, 2.5))
        painter.drawRoundedRect(QRectF(*placed.card_px[model.highlight.site].tolist()), radius, radius)
    if head < _ONE_LINE_PX:
        return
    strong = bold(theme.body if head >= _TWO_LINES_PX else theme.small)
    for site, (x, y, w, h) in zip(seen.tolist(), placed.card_px[seen].tolist(), strict=True):
        text = QRectF(x, y, w, h).adjusted(pad * 0.8, pad * 0.4, -pad * 0.8, 0)
        outage = model.outages.sites.get(site)
        if head < _TWO_LINES_PX:
            line = QRectF(text.left(), text.top(), text.width(), head - pad * 0.4)
            paint_text(painter, line, network.sites[site].name, theme.small, theme.error if outage else theme.text)
            continue
        height = min(head / 2, 20.0)
        paint_text(
            painter, QRectF(text.left(), text.top(), text.width(), height), network.sites[site].name, strong, theme.text
        )
        under = QRectF(text.left(), text.top() + height - 1, text.width(), height - 2)
        if outage is not None:
            paint_shape(painter, "cross", QRectF(under.left(), under.center().y() - 4.5, 9, 9), theme.error)
            paint_text(painter, under.adjusted(14, 0, 0, 0), fault_word(outage.kind), theme.small, theme.error)
        else:
            words = site_words(len(network.evses_of(site)), network.sites[site].limit_w)
            paint_text(painter, under, words, theme.small, theme.muted)


def _paint_parties(painter: QPainter, theme: Theme, model: TopologyModel, placed: Placed) -> None:
    w, h = placed.node_w, placed.node_h
    outages, chosen = model.outages.parties, model.highlight.party
    seen = placed.parties_seen
    corners = placed.party_px - (w / 2, h / 2)
    if placed.detail == "dot":
        painter.setBrush(theme.muted)
        painter.setPen(Qt.PenStyle.NoPen)
        paint_rects(painter, np.column_stack([corners[seen], np.tile((w, h), (len(seen), 1))]))
        seen = np.array([*outages, *([chosen] if chosen >= 0 else [])], np.int64)
        painter.setBrush(Qt.BrushStyle.NoBrush)
    for party, (x, y) in zip(seen.tolist(), corners[seen].tolist(), strict=True):
        rect = QRectF(x, y, w, h)
        if placed.detail == "dot":
            _outline_node(painter, theme, rect.adjusted(-3, -3, 3, 3), party in outages, party == chosen)
        elif placed.detail == "shape":
            painter.setBrush(theme.muted)
            _outline_node(painter, theme, rect, party in outages, party == chosen)
            if placed.node_scale * 74 >= 34:
                name = QRectF(rect.center().x() - 40, rect.bottom() + 1, 80, 14)
                ink = theme.error if party in outages else theme.text
                paint_text(
                    painter, name, model.network.parties[party].id, theme.small, ink, Qt.AlignmentFlag.AlignHCenter
                )
        else:
            _paint_pill(painter, theme, model, party, rect)


def _outline_node(painter: QPainter, theme: Theme, rect: QRectF, is_offline: bool, is_chosen: bool) -> None:
    if is_offline:
        painter.setPen(QPen(theme.error, 1.8, Qt.PenStyle.DashLine))
    else:
        painter.setPen(QPen(theme.accent, 2.5) if is_chosen else QPen(theme.line, 1.2))
    painter.drawRoundedRect(rect, min(8.0, rect.height() / 4), min(8.0, rect.height() / 4))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if is_offline and is_chosen:
        painter.setPen(QPen(theme.accent, 2.0))
        painter.drawRoundedRect(rect.adjusted(-3, -3, 3, 3), 9, 9)


def _paint_pill(painter: QPainter, theme: Theme, model: TopologyModel, index: int, rect: QRectF) -> None:
    """A party with its name, role and id, as far as there is room."""
    party = model.network.parties[index]
    outage = model.outages.parties.get(index)
    painter.setBrush(theme.window)
    _outline_node(painter, theme, rect, outage is not None, index == model.highlight.party)
    text = rect.adjusted(8, 3, -8, -3) if rect.width() > 90 else rect.adjusted(4, 1, -4, -1)
    centre = Qt.AlignmentFlag.AlignHCenter
    first = party.name if rect.width() > 110 else party.id
    second = tr("{role}, {id}").format(role=role_word(party.role), id=party.id)
    if outage is not None:
        second = fault_word(outage.kind)
    ink = theme.muted if outage is not None else theme.text
    if rect.height() < 32:
        if outage is not None:
            paint_shape(painter, "cross", QRectF(text.left(), text.center().y() - 4, 8, 8), theme.error)
            text.setLeft(text.left() + 11)
        paint_text(painter, text, first, theme.small, theme.error if outage is not None else ink, centre)
        return
    upper, lower = QRectF(text), QRectF(text)
    upper.setBottom(text.center().y() + 1)
    lower.setTop(text.center().y())
    paint_text(painter, upper, first, bold(theme.body if rect.width() > 110 else theme.small), ink, centre)
    if outage is not None:
        width = QFontMetricsF(theme.small).horizontalAdvance(second)
        cross = QRectF(lower.center().x() - width / 2 - 14, lower.center().y() - 4, 9, 9)
        paint_shape(painter, "cross", cross, theme.error)
    paint_text(painter, lower, second, theme.small, theme.error if outage is not None else theme.muted, centre)


def _paint_headings(painter: QPainter, theme: Theme, model: TopologyModel, placed: Placed) -> None:
    """What the columns are, above them."""
    parties, layout = model.network.parties, placed.layout
    top = float(placed.camera.px(np.array([[0.0, layout.bounds[1]]]))[0, 1])
    words = {"emsp": tr("eMSPs"), "hub": tr("Hubs"), "cpo": tr("CPOs and their sites")}
    if layout.kind == "map":
        words["cpo"] = tr("CPOs")
    lefts = {}
    for role in words:
        members = [index for index, party in enumerate(parties) if party.role == role]
        if members:
            lefts[role] = float(placed.party_px[members, 0].min()) - placed.node_w / 2
    for role, left in lefts.items():
        room = min((other - left - 8 for other in lefts.values() if other > left), default=_HEADING_PX)
        line = QRectF(left, top - 20, min(room, _HEADING_PX), 16)
        paint_text(painter, line, words[role], bold(theme.small), theme.muted)
