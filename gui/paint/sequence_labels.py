"""Paints the words of a sequence chart: over each arrow what it says, what became of it and a remark; notes on slips.

A label has a row to itself, so it takes the room it needs beyond its lifelines, and is elided where the view ends; but
what is said at the charge-point link keeps to its side of the border to OCPI. What became of a message is never given
up: of the three it is what a person looks for.
"""

from typing import Final, NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from gui.models.sequence_chart import Arrow
from gui.paint.sequence_marks import paint_slip
from gui.paint.sequence_place import MARGIN, Picture
from gui.theme import Theme

_SLIP: Final = 18.0
_BAND: Final = 5.0
_LEAST_REMARK: Final = 48.0
_NUMBER: Final = 96.0
"""How much of a remark is worth pushing a label to the left of its arrow: a number with its unit."""
_LABEL_ABOVE: Final = 4.0
_GROUND: Final = 0.9
_MORE: Final = "…"


class Label(NamedTuple):
    """The three parts of a label as they fit, and the left end and the baseline of it."""

    text: str
    outcome: str
    remark: str
    x: float
    baseline: float
    width: float


def paint_label(painter: QPainter, picture: Picture, number: int, theme: Theme) -> None:
    """What an arrow or a slip says."""
    arrow = picture.chart.arrows[number]
    metrics = QFontMetricsF(theme.small)
    label = place_label(picture, number, metrics)
    if arrow.to < 0:
        edge = theme.error if arrow.failed else theme.module("street")
        y = picture.place.y(float(picture.axis.start[number]))
        rect = QRectF(label.x - MARGIN, y - _SLIP, label.width + 2 * MARGIN + 4, _SLIP - 1)
        style = Qt.PenStyle.DotLine if arrow.is_context else Qt.PenStyle.SolidLine
        paint_slip(painter, rect, edge, theme.window, style)
    else:
        ground = QColor(theme.selection if number == picture.current else theme.panel)
        ground.setAlphaF(_GROUND)
        rect = QRectF(label.x - 2, label.baseline - metrics.ascent(), label.width + 4, metrics.height() - 1)
        painter.fillRect(rect, ground)
    ink = theme.module("ocpp") if arrow.layer == "OCPP" else theme.text
    failed = theme.muted if arrow.fate == "copy" else theme.error if arrow.broken else theme.warning
    x = label.x
    for text, colour in ((label.text, ink), (label.outcome, failed), (label.remark, theme.muted)):
        painter.setPen(colour)
        painter.drawText(QPointF(x, label.baseline), text)
        x += metrics.horizontalAdvance(text)


def place_label(picture: Picture, number: int, metrics: QFontMetricsF) -> Label:
    """As much of a label as the view has room for, always in view: at OCPI's left end, over OCPP's middle, beside a
    lifeline.
    """
    arrow, place = picture.chart.arrows[number], picture.place
    left, right = place.gutter + MARGIN, place.width - MARGIN
    if arrow.to < 0:
        left, right = left + MARGIN, right - 2 * MARGIN
    if arrow.layer == "OCPP" and arrow.to >= 0:
        # Left of where its arrow starts a label would be read as another lifeline's.
        left = max(left, _left_lane(picture, arrow) + MARGIN)
    border = max(place.lanes[arrow.source], place.lanes[arrow.to]) - _BAND - MARGIN
    if arrow.layer == "OCPP" and border - left + MARGIN >= metrics.horizontalAdvance(arrow.text):
        right = min(right, border)
    outcome = f"  {arrow.outcome}" if arrow.outcome else ""
    outcome_width = metrics.horizontalAdvance(outcome)
    text = metrics.elidedText(arrow.text, Qt.TextElideMode.ElideRight, max(0.0, right - left - outcome_width))
    width = metrics.horizontalAdvance(text) + outcome_width
    left_over = right - left - width
    if arrow.layer == "OCPI":
        left_over = min(left_over, max(_NUMBER, right - _left_lane(picture, arrow) - _BAND - MARGIN - width))
    remark = f"  {arrow.remark}" if arrow.remark and not arrow.outcome else ""
    if left_over < min(_LEAST_REMARK, metrics.horizontalAdvance(remark)):
        remark = ""
    remark = shortened(remark, metrics, left_over)
    width += metrics.horizontalAdvance(remark)
    y = place.y(float(picture.axis.start[number]))
    baseline = y - _LABEL_ABOVE
    if arrow.to < 0:
        x, baseline = place.lanes[arrow.source] - 2 * MARGIN, y - _SLIP / 2 + metrics.ascent() / 2 - 2
    elif arrow.layer == "OCPI":
        x = _left_lane(picture, arrow) + _BAND + MARGIN
    else:
        x = (place.lanes[arrow.source] + place.lanes[arrow.to] - width) / 2
    return Label(text, outcome, remark, max(left, min(x, right - width)), baseline, width)


def shortened(remark: str, metrics: QFontMetricsF, room: float) -> str:
    """As many of its parts as there is room for: a number cut in two, or without its unit, would be another one."""
    if metrics.horizontalAdvance(remark) <= room:
        return remark
    parts = remark.split(", ")
    for count in range(len(parts) - 1, 0, -1):
        text = ", ".join((*parts[:count], _MORE))
        if metrics.horizontalAdvance(text) <= room:
            return text
    return metrics.elidedText(parts[0], Qt.TextElideMode.ElideRight, room)


def _left_lane(picture: Picture, arrow: Arrow) -> float:
    return min(picture.place.lanes[arrow.source], picture.place.lanes[arrow.to])
