"""Real sessions: which rows make a day or several, and what is mended or left out."""

import gzip
import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from acn_rows import DAY, HEADER, LA, day, row
from scenario_dumps import location

from simulator.scenario.acn import read_days
from simulator.scenario.dump import ImportRefused
from simulator.scenario.importer import Count, ImportOptions, SessionsOf, import_network
from simulator.scenario.load import load
from simulator.scenario.model import RecordedDrivers

ACN = Path(__file__).parents[3] / "shared" / "data" / "acn"


def test_a_day_is_read_by_its_local_date_with_energies_in_wh(tmp_path: Path) -> None:
    before = row("2019-10-06 23:59:59-07:00", "2019-10-06 23:59:59.5-07:00", number="a")
    late = row("23:30:00", "2019-10-08 07:00:00-07:00", number="b", station="CA-1", stated="23:31:00")
    found = read_days(day(tmp_path, before, late, row(number="c"), row("2019-10-08 00:00:00-07:00")), DAY, LA)
    first, second = found.sessions
    assert (first.source_id, first.arrival_s, first.departure_s) == ("c", 8 * 3600, 16 * 3600 + 1800)
    assert (first.requested_wh, first.delivered_wh, first.stated_departure_s) == (12_500, 9_876, 17 * 3600)
    assert (second.source_id, second.departure_s) == ("b", 31 * 3600)
    assert found.stations == ("CA-303", "CA-1")
    assert (found.count, found.rules) == (Count(2, 2, 0, 0), {})


MENDED: list[tuple[dict[str, str], str, dict[str, Any]]] = [
    ({"requested": ""}, "session-energy-not-requested", {"requested_wh": 9_876}),
    ({"delivered": "nan"}, "session-energy-not-delivered", {"delivered_wh": 12_500}),
    ({"delivered": "1e999999"}, "session-energy-not-delivered", {"delivered_wh": 12_500}),
    ({"stated": ""}, "session-stated", {"stated_departure_s": None}),
    ({"stated": "07:00:00"}, "session-stated", {"stated_departure_s": None}),
    ({"stated": "2019-10-08"}, "session-stated", {"stated_departure_s": None}),
    ({"zone": ""}, "session-without-zone", {"arrival_s": 8 * 3600}),
    ({"arrival": f"{DAY} 15:00:00+00:00"}, "session-other-zone", {"arrival_s": 8 * 3600}),
    ({"departure": f"{DAY} 19:30:00-04:00"}, "session-other-zone", {"departure_s": 16 * 3600 + 1800}),
]


@pytest.mark.parametrize(("changes", "rule", "expected"), MENDED, ids=[rule for _, rule, _ in MENDED])
def test_a_row_is_mended(tmp_path: Path, changes: dict[str, str], rule: str, expected: dict[str, Any]) -> None:
    found = read_days(day(tmp_path, row(**changes)), DAY, LA)
    assert found.rules == {rule: 1}
    assert found.count == Count(1, 0, 1, 0)
    (session,) = found.sessions
    assert {field: getattr(session, field) for field in expected} == expected
    assert "line 2" in found.sentences[0]


LEFT_OUT: list[tuple[str, str]] = [
    (row(departure="07:59:59"), "session-order"),
    (row(departure="08:00:00"), "session-order"),
    (row(departure=""), "session-departure"),
    (row(departure="later"), "session-departure"),
    (row(arrival=""), "session-arrival"),
    (row(arrival=DAY), "session-arrival"),
    (row(arrival="2019-W41-1"), "session-arrival"),
    (row(departure="2019-10-08"), "session-departure"),
    (row(departure="2019-10-20 08:00:00-07:00"), "session-length"),
    (row(station=" "), "session-station"),
    (row(station="CA 303"), "session-station"),
    (row(requested="", delivered=""), "session-energy"),
    (row(requested="-1", delivered="1e9"), "session-energy"),
    (row(delivered="500"), "session-power"),
    ("2019-10-07 08:00:00-07:00,2019-10-07", "session-fields"),
    (row(number="kept", station="CA-304"), "session-duplicate"),
]


@pytest.mark.parametrize(("line", "rule"), LEFT_OUT, ids=[f"{rule}-{n}" for n, (_, rule) in enumerate(LEFT_OUT)])
def test_a_row_is_left_out_with_its_line(tmp_path: Path, line: str, rule: str) -> None:
    found = read_days(day(tmp_path, row(number="kept"), "", line), DAY, LA)
    assert found.rules == {rule: 1}
    assert found.count == Count(2, 1, 0, 1)
    assert [session.source_id for session in found.sessions] == ["kept"]
    assert "line 4" in found.sentences[0]


