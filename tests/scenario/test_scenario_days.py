"""Days of real sessions: when they begin, also where clocks skip or repeat a midnight."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from acn_rows import day, row
from scenario_dumps import location

from simulator.scenario.days import Days
from simulator.scenario.importer import ImportOptions, SessionsOf, import_network
from simulator.scenario.instants import parse_start
from simulator.scenario.load import load
from simulator.scenario.model import RecordedDrivers

SKIPPED = [
    ("2020-03-29", "Atlantic/Azores", 23),
    ("2018-11-04", "America/Sao_Paulo", 23),
    ("2024-04-26", "Africa/Cairo", 23),
    ("2024-03-31", "Asia/Beirut", 23),
]
"""Days that begin at 01:00, as clocks skip the hour from midnight."""


@pytest.mark.parametrize(
    ("text", "zone", "hours"),
    [
        *SKIPPED,
        ("2019-11-03", "America/Havana", 25),  # midnight comes twice
        ("2019-03-10", "America/Los_Angeles", 23),
        ("2019-10-07", "Europe/Amsterdam", 24),
    ],
)
def test_a_scenario_starts_at_the_first_instant_of_its_day(text: str, zone: str, hours: int) -> None:
    wanted = date.fromisoformat(text)
    days = Days(wanted, wanted, zone)
    start = parse_start(days.start)
    assert datetime.fromtimestamp(start.epoch_us / 1e6, UTC) == days.begin
    assert days.hours == hours


@pytest.mark.parametrize(("text", "zone", "hours"), SKIPPED)
def test_a_day_without_midnight_is_played(tmp_path: Path, text: str, zone: str, hours: int) -> None:
    begin, end = f"{text} 01:30:00", f"{text} 12:00:00"
    path = day(tmp_path, row(begin, end, stated=end))
    options = ImportOptions(sessions=SessionsOf(path, text, zone))
    scenario = load(import_network([], None, 0, 1, tmp_path / "net.yaml", options).scenario)
    assert scenario.duration_us == hours * 3_600_000_000
    (drivers,) = scenario.drivers
    assert isinstance(drivers, RecordedDrivers)
    assert [each.arrives_at_us for each in drivers.sessions] == [1_800_000_000]


def test_a_network_is_played_on_a_day_without_midnight(tmp_path: Path) -> None:
    """Friday 30 April 2027 begins at 01:00 in Cairo."""
    there = location(time_zone="Africa/Cairo", country="EGY", last_updated="2027-04-28T00:00:00Z")
    (tmp_path / "dump.json").write_text(json.dumps([there]))
    friday = "2019-10-11 00:30:00-07:00", "2019-10-11 12:00:00-07:00"
    options = ImportOptions(sessions=SessionsOf(day(tmp_path, row(*friday, stated=friday[1])), "2019-10-11"))
    scenario = load(import_network(tmp_path / "dump.json", None, 0, 1, tmp_path / "net.yaml", options).scenario)
    assert scenario.text.count("start: 2027-04-30T01:00 Africa/Cairo") == 1
    (drivers,) = scenario.drivers
    assert isinstance(drivers, RecordedDrivers)
    assert [each.arrives_at_us for each in drivers.sessions] == [1_800_000_000]
