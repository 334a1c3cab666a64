"""SQL and predicate say the same of every message, whatever the filter."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from simulator.filters.instants import Origin
from simulator.filters.parse import Filter, parse, term
from simulator.filters.words import ROUTES
from simulator.recording.reader import Recording
from simulator.recording.rows import Message, MessageRow
from simulator.recording.writer import Recorder

ORIGIN = Origin(1_777_867_200_000_000, "Europe/Amsterdam")
IDS = (
    "",
    "S1",
    "s1",
    "S10",
    "a%b",
    "a_b",
    "a\\b",
    "axb",
    "Ä€",
    "ä€",
    "K",
    "\u212a",
    'q"q',
    "two words",
    "x*y",
    "línea\nzwei",
    "p-00000000000a",
    "p-00000000000b",
    "P-00000000000A",
    "100000000000a",
)
PARTIES = ("NL-ABC", "nl-abc", "NL-EMA", "DE-X%1")
ROW_COUNT = 400


def _rows() -> Iterator[MessageRow]:
    pick = random.Random(1)
    for exchange in range(1, ROW_COUNT + 1):
        start_us = pick.randrange(-120_000_000, 7_200_000_000, 500)
        yield MessageRow(
            exchange=exchange,
            cause_kind="",
            cause=0,
            depth=0,
            start_us=start_us,
            arrive_us=None,
            end_us=start_us + pick.choice((0, 1_000, 250_000, 250_001, 30_000_000)),
            final=pick.choice(("delivered", "delivered", "timed_out", "lost", "dead")),
            failure="",
            sender=pick.choice(PARTIES),
            receiver=pick.choice(PARTIES),
            module=pick.choice(("sessions", "locations", "tokens")),
            interface="RECEIVER",
            route=pick.choice(ROUTES),
            method=pick.choice(("GET", "PUT", "PATCH")),
            path=f"/ocpi/{pick.choice(IDS)}/x?limit=100%",
            host="h",
            version=pick.choice(("2.2.1", "2.3.0")),
            http_status=pick.choice((None, 200, 201, 399, 400, 404, 500)),
            ocpi_status=pick.choice((None, 999, 1000, 1999, 2000, 2001, 3000)),
            object_kind=pick.choice(("", "EVSE", "Session")),
            object_id=pick.choice(IDS),
            session_id=pick.choice(IDS),
            token_uid=pick.choice(IDS),
            location_id=pick.choice(IDS),
            correlation_id=pick.choice(IDS),
            request_id=pick.choice(IDS),
            request_headers=(),
            request_body=b"",
            response_headers=(),
            response_body=b"",
            duplicate_of=pick.choice((0, 0, 7)),
        )


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recording]:
    path: Path = tmp_path_factory.mktemp("filters") / "rows.ocpirun"
    # Few remembered ids: most texts then have several numbers, as in a long run.
    recorder = Recorder.create(path, "headers", {"start_epoch_us": "0"}, remembered_ids=3)
    for row in _rows():
        recorder.message(row)
        recorder.flush()
    recorder.close({})
    with Recording.open(path) as opened:
        yield opened


@pytest.fixture(scope="module")
def messages(recording: Recording) -> list[Message]:
    found = recording.messages()
    assert len(found) == ROW_COUNT
    return found


values = st.sampled_from(
    [
        *IDS,
        *PARTIES,
        "sessions",
        "PATCH",
        "GET",
        "200",
        "Session update",
        "*",
        "s*",
        "*1",
        "a*b",
        "NL-*",
        "ÄK",
        "evse",
        "*-00000000000a",
        "*a",
        "%",
        "_",
    ]
)
texts = st.builds(
    lambda word, value, exact: term(word, value) if exact else f'{word}:{value if value.isalnum() else "*"}',
    st.sampled_from(
        ["from", "to", "party", "module", "method", "route", "version", "kind", "session", "token", "location", "evse",
         "object", "path", "correlation", "request"]
    ),
    values,
    st.booleans(),
)  # fmt: skip
signs = st.sampled_from([":", "=", "!=", "<", "<=", ">", ">="])
numbers = st.one_of(
    st.tuples(
        st.sampled_from(["status", "ocpi", "exchange"]),
        signs,
        st.sampled_from(["0", "200", "4xx", "40x", "1000", "2xxx", "999999999999999xxx"]),
    ),
    st.tuples(
        st.just("duration"), signs, st.sampled_from(["0", "250", "250ms", "0.001ms", "30s", "1min", "999999999999h"])
    ),
    st.tuples(
        st.just("at"),
        signs,
        st.sampled_from(["06:00", "07:00", "06:30:10", "2026-05-04T05:00Z", "05:59", "00:10+1", "07:00:00.5"]),
    ),
).map("".join)
free = values.map(lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"')
single = st.one_of(
    texts,
    numbers,
    free,
    st.sampled_from(
        [
            "PATCH",
            "update",
            "s1",
            "a*b",
            "is:failed",
            "is:duplicate",
            "is!=failed",
            "final:lost",
            "final!=dead",
            "from!=NL-ABC",
        ]
    ),
)
filters = st.recursive(
    single,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" ", " and ", " OR ", " or "]), inner).map("".join),
        inner.map(lambda text: f"not ({text})"),
        inner.map(lambda text: f"({text})"),
    ),
    max_leaves=8,
)


def by_sql(recording: Recording, chosen: Filter) -> list[int]:
    clause = chosen.clause
    sql = f"{clause.tables} SELECT m.seq FROM message m WHERE {clause.condition} ORDER BY m.seq"
    return [seq for (seq,) in recording.query(sql, clause.parameters)]


@settings(max_examples=400)
@given(text=filters)
@example(text="correlation:p-00000000000a")
@example(text="request:*-00000000000A")
@example(text="not correlation:100000000000a")
def test_sql_and_predicate_agree(recording: Recording, messages: list[Message], text: str) -> None:
    chosen = parse(text, ORIGIN)
    assert by_sql(recording, chosen) == [message.seq for message in messages if chosen.matches(message)]


@settings(max_examples=100)
@given(text=filters)
def test_a_filter_and_its_contrary_share_all_messages(recording: Recording, text: str) -> None:
    some, others = by_sql(recording, parse(text, ORIGIN)), by_sql(recording, parse(f"not ({text})", ORIGIN))
    assert sorted(some + others) == list(range(1, ROW_COUNT + 1))


@given(
    word=st.sampled_from(["session", "from", "path"]),
    value=st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc"]), max_size=12),
)
def test_a_term_means_exactly_its_value(word: str, value: str) -> None:
    column = {"session": "session_id", "from": "sender", "path": "path"}[word]
    row = next(_rows())
    matches = parse(term(word, value)).matches
    fields = {name: getattr(row, name) for name in row.__struct_fields__}
    assert matches(MessageRow(**{**fields, column: value}))
    assert not matches(MessageRow(**{**fields, column: value + "x"}))