def test_a_local_time_that_clocks_skip_is_one_later(tmp_path: Path) -> None:
    skipped = row("2020-03-08 02:30:00", "2020-03-08 09:00:00", stated="2020-03-08 10:00:00", zone="")
    found = read_days(day(tmp_path, skipped), "2020-03-08", LA)
    assert found.rules == {"session-skipped-hour": 1, "session-without-zone": 1}
    assert (found.sessions[0].arrival_s, found.sessions[0].departure_s) == (9_000, 8 * 3600)
    with pytest.raises(ImportRefused, match="has no session on 2020-11-01"):
        read_days(day(tmp_path, skipped), "2020-11-01", LA)


REPEATED: list[tuple[str, str, str, tuple[int, int, int]]] = [
    ("01:10:00", "02:30:00", "01:40:00", (70, 210, 100)),
    ("01:50:00", "01:20:00", "01:40:00", (110, 140, 160)),
    ("01:30:00", "01:30:00", "01:30:00", (90, 150, 150)),
    ("00:30:00", "01:20:00", "01:10:00", (30, 80, 70)),
    ("01:40:00-08:00", "01:50:00", "02:00:00", (160, 170, 180)),
    ("00:30:00", "03:00:00", "01:10:00", (30, 240, 70)),
]
"""Times of 3 November 2019, where 01:00 to 02:00 comes twice, and the minutes since midnight that they mean."""


@pytest.mark.parametrize(("arrival", "departure", "stated", "minutes"), REPEATED)
def test_a_local_time_that_clocks_repeat_is_the_earlier_that_is_possible(
    tmp_path: Path, arrival: str, departure: str, stated: str, minutes: tuple[int, int, int]
) -> None:
    times = [f"2019-11-03 {each}" for each in (arrival, departure, stated)]
    repeated = row(times[0], times[1], delivered="0.2", stated=times[2], zone="")
    found = read_days(day(tmp_path, repeated), "2019-11-03", LA)
    (session,) = found.sessions
    assert (session.arrival_s, session.departure_s, session.stated_departure_s) == tuple(60 * each for each in minutes)
    assert found.rules["session-repeated-hour"] == 1
    assert found.count == Count(1, 0, 1, 0)
    (told,) = [each for each in found.sentences if "repeat in autumn" in each]
    assert told.startswith("1 × a time lies in the hour that clocks repeat")
    assert told.endswith("in America/Los_Angeles (first: line 2).")


def test_a_repeated_departure_that_is_before_both_is_told_as_wrong(tmp_path: Path) -> None:
    wrong = row("2019-11-03 03:00:00", "2019-11-03 01:20:00", stated="2019-11-03 04:00:00", zone="")
    with pytest.raises(ImportRefused, match="a departure is not after its arrival"):
        read_days(day(tmp_path, wrong), "2019-11-03", LA)


def test_an_offset_tells_which_of_two_repeated_hours_is_meant(tmp_path: Path) -> None:
    late = row("2019-11-03 01:10:00-08:00", "2019-11-03 02:30:00-08:00", stated="", claimed="False")
    found = read_days(day(tmp_path, late), "2019-11-03", LA)
    assert (found.sessions[0].arrival_s, found.rules) == (130 * 60, {"session-unclaimed": 1})


def test_when_two_overlap_at_a_station_the_first_has_gone(tmp_path: Path) -> None:
    rows = (
        row("08:00:00", "12:00:00"),
        row("11:00:00", "13:00:00", number="s2"),
        row("11:00:00", "14:00:00", number="s3"),
    )
    found = read_days(day(tmp_path, *rows), DAY, LA)
    assert [(each.source_id, each.arrival_s, each.departure_s) for each in found.sessions] == [
        ("s1", 8 * 3600, 11 * 3600),
        ("s3", 11 * 3600, 14 * 3600),
    ]
    assert found.rules == {"session-overlap": 1, "session-overlap-whole": 1}
    assert found.count == Count(3, 1, 1, 1)
    assert any("(first: station CA-303, lines 2 and 4)" in each for each in found.sentences)


def test_a_session_that_is_left_out_itself_cuts_no_other(tmp_path: Path) -> None:
    rows = (
        row("08:00:00", "18:00:00", number="s1"),
        row("09:00:00", "17:00:00", delivered="30", number="s2"),
        row("09:01:00", "12:00:00", number="s3"),
    )
    found = read_days(day(tmp_path, *rows), DAY, LA)
    assert [(each.source_id, each.departure_s) for each in found.sessions] == [("s1", 9 * 3600 + 60), ("s3", 12 * 3600)]
    assert found.rules == {"session-overlap": 1, "session-overlap-whole": 1}


