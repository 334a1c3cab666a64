"""Curves of runs that start at different times lie over one another, and what their axis means is told."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from report_hour import hour

from simulator.report.clock import LocalClock
from simulator.report.compare.comparison import Comparison, compare
from simulator.report.publish.compare_page import compare_page

HOUR_US = 3_600_000_000
MAY_4 = 1_777_845_600_000_000
"""2026-05-04T00:00 in Amsterdam."""

OCTOBER_25 = 1_792_879_200_000_000
"""2026-10-25T00:00 in Amsterdam, where clocks go back at 03:00."""

SINCE_START = "hours since the start of each run"
Compared = Callable[..., Comparison]


@pytest.fixture
def compared(tmp_path: Path) -> Compared:
    """Compares recordings of some hours, each with its start and zone."""

    def compared(*starts: tuple[int, str], hours: int = 2) -> Comparison:
        about = {"seed": "1", "duration_us": str(hours * HOUR_US), "ended_at_us": str(hours * HOUR_US)}
        paths = [
            hour(
                tmp_path / f"{number}.ocpirun",
                **about,
                start_epoch_us=str(start_epoch_us),
                zone=zone,
                scenario_text=f"name: A town\nnumber: {number}\n",
            )
            for number, (start_epoch_us, zone) in enumerate(starts)
        ]
        return compare(paths, "none", lambda done, all: None)

    return compared


def axis(comparison: Comparison) -> tuple[list[str], str]:
    """What is written at the ticks of the first plot below, and the axis' name."""
    svg = compare_page(comparison).decode().partition("<svg ")[2].partition("</svg>")[0]
    below = re.findall(r"<text [^>]*>([^<]+)<", svg[svg.index('id="xtick_1"') : svg.index('id="matplotlib.axis_2"')])
    *ticks, name = below
    return ticks, name


def note(comparison: Comparison) -> str:
    (found,) = [note for note in comparison.notes if "starts of the runs" in note]
    return found


def test_the_instants_above_are_those_midnights() -> None:
    for epoch_us, midnight in ((MAY_4, "2026-05-04 00:00"), (OCTOBER_25, "2026-10-25 00:00")):
        assert LocalClock({"zone": "Europe/Amsterdam", "start_epoch_us": str(epoch_us)}).minute(0) == midnight


def test_runs_of_one_start_have_its_local_time(compared: Compared) -> None:
    start = MAY_4 + 11 * HOUR_US, "Europe/Amsterdam"
    found = compared(start, start)
    ticks, *_ = axis(found)
    assert "11:30" in ticks
    assert "local time from 2026-05-04 on, Europe/Amsterdam" in compare_page(found).decode()
    assert not any("starts of the runs" in note for note in found.notes)


def test_runs_of_other_times_of_day_have_hours_since_their_starts_and_say_so(compared: Compared) -> None:
    found = compared((MAY_4 + 11 * HOUR_US, "Europe/Amsterdam"), (MAY_4 + 7 * HOUR_US, "Europe/Amsterdam"))
    ticks, name = axis(found)
    assert name == SINCE_START
    assert ticks[:3] == ["0.00", "0.25", "0.50"]
    assert "2026" not in "".join(ticks)
    told = note(found)
    assert "2026-05-04 11:00 Europe/Amsterdam (" in told
    assert "2026-05-04 07:00 Europe/Amsterdam (" in told
    assert told.endswith("by the hours since the start of each, not by the time of day.")


def test_runs_of_other_dates_have_the_time_of_day(compared: Compared) -> None:
    late = MAY_4 + 22 * HOUR_US
    found = compared((late, "Europe/Amsterdam"), (late + 35 * 24 * HOUR_US, "Europe/Amsterdam"), hours=12)
    ticks, name = axis(found)
    assert name == "local time of day"
    assert ticks[:5] == ["22:00", "23:00", "day 2", "01:00", "02:00"]
    assert note(found).endswith("by the time of day.")


@pytest.mark.parametrize("zone", ["Europe/Amsterdam", "Europe/Berlin"])
def test_where_clocks_change_in_between_no_time_of_day_is_in_common(compared: Compared, zone: str) -> None:
    other = MAY_4 if zone == "Europe/Amsterdam" else OCTOBER_25
    assert axis(compared((OCTOBER_25, "Europe/Amsterdam"), (other, zone), hours=6))[1] == SINCE_START
    assert axis(compared((OCTOBER_25, "Europe/Amsterdam"), (other, zone), hours=2))[1] == "local time of day"


def test_one_instant_in_two_zones_is_another_time_of_day(compared: Compared) -> None:
    found = compared((MAY_4, "Europe/Amsterdam"), (MAY_4, "Europe/Lisbon"))
    assert axis(found)[1] == SINCE_START
    assert "2026-05-03 23:00 Europe/Lisbon (" in note(found)


@pytest.mark.parametrize(
    ("hours", "ticks"), [(24, ["0", "2", "4"]), (72, ["0", "6", "12"]), (24 * 14, ["0", "48", "96"])]
)
def test_there_is_room_for_every_tick(compared: Compared, hours: int, ticks: list[str]) -> None:
    start = MAY_4, "Europe/Amsterdam"
    found = compared(start, (MAY_4 + HOUR_US, start[1]), hours=hours)
    assert axis(found)[0][:3] == ticks
