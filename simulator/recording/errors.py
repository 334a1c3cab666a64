"""The sentences a person reads when a recording cannot be read or written."""

import errno
import sqlite3
from pathlib import Path
from typing import Final

DISK_FULL: Final = "the disk is full"


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
    """Writing stopped (disk full, folder gone, ...); what was committed before stays valid.

    `reason` alone is for whoever does not keep that: `DISK_FULL`, or other words behind "because"; empty where writing
    was refused or had ended.
    """

    def __init__(self, sentence: str, reason: str = "") -> None:
        super().__init__(sentence)
        self.reason = reason


def stopped(path: Path, error: Exception, last_seq: int) -> RecordingFailed:
    """What to tell when writing failed after the row `last_seq`."""
    if isinstance(error, RecordingFailed):
        return error
    failure = stopped_because(reason_of(error), path, last_seq)
    failure.__cause__ = error
    return failure


def stopped_because(reason: str, path: Path, last_seq: int) -> RecordingFailed:
    """What to tell when writing ended for a known reason after the row `last_seq`."""
    sentence = f"{path}: the recording stopped because {reason}; everything up to row {last_seq} is kept"
    return RecordingFailed(sentence, reason)


def reason_of(error: Exception) -> str:
    """What goes behind "because", of whatever was raised where something was written; of RecordingFailed its own."""
    if isinstance(error, RecordingFailed):
        return error.reason
    is_full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    is_full = is_full or (isinstance(error, OSError) and error.errno == errno.ENOSPC)
    return DISK_FULL if is_full else f"of an error ({error})"
