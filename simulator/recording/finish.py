"""The last touches to a file that nobody writes any more: at close, or for a killed run by its first reader."""

import contextlib
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from simulator.recording.errors import RecordingInUse
from simulator.recording.folding import fold_rest
from simulator.recording.liveness import WriterLock, is_written
from simulator.recording.schema import INDICES


def finish(connection: sqlite3.Connection, meta: Mapping[str, str]) -> None:
    """Fold the rest of the series, build the indices, store `meta`, and leave one file (see `leave_one_file`)."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        fold_rest(connection)
        for statement in filter(None, map(str.strip, INDICES.split(";"))):
            connection.execute(statement)
        connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", meta.items())
        connection.execute("DELETE FROM meta WHERE key = 'control_token'")
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
    leave_one_file(connection)


def leave_one_file(connection: sqlite3.Connection) -> None:
    """Fill the pages that grew half full, empty the write-ahead log, and do without it.

    The last is impossible while a reader is connected; that reader then does it when it leaves.
    """
    with contextlib.suppress(sqlite3.OperationalError):
        # The copy that this makes may be larger than the memory there is.
        connection.execute("PRAGMA temp_store = FILE")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        connection.execute("PRAGMA journal_mode = DELETE").fetchall()


def repair(path: Path) -> None:
    """Finish the file of a run that was killed; does nothing if it is being written, finished, or write-protected."""
    if is_written(path):
        return
    with contextlib.suppress(sqlite3.Error, OSError, RecordingInUse):
        lock = WriterLock(path)
        try:
            _repair_locked(path)
        finally:
            lock.release()


def _repair_locked(path: Path) -> None:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None)
    try:
        (state,) = connection.execute("SELECT value FROM meta WHERE key = 'state'").fetchone()
        if state == "live":
            finish(connection, {"state": "killed"})
        else:
            leave_one_file(connection)
    finally:
        connection.close()
