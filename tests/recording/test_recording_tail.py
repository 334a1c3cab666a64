"""Following a run while it grows."""

from itertools import chain
from pathlib import Path

from recording_rows import META, message, mixed_rows, record, recorded

from simulator.recording.reader import Batch, Recording
from simulator.recording.rows import LINK_EVENT, EventRow, StateRow
from simulator.recording.writer import Recorder


def sequences(batch: Batch) -> list[int]:
    rows = chain(batch.messages, batch.events, batch.states, batch.money, batch.faults)
    return sorted(row.seq for row in rows)


def test_a_tail_sees_every_row_once_while_the_file_grows(tmp_path: Path) -> None:
    path = tmp_path / "run.ocpirun"
    recorder = Recorder.create(path, "full", META)
    seen: list[int] = []
    with Recording.open(path) as recording:
        assert recording.is_live
        last_seq = recording.tail(0).last_seq
        assert last_seq == 0
        for _ in range(5):
            record(recorder, mixed_rows(20))
            committed = recorder.flush()
            assert recording.last_seq == committed
            while last_seq < committed:
                batch = recording.tail(last_seq, limit=13)
                assert batch.last_seq - last_seq <= 13
                seen += sequences(batch)
                last_seq = batch.last_seq
        assert sequences(recording.tail(last_seq)) == []
        recorder.close({})
        assert not recording.is_live
        assert seen == list(range(1, last_seq + 1))
    # The reader was connected when the run ended, so it is the one that leaves a single file.
    assert [file.name for file in tmp_path.iterdir()] == ["run.ocpirun"]


def test_a_batch_tells_of_its_rows_without_reading_them(tmp_path: Path) -> None:
    path = tmp_path / "run.ocpirun"
    rows = [
        message(1, module="cdrs", end_us=5_000_000),
        StateRow(7_000_000, "run", "party", "NL-ABC", b"1"),
        message(2, end_us=8_000_000),
        EventRow(9_000_000, "link", LINK_EVENT, data=b'{"action":"Authorize"}'),
    ]
    recorded(path, rows)
    with Recording.open(path) as recording:
        batch = recording.tail(0, limit=2)
        assert (batch.exchanges, batch.modules, batch.last_us) == ([1], {"cdrs"}, 7_000_000)
        assert batch.tells()
        assert batch.tells(holder="run")
        assert batch.tells(holder="run", kind="party")
        assert not batch.tells(kind="session")
        assert not batch.tells(holder="NL-ABC")
        batch = recording.tail(2)
        assert (batch.exchanges, batch.modules, batch.last_us) == ([2], {"sessions"}, 9_000_000)
        assert not batch.tells(holder="run")
        assert [event.data for event in batch.events] == [b"{}"]
        assert [event.data for event in recording.events()] == [b'{"action":"Authorize"}']
        batch = recording.tail(4)
        assert (batch.exchanges, batch.modules, batch.last_us) == ([], set(), None)


def test_a_tail_of_aggregates_ends(tmp_path: Path) -> None:
    path = tmp_path / "run.ocpirun"
    recorded(path, mixed_rows(20), "aggregates")
    with Recording.open(path) as recording:
        batch = recording.tail(0, limit=40)
        assert batch.last_seq == 40
        assert not batch.messages
        assert recording.tail(batch.last_seq).last_seq == recording.last_seq == 62


def test_a_reader_never_keeps_the_writer_from_emptying_its_log(tmp_path: Path) -> None:
    path = tmp_path / "run.ocpirun"
    recorder = Recorder.create(path, "full", META)
    with Recording.open(path) as recording:
        for exchange in range(1, 200):
            recorder.message(message(exchange))
            recorder.sample("evse", "power", "W", exchange, 1.0)
            recorder.flush()
            recording.tail(0)
            recording.state_at("street", 0, "evse")
            recording.series("evse", "power")
            assert not recording._file.connection.in_transaction
        recorder.close({})
        wal = path.with_name(path.name + "-wal")
        assert wal.stat().st_size == 0


def test_meta_set_during_the_run_is_seen_with_its_batch(tmp_path: Path) -> None:
    path = tmp_path / "run.ocpirun"
    recorder = Recorder.create(path, "full", META)
    with Recording.open(path) as recording:
        recorder.set_meta("control_url", "http://127.0.0.1:1")
        recorder.flush()
        assert recording.meta["control_url"] == "http://127.0.0.1:1"
    recorder.close({"checks": "[]"})
    with Recording.open(path) as recording:
        assert recording.meta["checks"] == "[]"
