"""Dumps of OCPI 2.3.0: how they are known, that the network is written in it, and what has no place in older books."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from scenario_dumps import Dump, Import, connector, evse, location, tariff

from simulator.billing.course import price_course
from simulator.billing.pieces import Period
from simulator.ocpi.codec import encode
from simulator.parties.pricing import energy_price, neutral
from simulator.scenario.importer import Count, ImportOptions, ImportReport, import_network
from simulator.scenario.load import load
from simulator.scenario.model import Network

MEGAWATTS = connector(
    standard="MCS",
    format="CABLE",
    power_type="DC",
    max_voltage=1000,
    max_amperage=1000,
    max_electric_power="ABSENT",
    capabilities=["ISO_15118_20_PLUG_AND_CHARGE"],
    terms_and_conditions="ABSENT",
)
TRUCKS = {"id": "P", "vehicle_types": ["RIGID"], "restricted_to_type": True, "reservation_required": False}
PARKED = evse(MEGAWATTS, parking=[{"parking_id": "P"}], images="ABSENT")
STOP = location(PARKED, parking_places=[TRUCKS], help_phone="+31201234567")
HOUR = Period(start_epoch_us=0, end_epoch_us=3_600_000_000, energy_kwh=Decimal(10))
PRICE: Dump = {"type": "ENERGY", "price": 0.605, "vat": 21, "step_size": 1}


def new_tariff(*, price: Any = PRICE, restrictions: Any = None, **changes: Any) -> Dump:
    element = {"price_components": [price]} | ({"restrictions": restrictions} if restrictions else {})
    return tariff(**{"elements": [element], "tax_included": "YES", **changes})


def network_of(report: ImportReport) -> Network:
    (network,) = load(report.scenario).networks
    return network


def as_written(objects: Any) -> Any:
    return json.loads(encode(objects))


def test_a_dump_of_2_3_0_is_written_and_read_as_it_is(do_import: Import) -> None:
    report = do_import([STOP], [new_tariff()])
    assert report.locations == report.evses == report.connectors == report.tariffs == Count(1, 1, 0, 0)
    text = report.scenario.read_text()
    assert "tariffs: net.tariffs.json, ocpi: 2.3.0}" in text.replace('"', "")
    assert text.count("ocpi: [2.2.1, 2.3.0]") == 4  # the CPO and three eMSPs
    network = network_of(report)
    assert as_written(network.original_locations) == [STOP]
    assert as_written(network.original_tariffs) == [new_tariff()]
    assert network.locations[0].evses[0].connectors[0].standard == "IEC_62196_T2_COMBO"
    assert as_written(network.tariffs)[0]["elements"][0]["price_components"][0]["price"] == 0.5


@pytest.mark.parametrize(
    ("places", "prices", "told"),
    [
        ([STOP], [tariff()], "Location "),
        ([location(PARKED)], [tariff()], "EVSE parking"),
        ([location(evse(connector(standard="SAE_J3400")))], [tariff()], "Connector standard SAE_J3400"),
        ([location(evse(connector(capabilities=[])))], [tariff()], "Connector capabilities"),
        ([location()], [tariff(), new_tariff(id="T2")], "Tariff tax_included"),
    ],
)
def test_what_only_2_3_0_has_gives_the_version_away(
    do_import: Import, places: list[Dump], prices: list[Dump], told: str
) -> None:
    (sentence,) = [each for each in do_import(places, prices).sentences if "is read as OCPI 2.3.0" in each]
    assert f"it has {told}" in sentence


def test_a_dump_without_anything_new_is_one_of_2_2_1_unless_that_is_said(do_import: Import, tmp_path: Path) -> None:
    report = do_import([location()])
    assert "2.3.0" not in report.scenario.read_text()
    assert not any("is read as" in each for each in report.sentences)
    stated = import_network(
        tmp_path / "dump_locations.json", None, 10, 1, tmp_path / "new.yaml", ImportOptions(version="2.3.0")
    )
    assert any("as was asked for" in each for each in stated.sentences)
    assert len(network_of(stated).original_locations) == 1


def test_a_tariff_of_an_older_version_among_the_new_ones_is_without_taxes(do_import: Import) -> None:
    old = tariff(id="T2", min_price={"excl_vat": 1, "incl_vat": 1.21})
    places = [location(evse(connector(tariff_ids=["T1", "T2"])))]
    report = do_import(places, [new_tariff(), old])
    assert report.tariffs == Count(2, 1, 1, 0)
    assert report.rules["tariff-tax-included"] == report.rules["tariff-before_taxes"] == 1
    kept = as_written(network_of(report).original_tariffs[1])
    assert (kept["tax_included"], kept["min_price"]) == ("NO", {"before_taxes": 1, "after_taxes": 1.21})


def test_what_even_2_3_0_does_not_know_is_kept_and_told(do_import: Import) -> None:
    plug = MEGAWATTS | {"lamp": {"colours": [1.5, "red"]}}
    place = STOP | {"evses": [PARKED | {"connectors": [plug]}], "lamp": "green", "empty": None}
    price = new_tariff(sponsor="Sun AG", price=PRICE | {"mood": "high"})
    report = do_import([place], [price])
    assert report.locations == report.connectors == report.tariffs == Count(1, 1, 0, 0)
    network = network_of(report)
    assert as_written(network.original_locations) == [{name: each for name, each in place.items() if each is not None}]
    assert as_written(network.original_tariffs) == [price]
    names = ("Location lamp", "Connector lamp", "Tariff sponsor", "PriceComponent mood")
    assert report.rules == {f"unknown-field:{name}": 1 for name in names}
    assert (
        "1 × Tariff sponsor is no field of OCPI 2.3.0, and is kept for whoever knows it (first: Tariff T1 "
        in "".join(report.sentences)
    )


def test_what_2_2_1_does_not_know_is_left_away_and_told(do_import: Import) -> None:
    report = do_import([location(lamp="green"), location(evse(uid="2"), id="L2", lamp="red")])
    assert report.locations == Count(2, 2, 0, 0)
    assert report.rules == {"unknown-field:Location lamp": 2}
    assert "2 × Location lamp is no field of OCPI 2.2.1, and is dropped, as readers pass over it (first: " in "".join(
        report.sentences
    )
    assert "lamp" not in report.scenario.with_suffix(".locations.json").read_text()


@pytest.mark.parametrize(
    ("price", "told"),
    [
        (new_tariff(vat=9), "Tariff vat"),
        (new_tariff(min_price={"before_taxes": 1, "excl_vat": 2}), "PriceLimit excl_vat"),
        (tariff(vat=9), "Tariff vat"),
    ],
)
def test_an_unknown_field_of_a_price_is_left_away_and_told(do_import: Import, price: Dump, told: str) -> None:
    report = do_import([location()], [price])
    assert report.tariffs == Count(1, 0, 1, 0)
    assert report.rules == {f"unknown-price:{told}": 1}
    assert [each.id for each in network_of(report).tariffs] == ["T1"]


def test_a_price_that_has_no_exact_net_is_kept_as_it_is_written(do_import: Import) -> None:
    report = do_import([STOP], [new_tariff(price=PRICE | {"price": 0.6})])
    assert report.tariffs == Count(1, 1, 0, 0)
    kept = as_written(network_of(report).original_tariffs[0])
    assert kept["tax_included"] == "YES"
    assert kept["elements"][0]["price_components"][0]["price"] == 0.6


def test_a_price_with_a_tax_of_unknown_rate_is_left_out_with_the_reason(do_import: Import) -> None:
    price = {name: value for name, value in PRICE.items() if name != "vat"}
    report = do_import([STOP], [new_tariff(price=price)])
    assert report.tariffs == Count(1, 0, 0, 1)
    (told,) = [each for each in report.sentences if "before taxes" in each]
    assert "Tariff T1" in told
    assert report.rules["connector-tariff-unknown"] == 1
    assert network_of(report).tariffs == ()


def test_prices_with_taxes_are_left_out_of_a_dump_that_is_said_to_be_of_2_2_1(
    do_import: Import, tmp_path: Path
) -> None:
    do_import([location(evse(connector(tariff_ids=["T1", "T2"])))], [new_tariff(), tariff(id="T2")])
    source, prices = tmp_path / "dump_locations.json", tmp_path / "dump_tariffs.json"
    report = import_network(source, prices, 10, 1, tmp_path / "home.yaml", ImportOptions(version="2.2.1"))
    assert report.rules["tariff-tax-included"] == 1
    assert [each.id for each in network_of(report).tariffs] == ["T2"]


@pytest.mark.parametrize("make", [tariff, new_tariff])
@pytest.mark.parametrize("name", ["phase_of_moon", "booking"])
def test_a_price_that_nobody_pays_is_kept_as_it_is_and_told(do_import: Import, make: Any, name: str) -> None:
    always = {"price_components": [PRICE]}
    booked = {"price_components": [PRICE | {"price": 9}], "restrictions": {name: "BOOKING", "min_kwh": 1}}
    report = do_import([location()], [make(elements=[booked, always])])
    assert report.tariffs == Count(1, 1, 0, 0)
    is_known = make is new_tariff and name == "booking"
    rule = "tariff-for-bookings" if is_known else "tariff-restriction-unknown"
    assert report.rules == {rule: 1}
    assert any("it is kept, and billed to nobody (first: Tariff T1 (" in each for each in report.sentences)
    network = network_of(report)
    (kept,) = network.original_tariffs or network.tariffs
    assert as_written(kept)["elements"] == [booked, always]
    assert energy_price(network.tariffs[0]) == Decimal("0.5" if make is new_tariff else "0.605")
    assert price_course(neutral(kept), (HOUR,), "UTC").total_excl == (5 if make is new_tariff else Decimal("6.05"))
    assert do_import([location()], [make(elements=[booked])]).tariffs == Count(1, 1, 0, 0)


def test_what_is_wrong_in_2_3_0_is_mended_as_ever(do_import: Import) -> None:
    odd = location(
        evse(connector(capabilities=["ISO_15118_2_PLUG_AND_CHARGE"]), uid="7", parking=[{"no": "id"}]),
        evse(uid="7", evse_id="NL*ABC*E8"),
        parking_places=[TRUCKS | {"vehicle_types": []}],
        coordinates={"latitude": 52.16, "longitude": "4.48"},
        time_zone="ABSENT",
    )
    report = do_import([odd, STOP | {"id": "L2"}], [new_tariff()])
    assert report.rules["coordinates"] >= 1
    assert report.rules["location-time-zone"] == 1
    assert sum("OCPI 2.2.1" in each for each in report.sentences) == 0, report.sentences
    places = network_of(report).original_locations
    assert len({each.uid for place in places for each in place.evses}) == sum(len(place.evses) for place in places)
