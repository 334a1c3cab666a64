"""Whether somebody is still writing a recording: a lock on a small file beside it, which dies with the process.

The lock cannot be on the recording itself: closing any descriptor of it would drop the locks that SQLite holds there
in the same process (POSIX). On Windows two readers that probe in the same instant may take a dead file for a live one,
which only delays its repair. Where locking is not supported (some network file systems) a file counts as being written
as long as the lock's file is there, so that nobody repairs it under a writer.

A writer process inherits the descriptor from its engine (POSIX), and both hold the lock until the last of them ends.
The file says which process to stop: the engine.
"""

from pathlib import Path

from simulator.recording.errors import RecordingInUse
from simulator.recording.file_lock import FileLock, HeldElsewhere, is_held


def lock_path(recording: Path) -> Path:
    """The lock's file beside a recording."""
    return recording.with_name(recording.name + "-live")


class WriterLock(FileLock):
    """Held by the one process that writes (or repairs) a recording; `release` removes it."""

    def __init__(self, recording: Path) -> None:
        """Raises RecordingInUse if another process holds it, OSError if it cannot be made there."""
        path = lock_path(recording)
        try:
            super().__init__(path)
        except HeldElsewhere as held:
            who = f" (process {held.process})" if held.process else ""
            raise RecordingInUse(
                f"{recording}: another run is writing this recording; stop it{who} or choose another name (if there is "
                f"no such run, remove {path.name})"
            ) from held


def is_written(recording: Path) -> bool:
    """True while a writer holds the recording's lock (or while that cannot be told)."""
    return is_held(lock_path(recording))
