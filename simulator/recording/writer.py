"""The Recorder: takes rows from the engine's thread and hands them, in batches, to a thread that commits them.

The engine's half does nothing but append to lists; everything that costs (hashing, compressing, SQLite) happens in the
writer thread. The queue between them is bounded: a slow disk holds the engine back, nothing is ever dropped.
"""

import contextlib
import queue
import sqlite3
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from simulator.recording.committer import Batch, Committer
from simulator.recording.errors import NotARecording, RecordingFailed
from simulator.recording.keyframes import INTERVAL, Keyframes
from simulator.recording.liveness import WriterLock
from simulator.recording.names import REMEMBERED, NameBook
from simulator.recording.rows import (
    CommandRow,
    EventRow,
    FaultRow,
    HintRow,
    Level,
    MessageRow,
    MoneyRow,
    SequencedRow,
    StateRow,
)
from simulator.recording.schema import APPLICATION_ID, create_schema

BATCH_ROWS: Final = 5_000
BATCH_S: Final = 0.020
_FEW_ROWS: Final = 40
_RUSH_BATCH_S: Final = 0.100
"""When more than a few rows come in 20 ms, nobody follows them one by one: fewer and larger batches cost less."""
_QUEUED_BATCHES: Final = 8


class Recorder:
    """Writes one recording. Life: `create`, rows with an `offer` now and then, at last `close` (or `abort`).

    All methods belong to one thread. When the writer thread fails (disk full, ...), the next `offer` that is due,
    `flush` or `close` raises RecordingFailed; what was committed before stays valid and reads like the file of a
    killed run.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: WriterLock, committer: Committer) -> None:
        """Not for callers: use `create`."""
        self.path = path
        self.failed: Exception | None = None
        self._connection = connection
        self._lock = lock
        self._committer = committer
        self._next_seq = 1
        self._committed = 0
        self._digest = ""
        self._batch = Batch(first_seq=1)
        self._rows = self._batch.rows
        self._samples = self._batch.samples
        self._handed_over_at = time.monotonic()
        self._queue: queue.Queue[Batch | None] = queue.Queue(_QUEUED_BATCHES)
        self._thread = threading.Thread(target=self._run, name=f"recording {path.name}", daemon=True)
        self._thread.start()

    @classmethod
    def create(
        cls,
        path: Path,
        level: Level,
        meta: Mapping[str, str],
        *,
        max_pages: int | None = None,
        keyframe_interval: int = INTERVAL,
        remembered_ids: int = REMEMBERED,
    ) -> "Recorder":
        """Begin a recording at `path`, in place of an older recording there.

        `max_pages` bounds the file (in pages of 4 KiB). Raises NotARecording if something else lies at `path`,
        RecordingInUse if another run is writing it, RecordingFailed if it cannot be made; nothing half-made stays.
        """
        path = path.absolute()
        _refuse_other_files(path)
        try:
            lock = WriterLock(path)
        except OSError as error:
            raise RecordingFailed(f"{path}: the recording cannot be made here: {error.strerror}") from error
        try:
            _remove(path)
            connection = _create_file(path, {**meta, "state": "live", "level": level}, max_pages)
        except (sqlite3.Error, OSError) as error:
            with contextlib.suppress(OSError):
                _remove(path)
            lock.release()
            raise RecordingFailed(f"{path}: the recording cannot be made here: {error}") from error
        return cls(
            path, connection, lock, Committer(connection, level, NameBook(remembered_ids), Keyframes(keyframe_interval))
        )

    @property
    def next_seq(self) -> int:
        """The sequence that the next message, event, state, money or fault row will get (the first is 1)."""
        return self._next_seq

    def message(self, row: MessageRow) -> int:
        """Record an exchange that has reached its final state; returns its sequence."""
        return self.add(row)

    def event(self, row: EventRow) -> int:
        """Record an event; returns its sequence."""
        return self.add(row)

    def state(self, row: StateRow) -> int:
        """Record a change of what a holder knows; returns its sequence."""
        return self.add(row)

    def money(self, row: MoneyRow) -> int:
        """Record an amount owed; returns its sequence."""
        return self.add(row)

    def fault(self, row: FaultRow) -> int:
        """Record the begin or end of a fault; returns its sequence."""
        return self.add(row)

    def add(self, row: SequencedRow) -> int:
        """Record a row of any of these kinds; returns its sequence."""
        self._rows.append(row)
        seq = self._next_seq
        self._next_seq = seq + 1
        return seq

    def command(self, row: CommandRow) -> None:
        """Record what a person told the engine, with the sequence reached."""
        self._batch.commands.append((self._next_seq - 1, row))

    def hint(self, row: HintRow) -> None:
        """Record a remark on an exchange, with the sequence reached."""
        self._batch.hints.append((self._next_seq - 1, row))

    def sample(self, entity: str, quantity: str, unit: str, at_us: int, value: float) -> None:
        """Record one value of a series (power W, state of charge %, ...); a series comes in order of time."""
        self._samples.append((entity, quantity, unit, at_us, value))

    def set_meta(self, key: str, value: str) -> None:
        """Store or replace a meta value with the next batch."""
        self._batch.meta[key] = value

    def offer(self) -> None:
        """Hand over what has come together if it is time to: after 20 ms, in a rush after 100 ms, or at 5,000 rows."""
        now, rows = time.monotonic(), len(self._rows)
        if now - self._handed_over_at >= (BATCH_S if rows < _FEW_ROWS else _RUSH_BATCH_S) or rows >= BATCH_ROWS:
            if self.failed is not None:
                raise self.failed
            self._hand_over(now)

    def flush(self) -> int:
        """Wait until everything recorded so far is committed; returns the last sequence committed."""
        self._batch.done = done = threading.Event()
        self._hand_over(time.monotonic())
        done.wait()
        if self.failed is not None:
            raise self.failed
        return self._committed

    def close(self, meta: Mapping[str, str]) -> str:
        """Commit the rest and `meta`, finish the file, and return the digest (also kept as meta `digest`)."""
        self._batch.last_meta = dict(meta)
        self._hand_over(time.monotonic())
        self._stop()
        if self.failed is not None:
            raise self.failed
        return self._digest

    def abort(self) -> None:
        """Stop without the rows not yet handed over; the file then reads like that of a killed run."""
        self._stop()

    def _hand_over(self, now: float) -> None:
        if not self._thread.is_alive():
            raise RecordingFailed(f"{self.path}: the recording is already closed; begin another")
        batch = self._batch
        self._batch = Batch(first_seq=self._next_seq)
        self._rows = self._batch.rows
        self._samples = self._batch.samples
        self._handed_over_at = now
        self._queue.put(batch)

    def _stop(self) -> None:
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()

    def _run(self) -> None:
        """The writer thread: commits what is waiting, all at once; after a failure it only empties the queue."""
        running = True
        while running:
            waiting = [self._queue.get()]
            with contextlib.suppress(queue.Empty):
                while waiting[-1] is not None:
                    waiting.append(self._queue.get_nowait())
            running = waiting[-1] is not None
            batches = [batch for batch in waiting if batch is not None]
            if batches and self.failed is None:
                try:
                    self._write(batches)
                except Exception as error:
                    self._fail(error)
            for batch in batches:
                if batch.done is not None:
                    batch.done.set()
        self._connection.close()
        self._lock.release()

    def _write(self, batches: list[Batch]) -> None:
        self._committed = self._committer.commit(batches)
        last_meta = batches[-1].last_meta
        if last_meta is not None:
            self._digest = self._committer.close(last_meta)

    def _fail(self, error: Exception) -> None:
        with contextlib.suppress(sqlite3.Error):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        code = getattr(error, "sqlite_errorcode", None)
        reason = "the disk is full" if code == sqlite3.SQLITE_FULL else f"of an error ({error})"
        failure = RecordingFailed(
            f"{self.path}: the recording stopped because {reason}; everything up to row {self._committed} is kept"
        )
        failure.__cause__ = error
        self.failed = failure


def _refuse_other_files(path: Path) -> None:
    """Only an older recording may be replaced."""
    if path.is_dir():
        raise NotARecording(f"{path}: is a folder; name a file for the recording")
    if not path.parent.is_dir():
        raise RecordingFailed(f"{path}: there is no folder {path.parent} to write the recording into")
    if path.exists() and not _is_recording(path):
        raise NotARecording(
            f"{path}: is not a recording, so it is not overwritten; choose another name or remove it first"
        )


def _is_recording(path: Path) -> bool:
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    try:
        (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    except sqlite3.Error:
        return False
    finally:
        connection.close()
    return bool(application_id == APPLICATION_ID)


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _create_file(path: Path, meta: Mapping[str, str], max_pages: int | None) -> sqlite3.Connection:
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
        create_schema(connection, {"last_seq": "0", **meta})
    except BaseException:
        connection.close()
        raise
    return connection
