"""The fast way and the thorough way must agree on every message, and a refusal must say all that is wrong."""

import copy
import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from ocpi_shared import parse, sample

from simulator.ocpi import codec
from simulator.ocpi.datatypes import is_datetime
from simulator.ocpi.examine import examine
from simulator.ocpi.findings import Invalid
from simulator.ocpi.nulls import drop_nulls
from simulator.ocpi.patch import partial
from simulator.ocpi.v2_2_1.cdrs import CDR
from simulator.ocpi.v2_2_1.locations import Location
from simulator.ocpi.v2_2_1.sessions import ChargingPreferences, ChargingPreferencesResponse, Session
from simulator.ocpi.v2_2_1.tariffs import Tariff
from simulator.ocpi.v2_2_1.tokens import Token

SAMPLES = [
    (Session, sample("session_example_2_short_finished")),
    (Location, sample("location_example_uc5_home_charge_point")),
    (Token, sample("token_example_2_full_rfid")),
    (Tariff, sample("tariff_4_complex")),
    (CDR, sample("cdr_example")),
]
strange_values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9),
    st.sampled_from(
        [[], {}, "", "12.5", "2026-05-04T06:00:00Z", "CHARGING", "é", "\u0085", "a\tb", "#NA", Decimal("1E+400")]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
)


def places(tree: Any) -> list[tuple[Any, Any]]:
    """Every place in a tree, as its container and its key."""
    found: list[tuple[Any, Any]] = []
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ():
        found += [(tree, key), *places(value)]
    return found


@given(st.data(), st.booleans())
def test_both_ways_agree_on_every_message(data: st.DataObject, escaped: bool) -> None:
    cls, tree = data.draw(st.sampled_from(SAMPLES))
    tree = copy.deepcopy(tree)
    container, key = data.draw(st.sampled_from(places(tree)))
    container[key] = data.draw(strange_values)
    raw = codec.encode(tree)
    if escaped:
        raw = json.dumps(json.loads(raw)).encode()
        assume(b"Infinity" not in raw)  # what Python makes of 1E+400 is no JSON
        tree = parse(raw)
    faults = examine(tree, cls).findings
    if faults:
        error = refuse(raw, cls)
        assert error.findings == faults
        assert not error.broken
    else:
        decoded = codec.decode(raw, cls)
        assert codec.decode(codec.encode(decoded), cls) == decoded


@given(st.binary(max_size=40))
def test_any_bytes_are_an_object_or_invalid(raw: bytes) -> None:
    with pytest.raises(Invalid):
        codec.decode(raw, Session)


def refuse(raw: bytes, cls: Any) -> Invalid:
    with pytest.raises(Invalid) as caught:
        codec.decode(raw, cls)
    return caught.value


@pytest.mark.parametrize(
    "raw", [b"", b"{", b'{"a":1,}', b"\xff", b'{"x":"\xff"}', b"[" * 100_000, b'{"kwh":"x"', b'{"kwh":1} x', b"NaN"]
)
def test_what_is_no_json_is_broken(raw: bytes) -> None:
    error = refuse(raw, Session)
    assert error.broken
    assert [finding.rule for finding in error.findings] == ["not-json"]


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"", "the end of what should go on at byte 1"),
        (b'{"kwh":1', "the end of what should go on at byte 9"),
        (b'{"kwh":1} x', "“x” at byte 11"),
        (b'{"x":"\xff"}', "the byte 0xFF, which is not UTF-8, at byte 7"),
        (b"\xef\xbb\xbf{}", "the character U+FEFF at byte 1"),
        (b"[" * 100_000, "nesting without end at byte 1"),
        (b'{"kwh":%b' % (b"1" * 9_000), "the end of what should go on at byte 9008"),
    ],
)
def test_what_is_no_json_is_told_with_its_place(raw: bytes, found: str) -> None:
    (finding,) = refuse(raw, Session).findings
    assert finding.sentence() == f"$: found {found}, expected JSON in UTF-8 (OCPI, transport_and_format)."


