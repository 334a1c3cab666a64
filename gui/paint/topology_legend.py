"""Paints the legend of the topology view: what each shape, dot and line means, in as few rows as the width allows."""

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from gui.models.topology.model import TopologyModel
from gui.models.topology.statuses import STATUSES
from gui.models.topology.words import status_word
from gui.paint.shapes import paint_pointed, paint_shape, share_pen
from gui.paint.topology_links import link_width_px
from gui.paint.topology_moving import paint_dot, paint_failure
from gui.paint.topology_text import bold, paint_text
from gui.theme import Theme
from simulator.i18n import tr

ROW_PX: Final = 19.0
_MARK: Final = 12.0
_LINE_MARK: Final = 26.0
_SHARE_MARK: Final = 34.0
_SHARE_PX: Final = 4.0
_GAP: Final = 14.0
_USUAL: Final = ("AVAILABLE", "CHARGING")
_RATES: Final = (1, 20, 400, 8_000)


class Entry(NamedTuple):
    """A mark with its words; without a mark it is the heading of those that follow."""

    text: str
    mark: Callable[[QPainter, QRectF], None] | None = None
    mark_width: float = _MARK


class Spot(NamedTuple):
    """Where an entry is painted."""

    entry: Entry
    x: float
    row: int


def legend_entries(theme: Theme, model: TopologyModel, *, has_bars: bool) -> list[Entry]:
    """What is in the picture now or soon may be; `has_bars`: sites are so small that a bar stands for their EVSEs."""
    shown = [status for code, status in enumerate(STATUSES) if status in _USUAL or code in model.seen_codes]
    layout = model.layout
    has_crowd = any(group.children for group in layout.groups)
    has_bars = has_bars or layout.kind == "map" or bool(layout.aside.any()) or has_crowd
    mark_status = _share_entry if has_bars else _status_entry
    entries = [Entry(tr("EVSE")), *(mark_status(theme, status) for status in shown)]
    if model.stale is not None:
        entries.append(Entry(tr("Differs from the CPO"), lambda painter, rect: _paint_stale(painter, theme, rect)))
    entries.append(Entry(tr("Messages")))
    entries += [_module_entry(theme, module) for module in model.modules]
    entries.append(Entry(tr("answer"), lambda painter, rect: paint_dot(painter, theme, rect, "versions", True)))
    entries.append(Entry(tr("failed"), lambda painter, rect: paint_failure(painter, theme, rect)))
    entries.append(Entry(tr("Messages a minute")))
    busiest = max(_RATES[1], float(model.rates.sum()))
    entries += [_rate_entry(theme, rate) for rate in _RATES if rate <= busiest]
    entries.append(Entry(tr("fault"), lambda painter, rect: _paint_fault(painter, theme, rect), _LINE_MARK))
    if any(party.role == "hub" for party in model.network.parties):
        entries.append(Entry(tr("hub"), lambda painter, rect: _paint_hub(painter, theme, rect), _LINE_MARK))
    if has_crowd:
        entries.append(Entry(tr("several parties"), lambda painter, rect: _paint_several(painter, theme, rect)))
    return entries


def place_entries(theme: Theme, entries: list[Entry], width: float) -> list[Spot]:
    """Entries in as few rows as the width allows, none much shorter than the others: one alone looks forgotten."""
    spots = _in_rows(theme, entries, width)
    narrower = _in_rows(theme, entries, _extent(theme, spots) - 1)
    while spots and narrower[-1].row == spots[-1].row and _extent(theme, narrower) < _extent(theme, spots):
        spots, narrower = narrower, _in_rows(theme, entries, _extent(theme, narrower) - 1)
    return spots


def _in_rows(theme: Theme, entries: list[Entry], width: float) -> list[Spot]:
    """Entries row by row; a heading stays with the first entry after it."""
    spots: list[Spot] = []
    x, row = 0.0, 0
    for number, entry in enumerate(entries):
        need = _width(theme, entry)
        with_next = need + (
            _width(theme, entries[number + 1]) if entry.mark is None and number + 1 < len(entries) else 0
        )
        if x > 0 and x + with_next > width:
            x, row = 0.0, row + 1
        spots.append(Spot(entry, x, row))
        x += need
    return spots


