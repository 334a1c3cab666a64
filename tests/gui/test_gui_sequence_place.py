"""Where lifelines, labels and marks of the sequence chart lie: nothing is cut, and each failure has its own shape."""

from itertools import combinations

import pytest
from gui_sequence_scene import S, arrow
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF, QImage, QPainter

from gui.models.sequence_chart import Arrow, Chart, Fate, Lane
from gui.paint.sequence import paint_chart
from gui.paint.sequence_arrows import way_share
from gui.paint.sequence_axis import ROW, lay_out
from gui.paint.sequence_header import outside
from gui.paint.sequence_labels import place_label, shortened
from gui.paint.sequence_legend import legend_entries
from gui.paint.sequence_marks import ZIGZAG_REACH
from gui.paint.sequence_place import (
    FOLDED,
    SMALL,
    TALL,
    Picture,
    Place,
    column_widths,
    columns_at,
    header_for,
    row_rects,
)
from gui.theme import Theme

GUTTER = 70.0
SIZE = (420.0, 260.0)
ENDS = (Lane("C", "NL-ABC", "CPO", "Alpha", "CPO"), Lane("E", "NL-EMA", "eMSP", "Emma", "EMSP"))
FATES: dict[Fate, dict[str, object]] = {
    "": {},
    "lost": {"broken": "request", "arrive_us": None, "reply_us": None},
    "dead": {"broken": "request", "arrive_us": None, "reply_us": None},
    "timed_out": {"broken": "request", "arrive_us": None, "reply_us": None},
    "refused": {},
    "copy": {},
}

titles = st.lists(st.text("NLABC-0123456789", min_size=1, max_size=30), min_size=1, max_size=12)


def clock(at_us: int) -> str:
    return f"07:00:{at_us // S:02}"


def chart(lanes: tuple[Lane, ...], *arrows: Arrow) -> Chart:
    return Chart("A chart", lanes, arrows, is_story=True)


def picture(shown: Chart, theme: Theme, *, left: float = 0.0, current: int = -1) -> Picture:
    width, height = SIZE
    columns = columns_at(column_widths(shown, width - GUTTER, theme), GUTTER - left)
    place = Place(width, height, 0.0, GUTTER, columns, SMALL)
    return Picture(shown, lay_out(shown.arrows, "order"), place, clock, current)


def painted(shown: Picture, theme: Theme) -> QImage:
    image = QImage(int(SIZE[0]), int(SIZE[1]), QImage.Format.Format_RGB32)
    painter = QPainter(image)
    paint_chart(painter, shown, theme)
    painter.end()
    return image


@given(titles, st.floats(150, 2_000))
def test_lifelines_fill_the_room_and_scroll_only_when_names_need_more(names: list[str], room: float) -> None:
    theme = Theme(dark=False)
    shown = chart(tuple(Lane(name, name, "CPO", "", "CPO") for name in names))
    least, widths = column_widths(shown, 0, theme), column_widths(shown, room, theme)
    assert all(width >= needed - 1e-6 for width, needed in zip(widths, least, strict=True))
    if sum(least) >= room:
        assert widths == pytest.approx(least)
    else:
        assert sum(widths) <= room + 1e-6
        assert sum(widths) == pytest.approx(min(room, 260.0 * len(names)))


def test_a_usual_name_is_never_elided(theme: Theme) -> None:
    names = ("Ada", "NL-ABC-E0001", "NL-ABC", "NL-EMA")
    shown = chart(tuple(Lane(name, name, "party", "", "CPO") for name in names))
    bold = QFontMetricsF(theme.small)
    widths = column_widths(shown, 326, theme)
    assert sum(widths) <= 326, "four lifelines fit a dock of a small window"
    assert all(width > bold.horizontalAdvance(name) + 12 for name, width in zip(names, widths, strict=True))


