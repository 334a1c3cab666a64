"""The painters of the timeline, pixel by pixel: bars, faults, marks, the end and the cursor stand where they should."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter

from gui.paint.axis import Tick
from gui.paint.timeline import (
    Axis,
    Bars,
    Lanes,
    Scale,
    Span,
    Strip,
    axis_labels,
    cursor_box,
    heights,
    lanes_for,
    lay_out,
    legend_of,
    paint_cursor,
    paint_strip,
    round_up,
    scale_of,
    stack_bands,
    thin,
)
from gui.paint.timeline_legend import Entry, paint_legend, place_legend
from gui.paint.timeline_marks import SEVERITIES
from gui.theme import Theme

WIDTH, HEIGHT = 654, 160
MINUTE_US = 60_000_000
SPAN_US = 60 * MINUTE_US


def bars(theme: Theme, counts: list[list[int]], first_us: int = 0) -> Bars:
    names = ["sessions", "cdrs"][: len(counts)]
    colours = [theme.module(name) for name in names]
    return Bars(names, colours, np.array(counts, np.int64), first_us, MINUTE_US, "messages per minute")


def painted(
    theme: Theme, counts: list[list[int]], spans: list[Span] | None = None, **changes: object
) -> tuple[QImage, Lanes, Scale]:
    first_us = int(changes.pop("first_us", 0))  # type: ignore[call-overload]
    scale = scale_of(WIDTH, first_us, first_us + SPAN_US)
    bands = stack_bands(spans or [], scale, 3, theme)
    lanes = lay_out(WIDTH, HEIGHT, 1 + max((band.lane for band in bands), default=-1), (100.0, 20.0), theme)
    strip = Strip(bars(theme, counts, first_us), bands, [], [], Axis([]), first_us + SPAN_US, "not played")
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
    image.fill(theme.panel)
    painter = QPainter(image)
    paint_strip(painter, lanes, scale, strip._replace(**changes), theme)
    painter.end()
    return image, lanes, scale


def colour(image: QImage, x: float, y: float) -> QColor:
    return image.pixelColor(round(x), round(y))


def test_a_bar_stands_in_its_minute_and_is_as_high_as_its_count(theme: Theme) -> None:
    counts = [[0] * 60, [0] * 60]
    counts[0][10], counts[0][20], counts[1][20] = 10, 3, 2
    image, lanes, scale = painted(theme, counts)
    plot = lanes.bars
    middle = scale.x(10 * MINUTE_US + MINUTE_US // 2)
    assert colour(image, middle, plot.top() + 2) == theme.module("sessions")
    assert colour(image, middle + 12, plot.bottom() - 3) == theme.panel
    stacked = scale.x(20 * MINUTE_US + MINUTE_US // 2)
    unit = plot.height() / 10
    assert colour(image, stacked, plot.bottom() - 1.5 * unit) == theme.module("sessions")
    assert colour(image, stacked, plot.bottom() - 4 * unit) == theme.module("cdrs")
    assert colour(image, stacked, plot.bottom() - 6 * unit) == theme.panel


def test_a_bar_of_one_of_a_few_minutes_is_no_area_and_its_minute_is_marked_on_the_ground(theme: Theme) -> None:
    scale = scale_of(WIDTH, 0, 2 * MINUTE_US)
    lanes = lay_out(WIDTH, HEIGHT, 0, (100.0, 20.0), theme)
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
    image.fill(theme.panel)
    painter = QPainter(image)
    strip = Strip(bars(theme, [[4, 0]]), [], [], [], Axis([]), 2 * MINUTE_US, "")
    paint_strip(painter, lanes, scale, strip, theme)
    painter.end()
    plot, sessions = lanes.bars, theme.module("sessions")
    high = [x for x in range(WIDTH) if colour(image, x, plot.top() + 5) == sessions]
    assert 20 < len(high) <= 40
    assert abs((high[0] + high[-1]) / 2 - scale.x(MINUTE_US // 2)) <= 1
    ground = [x for x in range(WIDTH) if colour(image, x, plot.bottom() - 2) == theme.line]
    assert ground[0] == pytest.approx(scale.x(0) + 1, abs=1)
    assert ground[-1] == pytest.approx(scale.x(MINUTE_US) - 2, abs=1)


def test_the_registration_before_the_start_is_torn_not_the_measure(theme: Theme) -> None:
    counts = [[90, 0] + [5] * 58]
    image, lanes, scale = painted(theme, counts, first_us=-2 * MINUTE_US)
    plot = lanes.bars
    lead_in, later = (scale.x(at_us + MINUTE_US // 2) for at_us in (-2 * MINUTE_US, 5 * MINUTE_US))
    assert colour(image, later, plot.top() + 3) == theme.module("sessions")
    assert colour(image, lead_in, plot.top() + 1) == theme.module("sessions")
    assert colour(image, lead_in, plot.top() + 5) == theme.panel
    assert colour(image, lead_in, plot.top() + 9) == theme.module("sessions")


def inked(image: QImage, theme: Theme, left: float, top: float, right: float, bottom: float) -> int:
    """How many pixels of a rectangle are of the ink of text."""
    return sum(
        image.pixelColor(x, y).lightness() < 110
        for x in range(round(left), round(right))
        for y in range(round(top), round(bottom))
    )


def test_a_torn_bar_keeps_its_colours_and_says_how_high_it_is(theme: Theme) -> None:
    counts = [[900, 0] + [5] * 58, [300, 0] + [0] * 58]
    image, lanes, scale = painted(theme, counts, first_us=-2 * MINUTE_US)
    plot = lanes.bars
    lead_in = scale.x(-2 * MINUTE_US + MINUTE_US // 2)
    assert colour(image, lead_in, plot.top() + 10) == theme.module("cdrs")
    assert colour(image, lead_in, plot.top() + 0.2 * plot.height()) == theme.module("cdrs")
    assert colour(image, lead_in, plot.top() + 0.3 * plot.height()) == theme.module("sessions")
    beside = scale.x(-MINUTE_US)
    words = inked(image, theme, beside + 2, plot.top() - 2, beside + 34, plot.top() + 12)
    assert words > 20, "1,200 stands beside the break"
    plain, lanes, scale = painted(theme, [[5, 0] + [5] * 58], first_us=-2 * MINUTE_US)
    assert inked(plain, theme, beside + 2, plot.top() - 2, beside + 6, plot.top() + 12) == 0


@pytest.mark.parametrize("is_torn", [True, False])
def test_the_legend_names_the_marks_that_are_there(theme: Theme, is_torn: bool) -> None:
    counts = [[90 if is_torn else 3, 0] + [5] * 58]
    scale = scale_of(WIDTH, -2 * MINUTE_US, SPAN_US)
    bands = stack_bands([Span(0, MINUTE_US, "x")], scale, 3, theme) if is_torn else []
    strip = Strip(bars(theme, counts, -2 * MINUTE_US), bands, [], [], Axis([]), SPAN_US, "")
    texts = [entry.text for entry in legend_of(strip, theme)]
    assert texts == (["higher than the scale", "fault", "sessions"] if is_torn else ["sessions"])
    marked = strip._replace(commands=[1], hints=[(1, "note"), (2, "error"), (3, "note")])
    assert [entry.text for entry in legend_of(marked, theme)][-4:] == [
        "command", "hint: error", "hint: note", "sessions",
    ]  # fmt: skip


def test_a_legend_without_room_breaks_off_with_dots_and_stays_in_its_box(theme: Theme) -> None:
    entries = [Entry("bar", f"module {number}", theme.module("cdrs")) for number in range(30)]
    image = QImage(400, 20, QImage.Format.Format_RGB32)
    image.fill(theme.panel)
    painter = QPainter(image)
    painter.setFont(theme.small)
    paint_legend(painter, QRectF(44, 0, 250, 20), entries, "messages per minute", theme)
    painter.end()
    assert inked(image, theme, 0, 0, 294, 20) > 100
    assert all(colour(image, x, y) == theme.panel for x in range(296, 400) for y in range(20))


def test_a_legend_too_long_for_a_row_goes_on_in_the_next(theme: Theme) -> None:
    entries = [Entry("bar", f"module {number}", theme.module("cdrs")) for number in range(8)]
    metrics = QFontMetricsF(theme.small)
    long, short = (place_legend(QRectF(44, 0, width, 28), entries, "messages", metrics) for width in (1_200, 500))
    assert [spot.row for spot in long] == [0] * 8
    assert [spot.entry for spot in short] == entries
    assert {spot.row for spot in short} == {0, 1}
    assert len({next(spot.x for spot in short if spot.row == row) for row in (0, 1)}) == 1, "one below the other"


@pytest.mark.parametrize(
    ("top", "height_px", "numbers"),
    [
        (18, 40, [0, 18]),
        (18, 400, [0, 5, 10, 15, 18]),
        (1_100, 300, [0, 500, 1_000, 1_100]),
        (1, 600, [0, 1]),
        (95, 8, [0, 95]),
        (110, 600, [0, 20, 40, 60, 80, 100, 110]),
        (101, 600, [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 101]),
    ],
)
def test_a_high_plot_has_round_numbers_between_its_ends(top: int, height_px: float, numbers: list[int]) -> None:
    assert heights(top, height_px) == numbers


def test_the_graver_a_hint_the_larger_its_mark(theme: Theme) -> None:
    areas = []
    for severity in SEVERITIES:
        image, lanes, _ = painted(theme, [[0] * 60], hints=[(30 * MINUTE_US, severity)])
        there = [
            colour(image, x, y) == theme.severity(severity)
            for x in range(WIDTH)
            for y in range(round(lanes.marks.top()), round(lanes.marks.bottom()))
        ]
        areas.append(sum(there))
    assert areas[0] > areas[1] > areas[2] > 0


def test_a_filter_leaves_a_faint_outline_of_all(theme: Theme) -> None:
    counts = [[0] * 60]
    counts[0][10] = 2
    whole = np.array([0] * 10 + [10, 8] + [0] * 48, np.int64)
    scale = scale_of(WIDTH, 0, SPAN_US)
    lanes = lay_out(WIDTH, HEIGHT, 0, (100.0, 20.0), theme)
    strip = Strip(bars(theme, counts)._replace(whole=whole), [], [], [], Axis([]), SPAN_US, "")
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
    image.fill(theme.panel)
    painter = QPainter(image)
    paint_strip(painter, lanes, scale, strip, theme)
    painter.end()
    plot = lanes.bars
    taken, left_out = (scale.x(minute * MINUTE_US + MINUTE_US // 2) for minute in (10, 11))
    assert colour(image, taken, plot.bottom() - 0.1 * plot.height()) == theme.module("sessions")
    assert colour(image, taken, plot.bottom() - 0.5 * plot.height()) == theme.grid
    assert colour(image, left_out, plot.bottom() - 0.5 * plot.height()) == theme.grid
    assert colour(image, left_out, plot.bottom() - 0.9 * plot.height()) == theme.panel
    assert [entry.mark for entry in legend_of(strip, theme)] == ["whole", "bar"]


def test_the_axis_says_whose_local_time_it_shows(theme: Theme) -> None:
    ticks = [Tick(0, "07:00", False)]
    bare, lanes, _ = painted(theme, [[0] * 60], axis=Axis(ticks))
    named, _, _ = painted(theme, [[0] * 60], axis=Axis(ticks, "CEST"))
    top = lanes.axis.top() + 2

    def ink(image: QImage) -> int:
        return sum(colour(image, x, y) != theme.panel for x in range(3, 25) for y in range(round(top), HEIGHT))

    assert ink(named) > ink(bare) + 20


def test_a_fault_is_a_band_over_the_bars_it_concerns(theme: Theme) -> None:
    image, lanes, scale = painted(theme, [[0] * 60], [Span(10 * MINUTE_US, 20 * MINUTE_US, "NL-ABC offline")])
    inside, outside = scale.x(11 * MINUTE_US), scale.x(25 * MINUTE_US)
    assert colour(image, scale.x(20 * MINUTE_US) - 2, lanes.faults.top() + 3) == theme.error
    shade = colour(image, inside, lanes.bars.center().y())
    assert shade != theme.panel
    assert shade.red() > shade.green()
    assert colour(image, outside, lanes.bars.center().y()) == theme.panel


def test_faults_that_overlap_or_whose_words_would_have_lanes_of_their_own(theme: Theme) -> None:
    scale = scale_of(WIDTH, 0, SPAN_US)
    words = "link NL-ABC - NL-EMA down"
    spans = [Span(minute * MINUTE_US, (minute + 1) * MINUTE_US, words) for minute in (1, 3, 30, 31)]
    bands = stack_bands(spans, scale, 3, theme)
    assert [band.lane for band in bands] == [0, 1, 0, 1]
    assert not any(band.is_inside for band in bands)
    (at_the_edge,) = stack_bands([Span(58 * MINUTE_US, 59 * MINUTE_US, words)], scale, 3, theme)
    assert not at_the_edge.is_inside
    assert at_the_edge.begin < at_the_edge.left - 60, "at the right end the words stand before the band"
    assert at_the_edge.reach == at_the_edge.right
    assert stack_bands([Span(-9 * MINUTE_US, -8 * MINUTE_US, words)], scale, 3, theme) == []
    many = stack_bands([Span(0, SPAN_US, f"{number}") for number in range(9)], scale, 3, theme)
    assert [(band.lane, band.span.words) for band in many] == [(0, "0"), (1, "1"), (2, "7 faults")]


@pytest.mark.parametrize("height", [96, 110, 140, 300])
def test_faults_leave_room_for_the_bars(theme: Theme, height: int) -> None:
    rows = lanes_for(height, (100, 22), theme)
    lanes = lay_out(WIDTH, height, rows, (100, 22), theme)
    assert 1 <= rows <= 3
    assert lanes.bars.height() >= 24
    assert lanes.axis.bottom() <= height


def test_hints_and_commands_are_marked_at_their_instant(theme: Theme) -> None:
    image, lanes, scale = painted(theme, [[0] * 60], hints=[(30 * MINUTE_US, "warning")], commands=[40 * MINUTE_US])
    y = lanes.marks.top() + 3
    assert colour(image, scale.x(30 * MINUTE_US), y) == theme.warning
    assert colour(image, scale.x(40 * MINUTE_US), y) == theme.accent
    assert colour(image, scale.x(35 * MINUTE_US), y) == theme.panel


def test_what_is_not_played_yet_is_set_apart(theme: Theme) -> None:
    image, lanes, scale = painted(theme, [[0] * 60], end_us=30 * MINUTE_US)
    y = lanes.bars.bottom() - 3
    assert colour(image, scale.x(20 * MINUTE_US), y) == theme.panel
    assert colour(image, scale.x(40 * MINUTE_US), y) == theme.window


def test_the_cursor_and_its_time_stay_inside(theme: Theme) -> None:
    for minute in (0, 30, 60):
        image, lanes, scale = painted(theme, [[0] * 60])
        painter = QPainter(image)
        paint_cursor(painter, lanes, scale, Axis([]), minute * MINUTE_US, "07:30:00", theme)
        painter.end()
        assert colour(image, scale.x(minute * MINUTE_US), lanes.bars.center().y()) == theme.accent
        row = [colour(image, x, lanes.axis.top() + 2) == theme.accent for x in range(WIDTH)]
        assert 30 < sum(row) < 120
        assert not row[-1]


def test_no_label_of_the_axis_looks_out_from_under_the_time_of_the_cursor(theme: Theme) -> None:
    axis = Axis([Tick(30 * MINUTE_US, "00:00:00", False)])
    image, lanes, scale = painted(theme, [[0] * 60], axis=axis)
    at_us = 34 * MINUTE_US
    box = cursor_box(lanes, scale, at_us, "07:34:00", theme)
    ((label, _),) = axis_labels(lanes, scale, axis, theme)
    assert label.left() < box.left() < label.right(), "it would be covered in part"
    painter = QPainter(image)
    paint_cursor(painter, lanes, scale, axis, at_us, "07:34:00", theme)
    painter.end()
    uncovered = [
        colour(image, x, y) == theme.panel
        for x in range(round(label.left()), round(box.left()) - 1)
        for y in range(round(label.top()) + 4, round(label.bottom()))
    ]
    assert all(uncovered)


def test_the_words_of_a_fault_at_the_right_end_can_be_read(theme: Theme) -> None:
    image, lanes, scale = painted(
        theme, [[0] * 60], [Span(58 * MINUTE_US, 59 * MINUTE_US, "link NL-ABC - NL-EMA down")]
    )
    begin = round(scale.x(58 * MINUTE_US))
    top = round(lanes.faults.top())
    ink = sum(colour(image, x, y) != theme.panel for x in range(begin - 100, begin - 4) for y in range(top, top + 14))
    assert ink > 100


def test_texts_of_the_axis_do_not_overlap(theme: Theme) -> None:
    ticks = [Tick(minute * MINUTE_US, "00:00", False) for minute in range(60)]
    image, lanes, _ = painted(theme, [[0] * 60], axis=Axis(ticks))
    inked = [
        any(colour(image, x, y) != theme.panel for y in range(int(lanes.axis.top()) + 4, HEIGHT)) for x in range(WIDTH)
    ]
    gaps = "".join("#" if ink else "." for ink in inked).count("........")
    assert gaps >= 8


@pytest.mark.parametrize(
    ("count", "top"), [(0, 1), (1, 1), (7, 7), (12, 12), (87, 90), (132, 140), (1_234, 1_300), (87_001, 90_000)]
)
def test_the_top_of_the_axis_is_a_number_to_read(count: int, top: int) -> None:
    assert round_up(count) == top
    assert round_up(count) >= count


def test_of_many_hints_one_a_pixel_is_painted() -> None:
    scale = scale_of(WIDTH, 0, SPAN_US)
    times = np.sort(np.random.default_rng(1).integers(-SPAN_US, 2 * SPAN_US, 100_000))
    kept = times[thin(times, scale)]
    pixels = [int(scale.x(int(at_us)) - scale.left) for at_us in kept]
    assert len(kept) <= 601
    assert sorted(set(pixels)) == list(range(600))
