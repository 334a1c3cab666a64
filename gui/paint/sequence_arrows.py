"""Paints the arrows of a sequence chart: request and answer, and by a shape of its own what went wrong with them.

OCPI is a full line with a filled head, OCPP a thin one with a round tail and an open head, an answer is dashed. What
was lost ends in a cross, what found no connection at a bar before its sender; where the sender gave up waiting stands
an hourglass, and before a refusal a no-entry sign.
"""

from typing import Final

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from gui.models.sequence_chart import Arrow
from gui.paint.sequence_labels import place_label
from gui.paint.sequence_marks import (
    ZIGZAG_REACH,
    paint_bar,
    paint_cross,
    paint_hourglass,
    paint_line,
    paint_refusal,
    paint_second_head,
    paint_zigzag,
)
from gui.paint.sequence_place import Picture
from gui.theme import Theme

_CUT: Final = 0.55
_STUB_PX: Final = 16.0
_BESIDE_PX: Final = 11.0
_LONG_WAIT_PX: Final = 14.0
_SLOPE_PX: Final = 8.0
_HEAD_PX: Final = 10.0


def paint_arrow(painter: QPainter, picture: Picture, number: int, theme: Theme) -> None:
    """A message with its answer, or a word at the charge-point link."""
    arrow, axis, place = picture.chart.arrows[number], picture.axis, picture.place
    source, to = place.lanes[arrow.source], place.lanes[arrow.to]
    start, arrive = _request(picture, number)
    reply = QPointF(to, place.y(float(axis.reply[number])))
    end = QPointF(source, place.y(float(axis.end[number])))
    is_ocpi = arrow.layer == "OCPI"
    pen = _pen(picture, number, theme)
    if arrow.broken == "request":
        _paint_unanswered(painter, arrow, start, arrive, end, pen, theme)
        return
    paint_line(painter, start, arrive, pen, filled=is_ocpi, tail=not is_ocpi)
    if arrow.fate == "copy":
        paint_second_head(painter, start, arrive, pen)
    if is_ocpi:
        colour = theme.warning if arrow.fate == "refused" else pen.color()
        answer = QPen(colour, 1.1 + _extra(picture, number) / 2, Qt.PenStyle.DashLine)
        _paint_answer(painter, arrow, start, reply, end, answer, theme)


def paint_way(painter: QPainter, picture: Picture, number: int, theme: Theme) -> None:
    """On a message by way of hubs that are not shown, a zigzag. A label that reaches so far is written over it."""
    arrow = picture.chart.arrows[number]
    if arrow.via and arrow.broken != "request":
        ground = theme.selection if number == picture.current else theme.panel
        share = way_share(picture, number, theme)
        paint_zigzag(painter, *_request(picture, number), _pen(picture, number, theme), ground, share)


def way_share(picture: Picture, number: int, theme: Theme) -> float:
    """How far along its arrow a zigzag stands: in the middle, or beside the label if that reaches so far."""
    source, to = (point.x() for point in _request(picture, number))
    label = place_label(picture, number, QFontMetricsF(theme.small))
    beside = min(label.x + label.width, max(source, to) - 2 * ZIGZAG_REACH - _HEAD_PX) + ZIGZAG_REACH
    return (max((source + to) / 2, beside) - source) / (to - source) if to != source else 0.5


def _request(picture: Picture, number: int) -> tuple[QPointF, QPointF]:
    """Where the request leaves and where it arrives."""
    arrow, axis, place = picture.chart.arrows[number], picture.axis, picture.place
    start = QPointF(place.lanes[arrow.source], place.y(float(axis.start[number])))
    return start, QPointF(place.lanes[arrow.to], place.y(float(axis.arrive[number])))


def _pen(picture: Picture, number: int, theme: Theme) -> QPen:
    arrow = picture.chart.arrows[number]
    width = (2.0 if arrow.layer == "OCPI" else 1.2) + _extra(picture, number)
    return QPen(theme.module(arrow.module), width, Qt.PenStyle.DotLine if arrow.is_context else Qt.PenStyle.SolidLine)


def _extra(picture: Picture, number: int) -> float:
    """The current arrow is bolder."""
    return 1.0 if number == picture.current else 0.0


def _paint_unanswered(
    painter: QPainter, arrow: Arrow, start: QPointF, arrive: QPointF, end: QPointF, pen: QPen, theme: Theme
) -> None:
    """A request that its receiver has not dealt with, as far as the sender can know."""
    cut = start + (arrive - start) * _CUT
    if arrow.fate == "dead":
        way = arrive - start
        cut = start + way * min(_CUT, _STUB_PX / max(1.0, abs(way.x())))
    painter.setPen(pen)
    painter.drawLine(start, cut)
    if arrow.fate == "dead":
        paint_bar(painter, cut, theme.error)
    elif arrow.fate == "timed_out":
        painter.setPen(QPen(pen.color(), 1.2, Qt.PenStyle.DotLine))
        painter.drawLine(cut, arrive)
        _paint_given_up(painter, start, end, arrive.x(), theme)
    else:
        paint_cross(painter, cut, theme.error)
        _paint_long_wait(painter, start, end, arrive.x(), theme)


def _paint_answer(
    painter: QPainter, arrow: Arrow, start: QPointF, reply: QPointF, end: QPointF, pen: QPen, theme: Theme
) -> None:
    if not arrow.broken:
        paint_line(painter, reply, end, pen, filled=False)
        if arrow.fate == "refused":
            paint_refusal(painter, _beside(end, reply.x(), 2 * _BESIDE_PX), theme.warning, theme.panel)
        return
    if arrow.fate == "timed_out":
        late = _beside(end, reply.x(), 2 * _BESIDE_PX)
        paint_line(painter, reply, late, pen, filled=False)
        _paint_given_up(painter, start, end, reply.x(), theme)
        return
    # Nobody knows when it was lost, only when the sender gave up.
    cut = reply + QPointF((end.x() - reply.x()) * _CUT, min(end.y() - reply.y(), _SLOPE_PX))
    painter.setPen(pen)
    painter.drawLine(reply, cut)
    if arrow.fate == "dead":
        paint_bar(painter, cut, theme.error)
    else:
        paint_cross(painter, cut, theme.error)
        _paint_long_wait(painter, start, end, reply.x(), theme)


def _paint_long_wait(painter: QPainter, start: QPointF, end: QPointF, towards: float, theme: Theme) -> None:
    """On an axis of time: until when the sender of what was lost has waited for the answer."""
    if end.y() - start.y() > _LONG_WAIT_PX:
        _paint_given_up(painter, start, end, towards, theme)


def _paint_given_up(painter: QPainter, start: QPointF, end: QPointF, towards: float, theme: Theme) -> None:
    """How long the sender has waited, and where it gave up."""
    at = _beside(end, towards, _BESIDE_PX)
    if end.y() - start.y() > _LONG_WAIT_PX:
        painter.setPen(QPen(theme.error, 1.4, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(at.x(), start.y() + 4), QPointF(at.x(), end.y() - 5))
    paint_hourglass(painter, at, theme.error, theme.panel)


def _beside(end: QPointF, towards: float, distance: float) -> QPointF:
    return end + QPointF(distance if towards > end.x() else -distance, 0)
