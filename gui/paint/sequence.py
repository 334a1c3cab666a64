"""Paints a sequence chart: lifelines, messages with their answers, and the border between OCPP and OCPI.

What is not in view is not painted, so that ten thousand arrows cost what forty do. Meaning is never in colour alone:
OCPI is a full line with a filled head, OCPP a thin one with a round tail and an open head, an answer is dashed, and
what did not come through is cut by a cross with a word beside it.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from gui.models.sequence_chart import Arrow, Chart
from gui.paint.sequence_axis import ROW, Axis, Stretch
from gui.paint.sequence_marks import paint_cross, paint_line, paint_slip
from gui.theme import Theme
from simulator.i18n import tr
from simulator.report.words import span

HEADER: Final = 62.0
"""Height of the lifelines' names and of the strip beneath them, which stay in view."""

_LEAST_SPACING: Final = 80.0
_MOST_SPACING: Final = 260.0
_BOX_TOP: Final = 4.0
_BOX_HEIGHT: Final = 36.0
_STRIP: Final = 51.0
_CUT: Final = 0.55
_BAND: Final = 5.0
_SLIP: Final = 19.0
_MUTED: Final = 0.45
_MUTED_TEXT: Final = 0.72
_LEAST_REMARK: Final = 48.0
_LABEL_ABOVE: Final = 4.0
_MARGIN: Final = 6.0
_LEAST_TICK: Final = 15.0


class Place(NamedTuple):
    """What part of the chart is in view, and how wide its parts are. Lanes are centres, as scrolled."""

    width: float
    height: float
    top: float
    gutter: float
    lanes: tuple[float, ...]
    spacing: float

    def y(self, height: float) -> float:
        """Where a height of the axis lies in view."""
        return height - self.top + HEADER


class Picture(NamedTuple):
    """All that is painted. `current` is the selected arrow (-1: none), `related` its causes and effects."""

    chart: Chart
    axis: Axis
    place: Place
    clock: Callable[[int], str]
    current: int = -1
    related: frozenset[int] = frozenset()


def spread(count: int, width: float, gutter: float) -> tuple[float, float]:
    """The distance between lifelines for a width in view, and the width that they need with the gutter."""
    spacing = max(_LEAST_SPACING, min(_MOST_SPACING, (width - gutter) / max(count, 1)))
    return spacing, gutter + spacing * count


def gutter_width(chart: Chart, clock: Callable[[int], str], font: QFont) -> float:
    """How wide the times at the left are."""
    metrics = QFontMetricsF(font)
    ends = [clock(arrow.start_us) for arrow in (*chart.arrows[:1], *chart.arrows[-1:])]
    return max(map(metrics.horizontalAdvance, [*ends, tr("local time")])) + 3 * _MARGIN


def paint_chart(painter: QPainter, picture: Picture, theme: Theme) -> None:
    """The whole view but for what follows mouse and time."""
    place = picture.place
    painter.fillRect(QRectF(0, 0, place.width, place.height), theme.panel)
    painter.setFont(theme.small)
    shown = picture.axis.visible(place.top, place.top + place.height - HEADER)
    painter.save()
    painter.setClipRect(QRectF(place.gutter, HEADER, place.width - place.gutter, place.height - HEADER))
    _paint_border(painter, picture, theme)
    _paint_stretches(painter, picture, theme)
    _paint_selected_band(painter, picture, theme)
    _paint_lifelines(painter, picture, theme)
    for number in shown:
        if picture.chart.arrows[number].to >= 0:
            painter.setOpacity(_opacity(picture, number, _MUTED))
            _paint_arrow(painter, picture, number, theme)
    for number in shown:
        painter.setOpacity(_opacity(picture, number, _MUTED_TEXT))
        _paint_label(painter, picture, number, theme)
    painter.restore()
    _paint_times(painter, picture, shown, theme)
    _paint_header(painter, picture, theme)


def paint_time(painter: QPainter, picture: Picture, at_us: int, theme: Theme) -> None:
    """The time cursor across the chart."""
    y = round(picture.place.y(picture.axis.height_of(at_us))) + 0.5
    if HEADER <= y <= picture.place.height:
        painter.setPen(QPen(theme.accent, 1))
        x = picture.place.gutter
        painter.drawLine(QPointF(x, y), QPointF(picture.place.width, y))
        painter.setBrush(theme.accent)
        painter.drawPolygon(QPolygonF([QPointF(x - 8, y - 5), QPointF(x, y), QPointF(x - 8, y + 5)]))


