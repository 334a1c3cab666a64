"""Whether a transient is left out goes little by the weekday of the start, and what could not be judged is said."""

from collections.abc import Sequence

import numpy as np
import pytest

from simulator.report.clock import LocalClock
from simulator.report.kpi.warm_up import QUARTER_US, Window, by_rule

DAY = 96
DAY_US = DAY * QUARTER_US
MONDAY_US = 1_777_852_800_000_000
"""2026-05-04T00:00Z."""

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
RUNS = 200
COUNTED = "The whole run counts: no first day is occupied otherwise than the days after it."
WHY = "too few days of its kind (Monday to Friday, or weekend) follow, or they differ too much."


def ruled(means: Sequence[float] | np.ndarray, start: int) -> Window:
    """The window of a run of such days from a weekday on."""
    clock = LocalClock({"start_epoch_us": str(MONDAY_US + start * DAY_US)})
    return by_rule(np.repeat(np.asarray(means, dtype=float), DAY), len(means) * DAY_US, clock)


def streets(count: int) -> np.ndarray:
    """Days of 100 EVSEs, give or take five, by run."""
    return np.random.default_rng(count).normal(100, 5, (RUNS, count))


@pytest.mark.parametrize("start", range(7))
@pytest.mark.parametrize("count", [5, 6, 7, 8, 9, 14])
def test_an_empty_first_day_is_left_out_whatever_its_weekday(start: int, count: int) -> None:
    empty_first = streets(count)
    empty_first[:, 0] = 0
    windows = [ruled(means, start) for means in empty_first]
    if start == SUN and count < 7:
        # None of its kind follows: it may be a Sunday as all are.
        unsure = [window for window in windows if window.from_us == 0 and "could not be judged" in window.rule]
        assert len(unsure) > 0.95 * RUNS
    else:
        assert sum(window.from_us == DAY_US for window in windows) > 0.95 * RUNS


@pytest.mark.parametrize("start", range(7))
@pytest.mark.parametrize("weekend", [1.0, 0.05])
def test_without_a_transient_hardly_a_day_is_left_out_whatever_its_weekday(start: int, weekend: float) -> None:
    for count in (5, 6, 7, 8, 9, 14):
        is_weekend = (np.arange(count) + start) % 7 >= SAT
        windows = [ruled(np.where(is_weekend, means * weekend, means), start) for means in streets(count)]
        assert sum(window.from_us > 0 for window in windows) < 0.05 * RUNS
        if weekend == 1:
            assert sum(window.rule == COUNTED for window in windows) > 0.9 * RUNS


@pytest.mark.parametrize(
    ("means", "start", "days"),
    [
        # A workplace: nothing of its kind, or too little, comes after a first weekend.
        ([5, 5.2, 100, 104, 98, 101, 99], SAT, 2),
        ([5, 100, 104, 98, 101], SUN, 1),
        ([0, 100, 104, 5, 5.2], WED, 2),
        ([98, 100, 104, 5, 5.2], WED, 2),
        # Days so different that an empty one would not have been noticed.
        ([60, 120, 20, 100, 180], MON, 2),
    ],
)
def test_what_could_not_be_judged_is_no_finding(means: Sequence[float], start: int, days: int) -> None:
    window = ruled(means, start)
    told, why = ("day is", WHY) if days == 1 else (f"{days} days are", WHY.replace("its kind", "their kind"))
    assert window.from_us == 0
    unsure = f"The whole run counts, but whether its first {told} usual could not be judged: {why}"
    assert window.rule == f"{unsure} A longer run would tell."


def test_a_day_before_days_off_is_left_out_and_what_is_unsure_besides_is_said() -> None:
    """JPL from the day before Thanksgiving of 2019 on."""
    window = ruled([12.868, 0.181, 0.275, 0, 0.149], WED)
    assert window.from_us == DAY_US
    left_out = "The first 24 h are left out: their occupancy differs beyond chance from that of the days after."
    assert window.rule == f"{left_out} Whether the next day is usual could not be judged: {WHY}"


def test_several_days_of_a_transient_go_with_one_between_that_nothing_tells_of() -> None:
    """A Sunday without another is not judged itself, but lies before a Monday that is left out."""
    window = ruled([0, 0, 0, 100, 101, 99, 100, 98, 102], SAT)
    assert window.from_us == 3 * DAY_US


@pytest.mark.parametrize("start", range(7))
def test_a_street_that_nobody_comes_to_has_no_transient(start: int) -> None:
    assert ruled(np.zeros(7), start).rule == COUNTED
