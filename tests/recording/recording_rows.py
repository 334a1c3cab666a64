"""Rows for the tests of this room: hypothesis strategies for each kind, and plain ones to count with."""

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import msgspec
from hypothesis import strategies as st
from msgspec.structs import asdict, replace

from simulator.recording.rows import (
    LINK_EVENT,
    CommandRow,
    EncodedMessage,
    EventRow,
    FaultRow,
    HintRow,
    MessageRow,
    MoneyRow,
    SequencedRow,
    StateRow,
)
from simulator.recording.writer import Recorder

META = {"start_epoch_us": "1777867200000000", "seed": "7", "control_token": "secret"}

text = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
word = st.sampled_from(["", "NL-ABC", "NL-EMA", "evse", "session", "Ä€"])
number = st.integers(-(1 << 60), 1 << 60)
small = st.integers(-3, 3)
id = (
    text
    | st.sampled_from(["", "c", "9" * 12, "x-00000000000G", "x-0_0000000001", "x-00000000000A"])
    | st.builds("{}{:012x}".format, word, st.integers(0, (1 << 48) - 1))
)
status = st.none() | st.integers(100, 5000)
json_object = text.map(lambda key: b'{"%s":1}' % key.replace('"', "").replace("\\", "").encode())
headers = st.lists(st.tuples(st.sampled_from(["Link", "accept", "X-a", "x-B"]), text), max_size=4).map(
    lambda pairs: tuple(sorted(pairs, key=lambda pair: pair[0].lower()))
)
causes = st.just({"cause_kind": "", "cause": 0}) | st.fixed_dictionaries(
    {"cause_kind": st.sampled_from(["event", "message"]), "cause": st.integers(1, 1 << 60)}
)


def with_cause(row: SequencedRow, cause: dict[str, object]) -> SequencedRow:
    return replace(row, **cause)


def with_ids_in_headers(row: MessageRow, first: bool, second: bool) -> MessageRow:
    """Some of the headers end as those of the engine do."""
    ids = (("X-Correlation-ID", row.correlation_id), ("X-Request-ID", row.request_id))
    return replace(
        row,
        request_headers=tuple(sorted((*row.request_headers, *ids[: 2 * first]), key=lambda pair: pair[0].lower())),
        response_headers=tuple(sorted((*row.response_headers, *ids[: 2 * second]), key=lambda pair: pair[0].lower())),
    )


messages = st.builds(
    MessageRow,
    exchange=number,
    depth=small,
    start_us=number,
    arrive_us=st.none() | number,
    end_us=number,
    final=st.sampled_from(["delivered", "timed_out", "lost", "dead"]),
    failure=text,
    sender=word,
    receiver=word,
    module=word,
    interface=word,
    route=word,
    method=word,
    path=text,
    host=word,
    version=word,
    http_status=status,
    ocpi_status=status,
    object_kind=word,
    object_id=text,
    session_id=text,
    token_uid=text,
    location_id=text,
    correlation_id=id,
    request_id=id,
    request_headers=headers,
    request_body=st.binary(max_size=40),
    response_headers=headers,
    response_body=st.binary(max_size=40),
    duplicate_of=small,
    handled_us=st.none() | number,
)
events = st.builds(
    EventRow,
    at_us=number,
    source=text,
    kind=word | st.just(LINK_EVENT),
    party=word,
    subject=text,
    data=json_object,
)
states = st.builds(
    StateRow,
    at_us=number,
    holder=word,
    kind=word,
    entity=text,
    value=json_object,
    fixed=st.integers(0, 3),
)
money = st.builds(
    MoneyRow,
    at_us=number,
    kind=st.sampled_from(["receivable", "payable"]),
    cdr_id=text,
    session_id=text,
    creditor=word,
    debtor=word,
    currency=word,
    amount=st.decimals(allow_nan=False, allow_infinity=False, places=4),
    approximate=st.booleans(),
    reason=text,
    energy_wh=number,
    tariff_id=text,
)
faults = st.builds(
    FaultRow, at_us=number, kind=word, target=text, phase=st.sampled_from(["begin", "end"]), data=json_object
)
commands = st.builds(CommandRow, at_us=number, command=text, data=json_object)
hints = st.builds(
    HintRow,
    at_us=number,
    exchange=number,
    rule=word,
    severity=st.sampled_from(["error", "warning", "note"]),
    sentence=text,
    path=text,
    section=text,
)
messages = st.builds(with_ids_in_headers, messages, st.booleans(), st.booleans())
sequenced = st.builds(with_cause, messages | events | states, causes) | money | faults


