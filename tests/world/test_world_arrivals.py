from datetime import datetime, timedelta
from math import exp
from random import Random
from zoneinfo import ZoneInfo

import pytest

from simulator.world.arrivals import PROFILES, Arrivals, HourProfile

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
AT_TWO = HourProfile("at two", (0, 0, 1, *[0] * 21), (0, 0, 1, *[0] * 21))


def epoch_us(text: str, zone: str = "Europe/Amsterdam") -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()) * 1_000_000


def uniform_for(expected: float):
    """A stream that asks for the instant by which `expected` arrivals are due."""
    return lambda: 1.0 - exp(-expected)


def local(start: str, at_us: int, zone: str = "Europe/Amsterdam") -> str:
    instant = datetime.fromtimestamp((epoch_us(start, zone) + at_us) // 1_000_000, ZoneInfo("UTC"))
    return instant.astimezone(ZoneInfo(zone)).strftime("%d %H:%M %z")


def test_the_instant_inverts_the_cumulative_rate() -> None:
    arrivals = Arrivals(AT_TWO, 4.0, "Europe/Amsterdam", epoch_us("2026-05-04T00:00"))
    assert arrivals.next_arrival_us(0, uniform_for(1.0)) == pytest.approx(2.25 * HOUR_US, abs=2)
    assert arrivals.next_arrival_us(0, uniform_for(5.0)) == pytest.approx(DAY_US + 2.25 * HOUR_US, abs=2)
    assert arrivals.next_arrival_us(-DAY_US, uniform_for(1.0)) == pytest.approx(2.25 * HOUR_US - DAY_US, abs=2)


def test_the_missing_hour_of_spring_brings_nobody() -> None:
    start = "2026-03-29T00:00"
    arrivals = Arrivals(AT_TWO, 1.0, "Europe/Amsterdam", epoch_us(start))
    assert local(start, arrivals.next_arrival_us(0, uniform_for(0.5))) == "30 02:30 +0200"


def test_the_repeated_hour_of_autumn_brings_its_drivers_twice() -> None:
    start = "2026-10-25T00:00"
    arrivals = Arrivals(AT_TWO, 1.0, "Europe/Amsterdam", epoch_us(start))
    assert local(start, arrivals.next_arrival_us(0, uniform_for(0.5))) == "25 02:30 +0200"
    assert local(start, arrivals.next_arrival_us(0, uniform_for(1.5))) == "25 02:30 +0100"
    assert local(start, arrivals.next_arrival_us(0, uniform_for(2.5))) == "26 02:30 +0100"


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns"])
def test_hours_are_local_where_offsets_are_not_whole_hours(zone: str) -> None:
    start = "2026-10-03T00:00"
    arrivals = Arrivals(AT_TWO, 1.0, zone, epoch_us(start, zone))
    assert local(start, arrivals.next_arrival_us(0, uniform_for(0.5)), zone).startswith("03 02:30")
    # Lord Howe skips from 02:00 to 02:30 on the 4th: half an hour with half the drivers.
    expected_on_the_fourth = "04 02:45" if zone == "Australia/Lord_Howe" else "04 02:15"
    assert local(start, arrivals.next_arrival_us(0, uniform_for(1.25)), zone).startswith(expected_on_the_fourth)


def count(profile: str, per_day: float, start: str, days: int) -> int:
    start_us = epoch_us(start)
    end_us = epoch_us((datetime.fromisoformat(start) + timedelta(days=days)).isoformat()) - start_us
    arrivals, uniform = Arrivals(PROFILES[profile], per_day, "Europe/Amsterdam", start_us), Random(7).random
    at_us = number = 0
    while (at_us := arrivals.next_arrival_us(at_us, uniform)) < end_us:
        number += 1
    return number


def test_per_day_is_the_mean_of_a_weekday_and_weekends_are_on_the_same_scale() -> None:
    for name, profile in PROFILES.items():
        weekdays = count(name, 1_000, "2026-05-04T00:00", 5)
        assert abs(weekdays - 5_000) < 5 * 5_000**0.5
        expected = 2_000 * sum(profile.weekend) / sum(profile.weekday)
        assert abs(count(name, 1_000, "2026-05-09T00:00", 2) - expected) < 5 * expected**0.5


def test_a_day_of_23_hours_has_a_23rd_hour_less_and_one_of_25_an_hour_more() -> None:
    flat_hour = 24_000 / 24
    assert abs(count("flat", 24_000, "2026-03-29T00:00", 1) - 23 * flat_hour) < 2 * (23 * flat_hour) ** 0.5
    assert abs(count("flat", 24_000, "2026-10-25T00:00", 1) - 25 * flat_hour) < 2 * (25 * flat_hour) ** 0.5


def test_one_uniform_an_arrival_and_never_back_in_time() -> None:
    calls: list[float] = []
    random = Random(3)

    def uniform() -> float:
        calls.append(random.random())
        return calls[-1]

    arrivals = Arrivals(PROFILES["workplace"], 0.5, "UTC", 0)
    at_us = -DAY_US
    for number in range(1, 200):
        later_us = arrivals.next_arrival_us(at_us, uniform)
        assert later_us >= at_us
        assert len(calls) == number
        at_us = later_us
    assert arrivals.next_arrival_us(at_us, lambda: 0.0) >= at_us


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "", "../etc/passwd"])
def test_an_unknown_zone_is_refused(zone: str) -> None:
    with pytest.raises(ValueError, match="is not known: expected an IANA name"):
        Arrivals(PROFILES["flat"], 1.0, zone, 0)


def test_rates_that_never_arrive_are_refused() -> None:
    with pytest.raises(ValueError, match="expected more than 0"):
        Arrivals(PROFILES["flat"], 0.0, "UTC", 0)
    with pytest.raises(ValueError, match="a weekday hour above 0"):
        HourProfile("silent", (0,) * 24, (1,) * 24)
    with pytest.raises(ValueError, match="24 weights"):
        HourProfile("short", (1,) * 23, (1,) * 24)
