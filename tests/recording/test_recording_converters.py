"""Recordings of older programs are read through a chain of converters, on a copy."""

import sqlite3
from pathlib import Path

import pytest
from recording_rows import META, mixed_rows, record, recorded

from simulator.recording.errors import OlderRecording
from simulator.recording.reader import Recording
from simulator.recording.rows import StateRow
from simulator.recording.writer import Recorder

ROWS = [StateRow(at_us, "street", "evse", f"E{at_us % 50}", b"%d" % at_us) for at_us in range(60)]


def of_version(path: Path, version: int, *changes: str) -> bytes:
    """Make a recording one of an older version."""
    connection = sqlite3.connect(path)
    for change in (*changes, f"PRAGMA user_version = {version}"):
        connection.execute(change)
    connection.close()
    return path.read_bytes()


def test_an_old_file_is_read_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "old.ocpirun"
    recorder = Recorder.create(path, "full", META, keyframe_interval=10)
    record(recorder, ROWS)
    recorder.close({})
    before = of_version(path, 2000, "ALTER TABLE keyframe RENAME COLUMN base TO whole")
    with Recording.open(path) as recording:
        assert recording.state_at("street", 57, "evse") == {row.entity: row.value for row in ROWS[:58]}
        assert recording.path == path
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["old.ocpirun"]


def test_a_missing_step_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "old.ocpirun"
    recorded(path, mixed_rows(3))
    of_version(path, 1009)
    with pytest.raises(OlderRecording, match="file version 1"):
        Recording.open(path)
