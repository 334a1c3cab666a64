"""Recordings of older programs, made readable by a chain of converters, one a major version.

A converter changes a copy of the file from its major version to the next, by SQL on an open connection, so a
recording is never altered by being read. Files of version 1 were made before the program had users and are refused.
"""

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, TypeAlias

from simulator.recording.errors import OlderRecording
from simulator.recording.schema import MAJOR, USER_VERSION

Converter: TypeAlias = Callable[[sqlite3.Connection], None]


def _name_bases(connection: sqlite3.Connection) -> None:
    """In version 2 the keyframe under another was always a whole one, and called so."""
    connection.execute("ALTER TABLE keyframe RENAME COLUMN whole TO base")


CONVERTERS: Final[Mapping[int, Converter]] = {2: _name_bases}


def convert(source: sqlite3.Connection, path: Path, copy: Path, converters: Mapping[int, Converter]) -> None:
    """Copy the recording that `source` reads (at `path`) to `copy` and bring the copy to this program's version.

    Raises OlderRecording when a step is missing.
    """
    (version,) = source.execute("PRAGMA user_version").fetchone()
    steps = range(version // 1000, MAJOR)
    missing = [step for step in steps if step not in converters]
    if missing:
        raise OlderRecording(
            f"{path}: was made by an early program (file version {missing[0]}) that this one cannot convert; "
            "make the recording again from its scenario and seed"
        )
    target = sqlite3.connect(copy, isolation_level=None)
    try:
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE").fetchall()
        for step in steps:
            converters[step](target)
        target.execute(f"PRAGMA user_version = {USER_VERSION}")
    finally:
        target.close()
