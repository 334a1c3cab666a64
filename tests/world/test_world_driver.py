from collections import Counter
from random import Random
from statistics import mean, median

import pytest
from msgspec.structs import replace

from simulator.world.arrivals import PROFILES
from simulator.world.driver import HABITS, Habits, draw_plan


def test_every_arrival_profile_has_habits() -> None:
    assert list(HABITS) == list(PROFILES)


@pytest.mark.parametrize("habits", HABITS.values(), ids=list(HABITS))
def test_plans_are_possible_and_follow_the_habits(habits: Habits) -> None:
    uniform = Random(5).random
    plans = [draw_plan(uniform, habits) for _ in range(2_000)]
    for plan in plans:
        assert 0 <= plan.start_soc_permille < plan.target_soc_permille <= 1000
        missing_wh = plan.vehicle.battery_wh * (plan.target_soc_permille - plan.start_soc_permille) / 1000
        assert 0 <= missing_wh - plan.energy_wh < 1
        assert plan.stay_us > 0
        assert plan.patience_us >= 0
    assert median(plan.stay_us for plan in plans) == pytest.approx(habits.stay_median_us, rel=0.1)
    assert mean(plan.patience_us for plan in plans) == pytest.approx(habits.patience_mean_us, rel=0.1)
    assert mean(plan.leaves_when_full for plan in plans) == pytest.approx(habits.leaves_when_full, abs=0.04)
    assert mean(plan.authorise == "rfid" for plan in plans) == pytest.approx(0.7, abs=0.04)
    drawn = Counter(plan.vehicle.name for plan in plans)
    weights = dict(habits.mix)
    for name, weight in weights.items():
        assert drawn[name] / 2_000 == pytest.approx(weight / sum(weights.values()), abs=0.04)
    assert {min(plan.target_soc_permille for plan in plans), max(plan.target_soc_permille for plan in plans)} == set(
        habits.target_soc_permille
    )


def test_a_changed_habit_leaves_the_other_draws_alone() -> None:
    habits = HABITS["commuter"]
    one, other = Random(9), Random(9)
    for _ in range(50):
        plan = draw_plan(one.random, habits)
        changed = draw_plan(other.random, replace(habits, mix=(("van", 1),), authorise=(("app", 1.0),)))
        assert changed.vehicle.name == "van"
        assert changed.authorise == "app"
        assert (changed.start_soc_permille, changed.stay_us, changed.patience_us, changed.leaves_when_full) == (
            plan.start_soc_permille,
            plan.stay_us,
            plan.patience_us,
            plan.leaves_when_full,
        )


def test_impossible_habits_are_refused() -> None:
    with pytest.raises(ValueError, match="'tank' is not known: expected one of city"):
        Habits(mix=(("tank", 1),))
    with pytest.raises(ValueError, match="every start below every target"):
        Habits(start_soc_permille=(100, 400, 900))
