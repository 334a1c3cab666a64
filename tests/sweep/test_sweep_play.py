"""Jobs go to workers and come back, one that fails stops no other, and what is done is never done again."""

import asyncio
import logging
import os
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from simulator.assemble import RunOptions, play
from simulator.cli import main
from simulator.recording.reader import Recording
from simulator.report.compare.outcome import outcome_of
from simulator.scenario.load import load
from simulator.sweep import cluster, job, sweep
from simulator.sweep.axes import parse_axis
from simulator.sweep.cluster import NoWorkers
from simulator.sweep.folder import SweepFolder
from simulator.sweep.job import play_job
from simulator.sweep.plan import Plan, What, make_plan
from simulator.sweep.sweep import Counts, SchedulerLost, Workers, play_all

QUICKSTART = Path(__file__).parents[2] / "scenarios" / "quickstart.yaml"
HALF_AN_HOUR = 1_800_000_000
SPEEDS = "session_updates=5 min,10 min"


@contextmanager
def new_cluster(folder: Path) -> Iterator[Any]:
    """A scheduler that listens on loopback, with a worker, within this process; `folder` is for their scratch."""
    import dask.config
    from distributed import LocalCluster

    with (
        dask.config.set({"temporary-directory": str(folder)}),
        LocalCluster(
            n_workers=1,
            threads_per_worker=1,
            processes=False,
            protocol="tcp",
            host="127.0.0.1",
            scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
            silence_logs=logging.CRITICAL,
        ) as made,
    ):
        yield made


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with new_cluster(tmp_path_factory.mktemp("dask")) as made:
            yield made.scheduler_address


def plan(*axes: str, seeds: tuple[int, ...] = (1, 2)) -> Plan:
    what = What(scenario=QUICKSTART, axes=tuple(map(parse_axis, axes or (SPEEDS,))), seeds=seeds, until_us=HALF_AN_HOUR)
    return make_plan(what, lambda number, count: None)


class Watch:
    """Hears the counts, and says stop after so many runs."""

    def __init__(self, stop_after: int = 1_000) -> None:
        self.heard: list[tuple[int, int, int]] = []
        self.damaged = 0
        self._stop_after = stop_after

    def __call__(self, counts: Counts) -> None:
        self.heard.append((counts.before, counts.done, counts.failed))
        self.damaged = counts.damaged

    def is_stopped(self) -> bool:
        return len(self.heard) > self._stop_after


def played(
    out: Path, scheduler: str, made: Plan | None = None, *, stop_after: int = 1_000, keep_recordings: bool = False
) -> tuple[SweepFolder, Watch]:
    made = made or plan()
    folder, watch = SweepFolder.begin(out, made.manifest), Watch(stop_after)
    workers = Workers(scheduler=scheduler)
    play_all(made, folder, workers, watch, watch.is_stopped, keep_recordings=keep_recordings)
    return folder, watch


# One job


def test_a_job_comes_to_what_a_run_of_its_own_comes_to(tmp_path: Path) -> None:
    (made,) = plan("session_updates=5 min", seeds=(3,)).jobs
    result = play_job(made, str(tmp_path), None)
    assert list(tmp_path.iterdir()) == []
    out = tmp_path / "run.ocpirun"
    scenario = load(QUICKSTART, ["session_updates=5 min"])
    asyncio.run(play(scenario, RunOptions(out=out, wire="memory", control=False, seed=3, until_us=HALF_AN_HOUR)))
    with Recording.open(out) as recording:
        own = outcome_of(recording, "auto")
    assert result.outcome is not None
    assert result.outcome.digest == own.digest
    assert result.outcome.values == own.values
    assert result.outcome.curves == own.curves
    assert (result.status, result.sentence, result.seed) == ("done", "", 3)


def test_a_job_of_another_version_is_not_played() -> None:
    from msgspec.structs import replace

    (made,) = plan("session_updates=5 min", seeds=(3,)).jobs
    result = play_job(replace(made, program="9.9"), None, None)
    assert result.status == "failed"
    assert "install the same version everywhere, with the same sources" in result.sentence


