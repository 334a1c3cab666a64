"""Paints the timeline from arrays: bars of messages, bands of faults, marks of commands and hints, over local time.

`Scale` is where an instant stands in the strip; `paint_strip` draws all that changes rarely, `paint_cursor` the rest.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from gui.paint.axis import Tick
from gui.paint.timeline_legend import ROWS, Entry, paint_legend
from gui.paint.timeline_marks import MARK_PX, SEVERITIES, paint_command, paint_hint
from gui.theme import Theme
from simulator.i18n import tr, trn

Counts = NDArray[np.int64]
Places = NDArray[np.floating]

_GUTTER: Final = 44.0
_MARGIN: Final = 10.0
_MOST_LANES: Final = 3
_LOWEST_BARS_PX: Final = 30
_LEAST_STEP_PX: Final = 56.0
_LEAST_BELOW_TOP_PX: Final = 20.0
_FEWEST_WORDS_PX: Final = 24
_LEAST_TAKEN_PX: Final = 2.0
_WIDE_BAR_PX: Final = 5
_WIDEST_BAR_PX: Final = 40.0


class Scale(NamedTuple):
    """From instants to device-independent pixels: `from_us` stands at `left`, `to_us` at `right`."""

    left: float
    right: float
    from_us: int
    to_us: int

    def x(self, at_us: int) -> float:
        """Where an instant stands."""
        return self.left + (at_us - self.from_us) / (self.to_us - self.from_us) * (self.right - self.left)

    def at_us(self, x: float) -> int:
        """What instant stands there."""
        return self.from_us + round((x - self.left) / (self.right - self.left) * (self.to_us - self.from_us))


class Bars(NamedTuple):
    """Stacked bars: `counts` has a row for each of `names` and a column for each bar; bar 0 begins at `first_us`."""

    names: Sequence[str]
    colours: Sequence[QColor]
    counts: Counts
    first_us: int
    width_us: int
    unit: str
    whole: Counts | None = None
    """With a filter, which `counts` then are of: how many messages there are in each bar."""


class Span(NamedTuple):
    """A fault: from when to when, and what it is called."""

    from_us: int
    to_us: int
    words: str


class Band(NamedTuple):
    """A fault where it stands: `lane` counts from above. The words stand inside, or beside it: right as far as `reach`,
    or where there is no room left from `begin` on."""

    span: Span
    lane: int
    left: float
    right: float
    begin: float
    reach: float

    @property
    def is_inside(self) -> bool:
        """Whether the words stand inside."""
        return self.reach == self.right and self.begin == self.left


class Axis(NamedTuple):
    """The ticks of the axis, and what its local times are called."""

    ticks: Sequence[Tick]
    zone: str = ""


class Strip(NamedTuple):
    """All that stands in the strip besides the cursor. `hints` are instants and severities; `end_us` is where the run
    stands, with `end_words`."""

    bars: Bars
    bands: Sequence[Band]
    commands: Sequence[int]
    hints: Sequence[tuple[int, str]]
    axis: Axis
    end_us: int
    end_words: str


class Lanes(NamedTuple):
    """The strip's parts from above: legend, faults, marks, bars, axis."""

    legend: QRectF
    faults: QRectF
    marks: QRectF
    bars: QRectF
    axis: QRectF
    row: float


def lay_out(width: float, height: float, lanes: int, control: tuple[float, float], theme: Theme) -> Lanes:
    """Share out a widget's size; `lanes` is how many rows of faults there are, `control` the size of what stands at the
    right end of the legend.
    """
    row = QFontMetricsF(theme.small).height() + 2
    left, right = _GUTTER, width - _MARGIN
    faults = lanes * row
    head = max(ROWS * QFontMetricsF(theme.small).height(), control[1])
    tops = np.cumsum([2.0, head + 1, faults, MARK_PX + 2])
    bottom = max(height - row - 1, tops[3] + 8)
    return Lanes(
        QRectF(left, tops[0], right - left - control[0], head),
        QRectF(left, tops[1], right - left, faults),
        QRectF(left, tops[2], right - left, MARK_PX + 2),
        QRectF(left, tops[3], right - left, bottom - tops[3]),
        QRectF(left, bottom, right - left, row),
        row,
    )


