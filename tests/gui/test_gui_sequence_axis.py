"""Heights of arrows: in order and by a stretched time, and what of them is in view."""

from itertools import accumulate, pairwise

import numpy as np
import pytest
from gui_sequence_scene import S, arrow
from hypothesis import given
from hypothesis import strategies as st

from gui.models.sequence_chart import Arrow
from gui.paint.sequence_axis import ROW, Axis, Mode, lay_out

MODES: list[Mode] = ["order", "time"]
TEN_MIN = 600 * S

arrow_lists = st.lists(
    st.tuples(st.integers(-5 * S, 40 * S), st.sampled_from([None, 0, 10_000, 3 * S]), st.sampled_from([-1, 1])),
    max_size=12,
).map(
    lambda rows: [
        arrow(number, start_us, latency_us, to=to, **({} if to > 0 else {"reply_us": None, "end_us": None}))
        for number, (start_us, latency_us, to) in enumerate(sorted(rows, key=lambda row: row[0]))
    ]
)

# Messages with short ways, each with a cause among those before it or none.
caused_lists = st.lists(st.tuples(*(st.integers(0, most) for most in (5, 1, 9, 1, 3))), max_size=12).map(
    lambda rows: [
        arrow(number, start, cause=("message", cause))._replace(
            arrive_us=start + way, reply_us=start + way + handling, end_us=start + way + handling + back
        )
        for number, (start, way, handling, back, cause) in enumerate(sorted(rows))
    ]
)


def heights(axis: Axis, number: int) -> list[float]:
    return [float(part[number]) for part in (axis.start, axis.arrive, axis.reply, axis.end)]


@given(st.one_of(arrow_lists, caused_lists), st.sampled_from(MODES))
def test_time_goes_down(arrows: list[Arrow], mode: Mode) -> None:
    axis = lay_out(arrows, mode)
    assert all(heights(axis, number) == sorted(heights(axis, number)) for number in range(len(arrows)))
    assert bool((np.diff(axis.start) >= 20).all()), "labels need room"
    instants = sorted({at_us for each in arrows for at_us in (each.start_us, each.end_us) if at_us is not None})
    depths = [axis.height_of(at_us) for at_us in instants]
    assert depths == sorted(depths)
    assert all(0 <= depth <= axis.height for depth in depths)


@given(st.one_of(arrow_lists, caused_lists), st.sampled_from(MODES), st.floats(0, 900), st.floats(10, 300))
def test_what_is_in_view_is_found_and_little_else(arrows: list[Arrow], mode: Mode, top: float, height: float) -> None:
    axis = lay_out(arrows, mode)
    shown = axis.visible(top, top + height)
    for number in range(len(arrows)):
        if heights(axis, number)[3] >= top and heights(axis, number)[0] <= top + height:
            assert number in shown
        if heights(axis, number)[0] > top + height + ROW:
            assert number not in shown


def test_in_order_each_arrow_has_a_row() -> None:
    axis = lay_out([arrow(1, 0), arrow(2, 0), arrow(3, TEN_MIN)], "order")
    assert np.diff(axis.start).tolist() == [ROW, ROW]
    assert [(stretch.top, stretch.bottom, stretch.duration_us) for stretch in axis.stretches] == [
        (axis.start[0], axis.start[1], 0)
    ]


def test_by_time_ten_minutes_and_ten_milliseconds_can_both_be_seen() -> None:
    axis = lay_out([arrow(1, 0), arrow(2, TEN_MIN)], "time")
    assert 6 <= axis.arrive[0] - axis.start[0] <= 30
    assert 40 <= axis.start[1] - axis.end[0] <= 100
    assert [stretch.duration_us for stretch in axis.stretches] == [TEN_MIN - 20_000]


def test_a_longer_wait_is_never_drawn_shorter() -> None:
    waits = [1_000, 20_000, 300_000, 2 * S, 60 * S, TEN_MIN]
    drawn = [float(axis.arrive[0] - axis.start[0]) for axis in (lay_out([arrow(1, 0, us)], "time") for us in waits)]
    assert drawn == sorted(drawn)
    assert drawn[0] < drawn[-1]


