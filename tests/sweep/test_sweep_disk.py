"""A run of a sweep whose recording cannot be written is told as one that was not kept, with what to do."""

import errno
import functools
import os
import shutil
from pathlib import Path

import pytest

from simulator.recording.errors import stopped_because
from simulator.recording.writer import Recorder
from simulator.sweep import job
from simulator.sweep.job import Job, play_job
from simulator.sweep.plan import What, make_plan

QUICKSTART = Path(__file__).parents[2] / "scenarios" / "quickstart.yaml"


@pytest.fixture
def made() -> Job:
    return make_plan(What(scenario=QUICKSTART), lambda number, count: None).jobs[0]


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    (tmp_path / "out" / "scratch").mkdir(parents=True)
    return tmp_path / "out" / "scratch"


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("pages", [5, 45])
def test_a_full_disk_keeps_nothing_of_a_run_and_says_so(
    made: Job, scratch: Path, pages: int, keep: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the recording cannot even be begun, or ends in the midst."""
    monkeypatch.setattr(Recorder, "create", functools.partial(Recorder.create, max_pages=pages))
    out = scratch.parent
    run = play_job(made, str(scratch), str(out) if keep else None)
    assert (run.status, run.recording, run.outcome) == ("failed", "", None)
    assert run.sentence.startswith(f"The disk of {out} (on ")
    assert run.sentence.endswith(
        " is full, and this run was not kept; free space there and give the same command again."
    )
    assert os.listdir(scratch) == []
    assert os.listdir(out) == ["scratch"]


def test_a_disk_that_is_too_full_for_a_kept_recording_is_told_and_holds_no_half_of_it(
    made: Job, scratch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def move(path: Path, target: Path) -> None:
        target.write_bytes(path.read_bytes()[:5_000])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))

    monkeypatch.setattr(shutil, "move", move)
    keep_in = tmp_path / "elsewhere"
    keep_in.mkdir()
    run = play_job(made, str(scratch), str(keep_in))
    assert (run.status, run.recording) == ("failed", "")
    assert run.sentence.startswith(f"The disk of {keep_in} (on ")
    assert os.listdir(keep_in / "recordings") == []


def test_a_recording_that_ends_otherwise_is_not_told_as_kept_either(
    made: Job, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measured(made: Job, path: Path, *, is_kept: bool) -> None:
        raise stopped_because("the process that writes it (7) was killed by signal 9", path, 12)

    monkeypatch.setattr(job, "_measured", measured)
    told = (
        "The recording failed because the process that writes it (7) was killed by signal 9, and this run was not kept."
    )
    assert play_job(made, str(scratch), None).sentence == told
