"""The bars on hubs' lifelines: which messages they join, how far they reach, and that none hides another."""

from itertools import accumulate, combinations

import pytest
from gui_sequence_scene import arrow
from hypothesis import given
from hypothesis import strategies as st

from gui.models.sequence_chart import Arrow, Chart, Lane
from gui.paint.sequence_axis import Mode, lay_out
from gui.paint.sequence_ties import Tie, Ties, lay_ties

MODES: list[Mode] = ["order", "time"]
MS = 1_000
LANES = (
    Lane("C", "NL-ABC", "CPO", "", "CPO"),
    Lane("H", "NL-HUB", "Hub", "", "HUB"),
    Lane("E", "NL-EMA", "eMSP", "", "EMSP"),
)


def routed(number: int, at_us: int, asks_us: int) -> list[Arrow]:
    """Both legs of what a hub answers as soon as it is answered, after so long."""
    inbound = arrow(number, at_us)._replace(arrive_us=at_us, reply_us=at_us + asks_us, end_us=at_us + asks_us + 1)
    onward = arrow(number + 1, at_us, source=1, to=2, cause=("message", number))
    return [inbound, onward._replace(arrive_us=at_us, reply_us=at_us + asks_us, end_us=at_us + asks_us)]


def ties(arrows: list[Arrow], mode: Mode) -> list[Tie]:
    return list(lay_ties(Chart("", LANES, tuple(arrows), is_story=True), lay_out(arrows, mode)).bars)


@pytest.mark.parametrize("mode", MODES)
def test_a_bar_reaches_from_a_request_to_its_answer(mode: Mode) -> None:
    legs = routed(1, 0, 50 * MS)
    axis = lay_out(legs, mode)
    assert ties(legs, mode) == [Tie(0, 1, float(axis.arrive[0]), float(axis.reply[0]), 0)]


@pytest.mark.parametrize("mode", MODES)
def test_the_bar_of_a_broadcast_reaches_to_its_last_leg(mode: Mode) -> None:
    legs = [arrow(number, 10 * MS, source=1, to=2, cause=("message", 1)) for number in (2, 3)]
    shown = [arrow(1, 0), *legs]
    axis = lay_out(shown, mode)
    assert ties(shown, mode) == [Tie(0, 1, float(axis.arrive[0]), float(axis.start[2]), 0)]


def test_what_a_hub_does_of_itself_or_a_party_in_answer_is_not_passed_on() -> None:
    of_itself = arrow(2, MS, source=1, to=2, module="versions", cause=("message", 1))
    by_a_party = arrow(4, MS, source=2, to=1, cause=("message", 3))
    past_it = arrow(6, MS, source=1, to=2, cause=("message", 5))
    causes = arrow(1, 0), arrow(3, 0, source=1, to=2), arrow(5, 0, source=0, to=2)
    assert ties([*causes, of_itself, by_a_party, past_it], "order") == []


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9)), max_size=3), st.sampled_from(MODES))
def test_bars_of_what_a_hub_does_at_once_stand_side_by_side(requests: list[tuple[int, int]], mode: Mode) -> None:
    legs = [routed(10 * number, at * MS, asks * MS) for number, (at, asks) in enumerate(requests)]
    arrows = sorted((leg for pair in legs for leg in pair), key=lambda leg: leg.start_us)
    found = ties(arrows, mode)
    assert len(found) == len(requests)
    for one, other in combinations(found, 2):
        assert one.side != other.side or one.bottom <= other.top or other.bottom <= one.top


def test_what_a_hub_sends_much_later_is_of_no_bar() -> None:
    between = [arrow(number, MS, source=0, to=2) for number in range(10, 60)]
    assert ties([arrow(1, 0), *between, arrow(2, 2 * MS, source=1, to=2, cause=("message", 1))], "order") == []


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(0, 90)), max_size=9), st.integers(0, 90), st.integers(0, 30))
def test_a_bar_is_in_view_wherever_its_ends_are(ends: list[tuple[int, int]], top: int, height: int) -> None:
    bars = [Tie(0, 1, start, start + length, 0) for start, length in sorted(ends)]
    reach = list(accumulate((bar.bottom for bar in bars), max))
    found = Ties(bars, reach).visible(top, top + height)
    assert found == [bar for bar in bars if bar.bottom >= top and bar.top <= top + height]
