"""A run that is killed leaves a file that opens and lacks at most the last batch."""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from recording_rows import message

from simulator.recording.errors import NotARecording
from simulator.recording.liveness import WriterLock, is_written, lock_path
from simulator.recording.reader import Recording
from simulator.recording.writer import Recorder

CHILD = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from recording_rows import META, message
from simulator.recording.rows import StateRow
from simulator.recording.writer import Recorder

recorder = Recorder.create(Path(sys.argv[1]), "full", META, writer=sys.argv[3])
exchange = 0
while True:
    for _ in range(50):
        exchange += 1
        recorder.message(message(exchange))
        recorder.state(StateRow(exchange, "street", "evse", f"E{exchange}", b"1"))
        recorder.sample("evse", "power", "W", exchange, 1.0)
        recorder.offer()
    print(recorder.flush(), flush=True)
"""


def killed_run(path: Path, flushes: int, writer: str = "thread") -> int:
    """Kill a recording process after some flushes; returns the last sequence that it said was committed."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path), str(Path(__file__).parent), writer],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stderr is not None
    with child.stdout as said, child.stderr as complaints:
        for _ in range(flushes):
            committed = int(said.readline())
        with Recording.open(path) as recording:
            assert recording.is_live
        child.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
        child.wait()
        # Both it and its writer have let go of this pipe when it ends.
        assert complaints.read() == ""
        return max([committed, *map(int, said.read().split())])


@pytest.mark.parametrize("writer", ["thread", "process"])
def test_a_killed_run_opens_and_lacks_at_most_the_last_batch(tmp_path: Path, writer: str) -> None:
    path = tmp_path / "run.ocpirun"
    committed = killed_run(path, 5, writer)
    assert lock_path(path).exists()
    assert not is_written(path)
    with Recording.open(path) as recording:
        last = recording.last_seq
        assert committed <= last <= committed + 100
        assert recording.meta["state"] == "killed"
        assert "control_token" not in recording.meta
        assert not recording.is_live
        messages = recording.messages(contents=True)
        assert [row.exchange for row in messages] == list(range(1, (last + 1) // 2 + 1))
        assert {row.request_body for row in messages} == {message().request_body}
        assert len(recording.state_at("street", 1 << 60, "evse")) == last // 2
        assert len(recording.series("evse", "power")[0]) >= committed // 2
        assert ("event_topic",) in recording.query("SELECT name FROM sqlite_master WHERE type = 'index'")
    assert [file.name for file in tmp_path.iterdir()] == ["run.ocpirun"]


def test_a_killed_run_is_replaced_by_the_next(tmp_path: Path) -> None:
    path = tmp_path / "run.ocpirun"
    killed_run(path, 1)
    recorder = Recorder.create(path, "full", {})
    assert is_written(path)
    recorder.close({})
    with Recording.open(path) as recording:
        assert recording.last_seq == 0


def a_link_to_nowhere(path: Path) -> None:
    """SQLite cannot read the log, as in a folder that is read-only."""
    path.symlink_to("/nowhere/at-all")


def a_folder(path: Path) -> None:
    """SQLite can read the log and change nothing, as where there is an index already."""
    path.mkdir()


@pytest.mark.parametrize("in_the_way", [a_link_to_nowhere, a_folder])
def test_a_killed_run_opens_where_nothing_can_be_written_beside_it(
    tmp_path: Path, in_the_way: Callable[[Path], None]
) -> None:
    """Said with what stands where SQLite has its index of the log, for root may write in any folder."""
    path = tmp_path / "run.ocpirun"
    committed = killed_run(path, 2)
    index = path.with_name(path.name + "-shm")
    index.unlink()
    in_the_way(index)
    before = {file.name: file.lstat().st_size for file in tmp_path.iterdir() if file != lock_path(path)}
    with Recording.open(path) as recording:
        assert recording.meta["state"] == "killed"
        assert not recording.is_live
        assert committed <= recording.last_seq
        assert [row.exchange for row in recording.messages()][:2] == [1, 2]
    assert {file.name: file.lstat().st_size for file in tmp_path.iterdir()} == before


def test_what_may_not_be_read_is_not_told_to_be_damaged(tmp_path: Path) -> None:
    path = tmp_path / "run.ocpirun"
    killed_run(path, 1)
    index = path.with_name(path.name + "-shm")
    index.unlink()
    a_link_to_nowhere(index)
    lock = WriterLock(path)
    with pytest.raises(NotARecording, match=r"cannot be opened .*; check that you may read it and its folder"):
        Recording.open(path)
    lock.release()


def test_a_lock_is_probed_where_nothing_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = os.open

    def read_only(path: Path, flags: int, mode: int = 0o777) -> int:
        if flags & os.O_RDWR:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return opened(path, flags, mode)

    path = tmp_path / "run.ocpirun"
    lock = WriterLock(path)
    monkeypatch.setattr(os, "open", read_only)
    assert is_written(path)
    monkeypatch.undo()
    lock.release()
    lock_path(path).touch()
    monkeypatch.setattr(os, "open", read_only)
    assert not is_written(path)


def test_an_aborted_run_reads_like_a_killed_one(tmp_path: Path) -> None:
    path = tmp_path / "run.ocpirun"
    recorder = Recorder.create(path, "full", {})
    recorder.message(message(1))
    recorder.flush()
    recorder.message(message(2))
    recorder.abort()
    with Recording.open(path) as recording:
        assert [row.exchange for row in recording.messages()] == [1]
        assert recording.meta["state"] == "killed"
