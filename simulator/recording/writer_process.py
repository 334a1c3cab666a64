"""The engine's end of a writer process: stands in for a Committer and has the work done on another core.

Laying out, hashing, compressing and inserting rows costs half as much as simulating them; in a thread of the engine it
would take that time from it, by the interpreter's lock. The process is started by itself and not by multiprocessing,
which would import the engine's program once more. It inherits the lock on the recording, so that nobody takes the file
for abandoned while rows of a killed engine are still being written.
"""

import contextlib
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from simulator.recording.batch import WriterKind, WriterSettings
from simulator.recording.errors import stopped_because
from simulator.recording.frames import COMMIT, FINISH, Reply, receive, send
from simulator.recording.liveness import WriterLock

_PACKAGES: Final = Path(__file__).parents[2]


def best_writer() -> WriterKind:
    """A process where there is a core for it; on Windows, which cannot inherit a lock, always a thread."""
    if sys.platform == "win32":
        return "thread"
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return "process" if cores > 1 else "thread"


class WriterProcess:
    """Has batches committed by a process of its own; used as a Committer is, with the same results and sentences."""

    def __init__(self, path: Path, settings: WriterSettings, lock: WriterLock) -> None:
        """Starts it and does not wait for it. Raises OSError."""
        self._path = path
        self._last_seq = 0
        self.errors: Mapping[str, dict[str, int]] = {}
        self._decode = msgspec.msgpack.Decoder(Reply).decode
        self._process = subprocess.Popen(
            [sys.executable, "-PS", "-m", "simulator.recording.writer_main", path, msgspec.json.encode(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # It finds what the engine finds, however the engine was told where.
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(_PACKAGES), *filter(None, sys.path)])},
            pass_fds=(lock.fileno(),),
            # Ctrl-C in a terminal goes to a group of processes.
            process_group=0,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._orders, self._replies = self._process.stdin, self._process.stdout

    def commit(self, batches: bytes) -> int:
        """One transaction of all that the batches hold; returns the last sequence. Raises RecordingFailed."""
        reply = self._ask(COMMIT, batches)
        self._last_seq, self.errors = reply.last_seq, reply.errors
        return self._last_seq

    def finish(self, meta: Mapping[str, str]) -> str:
        """Finish the file; returns the digest. Raises RecordingFailed."""
        return self._ask(FINISH, msgspec.msgpack.encode(meta)).digest

    def close(self) -> None:
        """Let the process end, and wait for that."""
        with contextlib.suppress(BrokenPipeError):
            self._orders.close()
        self._replies.close()
        self._process.wait()

    def _ask(self, order: bytes, content: bytes) -> Reply:
        # One that gave up takes no more orders, but its last words can still be read.
        with contextlib.suppress(BrokenPipeError):
            send(self._orders, order, content)
        said = receive(self._replies)
        if said is None:
            reason = f"the process that writes it ({self._process.pid}) {self._end()}"
            raise stopped_because(reason, self._path, self._last_seq)
        reply = self._decode(said)
        if reply.failure:
            raise stopped_because(reply.failure, self._path, reply.last_seq)
        return reply

    def _end(self) -> str:
        code = self._process.wait()
        return f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
