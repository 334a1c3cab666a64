"""The digest: equal for equal runs however they are recorded, different when anything simulated differs."""

import hashlib
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict, replace
from recording_rows import META, encoded, message, mixed_rows, record, recorded, sequenced

from simulator.recording.digest import Digest, in_order
from simulator.recording.rows import (
    CommandRow,
    EventRow,
    FaultRow,
    HintRow,
    MoneyRow,
    SequencedRow,
    StateRow,
)
from simulator.recording.writer import Recorder


def digest_of(*lists: list[SequencedRow]) -> str:
    digest = Digest()
    for rows in lists:
        digest.add(msgspec.msgpack.encode(rows))
    return digest.hex()


def test_the_level_and_what_is_said_beside_the_run_do_not_matter(tmp_path: Path) -> None:
    rows = mixed_rows(30)
    digests = [recorded(tmp_path / f"{level}.ocpirun", rows, level) for level in ("full", "headers", "aggregates")]
    recorder = Recorder.create(tmp_path / "other.ocpirun", "full", {**META, "seed": "8"})
    for row in rows:
        record(recorder, [row])
        recorder.command(CommandRow(0, "step"))
        recorder.hint(HintRow(0, 1, "rule", "note", "sentence"))
        recorder.sample("evse", "power", "W", 0, 1.0)
        recorder.flush()
    digests.append(recorder.close({}))
    assert len(set(digests)) == 1
    assert len(digests[0]) == 64


@given(st.lists(sequenced, max_size=40), st.lists(st.integers(0, 40), max_size=5))
def test_batches_do_not_matter(rows: list[SequencedRow], cuts: list[int]) -> None:
    bounds = [0, *sorted(cuts), len(rows)]
    batches = [rows[begin:end] for begin, end in pairwise(bounds)]
    assert digest_of(*batches) == digest_of(rows)


def test_long_batches_do_not_matter() -> None:
    rows: list[SequencedRow] = [EventRow(at_us, "link", "tick") for at_us in range(70_000)]
    assert digest_of(rows) == digest_of(rows[:15], rows[15:40_000], rows[40_000:])


ROWS = [
    message(),
    EventRow(1, "evse/1", "meter", "NL-ABC", "S1"),
    StateRow(1, "NL-ABC", "evse", "E1", b'"CHARGING"'),
    MoneyRow(1, "payable", "C1", "S1", "NL-ABC", "NL-EMA", "EUR", Decimal("1.5")),
    FaultRow(1, "link_down", "NL-ABC", "begin"),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: type(row).__name__)
def test_every_field_matters(row: SequencedRow) -> None:
    digests = {digest_of([row])}
    for name, value in asdict(row).items():
        other: object
        if isinstance(value, bytes):
            other = value + b" "
        elif isinstance(value, str):
            other = value + "!"
        elif isinstance(value, tuple):
            other = (*value, ("Z", "1"))
        else:
            other = 999 if value is None else value + 1
        digests.add(digest_of([replace(row, **{name: other})]))
    assert len(digests) == 1 + len(asdict(row))


def test_the_order_of_rows_matters() -> None:
    assert digest_of([ROWS[1], ROWS[2]]) != digest_of([ROWS[2], ROWS[1]])


def test_the_order_of_different_headers_does_not_matter() -> None:
    row = in_order(encoded(message(request_headers=(("x-b", "1"), ("Link", "2"), ("X-A", "3"), ("link", "4")))))
    expected = message(request_headers=(("Link", "2"), ("link", "4"), ("X-A", "3"), ("x-b", "1")))
    assert digest_of([row]) == digest_of([expected])
    assert in_order(row) is row
    other = message(request_headers=(("X-A", "3"), ("Link", "2"), ("link", "4"), ("x-b", "1")))
    assert digest_of([in_order(encoded(other))]) == digest_of([row])


def test_the_digest_of_these_rows_stays_what_it_is() -> None:
    """Two machines compare digests: a change of this value is a new digest format and needs a new file version."""
    stream = b"".join(msgspec.msgpack.encode(row) for row in mixed_rows(2))
    assert digest_of(mixed_rows(2)) == hashlib.blake2b(b"ocpirun digest 2" + stream, digest_size=32).hexdigest()
    assert digest_of(mixed_rows(2)) == "749b92a6f3a09db0434cbd0b90181ea25392d8f221dcb3c0d484efd94188ded5"
