"""A recording damaged anywhere is read or refused in one sentence, never with an error of SQLite or zstd."""

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from recording_rows import META, mixed_rows, record

from simulator.recording.errors import NotARecording
from simulator.recording.reader import Recording
from simulator.recording.writer import Recorder

LATE = 1 << 60
VIEWS = ("v_message", "v_event", "v_state", "v_session", "v_cdr", "v_traffic", "v_series")
READINGS: tuple[Callable[[Recording], object], ...] = (
    lambda recording: recording.meta,
    lambda recording: recording.messages(contents=True),
    lambda recording: recording.tail(0),
    lambda recording: [recording.states_at(holder, LATE) for holder in recording.holders()],
    lambda recording: [recording.state_at("NL-EMA", at_us, "session") for at_us in (1_000_000, 150_000_000)],
    lambda recording: [recording.series(*key[:2]) for key in recording.series_keys()],
    lambda recording: [recording.query(f"SELECT * FROM {view}") for view in VIEWS],
)


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("whole") / "run.ocpirun"
    recorder = Recorder.create(path, "full", META, keyframe_interval=50)
    record(recorder, mixed_rows(300))
    for n in range(3_000):
        recorder.sample("evse/1", "power", "W", n, float(n * n % 977))
    recorder.close({})
    return path.read_bytes()


def refusals(path: Path) -> list[str]:
    """What the reader says of the damage, reading by reading; any other error than NotARecording goes through."""
    try:
        recording = Recording.open(path)
    except NotARecording as refused:
        return [str(refused)]
    found = []
    with recording:
        for read in READINGS:
            try:
                read(recording)
            except NotARecording as refused:
                found.append(str(refused))
    return found


@pytest.mark.parametrize("byte", [0x00, 0xFF])
def test_a_page_overwritten_anywhere_is_read_or_refused_in_one_sentence(
    content: bytes, byte: int, tmp_path: Path
) -> None:
    path = tmp_path / "run.ocpirun"
    page = int.from_bytes(content[16:18], "big")
    refused = 0
    for begin in range(0, len(content), page):
        path.write_bytes(content[:begin] + bytes([byte]) * page + content[begin + page :])
        sentences = refusals(path)
        refused += bool(sentences)
        for sentence in sentences:
            assert sentence.startswith(f"{path}: ")
            assert "\n" not in sentence
    assert refused > len(content) // page // 2


def test_a_whole_recording_is_not_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "run.ocpirun"
    path.write_bytes(content)
    assert refusals(path) == []


def test_damage_met_while_opening_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "run.ocpirun"
    page = int.from_bytes(content[16:18], "big")
    at = content.index(META["start_epoch_us"].encode()) // page * page
    path.write_bytes(content[:at] + b"\xff" * page + content[at + page :])
    with pytest.raises(NotARecording, match="is damaged"):
        Recording.open(path)


def test_a_bundle_of_messages_that_cannot_be_unpacked_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "run.ocpirun"
    at = content.index(b"\x28\xb5\x2f\xfd")
    path.write_bytes(content[:at] + b"\x00" * 4 + content[at + 4 :])
    assert any("is damaged" in sentence for sentence in refusals(path))


def test_a_bundle_of_messages_that_is_missing_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "run.ocpirun"
    path.write_bytes(content)
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM chunk")
    assert [sentence for sentence in refusals(path) if "a row is missing" in sentence]


def test_a_mistake_in_the_askers_sql_is_not_damage(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "run.ocpirun"
    path.write_bytes(content)
    with Recording.open(path) as recording, pytest.raises(sqlite3.OperationalError, match="no such column"):
        recording.query("SELECT colour FROM meta")