def scale_of(width: float, from_us: int, to_us: int) -> Scale:
    """The scale of a strip that is so wide."""
    return Scale(_GUTTER, max(width - _MARGIN, _GUTTER + 1), from_us, to_us)


def lanes_for(height: float, control: tuple[float, float], theme: Theme) -> int:
    """How many rows of faults a strip so high has room for, if the bars are to remain readable."""
    bare = lay_out(0, height, 0, control, theme)
    return max(min(int((bare.bars.height() - _LOWEST_BARS_PX) / bare.row), _MOST_LANES), 1)


def stack_bands(spans: Sequence[Span], scale: Scale, most_lanes: int, theme: Theme) -> list[Band]:
    """Give each visible fault a lane in which there is room for it and its words; without room some share one band."""
    bands: list[Band] = []
    last_in_lane: list[int] = []
    shared: dict[int, int] = {}
    for span in sorted(spans):
        if span.to_us < scale.from_us or span.from_us > scale.to_us:
            continue
        band = _placed(span, 0, scale, theme)
        free = [lane for lane, last in enumerate(last_in_lane) if bands[last].reach <= band.begin]
        if free:
            last_in_lane[free[0]] = len(bands)
            bands.append(band._replace(lane=free[0]))
        elif len(last_in_lane) < most_lanes:
            bands.append(band._replace(lane=len(last_in_lane)))
            last_in_lane.append(len(bands) - 1)
        else:
            last = last_in_lane[-1]
            count = shared[last] = shared.get(last, 1) + 1
            before = bands[last].span
            words = trn("{count} fault", "{count} faults", count).format(count=count)
            both = Span(before.from_us, max(before.to_us, span.to_us), words)
            bands[last] = _placed(both, bands[last].lane, scale, theme)
    return bands


def _placed(span: Span, lane: int, scale: Scale, theme: Theme) -> Band:
    left = max(scale.x(span.from_us), scale.left)
    right = max(min(scale.x(span.to_us), scale.right), left + 2)
    words = QFontMetricsF(theme.small).horizontalAdvance(span.words) + 10
    if words <= right - left:
        return Band(span, lane, left, right, left, right)
    if right + words <= scale.right or left - words < scale.left:
        return Band(span, lane, left, right, left, min(right + words, scale.right))
    return Band(span, lane, left, right, left - words, right)


def paint_strip(painter: QPainter, lanes: Lanes, scale: Scale, strip: Strip, theme: Theme) -> None:
    """Paint everything but the cursor on an opaque ground."""
    painter.setFont(theme.small)
    plot = lanes.bars
    painter.fillRect(plot, theme.panel)
    _paint_axis(painter, lanes, scale, strip.axis, theme)
    _paint_heights(painter, plot, top_of(strip.bars), lanes.row, theme)
    painter.save()
    painter.setClipRect(QRectF(plot.left(), 0, plot.width() + _MARGIN, plot.bottom()))
    _paint_bars(painter, plot, scale, strip.bars, theme)
    _paint_faults(painter, lanes, strip.bands, theme)
    _paint_marks(painter, lanes.marks, scale, strip, theme)
    _paint_end(painter, lanes, scale, strip, theme)
    painter.restore()
    paint_legend(painter, lanes.legend, legend_of(strip, theme), strip.bars.unit, theme)
    painter.setPen(theme.line)
    painter.drawLine(plot.bottomLeft(), plot.bottomRight())


def heights(top: int, height_px: float) -> list[int]:
    """The numbers on the axis of a plot that is `top` messages high: its ends, and round ones between, if it is high
    enough for more."""
    rounds = (factor * 10**power for power in range(len(str(top))) for factor in (1, 2, 5))
    step = next((each for each in rounds if each / top * height_px >= _LEAST_STEP_PX), top)
    between = [each for each in range(step, top, step) if (top - each) / top * height_px >= _LEAST_BELOW_TOP_PX]
    return [0, *between, top]


