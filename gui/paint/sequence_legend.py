"""Paints the legend of the sequence chart: what lines, ends, slips and bars mean, in as few rows as the width lets."""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from gui.models.sequence_chart import Chart, Fate
from gui.paint.sequence_marks import (
    SEAM,
    TIE,
    paint_bar,
    paint_cross,
    paint_hourglass,
    paint_line,
    paint_refusal,
    paint_seam,
    paint_second_head,
    paint_slip,
    paint_zigzag,
)
from gui.theme import Theme
from simulator.i18n import tr

ROW: Final = 18.0

_MARK: Final = 26.0
_GAP: Final = 14.0
_MARGIN: Final = 6.0


class Entry(NamedTuple):
    """A mark, painted into a rectangle, and its words."""

    text: str
    mark: Callable[[QPainter, QRectF], None]


def legend_entries(chart: Chart, theme: Theme, days: Sequence[tuple[str, str]] = ()) -> list[Entry]:
    """What is in the chart, and the signs of `days` beside its times; nothing for an empty one."""
    layers = {arrow.layer for arrow in chart.arrows}
    entries = [_line(module, theme.module(module), filled=True) for module in chart.modules]
    if "OCPI" in layers:
        entries.append(_line(tr("answer"), theme.muted, filled=False, dashed=True))
    if "OCPP" in layers:
        entries.append(_line(tr("OCPP"), theme.module("ocpp"), filled=False, tail=True))
    if any(arrow.to < 0 for arrow in chart.arrows):
        entries.append(Entry(tr("what somebody does"), lambda painter, rect: _slip(painter, rect, theme)))
    if any(arrow.via for arrow in chart.arrows):
        entries.append(Entry(tr("through a hub that is not shown"), lambda painter, rect: _via(painter, rect, theme)))
    if _is_passed_on(chart):
        entries.append(Entry(tr("passed on by the hub"), lambda painter, rect: _tie(painter, rect, theme)))
    if {"charger", "CPO"} <= {lane.kind for lane in chart.lanes}:
        entries.append(Entry(tr("border of OCPP and OCPI"), lambda painter, rect: _seam(painter, rect, theme)))
    entries += _fates(chart, theme)
    if any(arrow.is_context for arrow in chart.arrows):
        entries.append(Entry(tr("led to it, not of the filter"), lambda painter, rect: _context(painter, rect, theme)))
    if entries:
        entries.append(Entry(tr("in one instant"), lambda painter, rect: _instant(painter, rect, theme)))
        entries.append(_line(tr("time cursor"), theme.accent, filled=None))
        entries += [_day(sign, words, theme) for sign, words in days]
    return entries


def legend_rows(entries: list[Entry], width: float, theme: Theme) -> int:
    """How many rows the entries need."""
    places = _places(entries, width, theme)
    return places[-1][1] + 1 if places else 0


def paint_legend(painter: QPainter, entries: list[Entry], width: float, theme: Theme) -> None:
    """All entries from the top left."""
    painter.setFont(theme.small)
    for entry, (x, row) in zip(entries, _places(entries, width, theme), strict=True):
        entry.mark(painter, QRectF(x, row * ROW, _MARK, ROW))
        painter.setPen(theme.text)
        rect = QRectF(x + _MARK + 5, row * ROW, width, ROW)
        painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, entry.text)


def _places(entries: list[Entry], width: float, theme: Theme) -> list[tuple[float, int]]:
    metrics = QFontMetricsF(theme.small)
    places: list[tuple[float, int]] = []
    x, row = _MARGIN, 0
    for entry in entries:
        need = _MARK + 5 + metrics.horizontalAdvance(entry.text)
        if x > _MARGIN and x + need > width - _MARGIN:
            x, row = _MARGIN, row + 1
        places.append((x, row))
        x += need + _GAP
    return places


