"""Plots show the local time of the scenario, also on the days when clocks change, and count in whole numbers."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from simulator.report.kpi.tables import Table
from simulator.report.publish.plots import Curve, over_time
from simulator.report.publish.report_page import curves

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
VALUES = ("mean_kw", "peak_kw", "occupied_evses", "charging_evses", "arrived", "turned_away", "exchanges", "failed")


@pytest.mark.parametrize(
    ("day", "next_day", "hours", "hours_to_noon"),
    [
        (datetime(2026, 10, 25, tzinfo=AMSTERDAM), "Oct-26", 25, 13),
        (datetime(2026, 3, 29, tzinfo=AMSTERDAM), "Mar-30", 23, 11),
        (datetime(2026, 6, 8, tzinfo=AMSTERDAM), "Jun-09", 24, 12),
    ],
    ids=["to winter time", "to summer time", "of no change"],
)
def test_noon_is_where_noon_was(day: datetime, next_day: str, hours: int, hours_to_noon: int) -> None:
    begin = day.astimezone(UTC)
    quarters = [begin + timedelta(minutes=15 * number) for number in range(4 * hours)]
    columns = {"local_time": [at.astimezone(AMSTERDAM).isoformat() for at in quarters]}
    table = Table("quarter_hours", columns | {name: [1.0] * len(quarters) for name in VALUES})
    drawn = curves(table, "Europe/Amsterdam")[0].svg
    at_x = {label: float(x) for x, label in re.findall(r'text-anchor: middle[^>]* x="([0-9.]+)"[^>]*>([^<]+)<', drawn)}
    begins_x, ends_x = at_x[f"{day:%b-%d}"], at_x[next_day]
    assert (at_x["12:00"] - begins_x) / (ends_x - begins_x) == pytest.approx(hours_to_noon / hours, abs=1e-3)


@pytest.mark.parametrize(
    ("values", "ticks"), [((0, 1, 0, 2), ["0", "1", "2"]), ((0, 1, 0, 1.5), ["0.0", "0.5", "1.0"])]
)
def test_whole_counts_have_whole_ticks(values: tuple[float, ...], ticks: list[str]) -> None:
    times = [datetime(2026, 6, 8, hour, tzinfo=AMSTERDAM) for hour in range(len(values))]
    drawn = over_time(times, [Curve("came", values)], "drivers", "Drivers")
    upright = re.findall(r"<text [^>]*>([^<]+)<", drawn[drawn.index('id="matplotlib.axis_2"') :])
    assert upright[:3] == ticks
    assert upright[-1] == "drivers"
