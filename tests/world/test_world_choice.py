from decimal import Decimal

import pytest

from simulator.world.choice import Taste, weigher


def cost(
    distance_m: int = 500,
    price: str | None = "0.50",
    power_w: int = 11_000,
    taste: Taste = Taste(),  # noqa: B008  # frozen
    energy_wh: int = 20_000,
) -> float:
    return weigher(taste, energy_wh)(distance_m, None if price is None else Decimal(price), power_w)


def test_cheaper_nearer_and_faster_each_win_when_the_rest_is_equal() -> None:
    assert cost(price="0.40") < cost(price="0.60")
    assert cost(distance_m=100) < cost(distance_m=900)
    assert cost(power_w=50_000) < cost()
    assert cost(price="0.59") < cost(price=None) < cost(price="0.61")


def test_taste_decides_between_money_and_time() -> None:
    patient, hasty = Taste(charging_time_share=0.05), Taste(charging_time_share=1.0)
    slow, fast = ("0.30", 11_000), ("0.65", 150_000)
    assert cost(500, *slow, patient, 30_000) < cost(500, *fast, patient, 30_000)
    assert cost(500, *fast, hasty, 30_000) < cost(500, *slow, hasty, 30_000)


def test_the_cost_is_the_documented_sum() -> None:
    # 20 kWh * 0.5 + 3 km * (0.2 + 10 / 30) + 10 / h * 0.15 * 20 / 11 h
    assert cost(3_000) == pytest.approx(10 + 1.6 + 2.727_272_727)
    assert cost(0, "0.25", 10**12) == pytest.approx(5.0)


def test_a_driver_who_does_not_move_is_refused() -> None:
    with pytest.raises(ValueError, match="expected more than 0"):
        Taste(speed_km_per_h=0)