def _line(text: str, colour: QColor, *, filled: bool | None, dashed: bool = False, tail: bool = False) -> Entry:
    def mark(painter: QPainter, rect: QRectF) -> None:
        pen = QPen(colour, 1.8 if filled else 1.2)
        if dashed:
            pen.setStyle(Qt.PenStyle.DashLine)
        y = rect.center().y()
        a, b = QPointF(rect.left() + 2, y), QPointF(rect.right() - 1, y)
        if filled is None:
            painter.setPen(pen)
            painter.drawLine(a, b)
        else:
            paint_line(painter, a, b, pen, filled=filled, tail=tail)

    return Entry(text, mark)


def _fates(chart: Chart, theme: Theme) -> list[Entry]:
    """A mark for each way of failing that occurs."""
    marks: tuple[tuple[Fate, str, Callable[[QPainter, QPointF], None]], ...] = (
        ("lost", tr("lost"), lambda painter, at: paint_cross(painter, at, theme.error)),
        ("dead", tr("not connected"), lambda painter, at: paint_bar(painter, at, theme.error)),
        (
            "timed_out",
            tr("gave up waiting"),
            lambda painter, at: paint_hourglass(painter, at, theme.error, theme.panel),
        ),
        ("refused", tr("refused"), lambda painter, at: paint_refusal(painter, at, theme.warning, theme.panel)),
    )
    shown = {arrow.fate for arrow in chart.arrows}
    entries = [_fate(text, mark, theme) for fate, text, mark in marks if fate in shown]
    if "copy" in shown:
        entries.append(Entry(tr("delivered twice"), lambda painter, rect: _copy(painter, rect, theme)))
    return entries


def _fate(text: str, paint: Callable[[QPainter, QPointF], None], theme: Theme) -> Entry:
    def mark(painter: QPainter, rect: QRectF) -> None:
        middle = rect.center()
        painter.setPen(QPen(theme.text, 1.6))
        painter.drawLine(QPointF(rect.left(), middle.y()), middle)
        paint(painter, middle)

    return Entry(text, mark)


def _via(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    a, b = QPointF(rect.left() + 1, rect.center().y()), QPointF(rect.right(), rect.center().y())
    pen = QPen(theme.muted, 1.6)
    paint_line(painter, a, b, pen, filled=True)
    paint_zigzag(painter, a - QPointF(6, 0), b - QPointF(6, 0), pen, theme.panel)


def _is_passed_on(chart: Chart) -> bool:
    """Whether both legs of a message by way of a hub are there."""
    keys = {arrow.key for arrow in chart.arrows}
    return any(
        arrow.layer == "OCPI" and chart.lanes[arrow.source].kind == "HUB" and arrow.cause in keys
        for arrow in chart.arrows
    )


def _tie(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    x, top, bottom = rect.center().x(), rect.top() + 3, rect.bottom() - 3
    pen = QPen(theme.muted, 1.6)
    painter.setPen(pen)
    painter.drawLine(QPointF(rect.left(), top), QPointF(x, top))
    painter.drawLine(QPointF(x, bottom), QPointF(rect.right(), bottom))
    painter.fillRect(QRectF(x - TIE / 2, top, TIE, bottom - top), theme.muted)


def _seam(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    paint_seam(painter, QRectF(rect.center().x() - SEAM / 2, rect.top() + 2, SEAM, rect.height() - 4), theme)


def _copy(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    a, b = QPointF(rect.left() + 2, rect.center().y()), QPointF(rect.right() - 1, rect.center().y())
    pen = QPen(theme.muted, 1.6)
    paint_line(painter, a, b, pen, filled=True)
    paint_second_head(painter, a, b, pen)


def _context(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    pen = QPen(theme.module("ocpp"), 1.2, Qt.PenStyle.DotLine)
    y = rect.center().y()
    paint_line(painter, QPointF(rect.left() + 2, y), QPointF(rect.right() - 1, y), pen, filled=False, tail=True)


def _day(sign: str, words: str, theme: Theme) -> Entry:
    def mark(painter: QPainter, rect: QRectF) -> None:
        painter.setPen(theme.muted)
        painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, sign)

    return Entry(words, mark)


def _slip(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    paint_slip(painter, rect.adjusted(3, 3, -3, -3), theme.module("street"), theme.window)


def _instant(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    painter.fillRect(QRectF(rect.right() - 8, rect.top() + 2, 3, rect.height() - 4), theme.muted)
