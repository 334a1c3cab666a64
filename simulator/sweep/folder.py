"""The folder of a sweep: nothing in it is ever half-written, so that a sweep resumes where it stopped."""

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from simulator.files import NotWritten, write_file, write_files
from simulator.i18n import tr
from simulator.recording.file_lock import FileLock, HeldElsewhere
from simulator.report.compare.parquet import METADATA
from simulator.report.compare.quarters import curves_table
from simulator.report.compare.results import results_table
from simulator.report.compare.swept import (
    CSV,
    CURVES,
    JOBS,
    MANIFEST,
    TABLE,
    Manifest,
    SweptRun,
    read_manifest,
    read_runs,
)
from simulator.report.kpi.swept_columns import swept_columns
from simulator.report.publish.data import csv_writer, parquet_writer

LOCK: Final = ".sweep-live"
"""A file in the folder that is locked while a sweep runs; one that was killed leaves it, unlocked."""

_SCRATCH: Final = re.compile(r"\.ocpi-sim-(\d+)(-.*)?")
"""A scratch folder, of a sweep or of files under way, with the process that owns it."""


class AnotherSweep(Exception):
    """The folder holds something that this sweep would spoil. The message is a sentence."""


class SweepFolder:
    """Where a sweep keeps what it has; made with `begin`, then given each run as it comes.

    Two at once would overwrite each other's tables: whoever is not alone with a folder begins within `held_alone`.
    """

    def __init__(self, path: Path, manifest: Manifest) -> None:
        """Not for callers: use `begin`."""
        self.path = path
        self._manifest = manifest

    @classmethod
    def begin(cls, path: Path, manifest: Manifest) -> "SweepFolder":
        """Begin a sweep in a new or empty folder, or go on with it where its axes and seeds have at most grown
        and nothing else has changed.

        Raises AnotherSweep, NoSweep for a damaged manifest, NotWritten.
        """
        for folder in (path, path / JOBS):
            _forget_the_dead(folder)
        if (path / MANIFEST).exists():
            _refuse_another(path, read_manifest(path), manifest)
        else:
            _refuse_no_sweep(path)
        write_file(path / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
        return cls(path, manifest)

    def runs(self) -> list[SweptRun]:
        """What there is, in the order of the manifest."""
        return read_runs(self.path, self._manifest)

    def scratch(self) -> Path:
        """A new folder for what is removed again, on the same disk. Raises NotWritten."""
        try:
            return Path(tempfile.mkdtemp(prefix=f".ocpi-sim-{os.getpid()}-", dir=self.path))
        except OSError as error:
            raise _not_written(self.path, error) from error

    def store(self, run: SweptRun) -> None:
        """Keep what became of a run. Raises NotWritten."""
        write_file(self.path / JOBS / f"{run.job}.json", msgspec.json.encode(run))

    def write_tables(self) -> Sequence[SweptRun]:
        """Write the tables of all runs that there are, and return these. Raises NotWritten."""
        runs = self.runs()
        table, curves = results_table(self._manifest, runs), curves_table(runs)
        metadata = {METADATA: msgspec.json.encode(self._manifest)}
        results = parquet_writer(table, metadata, swept_columns(table, self._manifest.axes))
        write_files(self.path, {TABLE: results, CSV: csv_writer(table), CURVES: parquet_writer(curves, metadata)})
        return runs


@contextlib.contextmanager
def held_alone(path: Path) -> Iterator[None]:
    """Within, no other process sweeps into a folder, which is made if need be and removed again if it stays empty.

    Raises AnotherSweep while one does or where something else lies, NotWritten.
    """
    if not (path / MANIFEST).exists():
        _refuse_no_sweep(path)
    made = [each for each in (path, *path.parents) if not each.exists()]
    try:
        lock = _lock(path)
        try:
            yield
        finally:
            lock.release()
    finally:
        with contextlib.suppress(OSError):
            for each in made:
                each.rmdir()


def forget(scratch: Path) -> None:
    """Remove what is left in a scratch folder, and the folder."""
    shutil.rmtree(scratch, ignore_errors=True)


def _forget_the_dead(folder: Path) -> None:
    """Remove what processes left that were killed."""
    for each in folder.glob(".ocpi-sim-*") if folder.is_dir() else ():
        found = _SCRATCH.fullmatch(each.name)
        if found and not _lives(int(found[1])):
            forget(each)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _lock(path: Path) -> FileLock:
    try:
        path.mkdir(parents=True, exist_ok=True)
        return FileLock(path / LOCK)
    except HeldElsewhere as held:
        words = tr("{path}: another sweep into this folder is under way; wait for its end, or choose another --out.")
        if held.process:
            words = tr(
                "{path}: another sweep into this folder is under way (process {id}); wait for its end, or choose "
                "another --out."
            )
        raise AnotherSweep(words.format(path=path, id=held.process)) from held
    except OSError as error:
        raise _not_written(path, error) from error


def _not_written(path: Path, error: OSError) -> NotWritten:
    reason = (error.strerror or str(error)).lower()
    return NotWritten(tr("{path} cannot be written ({reason}).").format(path=path, reason=reason))


def _refuse_no_sweep(path: Path) -> None:
    """What a sweep leaves that is killed before its manifest is there does no harm."""
    if path.exists() and (not path.is_dir() or any(_is_foreign(each.name) for each in path.iterdir())):
        raise AnotherSweep(
            tr("{path} is there and holds no sweep; choose another --out, or an empty folder.").format(path=path)
        )


def _is_foreign(name: str) -> bool:
    return name != LOCK and not _SCRATCH.fullmatch(name)


def _programs(there: Manifest, now: Manifest) -> str:
    return tr("the program (begun with ocpi-sim {old}, this is {new})").format(old=there.program, new=now.program)


def _refuse_another(path: Path, there: Manifest, now: Manifest) -> None:
    """Whatever makes other runs of the same values and seeds: they would take the place of those that there are."""
    files = there.files.items()
    differs = [
        words
        for words, old, new in (
            (tr("scenario"), there.scenario_text, now.scenario_text),
            ("--set", there.overrides, now.overrides),
            ("--until", there.until_us, now.until_us),
            ("--warm-up", there.warm_up, now.warm_up),
            (tr("what figures mean to the program"), there.figures, now.figures),
            (_programs(there, now), there.program, now.program),
            *((tr("the file {name}").format(name=name), old, now.files.get(name, old)) for name, old in files),
        )
        if old != new
    ]
    if list(there.axes) != list(now.axes) or any(
        value not in now.axes[axis] for axis, values in there.axes.items() for value in values
    ):
        differs.append("--vary")
    if any(seed not in now.seeds for seed in there.seeds):
        differs.append("--seeds")
    if differs:
        raise AnotherSweep(
            tr(
                "{path} holds another sweep: {what} differs. A sweep may only grow, by values and seeds; choose "
                "another --out, or put back what it was begun with."
            ).format(path=path, what=", ".join(differs))
        )
