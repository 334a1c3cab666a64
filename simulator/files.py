"""Writes files whole or not at all: a full disk, a crash or Ctrl-C leaves what was there before."""

import errno
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from simulator.i18n import tr


class NotWritten(Exception):
    """A file could not be written. The message is a sentence; nothing half-written is left."""


def write_file(path: Path, content: bytes) -> None:
    """Write or replace one file. Raises NotWritten."""
    write_files(path.parent, {path.name: lambda file: file.write_bytes(content)})


def write_files(folder: Path, writers: Mapping[str, Callable[[Path], object]]) -> None:
    """Write several files into a folder that may not exist yet: each by its writer, and only when all are done.

    A writer is given a path to write to, with the suffix of its name. Raises NotWritten.
    """
    for name in writers:
        place = folder / name
        if place.exists() and not place.is_file():
            raise NotWritten(tr("{place} is no file and is not replaced; name another.").format(place=place))
    made = _missing(folder)
    place = folder if made else folder / next(iter(writers), "")
    # Beside their places, so that taking them is a change of name and no copy that can fail halfway.
    scratch = folder / f".ocpi-sim-{os.getpid()}"
    try:
        scratch.mkdir(parents=True, exist_ok=True)
        for name, write in writers.items():
            place = folder / name
            write(scratch / name)
            _settle(scratch / name)
        _take(writers, scratch, folder)
        shutil.rmtree(scratch, ignore_errors=True)
        for each in dict.fromkeys((folder, *(new.parent for new in made))):
            _settle_names(each)
    except OSError as error:
        _forget(scratch, made)
        raise NotWritten(
            tr("{place} cannot be written ({reason}); nothing half-written was left. Choose another place.").format(
                place=place, reason=_reason(error)
            )
        ) from error
    except BaseException:
        _forget(scratch, made)
        raise


def _settle(path: Path) -> None:
    """Wait until the disk has it: a name may reach the disk before what it stands for."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _settle_names(folder: Path) -> None:
    """Wait until the disk has the names in a folder too, on systems and file systems that can tell."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except PermissionError:
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.EBADF):
            raise
    finally:
        os.close(descriptor)


def _reason(error: OSError) -> str:
    """In the system's words: pyarrow has an error's number, but says more around it."""
    return (os.strerror(error.errno) if error.errno else str(error)).lower()


def _take(names: Iterable[str], scratch: Path, folder: Path) -> None:
    """Changes of name: all of them, even if Ctrl-C comes between two."""
    left = [name for name in names if (scratch / name).exists()]
    try:
        for name in left:
            os.replace(scratch / name, folder / name)
    except KeyboardInterrupt:
        _take(left, scratch, folder)
        raise


def _missing(folder: Path) -> list[Path]:
    """The folders that have to be made, innermost first."""
    return [each for each in (folder, *folder.parents) if not each.exists()]


def _forget(scratch: Path, made: list[Path]) -> None:
    shutil.rmtree(scratch, ignore_errors=True)
    for each in made:
        try:
            each.rmdir()
        except OSError:
            return