def paint_hover(painter: QPainter, picture: Picture, number: int, theme: Theme) -> None:
    """An outline around the arrow under the mouse."""
    rect = row_rect(picture, number)
    colour = QColor(theme.accent)
    colour.setAlphaF(0.6)
    painter.setPen(QPen(colour, 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setClipRect(QRectF(0, HEADER, picture.place.width, picture.place.height - HEADER))
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)


def row_rect(picture: Picture, number: int) -> QRectF:
    """What an arrow takes with its label, over the whole width, in view."""
    place, axis = picture.place, picture.axis
    top = place.y(float(axis.start[number])) - 18
    low = place.y(min(float(axis.end[number]), float(axis.start[number]) + 60))
    if picture.chart.arrows[number].to < 0:
        low = top + 18
    return QRectF(place.gutter, top - 3, place.width - place.gutter - 1, low + 7 - top)


def _opacity(picture: Picture, number: int, muted: float) -> float:
    is_clear = picture.current < 0 or number == picture.current or number in picture.related
    return 1.0 if is_clear else muted


def _paint_border(painter: QPainter, picture: Picture, theme: Theme) -> None:
    """The charge-point link on a ground of its own, and at each CPO the border to OCPI."""
    edges = _edges(picture)
    if edges is None:
        return
    charger, first_cpo, _ = edges
    place = picture.place
    ground = _faint(theme.module("ocpp"), 0.09)
    painter.fillRect(QRectF(charger, HEADER, first_cpo - charger, place.height), ground)
    for lane, x in zip(picture.chart.lanes, place.lanes, strict=True):
        if lane.kind == "CPO":
            painter.fillRect(QRectF(x - _BAND, HEADER, _BAND, place.height), _faint(theme.module("ocpp"), 0.45))
            painter.fillRect(QRectF(x, HEADER, _BAND, place.height), _faint(theme.accent, 0.4))


def _edges(picture: Picture) -> tuple[float, float, float] | None:
    """Where OCPP begins, where it ends and where OCPI begins; None when only one of them is there."""
    lanes = picture.chart.lanes
    chargers = [x for lane, x in zip(lanes, picture.place.lanes, strict=True) if lane.kind == "charger"]
    cpos = [x for lane, x in zip(lanes, picture.place.lanes, strict=True) if lane.kind == "CPO"]
    return (chargers[0], cpos[0], cpos[-1]) if chargers and cpos else None


def _paint_stretches(painter: QPainter, picture: Picture, theme: Theme) -> None:
    """On the time axis the ground of what starts in one instant: there, height is not time."""
    if picture.axis.mode != "time":
        return
    place = picture.place
    for stretch in _stretches(picture):
        top, bottom = place.y(stretch.top) - 10, place.y(stretch.bottom) + 10
        if stretch.duration_us == 0:
            painter.fillRect(QRectF(place.gutter, top, place.width, bottom - top), _faint(theme.muted, 0.09))


def _stretches(picture: Picture) -> tuple[Stretch, ...]:
    place = picture.place
    return picture.axis.stretches_in(place.top - ROW, place.top + place.height)


def _paint_selected_band(painter: QPainter, picture: Picture, theme: Theme) -> None:
    if picture.current >= 0:
        rect = row_rect(picture, picture.current)
        painter.fillRect(rect, theme.selection)
        painter.fillRect(QRectF(rect.left(), rect.top(), 3, rect.height()), theme.accent)


def _paint_lifelines(painter: QPainter, picture: Picture, theme: Theme) -> None:
    painter.setPen(QPen(theme.line, 1))
    for x in picture.place.lanes:
        painter.drawLine(QPointF(x, HEADER), QPointF(x, picture.place.height))


def _paint_arrow(painter: QPainter, picture: Picture, number: int, theme: Theme) -> None:
    arrow, axis, place = picture.chart.arrows[number], picture.axis, picture.place
    is_ocpi = arrow.layer == "OCPI"
    colour = theme.module(arrow.module)
    extra = 1.0 if number == picture.current else 0.0
    leaves = QPointF(place.lanes[arrow.source], place.y(float(axis.start[number])))
    arrives = QPointF(place.lanes[arrow.to], place.y(float(axis.arrive[number])))
    pen = QPen(colour, (2.0 if is_ocpi else 1.2) + extra)
    _paint_way(painter, leaves, arrives, pen, theme, is_cut=arrow.broken == "request", filled=is_ocpi, tail=not is_ocpi)
    if is_ocpi and arrow.broken != "request":
        answer = QPen(theme.warning if arrow.failed and not arrow.broken else colour, 1.1 + extra / 2)
        answer.setStyle(Qt.PenStyle.DashLine)
        leaves = QPointF(arrives.x(), place.y(float(axis.reply[number])))
        arrives = QPointF(place.lanes[arrow.source], place.y(float(axis.end[number])))
        _paint_way(painter, leaves, arrives, answer, theme, is_cut=bool(arrow.broken), filled=False)


def _paint_way(
    painter: QPainter,
    a: QPointF,
    b: QPointF,
    pen: QPen,
    theme: Theme,
    *,
    is_cut: bool,
    filled: bool,
    tail: bool = False,
) -> None:
    """A line with its head, or cut off by a cross where it did not come through."""
    if not is_cut:
        paint_line(painter, a, b, pen, filled=filled, tail=tail)
        return
    end = a + (b - a) * _CUT
    painter.setPen(pen)
    painter.drawLine(a, end)
    paint_cross(painter, end, theme.error)


def _paint_label(painter: QPainter, picture: Picture, number: int, theme: Theme) -> None:
    arrow, place = picture.chart.arrows[number], picture.place
    metrics = QFontMetricsF(theme.small)
    room = place.width - place.gutter - 2 * _MARGIN
    outcome = f"  {arrow.outcome}" if arrow.outcome else ""
    outcome_width = metrics.horizontalAdvance(outcome)
    text = metrics.elidedText(arrow.text, Qt.TextElideMode.ElideRight, max(0.0, room - outcome_width))
    text_width = metrics.horizontalAdvance(text)
    if arrow.layer == "OCPP":
        # What is said beside stays between its lifelines, so that it does not hide the border.
        room = abs(place.lanes[arrow.to] - place.lanes[arrow.source]) - 2 * _MARGIN
    elif arrow.layer == "OCPI":
        room = place.width - _MARGIN - _left_lane(picture, arrow) - _BAND - _MARGIN
    left_over = room - text_width - outcome_width
    has_remark = bool(arrow.remark) and not arrow.outcome and left_over >= _LEAST_REMARK
    remark = metrics.elidedText(f"  {arrow.remark}", Qt.TextElideMode.ElideRight, left_over) if has_remark else ""
    remark_width = metrics.horizontalAdvance(remark)
    width = text_width + outcome_width + remark_width
    y = place.y(float(picture.axis.start[number]))
    x, baseline = _label_origin(picture, arrow, width, y, metrics)
    if arrow.to < 0:
        edge = theme.error if arrow.failed else theme.module("street")
        paint_slip(painter, QRectF(x - _MARGIN, y - _SLIP, width + 2 * _MARGIN + 4, _SLIP - 1), edge, theme.window)
    else:
        ground = theme.selection if number == picture.current else theme.panel
        painter.fillRect(
            QRectF(x - 2, baseline - metrics.ascent(), width + 4, metrics.height() - 1), _faint(ground, 0.86)
        )
    painter.setPen(theme.module("ocpp") if arrow.layer == "OCPP" else theme.text)
    painter.drawText(QPointF(x, baseline), text)
    painter.setPen(theme.error if arrow.broken else theme.warning)
    painter.drawText(QPointF(x + text_width, baseline), outcome)
    painter.setPen(theme.muted)
    painter.drawText(QPointF(x + text_width + outcome_width, baseline), remark)


def _label_origin(
    picture: Picture, arrow: Arrow, width: float, y: float, metrics: QFontMetricsF
) -> tuple[float, float]:
    """Left end and baseline of a label: at OCPI's left end, over OCPP's middle, beside a lifeline; always in view."""
    place = picture.place
    left, right = place.gutter + _MARGIN, place.width - _MARGIN - width
    if arrow.to < 0:
        x = place.lanes[arrow.source] - 2 * _MARGIN
        return max(left + _MARGIN, min(x, right - 2 * _MARGIN)), y - _SLIP / 2 + metrics.ascent() / 2 - 2
    if arrow.layer == "OCPI":
        x = _left_lane(picture, arrow) + _BAND + _MARGIN
    else:
        x = (place.lanes[arrow.source] + place.lanes[arrow.to] - width) / 2
    return max(left, min(x, right)), y - _LABEL_ABOVE


def _left_lane(picture: Picture, arrow: Arrow) -> float:
    return min(picture.place.lanes[arrow.source], picture.place.lanes[arrow.to])


def _paint_times(painter: QPainter, picture: Picture, shown: range, theme: Theme) -> None:
    """The times at the left, marks of zero time, and how long nothing happened."""
    place, axis = picture.place, picture.axis
    painter.save()
    painter.setClipRect(QRectF(0, HEADER, place.gutter, place.height - HEADER))
    painter.fillRect(QRectF(0, HEADER, place.gutter, place.height), theme.window)
    painter.setPen(QPen(theme.line, 1))
    painter.drawLine(QPointF(place.gutter, HEADER), QPointF(place.gutter, place.height))
    painter.setPen(theme.muted)
    last_text, last_y = "", -_LEAST_TICK
    flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    for number in shown:
        y = place.y(float(axis.start[number]))
        text = picture.clock(picture.chart.arrows[number].start_us)
        if text != last_text and y - last_y >= _LEAST_TICK:
            painter.drawText(QRectF(0, y - 10, place.gutter - 2 * _MARGIN, 20), flags, text)
            last_text, last_y = text, y
    for stretch in _stretches(picture):
        top, bottom = place.y(stretch.top), place.y(stretch.bottom)
        if stretch.duration_us:
            if bottom - top >= 2 * _LEAST_TICK:
                text = tr("+ {span}").format(span=span(stretch.duration_us / 1e6))
                painter.drawText(QRectF(0, top, place.gutter - 2 * _MARGIN, bottom - top), flags, text)
        else:
            painter.fillRect(QRectF(place.gutter - 5, top - 6, 3, bottom - top + 12), theme.muted)
    painter.restore()


def _paint_header(painter: QPainter, picture: Picture, theme: Theme) -> None:
    place = picture.place
    painter.fillRect(QRectF(0, 0, place.width, HEADER), theme.window)
    painter.setPen(QPen(theme.line, 1))
    painter.drawLine(QPointF(0, HEADER), QPointF(place.width, HEADER))
    painter.setPen(theme.muted)
    flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(QRectF(0, _STRIP - 8, place.gutter - 2 * _MARGIN, 16), flags, tr("local time"))
    painter.save()
    painter.setClipRect(QRectF(place.gutter, 0, place.width - place.gutter, HEADER))
    bold = QFont(theme.small)
    bold.setBold(True)
    centre = Qt.AlignmentFlag.AlignCenter
    for lane, x in zip(picture.chart.lanes, place.lanes, strict=True):
        box = QRectF(x - place.spacing / 2 + 4, _BOX_TOP, place.spacing - 8, _BOX_HEIGHT)
        painter.setPen(QPen(theme.line, 1))
        painter.setBrush(theme.panel)
        painter.drawRoundedRect(box, 4, 4)
        for font, colour, text, top, elide in (
            (bold, theme.text, lane.title, 2.0, Qt.TextElideMode.ElideMiddle),
            (theme.small, theme.muted, lane.subtitle, 17.0, Qt.TextElideMode.ElideRight),
        ):
            painter.setFont(font)
            painter.setPen(colour)
            elided = QFontMetricsF(font).elidedText(text, elide, box.width() - 8)
            painter.drawText(QRectF(box.left(), box.top() + top, box.width(), 16), centre, elided)
    painter.setFont(theme.small)
    _paint_strip(painter, picture, theme)
    painter.restore()


def _paint_strip(painter: QPainter, picture: Picture, theme: Theme) -> None:
    """Between which lifelines which language is spoken."""
    edges, place = _edges(picture), picture.place
    if edges is not None:
        charger, first_cpo, last_cpo = edges
        _paint_domain(painter, charger, first_cpo, "OCPP", theme.module("ocpp"), theme)
        _paint_domain(painter, last_cpo, max(place.lanes[-1], last_cpo + 60), "OCPI", theme.accent, theme)
    elif place.lanes:
        _paint_domain(painter, place.lanes[0], place.lanes[-1], "OCPI", theme.accent, theme)


def _paint_domain(painter: QPainter, left: float, right: float, word: str, colour: QColor, theme: Theme) -> None:
    painter.setPen(QPen(colour, 2))
    painter.drawLine(QPointF(left + 2, _STRIP), QPointF(right - 2, _STRIP))
    width = QFontMetricsF(theme.small).horizontalAdvance(word) + 2 * _MARGIN
    rect = QRectF((left + right - width) / 2, _STRIP - 8, width, 16)
    painter.fillRect(rect, theme.window)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, word)


def _faint(colour: QColor, alpha: float) -> QColor:
    faint = QColor(colour)
    faint.setAlphaF(alpha)
    return faint
