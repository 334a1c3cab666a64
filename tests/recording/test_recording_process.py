"""A writer in a process of its own makes the file that a thread makes, and ends when its engine does."""

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recording_rows import META, commands, hints, message, mixed_rows, record, sequenced

from simulator.recording.batch import WriterKind
from simulator.recording.errors import RecordingFailed
from simulator.recording.liveness import is_written, lock_path
from simulator.recording.reader import Recording
from simulator.recording.rows import CommandRow, HintRow, Level, SequencedRow
from simulator.recording.writer import Recorder
from simulator.recording.writer_process import WriterProcess, best_writer

Said = SequencedRow | CommandRow | HintRow | float


def begun(path: Path) -> tuple[Recorder, int]:
    """A recorder with a writer process, and the number of that process."""
    recorder = Recorder.create(path, "full", META, writer="process")
    writer = recorder._writer
    assert isinstance(writer, WriterProcess)
    return recorder, writer._process.pid


def written(path: Path, parts: list[list[Said]], level: Level, writer: WriterKind) -> tuple[str, dict[str, object]]:
    """Record each part as a batch; returns the digest and all tables."""
    recorder = Recorder.create(path, level, META, writer=writer, remembered_ids=20)
    for number, part in enumerate(parts):
        for said in part:
            if isinstance(said, CommandRow):
                recorder.command(said)
            elif isinstance(said, HintRow):
                recorder.hint(said)
            elif isinstance(said, float):
                recorder.sample("site", "power", "W", number, said)
            else:
                record(recorder, [said])
        recorder.set_meta("part", str(number))
        recorder.flush()
    digest = recorder.close({"summary": "{}"})
    with closing(sqlite3.connect(path)) as connection:
        connection.text_factory = bytes
        tables = [
            name.decode() for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        return digest, {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables}


@settings(max_examples=15)
@given(
    st.lists(st.lists(sequenced | commands | hints | st.floats(), max_size=30), max_size=4),
    st.sampled_from(["full", "headers", "aggregates"]),
)
def test_thread_and_process_write_the_same_file(parts: list[list[Said]], level: Level) -> None:
    with tempfile.TemporaryDirectory() as folder:
        by_thread = written(Path(folder) / "thread.ocpirun", parts, level, "thread")
        by_process = written(Path(folder) / "process.ocpirun", parts, level, "process")
    assert by_process == by_thread


def test_nothing_is_left_of_a_writer_that_has_finished(tmp_path: Path) -> None:
    recorder, pid = begun(tmp_path / "run.ocpirun")
    record(recorder, mixed_rows(100))
    assert len(recorder.close({})) == 64
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert [file.name for file in tmp_path.iterdir()] == ["run.ocpirun"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_ends_the_engine_does_not_end_its_writer(tmp_path: Path, number: signal.Signals) -> None:
    recorder, pid = begun(tmp_path / "run.ocpirun")
    assert os.getpgid(pid) != os.getpgid(0)
    recorder.flush()
    os.kill(pid, number)
    recorder.message(message(1))
    assert recorder.flush() == 1
    recorder.close({})


def test_a_killed_writer_ends_the_run_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "run.ocpirun"
    recorder, pid = begun(path)
    recorder.message(message(1))
    recorder.flush()
    os.kill(pid, signal.SIGKILL)
    recorder.message(message(2, request_body=bytes(1_000_000)))
    told = rf"the process that writes it \({pid}\) was killed by signal 9; everything up to row 1 is kept"
    with pytest.raises(RecordingFailed, match=told):
        recorder.flush()
    assert is_written(path)
    with pytest.raises(RecordingFailed, match=told):
        recorder.close({})
    assert not lock_path(path).exists()
    with Recording.open(path) as recording:
        assert [row.exchange for row in recording.messages()] == [1]
        assert recording.meta["state"] == "killed"


def test_a_writer_that_cannot_start_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run.ocpirun"
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nowhere" / "python"))
    with pytest.raises(RecordingFailed, match="the recording cannot be made here: No such file"):
        begun(path)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(sys, "executable", "false")
    recorder, _ = begun(path)
    with pytest.raises(RecordingFailed, match=r"ended with exit code 1; everything up to row 0 is kept"):
        recorder.flush()
    recorder.abort()


def test_a_writer_that_lags_holds_the_engine_back_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "run.ocpirun"
    recorder, pid = begun(path)
    recorder.flush()
    os.kill(pid, signal.SIGSTOP)

    def engine() -> None:
        for exchange in range(1, 31):
            recorder.message(message(exchange, request_body=bytes(200_000)))
            recorder._hand_over(0.0)

    running = threading.Thread(target=engine)
    running.start()
    try:
        while not recorder._queue.full():
            assert running.is_alive()
        assert recorder.next_seq < 30
    finally:
        os.kill(pid, signal.SIGCONT)
        running.join()
    recorder.close({})
    with Recording.open(path) as recording:
        assert [row.exchange for row in recording.messages()] == list(range(1, 31))


ENGINE = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from recording_rows import message
from test_recording_process import begun
from simulator.recording.batch import Batch, encode
from simulator.recording.frames import COMMIT, send

recorder, _ = begun(Path(sys.argv[1]))
recorder.flush()
print("begun", flush=True)
sys.stdin.readline()
send(recorder._writer._orders, COMMIT, encode([Batch(1, [message(1)])]))
print("sent", flush=True)
sys.stdin.read()
"""


def test_a_file_counts_as_written_until_the_writer_of_a_killed_engine_is_done(tmp_path: Path) -> None:
    path = tmp_path / "run.ocpirun"
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", ENGINE, str(path), str(Path(__file__).parent)]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as engine:
        assert engine.stdin is not None
        assert engine.stdout is not None
        assert engine.stderr is not None
        assert engine.stdout.readline() == "begun\n"
        with closing(sqlite3.connect(path, isolation_level=None)) as hindrance:
            hindrance.execute("BEGIN IMMEDIATE")
            engine.stdin.write("go on\n")
            engine.stdin.flush()
            assert engine.stdout.readline() == "sent\n"
            engine.kill()
            engine.wait()
            assert is_written(path)
        assert engine.stderr.read() == ""
    assert not is_written(path)
    with Recording.open(path) as recording:
        assert [row.exchange for row in recording.messages()] == [1]
        assert recording.meta["state"] == "killed"


def test_the_writer_imports_nothing_but_what_it_needs() -> None:
    asked = "import simulator.recording.writer_main, sys; print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.split()
    rooms = {name.split(".")[1] for name in said if name.startswith("simulator.")}
    assert rooms == {"recording"}
    assert not {"numpy", "asyncio", "subprocess", "simulator.recording.reader"} & set(said)


@pytest.mark.parametrize(("cores", "expected"), [({0}, "thread"), ({0, 1}, "process")])
def test_a_process_is_for_machines_with_a_core_for_it(
    cores: set[int], expected: WriterKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: cores, raising=False)
    assert best_writer() == expected
