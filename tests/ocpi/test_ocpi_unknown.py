"""An unknown restriction stays with its element in every version: whoever passed over it would bill everybody."""

import gc
import json
import pickle
from typing import Any

import pytest
from ocpi_shared import read_json
from test_ocpi_checking import TOKEN, of

from simulator.ocpi import catalogue, codec, unknown
from simulator.ocpi.codec import decode, decode_list, decode_whole, decode_whole_list, encode
from simulator.ocpi.patch import apply_patch, partial
from simulator.ocpi.unknown import known_class, unknown_members
from simulator.ocpi.v2_2_1.cdrs import CDR

Json = dict[str, Any]
ENERGY = {"type": "ENERGY", "price": 0.3, "step_size": 1}
PLAIN = {"price_components": [ENERGY]}
TARIFF: Json = {
    "id": "T",
    "currency": "EUR",
    "elements": [PLAIN],
    "last_updated": "2026-05-04T06:00:00Z",
}
OWNER = {"country_code": "NL", "party_id": "ABC"}
IN = {"2.1.1": TARIFF, "2.2.1": TARIFF | OWNER, "2.3.0": TARIFF | OWNER | {"tax_included": "NO"}}
MOON = {"min_kwh": 1.5, "phase of moon": {"of": "Jupiter", "days": [1, 2.50]}, "day_of_weak": ["MONDAY"]}


def raw(version: str, restrictions: Json) -> bytes:
    return json.dumps(IN[version] | {"elements": [PLAIN, PLAIN | {"restrictions": restrictions}]}).encode()


def tariff_class(version: str) -> Any:
    return catalogue.types(version)["Tariff"]


@pytest.mark.parametrize("version", IN)
def test_it_is_read_named_written_and_compared(version: str) -> None:
    cls = tariff_class(version)
    tariff = decode(raw(version, MOON), cls)
    plain, odd = tariff.elements
    assert plain.restrictions is None
    assert isinstance(odd.restrictions, catalogue.types(version)["TariffRestrictions"])
    assert unknown_members(odd.restrictions) == ("day_of_weak", "phase of moon")
    assert json.loads(encode(tariff)) == json.loads(raw(version, MOON))
    assert decode(encode(tariff), cls) == tariff
    assert decode(raw(version, MOON | {"phase of moon": "new"}), cls) != tariff
    assert catalogue.version_of(type(odd.restrictions)) == catalogue.version_of(type(odd.restrictions).__base__)


@pytest.mark.parametrize("version", IN)
def test_it_is_kept_in_lists_and_inside_of_a_bill(version: str) -> None:
    text = raw(version, MOON)
    (tariff,), findings = decode_list(b"[" + text + b"]", tariff_class(version))
    assert (unknown_members(tariff.elements[1].restrictions), findings) == (("day_of_weak", "phase of moon"), [])
    bill = read_json("corpus/2.2.1/cdr_example.json")
    bill["tariffs"] = [json.loads(raw("2.2.1", MOON))]
    (tariff,) = decode(encode(bill), CDR).tariffs
    assert unknown_members(tariff.elements[1].restrictions) == ("day_of_weak", "phase of moon")


@pytest.mark.parametrize("version", IN)
def test_one_that_is_null_is_absent_and_known_ones_need_nothing(version: str) -> None:
    cls = tariff_class(version)
    known = decode(raw(version, {"min_kwh": 1.5}), cls)
    assert decode(raw(version, {"min_kwh": 1.5, "moon": None}), cls) == known
    assert unknown_members(known.elements[1].restrictions) == ()


def test_of_very_many_some_are_kept_and_their_classes_are_not_collected() -> None:
    cls = tariff_class("2.2.1")
    for trial in range(3):
        tariff = decode(raw("2.2.1", {f"{trial} {number}": 1 for number in range(5_000)}), cls)
        assert 0 < len(unknown_members(tariff.elements[1].restrictions)) <= 100
        del tariff
    gc.collect()
    assert not any(names[0].startswith(("0 ", "1 ", "2 ")) for _, names in unknown._with)


@pytest.mark.parametrize("version", IN)
def test_check_warns_of_it(version: str) -> None:
    tree = json.loads(raw(version, {"phase of moon": 1}))
    path = "$[3].elements[1].restrictions"
    assert ("warning", "unknown-restriction", f"{path}.phase of moon") in of(tree, "Tariff", version)
    near = json.loads(raw(version, {"day_of_weak": ["MONDAY"]}))
    assert ("warning", "unknown-restriction", f"{path}.day_of_weak") in of(near, "Tariff", version)


def test_a_booking_is_known_in_2_3_0_alone_and_warned_of_everywhere() -> None:
    for version in IN:
        tree = json.loads(raw(version, {"booking": "BOOKING"}))
        rule = "booking-element" if version == "2.3.0" else "unknown-restriction"
        assert of(tree, "Tariff", version) == [("warning", rule, "$[3].elements[1].restrictions.booking")]
    known = codec.decode(raw("2.3.0", {"booking": "BOOKING_OVERTIME"}), tariff_class("2.3.0"))
    assert known.elements[1].restrictions.booking == "BOOKING_OVERTIME"
    faults = of(json.loads(raw("2.3.0", {"booking": "PICNIC"})), "Tariff", "2.3.0")
    assert faults[0] == ("error", "unknown-value", "$[3].elements[1].restrictions.booking")


@pytest.mark.parametrize("version", ["2.2.1", "2.3.0"])
def test_a_whole_object_has_all_members_that_its_class_does_not_know(version: str) -> None:
    cls = tariff_class(version)
    tree = json.loads(raw(version, MOON)) | {"x": [None, {"y": 2.50}], "type": None}
    tree["elements"][0]["price_components"][0]["x_way"] = "up"
    text = json.dumps(tree).encode()
    plain, whole = decode(text, cls), decode_whole(text, cls)
    del tree["type"]
    assert json.loads(encode(whole)) == tree
    assert (unknown_members(plain), unknown_members(whole)) == ((), ("x",))
    assert (type(plain), known_class(type(whole))) == (cls, cls)
    assert decode_whole(encode(whole), cls) == whole
    (first, second), findings = decode_whole_list(b"[%b,%b,7]" % (text, encode(plain)), cls)
    assert (first, second, len(findings)) == (whole, plain, 1)


@pytest.mark.parametrize("version", IN)
def test_an_object_goes_to_another_process_with_them(version: str) -> None:
    """As the scenario of a sweep does, that names a file with them."""
    cls = tariff_class(version)
    tree = json.loads(raw(version, MOON)) | {"x": 2.50}
    for tariff in (decode(raw(version, MOON), cls), decode_whole(json.dumps(tree).encode(), cls)):
        assert pickle.loads(pickle.dumps(tariff)) == tariff


def test_an_object_that_is_known_is_its_class_alone() -> None:
    cls = tariff_class("2.3.0")
    assert type(decode_whole(json.dumps(IN["2.3.0"]).encode(), cls)) is cls


def test_a_patch_of_what_nobody_knows_adds_and_replaces() -> None:
    cls = catalogue.types("2.3.0")["Token"]
    token = decode_whole(json.dumps(TOKEN | {"a": 1, "b": 2}).encode(), cls)
    patch = decode_whole(b'{"valid": false, "b": 3, "c": 4, "last_updated": "2026-05-04T07:00:00Z"}', partial(cls))
    changed = json.loads(encode(apply_patch(token, patch)))
    expected = {"valid": False, "a": 1, "b": 3, "c": 4, "last_updated": "2026-05-04T07:00:00Z"}
    assert changed == TOKEN | expected
