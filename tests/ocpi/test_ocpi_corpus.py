"""The specification's own samples: valid ones are read and written again without loss, bad ones are refused."""

from typing import Any

import pytest
from ocpi_shared import parse, read_bytes, read_json

from simulator.ocpi import catalogue, codec
from simulator.ocpi.envelope import Envelope, decode_envelope
from simulator.ocpi.findings import Invalid
from simulator.ocpi.patch import partial

INDEX = [entry for entry in read_json("corpus/index.json") if entry["version"] in catalogue.VERSIONS]
VALID = [entry for entry in INDEX if entry["usable_as_valid"]]
_INCOMPLETE_CONNECTOR = ("$.connectors[0].power_type", "$.connectors[0].last_updated")
_INCOMPLETE_EVSE = (
    *_INCOMPLETE_CONNECTOR,
    "$.connectors[0].max_voltage",
    "$.connectors[0].max_amperage",
    "$.physical_reference",
)
BAD = {
    "2.1.1/mod_cdrs_1_example_of_a_cdr.json": ("$.tariffs[0].elements[0].price_components[0].price",),
    "2.1.1/mod_locations_4_example_add_an_evse.json": (
        *_INCOMPLETE_CONNECTOR,
        "$.connectors[0].voltage",
        "$.connectors[0].amperage",
        "$.floor_level",
        "$.physical_reference",
        "$.last_updated",
    ),
    "2.1.1/mod_tariffs_1_example_new_tariff_2_euro_per_hour.json": ("$.last_updated",),
    "2.2.1/location_put_example_add_evse.json": _INCOMPLETE_EVSE,
    "2.2.1/tariff_put_example.json": ("$.last_updated",),
    "2.3.0/cdr_example.json": ("$.tariffs[0].tax_included",),
    "2.3.0/location_put_example_add_evse.json": _INCOMPLETE_EVSE,
    "2.3.0/tariff_put_example.json": ("$.last_updated",),
}
BROKEN = ("2.2.1/inline_mod_hub_client_info_1.json", "2.3.0/inline_mod_hub_client_info_1.json")


def class_of(entry: dict[str, Any]) -> Any:
    return catalogue.types(entry["version"])[entry["object_type"]]


@pytest.mark.parametrize("entry", VALID, ids=lambda entry: entry["file"])
def test_valid_sample_survives_a_round_trip(entry: dict[str, Any]) -> None:
    raw = read_bytes(f"corpus/{entry['file']}")
    match entry["kind"].partition(":"):
        case ("full", _, _):
            again = codec.encode(codec.decode(raw, class_of(entry)))
        case ("patch", _, _):
            patch = partial(class_of(entry), last_updated_required=entry["version"] != "2.1.1")
            again = codec.encode(codec.decode(raw, patch))
        case ("wrapped", _, key):
            raw = codec.encode(parse(raw)[key])
            again = codec.encode(codec.decode(raw, class_of(entry)))
        case ("list", _, _):
            again = list_again(raw, entry)
        case ("envelope", _, _):
            raw = data_of(raw)
            again = codec.encode(codec.decode(raw, class_of(entry)))
        case ("envelope-list", _, _):
            raw = data_of(raw)
            again = list_again(raw, entry)
        case ("envelope-error", _, _):
            again = codec.encode(decode_envelope(raw))
        case other:
            raise AssertionError(f"The corpus has a kind of sample this test does not know: {other}")
    assert without_empty_lists(parse(again)) == without_empty_lists(parse(raw))


def without_empty_lists(tree: Any) -> Any:
    """An empty list for an optional field says no more than its absence, and is written as such."""
    if isinstance(tree, dict):
        return {key: without_empty_lists(value) for key, value in tree.items() if value != []}
    return [without_empty_lists(item) for item in tree] if isinstance(tree, list) else tree


def data_of(raw: bytes) -> bytes:
    envelope = decode_envelope(raw)
    assert isinstance(envelope, Envelope)
    return bytes(envelope.data)  # type: ignore[arg-type]


def list_again(raw: bytes, entry: dict[str, Any]) -> bytes:
    objects, findings = codec.decode_list(raw, class_of(entry))
    assert findings == []
    return codec.encode(objects)


@pytest.mark.parametrize("file", BAD)
def test_bad_sample_is_refused_with_every_fault(file: str) -> None:
    (entry,) = (entry for entry in INDEX if entry["file"] == file)
    with pytest.raises(Invalid) as caught:
        codec.decode(read_bytes(f"corpus/{file}"), class_of(entry))
    assert not caught.value.broken
    assert sorted(finding.path for finding in caught.value.findings) == sorted(BAD[file])
    assert all(finding.section.startswith(f"OCPI {entry['version']} ") for finding in caught.value.findings)


@pytest.mark.parametrize("file", BROKEN)
def test_sample_that_is_no_json_is_broken(file: str) -> None:
    with pytest.raises(Invalid) as caught:
        codec.decode(read_bytes(f"corpus/{file}"), catalogue.types("2.3.0")["ClientInfo"])
    assert caught.value.broken


def test_every_sample_is_looked_at() -> None:
    others = [entry["file"] for entry in INDEX if not entry["usable_as_valid"]]
    assert sorted(others) == sorted([*BAD, *BROKEN])
