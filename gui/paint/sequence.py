"""Paints a sequence chart: grounds, lifelines and times, and over them the arrows with their labels.

What is not in view is not painted, so that ten thousand arrows cost what forty do.
"""

from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from gui.paint.sequence_arrows import paint_arrow, paint_way
from gui.paint.sequence_axis import ROW, Stretch
from gui.paint.sequence_header import edges, paint_header
from gui.paint.sequence_labels import paint_label
from gui.paint.sequence_marks import SEAM, TIE, faint, paint_seam
from gui.paint.sequence_place import FOLDED, MARGIN, Picture, row_rects
from gui.theme import Theme
from simulator.i18n import tr
from simulator.report.words import span

_MUTED: Final = 0.45
_MUTED_TEXT: Final = 0.85
_LEAST_TICK: Final = 15.0


def paint_chart(painter: QPainter, picture: Picture, theme: Theme) -> None:
    """The whole view but for what follows mouse and time."""
    place = picture.place
    top = place.header.height
    painter.fillRect(QRectF(0, 0, place.width, place.height), theme.panel)
    painter.setFont(theme.small)
    shown = picture.axis.visible(place.top, place.top + place.height - top)
    painter.save()
    painter.setClipRect(QRectF(place.gutter, top, place.width - place.gutter, place.height - top))
    _paint_border(painter, picture, theme)
    _paint_stretches(painter, picture, theme)
    _paint_selected_band(painter, picture, theme)
    _paint_lifelines(painter, picture, theme)
    _paint_ties(painter, picture, theme)
    for number in shown:
        if picture.chart.arrows[number].to >= 0:
            painter.setOpacity(_opacity(picture, number, _MUTED))
            paint_arrow(painter, picture, number, theme)
    for number in shown:
        painter.setOpacity(_opacity(picture, number, _MUTED))
        paint_way(painter, picture, number, theme)
    for number in shown:
        painter.setOpacity(_opacity(picture, number, _MUTED_TEXT))
        paint_label(painter, picture, number, theme)
    painter.restore()
    _paint_times(painter, picture, shown, theme)
    paint_header(painter, picture, theme)


def paint_time(painter: QPainter, picture: Picture, at_us: int, theme: Theme) -> None:
    """The time cursor across the chart."""
    y = round(picture.place.y(picture.axis.height_of(at_us))) + 0.5
    if picture.place.header.height <= y <= picture.place.height:
        painter.setPen(QPen(theme.accent, 1))
        x = picture.place.gutter
        painter.drawLine(QPointF(x, y), QPointF(picture.place.width, y))
        painter.setBrush(theme.accent)
        painter.drawPolygon(QPolygonF([QPointF(x - 8, y - 5), QPointF(x, y), QPointF(x - 8, y + 5)]))


def paint_hover(painter: QPainter, picture: Picture, number: int, theme: Theme) -> None:
    """An outline around the arrow under the mouse."""
    colour = QColor(theme.accent)
    colour.setAlphaF(0.6)
    painter.setPen(QPen(colour, 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    head = picture.place.header.height
    painter.setClipRect(QRectF(0, head, picture.place.width, picture.place.height - head))
    for rect in row_rects(picture, number):
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)


def _opacity(picture: Picture, number: int, muted: float) -> float:
    is_clear = picture.current < 0 or number == picture.current or number in picture.related
    return 1.0 if is_clear else muted


def _paint_border(painter: QPainter, picture: Picture, theme: Theme) -> None:
    """The charge-point link on a ground of its own, and at each CPO the border to OCPI."""
    found = edges(picture)
    if found is None:
        return
    charger, first_cpo, _ = found
    place, head = picture.place, picture.place.header.height
    ground = faint(theme.module("ocpp"), 0.09)
    painter.fillRect(QRectF(charger, head, first_cpo - charger, place.height), ground)
    for lane, (x, width) in zip(picture.chart.lanes, place.columns, strict=True):
        if lane.kind == "CPO" and width > FOLDED:
            paint_seam(painter, QRectF(x - SEAM / 2, head, SEAM, place.height), theme)


def _paint_stretches(painter: QPainter, picture: Picture, theme: Theme) -> None:
    """On the time axis the ground of what starts in one instant: there, height is not time."""
    if picture.axis.mode != "time":
        return
    place = picture.place
    for stretch in _stretches(picture):
        top, bottom = place.y(stretch.top) - 10, place.y(stretch.bottom) + 10
        if stretch.duration_us == 0:
            painter.fillRect(QRectF(place.gutter, top, place.width, bottom - top), faint(theme.muted, 0.09))


def _stretches(picture: Picture) -> tuple[Stretch, ...]:
    place = picture.place
    return picture.axis.stretches_in(place.top - ROW, place.top + place.height)


def _paint_selected_band(painter: QPainter, picture: Picture, theme: Theme) -> None:
    for rect in row_rects(picture, picture.current) if picture.current >= 0 else ():
        painter.fillRect(rect, theme.selection)
        painter.fillRect(QRectF(rect.left(), rect.top(), 3, rect.height()), theme.accent)


def _paint_lifelines(painter: QPainter, picture: Picture, theme: Theme) -> None:
    painter.setPen(QPen(theme.line, 1))
    for x in picture.place.lanes:
        painter.drawLine(QPointF(x, picture.place.header.height), QPointF(x, picture.place.height))


def _paint_ties(painter: QPainter, picture: Picture, theme: Theme) -> None:
    place = picture.place
    for tie in picture.ties.visible(place.top, place.top + place.height):
        x = place.lanes[tie.lane] + (tie.side - 0.5) * TIE + tie.side
        painter.setOpacity(_opacity(picture, tie.inbound, _MUTED))
        colour = theme.module(picture.chart.arrows[tie.inbound].module)
        painter.fillRect(QRectF(x, place.y(tie.top), TIE, tie.bottom - tie.top), colour)


def _paint_times(painter: QPainter, picture: Picture, shown: range, theme: Theme) -> None:
    """The times at the left, marks of zero time, and how long nothing happened."""
    place, axis, head = picture.place, picture.axis, picture.place.header.height
    painter.save()
    painter.setClipRect(QRectF(0, head, place.gutter, place.height - head))
    painter.fillRect(QRectF(0, head, place.gutter, place.height), theme.window)
    painter.setPen(QPen(theme.line, 1))
    painter.drawLine(QPointF(place.gutter, head), QPointF(place.gutter, place.height))
    painter.setPen(theme.muted)
    last_text, last_y = "", -_LEAST_TICK
    flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    for number in shown:
        y = place.y(float(axis.start[number]))
        text = picture.clock(picture.chart.arrows[number].start_us)
        # Under the head it could not be read: then it stands at the first arrow of its instant that is in view.
        if text != last_text and y - last_y >= _LEAST_TICK and y >= head + _LEAST_TICK / 2:
            painter.drawText(QRectF(0, y - 10, place.gutter - 2 * MARGIN, 20), flags, text)
            last_text, last_y = text, y
    for stretch in _stretches(picture):
        top, bottom = place.y(stretch.top), place.y(stretch.bottom)
        if stretch.duration_us:
            if bottom - top >= 2 * _LEAST_TICK:
                text = tr("+ {span}").format(span=span(stretch.duration_us / 1e6))
                painter.drawText(QRectF(0, top, place.gutter - 2 * MARGIN, bottom - top), flags, text)
        else:
            painter.fillRect(QRectF(place.gutter - 5, top - 6, 3, bottom - top + 12), theme.muted)
    painter.restore()
