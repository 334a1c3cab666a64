"""Values that their fields can hold and that make no sense: taken by receivers, warned of by `check`."""

import json
from copy import deepcopy
from typing import Any

import pytest
from ocpi_shared import FOLDER, read_json

from simulator.ocpi import catalogue
from simulator.ocpi.checking import Checker
from simulator.ocpi.remarks import remarks
from simulator.ocpi.scan import Item, Place
from simulator.ocpi.v2_1_1 import tokens as v2_1_1

Found = list[tuple[str, str, str]]

SAMPLES = {
    ("2.1.1", "Location"): "2.1.1/mod_locations_6_example",
    ("2.2.1", "Location"): "2.2.1/location_example",
    ("2.3.0", "Location"): "2.3.0/location_example",
    ("2.2.1", "Tariff"): "2.2.1/tariff_1_simple_2hour",
    ("2.3.0", "Tariff"): "2.3.0/tariff_1_simple_2hour",
    ("2.2.1", "CDR"): "2.2.1/cdr_example",
}
"""Of each a sample of the specification that nothing below is said about."""


def said(raw: bytes, type_name: str, version: str, *, patch: bool = False) -> Found:
    """What is wrong, odd or of note with a value, but for what every sample of the specification has."""
    checker = Checker(catalogue.types(version)[type_name], version, patch=patch)
    found = [each.finding for each in checker.check(Item("$", raw, Place(1, 1)))]
    return [(each.severity, each.rule, each.path) for each in found if each.rule in RULES]


RULES = ("percentage", "tax-amount", "negative", "price-vat", "url-form", "text-characters")


def changed(tree: Any, path: str, value: object) -> Any:
    """A copy with another value at a path such as `evses.0.uid`."""
    tree = deepcopy(tree)
    inner, (*way, last) = tree, path.split(".")
    for step in way:
        inner = inner[int(step)] if step.isdigit() else inner[step]
    inner[int(last) if last.isdigit() else last] = value
    return tree


def of(version: str, type_name: str, path: str, value: object) -> Found:
    tree = read_json(f"corpus/{SAMPLES[version, type_name]}.json")
    return said(json.dumps(changed(tree, path, value), default=float).encode(), type_name, version)


def at(path: str) -> str:
    """A path as findings write it."""
    steps = (f"[{step}]" if step.isdigit() else f".{step}" for step in path.split("."))
    return "$" + "".join(steps)


def test_no_sample_of_the_specification_is_without_sense() -> None:
    looked = 0
    for entry in json.loads((FOLDER / "corpus" / "index.json").read_text()):
        cls = (
            catalogue.types(entry["version"]).get(entry["object_type"])
            if entry["version"] in "2.1.1 2.2.1 2.3.0"
            else None
        )
        if cls is None or entry["kind"] not in ("full", "patch") or not entry["syntactically_valid"]:
            continue
        raw = (FOLDER / "corpus" / entry["file"]).read_bytes()
        assert said(raw, entry["object_type"], entry["version"], patch=entry["kind"] == "patch") == [], entry["file"]
        looked += 1
    assert looked > 100


# Percentages


@pytest.mark.parametrize("version", ["2.2.1", "2.3.0"])
@pytest.mark.parametrize(
    ("vat", "is_odd"), [(0, False), (27, False), (100, False), (100.1, True), (2100, True), (-1, True)]
)
def test_vat_is_a_percentage(version: str, vat: float, is_odd: bool) -> None:
    path = "elements.0.price_components.0.vat"
    assert of(version, "Tariff", path, vat) == ([("warning", "percentage", at(path))] if is_odd else [])


def test_vat_is_a_percentage_in_the_tariffs_of_a_cdr_too() -> None:
    path = "tariffs.0.elements.0.price_components.0.vat"
    assert of("2.2.1", "CDR", path, 2100) == [("warning", "percentage", at(path))]


