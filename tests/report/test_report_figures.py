import math
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from simulator.report.figures import EnergyFigures, RunFigures, over_seeds
from simulator.report.interval import half_width, student_t
from simulator.scenario.shortfall import Shortfall


@pytest.mark.parametrize(
    ("degrees", "t"),
    [
        (1, 12.7062047),
        (2, 4.30265273),
        (3, 3.18244631),
        (4, 2.77644511),
        (5, 2.57058184),
        (10, 2.22813885),
        (19, 2.09302405),
        (30, 2.04227246),
        (1000, 1.96233908),
    ],
)
def test_students_t_is_that_of_the_printed_tables(degrees: int, t: float) -> None:
    assert student_t(degrees) == pytest.approx(t, abs=5e-8)


def test_students_t_at_another_confidence() -> None:
    assert student_t(9, 0.99) == pytest.approx(3.24983554, abs=5e-8)


@given(st.integers(1, 400))
def test_students_t_falls_towards_the_normal_distribution(degrees: int) -> None:
    assert student_t(degrees) > student_t(degrees + 1) > 1.959964


def test_an_interval_worked_by_hand() -> None:
    # Mean 5, standard deviation 2, three values: 2 / sqrt(3) * 4.3027.
    assert half_width([3.0, 5.0, 7.0]) == pytest.approx(4.30265273 * 2 / math.sqrt(3))


def test_one_value_has_no_interval() -> None:
    assert half_width([3.0]) is None


def figures(exchanges: int = 100, plug: int = 50_000, cost: dict[str, str] | None = None) -> RunFigures:
    energy = EnergyFigures(plug=plug, cdrs=plug - 1_000, open=1_000, held_back=0)
    cost = {"EUR": "10.00"} if cost is None else cost
    return RunFigures("d1", exchanges, 2_000.5, 5, 4, energy, cost, 1.25, 80.5, {"energy": True})


def test_the_keys_of_the_printed_object_and_their_order() -> None:
    assert list(msgspec.to_builtins(figures())) == [
        "digest",
        "exchanges",
        "exchanges_per_s",
        "sessions",
        "cdrs",
        "energy_wh",
        "cost",
        "wall_s",
        "peak_memory_mb",
        "checks",
        "load",
        "shortfall",
        "before_start",
    ]


def test_mean_and_interval_have_the_shape_of_the_figures() -> None:
    result = over_seeds([figures(exchanges=100), figures(exchanges=200, cost={"EUR": "10.01", "SEK": "7"})])
    assert list(result) == ["mean", "interval_95", "seeds", "load"]
    assert result["seeds"] == 2
    mean, interval = result["mean"], result["interval_95"]
    assert mean["exchanges"] == 150
    assert mean["energy_wh"] == {"plug": 50_000, "cdrs": 49_000, "open": 1_000, "held_back": 0}
    assert mean["cost"] == {"EUR": "10.0050", "SEK": "3.5000"}
    low, high = interval["exchanges"]
    assert (low + high) / 2 == pytest.approx(150)
    assert high - low == pytest.approx(2 * 12.7062047 * 50)
    assert interval["sessions"] == [5, 5]
    assert [Decimal(bound) for bound in interval["cost"]["SEK"]] == [Decimal("-40.9717"), Decimal("47.9717")]
    told = msgspec.to_builtins(figures()).keys() - {"digest", "checks", "load", "shortfall"}
    assert mean.keys() == interval.keys() == told


def test_recorded_sessions_that_got_less_have_a_mean_where_there_are_recorded_sessions() -> None:
    runs = [structs.replace(figures(), shortfall=Shortfall(5, short, 500 * short, 0)) for short in (0, 3)]
    mean = over_seeds(runs)["mean"]
    assert mean["shortfall"] == {"sessions": 5, "short": 1.5, "short_wh": 750, "never_began": 0}


def test_one_run_has_a_mean_and_no_interval() -> None:
    result = over_seeds([figures()])
    assert result["mean"]["cost"] == {"EUR": "10.0000"}
    assert result["interval_95"]["cost"] == {"EUR": None}
    assert result["interval_95"]["energy_wh"]["plug"] is None
    assert result["seeds"] == 1


@given(st.lists(st.decimals(0, 10_000, places=2), min_size=1, max_size=30))
def test_the_mean_of_money_is_exact_to_a_hundredth_of_a_cent(amounts: list[Decimal]) -> None:
    result = over_seeds([figures(cost={"EUR": str(amount)}) for amount in amounts])
    exact = sum(amounts, Decimal(0)) / len(amounts)
    assert abs(Decimal(result["mean"]["cost"]["EUR"]) - exact) <= Decimal("0.00005")