def _paint_heights(painter: QPainter, plot: QRectF, top: int, row: float, theme: Theme) -> None:
    """How many messages a height stands for."""
    for count in heights(top, plot.height()):
        y = plot.bottom() - count / top * plot.height()
        painter.setPen(theme.grid)
        if 0 < count < top:
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
        # The lowest and the highest stay within the plot.
        label = min(max(y - row / 2, plot.top() - 2), plot.bottom() - row)
        painter.setPen(theme.muted)
        painter.drawText(QRectF(0, label, _GUTTER - 5, row), Qt.AlignmentFlag.AlignRight, f"{count:,}")


def axis_labels(lanes: Lanes, scale: Scale, axis: Axis, theme: Theme) -> list[tuple[QRectF, Tick | None]]:
    """Where the labels of the axis stand: what its times are called (None), and the ticks for which there is room."""
    metrics, free = QFontMetricsF(theme.small), lanes.axis.left() - _GUTTER
    labels: list[tuple[QRectF, Tick | None]] = []
    if axis.zone:
        zone = QRectF(4, lanes.axis.top(), metrics.horizontalAdvance(axis.zone) + 2, lanes.row)
        labels.append((zone, None))
        free = zone.right() + 5
    for tick in axis.ticks:
        x = scale.x(tick.at_us)
        width = metrics.horizontalAdvance(tick.text)
        begin = min(max(x - width / 2, free if x > free else 0), lanes.axis.right() + _MARGIN - 2 - width)
        if begin >= free:
            labels.append((QRectF(begin, lanes.axis.top(), width + 2, lanes.row), tick))
            free = begin + width + 8
    return labels


def _paint_axis(painter: QPainter, lanes: Lanes, scale: Scale, axis: Axis, theme: Theme) -> None:
    for tick in axis.ticks:
        x = scale.x(tick.at_us)
        painter.setPen(theme.line if tick.is_day else theme.grid)
        painter.drawLine(QPointF(x, lanes.bars.top()), QPointF(x, lanes.bars.bottom() + 3))
    for place, label in axis_labels(lanes, scale, axis, theme):
        painter.setPen(theme.text if label is not None and label.is_day else theme.muted)
        painter.drawText(place, Qt.AlignmentFlag.AlignBottom, axis.zone if label is None else label.text)


