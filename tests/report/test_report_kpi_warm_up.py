"""What the start has not forgotten is left out by rule; the times of day are none of it."""

import numpy as np

from simulator.report.kpi.warm_up import QUARTER_US, by_rule

DAY = 96


def days(count: int) -> np.ndarray:
    """A street that lives by the clock."""
    return np.tile(10 + 5 * np.sin(np.arange(DAY) / DAY * 2 * np.pi), count)


def test_a_run_that_begins_as_it_goes_on_counts_wholly() -> None:
    noise = np.random.default_rng(1).normal(0, 0.5, 4 * DAY)
    window = by_rule(days(4) + noise, 4 * DAY * QUARTER_US)
    assert window.from_us <= 8 * QUARTER_US * 5
    assert window.to_us == 4 * DAY * QUARTER_US


def test_a_street_that_fills_slowly_loses_its_beginning() -> None:
    noise = np.random.default_rng(1).normal(0, 0.5, 4 * DAY)
    filling = np.minimum(np.arange(4 * DAY) / 60, 1.0)
    window = by_rule((days(4) + noise) * filling, 4 * DAY * QUARTER_US)
    assert 40 * QUARTER_US <= window.from_us <= 80 * QUARTER_US
    assert window.from_us % (5 * QUARTER_US) == 0
    assert "MSER-5" in window.rule


def test_the_times_of_day_are_no_transient() -> None:
    window = by_rule(days(3), 3 * DAY * QUARTER_US)
    assert window.from_us == 0


def test_less_than_two_days_cannot_be_judged() -> None:
    window = by_rule(days(1), DAY * QUARTER_US)
    assert window.from_us == 0
    assert "time of day" in window.rule
