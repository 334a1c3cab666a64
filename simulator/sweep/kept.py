"""Whether a recording that a sweep has kept is still that of its run, told without reading all of it."""

from pathlib import Path

from simulator.recording.errors import RecordingError
from simulator.recording.reader import Recording


def is_whole(path: Path, digest: str) -> bool:
    """Whether the file opens as a recording that says of itself this digest.

    A file cut off anywhere does not open. What was changed within it, at its length, shows only when it is read.
    """
    try:
        with Recording.open(path) as recording:
            return recording.meta.get("digest") == digest
    except RecordingError:
        return False
