"""A lock that dies with the process: on a small file of its own, which is removed when the lock is let go.

`flock` on Linux and macOS lets those who probe do so side by side; Windows locks one byte exclusively, where two who
probe in the same instant may take a free lock for a held one. A process that is killed leaves its file, but no lock.
"""

import os
import sys
from pathlib import Path
from typing import Final

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


class HeldElsewhere(Exception):
    """Somebody else holds the lock. `process` is who; None: it cannot be told, as on Windows."""

    def __init__(self, process: int | None) -> None:
        super().__init__(process)
        self.process = process


class FileLock:
    """Held from its making on, by one process (and those that inherit its descriptor); `release` removes the file."""

    def __init__(self, path: Path) -> None:
        """Raises HeldElsewhere, OSError if the file cannot be made."""
        self._path = path
        # One who probes holds the lock for microseconds, hence the attempts.
        attempts = iter(range(_ATTEMPTS))
        descriptor = self._try()
        while descriptor is None and next(attempts, None) is not None:
            descriptor = self._try()
        if descriptor is None:
            raise HeldElsewhere(_holder(path))
        self._descriptor: int | None = descriptor
        try:
            os.truncate(descriptor, 0)
            os.write(descriptor, str(os.getpid()).encode())
        except OSError:
            self.release()
            raise

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


def is_held(path: Path) -> bool:
    """True while somebody holds the lock on this file (or while that cannot be told)."""
    try:
        descriptor = _probe(path)
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


def _probe(path: Path) -> int:
    """Opened to see whether it is locked, which can also be asked where nothing can be written."""
    try:
        return os.open(path, os.O_RDWR)
    except FileNotFoundError:
        raise
    except OSError:
        return os.open(path, os.O_RDONLY)


def _holder(path: Path) -> int | None:
    """The process that a lock's file names; Windows lets nobody read what another has locked."""
    try:
        return int(path.read_bytes())
    except (OSError, ValueError):
        return None