def paint_legend(painter: QPainter, theme: Theme, spots: list[Spot], left: float, top: float) -> None:
    """Placed entries, from a corner."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for entry, x, row in spots:
        y = top + row * ROW_PX
        x += left
        if entry.mark is None:
            paint_text(painter, QRectF(x, y, 400, ROW_PX), entry.text, bold(theme.small), theme.muted)
            continue
        entry.mark(painter, QRectF(x, y + (ROW_PX - _MARK) / 2, entry.mark_width, _MARK))
        text = QRectF(x + entry.mark_width + 5, y, 400, ROW_PX)
        paint_text(painter, text, entry.text, theme.small, theme.text)


def _extent(theme: Theme, spots: list[Spot]) -> float:
    return max((spot.x + _width(theme, spot.entry) for spot in spots), default=0.0)


def _width(theme: Theme, entry: Entry) -> float:
    if entry.mark is None:
        return QFontMetricsF(bold(theme.small)).horizontalAdvance(entry.text) + _GAP * 0.7
    return entry.mark_width + 5 + QFontMetricsF(theme.small).horizontalAdvance(entry.text) + _GAP


def _status_entry(theme: Theme, status: str) -> Entry:
    colour, shape = theme.status(status)
    return Entry(status_word(status), lambda painter, rect: paint_shape(painter, shape, rect, colour))


def _share_entry(theme: Theme, status: str) -> Entry:
    """The shape, and how the line is broken that stands for it in rings and bars of many."""
    colour, shape = theme.status(status)

    def mark(painter: QPainter, rect: QRectF) -> None:
        paint_shape(painter, shape, QRectF(rect.left(), rect.top(), rect.height(), rect.height()), colour)
        painter.setPen(share_pen(theme, status, _SHARE_PX))
        _paint_stroke(painter, rect.adjusted(rect.height() + 3, 0, 0, 0))

    return Entry(status_word(status), mark, _SHARE_MARK)


def _module_entry(theme: Theme, module: str) -> Entry:
    return Entry(module, lambda painter, rect: paint_dot(painter, theme, rect, module, False))


def _rate_entry(theme: Theme, rate: int) -> Entry:
    def mark(painter: QPainter, rect: QRectF) -> None:
        painter.setPen(
            QPen(theme.line, float(link_width_px(np.array(rate))), Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap)
        )
        _paint_stroke(painter, rect)

    return Entry(f"{rate:,}", mark, _LINE_MARK)


def _paint_stale(painter: QPainter, theme: Theme, rect: QRectF) -> None:
    pen = QPen(theme.warning, 2.0)
    pen.setDashPattern([2.0, 1.2])
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(rect.adjusted(1, 1, -1, -1))


def _paint_fault(painter: QPainter, theme: Theme, rect: QRectF) -> None:
    painter.setPen(QPen(theme.error, 2.0, Qt.PenStyle.DashLine))
    _paint_stroke(painter, rect)


def _paint_hub(painter: QPainter, theme: Theme, rect: QRectF) -> None:
    painter.setPen(QPen(theme.muted, 1.2))
    painter.setBrush(theme.window)
    paint_pointed(painter, rect.adjusted(4, 1, -4, -1))


def _paint_several(painter: QPainter, theme: Theme, rect: QRectF) -> None:
    painter.setPen(QPen(theme.muted, 1.2))
    painter.setBrush(theme.window)
    painter.drawRoundedRect(rect.adjusted(3, 1, 1, -4), 2, 2)
    painter.drawRoundedRect(rect.adjusted(0, 3, -2, -1), 2, 2)


def _paint_stroke(painter: QPainter, rect: QRectF) -> None:
    y = rect.center().y()
    painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))