def test_a_battery_is_at_most_full() -> None:
    session = read_json("corpus/2.2.1/session_example_1_simple_start.json")
    dimensions = [{"type": "STATE_OF_CHARGE", "volume": share} for share in (0, 100, 101, -1)]
    periods = [{"start_date_time": session["start_date_time"], "dimensions": dimensions}]
    tree = {**session, "charging_periods": periods}
    paths = [f"$.charging_periods[0].dimensions[{index}].volume" for index in (2, 3)]
    assert said(json.dumps(tree, default=float).encode(), "Session", "2.2.1") == [
        ("warning", "percentage", path) for path in paths
    ]


@pytest.mark.parametrize("version", catalogue.VERSIONS)
@pytest.mark.parametrize(
    ("shares", "paths"),
    [
        ((60, 40), ()),
        ((33.4, 33.4, 33.4), ()),
        ((101,), ("energy_sources.0.percentage",)),
        ((-1, 50), ("energy_sources.0.percentage",)),
        ((60, 42), ("energy_sources",)),
    ],
)
def test_an_energy_mix_has_a_hundred_percent(version: str, shares: tuple[float, ...], paths: tuple[str, ...]) -> None:
    mix = {
        "is_green_energy": True,
        "energy_sources": [{"source": "WIND", "percentage": share} for share in shares],
    }
    found = said(json.dumps(mix).encode(), "EnergyMix", version)
    assert found == [("warning", "percentage", at(path)) for path in paths]
    assert of(version, "Location", "energy_mix", mix) == [
        ("warning", "percentage", at(f"energy_mix.{path}")) for path in paths
    ]


# Taxes


def taxed(before_taxes: float, *taxes: tuple[float | None, float]) -> dict[str, Any]:
    """A Price of 2.3.0 with taxes of a percentage, if it is told, and an amount."""
    told = [
        {"name": f"Tax {index}", "amount": amount, **({} if percentage is None else {"percentage": percentage})}
        for index, (percentage, amount) in enumerate(taxes)
    ]
    return {"before_taxes": before_taxes, "taxes": told}


def of_taxes(price: dict[str, Any]) -> list[tuple[str, str]]:
    session = read_json("corpus/2.3.0/session_example_1_simple_start.json")
    found = said(json.dumps({**session, "total_cost": price}, default=float).encode(), "Session", "2.3.0")
    assert all(path.startswith("$.total_cost.taxes[") for _, _, path in found)
    return [(severity, path[len("$.total_cost.taxes") :]) for severity, _, path in found]


