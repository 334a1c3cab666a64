import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.world.geometry import direction, distance_m, nearness, offset


def test_known_distances() -> None:
    assert distance_m(52.379, 4.900, 52.379, 4.900) == 0
    assert distance_m(52.3791, 4.9003, 48.8809, 2.3553) == pytest.approx(427_800, rel=0.005)  # Amsterdam to Paris
    assert distance_m(0, 0, 0, 180) == 20_015_114
    assert distance_m(10, 179.9995, 10, -179.9995) == 110


@given(st.floats(-70, 70), st.floats(-180, 179.99), st.floats(-10_000, 10_000), st.floats(-10_000, 10_000))
def test_an_offset_is_as_far_away_as_it_says(latitude: float, longitude: float, east_m: float, north_m: float) -> None:
    moved = offset(latitude, longitude, east_m, north_m)
    assert -180 <= moved[1] < 180
    assert distance_m(latitude, longitude, *moved) == pytest.approx((east_m**2 + north_m**2) ** 0.5, rel=0.004, abs=1)


@given(
    st.floats(-89, 89),
    st.floats(-180, 179.99),
    st.floats(-5_000, 5_000),
    st.floats(-5_000, 5_000),
    st.integers(400, 6_000),
)
def test_directions_tell_what_is_near_as_distances_do(
    latitude: float, longitude: float, east_m: float, north_m: float, reach_m: int
) -> None:
    moved = offset(latitude, longitude, east_m, north_m)
    product = sum(a * b for a, b in zip(direction(latitude, longitude), direction(*moved), strict=True))
    apart_m = distance_m(latitude, longitude, *moved)
    if product >= nearness(reach_m):
        assert apart_m <= reach_m
    else:
        assert apart_m >= reach_m


def test_nothing_is_farther_than_the_other_side_of_the_globe() -> None:
    assert nearness(0) == 1
    assert nearness(90_000_000) == -1


def test_there_is_no_east_at_the_pole() -> None:
    with pytest.raises(ValueError, match="away from the poles"):
        offset(90.0, 0.0, 1.0, 0.0)
