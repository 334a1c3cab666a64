"""A day on which the clocks change: 23 or 25 hours for the people, 24 hours without a gap in every message."""

import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace
from run_town import SCENARIOS, H, holds, played

from simulator.ocpi.datatypes import parse_datetime
from simulator.recording.reader import Recording
from simulator.scenario.load import load
from simulator.scenario.model import DriverGroup, Scenario

BEGINS = SCENARIOS / "roaming" / "summer_time_begins.yaml"
ENDS = SCENARIOS / "roaming" / "summer_time_ends.yaml"
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TIMESTAMP = re.compile(rb'"(?:timestamp|last_updated|start_date_time|end_date_time)":"([^"]*)"')


def local(scenario: Scenario, at_us: int) -> datetime:
    return (EPOCH + timedelta(microseconds=scenario.start_epoch_us + at_us)).astimezone(AMSTERDAM)


def arrivals(recording: Recording) -> list[tuple[str, int]]:
    return [(row.source.removeprefix("driver/"), row.at_us) for row in recording.events(kind="arrive")]


@pytest.mark.parametrize(
    ("path", "last_hour", "maud", "nils"),
    [(BEGINS, (30, 0), "01:30:00+01:00", "03:00:00+02:00"), (ENDS, (25, 22), "01:30:00+02:00", "02:15:00+02:00")],
    ids=["begins", "ends"],
)
def test_drivers_live_by_the_clock_and_messages_in_utc(
    path: Path, last_hour: tuple[int, int], maud: str, nils: str, tmp_path: Path
) -> None:
    scenario = load(path)
    result = played(scenario, tmp_path / "run.ocpirun")
    holds(result)
    end = local(scenario, 24 * H - 1)
    assert (end.day, end.hour) == last_hour
    with Recording.open(tmp_path / "run.ocpirun") as recording:
        at = {name: local(scenario, at_us).isoformat()[11:] for name, at_us in arrivals(recording)}
        assert (at["Maud"], at["Nils"]) == (maud, nils)
        messages = recording.messages(from_us=0, contents=True)
        told = [text.decode() for row in messages for text in TIMESTAMP.findall(row.request_body + row.response_body)]
        assert len(told) > 1_000
        assert all(text.endswith("Z") for text in told)
        # Every answer's timestamp is the instant at which it was given: no hour is skipped, none comes twice.
        stamps = [
            parse_datetime(json.loads(row.response_body)["timestamp"]) - scenario.start_epoch_us for row in messages
        ]
        assert all(0 <= (row.handled_us or 0) - stamp < 1_000 for row, stamp in zip(messages, stamps, strict=True))
        hours = Counter(stamp // H for stamp in stamps)
        assert sorted(hours) == list(range(24))
        (leave,) = recording.events(source="driver/Maud", kind="leave")
        about = json.loads(leave.data)
        cdrs = [json.loads(row.request_body) for row in messages if row.route == "cdrs.receiver.post_cdr"]
        (cdr,) = (
            cdr
            for cdr in cdrs
            if about["evse"].endswith(cdr["cdr_location"]["evse_uid"])
            and round(cdr["total_energy"] * 1_000) == about["energy_wh"]
        )
    lasted_us = parse_datetime(cdr["end_date_time"]) - parse_datetime(cdr["start_date_time"])
    assert abs(lasted_us - 3 * H) < H / 60
    assert abs(float(cdr["total_time"]) - 3) < 0.02


@pytest.mark.parametrize("path", [BEGINS, ENDS], ids=["begins", "ends"])
def test_arrivals_keep_to_the_local_hour(path: Path, tmp_path: Path) -> None:
    """The profile of a Sunday's shoppers, on the day of the change and on the Sunday after."""
    by_hour = []
    for days in (0, 7):
        scenario = _crowded(load(path), days)
        result = played(scenario, tmp_path / f"{days}.ocpirun", level="aggregates")
        holds(result)
        with Recording.open(tmp_path / f"{days}.ocpirun") as recording:
            by_hour.append(Counter(local(scenario, at_us).hour for _, at_us in arrivals(recording)))
    changed, ordinary = by_hour
    assert sum(changed.values()) > 100
    for hour in range(9, 22):
        # Shops keep their hours: what the profile makes different from hour to hour is the same on both days.
        assert abs(changed[hour] - ordinary[hour]) <= 4 * max(5, ordinary[hour]) ** 0.5
    quiet, busy = sum(changed[hour] for hour in range(7)), sum(changed[hour] for hour in range(11, 18))
    assert quiet * 10 < busy


def _crowded(scenario: Scenario, days_later: int) -> Scenario:
    (group,) = (driver for driver in scenario.drivers if isinstance(driver, DriverGroup))
    crowd = replace(group, sessions_per_day=200, arrivals="shopping", patience_us=0)
    start = local(scenario, 0) + timedelta(days=days_later)
    start_epoch_us = int(start.replace(tzinfo=AMSTERDAM).timestamp()) * 1_000_000
    return replace(scenario, drivers=(crowd,), start_epoch_us=start_epoch_us)


def test_the_hour_that_comes_twice_has_twice_the_arrivals_and_the_one_left_out_has_none(tmp_path: Path) -> None:
    counts = {}
    for path in (BEGINS, ENDS):
        scenario = load(path)
        (group,) = (driver for driver in scenario.drivers if isinstance(driver, DriverGroup))
        crowd = replace(group, sessions_per_day=2_400, patience_us=0)
        scenario = replace(scenario, drivers=(crowd,))
        holds(played(scenario, tmp_path / "run.ocpirun", level="aggregates", until_us=5 * H))
        with Recording.open(tmp_path / "run.ocpirun") as recording:
            counts[path] = Counter(local(scenario, at_us).hour for _, at_us in arrivals(recording))
    assert counts[BEGINS][2] == 0
    assert 0.7 * 100 < counts[BEGINS][1] < 1.3 * 100
    assert 0.7 * 200 < counts[ENDS][2] < 1.3 * 200
    assert 0.7 * 100 < counts[ENDS][1] < 1.3 * 100
