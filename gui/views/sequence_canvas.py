"""The painted part of the sequence view: what scrolls, and what mouse and keys do there."""

from typing import Final, Literal

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from gui.models.clock import days_words
from gui.models.cursor import Cursor
from gui.models.run import Run
from gui.models.sequence import SequenceModel
from gui.paint.sequence import paint_chart, paint_hover, paint_time
from gui.paint.sequence_axis import ROW, Axis, Mode, lay_out
from gui.paint.sequence_place import (
    FOLDED,
    Header,
    Picture,
    Place,
    column_widths,
    columns_at,
    gutter_width,
    header_for,
    row_rects,
)
from gui.paint.sequence_ties import Ties, lay_ties
from gui.theme import Theme
from simulator.i18n import tr

_AROUND_TIME: Final = 40.0
"""How many pixels above and below the time cursor are kept in view."""


class SequenceCanvas(QAbstractScrollArea):
    """The painted chart: a click or the keys choose an arrow; up and down go along them, left leads to the cause,
    right to the first effect, with Ctrl up and down to what else came of the same cause, Enter to the whole story,
    Escape to nothing chosen.
    """

    def __init__(self, run: Run, cursor: Cursor, model: SequenceModel, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._run = run
        self._cursor = cursor
        self._model = model
        self._theme = theme
        self._mode: Mode = "order"
        self._axis: Axis = lay_out((), "order")
        self._ties = Ties()
        self._layer: QPixmap | None = None
        self._hover = -1
        self._shown_height = 0.0
        self._gutter = 0.0
        self._widths: list[float] = []
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Messages between lifelines"))
        self.setMinimumSize(160, 80)
        self.viewport().setMouseTracking(True)
        self.verticalScrollBar().setSingleStep(int(ROW))
        cursor.time_changed.connect(self._time_changed)
        model.current_changed.connect(self._current_changed)

    @property
    def axis(self) -> Axis:
        """Where the arrows lie from top to bottom."""
        return self._axis

    @property
    def header(self) -> Header:
        """How much of the lifelines' names there is room for."""
        return header_for(self.viewport().height())

    def set_theme(self, theme: Theme) -> None:
        """Paint in another theme."""
        self._theme = theme
        self._fit()

    def set_mode(self, mode: Mode) -> None:
        """Lay arrows out by order or by time."""
        self._mode = mode
        self.show_chart()
        self._current_changed()

    def show_chart(self) -> None:
        """Take over the model's chart; what was in view stays so, and a chart followed at its end still is."""
        bar = self.verticalScrollBar()
        was_at_end = bar.maximum() > 0 and bar.value() == bar.maximum()
        self._axis = lay_out(self._model.chart.arrows, self._mode)
        self._ties = lay_ties(self._model.chart, self._axis)
        self._hover = -1
        self._fit()
        if was_at_end and self._run.is_live:
            bar.setValue(bar.maximum())
        self._show_time()
        if any(width <= FOLDED for width in self._widths):
            self._fit()

    def picture(self) -> Picture:
        """What is painted, as now scrolled."""
        chart = self._model.chart
        size = self.viewport().size()
        columns = columns_at(self._widths, self._gutter - self.horizontalScrollBar().value())
        top = self.verticalScrollBar().value()
        place = Place(size.width(), size.height(), top, self._gutter, columns, self.header)
        return Picture(chart, self._axis, place, self._clock, self._model.place, self._model.related, self._ties)

    def arrow_at(self, point: QPoint) -> int:
        """The arrow at a point of the viewport, -1 if there is none."""
        picture = self.picture()
        head = picture.place.header.height
        if point.y() <= head:
            return -1
        number = self._axis.nearest(point.y() - head + picture.place.top)
        is_there = number >= 0 and any(rect.contains(point) for rect in row_rects(picture, number))
        return number if is_there else -1

    # Qt

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The cached layer, and over it what follows mouse and time."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._model.chart.arrows:
            self._paint_nothing(painter)
            return
        picture = self.picture()
        if self._layer is None:
            self._layer = self._paint_layer(picture)
        painter.drawPixmap(0, 0, self._layer)
        paint_time(painter, picture, self._cursor.at_us, self._theme)
        if 0 <= self._hover < len(picture.chart.arrows):
            paint_hover(painter, picture, self._hover, self._theme)
            painter.setClipping(False)
        if self.hasFocus():
            painter.setPen(self._theme.accent)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Spread the lifelines over the new width, and keep in view what a person looks at."""
        super().resizeEvent(event)
        self._fit()
        if self._model.place >= 0:
            self._show_current()
        else:
            self._show_time()

    def scrollContentsBy(self, _dx: int, dy: int) -> None:
        """Paint another part; lifelines that come to have a part in it are unfolded."""
        if dy and any(0 < self._widths[end] <= FOLDED for end in self._ends_in_view()):
            self._fit()
        self._repaint()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show that the keys lead here."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that they no longer do."""
        super().focusOutEvent(event)
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go along the arrows."""
        page = max(1, int((self.viewport().height() - self.header.height) / ROW) - 1)
        everything = len(self._model.chart.arrows)
        steps = {
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
            Qt.Key.Key_Home: -everything,
            Qt.Key.Key_End: everything,
        }
        deeds = {
            Qt.Key.Key_Left: self._model.to_cause,
            Qt.Key.Key_Right: self._model.to_effect,
            Qt.Key.Key_Return: self._model.follow,
            Qt.Key.Key_Enter: self._model.follow,
            Qt.Key.Key_Escape: self._model.clear,
        }
        siblings: dict[Qt.Key, Literal[1, -1]] = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        key = Qt.Key(event.key())
        if key in siblings and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._model.to_sibling(siblings[key])
        elif key in steps:
            self._model.walk(steps[key])
        elif key in deeds:
            deeds[key]()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the arrow under the mouse."""
        number = self.arrow_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and number >= 0:
            self._model.choose(number)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the whole story of the arrow under the mouse."""
        if self.arrow_at(event.position().toPoint()) >= 0:
            self._model.follow()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Outline the arrow under the mouse."""
        self._set_hover(self.arrow_at(event.position().toPoint()))

    def viewportEvent(self, event: QEvent) -> bool:
        """Tips, and the mouse leaving."""
        if event.type() == QEvent.Type.Leave:
            self._set_hover(-1)
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.tip_at(event.pos()), self.viewport())
            return True
        return super().viewportEvent(event)

    def tip_at(self, point: QPoint) -> str:
        """What there is to say about a point: of an arrow its ends, times and remark, of a lifeline who it is."""
        number = self.arrow_at(point)
        picture = self.picture()
        if number >= 0:
            return self._tip(number)
        for lane, column in zip(picture.chart.lanes, picture.place.columns, strict=True):
            if point.y() <= self.header.height and abs(point.x() - column.x) <= column.width / 2:
                return f"{lane.title}\n{lane.subtitle}"
        if point.x() >= picture.place.gutter:
            return ""
        days = (tr("{sign}: {day}").format(sign=sign, day=day) for sign, day in self.other_days())
        return "\n".join([tr("Local time, {zone}").format(zone=self._run.zone), *days])

    # Ours

    def other_days(self) -> list[tuple[str, str]]:
        """The signs of days beside the times, if they are not all of the run's first, and what they stand for."""
        arrows = self._model.chart.arrows
        ends = dict.fromkeys(arrow.start_us for arrow in (*arrows[:1], *arrows[-1:]))
        signs = dict.fromkeys(self._run.clock(at_us).partition(" ")[2] for at_us in ends)
        return [(sign, days_words(int(sign))) for sign in signs if sign]

    def _tip(self, number: int) -> str:
        arrow = self._model.chart.arrows[number]
        lanes = self._model.chart.lanes
        ends = lanes[arrow.source].title
        if arrow.to >= 0:
            ends = tr("{sender} to {receiver}").format(sender=ends, receiver=lanes[arrow.to].title)
        when = self._run.clock_in_words(arrow.start_us, ms=True)
        lines = [f"{when}  {ends}", arrow.text, arrow.remark, arrow.outcome]
        if arrow.end_us is not None:
            duration = tr("{duration} ms from request to answer")
            if arrow.broken:
                duration = tr("given up after {duration} ms")
            lines.append(duration.format(duration=f"{(arrow.end_us - arrow.start_us) / 1e3:,.0f}"))
        return "\n".join(filter(None, lines))

    def _clock(self, at_us: int) -> str:
        return self._run.clock(at_us, ms=self._mode == "time")

    def _paint_nothing(self, painter: QPainter) -> None:
        rect = self.viewport().rect()
        painter.fillRect(rect, self._theme.panel)
        painter.setPen(self._theme.muted)
        painter.setFont(self._theme.body)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(rect.adjusted(20, 20, -20, -20), flags, self.nothing)

    @property
    def nothing(self) -> str:
        """Why there is no chart, and what to do about it."""
        if self._run.recording is None:
            return self._run.problem or tr("No recording is open. Open one to see who tells whom what.")
        if self._run.filtered.active:
            return tr("The filter takes no message here. “Show all messages” (Ctrl+Shift+F) clears it.")
        if self._run.meta.get("level") == "aggregates":
            return tr("This recording was made without messages (level aggregates); choose a driver to see a visit.")
        return tr("No message has been recorded yet.")

    def _paint_layer(self, picture: Picture) -> QPixmap:
        ratio = self.devicePixelRatioF()
        layer = QPixmap(self.viewport().size() * ratio)
        layer.setDevicePixelRatio(ratio)
        painter = QPainter(layer)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_chart(painter, picture, self._theme)
        painter.end()
        return layer

    def _fit(self) -> None:
        """Let the scroll bars say how much there is."""
        chart, size = self._model.chart, self.viewport().size()
        self._gutter = gutter_width(chart, self._clock, self._theme.small)
        self._widths = column_widths(chart, size.width() - self._gutter, self._theme, self._in_view())
        for bar, whole, part in (
            (self.verticalScrollBar(), self._axis.height + self.header.height, size.height()),
            (self.horizontalScrollBar(), self._gutter + sum(self._widths), size.width()),
        ):
            bar.setRange(0, max(0, int(whole) - part))
            bar.setPageStep(part)
        self._repaint()

    def _in_view(self) -> list[int]:
        """The arrows in view, first the current one and those nearest to it, or else to the time cursor."""
        top, arrows = self.verticalScrollBar().value(), self._model.chart.arrows
        shown = self._axis.visible(top, top + self.viewport().height() - self.header.height)
        place = self._model.place
        is_chosen = 0 <= place < len(self._axis.start)
        middle = float(self._axis.start[place]) if is_chosen else self._axis.height_of(self._cursor.at_us)
        near = sorted(shown, key=lambda number: abs(float(self._axis.start[number]) - middle))
        return [number for number in near if number < len(arrows)]

    def _ends_in_view(self) -> list[int]:
        arrows = self._model.chart.arrows
        ends = (end for number in self._in_view() for end in (arrows[number].source, arrows[number].to))
        return [end for end in ends if 0 <= end < len(self._widths)]

    def _repaint(self) -> None:
        self._layer = None
        self.viewport().update()

    def _set_hover(self, number: int) -> None:
        if number != self._hover:
            self._hover = number
            self.viewport().update()

    def _time_changed(self) -> None:
        # Where time rushes past, the cursor stands below the chart until there is another one.
        height = self._axis.height_of(self._cursor.at_us)
        if self.isVisible() and not (self._run.rushes and height == self._shown_height):
            self._shown_height = height
            self._show_time()
            self.viewport().update()

    def _show_time(self) -> None:
        """Keep the time cursor in view."""
        height = self._axis.height_of(self._cursor.at_us)
        self._scroll_to(height - _AROUND_TIME, height + _AROUND_TIME)

    def _current_changed(self) -> None:
        self._show_current()
        place = self._model.place
        if 0 <= place < len(self._model.chart.arrows):
            arrow = self._model.chart.arrows[place]
            if any(0 <= end < len(self._widths) and self._widths[end] <= FOLDED for end in (arrow.source, arrow.to)):
                self._fit()
        self._repaint()

    def _show_current(self) -> None:
        """Keep the current arrow in view."""
        place = self._model.place
        if place >= 0:
            start, end = float(self._axis.start[place]), float(self._axis.end[place])
            self._scroll_to(start - ROW, min(end, start + 2 * ROW) + ROW)
            self._show_ends(place)

    def _show_ends(self, number: int) -> None:
        """Bring both lifelines of an arrow into view, first of all that which it starts from."""
        arrow, bar = self._model.chart.arrows[number], self.horizontalScrollBar()
        page = self.viewport().width() - self._gutter
        for end in (arrow.to, arrow.source):
            if end >= 0:
                left = sum(self._widths[:end])
                bar.setValue(round(min(max(bar.value(), left + self._widths[end] - page), left)))

    def _scroll_to(self, top: float, bottom: float) -> None:
        """Bring a stretch of the axis into view, as little as that takes."""
        bar = self.verticalScrollBar()
        page = self.viewport().height() - self.header.height
        bar.setValue(round(min(max(bar.value(), bottom - page), top)))
