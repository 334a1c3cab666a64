"""Means, intervals and paired differences over replications."""

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.report.interval import student_t
from simulator.report.kpi.intervals import difference, estimate

numbers = st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: round(value, 3))


def test_an_estimate_is_the_mean_and_what_student_says() -> None:
    found = estimate([1.0, 2.0, 3.0])
    assert found is not None
    assert (found.mean, found.runs) == (2.0, 3)
    # t for 2 degrees of freedom is 4.3027 (tables), the standard error 1/sqrt(3).
    assert found.high - found.mean == pytest.approx(4.3027 / math.sqrt(3), abs=1e-4)
    assert found.low == pytest.approx(2 * found.mean - found.high)


def test_one_value_has_no_interval_and_none_no_mean() -> None:
    one = estimate([5.0])
    assert one is not None
    assert (one.mean, one.low, one.high) == (5.0, None, None)
    assert estimate([]) is None


def test_pairs_are_taken_by_seed_and_not_by_order() -> None:
    found = difference({1: 10.0, 2: 20.0, 3: 30.0}, {3: 31.5, 1: 11.0, 2: 21.0})
    assert found is not None
    assert found.pairs == 3
    assert found.mean == pytest.approx(3.5 / 3)
    half = 4.3027 * statistics.stdev([1, 1, 1.5]) / math.sqrt(3)
    assert [found.low, found.high] == pytest.approx([found.mean - half, found.mean + half], abs=1e-4)
    assert found.is_beyond_chance


def test_seeds_that_only_one_variant_has_are_left_out_of_pairs() -> None:
    found = difference({1: 10.0, 2: 20.0, 9: 1_000.0}, {1: 11.0, 2: 21.0, 8: -1_000.0})
    assert found is not None
    assert (found.pairs, found.mean, found.low, found.high) == (2, 1.0, 1.0, 1.0)


def test_pairs_see_what_independent_samples_do_not() -> None:
    base = {seed: 100.0 * seed for seed in range(1, 11)}
    other = {seed: value + 1 + seed % 2 for seed, value in base.items()}
    paired = difference(base, other)
    apart = difference(base, {seed + 100: value for seed, value in other.items()})
    assert paired is not None
    assert apart is not None
    assert paired.mean == pytest.approx(apart.mean)
    assert paired.is_beyond_chance
    assert apart.is_beyond_chance is False
    assert apart.pairs == 0


def test_welch_by_hand() -> None:
    found = difference({1: 1.0, 2: 3.0}, {3: 10.0, 4: 14.0})
    assert found is not None
    # Variances 2 and 8, so the standard error is sqrt(1 + 4) and the degrees 25 / (1 + 16) = 1.47, rounded down.
    assert found.mean == 10.0
    assert found.high - found.mean == pytest.approx(student_t(1) * math.sqrt(5))


@pytest.mark.parametrize(
    ("base", "other", "expected"),
    [
        ({1: 1.0}, {1: 3.0}, (2.0, None, 1)),
        ({1: 1.0}, {2: 3.0}, (2.0, None, 0)),
        ({1: 1.0, 2: 1.0}, {3: 3.0, 4: 3.0}, (2.0, 2.0, 0)),
        ({1: 0.1 + 0.2, 2: 1.0}, {1: 0.3, 2: 1.0}, (0.0, 0.0, 2)),
    ],
)
def test_few_runs(base: dict[int, float], other: dict[int, float], expected: tuple[float, float | None, int]) -> None:
    found = difference(base, other)
    assert found is not None
    assert (found.mean, found.low, found.pairs) == expected


def test_nothing_is_told_of_what_one_variant_does_not_have() -> None:
    assert difference({}, {1: 1.0}) is None
    assert difference({1: 1.0}, {}) is None


def test_chance_is_unknown_without_an_interval() -> None:
    found = difference({1: 1.0}, {1: 3.0})
    assert found is not None
    assert found.is_beyond_chance is None


@given(st.dictionaries(st.integers(0, 9), st.tuples(numbers, numbers), min_size=2))
def test_a_difference_turned_round_is_its_opposite(values: dict[int, tuple[float, float]]) -> None:
    base, other = ({seed: pair[side] for seed, pair in values.items()} for side in (0, 1))
    there, back = difference(base, other), difference(other, base)
    assert there is not None
    assert back is not None
    assert there.mean == -back.mean
    assert there.low == pytest.approx(-back.high)
    assert there.is_beyond_chance == back.is_beyond_chance
