from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.world.choice import Offer, Taste, rank

prices = st.none() | st.decimals(0, 2, places=2)
offers = st.lists(
    st.builds(
        Offer,
        st.text("abcdef", min_size=1, max_size=3),
        st.integers(0, 20_000),
        prices,
        st.integers(0, 300_000),
        st.booleans(),
    ),
    max_size=30,
    unique_by=lambda offer: offer.evse,
)


def offer(
    evse: str, distance_m: int = 500, price: str | None = "0.50", power_w: int = 11_000, free: bool = True
) -> Offer:
    return Offer(evse, distance_m, None if price is None else Decimal(price), power_w, free)


def test_cheaper_nearer_and_faster_each_win_when_the_rest_is_equal() -> None:
    taste = Taste()
    assert rank([offer("b", price="0.60"), offer("a", price="0.40")], taste, 20_000) == ["a", "b"]
    assert rank([offer("b", distance_m=900), offer("a", distance_m=100)], taste, 20_000) == ["a", "b"]
    assert rank([offer("b"), offer("a", power_w=50_000)], taste, 20_000) == ["a", "b"]
    assert rank([offer("b", price=None), offer("a", price="0.59")], taste, 20_000) == ["a", "b"]


def test_taste_decides_between_money_and_time() -> None:
    slow_cheap, fast_dear = offer("slow", price="0.30"), offer("fast", price="0.65", power_w=150_000)
    assert rank([slow_cheap, fast_dear], Taste(charging_time_share=0.05), 30_000) == ["slow", "fast"]
    assert rank([slow_cheap, fast_dear], Taste(charging_time_share=1.0), 30_000) == ["fast", "slow"]


def test_the_cost_is_the_documented_sum() -> None:
    # 20 kWh * 0.5 + 3 km * (0.2 + 10 / 30) + 10 / h * 0.15 * 20 / 11 h = 14.327; the other's price alone decides
    dear, cheap = str(14.328 / 20), str(14.326 / 20)
    far = offer("far", distance_m=3_000)
    same_time = 10 * 0.15 * 20_000 / 1e12
    assert same_time < 1e-6
    assert rank([far, offer("near", 0, dear, 10**12)], Taste(), 20_000) == ["far", "near"]
    assert rank([far, offer("near", 0, cheap, 10**12)], Taste(), 20_000) == ["near", "far"]


@given(offers, st.integers(0, 80_000))
def test_free_before_occupied_once_each_and_whatever_the_order_given(offered: list[Offer], energy_wh: int) -> None:
    taken = tuple(o.evse for o in offered[:3])
    ranked = rank(offered, Taste(), energy_wh, taken)
    assert rank(offered[::-1], Taste(), energy_wh, frozenset(taken)) == ranked
    assert sorted(ranked) == sorted(o.evse for o in offered[3:] if o.power_w > 0)
    free = {o.evse: o.available for o in offered}
    assert [free[key] for key in ranked] == sorted((free[key] for key in ranked), reverse=True)


def test_equal_costs_go_by_key() -> None:
    assert rank([offer("c"), offer("a"), offer("b")], Taste(), 1_000) == ["a", "b", "c"]


def test_a_driver_who_does_not_move_is_refused() -> None:
    with pytest.raises(ValueError, match="expected more than 0"):
        Taste(speed_km_per_h=0)
