"""The busiest places are those that trying every set of places finds."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.scenario.busiest import busiest_places, members, sessions_within

PLACES = 6
WISHES = st.dictionaries(
    st.integers(1, 2**PLACES - 1), st.sampled_from([0.1, 1 / 3, 1.0, 2.0, 3.0, 5.0]), min_size=1, max_size=8
)
EVSES = st.lists(st.integers(1, 4), min_size=PLACES, max_size=PLACES)
NOTHING = [0.0] * PLACES


def load(places: int, asked: Mapping[int, float], evses: Sequence[int], besides: Sequence[float] = NOTHING) -> float:
    return sessions_within(places, asked, besides) / sum(evses[place] for place in members(places))


@given(WISHES, EVSES)
def test_no_set_of_places_is_busier(asked: dict[int, float], evses: list[int]) -> None:
    found = busiest_places(asked, evses, NOTHING)
    assert load(found, asked, evses) == pytest.approx(max(load(each, asked, evses) for each in range(1, 2**PLACES)))


@given(WISHES, EVSES, st.lists(st.sampled_from([0.0, 0.0, 1.0, 9.0]), min_size=PLACES, max_size=PLACES), st.randoms())
def test_what_is_there_anyhow_counts_and_the_order_does_not(
    asked: dict[int, float], evses: list[int], besides: list[float], random: Random
) -> None:
    found = busiest_places(asked, evses, besides)
    least = max(load(each, asked, evses, besides) for each in asked)
    assert load(found, asked, evses, besides) > least - 1e-6
    shuffled = list(asked.items())
    random.shuffle(shuffled)
    assert busiest_places(dict(shuffled), evses, besides) == found


@given(WISHES, EVSES, st.integers(0, PLACES - 1), st.sampled_from([1.0, 9.0, 30.0]))
def test_no_wishes_together_are_busier_where_some_are_at_one_place_anyhow(
    asked: dict[int, float], evses: list[int], place: int, there: float
) -> None:
    besides = [there if each == place else 0.0 for each in range(PLACES)]
    unions = {0}
    for usable in asked:
        unions |= {usable | each for each in unions}
    most = max(load(each, asked, evses, besides) for each in unions if each)
    assert load(busiest_places(asked, evses, besides), asked, evses, besides) == pytest.approx(most, abs=1e-6)


def test_a_wish_where_many_are_anyhow_makes_another_one_busier() -> None:
    """Alone the first has 11 sessions on 6 EVSEs, with the second one 21 on 10."""
    asked = {0b0101: 1.0, 0b1100: 10.0, 0b1010: 1.0}
    assert busiest_places(asked, [1, 4, 5, 4], [10, 0, 0, 0]) == 0b1101


@given(st.lists(st.integers(0, 2), min_size=15, max_size=15))
def test_those_who_can_use_two_places_each_crowd_where_they_are_most(rates: list[int]) -> None:
    """As in any graph: its densest part has the most edges a node."""
    pairs = [1 << one | 1 << other for one, other in combinations(range(PLACES), 2)]
    asked = {pair: float(rate) for pair, rate in zip(pairs, rates, strict=True)}
    found = busiest_places(asked, [1] * PLACES, NOTHING)
    most = max(load(each, asked, [1] * PLACES) for each in range(1, 2**PLACES))
    assert (load(found, asked, [1] * PLACES) if found else 0) == pytest.approx(most)


def test_of_places_as_busy_the_largest_that_hang_together_are_told() -> None:
    asked = {0b000011: 4.0, 0b000110: 2.0, 0b110000: 4.0, 0b111111: 1.0}
    assert busiest_places(asked, [1] * PLACES, NOTHING) == 0b000111
    assert busiest_places({}, [1] * PLACES, NOTHING) == busiest_places({0: 3.0}, [1] * PLACES, NOTHING) == 0


class Asked(int):
    """A set of places that counts how often it is asked whether it is within another."""

    times = 0

    def __or__(self, other: int) -> int:
        Asked.times += 1
        return int(self) | other


def test_wishes_in_many_parts_of_a_city_are_compared_with_those_near_them_only() -> None:
    """Each with each would be four times as many as may be, and took minutes where wishes were 8,000."""
    random = Random(1)
    asked = {Asked(sum(1 << place + each for each in random.sample(range(12), 6))): 1.0 for place in range(188)}
    Asked.times = 0
    busiest_places(asked, [1] * 200, [9.0 if place % 6 == 0 else 0.0 for place in range(200)])
    assert 0 < Asked.times < len(asked) ** 2 / 4
