"""Filters that ask for hints: they take exchanges by what stands beside them in the recording."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from filters_patch import PATCH
from msgspec.structs import replace

from simulator.filters.complete import complete, known_values
from simulator.filters.errors import FilterError
from simulator.filters.parse import parse
from simulator.recording.reader import Recording
from simulator.recording.rows import HintRow, Severity
from simulator.recording.writer import Recorder

HINTS: tuple[tuple[int, str, Severity], ...] = (
    (1, "link-header", "warning"),
    (1, "null-field", "note"),
    (3, "translation-lost", "warning"),
    (3, "translation-lost", "warning"),
    (4, "ids-echoed", "error"),
)


@pytest.fixture
def recording(tmp_path: Path) -> Iterator[Recording]:
    recorder = Recorder.create(tmp_path / "hints.ocpirun", "headers", {"start_epoch_us": "0"})
    for exchange in range(1, 6):
        recorder.message(replace(PATCH, exchange=exchange))
    for exchange, rule, severity in HINTS:
        recorder.hint(HintRow(0, exchange, rule, severity, "A sentence."))
    recorder.close({})
    with Recording.open(tmp_path / "hints.ocpirun") as opened:
        yield opened


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hint:*", [1, 3, 4]),
        ("not hint:*", [2, 5]),
        ("hint:translation-*", [3]),
        ("hint:Ids-Echoed", [4]),
        ("hint!=link-header", [2, 3, 4, 5]),
        ("severity:warning", [1, 3]),
        ("severity:error or hint:null-field", [1, 4]),
        ("severity:warning not severity:note exchange>1", [3]),
        ("hint:none-like-this", []),
    ],
)
def test_exchanges_are_taken_by_their_hints(recording: Recording, text: str, expected: list[int]) -> None:
    chosen = parse(text)
    clause = chosen.clause
    sql = f"{clause.tables} SELECT m.exchange FROM message m WHERE {clause.condition} ORDER BY m.exchange"
    assert [exchange for (exchange,) in recording.query(sql, clause.parameters)] == expected
    assert chosen.matches is None


def test_a_filter_without_hints_needs_the_row_alone() -> None:
    assert parse("module:sessions").matches is not None


def test_a_severity_that_is_none_is_refused() -> None:
    with pytest.raises(FilterError, match="error, warning, note"):
        parse("severity:fatal")


def test_the_rules_that_occur_are_offered(recording: Recording) -> None:
    known = known_values(recording)
    assert known["hint"] == ["ids-echoed", "link-header", "null-field", "translation-lost"]
    assert [each.text for each in complete("hint:li", 7, known)] == ["hint:link-header"]
    assert [each.text for each in complete("severity:", 9, known)] == [
        "severity:error", "severity:warning", "severity:note",
    ]  # fmt: skip
