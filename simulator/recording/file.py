"""The file of a recording that is about to be written: whether it may be made there, making it, connecting to it."""

import contextlib
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from simulator.recording.errors import NotARecording, RecordingFailed
from simulator.recording.schema import APPLICATION_ID, create_schema


def refuse_other_files(path: Path) -> None:
    """Only an older recording may be replaced. Raises NotARecording, or RecordingFailed where there is no folder."""
    if path.is_dir():
        raise NotARecording(f"{path}: is a folder; name a file for the recording")
    if not path.parent.is_dir():
        raise RecordingFailed(f"{path}: there is no folder {path.parent} to write the recording into")
    if path.exists() and not _is_recording(path):
        raise NotARecording(
            f"{path}: is not a recording, so it is not overwritten; choose another name or remove it first"
        )


def make(path: Path, meta: Mapping[str, str], max_pages: int | None) -> None:
    """Make an empty recording in place of an older one. Raises sqlite3.Error or OSError."""
    remove(path)
    with contextlib.closing(connect(path, max_pages)) as connection:
        create_schema(connection, {"last_seq": "0", **meta})


def remove(path: Path) -> None:
    """Remove a recording with what SQLite keeps beside it. Raises OSError."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def connect(path: Path, max_pages: int | None) -> sqlite3.Connection:
    """A connection to write with, by one thread at a time. Raises sqlite3.Error."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256)
    try:
        connection.execute("PRAGMA page_size = 4096")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA wal_autocheckpoint = 8000")
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("PRAGMA busy_timeout = 60000")
        if max_pages is not None:
            connection.execute(f"PRAGMA max_page_count = {max_pages}")
    except BaseException:
        connection.close()
        raise
    return connection


def _is_recording(path: Path) -> bool:
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    try:
        (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    except sqlite3.Error:
        return False
    finally:
        connection.close()
    return bool(application_id == APPLICATION_ID)
