"""Instants of a scenario over ordinary days and the days on which the clocks change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.scenario.instants import parse_start
from simulator.scenario.units import Unreadable

HOUR_US = 3_600_000_000


def test_the_start_is_utc_and_keeps_its_zone() -> None:
    start = parse_start("2026-05-04T06:00 Europe/Amsterdam")
    assert start.epoch_us == 1_777_867_200_000_000
    assert start.zone == "Europe/Amsterdam"


@given(st.integers(6, 23), st.integers(0, 59))
def test_a_clock_time_is_the_time_since_the_start(hour: int, minute: int) -> None:
    start = parse_start("2026-05-04T06:00 Europe/Amsterdam")
    assert start.at_us(f"{hour:02}:{minute:02}") == ((hour - 6) * 60 + minute) * 60_000_000


def test_a_duration_counts_from_the_start() -> None:
    assert parse_start("2026-05-04T06:00 UTC").at_us("3 h") == 3 * HOUR_US


def test_on_the_day_summer_time_begins_three_oclock_comes_after_two_hours() -> None:
    start = parse_start("2026-03-29T00:00 Europe/Amsterdam")
    assert start.at_us("03:00") == 2 * HOUR_US
    with pytest.raises(Unreadable, match="does not exist"):
        start.at_us("02:30")


def test_on_the_day_summer_time_ends_a_repeated_clock_time_is_the_first() -> None:
    start = parse_start("2026-10-25T00:00 Europe/Amsterdam")
    assert start.at_us("02:15") == 2 * HOUR_US + 900_000_000
    assert start.at_us("03:00") == 4 * HOUR_US


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("2026-05-04 06:00", "a local date and time with its zone"),
        ("2026-13-04T06:00 Europe/Amsterdam", "is not a date and time"),
        ("2026-05-04T06:00 Europe/Amsterdm", "did you mean “Europe/Amsterdam”?"),
        ("2026-03-29T02:30 Europe/Amsterdam", "does not exist"),
    ],
)
def test_a_start_that_cannot_be(text: str, part: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        parse_start(text)
    assert part in str(refusal.value)


def test_a_clock_time_before_the_start_says_how_to_write_the_next_day() -> None:
    with pytest.raises(Unreadable, match="before the scenario starts"):
        parse_start("2026-05-04T06:00 Europe/Amsterdam").at_us("05:59")
