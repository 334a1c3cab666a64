"""Sends the jobs of a sweep to workers, a few at a time, and keeps what comes back at once."""

import contextlib
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Final

from msgspec import Struct

from simulator.i18n import tr
from simulator.report.compare.swept import SweptRun
from simulator.sweep.cluster import local_workers, remote_workers
from simulator.sweep.folder import SweepFolder, forget
from simulator.sweep.job import Job, play_job
from simulator.sweep.kept import is_whole
from simulator.sweep.plan import Plan

_LOOK_S: Final = 0.2
COUNT_EVERY: Final = 25
"""Workers are counted again after so many looks."""

ALONE_S: Final = 60.0
"""For so long a scheduler may be without any worker: they may be about to come back."""

_LOST: Final = tr("The scheduler has gone away; what is done is kept. The same command goes on from here.")


class SchedulerLost(Exception):
    """The scheduler went away before all was played. The message is a sentence; what is done is kept."""


class Workers(Struct, frozen=True):
    """Who plays: so many `processes` of this machine, or the workers of the scheduler at an address."""

    processes: int = 1
    scheduler: str | None = None


class Counts(Struct):
    """How many runs there are; how many of them were done before, are done now, and failed now.

    `damaged` are those that were done before, but whose recordings are not whole any more: they are played again.
    """

    all: int
    before: int = 0
    done: int = 0
    failed: int = 0
    damaged: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether every run is done."""
        return self.before + self.done == self.all


def play_all(
    plan: Plan,
    folder: SweepFolder,
    workers: Workers,
    watch: Callable[[Counts], None],
    is_stopped: Callable[[], bool],
    *,
    keep_recordings: bool = False,
) -> Counts:
    """Play what is not yet done; runs that failed before are tried again, and with `keep_recordings` also those done
    whose recordings are missing or damaged. Ends early when `is_stopped`.

    Raises NoWorkers, SchedulerLost, NotWritten; what is done by then is kept.
    """
    done = [run for run in folder.runs() if run.status == "done"]
    damaged = 0
    if keep_recordings:
        kept = [run for run in done if run.recording and (folder.path / run.recording).exists()]
        done = [run for run in kept if run.outcome and is_whole(folder.path / run.recording, run.outcome.digest)]
        damaged = len(kept) - len(done)
    ids = {run.job for run in done}
    todo = [job for job in plan.jobs if job.id not in ids]
    counts = Counts(len(plan.jobs), before=len(plan.jobs) - len(todo), damaged=damaged)
    watch(counts)
    if not todo or is_stopped():
        return counts
    scratch = folder.scratch()
    keep_in = str(folder.path.absolute()) if keep_recordings else None
    try:
        with _client(workers, scratch) as client:
            # Another machine need not have this disk.
            near = str(scratch.absolute()) if workers.scheduler is None else None
            for run in _results(client, todo, (near, keep_in), is_stopped):
                folder.store(run)
                counts.done += run.status == "done"
                counts.failed += run.status == "failed"
                watch(counts)
    finally:
        forget(scratch)
    return counts


def _client(workers: Workers, scratch: Path) -> contextlib.AbstractContextManager[Any]:
    if workers.scheduler is not None:
        return remote_workers(workers.scheduler)
    return local_workers(workers.processes, scratch)


def _results(
    client: Any, jobs: Sequence[Job], places: tuple[str | None, str | None], is_stopped: Callable[[], bool]
) -> Iterator[SweptRun]:
    """What becomes of the jobs, as they end."""
    waiting = deque(jobs)
    flying: dict[Any, Job] = {}
    ended: SimpleQueue[Any] = SimpleQueue()
    threads = looks = alone = 0
    # A scheduler takes equal keys for one task: another sweep of the same runs would get what this one made, however
    # it was to be kept, and would lose it when this one is stopped.
    sweep = uuid.uuid4().hex
    try:
        while (waiting or flying) and not is_stopped():
            if looks % COUNT_EVERY == 0:
                threads = _threads(client)
            looks += 1
            # One more for each, so that none has to wait for its next job; no more, for a job is large.
            while waiting and len(flying) < 2 * max(threads, 1):
                job = waiting.popleft()
                future = client.submit(play_job, job, *places, key=f"{job.id}-{sweep}", pure=False)
                flying[future] = job
                future.add_done_callback(ended.put)
            try:
                future = ended.get(timeout=_LOOK_S)
            except Empty:
                alone = 0 if threads else alone + 1
                if alone * _LOOK_S >= ALONE_S:
                    raise SchedulerLost(
                        tr(
                            "The scheduler has had no workers for {seconds:.0f} s; what is done is kept. Start some; "
                            "the same command goes on from here."
                        ).format(seconds=ALONE_S)
                    ) from None
                continue
            yield _result(future, flying.pop(future))
    except OSError as error:
        # It need not have noticed yet that nobody is there, whatever it is asked.
        raise SchedulerLost(_LOST) from error
    finally:
        with contextlib.suppress(Exception):
            client.cancel(list(flying), force=True)


def _result(future: Any, job: Job) -> SweptRun:
    if future.status == "finished":
        run: SweptRun = future.result()
        return run
    if future.status != "error":
        raise SchedulerLost(_LOST)
    # A job raises nothing by itself: it was its worker that ended, or does not know the program.
    sentence = tr("The worker could not play it: {reason}.").format(
        reason=" ".join(str(future.exception()).split()).rstrip(".") or "?"
    )
    return SweptRun(job.id, job.values, job.seed, "failed", sentence, 0.0)


def _threads(client: Any) -> int:
    """How many jobs the workers play at once; they may come and go."""
    if client.status != "running":
        raise SchedulerLost(_LOST)
    return sum(client.nthreads().values())
