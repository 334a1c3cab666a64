"""Real sessions on days on which clocks change where they are played, or changed where they are from."""

import json
from pathlib import Path

import pytest
from acn_rows import day, row
from scenario_dumps import evse, location

from simulator.scenario.importer import Count, ImportOptions, ImportReport, SessionsOf, import_network
from simulator.scenario.load import load
from simulator.scenario.model import RecordedDrivers

SPRING = "2027-03-23T00:00:00Z"
"""A dump so old is played on Sunday 28 March 2027, on which clocks in Amsterdam skip 02:00 to 03:00."""

SUMMER = "2026-06-05T07:14:48Z"


def played(
    folder: Path, rows: tuple[str, ...], date: str, updated: str
) -> tuple[ImportReport, list[tuple[str, int, int]]]:
    """Station, and minutes since midnight from arrival to departure, of each session on one EVSE a station."""
    (folder / "dump.json").write_text(json.dumps([location(evse(uid="1"), evse(uid="2"), last_updated=updated)]))
    options = ImportOptions(sessions=SessionsOf(day(folder, *rows), date))
    report = import_network(folder / "dump.json", None, 0, 1, folder / "net.yaml", options)
    (drivers,) = load(report.scenario).drivers
    assert isinstance(drivers, RecordedDrivers)
    return report, [
        (each.name, each.arrives_at_us // 60_000_000, each.leaves_at_us // 60_000_000) for each in drivers.sessions
    ]


def sunday(begin: str, end: str, number: str, delivered: str = "0.5", station: str = "A1", stated: str = "") -> str:
    """On 10 November 2019, when nothing changes in California."""
    begin, end = (f"2019-11-10 {each}-08:00" for each in (begin, end))
    return row(begin, end, delivered=delivered, station=station, number=number, stated=stated or end)


def test_whom_a_skipped_hour_brings_to_another_is_judged_by_the_times_there(tmp_path: Path) -> None:
    """The first comes an hour later, to where the second stands since five minutes."""
    rows = (
        sunday("02:05:00", "02:55:00", "x1"),
        sunday("03:00:00", "04:10:00", "x2"),
        sunday("02:05:00", "02:55:00", "x3", station="B1"),
    )
    report, found = played(tmp_path, rows, "2019-11-10", SPRING)
    assert found == [("A1-1", 120, 125), ("A1-2", 125, 175), ("B1-1", 125, 175)]
    assert (report.sessions, report.rules) == (Count(3, 2, 1, 0), report.rules | {"session-overlap-carried": 1})
    (told,) = [each for each in report.sentences if "overlap" in each]
    assert told.startswith("1 × two sessions overlap at one station when they come by the clock of the days played")
    assert told.endswith("the first departs when the second arrives (first: station A1, lines 3 and 2).")


def test_who_has_no_time_left_there_is_left_out_with_its_line(tmp_path: Path) -> None:
    rows = (sunday("02:05:00", "02:55:00", "x1"), sunday("03:00:00", "04:10:00", "x2", delivered="3"))
    report, found = played(tmp_path, rows, "2019-11-10", SPRING)
    assert found == [("A1-1", 125, 175)]
    assert (report.sessions, report.rules["session-overlap-carried-whole"]) == (Count(2, 1, 0, 1), 1)
    (told,) = [each for each in report.sentences if "overlap" in each]
    assert told.endswith("the first has no time left; it is left out (first: station A1, lines 3 and 2).")


def test_who_comes_at_the_first_showing_of_an_hour_that_the_source_repeats_overlaps_too(tmp_path: Path) -> None:
    """On 3 November 2019 it was 01:00 to 02:00 twice in California."""
    rows = (
        row("2019-11-03 01:20:00-07:00", "2019-11-03 01:50:00-07:00", delivered="0.5", number="a", claimed="False"),
        row("2019-11-03 01:10:00-08:00", "2019-11-03 01:40:00-08:00", delivered="0.5", number="b", claimed="False"),
    )
    report, found = played(tmp_path, rows, "2019-11-03", SUMMER)
    assert found == [("CA-303-1", 70, 80), ("CA-303-2", 80, 110)]
    assert report.rules["session-overlap-carried"] == 1


@pytest.mark.parametrize("updated", [SPRING, SUMMER])
def test_an_overlap_of_the_source_stays_one_of_the_source(tmp_path: Path, updated: str) -> None:
    rows = (sunday("08:00:00", "10:00:00", "a"), sunday("09:00:00", "11:00:00", "b"))
    report, found = played(tmp_path, rows, "2019-11-10", updated)
    assert [(end - begin) for _, begin, end in found] == [60, 120]
    assert (report.rules["session-overlap"], "session-overlap-carried" in report.rules) == (1, False)


def test_an_overlap_of_the_source_that_is_none_there_cuts_nobody(tmp_path: Path) -> None:
    """The first departs at 03:10, at 130 minutes there, and the second arrives at 02:30, which is 03:30 there."""
    rows = (sunday("01:00:00", "03:10:00", "a"), sunday("02:30:00", "05:00:00", "b"))
    report, found = played(tmp_path, rows, "2019-11-10", SPRING)
    assert found == [("A1-1", 60, 130), ("A1-2", 150, 240)]
    assert (report.sessions, "session-overlap" in report.rules) == (Count(2, 2, 0, 0), False)
