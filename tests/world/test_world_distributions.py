from itertools import pairwise
from random import Random
from statistics import mean, quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.world.distributions import choice, exponential, lognormal, triangular

SMALLEST, LARGEST = 0.0, 1.0 - 2.0**-53
UNIFORMS = [step / 10_000 for step in range(10_000)]
uniforms = st.floats(SMALLEST, LARGEST)


def test_each_function_inverts_its_distribution() -> None:
    assert mean(exponential(u, 7.0) for u in UNIFORMS) == pytest.approx(7.0, rel=0.002)
    draws = [lognormal(u, 80.0, 300.0) for u in UNIFORMS]
    assert quantiles(draws, n=20)[9] == pytest.approx(80.0, rel=0.002)
    assert quantiles(draws, n=20)[18] == pytest.approx(300.0, rel=0.002)
    assert mean(triangular(u, 1.0, 4.0, 10.0) for u in UNIFORMS) == pytest.approx(5.0, rel=0.002)


@given(uniforms, uniforms)
def test_a_larger_uniform_never_gives_a_smaller_draw(one: float, other: float) -> None:
    low, high = sorted((one, other))
    for draw in (lambda u: exponential(u, 3.0), lambda u: lognormal(u, 5.0, 9.0), lambda u: triangular(u, 1, 2, 6)):
        assert draw(low) <= draw(high) * (1 + 1e-12)


def test_the_ends_of_the_unit_interval_give_finite_draws() -> None:
    for u in (SMALLEST, LARGEST):
        assert 0 <= exponential(u, 1.0) < 40
        assert 0 < lognormal(u, 80.0, 300.0) < 1e6
        assert 1.0 <= triangular(u, 1.0, 4.0, 10.0) <= 10.0
        assert triangular(u, 3.0, 3.0, 3.0) == 3.0
        assert choice(u, [0, 1, 2, 0]) == (1 if u == SMALLEST else 2)
    assert lognormal(0.9, 80.0, 80.0) == 80.0


def test_choice_follows_the_weights() -> None:
    drawn = [choice(u, [1.0, 0.0, 3.0]) for u in UNIFORMS]
    assert [drawn.count(index) for index in range(3)] == [2_500, 0, 7_500]
    drawn = [choice(u, [1, 2, 1]) for u in UNIFORMS]
    assert [drawn.count(index) for index in range(3)] == [2_500, 5_000, 2_500]
    assert choice(Random(1).random(), [5]) == 0


def test_triangular_has_no_gap_at_its_mode() -> None:
    assert max(b - a for a, b in pairwise(triangular(u, 0.0, 2.0, 10.0) for u in UNIFORMS)) < 0.11


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: lognormal(0.5, 0.0, 1.0),
        lambda: lognormal(0.5, 2.0, 1.0),
        lambda: triangular(0.5, 2.0, 1.0, 3.0),
        lambda: choice(0.5, [0.0]),
        lambda: choice(0.5, [2.0, -1.0]),
    ],
)
def test_impossible_parameters_are_refused(wrong) -> None:
    with pytest.raises(ValueError, match="expected"):
        wrong()
