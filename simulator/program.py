"""Which program this is: its version, and a hash over its sources, for they change more often than the version does.

Runs of one program may be mixed, as a sweep that goes on does; those of two may differ though nothing else does.
"""

import hashlib
import os
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

_SOURCES: Final = (".py", ".j2")
_HASH_BYTES: Final = 6


@cache
def program() -> str:
    """The program's identity, such as `0.1.0+3f2a9c04d1b7`; found once, for what a process has loaded stays."""
    return f"{version('ocpi-sim')}+{hash_of(Path(__file__).parent)}"


def hash_of(package: Path) -> str:
    """A hash in hexadecimal over all sources and templates below a folder, their paths and contents. Raises OSError."""
    hash = hashlib.blake2b(digest_size=_HASH_BYTES)
    for name in sorted(_sources(str(package))):
        with open(package / name, "rb", buffering=0) as file:
            content = file.read()
        # With lengths, so that nothing can move from one file to the next unseen.
        hash.update(f"{name}\0{len(content)}\0".encode())
        hash.update(content)
    return hash.hexdigest()


def _sources(folder: str, within: str = "") -> Iterator[str]:
    """The paths of the sources from the package on, alike on every system."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(_SOURCES):
                yield within + entry.name
            elif entry.is_dir() and entry.name != "__pycache__":
                yield from _sources(entry.path, f"{within}{entry.name}/")