def test_several_arrows_of_one_instant_are_marked_as_zero_time() -> None:
    axis = lay_out([arrow(1, 0), arrow(2, 0), arrow(3, 0), arrow(4, S // 2)], "time")
    same = [stretch for stretch in axis.stretches if stretch.duration_us == 0]
    assert [(stretch.top, stretch.bottom) for stretch in same] == [(axis.start[0], axis.start[2])]
    assert axis.stretches_in(0, axis.height) == axis.stretches
    assert axis.stretches_in(axis.height, axis.height + 9) == ()


def test_the_cursor_stands_between_the_instants_around_it() -> None:
    axis = lay_out([arrow(1, 0, 0), arrow(2, 0, 0), arrow(3, 100 * S, 0)], "time")
    assert axis.start[1] < axis.height_of(50 * S) < axis.start[2]
    assert axis.height_of(0) == axis.start[1]
    assert axis.height_of(-1) < axis.start[0]


def test_an_empty_chart_has_no_arrow_anywhere() -> None:
    for mode in MODES:
        axis = lay_out([], mode)
        assert (axis.nearest(10.0), list(axis.visible(0, 100)), axis.height_of(0) > 0) == (-1, [], True)


@pytest.mark.parametrize("mode", MODES)
def test_the_nearest_arrow_is_found(mode: Mode) -> None:
    axis = lay_out([arrow(1, 0), arrow(2, S), arrow(3, 2 * S)], mode)
    assert [axis.nearest(float(axis.start[number]) + 3) for number in range(3)] == [0, 1, 2]
    assert (axis.nearest(-50), axis.nearest(9_999)) == (0, 2)


def routed(*after_us: int) -> list[Arrow]:
    """A request by way of hubs, each of which asks the next after so long and answers when it is answered."""
    starts, wait_us = list(accumulate((0, *after_us))), 50_000
    return [
        arrow(number, start_us, cause=("message", number - 1) if number else ("", 0), source=number, to=number + 1)
        ._replace(reply_us=wait_us - start_us // 2, end_us=wait_us - start_us // 2 + 1)
        for number, start_us in enumerate(starts)
    ]  # fmt: skip


@pytest.mark.parametrize("mode", MODES)
def test_a_hub_answers_when_it_is_answered(mode: Mode) -> None:
    for legs in (routed(10_000), routed(10_000, 10_000)):
        axis = lay_out(legs, mode)
        for outer, inner in pairwise(range(len(legs))):
            assert axis.start[outer] < axis.start[inner] < axis.end[inner] < axis.reply[outer]


def test_what_a_hub_answers_at_once_is_answered_above_its_legs() -> None:
    legs = [arrow(number, 10_000, cause=("message", 1), source=1, to=number) for number in (2, 3)]
    axis = lay_out([arrow(1, 0), *legs], "order")
    assert axis.end[0] < axis.start[1]
    assert np.diff(axis.start).tolist() == [ROW, ROW]
    assert axis.apart.tolist() == []


def test_what_a_request_brings_about_later_leaves_its_answer_where_it_is() -> None:
    result = arrow(2, 30_000, cause=("message", 1), source=1, to=0)
    assert lay_out([arrow(1, 0), result], "order").end[0] == lay_out([arrow(1, 0)], "order").end[0]


@given(caused_lists, st.sampled_from(MODES))
def test_no_answer_stands_above_one_that_it_waited_for(arrows: list[Arrow], mode: Mode) -> None:
    axis = lay_out(arrows, mode)
    for place, each in enumerate(arrows):
        around = each.cause[1]
        if around < place and each.end_us <= arrows[around].reply_us:
            assert axis.end[place] <= axis.reply[around]


@given(caused_lists)
def test_answers_in_other_rows_take_no_more_room(arrows: list[Arrow]) -> None:
    axis = lay_out(arrows, "order")
    assert axis.height == lay_out([each._replace(cause=("", 0)) for each in arrows], "order").height
    lines = sorted([*axis.start, *axis.end])
    assert not arrows or min(np.diff(lines)) >= 9


def test_an_answer_in_another_row_is_found_where_it_lies() -> None:
    axis = lay_out([*routed(10_000, 10_000), arrow(9, S)], "order")
    assert axis.apart.tolist() == [1, 0]
    for number in range(4):
        assert axis.nearest(float(axis.end[number])) == number
        assert axis.nearest(float(axis.start[number])) == number
        assert axis.nearest(float(axis.start[number]) - 10) == number, "its label"
