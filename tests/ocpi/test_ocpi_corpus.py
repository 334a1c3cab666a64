"""The specification's own samples: valid ones are read and written again without loss, bad ones are refused."""

from typing import Any

import pytest
from ocpi_shared import parse, read_bytes, read_json

from simulator.ocpi import codec
from simulator.ocpi.envelope import Envelope, decode_envelope
from simulator.ocpi.findings import Invalid
from simulator.ocpi.patch import partial
from simulator.ocpi.v2_2_1 import (
    cdrs,
    credentials,
    hubclientinfo,
    locations,
    sessions,
    tariffs,
    tokens,
    types,
    versions,
)

MODULES = (cdrs, credentials, hubclientinfo, locations, sessions, tariffs, tokens, types, versions)
INDEX = [entry for entry in read_json("corpus/index.json") if entry["version"] == "2.2.1"]
VALID = [entry for entry in INDEX if entry["usable_as_valid"]]
BAD = {
    "location_put_example_add_evse": (
        "$.connectors[0].power_type",
        "$.connectors[0].max_voltage",
        "$.connectors[0].max_amperage",
        "$.connectors[0].last_updated",
        "$.physical_reference",
    ),
    "tariff_put_example": ("$.last_updated",),
}


def class_of(entry: dict[str, Any]) -> Any:
    return next(found for module in MODULES if (found := getattr(module, entry["object_type"], None)))


@pytest.mark.parametrize("entry", VALID, ids=lambda entry: entry["file"].removeprefix("2.2.1/"))
def test_valid_sample_survives_a_round_trip(entry: dict[str, Any]) -> None:
    raw = read_bytes(f"corpus/{entry['file']}")
    match entry["kind"].partition(":"):
        case ("full", _, _):
            again = codec.encode(codec.decode(raw, class_of(entry)))
        case ("patch", _, _):
            again = codec.encode(codec.decode(raw, partial(class_of(entry))))
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
    assert parse(again) == parse(raw)


def data_of(raw: bytes) -> bytes:
    envelope = decode_envelope(raw)
    assert isinstance(envelope, Envelope)
    return bytes(envelope.data)  # type: ignore[arg-type]


def list_again(raw: bytes, entry: dict[str, Any]) -> bytes:
    objects, findings = codec.decode_list(raw, class_of(entry))
    assert findings == []
    return codec.encode(objects)


@pytest.mark.parametrize("name", BAD)
def test_bad_sample_is_refused_with_every_fault(name: str) -> None:
    (entry,) = (entry for entry in INDEX if entry["file"] == f"2.2.1/{name}.json")
    with pytest.raises(Invalid) as caught:
        codec.decode(read_bytes(f"corpus/{entry['file']}"), class_of(entry))
    assert not caught.value.broken
    assert sorted(finding.path for finding in caught.value.findings) == sorted(BAD[name])


def test_sample_that_is_no_json_is_broken() -> None:
    with pytest.raises(Invalid) as caught:
        codec.decode(read_bytes("corpus/2.2.1/inline_mod_hub_client_info_1.json"), hubclientinfo.ClientInfo)
    assert caught.value.broken


def test_every_sample_is_looked_at() -> None:
    others = [entry["file"] for entry in INDEX if not entry["usable_as_valid"]]
    assert sorted(others) == sorted([f"2.2.1/{name}.json" for name in (*BAD, "inline_mod_hub_client_info_1")])
