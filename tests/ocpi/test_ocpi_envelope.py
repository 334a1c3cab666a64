"""The envelope, written by joining bytes, must read back as what went in."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from simulator.ocpi.envelope import decode_envelope, failure, status_of, success
from simulator.ocpi.findings import Invalid

NOW = "2026-05-04T06:00:00Z"
texts = st.text(st.characters(exclude_categories=["Cs"]))
json_values = st.recursive(
    st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)


@given(json_values, st.integers(1000, 4999), st.none() | texts)
def test_an_answer_reads_back(data: object, status_code: int, status_message: str | None) -> None:
    envelope = decode_envelope(success(json.dumps(data).encode(), NOW, status_code, status_message))
    assert json.loads(bytes(envelope.data)) == data  # type: ignore[arg-type]
    assert (envelope.status_code, envelope.status_message, envelope.timestamp) == (status_code, status_message, NOW)


@given(texts)
def test_an_error_reads_back_and_has_no_data(status_message: str) -> None:
    envelope = decode_envelope(failure(2001, status_message, NOW))
    assert (envelope.data, envelope.status_code, envelope.status_message) == (UNSET, 2001, status_message)


def test_bytes_are_the_same_each_time() -> None:
    assert success(b"[]", NOW) == b'{"data":[],"status_code":1000,"timestamp":"2026-05-04T06:00:00Z"}'
    assert success(None, NOW) == b'{"status_code":1000,"timestamp":"2026-05-04T06:00:00Z"}'


def test_null_data_is_no_data() -> None:
    assert decode_envelope(b'{"data":null,"status_code":1000,"timestamp":"%b"}' % NOW.encode()).data is UNSET


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b'{"status_code":1000}', "$.timestamp"),
        (b'{"timestamp":"2026-05-04T06:00:00Z"}', "$.status_code"),
        (b'{"status_code":"1000","timestamp":"2026-05-04T06:00:00Z"}', "$.status_code"),
        (b'{"status_code":200,"timestamp":"2026-05-04T06:00:00Z"}', "$.status_code"),
        (b'{"status_code":1000,"timestamp":"2026-05-04T06:00:00+00:00"}', "$.timestamp"),
        (b"[]", "$"),
    ],
)
def test_an_answer_without_a_proper_envelope_is_invalid(body: bytes, path: str) -> None:
    with pytest.raises(Invalid) as caught:
        decode_envelope(body)
    assert [finding.path for finding in caught.value.findings] == [path]
    assert not caught.value.broken


@pytest.mark.parametrize("body", [b"", b"<html>502</html>", b'{"status_code":1000', b'\xff{"status_code":1000}'])
def test_an_answer_that_is_no_json_is_broken(body: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        decode_envelope(body)
    assert caught.value.broken


@pytest.mark.parametrize(("told", "status"), [(b"7", 7), (b"-1", -1), (b"%d" % 2**62, 2**62), (b"%d" % 10**20, None)])
def test_a_status_code_is_told_as_far_as_a_recording_can_hold_it(told: bytes, status: int | None) -> None:
    assert status_of(b'{"status_code":%b,"timestamp":"2026-05-04T06:00:00Z"}' % told) == status
