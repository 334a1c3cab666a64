"""Opening a file as a recording, or saying in one sentence why it is none."""

import contextlib
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec
import zstandard

from simulator.recording.converters import Converter, convert
from simulator.recording.errors import NewerRecording, NotARecording
from simulator.recording.finish import repair
from simulator.recording.liveness import is_written
from simulator.recording.schema import APPLICATION_ID, MAJOR, SUFFIX, TABLES, VIEWS

_PARTS: Final = re.findall(r"CREATE (?:TABLE|VIEW) (\w+)", TABLES + VIEWS)
_KEYS: Final = ("last_seq", "state")
_DAMAGE: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR)
_OUT_OF_REACH: Final = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM)
"""What SQLite says of a file that it may not read, and of one with a log where it can make no files beside it."""


def damaged(path: Path, how: object) -> NotARecording:
    """What to raise when a file that opened as a recording turns out broken."""
    return NotARecording(f"{path}: is damaged ({how}); make it again from its scenario and seed")


@contextlib.contextmanager
def damage_refused(path: Path) -> Iterator[None]:
    """Turns what a damaged file does to its reader into NotARecording; mistakes in the reader's SQL pass."""
    try:
        yield
    except (sqlite3.DatabaseError, zstandard.ZstdError, msgspec.DecodeError, UnicodeDecodeError) as error:
        if isinstance(error, sqlite3.DatabaseError) and not _tells_damage(error):
            raise
        raise damaged(path, error) from error


def _tells_damage(error: sqlite3.DatabaseError) -> bool:
    if isinstance(error, sqlite3.ProgrammingError):
        return False
    # Text that is no UTF-8 has no code: Python finds it, not SQLite.
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF in _DAMAGE


class OpenFile:
    """A read-only connection to a recording of this program's version, maybe to a copy: a converted one, or one of a
    killed run's where nothing can be written.
    """

    def __init__(self, path: Path, converters: Mapping[int, Converter]) -> None:
        """Raises NotARecording, NewerRecording or OlderRecording."""
        self.path = path.absolute()
        self._stack = contextlib.ExitStack()
        with contextlib.ExitStack() as stack, damage_refused(self.path):
            place = self.path
            self.connection = stack.enter_context(contextlib.closing(_connect(place)))
            if _wal(place).exists() and _is_out_of_reach(self.connection) and not is_written(place):
                self.connection.close()
                place = _copied(place, stack)
                self.connection = stack.enter_context(contextlib.closing(_connect(place)))
            version = _version(self.connection, self.path)
            if version // 1000 > MAJOR:
                raise NewerRecording(
                    f"{self.path}: was made by a newer program (file version {version // 1000}, this one reads up to "
                    f"{MAJOR}); open it with a newer ocpi-sim"
                )
            if version // 1000 < MAJOR:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ocpi-sim-")))
                copy = folder / f"converted{SUFFIX}"
                convert(self.connection, self.path, copy, converters)
                self.connection.close()
                self.connection = stack.enter_context(contextlib.closing(_connect(copy)))
            else:
                _refuse_parts(self.connection, self.path)
                if _needs_repair(self.connection, place):
                    self.connection.close()
                    repair(place)
                    self.connection = stack.enter_context(contextlib.closing(_connect(place)))
                    if _is_live(self.connection) and not is_written(place):
                        # It could not be finished where it is; in a copy it can.
                        self.connection.close()
                        place = _copied(place, stack)
                        repair(place)
                        self.connection = stack.enter_context(contextlib.closing(_connect(place)))
            self._stack = stack.pop_all()

    def close(self) -> None:
        """Let go of the file, and tidy up beside it what its writer had to leave to us."""
        self._stack.close()
        if _wal(self.path).exists():
            repair(self.path)


def _connect(path: Path) -> sqlite3.Connection:
    if path.is_dir():
        raise NotARecording(f"{path}: is a folder, not a recording; name a file that ends in {SUFFIX}")
    if not path.exists():
        raise NotARecording(f"{path}: there is no such file; name a recording ({SUFFIX}) made by `ocpi-sim run`")
    try:
        return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> NotARecording:
    return NotARecording(f"{path}: cannot be opened ({error}); check that you may read it and its folder")


def _is_out_of_reach(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("PRAGMA schema_version").fetchone()
    except sqlite3.Error as error:
        return _is_access(error)
    return False


def _is_access(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF in _OUT_OF_REACH


def _copied(path: Path, stack: contextlib.ExitStack) -> Path:
    """A copy of a file with its log, which goes when the stack is left. Raises NotARecording."""
    try:
        copy = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ocpi-sim-"))) / f"copied{SUFFIX}"
        shutil.copyfile(path, copy)
        if _wal(path).exists():
            shutil.copyfile(_wal(path), _wal(copy))
    except OSError as error:
        raise NotARecording(
            f"{path}: cannot be opened, as its run was killed, nothing can be written beside it, and a copy in "
            f"{tempfile.gettempdir()} failed ({error.strerror}); copy it with {_wal(path).name} to where there is room"
        ) from error
    return copy


def _version(connection: sqlite3.Connection, path: Path) -> int:
    try:
        (application_id,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        tables = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'meta'").fetchone()[0]
    except sqlite3.Error as error:
        if _is_access(error):
            raise _unreadable(path, error) from error
        raise NotARecording(
            f"{path}: is not a recording, or a damaged one ({error}); open an {SUFFIX} file made by `ocpi-sim run`"
        ) from error
    if application_id != APPLICATION_ID or not tables:
        raise NotARecording(f"{path}: is not a recording of ocpi-sim; open an {SUFFIX} file made by `ocpi-sim run`")
    return int(version)


def _refuse_parts(connection: sqlite3.Connection, path: Path) -> None:
    """A recording has all tables and views of schema.py, and says how far it has come and whether it is done."""
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    missing = [name for name in _PARTS if name not in there]
    if missing:
        raise damaged(path, f"it has no {', '.join(missing)}")
    keys = {key for (key,) in connection.execute("SELECT key FROM meta")}
    missing = [key for key in _KEYS if key not in keys]
    if missing:
        raise damaged(path, f"its meta has no {', '.join(missing)}")


def _wal(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def _needs_repair(connection: sqlite3.Connection, path: Path) -> bool:
    if is_written(path):
        return False
    return _is_live(connection) or _wal(path).exists()


def _is_live(connection: sqlite3.Connection) -> bool:
    (state,) = connection.execute("SELECT value FROM meta WHERE key = 'state'").fetchone()
    return bool(state == "live")
