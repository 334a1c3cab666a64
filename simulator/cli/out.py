"""Writes to standard output wholly, or says that it could not: half a document must not pass for a whole one."""

import io
import os
import sys

from simulator.cli.mistake import Mistake
from simulator.i18n import tr


def put(text: str) -> None:
    """Write a text and the end of its line. Raises Mistake when not all of it can be written."""
    try:
        sys.stdout.flush()
        if isinstance(sys.stdout, io.TextIOWrapper):
            _put_all(memoryview((text + "\n").encode(sys.stdout.encoding, errors="replace")))
        else:
            sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except OSError as error:
        raise _told(error) from error


def flush() -> None:
    """See to it that all that was printed is written. Raises Mistake when it cannot be."""
    try:
        sys.stdout.flush()
    except OSError as error:
        raise _told(error) from error


def close() -> None:
    """Let go of what is not yet written; Python would complain once more when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _put_all(content: memoryview) -> None:
    # Without a buffer (python -u) one write takes as much as there is room for, and no more.
    while content:
        content = content[sys.stdout.buffer.write(content) :]


def _told(error: OSError) -> OSError | Mistake:
    if isinstance(error, BrokenPipeError):
        return error
    close()
    return Mistake(
        tr(
            "Standard output cannot be written ({reason}); what stands there is not whole. Choose another place."
        ).format(reason=(error.strerror or str(error)).lower())
    )
