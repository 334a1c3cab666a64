"""Paints links, many between the same two as one: how much they carry as thickness, and in words what is wrong."""

from typing import Final, NamedTuple

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from gui.models.topology.cards import Floats
from gui.models.topology.model import TopologyModel
from gui.models.topology.outages import DOWN, Span
from gui.models.topology.placed import Placed
from gui.models.topology.traffic import Flags
from gui.models.topology.words import fault_word
from gui.paint.shapes import paint_lines, paint_shape
from gui.paint.topology_map import strip_rect
from gui.paint.topology_text import paint_text
from gui.theme import Shape, Theme
from simulator.i18n import tr, trn

MOST_LINKS: Final = 1_500
"""With more lines than this only those that carry messages are drawn."""
FAINT: Final = 0.3
"""How much is left of what a filter takes no message of."""

_SMOOTH_LINKS: Final = 400
_MOST_CHIPS: Final = 40
_THINNEST_PX: Final = 1.2
_THICKEST_PX: Final = 18.0
_MOST_BOXES: Final = 120
_CHIP_H: Final = 20.0
_SHORTEST_PX: Final = 36.0
_ALONG: Final = (0.35, 0.5, 0.65, 0.22, 0.78)


def link_width_px(rate: Floats) -> Floats:
    """How thick links are drawn that carry so many messages a minute: 1.3 pixels more for each doubling."""
    return np.minimum(_THICKEST_PX, _THINNEST_PX + 1.3 * np.log2(1.0 + rate))


class Trouble(NamedTuple):
    """What is wrong with a bundle of links: the fault of the worst, how many have one, and how many messages failed."""

    span: Span | None
    links: int
    failed: int


def paint_links(painter: QPainter, theme: Theme, model: TopologyModel, placed: Placed) -> None:
    """Lines under everything else; dashed where nothing is whole."""
    if not len(model.rates):
        return
    rates = placed.bundle_sums(model.rates)
    widths = np.round(link_width_px(rates) * 2) / 2
    chosen = _chosen(model, placed)
    troubles = troubles_of(model, placed)
    broken = {bundle for bundle, trouble in troubles.items() if trouble.links == placed.bundle_links[bundle]}
    faint = _faint(model, placed)
    shown = placed.bundles_drawn
    if len(shown) > MOST_LINKS:
        shown = np.sort(shown[np.argsort(-rates[shown], kind="stable")[:MOST_LINKS]])
        shown = shown[rates[shown] > 0]
    shown = shown[~np.isin(shown, [*chosen, *broken])]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, len(shown) <= _SMOOTH_LINKS)
    for opacity, some in ((FAINT, shown[faint[shown]]), (1.0, shown[~faint[shown]])):
        painter.setOpacity(opacity)
        for width in np.unique(widths[some]).tolist():
            painter.setPen(QPen(theme.line, width))
            paint_lines(painter, placed.bundle_px[some[widths[some] == width]])
    painter.setOpacity(1.0)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for bundle in chosen:
        painter.setPen(QPen(theme.accent, max(2.0, float(widths[bundle]))))
        painter.drawLine(QLineF(*placed.bundle_px[bundle].tolist()))
    for bundle, trouble in troubles.items():
        if bundle in broken and trouble.span is not None:
            painter.setPen(QPen(theme.panel, 4.0))
            painter.drawLine(QLineF(*placed.bundle_px[bundle].tolist()))
            painter.setPen(QPen(_colour(theme, trouble), 3.0 if bundle in chosen else 2.0, Qt.PenStyle.DashLine))
            painter.drawLine(QLineF(*placed.bundle_px[bundle].tolist()))


def _chosen(model: TopologyModel, placed: Placed) -> dict[int, None]:
    """The bundles that the selection means: a link's own, or all of a party."""
    highlight = model.highlight
    links = [highlight.link] if highlight.link >= 0 else []
    if highlight.party >= 0:
        links += model.network.links_of(highlight.party)
    return {int(bundle): None for bundle in placed.bundle_of[links] if bundle >= 0}