def test_a_run_whose_checks_do_not_hold_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    measured = job._measured

    def unsound(*args: Any, **named: Any) -> Any:
        summary, outcome = measured(*args, **named)
        return {**summary, "checks": {"energy_conserved": False, "money_settled": True}}, outcome

    monkeypatch.setattr(job, "_measured", unsound)
    result = play_job(plan().jobs[0], None, None)
    assert (result.status, result.outcome) == ("failed", None)
    assert result.sentence == "Checks that do not hold: energy_conserved."


# On workers


def test_a_sweep_is_played_and_leaves_nothing_but_its_results(tmp_path: Path, scheduler: str) -> None:
    folder, watch = played(tmp_path, scheduler)
    runs = folder.runs()
    assert [(run.values["session_updates"], run.seed) for run in runs] == [
        ("5 min", 1),
        ("5 min", 2),
        ("10 min", 1),
        ("10 min", 2),
    ]
    assert all(run.status == "done" for run in runs)
    assert watch.heard == [(0, done, 0) for done in range(5)]
    assert sorted(os.listdir(tmp_path)) == ["jobs", "sweep.json"]
    assert len(os.listdir(tmp_path / "jobs")) == 4


def test_what_is_done_is_not_done_again(tmp_path: Path, scheduler: str) -> None:
    played(tmp_path, scheduler, plan(seeds=(1,)))
    stamps = {file.name: file.stat().st_mtime_ns for file in (tmp_path / "jobs").iterdir()}
    _, watch = played(tmp_path, scheduler, plan(seeds=(1, 2)))
    assert watch.heard == [(2, 0, 0), (2, 1, 0), (2, 2, 0)]
    for name, stamp in stamps.items():
        assert (tmp_path / "jobs" / name).stat().st_mtime_ns == stamp
    # With nothing left to do, nobody is asked.
    _, watch = played(tmp_path, "tcp://127.0.0.1:9", plan(seeds=(1, 2)))
    assert watch.heard == [(4, 0, 0)]


def test_a_sweep_that_was_stopped_goes_on(tmp_path: Path, scheduler: str) -> None:
    folder, watch = played(tmp_path, scheduler, stop_after=1)
    assert watch.heard == [(0, 0, 0), (0, 1, 0)]
    assert len(folder.runs()) == 1
    folder, watch = played(tmp_path, scheduler)
    assert watch.heard[0] == (1, 0, 0)
    assert watch.heard[-1] == (1, 3, 0)


