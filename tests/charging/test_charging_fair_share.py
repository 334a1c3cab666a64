import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.charging.fair_share import fair_share, fair_share_w
from simulator.charging.strategy import Demand, Strategy

demands_w = st.lists(st.integers(0, 50_000), max_size=20)


@given(st.integers(0, 400_000), demands_w)
def test_shares_use_the_limit_up_and_stay_within_it_and_the_demands(limit_w: int, demands: list[int]) -> None:
    shares = fair_share_w(limit_w, demands)
    assert sum(shares) == min(limit_w, sum(demands))
    assert all(0 <= share <= demand for share, demand in zip(shares, demands, strict=True))


@given(st.integers(0, 400_000), demands_w)
def test_nobody_can_get_more_without_taking_from_somebody_with_no_more(limit_w: int, demands: list[int]) -> None:
    shares = fair_share_w(limit_w, demands)
    for share, demand in zip(shares, demands, strict=True):
        if share < demand:
            assert sum(shares) == limit_w
            assert max(shares) <= share + 1  # a watt that does not divide


@given(st.integers(0, 400_000), st.lists(st.tuples(st.integers(0, 50_000), st.integers(0, 5_000)), max_size=20))
def test_floors_hold_and_above_them_the_share_is_fair(limit_w: int, pairs: list[tuple[int, int]]) -> None:
    demands, floors = [demand for demand, _ in pairs], [min(pair) for pair in pairs]
    if sum(floors) > limit_w:
        with pytest.raises(ValueError, match="exceed the limit"):
            fair_share_w(limit_w, demands, floors)
        return
    shares = fair_share_w(limit_w, demands, floors)
    assert sum(shares) == min(limit_w, sum(demands))
    assert all(f <= share <= d for f, share, d in zip(floors, shares, demands, strict=True))
    above_floor = [share for share, floor in zip(shares, floors, strict=True) if share > floor]
    for share, demand in zip(shares, demands, strict=True):
        if share < demand:
            assert max(above_floor, default=0) <= share + 1


def test_watts_that_do_not_divide_go_to_the_first() -> None:
    assert fair_share_w(10, [9, 9, 9]) == [4, 3, 3]
    assert fair_share_w(120_000, [11_000] * 8 + [3_680] * 4) == [11_000] * 8 + [3_680] * 4
    assert fair_share_w(60_000, [3_680, 22_000, 22_000, 22_000]) == [3_680, 18_774, 18_773, 18_773]
    assert fair_share_w(5, []) == []


def test_negative_powers_are_refused() -> None:
    with pytest.raises(ValueError, match="no negative power"):
        fair_share_w(-1, [5])
    with pytest.raises(ValueError, match="no negative power"):
        fair_share_w(1, [-5])


def test_the_strategy_lets_the_last_to_come_wait_below_the_minimum() -> None:
    strategy: Strategy = fair_share
    demands = tuple(Demand(f"s{n}", 11_000, plugged_at_us=-n, minimum_w=4_140) for n in range(4))
    assert strategy(13_000, demands) == {"s0": 0, "s1": 4_333, "s2": 4_333, "s3": 4_334}
    assert strategy(100_000, demands) == dict.fromkeys(("s0", "s1", "s2", "s3"), 11_000)
    assert strategy(4_000, demands) == dict.fromkeys(("s0", "s1", "s2", "s3"), 0)


@given(
    st.integers(0, 200_000),
    st.lists(st.tuples(st.integers(0, 30_000), st.integers(0, 9), st.integers(0, 6_000)), max_size=15),
)
def test_the_strategy_keeps_its_promises(limit_w: int, rows: list[tuple[int, int, int]]) -> None:
    demands = tuple(Demand(f"s{n:02}", *row) for n, row in enumerate(rows))
    shares = fair_share(limit_w, demands)
    assert list(shares) == [demand.session_id for demand in demands]
    assert sum(shares.values()) <= limit_w
    for demand in demands:
        share = shares[demand.session_id]
        assert share == 0 or min(demand.minimum_w, demand.demand_w) <= share <= demand.demand_w
    assert fair_share(limit_w, demands[::-1]) == shares


def test_one_demand_a_session() -> None:
    with pytest.raises(ValueError, match="same session id"):
        fair_share(10, (Demand("s", 1, 0), Demand("s", 2, 0)))