def message(exchange: int = 1, **changes: object) -> MessageRow:
    """A PATCH of a session, as the engine would record it."""
    fields: dict[str, object] = {
        "exchange": exchange,
        "cause_kind": "event",
        "cause": 1,
        "depth": 1,
        "start_us": exchange * 1_000_000,
        "arrive_us": exchange * 1_000_000 + 40_000,
        "end_us": exchange * 1_000_000 + 90_000,
        "final": "delivered",
        "failure": "",
        "sender": "NL-ABC",
        "receiver": "NL-EMA",
        "module": "sessions",
        "interface": "RECEIVER",
        "route": "sessions.receiver.patch_session",
        "method": "PATCH",
        "path": "/ocpi/2.2.1/sessions/NL/ABC/S1",
        "host": "nl-ema.ocpi.test",
        "version": "2.2.1",
        "http_status": 200,
        "ocpi_status": 1000,
        "object_kind": "session",
        "object_id": "S1",
        "session_id": "S1",
        "token_uid": "T1",
        "location_id": "L1",
        "correlation_id": f"c-{exchange:012x}",
        "request_id": f"r-{exchange:012x}",
        "request_headers": (
            ("Authorization", "Token dDE="),
            ("X-Correlation-ID", f"c-{exchange:012x}"),
            ("X-Request-ID", f"r-{exchange:012x}"),
        ),
        "request_body": b'{"kwh":1.5}',
        "response_headers": (("Content-Type", "application/json"),),
        "response_body": b'{"status_code":1000}',
        "handled_us": exchange * 1_000_000 + 45_000,
    }
    return MessageRow(**{**fields, **changes})  # type: ignore[arg-type]


def encoded(row: MessageRow) -> EncodedMessage:
    """The row as its writer receives it."""
    return msgspec.msgpack.decode(msgspec.msgpack.encode(row), type=EncodedMessage)


def mixed_rows(count: int) -> list[SequencedRow]:
    """Rows of all sequenced kinds, in order of time."""
    rows: list[SequencedRow] = []
    for i in range(count):
        at_us = i * 1_000_000
        kind = LINK_EVENT if i % 2 else "meter"
        rows.append(EventRow(at_us, f"evse/{i % 3}", kind, "NL-ABC", "S1", b'{"energy_wh":%d}' % i))
        rows.append(message(i + 1, http_status=200 if i % 4 else 500, object_id=f"S{i % 5}"))
        rows.append(
            StateRow(at_us, "NL-EMA", "session", f"S{i % 5}", b'{"token":"T1","kwh":%d}' % i, "message", i + 1, 14)
        )
    rows.append(MoneyRow(count, "receivable", "C1", "S1", "NL-ABC", "NL-EMA", "EUR", Decimal("4.20"), energy_wh=9))
    rows.append(FaultRow(count, "party_offline", "NL-ABC", "begin"))
    return rows


def record(recorder: Recorder, rows: Iterable[SequencedRow]) -> list[int]:
    """Give the rows to the recorder's method for their kind; returns their sequences."""
    seqs = []
    for row in rows:
        if isinstance(row, MessageRow):
            seqs.append(recorder.message(row))
        elif isinstance(row, EventRow):
            seqs.append(recorder.event(row))
        elif isinstance(row, StateRow):
            seqs.append(recorder.state(row))
        elif isinstance(row, MoneyRow):
            seqs.append(recorder.money(row))
        else:
            seqs.append(recorder.fault(row))
        recorder.offer()
    return seqs


def recorded(path: Path, rows: Iterable[SequencedRow], level: str = "full") -> str:
    """Record the rows into a finished file; returns the digest."""
    recorder = Recorder.create(path, level, META)  # type: ignore[arg-type]
    record(recorder, rows)
    return recorder.close({})


def same(row: object, read: object) -> bool:
    """Whether what was read is what was written, but for what only the reader knows (seq, sizes)."""
    written = asdict(row)  # type: ignore[arg-type]
    return {key: asdict(read)[key] for key in written} == written  # type: ignore[arg-type]
