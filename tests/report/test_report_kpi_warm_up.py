"""What the start has not forgotten is left out by rule, in whole days; neither times of day nor chance are of it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from simulator.report.clock import LocalClock
from simulator.report.kpi.warm_up import FEWEST_DAYS, QUARTER_US, by_rule

DAY = 96
DAY_US = DAY * QUARTER_US
MONDAY = LocalClock({"start_epoch_us": str(1_777_852_800_000_000)})
"""2026-05-04, a Monday."""

RUNS = 400


def days(count: int) -> np.ndarray:
    """A street that lives by the clock."""
    return np.tile(10 + 5 * np.sin(np.arange(DAY) / DAY * 2 * np.pi), count)


def streets(count: int, memory: float = 0.95) -> np.ndarray:
    """Many such streets, of so many days, with noise that lasts for hours (AR(1)); none has a transient."""
    shocks = np.random.default_rng(count).normal(0, np.sqrt(1 - memory**2), (count * DAY, RUNS))
    noise = np.empty_like(shocks)
    noise[0] = shocks[0] / np.sqrt(1 - memory**2)
    for quarter in range(1, len(shocks)):
        noise[quarter] = memory * noise[quarter - 1] + shocks[quarter]
    return days(count)[:, None] + noise


@pytest.mark.parametrize("count", [2, 3, 4, 5, 6, 7, 10, 14])
def test_a_street_without_a_transient_hardly_ever_loses_a_day(count: int) -> None:
    cut = sum(by_rule(street, count * DAY_US, MONDAY).from_us > 0 for street in streets(count).T)
    assert cut < 0.05 * RUNS


@pytest.mark.parametrize("count", [5, 7, 14])
def test_a_street_that_begins_empty_loses_its_first_day(count: int) -> None:
    filling = np.minimum(np.arange(count * DAY) / DAY, 1.0)
    cuts = [by_rule(street * filling, count * DAY_US, MONDAY).from_us // DAY_US for street in streets(count).T]
    # Of a week, the first day has four days of its kind after it.
    assert sum(cut == 1 for cut in cuts) > (0.8 if count == 7 else 0.9) * RUNS


def test_a_transient_of_days_is_left_out_in_whole_days() -> None:
    filling = np.minimum(np.arange(10 * DAY) / (2 * DAY), 1.0) ** 2
    window = by_rule(streets(10)[:, 0] * filling, 10 * DAY_US, MONDAY)
    assert (window.from_us, window.to_us) == (2 * DAY_US, 10 * DAY_US)
    assert window.rule.startswith("The first 48 h are left out")


def test_what_begins_within_a_day_of_the_end_is_no_day() -> None:
    window = by_rule(np.concatenate((days(6), np.zeros(40))), 6 * DAY_US + 40 * QUARTER_US, MONDAY)
    assert window.from_us == 0


@pytest.mark.parametrize("street", [days(5), np.zeros(5 * DAY)])
def test_days_without_any_chance_are_alike(street: np.ndarray) -> None:
    window = by_rule(street, 5 * DAY_US, MONDAY)
    assert window.from_us == 0
    assert window.rule == "The whole run counts: no first day is occupied otherwise than the days after it."


def test_of_few_days_nothing_is_left_out_and_it_is_said() -> None:
    empty_first = np.concatenate((np.zeros(DAY), days(FEWEST_DAYS - 2)))
    window = by_rule(empty_first, (FEWEST_DAYS - 1) * DAY_US, MONDAY)
    assert window.from_us == 0
    assert window.rule == "The whole run counts: of fewer than 5 whole days, no transient can be told from chance."


def test_a_weekend_is_no_transient() -> None:
    """A workplace: nearly empty on Saturday and Sunday, and a run that begins there, of one week, two and four."""
    saturday = LocalClock({"start_epoch_us": str(1_777_852_800_000_000 - 2 * DAY_US)})
    for weeks in (1, 2, 4):
        weekend = np.repeat(np.resize([True, True, False, False, False, False, False], weeks * 7), DAY)
        cut = 0
        for street in streets(weeks * 7).T:
            cut += by_rule(np.where(weekend, street / 20, street), weeks * 7 * DAY_US, saturday).from_us > 0
        assert cut < 0.05 * RUNS


def test_within_a_week_that_goes_up_and_down_a_transient_is_found_still() -> None:
    weekend = np.repeat(np.resize([False, False, False, False, False, True, True], 14), DAY)
    filling = np.minimum(np.arange(14 * DAY) / DAY, 1.0)
    cuts = [
        by_rule(np.where(weekend, street / 20, street) * filling, 14 * DAY_US, MONDAY).from_us // DAY_US
        for street in streets(14).T
    ]
    assert sum(cut == 1 for cut in cuts) > 0.9 * RUNS


def workplace(start: datetime, count: int) -> np.ndarray:
    """Quarters of an hour of `count` times 24 h at a place that is full from 8 to 18 on weekdays, local time."""
    noise = np.random.default_rng(count).normal(1, 0.05, count * DAY)
    instants = [start.astimezone(UTC) + timedelta(minutes=15 * quarter) for quarter in range(count * DAY)]
    local = [instant.astimezone(start.tzinfo) for instant in instants]
    full = np.array([at.weekday() < 5 and 8 <= at.hour < 18 for at in local])
    return np.where(full, 100.0, 2.0) * noise


def clock_from(start: datetime) -> LocalClock:
    return LocalClock({"zone": "Europe/Amsterdam", "start_epoch_us": str(int(start.timestamp()) * 1_000_000)})


@pytest.mark.parametrize("count", [7, 8, 10, 14, 28])
@pytest.mark.parametrize(
    "local",
    [
        "2026-06-05T00:00",
        "2026-06-05T18:00",
        "2026-06-05T12:07",
        "2026-06-07T18:00",
        "2026-06-04T12:00",
        "2026-10-22T00:00",  # the clocks change on the 25th
        "2026-10-19T23:00",
    ],
)
def test_a_workplace_loses_nothing_whenever_its_run_starts(local: str, count: int) -> None:
    start = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo("Europe/Amsterdam"))
    assert by_rule(workplace(start, count), count * DAY_US, clock_from(start)).from_us == 0


@pytest.mark.parametrize(
    ("local", "hours"),
    [
        ("2026-06-08T18:00", 30),
        ("2026-10-24T18:00", 31),
        # Midnight is within a minute of the run, and the next one is the first that counts.
        ("2026-06-08T18:00:30", 30),
    ],
)
def test_a_run_from_the_evening_loses_the_days_of_its_transient_up_to_midnight(local: str, hours: int) -> None:
    start = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo("Europe/Amsterdam"))
    filling = np.where(np.arange(21 * DAY) < 4 * hours, 0.2, 1.0)
    window = by_rule(workplace(start, 21) * filling, 21 * DAY_US, clock_from(start))
    assert window.from_us == hours * 4 * QUARTER_US
    assert window.rule.startswith(f"The first {hours} h are left out")


@pytest.mark.parametrize("transient_h", [0, 30])
@pytest.mark.parametrize(
    ("local", "count", "holidays"),
    [
        ("2026-04-20T00:00", 21, ["2026-04-27"]),
        ("2026-04-20T00:00", 28, ["2026-04-27"]),
        ("2026-12-14T00:00", 35, ["2026-12-24", "2026-12-25"]),
        ("2026-05-10T18:00", 14, ["2026-05-14", "2026-05-15"]),
    ],
)
def test_a_holiday_is_no_transient_and_hides_none(
    local: str, count: int, holidays: list[str], transient_h: int
) -> None:
    start = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo("Europe/Amsterdam"))
    instants = [start + timedelta(minutes=15 * quarter) for quarter in range(count * DAY)]
    street = np.where([f"{at:%Y-%m-%d}" in holidays for at in instants], 2.0, workplace(start, count))
    street[: transient_h * 4] *= 0.2
    window = by_rule(street, count * DAY_US, clock_from(start))
    # From midnight on, the transient ends in the next night, in which the place is empty anyhow.
    lost_h = min(transient_h, 30 if start.hour else 24)
    assert window.from_us == lost_h * 4 * QUARTER_US


def test_a_transient_of_many_days_is_left_out_whole() -> None:
    filling = np.minimum((np.arange(20 * DAY) + DAY) / (8 * DAY), 1.0)
    street = (days(20) + 0.01 * (streets(20)[:, 0] - days(20))) * filling
    assert by_rule(street, 20 * DAY_US, MONDAY).from_us == 7 * DAY_US