@pytest.mark.parametrize(
    ("price", "expected"),
    [
        (taxed(10, (21, 2.1)), []),
        (taxed(10, (21, 2.11)), []),
        (taxed(10, (21, 2.12)), [("warning", "[0].amount")]),
        (taxed(10, (21, 210)), [("warning", "[0].amount")]),
        (taxed(10, (21, 2.08)), [("note", "[0].amount")]),
        (taxed(10, (None, 9)), []),
        (taxed(0, (21, 1)), [("warning", "[0].amount")]),
        (taxed(-10, (21, -2.1)), []),
        (taxed(-10, (21, 2.1)), [("warning", "[0].amount")]),
        (taxed(10, (2100, 210)), [("warning", "[0].percentage")]),
    ],
)
def test_a_tax_is_its_percentage_of_the_price(price: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert of_taxes(price) == expected


def test_taxes_may_be_due_on_parts_and_on_each_other() -> None:
    assert of_taxes(taxed(10, (21, 1.05), (9, 0.45))) == [], "half of it at each rate"
    assert of_taxes(taxed(10, (5, 0.5), (10, 1.05))) == [], "the second on the first, too"
    assert of_taxes(taxed(10, (5, 0.5), (10, 1.07))) == [("warning", "[1].amount")]


@pytest.mark.parametrize("sign", [1, -1])
def test_taxes_of_a_bill_do_not_make_a_credit_of_it_or_a_bill_of_a_credit(sign: int) -> None:
    credit = {"credit": True, "credit_reference_id": "12344"} if sign < 0 else {}
    old = read_json("corpus/2.2.1/cdr_example.json") | credit
    new = read_json("corpus/2.3.0/cdr_example.json") | credit
    new["tariffs"] = []
    totals = [
        (old, "2.2.1", {"excl_vat": 3 * sign, "incl_vat": -3.63 * sign}, "price-vat", "incl_vat"),
        (new, "2.3.0", taxed(3 * sign, (21, -0.63 * sign)), "tax-amount", "taxes[0].amount"),
    ]
    for cdr, version, total, rule, name in totals:
        bad = json.dumps(cdr | {"total_cost": total}, default=float).encode()
        assert said(bad, "CDR", version) == [("error", rule, f"$.total_cost.{name}")]
    assert (
        said(
            json.dumps(new | {"total_cost": taxed(3 * sign, (21, 0.63 * sign))}, default=float).encode(), "CDR", "2.3.0"
        )
        == []
    )


@pytest.mark.parametrize(("excl", "incl", "is_odd"), [(4, 4.84, False), (4, 8, False), (4, 84, True), (-4, -84, True)])
def test_vat_is_no_more_than_the_price(excl: float, incl: float, is_odd: bool) -> None:
    found = of("2.2.1", "CDR", "total_parking_cost", {"excl_vat": excl, "incl_vat": incl})
    odd = [each for each in found if each[1] == "price-vat"]
    assert odd == ([("warning", "price-vat", "$.total_parking_cost.incl_vat")] if is_odd else [])


# Quantities


@pytest.mark.parametrize(
    ("version", "name"),
    [
        *(("2.1.1", name) for name in ("voltage", "amperage")),
        *(
            (version, f"max_{name}")
            for version in ("2.2.1", "2.3.0")
            for name in ("voltage", "amperage", "electric_power")
        ),
    ],
)
def test_no_connector_has_less_than_nothing(version: str, name: str) -> None:
    path = f"evses.0.connectors.0.{name}"
    assert of(version, "Location", path, -1) == [("warning", "negative", at(path))]
    assert of(version, "Location", path, 0) == []
    connector = read_json(f"corpus/{SAMPLES[version, 'Location']}.json")["evses"][0]["connectors"][0]
    raw = json.dumps({**connector, name: -1}).encode()
    assert said(raw, "Connector", version) == [("warning", "negative", f"$.{name}")]


@pytest.mark.parametrize("name", ["min_power", "max_power", "min_kwh", "max_current", "min_duration"])
def test_no_restriction_is_less_than_nothing(name: str) -> None:
    found = of("2.2.1", "Tariff", "elements.0.restrictions", {name: -1})
    assert found == [("warning", "negative", f"$.elements[0].restrictions.{name}")]


def test_no_limit_is_less_than_nothing() -> None:
    profile = {"charging_rate_unit": "W", "min_charging_rate": -1}
    profile["charging_profile_period"] = [{"start_period": 0, "limit": -1}, {"start_period": 60, "limit": 0}]
    request = {"charging_profile": profile, "response_url": "https://example.com/1"}
    assert said(json.dumps(request).encode(), "SetChargingProfile", "2.2.1") == [
        ("warning", "negative", "$.charging_profile.min_charging_rate"),
        ("warning", "negative", "$.charging_profile.charging_profile_period[0].limit"),
    ]


# URLs


URLS = {
    "Image": ("url", "thumbnail"),
    "BusinessDetails": ("website",),
    "Connector": ("terms_and_conditions",),
    "Tariff": ("tariff_alt_url",),
    "StartSession": ("response_url",),
    "StopSession": ("response_url",),
    "ReserveNow": ("response_url",),
    "UnlockConnector": ("response_url",),
    "Credentials": ("url",),
    "Version": ("url",),
    "Endpoint": ("url",),
}
LATER_URLS = {"CancelReservation": ("response_url",), "SetChargingProfile": ("response_url",)}


@pytest.mark.parametrize("version", catalogue.VERSIONS)
def test_every_field_that_the_specification_calls_a_url_is_looked_at(version: str) -> None:
    objects = read_json(f"schema/{version}.json")["objects"]
    expected = URLS | (LATER_URLS if version != "2.1.1" else {})
    told = {name: tuple(each[0] for each in table["fields"] if each[1] == "URL") for name, table in objects.items()}
    assert {name: fields for name, fields in told.items() if fields} == expected
    for name, fields in expected.items():
        for field in fields:
            raw = json.dumps({field: "no URL"}).encode()
            found = [each for each in said(raw, name, version) if each[1] == "url-form"]
            assert found == [("warning", "url-form", f"$.{field}")], name


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "http://example.com:8080/ocpi/2.2.1?x=1&y=%20#top",
        "HTTPS://EXAMPLE.COM/",
        "https://user@example.com/~me/(a);b=c,d/*'!$+",
        "http://[2001:db8::1]/versions",
        "https://müller.example/straße",
    ],
)
def test_a_url_is_a_url(url: str) -> None:
    assert said(json.dumps({"name": "Alpha", "website": url}).encode(), "BusinessDetails", "2.2.1") == []


