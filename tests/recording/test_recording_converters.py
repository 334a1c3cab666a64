"""Old files are read through a chain of converters, on a copy. There is none yet: one is invented here."""

import sqlite3
from pathlib import Path

import pytest
from recording_rows import mixed_rows, recorded, same

from simulator.recording.errors import OlderRecording
from simulator.recording.reader import Recording
from simulator.recording.rows import FaultRow


def old_recording(path: Path) -> bytes:
    """A file of the invented version 1.009, which called the phase of a fault its edge."""
    recorded(path, mixed_rows(3))
    connection = sqlite3.connect(path)
    connection.execute("ALTER TABLE fault RENAME COLUMN phase TO edge")
    connection.execute("PRAGMA user_version = 1009")
    connection.close()
    return path.read_bytes()


def rename_edge(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE fault RENAME COLUMN edge TO phase")


def test_an_old_file_is_read_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "old.ocpirun"
    before = old_recording(path)
    with Recording.open(path, converters={1: rename_edge}) as recording:
        (fault,) = recording.faults()
        expected = mixed_rows(3)[-1]
        assert isinstance(expected, FaultRow)
        assert same(expected, fault)
        assert len(recording.messages(contents=True)) == 3
        assert recording.path == path
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["old.ocpirun"]


def test_a_missing_step_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "old.ocpirun"
    old_recording(path)
    with pytest.raises(OlderRecording, match="file version 1"):
        Recording.open(path)
