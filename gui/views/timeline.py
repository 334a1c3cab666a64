"""The timeline: how many messages went when, what went wrong, what people ordered, and the cursor to scrub with."""

from typing import Final

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, QTimer
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QComboBox, QToolTip, QWidget

from gui.models.cursor import Cursor, Selection
from gui.models.run import Run
from gui.models.timeline import Mark, TimelineModel
from gui.paint.axis import local_ticks
from gui.paint.timeline import (
    Axis,
    Band,
    Bars,
    Lanes,
    Scale,
    Span,
    Strip,
    lanes_for,
    lay_out,
    legend_of,
    paint_cursor,
    paint_strip,
    scale_of,
    stack_bands,
    thin,
)
from gui.theme import Theme
from simulator.i18n import tr, trn
from simulator.report.traffic import MINUTE_US, Kind

_BAR_MINUTES: Final = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440, 10_080)
_NARROWEST_BAR_PX: Final = 5
_SLIMMEST_BAR: Final = 1 / 32
"""Of the strip's height: a strip that stands alone and high has wider bars than one at the window's foot."""
_NARROWEST_US: Final = 2 * MINUTE_US
_TICK_PX: Final = 90
_REACH_PX: Final = 5
_GROWTH_MS: Final = 250
_RUSH_MS: Final = 500
_WHEEL_STEP: Final = 120
_ZOOM: Final = 0.8
_PAN: Final = 0.1
_PAGE: Final = 10
_OUTCOMES: Final = {
    "accepted": ("delivered", 200, 1000),
    "refused": ("delivered", 400, 2000),
    "failed": ("timed_out", None, None),
}
"""For the theme, a message of each outcome."""


