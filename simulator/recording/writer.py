"""The Recorder: takes rows from the engine's thread and hands them, in batches, to whoever commits them.

The engine's half does nothing but append to lists. A thread takes the batches from a bounded queue (a slow disk holds
the engine back, nothing is ever dropped) and has them committed: by a Committer within this thread, or by one in a
process of its own, which leaves the engine the core that it runs on. Both make the same file.
"""

import contextlib
import queue
import sqlite3
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol, TypeAlias

from simulator.recording.batch import Batch, WriterKind, WriterSettings, encode
from simulator.recording.committer import Committer
from simulator.recording.errors import RecordingFailed, reason_of, stopped
from simulator.recording.file import make, refuse_other_files, remove
from simulator.recording.keyframes import INTERVAL
from simulator.recording.liveness import WriterLock
from simulator.recording.names import REMEMBERED
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
from simulator.recording.writer_process import WriterProcess

BATCH_ROWS: Final = 5_000
BATCH_S: Final = 0.020
_FEW_ROWS: Final = 40
_RUSH_BATCH_S: Final = 0.100
"""When more than a few rows come in 20 ms, nobody follows them one by one: fewer and larger batches cost less."""
_QUEUED_BATCHES: Final = 8

_Queued: TypeAlias = Batch | threading.Event | None
"""A batch to be committed, an event to be set when what came before it is, or the end."""


class Writer(Protocol):
    """Commits batches in order; what Committer and WriterProcess have in common."""

    @property
    def errors(self) -> Mapping[str, Mapping[str, int]]:
        """How many remarks of severity error an onlooker has made on what is committed, by party and rule."""
        ...

    def commit(self, batches: bytes) -> int:
        """One transaction of all that the batches hold (see batch.py); returns the last sequence."""
        ...

    def finish(self, meta: Mapping[str, str]) -> str:
        """Finish the file; returns the digest."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


class Recorder:
    """Writes one recording. Life: `create`, rows with an `offer` now and then, at last `close` (or `abort`).

    All methods belong to one thread. When the writer fails (disk full, ...), the next `offer` that is due,
    `flush` or `close` raises RecordingFailed; what was committed before stays valid and reads like the file of a
    killed run.
    """

    def __init__(self, path: Path, lock: WriterLock, writer: Writer) -> None:
        """Not for callers: use `create`."""
        self.path = path
        self.failed: Exception | None = None
        self._lock = lock
        self._writer = writer
        self._next_seq = 1
        self._committed = 0
        self._last_meta: Mapping[str, str] | None = None
        self._digest = ""
        self._batch = Batch(first_seq=1)
        self._rows = self._batch.rows
        self._samples = self._batch.samples
        self._handed_over_at = time.monotonic()
        self._queue: queue.Queue[_Queued] = queue.Queue(_QUEUED_BATCHES)
        self._thread = threading.Thread(target=self._run, name=f"recording {path.name}", daemon=True)
        self._thread.start()

    @classmethod
    def create(
        cls,
        path: Path,
        level: Level,
        meta: Mapping[str, str],
        *,
        writer: WriterKind = "thread",
        max_pages: int | None = None,
        keyframe_interval: int = INTERVAL,
        remembered_ids: int = REMEMBERED,
        onlooker: str = "",
    ) -> "Recorder":
        """Begin a recording at `path`, in place of an older recording there.

        The writer is a thread of this process, or a process that is started and not waited for (see best_writer).
        `max_pages` bounds the file (in pages of 4 KiB), `onlooker` names who looks at the messages, if anybody does
        (see onlooker.py). Raises NotARecording if something else lies at `path`,
        RecordingInUse if another run is writing it, RecordingFailed if it cannot be made; nothing half-made stays.
        """
        path = path.absolute()
        refuse_other_files(path)
        settings = WriterSettings(level, max_pages, keyframe_interval, remembered_ids, onlooker)
        try:
            lock = WriterLock(path)
            try:
                make(path, {**meta, "state": "live", "level": level}, max_pages)
                begun = WriterProcess(path, settings, lock) if writer == "process" else Committer(path, settings)
            except BaseException:
                with contextlib.suppress(OSError):
                    remove(path)
                lock.release()
                raise
        except (OSError, sqlite3.Error) as error:
            reason = getattr(error, "strerror", error)
            sentence = f"{path}: the recording cannot be made here: {reason}"
            raise RecordingFailed(sentence, reason_of(error)) from error
        return cls(path, lock, begun)

    @property
    def next_seq(self) -> int:
        """The sequence that the next message, event, state, money or fault row will get (the first is 1)."""
        return self._next_seq

    @property
    def errors(self) -> Mapping[str, Mapping[str, int]]:
        """How many remarks of severity error the onlooker has made on what is committed, by party and rule."""
        return self._writer.errors

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
        self._hand_over(time.monotonic())
        done = threading.Event()
        self._queue.put(done)
        done.wait()
        if self.failed is not None:
            raise self.failed
        return self._committed

    def close(self, meta: Mapping[str, str]) -> str:
        """Commit the rest and `meta`, finish the file, and return the digest (also kept as meta `digest`)."""
        self._hand_over(time.monotonic())
        self._last_meta = dict(meta)
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
        """The thread: has what is waiting committed together; after a failure it only empties the queue."""
        running = True
        while running:
            waiting = self._waiting()
            running = waiting[-1] is not None
            self._write([item for item in waiting if isinstance(item, Batch)])
            for item in waiting:
                if isinstance(item, threading.Event):
                    item.set()
            waiting.clear()
        if self._last_meta is not None:
            self._finish(self._last_meta)
        self._writer.close()
        self._lock.release()

    def _waiting(self) -> list[_Queued]:
        """What is waiting, at least one, and no more once there are as many rows as make a batch."""
        waiting, rows = [self._queue.get()], 0
        with contextlib.suppress(queue.Empty):
            while waiting[-1] is not None and rows < BATCH_ROWS:
                rows += len(waiting[-1].rows) if isinstance(waiting[-1], Batch) else 0
                waiting.append(self._queue.get_nowait())
        return waiting

    def _write(self, batches: Sequence[Batch]) -> None:
        if batches and self.failed is None:
            try:
                self._committed = self._writer.commit(encode(batches))
            except Exception as error:
                self.failed = stopped(self.path, error, self._committed)

    def _finish(self, meta: Mapping[str, str]) -> None:
        if self.failed is None:
            try:
                self._digest = self._writer.finish(meta)
            except Exception as error:
                self.failed = stopped(self.path, error, self._committed)
