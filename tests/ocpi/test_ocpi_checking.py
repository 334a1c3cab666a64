"""What is said of one value: faults, rules, and what every receiver passes over."""

import json
from io import BytesIO
from typing import Any

import pytest

from simulator.ocpi import catalogue
from simulator.ocpi.checking import Checker, Told, read_items
from simulator.ocpi.guess import guess_types
from simulator.ocpi.remarks import remarks
from simulator.ocpi.scan import Item, Place

PRICE = {"before_taxes": 1.0, "taxes": [{"name": "VAT", "amount": 0.21}]}
TOKEN: dict[str, Any] = {
    "country_code": "NL",
    "party_id": "EMA",
    "uid": "1",
    "type": "RFID",
    "contract_id": "C1",
    "issuer": "Emma",
    "valid": True,
    "whitelist": "NEVER",
    "last_updated": "2026-05-04T06:00:00Z",
}


def told(raw: bytes, type_name: str, version: str = "2.2.1", *, patch: bool = False) -> list[Told]:
    checker = Checker(catalogue.types(version)[type_name], version, patch=patch)
    return list(checker.check(Item("$[3]", raw, Place(7, 5))))


def of(tree: Any, type_name: str, version: str = "2.2.1", *, patch: bool = False) -> list[tuple[str, str, str]]:
    return [
        (each.finding.severity, each.finding.rule, each.finding.path)
        for each in told(json.dumps(tree).encode(), type_name, version, patch=patch)
    ]


def test_an_object_in_order_is_passed_without_a_word() -> None:
    assert of(TOKEN, "Token") == of(TOKEN, "Token", "2.3.0") == []


def test_faults_rules_and_remarks_come_with_the_path_from_the_beginning() -> None:
    assert of({**TOKEN, "valid": "yes"}, "Token") == [("error", "wrong-type", "$[3].valid")]
    monday = {"weekday": 1, "period_begin": "09:00", "period_end": "08:00"}
    hours = {"twentyfourseven": False, "regular_hours": [monday]}
    assert of(hours, "Hours") == [("warning", "hours-order", "$[3].regular_hours[0].period_end")]
    assert of({**TOKEN, "vendor": 1}, "Token") == [("note", "unknown-field", "$[3].vendor")]
    assert of({**TOKEN, "valid": "yes", "group_id": None}, "Token") == [
        ("error", "wrong-type", "$[3].valid"),
        ("note", "null-field", "$[3].group_id"),
    ]


def test_a_field_that_is_nearly_a_known_one_is_a_warning() -> None:
    (found,) = told(json.dumps({**TOKEN, "visual_numbr": "1"}).encode(), "Token")
    assert (found.finding.severity, found.finding.expected) == ("warning", "visual_number, perhaps")
    (found,) = told(json.dumps({**TOKEN, "group": "1"}).encode(), "Token")
    assert found.finding.expected == "group_id, perhaps"
    assert of({**TOKEN, "visual_number": "1", "visual_numbr": "1"}, "Token") == [
        ("note", "unknown-field", "$[3].visual_numbr")
    ]


def test_remarks_reach_every_depth() -> None:
    price = {"before_taxes": 1.0, "taxes": [{"name": "VAT", "amount": 0.21, "percentage": None, "x": 1}]}
    assert remarks(json.dumps(PRICE).encode(), catalogue.types("2.3.0")["Price"]) == ()
    assert of(price, "Price", "2.3.0") == [
        ("note", "null-field", "$[3].taxes[0].percentage"),
        ("note", "unknown-field", "$[3].taxes[0].x"),
    ]
    assert of({"before_taxes": 1.0, "taxes": None}, "Price", "2.3.0") == [("note", "null-field", "$[3].taxes")]


def test_a_name_from_later_on_is_a_note_where_the_list_is_open_and_an_error_where_it_is_closed() -> None:
    later = {**TOKEN, "type": "IRIS_SCAN"}
    assert of(later, "Token", "2.3.0") == [("note", "open-value", "$[3].type")]
    assert of(later, "Token", "2.2.1") == [("error", "unknown-value", "$[3].type")]
    assert of({**TOKEN, "type": 7}, "Token", "2.3.0") == [("error", "wrong-type", "$[3].type")]


@pytest.mark.parametrize("version", catalogue.VERSIONS)
def test_sections_name_the_version_asked_for(version: str) -> None:
    hours = {"twentyfourseven": 1, "x": 1}
    sections = [each.finding.section for each in told(json.dumps(hours).encode(), "Hours", version)]
    assert sections == [f"OCPI {version} locations, Hours"] * 2
    (text,) = told(b'{"language": "english", "text": ""}', "DisplayText", version)
    assert text.finding.section == f"OCPI {version} types, DisplayText"


def test_a_patch_may_lack_anything_but_the_time_of_its_change() -> None:
    changes = {"valid": False}
    assert of(changes, "Token", patch=True) == [("error", "missing-field", "$[3].last_updated")]
    assert of({**changes, "last_updated": TOKEN["last_updated"]}, "Token", patch=True) == []
    assert of(changes, "Token", "2.1.1", patch=True) == []


