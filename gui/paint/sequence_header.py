"""Paints the head of a sequence chart: who each lifeline is, what lies outside the view, which language is spoken."""

from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from gui.models.sequence_chart import Lane
from gui.paint.sequence_place import BOX_GAP, FOLDED, MARGIN, Picture, bold
from gui.theme import Theme
from simulator.i18n import tr

_BOX_TOP: Final = 4.0
_LINE: Final = 15.0
_LEAST_DOMAIN: Final = 60.0
_ARROW: Final = 18.0
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_MIDDLE = Qt.AlignmentFlag.AlignCenter


def paint_header(painter: QPainter, picture: Picture, theme: Theme) -> None:
    """The head, over what is scrolled beneath it."""
    place, header = picture.place, picture.place.header
    painter.fillRect(QRectF(0, 0, place.width, header.height), theme.window)
    painter.setPen(QPen(theme.line, 1))
    painter.drawLine(QPointF(0, header.height), QPointF(place.width, header.height))
    painter.setPen(theme.muted)
    painter.setFont(theme.small)
    painter.drawText(QRectF(0, header.strip - 8, place.gutter - 2 * MARGIN, 16), _RIGHT, tr("local time"))
    painter.save()
    painter.setClipRect(QRectF(place.gutter, 0, place.width - place.gutter, header.height))
    for lane, column in zip(picture.chart.lanes, place.columns, strict=True):
        if column.width <= FOLDED:
            continue
        width = column.width - BOX_GAP
        _paint_box(painter, QRectF(column.x - width / 2, _BOX_TOP, width, header.box_height), lane, picture, theme)
    painter.setFont(theme.small)
    _paint_strip(painter, picture, theme)
    _paint_outside(painter, picture, theme)
    painter.restore()


def outside(picture: Picture) -> tuple[int, int]:
    """How many lifelines lie left of the view, and how many right of it."""
    place = picture.place
    return sum(x < place.gutter for x in place.lanes), sum(x > place.width for x in place.lanes)


def edges(picture: Picture) -> tuple[float, float, float] | None:
    """Where OCPP begins, where it ends and where OCPI begins; None when only one of them is there."""
    lanes = picture.chart.lanes
    chargers = [x for lane, x in zip(lanes, picture.place.lanes, strict=True) if lane.kind == "charger"]
    cpos = [x for lane, x in zip(lanes, picture.place.lanes, strict=True) if lane.kind == "CPO"]
    return (chargers[0], cpos[0], cpos[-1]) if chargers and cpos else None


def _paint_box(painter: QPainter, box: QRectF, lane: Lane, picture: Picture, theme: Theme) -> None:
    painter.setPen(QPen(theme.line, 1))
    painter.setBrush(theme.panel)
    painter.drawRoundedRect(box, 4, 4)
    room = box.width() - MARGIN
    names = bold(theme)
    _paint_line(painter, QRectF(box.left(), box.top() + 2, box.width(), _LINE), lane.title, names, theme.text, room)
    if picture.place.header.has_roles:
        fits = QFontMetricsF(theme.small).horizontalAdvance(lane.subtitle) <= room
        text = lane.subtitle if fits else lane.role
        rect = QRectF(box.left(), box.bottom() - 2 - _LINE, box.width(), _LINE)
        _paint_line(painter, rect, text, theme.small, theme.muted, room)


def _paint_line(painter: QPainter, rect: QRectF, text: str, font: QFont, colour: QColor, room: float) -> None:
    painter.setFont(font)
    painter.setPen(colour)
    painter.drawText(rect, _MIDDLE, QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideMiddle, room))


def domains(picture: Picture) -> list[tuple[float, float, str]]:
    """Between which lifelines which language is spoken."""
    found, lanes = edges(picture), picture.place.lanes
    if found is not None:
        charger, first_cpo, last_cpo = found
        return [(charger, first_cpo, "OCPP"), (first_cpo, max(lanes[-1], last_cpo + _LEAST_DOMAIN), "OCPI")]
    return [(lanes[0], lanes[-1], "OCPI")] if lanes else []


def _paint_strip(painter: QPainter, picture: Picture, theme: Theme) -> None:
    """A line for each language, and above all lines their words: one may be wider than its own line."""
    y, inks = picture.place.header.strip, {"OCPP": theme.module("ocpp"), "OCPI": theme.accent}
    for left, right, word in domains(picture):
        painter.setPen(QPen(inks[word], 2))
        painter.drawLine(QPointF(left + 2, y), QPointF(right - 2, y))
    for left, right, word in domains(picture):
        width = QFontMetricsF(theme.small).horizontalAdvance(word) + 2 * MARGIN
        rect = QRectF((left + right - width) / 2, y - 8, width, 16)
        painter.fillRect(rect, theme.window)
        painter.setPen(inks[word])
        painter.drawText(rect, _MIDDLE, word)


def _paint_outside(painter: QPainter, picture: Picture, theme: Theme) -> None:
    """At an edge of the view how many lifelines lie beyond it."""
    place, header = picture.place, picture.place.header
    metrics = QFontMetricsF(theme.small)
    for count, is_right in zip(outside(picture), (False, True), strict=True):
        if not count:
            continue
        text = tr("{count} more").format(count=count)
        width = metrics.horizontalAdvance(text) + _ARROW
        left = place.width - width if is_right else place.gutter + 1
        box = QRectF(left, header.strip - 8, width, 16)
        painter.fillRect(box, theme.window)
        painter.setPen(theme.accent)
        painter.setBrush(theme.accent)
        tip, back = (box.right() - 3, box.right() - 9) if is_right else (box.left() + 3, box.left() + 9)
        y = box.center().y()
        painter.drawPolygon(QPolygonF([QPointF(back, y - 4), QPointF(tip, y), QPointF(back, y + 4)]))
        painter.drawText(box.translated(4 if is_right else _ARROW - 4, 0), _LEFT, text)
