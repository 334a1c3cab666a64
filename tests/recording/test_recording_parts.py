"""A recording without one of its parts is refused when it is opened, not by whoever first misses it."""

import sqlite3
from pathlib import Path

import pytest
from recording_rows import META

from simulator.recording.errors import NotARecording
from simulator.recording.reader import Recording
from simulator.recording.writer import Recorder


@pytest.mark.parametrize(
    ("sql", "missing"),
    [
        ("DROP TABLE message", "no message"),
        ("DROP TABLE sample", "no sample"),
        ("DROP VIEW v_cdr", "no v_cdr"),
        ("DELETE FROM meta", "no last_seq, state"),
        ("DELETE FROM meta WHERE key = 'state'", "no state"),
    ],
)
def test_a_missing_part_is_named(tmp_path: Path, sql: str, missing: str) -> None:
    path = tmp_path / "run.ocpirun"
    Recorder.create(path, "full", META).close({})
    connection = sqlite3.connect(path)
    connection.execute(sql)
    connection.commit()
    connection.close()
    with pytest.raises(NotARecording, match=rf"{missing}\); make it again"):
        Recording.open(path)
