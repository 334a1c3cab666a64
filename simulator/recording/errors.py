"""The sentences a person reads when a recording cannot be read or written."""

import sqlite3
from pathlib import Path


class RecordingError(Exception):
    """Base of everything this room refuses; its text is one sentence for the person who must act."""


class NotARecording(RecordingError):
    """The file is missing, foreign, empty or damaged."""


class NewerRecording(RecordingError):
    """The file was made by a later program than this one."""


class OlderRecording(RecordingError):
    """The file is from a version for which no converter exists."""


class RecordingInUse(RecordingError):
    """Another process is writing this file now."""


class RecordingFailed(RecordingError):
    """Writing stopped (disk full, folder gone, ...); what was committed before stays valid."""


def stopped(path: Path, error: Exception, last_seq: int) -> RecordingFailed:
    """What to tell when writing failed after the row `last_seq`."""
    if isinstance(error, RecordingFailed):
        return error
    is_full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    reason = "the disk is full" if is_full else f"of an error ({error})"
    failure = RecordingFailed(
        f"{path}: the recording stopped because {reason}; everything up to row {last_seq} is kept"
    )
    failure.__cause__ = error
    return failure