def _faint(model: TopologyModel, placed: Placed) -> Flags:
    """The bundles in which the filter takes no message."""
    if model.taken is None:
        return np.zeros(len(placed.bundle_px), np.bool_)
    faint: Flags = placed.bundle_sums(model.taken.links.astype(np.float64)) == 0
    return faint


def troubles_of(model: TopologyModel, placed: Placed) -> dict[int, Trouble]:
    """What is wrong with each bundle with which something is."""
    found: dict[int, Trouble] = {}
    for link, span in model.outages.links.items():
        bundle = int(placed.bundle_of[link])
        if bundle >= 0:
            before = found.get(bundle, Trouble(None, 0, 0))
            is_worse = before.span is None or (span.kind == DOWN and before.span.kind != DOWN)
            found[bundle] = Trouble(span if is_worse else before.span, before.links + 1, 0)
    failed = placed.bundle_sums(model.failed.astype(np.float64))
    for bundle in np.flatnonzero(failed).tolist():
        found[bundle] = found.get(bundle, Trouble(None, 0, 0))._replace(failed=int(failed[bundle]))
    return found


def _colour(theme: Theme, trouble: Trouble) -> QColor:
    is_down = trouble.span is None or trouble.span.kind == DOWN
    return theme.error if is_down else theme.warning


def trouble_words(trouble: Trouble, links: int) -> list[str]:
    """What is wrong with a bundle of so many links, as on its chip: all of it, and the first of it alone."""
    parts = []
    if trouble.span is not None:
        word = fault_word(trouble.span.kind)
        several = tr("{count} of {links} links: {fault}").format(count=trouble.links, links=f"{links:,}", fault=word)
        parts.append(several if links > 1 else word)
    if trouble.failed:
        parts.append(trn("{count} failed", "{count} failed", trouble.failed).format(count=f"{trouble.failed:,}"))
    return [", ".join(parts), parts[0]]


def paint_troubles(painter: QPainter, theme: Theme, model: TopologyModel, placed: Placed) -> None:
    """What is wrong with a link, by shape and in words on it; above the messages, and none above another."""
    troubles = sorted(troubles_of(model, placed).items(), key=lambda item: (item[1].span is None, -item[1].failed))
    boxes = placed.node_px[placed.is_shown]
    taken = [QRectF(*box) for box in boxes.tolist()] if troubles and len(boxes) <= _MOST_BOXES else []
    inside = strip_rect(placed)
    metrics = QFontMetricsF(theme.small)
    for bundle, trouble in troubles[:_MOST_CHIPS]:
        line = QLineF(*placed.bundle_px[bundle].tolist())
        words = trouble_words(trouble, int(placed.bundle_links[bundle]))
        if line.length() < _SHORTEST_PX:
            continue
        for text in (*words, ""):
            width = metrics.horizontalAdvance(text) + 32 if text else _CHIP_H
            chip = next((place for place in _places(line, width) if _is_free(place, taken, inside)), None)
            if chip is not None:
                taken.append(chip)
                _paint_chip(painter, theme, trouble, chip, text)
                break


def _places(line: QLineF, width: float) -> list[QRectF]:
    points = [line.pointAt(part) for part in _ALONG]
    return [QRectF(at.x() - width / 2, at.y() - _CHIP_H / 2, width, _CHIP_H) for at in points]


def _is_free(chip: QRectF, taken: list[QRectF], inside: QRectF) -> bool:
    return inside.contains(chip) and not any(chip.intersects(other) for other in taken)


def _paint_chip(painter: QPainter, theme: Theme, trouble: Trouble, chip: QRectF, text: str) -> None:
    colour = _colour(theme, trouble)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, 1.0))
    painter.setBrush(theme.panel)
    painter.drawRoundedRect(chip, 10, 10)
    shape: Shape = "cross" if colour == theme.error else "triangle"
    at = QPointF(chip.left() + (8 if text else 5.5), chip.center().y() - 4.5)
    paint_shape(painter, shape, QRectF(at.x(), at.y(), 9, 9), colour)
    paint_text(painter, chip.adjusted(22, 0, 0, 0), text, theme.small, colour)
