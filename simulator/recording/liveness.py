"""Whether somebody is still writing a recording: a lock on a small file beside it, which dies with the process.

The lock cannot be on the recording itself: closing any descriptor of it would drop the locks that SQLite holds there
in the same process (POSIX). `flock` on Linux and macOS lets readers probe side by side; Windows locks one byte
exclusively, where two readers that probe in the same instant may take a dead file for a live one, which only delays its
repair. Where locking is not supported (some network file systems) a file counts as being written as long as the lock's
file is there, so that nobody repairs it under a writer.

A writer process inherits the descriptor from its engine (POSIX), and both hold the lock until the last of them ends.
The file says which process to stop: the engine.
"""

import os
import sys
from pathlib import Path
from typing import Final

from simulator.recording.errors import RecordingInUse

if sys.platform == "win32":
    import msvcrt

    _HELD = PermissionError

    def _lock(descriptor: int, *, exclusive: bool) -> None:
        del exclusive
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    _HELD = BlockingIOError

    def _lock(descriptor: int, *, exclusive: bool) -> None:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)


_ATTEMPTS: Final = 1_000


def lock_path(recording: Path) -> Path:
    """The lock's file beside a recording."""
    return recording.with_name(recording.name + "-live")


class WriterLock:
    """Held by the one process that writes (or repairs) a recording; `release` removes it."""

    def __init__(self, recording: Path) -> None:
        """Raises RecordingInUse if another process holds it, OSError if it cannot be made there."""
        self._path = lock_path(recording)
        # A reader that probes holds the lock for microseconds, hence the attempts.
        attempts = iter(range(_ATTEMPTS))
        descriptor = self._try()
        while descriptor is None and next(attempts, None) is not None:
            descriptor = self._try()
        if descriptor is None:
            raise RecordingInUse(
                f"{recording}: another run is writing this recording; stop it{_holder(self._path)} or choose another "
                f"name (if there is no such run, remove {self._path.name})"
            )
        os.truncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        self._descriptor: int | None = descriptor

    def _try(self) -> int | None:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _lock(descriptor, exclusive=True)
            # Its last holder may have removed the file between our opening and locking it.
            if os.path.samestat(os.fstat(descriptor), os.stat(self._path)):
                return descriptor
        except (_HELD, FileNotFoundError):
            pass
        except OSError:
            return descriptor  # Locks are not supported here; the file's existence must do.
        os.close(descriptor)
        return None

    def fileno(self) -> int:
        """The descriptor that holds the lock, for a process that is to hold it too (POSIX)."""
        assert self._descriptor is not None
        return self._descriptor

    def release(self) -> None:
        """Let go and remove the file; harmless when done twice."""
        if self._descriptor is None:
            return
        descriptor, self._descriptor = self._descriptor, None
        if sys.platform == "win32":
            os.close(descriptor)
            self._path.unlink(missing_ok=True)
        else:
            self._path.unlink(missing_ok=True)
            os.close(descriptor)


def _holder(lock: Path) -> str:
    """The process that a lock's file names; Windows lets nobody read what another has locked."""
    try:
        return f" (process {int(lock.read_bytes())})"
    except (OSError, ValueError):
        return ""


def is_written(recording: Path) -> bool:
    """True while a writer holds the recording's lock (or while that cannot be told)."""
    try:
        descriptor = os.open(lock_path(recording), os.O_RDWR)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    try:
        _lock(descriptor, exclusive=False)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False
