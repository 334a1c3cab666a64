"""Where things lie in the painted sequence chart: lifelines in the width there is, rows in the height.

Lifelines share the width evenly as long as each name fits; then a short name gives way to a long one, and only when
all of them together do not fit are those folded to a line that have no part in the arrows in view: no arrow leaves the
picture without its receiver. Only where even that is too wide does the chart scroll sideways.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont, QFontMetricsF

from gui.models.sequence_chart import Chart
from gui.paint.sequence_axis import ANSWER_ROW, Axis
from gui.paint.sequence_ties import Ties
from gui.theme import Theme
from simulator.i18n import tr

MARGIN: Final = 6.0
BOX_GAP: Final = 6.0
"""Between the boxes of two lifelines."""

FOLDED: Final = 12.0
"""The column of a lifeline that has no part in what is in view, where not all have room for their names."""

_BOX_PADDING: Final = 12.0
_LEAST_COLUMN: Final = 56.0
_LONGEST_NAME: Final = 116.0
_MOST_COLUMN: Final = 260.0
_LABEL_ABOVE: Final = 18.0
_MOST_BELOW: Final = 60.0
_BELOW: Final = 7.0


class Header(NamedTuple):
    """The lifelines' names and the strip beneath them, which stay in view. A small one has no second line."""

    height: float
    box_height: float
    strip: float
    has_roles: bool


TALL: Final = Header(height=58.0, box_height=34.0, strip=47.0, has_roles=True)
SMALL: Final = Header(height=41.0, box_height=19.0, strip=31.0, has_roles=False)
_TALL_FROM: Final = 270.0
"""From this height of the view on, roles are worth an arrow's row."""


class Column(NamedTuple):
    """A lifeline's room: `x` is its middle, as scrolled."""

    x: float
    width: float


class Place(NamedTuple):
    """What part of the chart is in view, and how wide its parts are."""

    width: float
    height: float
    top: float
    gutter: float
    columns: tuple[Column, ...]
    header: Header

    @property
    def lanes(self) -> tuple[float, ...]:
        """The lifelines, as scrolled."""
        return tuple(column.x for column in self.columns)

    def y(self, height: float) -> float:
        """Where a height of the axis lies in view."""
        return height - self.top + self.header.height


class Picture(NamedTuple):
    """All that is painted. `current` is the selected arrow (-1: none), `related` its causes and effects, `ties` join
    what hubs have passed on.
    """

    chart: Chart
    axis: Axis
    place: Place
    clock: Callable[[int], str]
    current: int = -1
    related: frozenset[int] = frozenset()
    ties: Ties = Ties()


def header_for(height: float) -> Header:
    """The header that leaves room for arrows in a view of this height."""
    return TALL if height >= _TALL_FROM else SMALL


def bold(theme: Theme) -> QFont:
    """What names are written in."""
    font = QFont(theme.small)
    font.setBold(True)
    return font


def column_widths(chart: Chart, room: float, theme: Theme, first: Iterable[int] | None = None) -> list[float]:
    """How wide each lifeline's column is; more in all than the room only when even folded ones do not fit.

    Where not all have room for their names, those of the arrows in `first` have, as far as it goes, in this order;
    without `first` all have.
    """
    metrics = QFontMetricsF(bold(theme))
    least = [
        max(_LEAST_COLUMN, min(_LONGEST_NAME, metrics.horizontalAdvance(lane.title)) + _BOX_PADDING + BOX_GAP)
        for lane in chart.lanes
    ]
    if first is not None and sum(least) > room:
        folded = [FOLDED] * len(least)
        left = room - sum(folded)
        for number in first:
            arrow = chart.arrows[number]
            ends = [end for end in dict.fromkeys((arrow.source, arrow.to)) if end >= 0 and folded[end] <= FOLDED]
            needed = sum(least[end] - FOLDED for end in ends)
            if needed > left:
                continue
            left -= needed
            for end in ends:
                folded[end] = least[end]
        least = folded
        spare = (room - sum(least)) / max(sum(width > FOLDED for width in least), 1)
        return [width + max(spare, 0.0) if width > FOLDED else width for width in least]
    return _shared(least, room)


def gutter_width(chart: Chart, clock: Callable[[int], str], font: QFont) -> float:
    """How wide the times at the left are."""
    metrics = QFontMetricsF(font)
    ends = [clock(arrow.start_us) for arrow in (*chart.arrows[:1], *chart.arrows[-1:])]
    return max(map(metrics.horizontalAdvance, [*ends, tr("local time")])) + 3 * MARGIN


def columns_at(widths: Sequence[float], left: float) -> tuple[Column, ...]:
    """Columns side by side."""
    columns: list[Column] = []
    for width in widths:
        columns.append(Column(left + width / 2, width))
        left += width
    return tuple(columns)


def row_rects(picture: Picture, number: int) -> list[QRectF]:
    """What an arrow takes with its label, over the whole width, in view; of two parts if its answer lies apart."""
    place, axis = picture.place, picture.axis
    width = place.width - place.gutter - 1
    start, end = float(axis.start[number]), float(axis.end[number])
    is_apart = axis.mode == "order" and end > start + ANSWER_ROW
    low = start if is_apart or picture.chart.arrows[number].to < 0 else min(end, start + _MOST_BELOW)
    top = start - _LABEL_ABOVE - 3
    rects = [QRectF(place.gutter, place.y(top), width, low + _BELOW - 3 - top)]
    if is_apart:
        rects.append(QRectF(place.gutter, place.y(end - ANSWER_ROW / 2), width, ANSWER_ROW))
    return rects


def _shared(least: list[float], room: float) -> list[float]:
    """The room shared evenly, but to each at least what it needs."""
    wide: list[float] = []
    level = room / max(len(least), 1)
    while len(now := [width for width in least if width > level]) > len(wide):
        wide = now
        level = (room - sum(wide)) / max(len(least) - len(wide), 1)
    return [min(max(width, level), max(width, _MOST_COLUMN)) for width in least]