def test_a_session_that_an_overlap_leaves_out_is_played_from_its_second_row(tmp_path: Path) -> None:
    rows = (
        row("08:00:00", "12:00:00", number="s1"),
        row("08:00:00", "12:00:00", number="s2"),
        row("14:00:00", "15:00:00", number="s1", station="CA-304"),
        row("16:00:00", "17:00:00", number="s1", station="CA-304"),
    )
    found = read_days(day(tmp_path, *rows), DAY, LA)
    assert [(each.source_id, each.line) for each in found.sessions] == [("s2", 3), ("s1", 4)]
    assert found.rules == {"session-overlap-whole": 1, "session-duplicate": 1}
    assert found.count == Count(4, 2, 0, 2)
    assert any("line 5, first in line 4" in each for each in found.sentences)


def test_what_the_driver_did_not_state_is_not_taken_for_stated(tmp_path: Path) -> None:
    """ACN-Data fills estimated departure and request of an unclaimed session with what happened."""
    found = read_days(day(tmp_path, row(claimed="False")), DAY, LA)
    assert found.sessions[0].stated_departure_s is None
    assert found.rules == {"session-unclaimed": 1}
    assert found.count == Count(1, 1, 0, 0)


def test_the_hour_of_a_change_of_clocks_counts(tmp_path: Path) -> None:
    """On 2019-11-03 the clocks go back in California: from midnight to 08:00 it is nine hours."""
    line = row("2019-11-03 08:00:00-08:00", "2019-11-03 09:00:00-08:00", stated="2019-11-03 10:00:00-08:00")
    (session,) = read_days(day(tmp_path, line), "2019-11-03", LA).sessions
    assert (session.arrival_s, session.departure_s) == (9 * 3600, 10 * 3600)


@pytest.mark.parametrize("between", ["\u2028", "\u0085", "\x0b", "\x1c", "\r", "\n", '""', ","])
def test_a_day_is_played_whatever_a_session_id_holds(tmp_path: Path, between: str) -> None:
    path = day(tmp_path, row(number=f'"a{between}b"'), row(number="s2", station="CA-1"))
    options = ImportOptions(sessions=SessionsOf(path, DAY))
    scenario = load(import_network([], None, 0, 1, tmp_path / "real.yaml", options).scenario)
    (drivers,) = scenario.drivers
    assert isinstance(drivers, RecordedDrivers)
    assert [each.name for each in drivers.sessions] == ["CA-303-1", "CA-1-1"]


SEVERAL = "2019-10-07..2019-10-10"


def test_several_days_are_one_run(tmp_path: Path) -> None:
    """A car that stays over midnight stands there on the next day too, and a day without any is told."""
    rows = (
        row("20:00:00", "2019-10-08 09:00:00-07:00", stated="21:00:00"),
        row("2019-10-08 08:00:00-07:00", "2019-10-08 12:00:00-07:00", number="s2", stated="2019-10-08 12:00:00-07:00"),
        row("2019-10-10 08:00:00-07:00", "2019-10-10 12:00:00-07:00", number="s3", stated="2019-10-10 12:00:00-07:00"),
        row("2019-10-11 08:00:00-07:00", "2019-10-11 12:00:00-07:00", number="s4"),
    )
    found = read_days(day(tmp_path, *rows), SEVERAL, LA)
    assert [(each.source_id, each.arrival_s / 3600, each.departure_s / 3600) for each in found.sessions] == [
        ("s1", 20, 32),
        ("s2", 32, 36),
        ("s3", 80, 84),
    ]
    assert (found.count, found.rules) == (Count(3, 2, 1, 0), {"session-overlap": 1})
    assert found.sentences[-1] == "The file has no session on 2019-10-09; there nobody charges."


def test_several_days_play_as_long_as_they_are(tmp_path: Path) -> None:
    """On 2019-11-03 the clocks go back in California: those two days have 49 hours."""
    rows = (
        row("2019-11-02 08:00:00-07:00", "2019-11-02 09:00:00-07:00", number="s1", stated="2019-11-02 09:00:00-07:00"),
        row("2019-11-03 08:00:00-08:00", "2019-11-03 09:00:00-08:00", number="s2", stated="2019-11-03 09:00:00-08:00"),
    )
    options = ImportOptions(sessions=SessionsOf(day(tmp_path, *rows), "2019-11-02..2019-11-03"))
    scenario = load(import_network([], None, 0, 2, tmp_path / "real.yaml", options).scenario)
    assert scenario.name == "Caltech on 2019-11-02 to 2019-11-03 (real sessions)"
    assert scenario.duration_us == 49 * 3_600_000_000
    (drivers,) = scenario.drivers
    assert isinstance(drivers, RecordedDrivers)
    assert [each.name for each in drivers.sessions] == ["CA-303-1", "CA-303-2"]
    # On a network they begin on the same day of the week, here a Saturday.
    (tmp_path / "dump.json").write_text(json.dumps([location()]))
    scenario = load(import_network(tmp_path / "dump.json", None, 0, 2, tmp_path / "net.yaml", options).scenario)
    begin = datetime.fromtimestamp(scenario.start_epoch_us / 1e6, ZoneInfo("Europe/Amsterdam"))
    assert f"{begin:%A %H:%M}" == "Saturday 00:00"


