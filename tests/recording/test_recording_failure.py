"""When the disk is full the run is told, and what was committed stays valid."""

from pathlib import Path

import pytest
from recording_rows import META, message

from simulator.recording.batch import WriterKind
from simulator.recording.errors import DISK_FULL, RecordingFailed
from simulator.recording.reader import Recording
from simulator.recording.rows import MessageRow
from simulator.recording.writer import Recorder


def fill(recorder: Recorder) -> int:
    """Record until the recorder fails; returns the last sequence that was flushed."""
    committed: list[int] = [0]

    def record() -> None:
        for exchange in range(1, 100_000):
            recorder.message(message(exchange, correlation_id=f"{exchange:0200d}"))
            if exchange % 100 == 0:
                committed.append(recorder.flush())

    with pytest.raises(RecordingFailed, match=r"the disk is full; everything up to row \d+ is kept"):
        record()
    return committed[-1]


@pytest.fixture(params=["thread", "process"])
def writer(request: pytest.FixtureRequest) -> WriterKind:
    return request.param  # type: ignore[no-any-return]


def test_a_full_disk_stops_the_run_and_keeps_what_was_committed(tmp_path: Path, writer: WriterKind) -> None:
    path = tmp_path / "run.ocpirun"
    recorder = Recorder.create(path, "full", META, max_pages=80, writer=writer)
    committed = fill(recorder)
    assert committed > 0
    assert isinstance(recorder.failed, RecordingFailed)
    assert recorder.failed.reason == DISK_FULL
    recorder.message(message(1))
    with pytest.raises(RecordingFailed):
        recorder.flush()
    with pytest.raises(RecordingFailed):
        recorder.close({})
    with Recording.open(path) as recording:
        assert recording.last_seq == committed
        assert len(recording.messages(contents=True)) == committed
        assert recording.query("PRAGMA integrity_check") == [("ok",)]
        assert "digest" not in recording.meta


def test_the_engine_is_never_stuck_behind_a_dead_writer(tmp_path: Path, writer: WriterKind) -> None:
    recorder = Recorder.create(tmp_path / "run.ocpirun", "full", META, max_pages=80, writer=writer)
    fill(recorder)
    for _ in range(50):
        with pytest.raises(RecordingFailed):
            recorder.flush()
    recorder.abort()


@pytest.mark.parametrize("change", [{"depth": 1 << 80}, {"final": "forgotten"}, {"path": "\udc80"}])
def test_a_row_that_cannot_be_written_is_a_sentence(
    tmp_path: Path, writer: WriterKind, change: dict[str, object]
) -> None:
    recorder = Recorder.create(tmp_path / "run.ocpirun", "full", META, writer=writer)
    recorder.message(message(1, **change))
    with pytest.raises(RecordingFailed, match="the recording stopped because of an error"):
        recorder.flush()
    recorder.abort()


def test_a_closed_recorder_takes_nothing_more(tmp_path: Path, writer: WriterKind) -> None:
    recorder = Recorder.create(tmp_path / "run.ocpirun", "full", META, writer=writer)
    recorder.close({})
    row: MessageRow = message(1)
    recorder.message(row)
    with pytest.raises(RecordingFailed, match="already closed"):
        recorder.flush()
    recorder.abort()