def test_bad_utf8_in_an_unknown_field_is_broken_too() -> None:
    assert refuse(b'{"profile_type":"CHEAP","x":"\xff"}', ChargingPreferences).broken


def test_a_refusal_names_every_fault_in_sentences() -> None:
    error = refuse(b'{"profile_type":"SLOW","departure_time":"soon","energy_need":"20"}', ChargingPreferences)
    assert [finding.rule for finding in error.findings] == ["unknown-value", "text-format", "wrong-type"]
    assert str(error) == (
        '$.profile_type: found "SLOW", expected one of CHEAP, FAST, GREEN, REGULAR (OCPI 2.2.1 sessions, '
        'ChargingPreferences). $.departure_time: found "soon", expected a UTC date and time without an offset, such as '
        "2026-05-04T06:00:00Z (OCPI 2.2.1 sessions, ChargingPreferences). "
        '$.energy_need: found "20", expected a JSON number (OCPI 2.2.1 sessions, ChargingPreferences).'
    )


def test_numbers_are_exact_both_ways() -> None:
    decoded = codec.decode(b'{"profile_type":"CHEAP","energy_need":0.1000}', ChargingPreferences)
    assert decoded.energy_need == Decimal("0.1")
    assert codec.encode(decoded) == b'{"profile_type":"CHEAP","energy_need":0.1000}'


@pytest.mark.parametrize("number", [b"1e999", b"-1e999", b"1e99999999999999999999", b"1e-99999999999999999999"])
def test_numbers_without_measure_are_refused(number: bytes) -> None:
    error = refuse(b'{"profile_type":"CHEAP","energy_need":%b}' % number, ChargingPreferences)
    assert [(finding.rule, finding.path) for finding in error.findings] == [("out-of-range", "$.energy_need")]


def test_null_for_an_optional_field_is_absent_and_is_not_written() -> None:
    tree = {**sample("session_example_1_simple_start"), "charging_periods": None, "total_cost": None, "meter_id": None}
    decoded = codec.decode(codec.encode(tree), Session)
    assert (decoded.charging_periods, decoded.total_cost, decoded.meter_id) == ((), None, None)
    assert b"null" not in codec.encode(decoded)
    assert b"charging_periods" not in codec.encode(decoded)


def test_null_for_a_required_field_is_refused() -> None:
    tree = {**sample("session_example_1_simple_start"), "kwh": None}
    assert [finding.path for finding in refuse(codec.encode(tree), Session).findings] == ["$.kwh"]


def test_nulls_are_dropped_wherever_a_class_allows_it_and_nowhere_else() -> None:
    tree = sample("location_example")
    connector = tree["evses"][0]["connectors"][0]
    nulls = {**connector, "tariff_ids": None, "terms_and_conditions": None, "id": None, "vendor": None}
    tree["evses"] = [{**tree["evses"][0], "connectors": [nulls], "images": None}, None]
    tree["opening_times"] = {"twentyfourseven": True, "regular_hours": None}
    drop_nulls(trees := [copy.deepcopy(tree)], list[Location])
    (dropped,) = trees
    assert dropped["opening_times"] == {"twentyfourseven": True}
    assert "images" not in dropped["evses"][0]
    assert dropped["evses"][1] is None
    left = {name: value for name, value in connector.items() if name not in ("tariff_ids", "terms_and_conditions")}
    assert dropped["evses"][0]["connectors"] == [{**left, "id": None, "vendor": None}]
    drop_nulls(patch := {"publish": None, "name": None}, partial(Location))
    assert patch == {"publish": None, "name": None}


@pytest.mark.parametrize(("cls", "tree"), SAMPLES, ids=lambda value: getattr(value, "__name__", ""))
def test_no_datetime_escapes_wherever_it_stands(cls: Any, tree: Any) -> None:
    again = copy.deepcopy(tree)
    looked_at = 0
    for container, key in places(again):
        good = container[key]
        if isinstance(good, str) and is_datetime(good):
            container[key] = "2026-02-30T00:00:00Z"
            (finding,) = refuse(codec.encode(again), cls).findings
            assert (finding.rule, finding.path.rpartition(".")[2]) == ("text-format", key)
            container[key] = good
            looked_at += 1
    assert looked_at
    assert codec.encode(codec.decode(codec.encode(again), cls))


