"""The load of recorded sessions is that of their weekdays, as the levels are: with a weekend it stays a stress load."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from acn_rows import day, row

from simulator.scenario.importer import ImportOptions, SessionsOf, import_network
from simulator.scenario.load import load
from simulator.scenario.loads import Load, load_of
from simulator.scenario.ordinary_days import ALL_DAYS, WEEKDAYS, ordinary_days

ZONE = "Europe/Amsterdam"
H = 3_600_000_000
STRESS = "This is a stress load: 3.00 sessions per EVSE and day (3 sessions a day on 1 EVSEs), above the 2 that are"


def of_days(folder: Path, days: str, coming: str) -> tuple[tuple[str, ...], Load]:
    """What an import tells, and the load of its scenario: on each of these days three come to the one station."""
    rows = [
        row(f"2019-10-{date} {hour}:00:00-07:00", f"2019-10-{date} {hour + 1}:00:00-07:00", number=f"{date}{hour}")
        for date in coming.split()
        for hour in (10, 13, 16)
    ]
    options = ImportOptions(sessions=SessionsOf(day(folder, *rows), days))
    report = import_network([], None, 0, 2, folder / "real.yaml", options)
    return report.sentences, load_of(load(report.scenario))


@pytest.mark.parametrize(
    ("days", "coming", "told"),
    [
        ("2019-10-03", "03", "the mean of 1 weekday."),
        # From Thursday to Monday: nobody came at the weekend, or one did.
        ("2019-10-03..2019-10-07", "03 04 07", "the mean of 3 weekdays."),
        ("2019-10-03..2019-10-07", "03 04 05 07", "the mean of 3 weekdays."),
        ("2019-10-05", "05", "the mean of 1 day: there is no whole weekday with sessions."),
        ("2019-10-05..2019-10-06", "05 06", "the mean of all 2 days: there is no whole weekday with sessions."),
    ],
)
def test_a_stress_load_of_weekdays_is_one_with_their_weekend_too(
    tmp_path: Path, days: str, coming: str, told: str
) -> None:
    sentences, found = of_days(tmp_path, days, coming)
    assert found.sentence.startswith(STRESS)
    assert found.sentence.endswith(told)
    assert found.sentence in sentences
    assert found.figures["is_stress"]


def test_a_weekday_on_which_nobody_came_is_one(tmp_path: Path) -> None:
    sentences, found = of_days(tmp_path, "2019-10-02..2019-10-07", "02 03 07")
    assert found.figures["recorded_days"] == 4
    assert found.sentence in sentences
    assert found.sentence.startswith("This is a stress load: 2.25 ")


def arrivals(start: str, *coming: str) -> tuple[list[int], int, str]:
    """Microseconds since the start, which is the first, for `ordinary_days`."""
    begin, *came = (
        datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)).timestamp() for text in (start, *coming)
    )
    return [round((at - begin) * 1_000_000) for at in came], round(begin * 1_000_000), ZONE


def test_dates_are_local_and_whole_where_clocks_change() -> None:
    # Sunday has 25 hours: half an hour before midnight is still of it, and 73 hours after Friday's begin comes Monday.
    found = ordinary_days(*arrivals("2026-10-23T00:00", "2026-10-23T08:00", "2026-10-25T23:30", "2026-10-26T00:30"))
    assert (found.days, found.are, found.counts) == (2, WEEKDAYS, (True, False, True))
    assert found.sessions_a_day == 1


def test_of_a_date_that_a_run_has_in_part_that_part_counts() -> None:
    found = ordinary_days(*arrivals("2026-06-03T18:00", "2026-06-03T20:00", "2026-06-04T08:00", "2026-06-04T17:00"))
    assert (found.days, found.sessions_a_day) == (1, 3)
    # From Friday evening on there is no whole weekday before Monday evening.
    friday = ordinary_days(*arrivals("2026-06-05T18:00", "2026-06-05T20:00", "2026-06-06T08:00"))
    assert (friday.days, friday.are, friday.sessions_a_day) == (1, ALL_DAYS, 2)


def test_a_holiday_alone_tells_no_load() -> None:
    found = ordinary_days(*arrivals("2026-06-05T00:00", "2026-06-06T08:00", "2026-06-06T09:00"))
    assert (found.days, found.are, found.sessions_a_day) == (2, ALL_DAYS, 1)
    assert ordinary_days((), 0, ZONE).sessions_a_day == 0


def test_recorded_sessions_of_a_weekend_make_no_place_busier(tmp_path: Path) -> None:
    """A group can charge at the one site only: with what comes there on weekdays."""
    sentences, found = of_days(tmp_path, "2019-10-04..2019-10-07", "04 05 07")
    assert found.sentence in sentences
    path = tmp_path / "real.yaml"
    text = path.read_text().replace(
        "drivers:\n", "drivers:\n  - {emsp: US-E01, sessions_per_day: 2, only_at: Caltech}\n"
    )
    elsewhere = "  - {cpo: US-CAL, name: Far, at: [35, -118], evses: {count: 9, power: 22 kW}}\ndrivers:\n"
    path.write_text(text.replace("drivers:\n", elsewhere))
    found = load_of(load(path))
    assert (found.busiest, found.busiest_sessions_per_day, found.busiest_evses) == ("at Caltech", 5, 1)
    assert (found.sessions_per_day, found.recorded_days, found.recorded_on) == (5, 2, WEEKDAYS)