def _paint_bars(painter: QPainter, plot: QRectF, scale: Scale, bars: Bars, theme: Theme) -> None:
    """The bars from the ground up.

    Registration before the start makes a bar that is higher than all others. It is torn: all its colours are there in
    their proportion, and a number says how high it is. Where a filter is on, all messages are outlined behind.
    """
    sums = bars.counts.sum(axis=0) if bars.whole is None else bars.whole
    top = top_of(bars)
    pitch = scale.x(bars.first_us + bars.width_us) - scale.x(bars.first_us)
    # Where few minutes are in sight a bar stands in the middle of its own; as wide as that it would look like an area.
    width = min(pitch, _WIDEST_BAR_PX)
    gap = 1.0 if width >= 4 else 0.0
    lefts = scale.x(bars.first_us) + (pitch - width) / 2 + pitch * np.arange(bars.counts.shape[1])
    fitted = np.minimum(1.0, top / np.maximum(sums, 1))
    heights = np.cumsum(bars.counts, axis=0) * (plot.height() / top * fitted)
    if width < pitch:
        _paint_spans(painter, plot, lefts + (width - pitch) / 2, pitch, sums, theme)
    if bars.whole is not None:
        _paint_whole(painter, plot, lefts, width, np.minimum(sums, top) * (plot.height() / top), theme)
        # What the filter takes is seen, however little it is beside all the rest.
        heights = np.where(heights > 0, np.maximum(heights, _LEAST_TAKEN_PX), 0.0)
    painter.setPen(Qt.PenStyle.NoPen)
    ground = np.zeros(bars.counts.shape[1])
    for colour, row, upper in zip(bars.colours, bars.counts, heights, strict=True):
        painter.setBrush(colour)
        painter.drawRects(
            [
                QRectF(lefts[bar], plot.bottom() - upper[bar], max(width - gap, 1.0), upper[bar] - ground[bar]) & plot
                for bar in np.flatnonzero(row)
            ]
        )
        ground = upper
    _paint_torn(painter, plot, lefts, width, sums, top, theme)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_spans(painter: QPainter, plot: QRectF, begins: Places, pitch: float, sums: Counts, theme: Theme) -> None:
    """On the ground, from when to when a bar counts that is drawn narrower than that."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.line)
    painter.drawRects([QRectF(begins[bar] + 1, plot.bottom() - 3, pitch - 2, 3) & plot for bar in np.flatnonzero(sums)])


def top_of(bars: Bars) -> int:
    """How many messages the plot is high: what the highest bar has, but for those before the start."""
    sums = bars.counts.sum(axis=0) if bars.whole is None else bars.whole
    lead_in = min(max(-bars.first_us // bars.width_us, 0), len(sums))
    return round_up(int(sums[lead_in:].max(initial=0)) or int(sums.max(initial=0)))


def _paint_whole(painter: QPainter, plot: QRectF, lefts: Places, width: float, heights: Places, theme: Theme) -> None:
    """Faintly, how high the bars are without the filter."""
    painter.setBrush(theme.grid)
    painter.setPen(QPen(theme.line, 1) if width >= _WIDE_BAR_PX else QPen(Qt.PenStyle.NoPen))
    gap = 2.0 if width >= _WIDE_BAR_PX else 0.0
    painter.drawRects(
        [
            QRectF(lefts[bar], plot.bottom() - heights[bar], max(width - gap, 1.0), heights[bar]) & plot
            for bar in np.flatnonzero(heights)
        ]
    )
    painter.setPen(Qt.PenStyle.NoPen)


def _paint_torn(
    painter: QPainter, plot: QRectF, lefts: Places, width: float, sums: Counts, top: int, theme: Theme
) -> None:
    """A gap through each bar that is higher than the plot, and how high it is, beside it."""
    torn = np.flatnonzero(sums > top)
    painter.setBrush(theme.panel)
    painter.drawRects([QRectF(lefts[bar] - 1, plot.top() + 4, width + 2, 2) for bar in torn])
    metrics = QFontMetricsF(theme.small)
    free = -1.0
    for bar in torn:
        text = f"{sums[bar]:,}"
        words = QRectF(lefts[bar] + width + 3, plot.top() - 2, metrics.horizontalAdvance(text) + 4, metrics.height())
        if words.left() < max(free, plot.left()) or (bar + 1 < len(sums) and sums[bar + 1] > top):
            continue
        free = words.right()
        ground = QColor(theme.panel)
        ground.setAlphaF(0.85)
        painter.fillRect(words, ground)
        painter.setPen(theme.text)
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, text)
        painter.setPen(Qt.PenStyle.NoPen)


def round_up(count: int) -> int:
    """A number to stand at the top of an axis, at `count` or a little above: 12 -> 12, 87 -> 90, 130 -> 130."""
    if count <= 10:
        return max(count, 1)
    power = int(10 ** (len(str(count)) - 2))
    step = power * (1 if count < 20 * power else 5 if count < 50 * power else 10)
    return -(-count // step) * step


def _paint_faults(painter: QPainter, lanes: Lanes, bands: Sequence[Band], theme: Theme) -> None:
    metrics, row = QFontMetricsF(theme.small), lanes.row
    shade = QColor(theme.error)
    shade.setAlphaF(0.12)
    for band in bands:
        width = band.right - band.left
        box = QRectF(band.left, lanes.faults.top() + band.lane * row + 1, width, row - 2)
        painter.fillRect(QRectF(band.left, lanes.bars.top(), width, lanes.bars.height()), shade)
        painter.fillRect(box, theme.error)
        painter.setPen(theme.panel if band.is_inside else theme.error)
        if band.is_inside:
            room = box.adjusted(4, 0, -3, 0)
        elif band.begin < band.left:
            room = QRectF(band.begin + 2, box.top(), band.left - band.begin, row)
        else:
            room = QRectF(band.right + 4, box.top(), band.reach - band.right, row)
        if room.width() >= _FEWEST_WORDS_PX:
            words = metrics.elidedText(band.span.words, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)


def _paint_marks(painter: QPainter, lane: QRectF, scale: Scale, strip: Strip, theme: Theme) -> None:
    for at_us, severity in strip.hints:
        paint_hint(painter, scale.x(at_us), lane.top() + 1, severity, theme)
    for at_us in strip.commands:
        paint_command(painter, scale.x(at_us), lane.top() + 1, theme)


def _paint_end(painter: QPainter, lanes: Lanes, scale: Scale, strip: Strip, theme: Theme) -> None:
    """How far the run has got, and that there is nothing yet beyond."""
    x, plot = scale.x(strip.end_us), lanes.bars
    if x < plot.right():
        beyond = QRectF(x, plot.top(), plot.right() - x, plot.height())
        painter.fillRect(beyond, theme.window)
        painter.setPen(QPen(theme.muted, 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        width = QFontMetricsF(theme.small).horizontalAdvance(strip.end_words)
        if width + 8 <= beyond.width():
            painter.setPen(theme.muted)
            painter.drawText(beyond.adjusted(5, 2, 0, 0), Qt.AlignmentFlag.AlignTop, strip.end_words)


def legend_of(strip: Strip, theme: Theme) -> list[Entry]:
    """What the strip's marks and colours mean: marks that are there, then the names of the bars."""
    bars, entries = strip.bars, []
    sums = bars.counts.sum(axis=0) if bars.whole is None else bars.whole
    if bars.whole is not None:
        entries.append(Entry("whole", tr("without the filter"), theme.line))
    if (sums > top_of(bars)).any():
        entries.append(Entry("torn", tr("higher than the scale"), theme.muted))
    if strip.bands:
        entries.append(Entry("fault", tr("fault"), theme.error))
    if strip.commands:
        entries.append(Entry("command", tr("command"), theme.accent))
    names = {"error": tr("hint: error"), "warning": tr("hint: warning"), "note": tr("hint: note")}
    there = {severity for _, severity in strip.hints}
    entries += [Entry(each, names[each], theme.severity(each)) for each in SEVERITIES if each in there]
    named = zip(bars.names, bars.colours, strict=True)
    return [*entries, *(Entry("bar", name, colour) for name, colour in named)]