def test_no_coordinate_escapes_wherever_it_stands() -> None:
    tree = sample("location_example")
    here = {"latitude": "51.04759", "longitude": "3.72994"}
    tree |= {"related_locations": [{**here}], "evses": [{**tree["evses"][0], "coordinates": {**here}}]}
    for place in (tree["coordinates"], tree["related_locations"][0], tree["evses"][0]["coordinates"]):
        for key in here:
            good, place[key] = place[key], "190.04759" if key == "latitude" else "3,72994"
            (finding,) = refuse(codec.encode(tree), Location).findings
            assert (finding.rule, finding.path.rpartition(".")[2]) == ("text-format", key)
            place[key] = good
    assert codec.decode(codec.encode(tree), Location).related_locations[0].latitude == "51.04759"


def test_unknown_fields_are_ignored() -> None:
    tree = sample("token_example_1_app_user")
    assert codec.decode(codec.encode({**tree, "vendor": {"x": [1]}}), Token) == codec.decode(codec.encode(tree), Token)


def test_characters_are_checked_whatever_they_are_written_with() -> None:
    tree = sample("token_example_1_app_user")
    assert codec.decode(codec.encode({**tree, "issuer": "Zoë ♥ 東京"}), Token).issuer == "Zoë ♥ 東京"
    for raw in (codec.encode({**tree, "uid": "é"}), json.dumps({**tree, "uid": "é"}).encode()):
        assert [finding.rule for finding in refuse(raw, Token).findings] == ["text-characters"]
    for issuer in ("line\nbreak", "tab\t", "\x7f", "\x85"):
        for raw in (codec.encode({**tree, "issuer": issuer}), json.dumps({**tree, "issuer": issuer}).encode()):
            assert [finding.path for finding in refuse(raw, Token).findings] == ["$.issuer"]
    assert codec.decode(json.dumps({**tree, "issuer": 'a "b" \\'}).encode(), Token).issuer == 'a "b" \\'


def test_white_space_between_is_no_character_of_a_text() -> None:
    tree = {**sample("token_example_1_app_user"), "issuer": "Zoë"}
    assert codec.decode(json.dumps(tree, indent="\t", ensure_ascii=False).encode(), Token).issuer == "Zoë"


def test_a_bad_object_in_a_list_costs_only_itself() -> None:
    good = sample("token_example_1_app_user")
    raw = codec.encode([good, {**good, "valid": "yes"}, 7, {**good, "language": None}])
    objects, findings = codec.decode_list(raw, Token)
    assert [token.language for token in objects] == [good.get("language"), None]
    assert [(finding.path, finding.rule) for finding in findings] == [
        ("$[1].valid", "wrong-type"),
        ("$[2]", "wrong-type"),
    ]


def test_a_list_that_is_none_is_refused() -> None:
    for raw, broken in ((b"{}", False), (b"null", False), (b"[1", True)):
        with pytest.raises(Invalid) as caught:
            codec.decode_list(raw, Token)
        assert caught.value.broken == broken
    assert codec.decode_list(b"[]", Token) == ([], [])


def test_a_single_value_and_a_raw_part_are_read_like_a_body() -> None:
    raw = msgspec.Raw(b'"ACCEPTED"')
    assert codec.decode(raw, ChargingPreferencesResponse) is ChargingPreferencesResponse.ACCEPTED
    assert [finding.rule for finding in refuse(b'"MAYBE"', ChargingPreferencesResponse).findings] == ["unknown-value"]


def test_objects_are_immutable() -> None:
    token = codec.decode(codec.encode(sample("token_example_1_app_user")), Token)
    with pytest.raises(AttributeError):
        token.valid = False  # type: ignore[misc]