def test_a_run_that_fails_stops_no_other_and_is_tried_again(
    tmp_path: Path, scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = job._measured

    def failing(made: job.Job, *args: Any, **named: Any) -> Any:
        if made.seed == 1:
            raise RuntimeError("The street\n is closed.")
        return measured(made, *args, **named)

    monkeypatch.setattr(job, "_measured", failing)
    folder, watch = played(tmp_path, scheduler)
    assert watch.heard[-1] == (0, 2, 2)
    told = {(run.seed, run.status, run.sentence) for run in folder.runs()}
    assert told == {(1, "failed", "The street is closed."), (2, "done", "")}
    monkeypatch.undo()
    _, watch = played(tmp_path, scheduler)
    assert watch.heard[-1] == (2, 2, 0)


def test_the_command_tells_what_failed(
    tmp_path: Path, scheduler: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    measured = job._measured

    def failing(made: job.Job, *args: Any, **named: Any) -> Any:
        if made.seed < 7:
            raise RuntimeError("The street is closed.")
        return measured(made, *args, **named)

    monkeypatch.setattr(job, "_measured", failing)
    command = ["sweep", str(QUICKSTART), "--until", "30 min", "--vary", "poll=6 h", "--seeds", "1..7"]
    code = main([*command, "--out", str(tmp_path / "out"), "--scheduler", scheduler])
    out, err = capsys.readouterr()
    assert code == 1
    lines = out.splitlines()
    assert lines[:2] == ["1 of 7 runs done, 6 failed.", "  failed: poll=6 h, seed 1: The street is closed."]
    assert lines[6] == "  and 1 more"
    assert "Traceback" not in out + err
    assert len((tmp_path / "out" / "results.csv").read_text().splitlines()) == 8


def test_recordings_are_kept_where_wanted(tmp_path: Path, scheduler: str) -> None:
    made = plan("session_updates=5 min", seeds=(1,))
    played(tmp_path, scheduler, made)
    # It is done, but its recording was not kept: it is played once more.
    folder, watch = played(tmp_path, scheduler, made, keep_recordings=True)
    assert watch.heard[-1] == (0, 1, 0)
    (run,) = folder.runs()
    with Recording.open(tmp_path / run.recording) as recording:
        assert recording.meta["level"] == "full"
        assert recording.meta["seed"] == "1"
        assert outcome_of(recording, "auto").values == (run.outcome and run.outcome.values)
    _, watch = played(tmp_path, scheduler, made, keep_recordings=True)
    assert watch.heard == [(1, 0, 0)]


@pytest.mark.parametrize("end", [5_000, -1])
def test_a_run_whose_recording_is_damaged_is_played_again(tmp_path: Path, scheduler: str, end: int) -> None:
    made = plan("session_updates=5 min")
    folder, _ = played(tmp_path, scheduler, made, keep_recordings=True)
    first, other = (tmp_path / run.recording for run in folder.runs())
    whole, stamp = outcome_digest(first), other.stat().st_mtime_ns
    os.truncate(first, end if end > 0 else first.stat().st_size + end)
    _, watch = played(tmp_path, scheduler, made, keep_recordings=True)
    assert watch.heard == [(1, 0, 0), (1, 1, 0)]
    assert watch.damaged == 1
    assert outcome_digest(first) == whole
    assert other.stat().st_mtime_ns == stamp
    # Who wants no recordings does not ask for them.
    os.truncate(first, 0)
    _, watch = played(tmp_path, "tcp://127.0.0.1:9", made)
    assert (watch.heard, watch.damaged) == ([(2, 0, 0)], 0)


def test_a_recording_of_another_run_does_not_stand_for_it(tmp_path: Path, scheduler: str) -> None:
    made = plan("session_updates=5 min")
    folder, _ = played(tmp_path, scheduler, made, keep_recordings=True)
    first, other = (tmp_path / run.recording for run in folder.runs())
    whole = outcome_digest(first)
    first.write_bytes(other.read_bytes())
    _, watch = played(tmp_path, scheduler, made, keep_recordings=True)
    assert (watch.heard[-1], watch.damaged) == ((1, 1, 0), 1)
    assert outcome_digest(first) == whole


def outcome_digest(path: Path) -> str:
    with Recording.open(path) as recording:
        return outcome_of(recording, "auto").digest


# Beside others


def test_a_sweep_that_is_stopped_ends_no_other_of_the_same_runs(tmp_path: Path, scheduler: str) -> None:
    folder = played_beside(tmp_path / "ours", scheduler, lambda: played(tmp_path / "other", scheduler, stop_after=1))
    assert [run.status for run in folder.runs()] == ["done"] * 4


def test_recordings_are_kept_also_beside_a_sweep_of_the_same_runs_that_keeps_none(
    tmp_path: Path, scheduler: str
) -> None:
    keeping = tmp_path / "keeping"
    folder = played_beside(tmp_path / "ours", scheduler, lambda: played(keeping, scheduler, keep_recordings=True))
    assert len(os.listdir(keeping / "recordings")) == 4
    assert not any(run.recording for run in folder.runs())


def played_beside(out: Path, scheduler: str, other: Callable[[], object]) -> SweepFolder:
    """A sweep that plays another one once its first run is done, while its next ones are with the scheduler."""
    made = plan()
    folder, watch = SweepFolder.begin(out, made.manifest), Watch()

    def play_other(counts: Counts) -> None:
        watch(counts)
        if counts.done == 1:
            other()

    play_all(made, folder, Workers(scheduler=scheduler), play_other, watch.is_stopped)
    return folder


# Schedulers


@pytest.mark.parametrize("address", ["nonsense", "http://127.0.0.1:80", "foo://bar", "tcp://127.0.0.1", ""])
def test_what_is_no_address_is_told_at_once(tmp_path: Path, address: str) -> None:
    with pytest.raises(NoWorkers, match="is no address of a scheduler"):
        played(tmp_path, address)


def test_a_scheduler_that_does_not_answer_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT_S", 0.3)
    with pytest.raises(NoWorkers, match=r"No scheduler answers at tcp://127\.0\.0\.1:9"):
        played(tmp_path, "tcp://127.0.0.1:9")
    assert sorted(os.listdir(tmp_path)) == ["sweep.json"]


def test_a_scheduler_without_workers_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The scheduler may take its time to answer; only its workers are not waited for as long."""
    from distributed import Client

    wait = Client.wait_for_workers
    monkeypatch.setattr(Client, "wait_for_workers", lambda client, count, timeout: wait(client, count, timeout=0.5))
    with new_cluster(tmp_path / "dask") as empty:
        empty.scale(0)
        while empty.scheduler.workers:
            empty.sync(asyncio.sleep, 0.01)
        with pytest.raises(NoWorkers, match="has no workers"):
            played(tmp_path / "out", empty.scheduler_address)


def test_a_scheduler_that_goes_away_before_it_has_workers_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distributed import Client

    options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    command = [sys.executable, "-W", "ignore", "-m", "distributed.cli.dask_scheduler", *options]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert server.stderr is not None
        address = next(line.split()[-1] for line in server.stderr if "Scheduler at:" in line)
        wait = Client.wait_for_workers

        def lose(client: Client, *arguments: Any, **options: Any) -> None:
            server.kill()
            server.wait()
            # It answered in its own time; now that it is gone nobody need look for it as long.
            client.rpc.timeout = 0.5
            wait(client, *arguments, **options)

        monkeypatch.setattr(Client, "wait_for_workers", lose)
        with pytest.raises(NoWorkers, match="went away before it had a worker"):
            played(tmp_path / "out", address)
    finally:
        server.kill()
        server.communicate()


def test_a_scheduler_that_is_gone_when_it_is_asked_for_a_result_is_told(
    tmp_path: Path, scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distributed import Future
    from distributed.comm import CommClosedError

    def result(_: Future) -> None:
        raise CommClosedError("in the midst of it")

    monkeypatch.setattr(Future, "result", result)
    with pytest.raises(SchedulerLost, match="what is done is kept"):
        played(tmp_path, scheduler)


def test_a_scheduler_that_goes_away_is_told_and_what_is_done_is_kept(tmp_path: Path, scheduler: str) -> None:
    """A process of its own, so that it can be killed."""
    code = "import sys; sys.path.insert(0, sys.argv[1]); from test_sweep_play import serve; serve(sys.argv[2])"
    command = [sys.executable, "-W", "ignore", "-c", code, str(Path(__file__).parent), str(tmp_path / "dask")]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        out, made = tmp_path / "out", plan()
        folder, watch = SweepFolder.begin(out, made.manifest), Watch()

        def lose(counts: Counts) -> None:
            watch(counts)
            if counts.done == 1:
                server.kill()
                server.wait()

        with pytest.raises(SchedulerLost, match="what is done is kept"):
            play_all(made, folder, Workers(scheduler=address), lose, watch.is_stopped)
    finally:
        server.kill()
        server.communicate()
    assert 1 <= len(folder.runs()) < 4
    assert all(run.status == "done" for run in folder.runs())
    assert sorted(os.listdir(out)) == ["jobs", "sweep.json"]
    folder, watch = played(out, scheduler, made)
    assert len(folder.runs()) == 4


def test_workers_that_go_and_do_not_come_back_are_told_and_what_is_done_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "ALONE_S", 0.5)
    monkeypatch.setattr(sweep, "COUNT_EVERY", 1)
    made = plan()
    folder = SweepFolder.begin(tmp_path / "out", made.manifest)
    with new_cluster(tmp_path / "dask") as ours:
        watch = Watch()

        def dismiss(counts: Counts) -> None:
            watch(counts)
            if counts.done == 1:
                ours.scale(0)

        workers = Workers(scheduler=ours.scheduler_address)
        with pytest.raises(SchedulerLost, match=r"had no workers .* what is done is kept"):
            play_all(made, folder, workers, dismiss, watch.is_stopped)
    assert 1 <= len(folder.runs()) < 4


def serve(folder: str) -> None:
    """A scheduler with a worker, until the process is killed."""
    import threading

    with new_cluster(Path(folder)) as made:
        print(made.scheduler_address, flush=True)
        threading.Event().wait()


def test_processes_of_this_machine(tmp_path: Path) -> None:
    made = plan("session_updates=5 min")
    folder, watch = SweepFolder.begin(tmp_path, made.manifest), Watch()
    play_all(made, folder, Workers(processes=1), watch, watch.is_stopped)
    assert [run.status for run in folder.runs()] == ["done", "done"]
    assert sorted(os.listdir(tmp_path)) == ["jobs", "sweep.json"]
