"""Tariffs of scenarios that are read from files of other versions than 2.2.1."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from simulator.ocpi.codec import encode
from simulator.ocpi.unknown import unknown_members
from simulator.scenario.errors import ScenarioErrors
from simulator.scenario.expand import expand
from simulator.scenario.load import load
from simulator.scenario.model import TariffSpec

TOWN = """\
name: One square
start: 2026-05-04T06:00 Europe/Amsterdam
duration: 4 h
parties:
  NL-ABC: {role: cpo, name: Alpha Charging}
  NL-EMA: {role: emsp, name: Emma Mobility}
sites:
  - {cpo: NL-ABC, name: Square, at: [52.16, 4.48], evses: {count: 1, power: 22 kW, tariff: day}}
tariffs:
  day: {file: day.json, ocpi: VERSION}
"""
Json = dict[str, Any]
PRICE: Json = {"type": "ENERGY", "price": 0.605, "step_size": 1}
OLD: Json = {
    "id": "x",
    "currency": "EUR",
    "elements": [{"price_components": [PRICE], "restrictions": {"max_power": 20}}],
    "last_updated": "2026-01-01T00:00:00Z",
}
HOME = OLD | {"country_code": "DE", "party_id": "XXX"}
NEW = HOME | {
    "tax_included": "YES",
    "elements": [{"price_components": [PRICE | {"vat": 21}]}],
    "min_price": {"before_taxes": 1, "after_taxes": 1.21},
}


def written(folder: Path, version: str, tariff: Json) -> Path:
    (folder / "day.json").write_text(json.dumps(tariff))
    path = folder / "town.yaml"
    path.write_text(TOWN.replace("VERSION", version))
    return path


def read(folder: Path, version: str, tariff: Json) -> TariffSpec:
    (spec,) = load(written(folder, version, tariff)).tariffs
    return spec


@pytest.mark.parametrize(("version", "tariff"), [("2.1.1", OLD), ("2.2.1", HOME)])
def test_a_tariff_of_2_1_1_says_the_same_as_one_of_2_2_1(tmp_path: Path, version: str, tariff: Json) -> None:
    path = written(tmp_path, version, tariff)
    (sold,) = expand(load(path))["NL-ABC"].tariffs
    assert (sold.country_code, sold.party_id, sold.id) == ("NL", "ABC", "day")
    (element,) = sold.elements
    assert element.price_components[0].price == Decimal("0.605")
    assert element.restrictions is not None
    assert element.restrictions.max_power == 20
    assert expand(load(path))["NL-ABC"].original_tariffs == {}


def test_a_tariff_of_2_3_0_is_billed_by_its_net_and_kept_as_it_is(tmp_path: Path) -> None:
    assets = expand(load(written(tmp_path, "2.3.0", NEW)))["NL-ABC"]
    (sold,) = assets.tariffs
    assert sold.elements[0].price_components[0].price == Decimal("0.5")
    assert sold.min_price is not None
    assert (sold.min_price.excl_vat, sold.min_price.incl_vat) == (1, Decimal("1.21"))
    kept = assets.original_tariffs["day"]
    assert (kept.country_code, kept.party_id, kept.id) == ("NL", "ABC", "day")
    assert kept.tax_included == "YES"
    assert kept.elements[0].price_components[0].price == Decimal("0.605")


def test_what_even_2_3_0_does_not_know_is_kept(tmp_path: Path) -> None:
    kept = expand(load(written(tmp_path, "2.3.0", NEW | {"sponsor": "Sun AG"})))["NL-ABC"].original_tariffs["day"]
    assert unknown_members(kept) == ("sponsor",)


TAXED_BOOKED = {"price_components": [PRICE | {"vat": 21}], "restrictions": {"booking": "BOOKING"}}
UNKNOWN = [{"price_components": [PRICE | {"vat": 21}], "restrictions": {"phase_of_moon": "NEW"}}]
NO_RATE = "$.elements[0].price_components[0].vat"
HIGH = [{"price_components": [PRICE], "restrictions": {"max_current": 32}}]


@pytest.mark.parametrize(
    ("version", "tariff", "path", "sentence"),
    [
        ("2.2.1", NEW, "$.tax_included", "such as “ocpi: 2.3.0”"),
        ("2.1.1", OLD | {"elements": HIGH}, "$.elements[0].restrictions.max_current", "the field max_current"),
        ("2.3.0", HOME, "$.tax_included", "found nothing"),
        ("2.3.0", NEW | {"elements": [{"price_components": [PRICE]}]}, NO_RATE, "price of 0.605 that contains taxes"),
        ("2.3.0", NEW | {"elements": [{"price_components": [PRICE | {"vat": -100}]}]}, NO_RATE, "found -100"),
        ("2.1.1", OLD | {"currency": "EURO"}, "$.currency", "EURO"),
    ],
)
def test_what_would_be_billed_wrong_is_told_at_its_place(
    tmp_path: Path, version: str, tariff: Json, path: str, sentence: str
) -> None:
    with pytest.raises(ScenarioErrors) as caught:
        read(tmp_path, version, tariff)
    error = caught.value.errors[0]
    assert f"day.json at {path}:" in error.sentence
    assert sentence in error.sentence
    assert (error.line, error.column) == (10, 15)


def test_a_price_without_exact_net_is_billed_from_the_original(tmp_path: Path) -> None:
    consumer = [{"price_components": [PRICE | {"price": 0.59, "vat": 21}]}]
    assets = expand(load(written(tmp_path, "2.3.0", NEW | {"elements": consumer})))["NL-ABC"]
    (nearest,) = assets.tariffs
    assert nearest.elements[0].price_components[0].price == Decimal("0.4876")
    assert assets.original_tariffs["day"].elements[0].price_components[0].price == Decimal("0.59")


@pytest.mark.parametrize(("version", "tariff"), [("2.2.1", HOME), ("2.3.0", NEW)])
def test_an_element_with_an_unknown_restriction_is_kept_as_it_is(tmp_path: Path, version: str, tariff: Json) -> None:
    tariff = tariff | {"elements": [*UNKNOWN, *tariff["elements"]]}
    assets = expand(load(written(tmp_path, version, tariff)))["NL-ABC"]
    kept = assets.original_tariffs["day"] if version == "2.3.0" else assets.tariffs[0]
    assert json.loads(encode(kept))["elements"] == tariff["elements"]
    assert unknown_members(kept.elements[0].restrictions) == ("phase_of_moon",)


def test_an_element_for_bookings_is_kept_in_the_original_alone(tmp_path: Path) -> None:
    charging = {"price_components": [PRICE | {"vat": 21}]}
    assets = expand(load(written(tmp_path, "2.3.0", NEW | {"elements": [charging, TAXED_BOOKED]})))["NL-ABC"]
    (sold,) = assets.tariffs
    assert len(sold.elements) == 1
    restrictions = assets.original_tariffs["day"].elements[1].restrictions
    assert restrictions.booking == "BOOKING"


def test_a_tariff_for_bookings_alone_leaves_charging_free(tmp_path: Path) -> None:
    (sold,) = expand(load(written(tmp_path, "2.3.0", NEW | {"elements": [TAXED_BOOKED]})))["NL-ABC"].tariffs
    (element,) = sold.elements
    assert [(each.type, each.price) for each in element.price_components] == [("FLAT", 0)]
    assert element.restrictions is None


def test_a_network_whose_tariffs_cannot_be_read_is_told_of_them_alone(tmp_path: Path) -> None:
    path = written(tmp_path, "2.3.0", NEW)
    (tmp_path / "tariffs.json").write_text(json.dumps([NEW | {"elements": [{"price_components": [PRICE]}]}]))
    (location,) = expand(load(path))["NL-ABC"].locations
    named = replace(location.evses[0].connectors[0], tariff_ids=("x",))
    evse = replace(location.evses[0], connectors=(named,))
    (tmp_path / "locations.json").write_bytes(encode([replace(location, id="L9", evses=(evse,), country="NLD")]))
    files = "{locations: locations.json, tariffs: tariffs.json, ocpi: 2.3.0}"
    path.write_text(path.read_text() + f"networks:\n  - {files}\n")
    with pytest.raises(ScenarioErrors) as caught:
        load(path)
    (error,) = caught.value.errors
    assert f"tariffs.json at $[0]{NO_RATE[1:]}" in error.sentence
    assert ".." not in error.sentence


def test_a_network_of_2_2_1_with_tariffs_of_2_3_0_is_told_of_the_version(tmp_path: Path) -> None:
    path = written(tmp_path, "2.2.1", HOME)
    (tmp_path / "tariffs.json").write_text(json.dumps([HOME, NEW | {"id": "new"}]))
    (tmp_path / "locations.json").write_text("[]")
    path.write_text(path.read_text() + "networks:\n  - {locations: locations.json, tariffs: tariffs.json}\n")
    with pytest.raises(ScenarioErrors) as caught:
        load(path)
    told = [error.sentence for error in caught.value.errors]
    assert any("tariffs.json at $[1].tax_included" in sentence for sentence in told)
