"""Whoever writes a recording has each message looked at; the hints are the same however the rows came to it."""

from pathlib import Path

import pytest
from recording_rows import META, message

from simulator.recording.batch import WriterKind
from simulator.recording.errors import RecordingFailed
from simulator.recording.reader import Recording
from simulator.recording.rows import Hint, HintRow, Level
from simulator.recording.writer import Recorder

ECHO = "recording_echo:Echo"


def hinted(
    path: Path, flushes: list[int], writer: WriterKind = "thread", level: Level = "full"
) -> tuple[list[Hint], object]:
    """Ten messages, the engine's own remark after each; `flushes` are after which a batch ends."""
    recorder = Recorder.create(path, level, META, writer=writer, onlooker=ECHO)
    for number in range(1, 11):
        recorder.message(message(number, http_status=500 if number % 3 == 0 else 200))
        if number in flushes:
            recorder.flush()
        recorder.hint(HintRow(number, number, "by-the-engine", "warning", "A sentence."))
    recorder.flush()
    errors = dict(recorder.errors)
    recorder.close({})
    with Recording.open(path) as recording:
        return recording.hints(), errors


def test_each_message_is_looked_at_and_errors_are_counted_by_party(tmp_path: Path) -> None:
    hints, errors = hinted(tmp_path / "run.ocpirun", [])
    assert errors == {"NL-EMA": {"content-type:application/json": 3}}
    of_third = [(hint.at_us, hint.seq, hint.rule, hint.severity) for hint in hints if hint.exchange == 3]
    ids = "x-request-id:r-000000000003 x-correlation-id:c-000000000003"
    assert of_third == [
        (3_090_000, 3, f"{ids} authorization:Token dDE=", "note"),
        (3_090_000, 3, "content-type:application/json", "error"),
        (3, 3, "by-the-engine", "warning"),
    ]
    # Headers that are known by their number lack the ids no more than others do.
    assert {word for hint in hints if hint.exchange == 10 for word in hint.rule.split()} >= {
        "x-request-id:r-00000000000a",
        "x-correlation-id:c-00000000000a",
        "authorization:Token",
    }


@pytest.mark.parametrize("level", ["full", "headers", "aggregates"])
@pytest.mark.parametrize("writer", ["thread", "process"])
def test_neither_writer_nor_level_nor_batch_makes_a_difference(
    tmp_path: Path, writer: WriterKind, level: Level
) -> None:
    at_once = hinted(tmp_path / "at-once.ocpirun", [])
    assert hinted(tmp_path / "other.ocpirun", [2, 3, 7], writer, level) == at_once


@pytest.mark.parametrize("writer", ["thread", "process"])
def test_an_onlooker_that_fails_at_a_message_says_so_and_looks_at_the_next(tmp_path: Path, writer: WriterKind) -> None:
    recorder = Recorder.create(tmp_path / "run.ocpirun", "full", META, writer=writer, onlooker=ECHO)
    recorder.message(message(1, http_status=599))
    recorder.message(message(2, http_status=500))
    recorder.close({})
    assert recorder.errors["NL-ABC"] == {"onlooker-failed": 1}
    with Recording.open(tmp_path / "run.ocpirun") as recording:
        failure, *others = recording.hints()
    assert (failure.exchange, failure.severity) == (1, "error")
    assert "ValueError: no such status" in failure.sentence
    assert {hint.exchange for hint in others} == {2}


@pytest.mark.parametrize("writer", ["thread", "process"])
def test_headers_that_are_none_end_the_recording_with_a_sentence(tmp_path: Path, writer: WriterKind) -> None:
    recorder = Recorder.create(tmp_path / "run.ocpirun", "full", META, writer=writer, onlooker=ECHO)
    recorder.message(message(1, http_status=500, response_headers=(("Broken", 1),)))
    with pytest.raises(RecordingFailed, match="recording stopped"):
        recorder.flush()
    with pytest.raises(RecordingFailed):
        recorder.close({})
