"""Files that are no recordings, and places where none can be made: one sentence each, and nothing is harmed."""

import os
import sqlite3
from pathlib import Path

import pytest
from recording_rows import META, mixed_rows, recorded

from simulator.recording.errors import NewerRecording, NotARecording, RecordingError, RecordingFailed, RecordingInUse
from simulator.recording.reader import Recording
from simulator.recording.schema import USER_VERSION
from simulator.recording.writer import Recorder


def foreign_database(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE meta(x)")
    connection.close()


def truncated(path: Path) -> None:
    recorded(path, mixed_rows(500))
    path.write_bytes(path.read_bytes()[:20_000])


def with_version(path: Path, version: int) -> None:
    recorded(path, mixed_rows(2))
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()


FOREIGN = {
    "folder": Path.mkdir,
    "empty": Path.touch,
    "text": lambda path: path.write_text("name: Two networks, one city\n" * 100),
    "database": foreign_database,
    "truncated": truncated,
}


@pytest.mark.parametrize("kind", [*FOREIGN, "missing"])
def test_what_is_no_recording_is_refused_in_one_sentence(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "thing.ocpirun"
    if kind in FOREIGN:
        FOREIGN[kind](path)
    with pytest.raises(NotARecording) as refused:
        Recording.open(path)
    assert str(refused.value).startswith(f"{path}: ")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("kind", ["folder", "empty", "text", "database"])
def test_what_is_no_recording_is_not_overwritten(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "thing.ocpirun"
    FOREIGN[kind](path)
    before = None if kind == "folder" else path.read_bytes()
    with pytest.raises(NotARecording, match=r"is (not a recording, so it is not overwritten|a folder)"):
        Recorder.create(path, "full", META)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    assert before is None or path.read_bytes() == before


def test_a_newer_major_version_is_refused_and_a_newer_minor_is_read(tmp_path: Path) -> None:
    path = tmp_path / "new.ocpirun"
    with_version(path, USER_VERSION + 1000)
    with pytest.raises(NewerRecording, match="newer program"):
        Recording.open(path)
    with_version(path, USER_VERSION + 1)
    with Recording.open(path) as recording:
        assert recording.last_seq == 8


def test_damage_found_later_is_a_sentence_too(tmp_path: Path) -> None:
    path = tmp_path / "run.ocpirun"
    recorded(path, mixed_rows(500))
    content = bytearray(path.read_bytes())
    content[80_000:] = b"\xff" * (len(content) - 80_000)
    path.write_bytes(content)
    with pytest.raises(NotARecording, match="damaged"):  # noqa: SIM117
        with Recording.open(path) as recording:
            recording.messages(contents=True)


def test_a_live_recording_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "run.ocpirun"
    recorder = Recorder.create(path, "full", META)
    with pytest.raises(RecordingInUse, match=rf"another run is writing.*; stop it \(process {os.getpid()}\) or"):
        Recorder.create(path, "full", META)
    recorder.close({})


def test_a_missing_folder_is_a_sentence_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(RecordingFailed, match="there is no folder"):
        Recorder.create(tmp_path / "nowhere" / "run.ocpirun", "full", META)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_too_small_to_begin_is_a_sentence_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(RecordingFailed, match="full"):
        Recorder.create(tmp_path / "run.ocpirun", "full", META, max_pages=3)
    assert list(tmp_path.iterdir()) == []


def test_all_refusals_share_a_base() -> None:
    assert {NewerRecording, NotARecording, RecordingFailed, RecordingInUse} <= set(RecordingError.__subclasses__())
