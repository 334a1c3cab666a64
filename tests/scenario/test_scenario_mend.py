"""Records of dumps that are not in order: what is mended, and what is left out with all that is inside."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from scenario_dumps import Dump, Import, connector, evse, imported, location, tariff

from simulator.ocpi.unknown import unknown_members
from simulator.scenario.importer import Count, import_network
from simulator.scenario.load import load

LOCATION_MENDS = [
    ({"publish": "ABSENT"}, "location-publish", "publish", True),
    ({"publish": "true"}, "converted:Location publish", "publish", True),
    ({"address": None}, "location-address", "address", "Square"),
    ({"city": "ABSENT"}, "location-city", "city", "#NA"),
    ({"country": "NL"}, "location-country", "country", "NLD"),
    ({"country": None}, "location-country", "country", "NLD"),
    ({"time_zone": "CET/Amsterdam"}, "location-time-zone", "time_zone", "Europe/Amsterdam"),
    ({"last_updated": "2026-06-05T09:14:48+02:00"}, "last-updated", "last_updated", "2026-06-05T07:14:48Z"),
    ({"last_updated": None}, "last-updated", "last_updated", "2026-06-01T00:00:00Z"),
    ({"party_id": "abc"}, "party-party_id", "party_id", "ABC"),
    ({"country_code": None, "party_id": None}, "party-party_id-missing", "party_id", "ABC"),
    ({"type": "PARKING_LOT"}, "location-type", "parking_type", "PARKING_LOT"),
    ({"type": "OTHER"}, "location-type", "parking_type", None),
    ({"id": 17}, "converted:Location id", "id", "17"),
    ({"parking_type": "SKY"}, "unknown-value:Location parking_type", "parking_type", None),
    ({"parking_type": "on street"}, "converted:Location parking_type", "parking_type", "ON_STREET"),
    ({"facilities": ["CAFE", "POOL"]}, "unknown-value:Location facilities", "facilities", ("CAFE",)),
    ({"postal_code": "far too long a code"}, "text-length:Location postal_code", "postal_code", None),
    ({"operator": {"website": "x"}}, "missing-field:Location operator.name", "operator", None),
    ({"name": "Two\nlines"}, "converted:Location name", "name", "Two lines"),
]


@pytest.mark.parametrize(("changes", "rule", "field", "value"), LOCATION_MENDS)
def test_a_location_is_mended(do_import: Import, changes: Dump, rule: str, field: str, value: Any) -> None:
    other = location(evse(uid="9"), id="L9", last_updated="2026-06-01T00:00:00Z")
    report = do_import([location(**changes), other])
    assert report.rules[rule] == 1
    assert report.locations == Count(2, 1, 1, 0)
    assert getattr(imported(report)[0], field) == value
    assert any("first: Location" in sentence for sentence in report.sentences)


@pytest.mark.parametrize("latitude", [52.16, "52.16", "52.1600001234", "52,16"])
def test_coordinates_become_texts_of_five_to_seven_decimals(do_import: Import, latitude: Any) -> None:
    report = do_import([location(coordinates={"latitude": latitude, "longitude": "4.48000"})])
    assert report.rules == {"coordinates": 1}
    assert imported(report)[0].coordinates.latitude == "52.160000"


EVSE_MENDS = [
    ({"status": "CHARGIN"}, "evse-status", "status", "UNKNOWN"),
    ({"status": None}, "evse-status", "status", "UNKNOWN"),
    ({"status": "charging"}, "converted:EVSE status", "status", "CHARGING"),
    ({"uid": None, "evse_id": "NL*ABC*E1"}, "evse-uid", "uid", "NL*ABC*E1"),
    (
        {"capabilities": ["RFID_READER", "TELEPORT"]},
        "unknown-value:EVSE capabilities",
        "capabilities",
        ("RFID_READER",),
    ),
    ({"floor_level": "basement"}, "text-length:EVSE floor_level", "floor_level", None),
    ({"coordinates": {"latitude": 99, "longitude": 4}}, "coordinates-nowhere", "coordinates", None),
]


@pytest.mark.parametrize(("changes", "rule", "field", "value"), EVSE_MENDS)
def test_an_evse_is_mended(do_import: Import, changes: Dump, rule: str, field: str, value: Any) -> None:
    report = do_import([location(evse(**changes))])
    assert report.rules[rule] == 1
    assert report.evses == Count(1, 0, 1, 0)
    assert report.locations.kept == 1
    assert getattr(imported(report)[0].evses[0], field) == value


CONNECTOR_MENDS = [
    ({"power_type": None}, "connector-power-type", "power_type", "AC_3_PHASE"),
    ({"power_type": "AC_9", "max_electric_power": 3700}, "connector-power-type", "power_type", "AC_1_PHASE"),
    ({"power_type": None, "standard": "CHADEMO"}, "connector-power-type", "power_type", "DC"),
    ({"standard": "IEC_62196_t2"}, "converted:Connector standard", "standard", "IEC_62196_T2"),
    ({"standard": None}, "connector-standard", "standard", "IEC_62196_T2"),
    ({"format": None}, "connector-format", "format", "SOCKET"),
    ({"max_electric_power": 22}, "connector-kilowatts", "max_electric_power", 22_000),
    ({"max_electric_power": 0}, "connector-no-power", "max_electric_power", None),
    ({"max_amperage": 0}, "max_amperage-missing", "max_amperage", 16),
    ({"max_amperage": 15.9}, "converted:Connector max_amperage", "max_amperage", 16),
    ({"max_amperage": "16"}, "converted:Connector max_amperage", "max_amperage", 16),
    ({"max_voltage": "ABSENT", "voltage": 400}, "connector-max_voltage", "max_voltage", 400),
    ({"tariff_ids": "ABSENT", "tariff_id": "T1"}, "connector-tariff-id", "tariff_ids", ("T1",)),
    ({"tariff_ids": ["T1", "gone"]}, "connector-tariff-unknown", "tariff_ids", ("T1",)),
    ({"last_updated": "yesterday"}, "last-updated", "last_updated", "2026-06-05T07:14:48Z"),
]


@pytest.mark.parametrize(("changes", "rule", "field", "value"), CONNECTOR_MENDS)
def test_a_connector_is_mended(do_import: Import, changes: Dump, rule: str, field: str, value: Any) -> None:
    report = do_import([location(evse(connector(**changes)))])
    assert report.rules == {rule: 1}
    assert report.connectors == Count(1, 0, 1, 0)
    assert report.evses.kept == report.locations.kept == 1
    assert getattr(imported(report)[0].evses[0].connectors[0], field) == value


@pytest.mark.parametrize("number", ["1e30", "1e200000"])
def test_a_number_beyond_all_measure_is_not_written_out(tmp_path: Path, number: str) -> None:
    """Of 1e999999 that would take minutes."""
    text = json.dumps([location(evse(connector(max_voltage="BEYOND"), connector(id="2")))])
    (tmp_path / "dump.json").write_text(text.replace('"BEYOND"', number))
    report = import_network(tmp_path / "dump.json", None, 10, 1, tmp_path / "net.yaml")
    assert report.connectors.left_out == 1
    assert any(f"found {Decimal(number)}" in each for each in report.sentences)


def test_a_name_that_stands_twice_is_told_with_its_place(tmp_path: Path) -> None:
    text = json.dumps([location(id="L1"), location(evse(uid="2"), id="L2")])
    (tmp_path / "dump.json").write_text(text.replace('"uid": "2"', '"uid": "1", "uid": "2"'))
    report = import_network(tmp_path / "dump.json", None, 10, 1, tmp_path / "net.yaml")
    assert (report.rules["name-twice"], report.locations.mended) == (1, 1)
    assert any(
        "a name stands twice" in each and 'Location L2 (number 2, line 1), found "uid"' in each
        for each in report.sentences
    )
    assert [each.evses[0].uid for each in imported(report)] == ["1", "2"]


def test_what_cannot_be_mended_takes_only_its_own_record_along(do_import: Import) -> None:
    broken = evse(connector(id=None), uid="2")
    report = do_import([location(evse(), evse(connector(), connector(standard="PLUG"), uid="3"), broken)])
    assert report.connectors == Count(4, 2, 0, 2)
    assert report.evses == Count(3, 2, 0, 1)
    assert report.locations == Count(1, 1, 0, 0)
    assert [each.uid for each in imported(report)[0].evses] == ["1", "3"]


def test_a_null_in_the_place_of_an_evse_or_a_connector_is_a_record_that_is_left_out(do_import: Import) -> None:
    report = do_import([location(None, evse(connector(), None), None)])
    assert (report.evses, report.connectors) == (Count(3, 1, 0, 2), Count(2, 1, 0, 1))
    assert any("2 × Location evses is of a wrong type, so the EVSE is left out" in each for each in report.sentences)


def test_a_rule_that_did_different_things_has_a_sentence_for_each(do_import: Import) -> None:
    by_key = {"1": evse(uid="3")}
    report = do_import([location(), location(evses=[5], id="L2"), location(evses=by_key, id="L3")])
    assert report.rules["wrong-type:Location evses"] == 2
    told = [each for each in report.sentences if "Location evses is of a wrong type" in each]
    assert [each.partition(" (first")[0].rpartition(", ")[2] for each in told] == [
        "so the EVSE is left out",
        "so this value of evses is dropped",
    ]
    assert all(each.startswith("1 × ") for each in told)


def test_locations_that_cannot_be_used_are_left_out_with_all_inside(do_import: Import) -> None:
    report = do_import(
        [
            location(),
            location(evse(uid="2"), id="L1"),
            location(evse(uid="3"), id="L3", coordinates=None),
            location(id="L4", evses=[]),
            location(evse(uid="5"), id="L5", party_id="TOOLONG"),
            location(evse(uid="6", evse_id=None), id="L6", country_code="N1"),
            "not a location",
        ]
    )
    assert report.locations == Count(7, 1, 0, 6)
    assert report.evses == Count(5, 1, 0, 4)
    assert report.connectors == Count(5, 1, 0, 4)
    assert report.rules["location-duplicate"] == report.rules["location-without-evse"] == 1
    assert report.rules["missing-field:Location coordinates"] == 1


def test_an_evse_that_two_locations_publish_is_there_once(do_import: Import) -> None:
    """The copy with a known tariff is kept, though the other was updated later."""
    fresh = evse(connector(tariff_ids=["gone"]), evse_id="NLABCE1", last_updated="2026-06-07T00:00:00Z")
    report = do_import([location(fresh, evse(uid="2"), id="L1"), location(id="L2")])
    assert [(each.id, [evse.uid for evse in each.evses]) for each in imported(report)] == [("L1", ["2"]), ("L2", ["1"])]
    assert report.evses == Count(3, 2, 0, 1)
    assert report.rules == {"evse-copy": 1}


def test_an_evse_that_stands_in_its_location_twice_is_there_once(do_import: Import) -> None:
    """As where a charger was replaced: of one evse_id, the one in use is kept, though the other was updated later."""
    old = evse(uid="old", evse_id="NL*ABC*E1", status="INOPERATIVE", last_updated="2026-06-07T00:00:00Z")
    unnamed = [evse(uid="9", evse_id=None), evse(connector(tariff_ids=[]), uid="9", evse_id=None)]
    report = do_import([location(old, evse(uid="new", evse_id="NLABCE1"), *unnamed)])
    (there,) = imported(report)
    assert [(each.uid, each.connectors[0].tariff_ids) for each in there.evses] == [("new", ("T1",)), ("9", ("T1",))]
    assert report.evses == Count(4, 2, 0, 2)
    assert report.connectors == Count(4, 2, 0, 2)
    assert report.rules == {"evse-twice": 2}
    assert "EVSE NL*ABC*E1" in report.sentences[0]


@pytest.mark.parametrize("evse_id", [None, "", " ", "#NA", "N/A", "unknown", "1"])
def test_uids_that_each_location_counts_from_1_make_no_copies(do_import: Import, evse_id: str | None) -> None:
    """Nor does what stands for an evse_id where there is none."""
    parts = [evse(uid=uid, evse_id=evse_id) for uid in ("1", "2")]
    places = [{"latitude": f"52.{number}6000", "longitude": "4.48000"} for number in range(5)]
    report = do_import([location(*parts, id=f"L{number}", coordinates=at) for number, at in enumerate(places)])
    assert [[each.uid for each in there.evses] for there in imported(report)] == [
        ["1", "2"],
        *([f"1-{number}", f"2-{number}"] for number in range(2, 6)),
    ]
    assert (report.evses.left_out, report.locations.left_out) == (0, 0)
    assert report.rules["evse-uid-duplicate"] == 8
    assert not any("published by two" in each or "taken for a copy" in each for each in report.sentences)


@pytest.mark.parametrize(("longitude", "copies"), [("4.480011", 1), ("4.47999", 1), ("4.48050", 0)])
def test_without_an_evse_id_a_copy_has_the_same_uid_at_the_same_place(
    do_import: Import, longitude: str, copies: int
) -> None:
    twin = location(evse(evse_id=None), id="L2", coordinates={"latitude": "52.16000", "longitude": longitude})
    report = do_import([location(evse(evse_id=None)), twin])
    assert report.rules.get("evse-copy-at-its-place", 0) == report.evses.left_out == copies
    assert any("is taken for a copy" in each for each in report.sentences) == bool(copies)


@pytest.mark.parametrize("evse_id", ["NL*ABC*E1", "nl-abc-e1*2", "NL.ABC.E00004*1", "+49*810*000*438"])
def test_an_evse_id_names_its_evse_wherever_it_is(do_import: Import, evse_id: str) -> None:
    far = {"latitude": "52.26000", "longitude": "4.48000"}
    report = do_import(
        [location(evse(evse_id=evse_id)), location(evse(uid="2", evse_id=evse_id), id="L2", coordinates=far)]
    )
    assert report.rules == {"evse-copy": 1, "location-copy": 1}


def test_a_location_with_only_copies_is_left_out(do_import: Import) -> None:
    report = do_import([location(id="L1"), location(id="L2", name="Again")])
    assert [each.id for each in imported(report)] == ["L1"]
    assert report.locations == Count(2, 1, 0, 1)
    assert report.rules == {"evse-copy": 1, "location-copy": 1}


def test_ids_that_are_used_twice_are_numbered(do_import: Import) -> None:
    twice = evse(connector(), connector(), evse_id="NL*ABC*E7")
    report = do_import([location(evse(), id="L1"), location(twice, id="L2")])
    other = imported(report)[1].evses[0]
    assert other.uid == "NL*ABC*E7"
    assert [each.id for each in other.connectors] == ["1", "1-2"]
    assert report.rules == {"evse-uid-duplicate": 1, "connector-id-duplicate": 1}


def test_a_tariff_of_another_party_is_written_for_the_cpo_that_uses_it(do_import: Import) -> None:
    report = do_import(
        [location(), location(evse(uid="2"), id="L2", party_id="DEF")],
        [tariff(party_id="PLT"), tariff(id="T2", party_id="PLT"), tariff(id="T3"), tariff(id="T3")],
    )
    owners = [(each.party_id, each.id) for network in load(report.scenario).networks for each in network.tariffs]
    assert owners == [("ABC", "T1"), ("DEF", "T1"), ("ABC", "T3")]
    assert report.tariffs == Count(4, 1, 1, 2)
    assert report.tariffs_copied == 1
    assert report.rules == {"tariff-duplicate": 1, "tariff-of-another-party": 2, "tariff-moved": 1, "tariff-unused": 1}


def test_tariffs_are_mended_but_never_made_to_price_more(do_import: Import) -> None:
    price = {"type": "ENERGY", "price": "0.30", "step_size": "ABSENT"}
    elements = [
        {"price_components": [{**price, "step_size": None}], "restrictions": {"end_time": "24:00"}},
        {"price_components": [{**price, "step_size": 1}], "restrictions": {"start_time": "morning"}},
        {"price_components": [{**price, "step_size": 1}], "restrictions": {"booking": "BOOKING", "min_kwh": "3"}},
    ]
    report = do_import([location()], [tariff(elements=elements)])
    element, booked = load(report.scenario).networks[0].tariffs[0].elements
    assert element.restrictions is not None
    assert element.restrictions.end_time == "00:00"
    assert str(element.price_components[0].price) == "0.30"
    assert report.rules["text-format:Tariff elements.restrictions.start_time"] == 1
    assert booked.restrictions is not None
    assert (booked.restrictions.min_kwh, unknown_members(booked.restrictions)) == (3, ("booking",))
    assert report.rules["tariff-restriction-unknown"] == 1
    assert report.tariffs == Count(1, 0, 1, 0)


def test_currencies_are_written_as_they_are_summed_up_and_unknown_ones_are_told(do_import: Import) -> None:
    """A session in eur would not be added to those in EUR."""
    parts = [evse(connector(tariff_ids=[f"T{number}"]), uid=str(number)) for number in range(4)]
    currencies = ("EUR", "eur", " Eur ", "ZZZ")
    report = do_import(
        [location(*parts)], [tariff(id=f"T{number}", currency=each) for number, each in enumerate(currencies)]
    )
    assert [each.currency for each in load(report.scenario).networks[0].tariffs] == ["EUR", "EUR", "EUR", "ZZZ"]
    assert report.rules == {"tariff-currency": 2, "tariff-currency-unknown": 1}
    assert report.tariffs == Count(4, 2, 2, 0)
    assert any("Tariff T1 (number 2, line 1), found eur" in each for each in report.sentences)
    assert any("Tariff T3 (number 4, line 1), found ZZZ" in each for each in report.sentences)


def test_connectors_without_a_tariff_and_statuses_are_told(do_import: Import) -> None:
    parts = [evse(connector(tariff_ids=None)), evse(uid="2", status="CHARGING"), evse(uid="3", status="PLANNED")]
    report = do_import([location(*parts)])
    assert report.rules == {"evse-passing-status": 1, "evse-out-of-use": 1, "connector-without-tariff": 1}
    assert any("drivers reckon with 0.60 a kWh there" in each for each in report.sentences)
    assert report.connectors.kept == report.evses.kept == 3


def test_an_evse_without_connectors_is_left_out_and_told(do_import: Import) -> None:
    report = do_import(
        [location(evse(), evse(uid="2", connectors=[])), location(evse(uid="3", connectors=[]), id="L2")]
    )
    assert report.rules["too-few-items:EVSE connectors"] == 2
    assert report.evses == Count(3, 1, 0, 2)
    assert report.rules["location-without-evse"] == 1


# Places

SWAPPED = {"latitude": "4.48000", "longitude": "52.16000"}


def test_swapped_coordinates_are_swapped_back(do_import: Import) -> None:
    """Also when all of them are: the country says where they should be."""
    report = do_import([location(coordinates=SWAPPED), location(evse(uid="2", coordinates=SWAPPED), id="L2")])
    assert report.rules == {"coordinates-swapped": 2}
    assert report.locations == Count(2, 1, 1, 0)
    assert report.evses == Count(2, 1, 1, 0)
    first, second = imported(report)
    assert (first.coordinates.latitude, first.coordinates.longitude) == ("52.16000", "4.48000")
    assert second.evses[0].coordinates is not None
    assert second.evses[0].coordinates.latitude == "52.16000"
    assert any("(first: Location L1 (number 1, line 1), found 4.48000, 52.16000)" in each for each in report.sentences)


@pytest.mark.parametrize(
    ("coordinates", "rule"),
    [
        ({"latitude": "0.00000", "longitude": "0.00000"}, "coordinates-zero"),
        ({"latitude": 0, "longitude": 0}, "coordinates-zero"),
        ({"latitude": "91.00000", "longitude": "95.00000"}, "coordinates-nowhere"),
        ({"latitude": 91.5, "longitude": 5.8}, "coordinates-nowhere"),
        ({"latitude": 52.16, "longitude": "1e999999999"}, "coordinates-nowhere"),
    ],
)
def test_a_place_that_is_nowhere_takes_its_location_along(do_import: Import, coordinates: Dump, rule: str) -> None:
    report = do_import([location(), location(evse(uid="2"), id="L2", coordinates=coordinates)])
    assert report.rules[rule] == 1
    assert "coordinates-abroad" not in report.rules
    assert report.locations == Count(2, 1, 0, 1)


def test_a_place_abroad_that_no_swap_brings_home_is_told_and_kept(do_import: Import) -> None:
    report = do_import([location(coordinates={"latitude": "-33.90000", "longitude": "18.40000"})])
    assert report.rules == {"coordinates-abroad": 1}
    assert report.locations.kept == 1


@pytest.mark.parametrize(
    ("country", "latitude", "longitude"),
    [("TUR", "28.97000", "41.01000"), ("TUR", "32.85000", "39.93000"), ("CYP", "33.37000", "35.17000")],
    ids=["Istanbul", "Ankara", "Nicosia"],
)
def test_near_the_line_a_place_beside_another_country_is_swapped_when_that_brings_it_home(
    do_import: Import, country: str, latitude: str, longitude: str
) -> None:
    report = do_import([location(country=country, coordinates={"latitude": latitude, "longitude": longitude})])
    assert report.rules == {"coordinates-swapped": 1}
    assert imported(report)[0].coordinates.latitude == longitude
    assert any(f"number 1, line 1), found {latitude}, {longitude})" in each for each in report.sentences)


@pytest.mark.parametrize(
    ("country", "latitude", "longitude"),
    [
        ("TUR", "41.01000", "28.97000"),
        ("TUR", "39.93000", "32.85000"),
        ("TUR", "38.49000", "43.40000"),
        ("TUR", "36.90000", "30.70000"),
        ("TUR", "37.06000", "37.38000"),
        ("CYP", "34.68000", "33.04000"),
        ("ISR", "31.67000", "34.57000"),
        ("EGY", "24.09000", "32.90000"),
        ("GEO", "41.64000", "41.64000"),
        ("UKR", "48.57000", "39.30000"),
        ("CMR", "10.60000", "14.32000"),
        ("BRA", "-30.03000", "-51.23000"),
        ("ARG", "-54.80000", "-68.30000"),
    ],
)
def test_a_right_place_near_the_line_stays(do_import: Import, country: str, latitude: str, longitude: str) -> None:
    """Also far from its capital and near to others: Van, Antalya, Gaziantep, Ashkelon, Luhansk, Maroua."""
    report = do_import([location(country=country, coordinates={"latitude": latitude, "longitude": longitude})])
    assert report.rules == {}