def cursor_box(lanes: Lanes, scale: Scale, at_us: int, text: str, theme: Theme) -> QRectF:
    """Where on the axis the time of the cursor stands; an empty rectangle while it is out of sight."""
    x = scale.x(at_us)
    if not lanes.bars.left() - 1 <= x <= lanes.bars.right() + 1:
        return QRectF()
    width = QFontMetricsF(theme.small).horizontalAdvance(text) + 8
    left = min(max(x - width / 2, 0), lanes.bars.right() + _MARGIN - 2 - width)
    return QRectF(left, lanes.axis.top() + 1, width, lanes.row)


def paint_cursor(
    painter: QPainter, lanes: Lanes, scale: Scale, axis: Axis, at_us: int, text: str, theme: Theme
) -> None:
    """The cursor's line with its time, which stays inside the strip; a label of the axis that it would cover in part is
    hidden."""
    box = cursor_box(lanes, scale, at_us, text, theme)
    if box.isEmpty():
        return
    x = scale.x(at_us)
    for label, _ in axis_labels(lanes, scale, axis, theme):
        if label.intersects(box):
            painter.fillRect(label.adjusted(-1, 1, 1, 0), theme.panel)
    painter.setPen(QPen(theme.accent, 2))
    painter.drawLine(QPointF(x, lanes.faults.top()), QPointF(x, lanes.bars.bottom()))
    painter.fillRect(box, theme.accent)
    painter.setFont(theme.small)
    painter.setPen(theme.panel)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def thin(times_us: NDArray[np.int64], scale: Scale) -> NDArray[np.int64]:
    """Of rising instants the indices of those that stand in a pixel of their own, within the scale."""
    begin, end = np.searchsorted(times_us, (scale.from_us, scale.to_us))
    pixels = np.floor(
        (times_us[begin:end] - scale.from_us) / (scale.to_us - scale.from_us) * (scale.right - scale.left)
    )
    return np.flatnonzero(np.diff(pixels, prepend=-1.0)).astype(np.int64) + int(begin)