@pytest.mark.parametrize(
    "text",
    [
        *(
            "www.example.com",
            "example.com/terms",
            "/terms",
            "n/a",
            "#NA",
            "-",
            "mailto:help@example.com",
            "ftp://a.b/c",
        ),
        *("https://", "https:///path", "https:/example.com", "https//example.com", "https://exa mple.com"),
        *("https://example.com/a b", "https://example.com/{id}", "<https://example.com>", " https://example.com"),
        *("https://example.com/a\n", "https://a.b, https://c.d"),
    ],
)
def test_a_text_that_is_no_url_is_a_warning(text: str) -> None:
    found = said(json.dumps({"name": "Alpha", "website": text}).encode(), "BusinessDetails", "2.2.1")
    assert [each for each in found if each[1] == "url-form"] == [("warning", "url-form", "$.website")]


def test_urls_are_looked_at_in_lists_patches_and_at_every_depth() -> None:
    image = {"url": "no URL", "category": "OPERATOR", "type": "png"}
    assert of("2.2.1", "Location", "operator", {"name": "Alpha", "logo": image}) == [
        ("warning", "url-form", "$.operator.logo.url")
    ]
    good = {**image, "url": "https://example.com/1.png"}
    assert of("2.2.1", "Location", "images", [good, image, image]) == [
        ("warning", "url-form", f"$.images[{index}].url") for index in (1, 2)
    ]
    patch = {"images": [image], "last_updated": "2026-05-04T06:00:00Z"}
    assert said(json.dumps(patch).encode(), "EVSE", "2.2.1", patch=True) == [("warning", "url-form", "$.images[0].url")]


TOKEN = {
    "uid": "Tokén",
    "type": "RFID",
    "auth_id": "Zoë",
    "issuer": "Emma",
    "valid": True,
    "whitelist": "ALWAYS",
    "last_updated": "2026-05-04T06:00:00Z",
}


@pytest.mark.parametrize("escaped", [False, True])
def test_a_string_of_2_1_1_is_ascii_and_taken_all_the_same(escaped: bool) -> None:
    def raw(tree: object) -> bytes:
        return json.dumps(tree, ensure_ascii=escaped).encode()

    assert said(raw(TOKEN), "Token", "2.1.1") == [
        ("warning", "text-characters", f"$.{name}") for name in ("uid", "auth_id")
    ]
    assert said(raw({**TOKEN, "uid": "Token", "auth_id": "Z\\u"}), "Token", "2.1.1") == []
    patch = {"auth_id": "Zoë", "valid": None}
    assert said(raw(patch), "Token", "2.1.1", patch=True) == [("warning", "text-characters", "$.auth_id")]
    assert [(each.rule, each.path) for each in remarks(raw([TOKEN]), list[v2_1_1.Token])] == [  # type: ignore[arg-type]
        ("text-characters", "$[0].uid"),
        ("text-characters", "$[0].auth_id"),
    ]
    later = {**TOKEN, "uid": "Token", "country_code": "NL", "party_id": "EMA", "contract_id": "C", "issuer": "Zoë"}
    assert said(raw(later), "Token", "2.2.1") == []


def test_letters_are_looked_at_in_lists_and_at_every_depth() -> None:
    way = [{"language": "de", "text": "über den Hof"}]
    assert of("2.1.1", "Location", "evses.0.directions", way) == [
        ("warning", "text-characters", "$.evses[0].directions[0].text")
    ]
    assert of("2.1.1", "Location", "operator", {"name": "Bär", "website": "https://müller.example"}) == [
        ("warning", "text-characters", "$.operator.name"),
        ("warning", "text-characters", "$.operator.website"),
    ]