REFUSED = [
    ({"rows": (row(),), "date": "2019-10-08..2019-10-07"}, "ends before it begins"),
    ({"rows": (row(),), "date": "2019-10-08..2029-10-07"}, "are 3653 days; at most 300"),
    ({"rows": (row(),), "date": "2019-10-07.."}, "“” is no date"),
    ({"rows": (row(),), "date": "2019-10-08..2019-10-09"}, "no session on 2019-10-08 to 2019-10-09; there are"),
    (
        {"rows": (row(),), "date": "2019-10-09"},
        "no session on 2019-10-09; there are 2019-10-07 .1 days; the busiest is",
    ),
    ({"rows": (row(),), "date": None}, "Add --date; there are 2019-10-07"),
    ({"rows": (row(),), "date": "7 October"}, "“7 October” is no date"),
    ({"rows": (), "date": DAY}, "it has no session with a readable arrival"),
    ({"rows": (row(departure=""),), "date": DAY}, "No session of 2019-10-07 .* can be played"),
    (
        {"rows": (row(),), "header": HEADER.replace("(kWh)", "(Wh)"), "date": DAY},
        "column requested_energy .kWh. is missing",
    ),
    ({"rows": (row(),), "header": HEADER + ",claimed", "date": DAY}, "stands there twice"),
    ({"rows": ('"' + row(),), "date": DAY}, "is no CSV at line"),
]


@pytest.mark.parametrize(("wanted", "sentence"), REFUSED, ids=[str(number) for number in range(len(REFUSED))])
def test_a_day_that_cannot_be_is_refused(tmp_path: Path, wanted: dict[str, Any], sentence: str) -> None:
    path = day(tmp_path, *wanted["rows"], header=wanted.get("header", HEADER))
    with pytest.raises(ImportRefused, match=sentence):
        read_days(path, wanted["date"], LA)


def test_the_days_there_are_are_told_in_runs(tmp_path: Path) -> None:
    dates = ("2019-10-01", "2019-10-02", "2019-10-03", "2019-10-05", "2019-10-05")
    rows = [row(f"{date} 08:00:00-07:00", f"{date} 09:00:00-07:00", number=str(n)) for n, date in enumerate(dates)]
    with pytest.raises(
        ImportRefused, match=r"there are 2019-10-01 to 2019-10-03, 2019-10-05 \(4 days; the busiest is 2019-10-05"
    ):
        read_days(day(tmp_path, *rows), "2019-10-04", LA)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            gzip.compress("\n".join((HEADER, *(row(number=str(n)) for n in range(999)))).encode())[:2000],
            "cannot be read on after line [0-9]+",
        ),
        ("\n".join((HEADER, row(station="Caf\xe9"))).encode("latin-1"), "not UTF-8 text: byte 0xe9 stands in line 2"),
        (b"", "another header"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "day.csv"
    path.write_bytes(content)
    with pytest.raises(ImportRefused, match=sentence):
        import_network([], None, 0, 2, tmp_path / "x.yaml", ImportOptions(sessions=SessionsOf(path, DAY)))
    assert [each.name for each in tmp_path.iterdir()] == ["day.csv"]


@pytest.mark.shared
@pytest.mark.parametrize(("name", "rows", "days"), [("caltech", 3177, 121), ("jpl", 5804, 119)])
def test_every_row_of_the_real_files_belongs_to_a_day(name: str, rows: int, days: int) -> None:
    path = ACN / f"{name}_2019_autumn.csv.gz"
    assert path.exists(), f"sessions of ACN-Data are expected at {path}"
    with gzip.open(path, "rt") as file:
        lines = file.read().splitlines()[1:]
    by_day: dict[str, int] = {}
    for line in lines:
        by_day[line[:10]] = by_day.get(line[:10], 0) + 1
    assert (len(lines), len(by_day)) == (rows, days)
    for date in sorted(by_day)[::30]:
        count = read_days(path, date, LA).count
        assert count.read == by_day[date] == count.kept + count.mended + count.left_out