@pytest.mark.parametrize(
    ("raw", "place", "found"),
    [
        (b'{"uid":\n\n tru}', (9, 2), "“t” at line 9, column 2"),
        (b'{"uid": "\xc3\xa9" "x"}', (7, 18), '“"” at line 7, column 18'),
        (b'{"\xc3\xa9": "\\"NaN", "valid": NaN}', (7, 30), "NaN, which is no JSON, at line 7, column 30"),
        (b'{"valid":\n-Infinity}', (8, 1), "-Infinity, which is no JSON, at line 8, column 1"),
        (
            b'{"x": "\\uD83D\\uDE00\\\\ud800",\n"y": "z\\udC00"}',
            (8, 8),
            "\\udC00, half of a character, at line 8, column 8",
        ),
        (b'{"x": "\\ud83d\\u0041"}', (7, 12), "\\ud83d, half of a character, at line 7, column 12"),
        (b'{"x": "\xff"}', (7, 12), "the byte 0xFF, which is not UTF-8, at line 7, column 12"),
        (b"[" * 5_000 + b"]" * 5_000, (7, 5), "nesting without end at line 7, column 5"),
    ],
)
def test_broken_json_is_told_with_its_place_in_the_file(raw: bytes, place: tuple[int, int], found: str) -> None:
    (each,) = told(raw, "Token")
    assert each.finding.rule == "not-json"
    assert each.place == place
    assert each.finding.found == found


def test_an_envelope_is_checked_as_one() -> None:
    checker = Checker(catalogue.types("2.3.0")["Token"], "2.3.0")
    (each,) = checker.check(
        Item("$", b'{"status_code": "1000", "timestamp": "2026-05-04T06:00:00Z"}', Place(1, 1), True)
    )
    assert (each.finding.path, each.finding.section) == (
        "$.status_code",
        "OCPI 2.3.0 transport_and_format, Response format",
    )
    assert checker.objects == 0


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"[%b]" % json.dumps(TOKEN).encode(), "2001 “No” and data"),
        (json.dumps(TOKEN).encode(), "2001 “No” and data"),
        (b"[]", "2001 “No” and no data"),
        (b"null", "2001 “No” and no data"),
    ],
)
def test_an_answer_that_refuses_is_warned_of_whatever_its_data_are(data: bytes, found: str) -> None:
    refusal = b'{"data":%b,"status_code":2001,"status_message":"No","timestamp":"2026-05-04T06:00:00Z"}\n' % data
    checker = Checker(catalogue.types("2.2.1")["Token"], "2.2.1")
    good = b'{"data":%b,"status_code":1000,"timestamp":"2026-05-04T06:00:00Z"}\n' % json.dumps(TOKEN).encode()
    told = [
        each.finding
        for item in read_items(BytesIO(good + refusal + good).read, "2.2.1")
        if isinstance(item, Item)
        for each in checker.check(item)
        if each.finding.rule != "null-field"
    ]
    assert [(each.rule, each.severity, each.path, each.found) for each in told] == [
        ("refusal", "warning", "line 2: $.status_code", found)
    ]


def test_a_file_that_cannot_be_cut_ends_with_the_reason() -> None:
    pieces = iter([b"[1", b", 2 3]", b""])
    *values, broken = read_items(lambda _: next(pieces), "2.2.1")
    assert [item.raw for item in values if isinstance(item, Item)] == [b"1", b"2"]
    assert isinstance(broken, Told)
    assert broken.finding.found == "“3” at line 1, column 7"


@pytest.mark.parametrize("version", catalogue.VERSIONS)
def test_every_type_is_among_those_that_its_own_fields_suggest(version: str) -> None:
    for name, cls in catalogue.types(version).items():
        assert name in guess_types(cls.__struct_fields__, version)


def test_a_type_is_guessed_only_from_what_is_unlike_all_others() -> None:
    assert guess_types(TOKEN, "2.2.1") == ("Token",)
    assert guess_types([*TOKEN, "vendor", "other_vendor"], "2.3.0") == ("Token",)
    assert guess_types([name for name in TOKEN if name != "whitelist"], "2.2.1") == ("Token",)
    assert guess_types(["latitude", "longitude"], "2.2.1") == ("GeoLocation", "AdditionalGeoLocation")
    assert guess_types(["latitude", "longitude", "name"], "2.2.1") == ("AdditionalGeoLocation",)
    assert guess_types(["result"], "2.2.1") == (
        *("CommandResult", "ActiveChargingProfileResult", "ChargingProfileResult", "ClearProfileResult"),
    ), "not CommandResponse, which would lack its timeout"
    assert guess_types(["energy_mix"], "2.2.1") == ()
    assert guess_types(["a", "b", "c", "id"], "2.2.1") == ()
    assert guess_types([], "2.2.1") == ()