class TimelineView(QWidget):
    """The strip; see the module. Drag to scrub, turn the wheel to zoom, with Shift to pan."""

    view_id = "timeline"

    def __init__(self, run: Run, cursor: Cursor, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run = run
        self._cursor = cursor
        self._theme = theme
        self.model = TimelineModel(run, self)
        self._layer: QPixmap | None = None
        self._bands: list[Band] = []
        self._from_us, self._to_us = 0, _NARROWEST_US
        self._full = True
        self._is_unseen = False
        self._ticks: tuple[tuple[int, int, int], Axis] | None = None
        self.kind_box = QComboBox(self)
        self.kind_box.addItem(tr("by module"), "module")
        self.kind_box.addItem(tr("by outcome"), "outcome")
        self.kind_box.setAccessibleName(tr("What the colours of the bars say"))
        self.kind_box.currentIndexChanged.connect(self._changed)
        self._growth = QTimer(self)
        self._growth.setSingleShot(True)
        self._growth.timeout.connect(self._changed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(96)
        self.setAccessibleName(tr("Timeline"))
        self.setAccessibleDescription(
            tr("Messages over time. Left and Right go by a bar, Home and End to the ends, + and - zoom, 0 shows all.")
        )
        self.model.changed.connect(self._model_changed)
        run.opened.connect(self._forget_ticks)
        cursor.time_changed.connect(self._time_changed)
        run.opened.connect(self.show_all)
        run.progressed.connect(self._progressed)
        run.state_changed.connect(self._changed)
        self.set_theme(theme)

    def sizeHint(self) -> QSize:
        """A strip."""
        return QSize(900, 132)

    @property
    def is_busy(self) -> bool:
        """Whether there is more to count than is shown."""
        return self.isVisible() and self.model.is_reading

    def set_theme(self, theme: Theme) -> None:
        """Take on another theme."""
        self._theme = theme
        self.kind_box.setFont(theme.small)
        self._changed()

    # What is visible

    @property
    def kind(self) -> Kind:
        """What the colours of the bars say."""
        kind: Kind = self.kind_box.currentData()
        return kind

    @property
    def bounds_us(self) -> tuple[int, int]:
        """From the first row to the end; of a live run to its planned end."""
        planned_us = self._run.duration_us if self._run.is_live else 0
        begin_us = self._run.begin_us
        return begin_us, max(self._run.end_us, planned_us, begin_us + _NARROWEST_US)

    @property
    def lanes(self) -> Lanes:
        """Where the strip's parts are."""
        lanes = 1 + max((band.lane for band in self._bands), default=-1)
        return lay_out(self.width(), self.height(), lanes, self._control, self._theme)

    @property
    def _control(self) -> tuple[int, int]:
        size = self.kind_box.sizeHint()
        return size.width(), size.height()

    @property
    def scale(self) -> Scale:
        """Where instants stand."""
        from_us, to_us = self.bounds_us if self._full else (self._from_us, self._to_us)
        return scale_of(self.width(), from_us, to_us)

    @property
    def bar_minutes(self) -> int:
        """How many minutes a bar counts."""
        scale = self.scale
        least_px = max(_NARROWEST_BAR_PX, _SLIMMEST_BAR * self.height())
        least_us = least_px * (scale.to_us - scale.from_us) / max(scale.right - scale.left, 1)
        return next((minutes for minutes in _BAR_MINUTES if minutes * MINUTE_US >= least_us), _BAR_MINUTES[-1])

    def show_all(self) -> None:
        """Zoom out to the whole run."""
        self._full = True
        self._changed()

    def show_range(self, from_us: int, to_us: int) -> None:
        """Show a stretch of time, kept within the run."""
        low_us, high_us = self.bounds_us
        span_us = min(max(to_us - from_us, _NARROWEST_US), high_us - low_us)
        from_us = min(max(from_us, low_us), high_us - span_us)
        self._from_us, self._to_us = from_us, from_us + span_us
        self._full = span_us == high_us - low_us
        self._changed()

    def zoom(self, factor: float, at_us: int | None = None) -> None:
        """Show a longer stretch, or a shorter one (below 1); what stands at `at_us` (or the cursor) keeps its place."""
        _, _, from_us, to_us = self.scale
        at_us = self._cursor.at_us if at_us is None else at_us
        if not from_us <= at_us <= to_us:
            at_us = (from_us + to_us) // 2
        self.show_range(round(at_us + (from_us - at_us) * factor), round(at_us + (to_us - at_us) * factor))

    def pan(self, part: float) -> None:
        """Show what is later, or earlier (below 0), by a part of what is visible."""
        _, _, from_us, to_us = self.scale
        by_us = round((to_us - from_us) * part)
        low_us, high_us = self.bounds_us
        by_us = max(low_us - from_us, min(by_us, high_us - to_us))
        self.show_range(from_us + by_us, to_us + by_us)

    def _changed(self) -> None:
        end_us = self._run.end_us
        spans = [
            Span(each.from_us, end_us if each.to_us is None else each.to_us, each.words) for each in self.model.faults
        ]
        most = lanes_for(self.height(), self._control, self._theme)
        self._bands = stack_bands(spans, self.scale, most, self._theme)
        self._layer = None
        self.update()

    def _forget_ticks(self) -> None:
        self._ticks = None

    def _model_changed(self) -> None:
        if self._run.rushes:
            self._progressed()
        else:
            self._changed()

    def _progressed(self) -> None:
        if not self._is_unseen and not self._growth.isActive():
            self._growth.start(_RUSH_MS if self._run.rushes else _GROWTH_MS)

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what came while nobody looked."""
        super().showEvent(event)
        if self._is_unseen:
            self._is_unseen = False
            self.model.set_active(True)
            self._time_changed(self._cursor.at_us)
            self._changed()

    def hideEvent(self, event: QHideEvent) -> None:
        """Do nothing while nobody looks."""
        super().hideEvent(event)
        self._is_unseen = True
        self._growth.stop()
        self.model.set_active(False)

    def _time_changed(self, at_us: int) -> None:
        if self._is_unseen:
            return
        _, _, from_us, to_us = self.scale
        if not self._full and not from_us <= at_us <= to_us:
            self.pan((at_us - (from_us + to_us) / 2) / (to_us - from_us))
        self.update()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """The strip from its layer, then the cursor."""
        del event
        painter = QPainter(self)
        if self._run.recording is None:
            painter.fillRect(self.rect(), self._theme.panel)
            painter.setFont(self._theme.small)
            painter.setPen(self._theme.muted)
            sentence = self._run.problem or tr("The timeline of a run stands here when one is open.")
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, sentence)
            return
        if self._layer is None:
            self._layer = self._painted()
        painter.drawPixmap(0, 0, self._layer)
        at_us = self._cursor.at_us
        paint_cursor(painter, self.lanes, self.scale, self._axis(), at_us, self._run.clock_in_words(at_us), self._theme)
        if self.hasFocus():
            painter.setPen(self._theme.accent)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _painted(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        layer = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        layer.setDevicePixelRatio(ratio)
        layer.fill(self._theme.panel)
        painter = QPainter(layer)
        paint_strip(painter, self.lanes, self.scale, self._strip(), self._theme)
        painter.end()
        return layer

    def _strip(self) -> Strip:
        scale, minutes = self.scale, self.bar_minutes
        names, counts = self.model.bars(self.kind, minutes, scale.from_us, scale.to_us)
        width_us = minutes * MINUTE_US
        taken = self.model.taken_bars(self.kind, names, minutes, scale.from_us, counts.shape[1])
        bars = Bars(
            [_outcome(name) if self.kind == "outcome" else name for name in names],
            [self._colour(name) for name in names],
            counts if taken is None else taken,
            scale.from_us // width_us * width_us,
            width_us,
            per_bar(minutes),
            None if taken is None else counts.sum(axis=0),
        )
        hints = [self.model.hints[index] for index in thin(self.model.hint_times_us, scale)]
        return Strip(
            bars=bars,
            bands=self._bands,
            commands=[mark.at_us for mark in self.model.commands],
            hints=[(mark.at_us, mark.severity) for mark in hints],
            axis=self._axis(),
            end_us=self._run.end_us,
            end_words=tr("live, not yet played") if self._run.is_live else tr("not played"),
        )

    def _axis(self) -> Axis:
        scale = self.scale
        span = scale.from_us, scale.to_us, max(int((scale.right - scale.left) / _TICK_PX), 1)
        if self._ticks is None or self._ticks[0] != span:
            self._ticks = span, Axis(local_ticks(self._run.local, *span), self._zone(scale))
        return self._ticks[1]

    def _zone(self, scale: Scale) -> str:
        """What the local time of the axis is called; summer time may begin or end within it."""
        begin, end = (self._run.local(at_us).tzname() or "" for at_us in (scale.from_us, scale.to_us))
        return begin if begin == end else tr("local")

    def _colour(self, name: str) -> QColor:
        return self._theme.outcome(*_OUTCOMES[name]) if self.kind == "outcome" else self._theme.module(name)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The choice of colours keeps to the upper right corner."""
        super().resizeEvent(event)
        size = self.kind_box.sizeHint()
        self.kind_box.setGeometry(self.width() - size.width() - 4, 2, size.width(), size.height())
        self._changed()

    # Mouse and keyboard

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the cursor, or go to a hint and select its exchange, if it is on one."""
        if event.button() != Qt.MouseButton.LeftButton or self._run.recording is None:
            return
        hint = self._hint_at(event.position())
        if hint is not None and hint.exchange:
            self._cursor.select(Selection("message", str(hint.exchange)), hint.at_us)
        elif hint is not None:
            self._run.seek(hint.at_us)
        else:
            self._scrub(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Scrub."""
        if event.buttons() & Qt.MouseButton.LeftButton and self._run.recording is not None:
            self._scrub(event.position())

    def _scrub(self, position: QPointF) -> None:
        scale = self.scale
        self._run.seek(scale.at_us(min(max(position.x(), scale.left), scale.right)))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom where the mouse is; with Shift, or sideways, pan."""
        angle = event.angleDelta()
        sideways = angle.x() or (angle.y() if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0)
        if sideways:
            self.pan(-_PAN * sideways / _WHEEL_STEP)
        elif angle.y():
            steps = angle.y() / _WHEEL_STEP
            self.zoom(_ZOOM**steps, self.scale.at_us(event.position().x()))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move by bars and to the ends; zoom."""
        if self._run.recording is None:
            super().keyPressEvent(event)
            return
        match event.key():
            case Qt.Key.Key_Left:
                self._move(-1)
            case Qt.Key.Key_Right:
                self._move(1)
            case Qt.Key.Key_PageUp:
                self._move(-_PAGE)
            case Qt.Key.Key_PageDown:
                self._move(_PAGE)
            case Qt.Key.Key_Home:
                self._run.seek(self._run.begin_us)
            case Qt.Key.Key_End:
                self._run.seek(self._run.end_us)
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.zoom(_ZOOM)
            case Qt.Key.Key_Minus:
                self.zoom(1 / _ZOOM)
            case Qt.Key.Key_0:
                self.show_all()
            case _:
                super().keyPressEvent(event)

    def _move(self, bars: int) -> None:
        """To the begin of a bar; from within a bar the first step back goes to its begin."""
        width_us = self.bar_minutes * MINUTE_US
        at_us = self._cursor.at_us
        here = at_us // width_us if bars > 0 else -(-at_us // width_us)
        self._run.seek((here + bars) * width_us)

    # Tips

    def event(self, event: QEvent) -> bool:
        """Say what is under the mouse."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self._run.recording is not None:
            QToolTip.showText(event.globalPos(), self.words_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def words_at(self, position: QPointF) -> str:
        """What is under a point: a hint, a command, faults, and the messages of the bar; "" beside the strip."""
        scale, lanes = self.scale, self.lanes
        if position.y() <= lanes.legend.bottom():
            strip = self._strip()
            return "\n".join([strip.bars.unit, *(entry.text for entry in legend_of(strip, self._theme))])
        if not lanes.bars.left() <= position.x() <= lanes.bars.right():
            return ""
        at_us = scale.at_us(position.x())
        lines = [
            fault.words
            for fault in self.model.faults
            if scale.x(fault.from_us) - 1 <= position.x()
            and position.x() <= scale.x(self._run.end_us if fault.to_us is None else fault.to_us) + 1
        ]
        if lanes.marks.contains(position):
            hint = self._hint_at(position)
            lines += [hint.words] if hint is not None else []
            near = [mark for mark in self.model.commands if abs(scale.x(mark.at_us) - position.x()) <= _REACH_PX]
            text, clock = tr("{time} command: {command}"), self._run.clock_in_words
            lines += [text.format(time=clock(mark.at_us), command=mark.words) for mark in near]
        elif lanes.bars.contains(position):
            lines.append(self._bar_words(at_us))
        return "\n".join(lines)

    def _bar_words(self, at_us: int) -> str:
        width_us = self.bar_minutes * MINUTE_US
        first_us = at_us // width_us * width_us
        names, counts = self.model.bars(self.kind, self.bar_minutes, first_us, first_us + width_us)
        total = int(counts.sum())
        parts = [
            f"{_outcome(name) if self.kind == 'outcome' else name} {count:,}"
            for name, count in zip(names, counts.sum(axis=1), strict=True)
            if count
        ]
        begin, end = self._run.clock_in_words(first_us), self._run.clock_in_words(first_us + width_us)
        text = trn("{begin} to {end}: {count} message", "{begin} to {end}: {count} messages", total).format(
            begin=begin, end=end, count=f"{total:,}"
        )
        taken = self.model.taken_bars(self.kind, names, self.bar_minutes, first_us, counts.shape[1])
        if taken is not None:
            parts.append(tr("{count} taken by the filter").format(count=f"{int(taken.sum()):,}"))
        return "\n".join([text, *parts])

    def _hint_at(self, position: QPointF) -> Mark | None:
        if not self.lanes.marks.contains(position):
            return None
        scale, x = self.scale, position.x()
        near = self.model.hints_within(scale.at_us(x - _REACH_PX), scale.at_us(x + _REACH_PX))
        return min(near, key=lambda mark: abs(scale.x(mark.at_us) - x), default=None)


def per_bar(minutes: int) -> str:
    """What a bar counts."""
    if minutes == 1:
        return tr("messages per minute")
    if minutes % 60:
        return tr("messages per {minutes} min").format(minutes=minutes)
    if minutes % 1_440:
        return trn("messages per hour", "messages per {hours} h", minutes // 60).format(hours=minutes // 60)
    return trn("messages per day", "messages per {days} days", minutes // 1_440).format(days=minutes // 1_440)


def _outcome(name: str) -> str:
    words = {"accepted": tr("accepted"), "refused": tr("refused"), "failed": tr("failed")}
    return words[name]