def test_what_lies_beyond_an_edge_is_counted_and_painted(theme: Theme) -> None:
    shown = chart(tuple(Lane(f"NL-C{number:02}", f"NL-C{number:02}", "CPO", "", "CPO") for number in range(12)))
    at_left, at_right = picture(shown, theme), picture(shown, theme, left=400)
    assert outside(at_left)[0] == 0
    assert outside(at_left)[1] > 0
    assert outside(at_right)[0] > 0
    edge = range(int(SIZE[0]) - 20, int(SIZE[0]))
    # Beside the line of the strip, which has the same colour.
    strip = [y for y in range(int(SMALL.strip) - 6, int(SMALL.strip) + 6) if abs(y - SMALL.strip) > 1.5]

    def accents(image: QImage) -> int:
        return sum(image.pixelColor(x, y) == theme.accent for x in edge for y in strip)

    whole = picture(chart(ENDS), theme)
    assert accents(painted(at_left, theme)) > accents(painted(whole, theme)) == 0


def test_the_head_gives_way_to_arrows_in_a_low_view() -> None:
    assert (header_for(140), header_for(300)) == (SMALL, TALL)
    assert SMALL.height < TALL.height


@pytest.mark.parametrize("dark", [False, True])
def test_each_fate_has_a_shape_of_its_own(dark: bool) -> None:
    """Without their words and in one colour, what became of messages can still be told apart."""
    theme = Theme(dark)
    images = {}
    for fate, fields in FATES.items():
        image = painted(picture(chart(ENDS, arrow(1, 0, fate=fate, **fields)), theme), theme)
        part = QRectF(GUTTER, SMALL.height + 24, SIZE[0] - GUTTER, 30).toRect()
        images[fate] = image.copy(part).convertToFormat(QImage.Format.Format_Mono)
    same = [pair for pair in combinations(images, 2) if images[pair[0]] == images[pair[1]]]
    assert same == []


def test_the_legend_tells_the_fates_that_occur_and_no_others(theme: Theme) -> None:
    words = {"lost": "lost", "dead": "not connected", "timed_out": "gave up waiting", "refused": "refused"}
    for fate, word in {**words, "copy": "delivered twice"}.items():
        shown = chart(ENDS, arrow(1, 0), arrow(2, S, fate=fate, **FATES[fate]))
        texts = [entry.text for entry in legend_entries(shown, theme)]
        assert word in texts
        assert not (set(words.values()) | {"delivered twice"}) - {word} & set(texts)


@given(
    st.integers(0, 2),
    st.integers(-1, 2),
    st.sampled_from(["OCPI", "OCPP", "street"]),
    st.text("abc defgh", max_size=120),
    st.text("0123 kWh", max_size=120),
    st.sampled_from(["", "answered too late"]),
)
def test_a_label_stays_in_view_and_says_what_became_of_it(
    source: int, to: int, layer: str, text: str, remark: str, outcome: str
) -> None:
    theme = Theme(dark=False)
    lanes = (Lane("ocpp/E", "E0001", "charger", "", "charger"), *ENDS)
    to = to if to != source and layer != "street" else -1
    layer = layer if to >= 0 else "street"
    shown = picture(
        chart(lanes, arrow(1, 0, source=source, to=to, layer=layer, text=text, remark=remark, outcome=outcome)), theme
    )
    metrics = QFontMetricsF(theme.small)
    label = place_label(shown, 0, metrics)
    assert shown.place.gutter <= label.x
    assert label.x + label.width <= shown.place.width + 1
    assert label.width == pytest.approx(metrics.horizontalAdvance(label.text + label.outcome) + (
        metrics.horizontalAdvance(label.remark)), abs=2)  # fmt: skip
    assert label.outcome.strip() == outcome
    row = row_rects(shown, 0)[0]
    assert row.top() <= label.baseline - metrics.ascent() + 4
    assert row.height() <= ROW + 8


def test_what_is_said_at_the_charger_keeps_off_the_border_to_ocpi(theme: Theme) -> None:
    lanes = (Lane("ocpp/E", "E0001", "charger", "", "charger"), *ENDS)
    remark = "token C33994332E2ED3, 11.0 kW, meter 0.000 kWh, battery 35 %"
    shown = picture(
        chart(lanes, arrow(1, 0, source=0, to=1, layer="OCPP", text="TransactionEvent", remark=remark)), theme
    )
    label = place_label(shown, 0, QFontMetricsF(theme.small))
    assert label.x >= shown.place.lanes[0], "nor out over what lies left of where the arrow starts"
    assert label.x + label.width < shown.place.lanes[1]


