"""Ticks stand at round local times, also where a day has 23 or 25 hours."""

from datetime import datetime

import pytest

from gui.paint.axis import local_ticks
from simulator.report.clock import LocalClock

HOUR_US = 3_600_000_000


def clock(start: str, zone: str = "Europe/Amsterdam") -> LocalClock:
    start_us = round(datetime.fromisoformat(start).timestamp()) * 1_000_000
    return LocalClock({"zone": zone, "start_epoch_us": str(start_us)})


def texts(start: str, from_us: int, to_us: int, at_most: int, zone: str = "Europe/Amsterdam") -> list[str]:
    return [tick.text for tick in local_ticks(clock(start, zone).at, from_us, to_us, at_most)]


def test_the_hour_that_is_left_out_has_no_tick() -> None:
    assert texts("2026-03-29T00:00+01:00", 0, 5 * HOUR_US, 10)[:4] == ["Sun 29 Mar", "00:30", "01:00", "01:30"]
    assert texts("2026-03-29T00:00+01:00", 0, 5 * HOUR_US, 5) == [
        "Sun 29 Mar",
        "01:00",
        "03:00",
        "04:00",
        "05:00",
        "06:00",
    ]


def test_the_hour_that_comes_twice_has_two_ticks_with_their_zones() -> None:
    assert texts("2026-10-25T00:00+02:00", 0, 5 * HOUR_US, 5) == [
        *("Sun 25 Oct", "01:00", "02:00 CEST", "02:00 CET", "03:00", "04:00"),
    ]


def test_long_steps_stay_at_the_same_local_hours() -> None:
    for start in ("2026-10-25T00:00+02:00", "2026-03-29T00:00+01:00"):
        ticks = local_ticks(clock(start).at, 0, 24 * HOUR_US, 10)
        assert [tick.text for tick in ticks][1:] in (
            ["03:00", "06:00", "09:00", "12:00", "15:00", "18:00", "21:00"],
            ["03:00", "06:00", "09:00", "12:00", "15:00", "18:00", "21:00", "Mon 30 Mar"],
        )


def test_a_zone_that_shifts_by_half_an_hour_keeps_round_times() -> None:
    ticks = local_ticks(clock("2026-04-05T00:00+11:00", "Australia/Lord_Howe").at, 0, 6 * HOUR_US, 6)
    assert all(tick.is_day or ":00" in tick.text for tick in ticks)


@pytest.mark.parametrize(
    ("span_us", "expected"),
    [(1_000_000, "00:00:00.2"), (20_000_000, "00:00:05"), (600_000_000, "00:02"), (40 * 24 * HOUR_US, "Mon 5 Jan")],
)
def test_the_text_is_as_fine_as_the_step(span_us: int, expected: str) -> None:
    ticks = texts("2026-01-01T00:00+01:00", 1, span_us, 6)
    assert ticks[0] == expected
    assert len(ticks) <= 8
