"""One run of a sweep, as a worker plays it: over memory, into a recording that is measured and then removed."""

import asyncio
import contextlib
import gc
import pickle
import platform
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import zstandard
from msgspec import Struct

from simulator.i18n import tr
from simulator.program import program
from simulator.recording.errors import DISK_FULL, RecordingFailed, reason_of
from simulator.report.compare.outcome import Outcome
from simulator.report.compare.swept import RECORDINGS, SweptRun

_SUFFIX = ".ocpirun"


class Job(Struct, frozen=True):
    """A run to be played. `scenario` is packed, so that a worker needs none of its files; `values` are in it."""

    id: str
    program: str
    scenario: bytes
    values: dict[str, str]
    seed: int
    until_us: int | None
    warm_up: int | str


def play_job(job: Job, scratch: str | None, keep_in: str | None) -> SweptRun:
    """Play and measure one run. Raises nothing: what goes wrong is the run's sentence.

    `scratch` is the folder for what is removed again (None: the machine's own), `keep_in` that of a sweep whose
    recordings are kept.
    """
    try:
        return _played(job, scratch, keep_in)
    except Exception as error:
        sentence = " ".join(str(error).split()) or type(error).__name__
        return SweptRun(job.id, job.values, job.seed, "failed", sentence, 0.0)


def _played(job: Job, scratch: str | None, keep_in: str | None) -> SweptRun:
    if program() != job.program:
        raise RuntimeError(
            tr(
                "The worker has ocpi-sim {theirs}, this is {ours} (behind the + is a hash of the sources); install the "
                "same version everywhere, with the same sources."
            ).format(theirs=program(), ours=job.program)
        )
    # The scratch folder goes with the sweep; what it stands in stays.
    disk = str(Path(scratch).parent) if scratch else tempfile.gettempdir()
    with _told_of_this_run(disk), tempfile.TemporaryDirectory(prefix="ocpi-sim-", dir=scratch) as folder:
        path = Path(folder) / f"{job.id}{_SUFFIX}"
        summary, outcome = _measured(job, path, is_kept=keep_in is not None)
        wrong = [name for name, holds in summary["checks"].items() if not holds]
        kept = ""
        if keep_in is not None:
            kept = f"{RECORDINGS}/{path.name}"
            with _told_of_this_run(keep_in):
                _keep(path, Path(keep_in) / kept)
    if wrong:
        sentence = tr("Checks that do not hold: {checks}.").format(checks=", ".join(wrong))
        return SweptRun(job.id, job.values, job.seed, "failed", sentence, summary["wall_s"], kept)
    return SweptRun(job.id, job.values, job.seed, "done", "", summary["wall_s"], kept, outcome)


@contextlib.contextmanager
def _told_of_this_run(disk: str) -> Iterator[None]:
    """Within, a recording that cannot be written on the disk of a folder says that nothing of this run is kept."""
    try:
        yield
    except Exception as error:
        reason = reason_of(error)
        if reason == DISK_FULL:
            words = tr(
                "The disk of {folder} (on {machine}) is full, and this run was not kept; free space there and give the "
                "same command again."
            )
            raise RuntimeError(words.format(folder=disk, machine=platform.node() or "?")) from error
        if isinstance(error, RecordingFailed) and reason:
            words = tr("The recording failed because {reason}, and this run was not kept.")
            raise RuntimeError(words.format(reason=reason)) from error
        raise


def _keep(path: Path, target: Path) -> None:
    """Move a recording to where it stays, perhaps to another disk, or leave nothing there."""
    target.parent.mkdir(exist_ok=True)
    try:
        shutil.move(path, target)
    except OSError:
        target.unlink(missing_ok=True)
        raise


def _measured(job: Job, path: Path, *, is_kept: bool) -> tuple[dict[str, Any], Outcome]:
    # Whoever only sends jobs to a cluster does without the engine.
    from simulator.assemble import RunOptions, play
    from simulator.recording.reader import Recording
    from simulator.report.compare.outcome import outcome_of

    options = RunOptions(
        out=path,
        seed=job.seed,
        until_us=job.until_us,
        wire="memory",
        # No figure is measured on bodies: without them a run is faster.
        level="full" if is_kept else "headers",
        control=False,
    )
    # The world of the run before is full of circles, and a run leaves alone what it finds.
    gc.collect()
    result = asyncio.run(play(pickle.loads(zstandard.decompress(job.scenario)), options))
    with Recording.open(path) as recording:
        return result.summary, outcome_of(recording, job.warm_up)