def test_a_remark_is_shortened_by_whole_parts(theme: Theme) -> None:
    metrics = QFontMetricsF(theme.small)
    remark = "  NL-ABC-E0006, 4.2 kW, meter 9.866 kWh"
    begin = len("  NL-ABC-E0006")
    widths = [metrics.horizontalAdvance(remark[:length]) for length in range(begin, len(remark) + 1)]
    assert {shortened(remark, metrics, width) for width in widths} == {
        "  NL-ABC-E0006", "  NL-ABC-E0006, …", "  NL-ABC-E0006, 4.2 kW, …", remark,
    }  # fmt: skip


@pytest.mark.parametrize(("source", "to"), [(0, 1), (1, 0)])
def test_a_zigzag_keeps_off_its_label_and_on_its_arrow(theme: Theme, source: int, to: int) -> None:
    lanes = (Lane("C", "NL-ABC", "CPO", "", "CPO"), Lane("E", "NL-EMA", "eMSP", "", "EMSP"))
    for text in ("", "Session running", "Session running, told at length", "Session running, told at more length"):
        shown = picture(chart(lanes, arrow(1, 0, source=source, to=to, text=text, via=("NL-HUB",))), theme)
        ends = shown.place.lanes
        x = ends[source] + (ends[to] - ends[source]) * way_share(shown, 0, theme)
        label = place_label(shown, 0, QFontMetricsF(theme.small))
        assert min(ends) < x - ZIGZAG_REACH < x + ZIGZAG_REACH < max(ends)
        assert x >= (ends[0] + ends[1]) / 2
        if label.x + label.width + 2 * ZIGZAG_REACH + 10 < max(ends):
            assert x - ZIGZAG_REACH >= label.x + label.width


def test_the_word_of_a_narrow_domain_is_not_painted_over(theme: Theme) -> None:
    lanes = (Lane("ocpp/E", "E", "charger", "", "charger"), *ENDS)
    columns = columns_at([12.0, 12.0, 200.0], GUTTER)
    place = Place(*SIZE, 0.0, GUTTER, columns, SMALL)
    shown = Picture(chart(lanes, arrow(1, 0, source=0, to=1, layer="OCPP")), lay_out((), "order"), place, clock)
    middle = (place.lanes[0] + place.lanes[1]) / 2
    image = painted(shown, theme)
    word = [image.pixelColor(x, int(SMALL.strip)) for x in range(int(middle), int(middle) + 16)]
    assert theme.accent not in word


def test_where_names_do_not_fit_the_lifelines_in_view_have_theirs(theme: Theme) -> None:
    lanes = tuple(Lane(f"NL-C{number:02}", f"NL-C{number:02}", "CPO", "", "CPO") for number in range(12))
    shown = chart(lanes, arrow(1, 0, source=0, to=11), arrow(2, 0, source=1, to=10))
    widths = column_widths(shown, SIZE[0] - GUTTER, theme, [1, 0])
    assert sum(widths) <= SIZE[0] - GUTTER, "nothing lies outside"
    assert [place for place, width in enumerate(widths) if width > FOLDED] == [0, 1, 10, 11]
    narrow = column_widths(shown, 270, theme, [1, 0])
    assert [place for place, width in enumerate(narrow) if width > FOLDED] == [1, 10], "the first arrow's first"


def test_a_number_beside_a_message_is_shown_with_its_unit(theme: Theme) -> None:
    """Even where the arrow begins at the right edge."""
    lanes = tuple(Lane(f"NL-C{number}", f"NL-C{number}", "CPO", "", "CPO") for number in range(5))
    only = arrow(1, 0, source=3, to=4, text="Session update", remark="23.868 kWh")
    shown = picture(chart(lanes, only), theme)
    assert place_label(shown, 0, QFontMetricsF(theme.small)).remark.strip() == "23.868 kWh"
