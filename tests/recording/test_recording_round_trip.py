"""What is written is what is read, for every kind of row."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from recording_rows import META, commands, hints, message, mixed_rows, record, recorded, same, sequenced

from simulator.recording.reader import Recording
from simulator.recording.rows import (
    CAST,
    CommandRow,
    EventRow,
    FaultRow,
    HintRow,
    MessageRow,
    MoneyRow,
    SequencedRow,
    StateRow,
)
from simulator.recording.writer import Recorder


@settings(max_examples=60)
@given(st.lists(sequenced, max_size=25), st.lists(commands, max_size=3), st.lists(hints, max_size=3), st.data())
def test_every_kind_of_row_comes_back(
    rows: list[SequencedRow], said: list[CommandRow], remarks: list[HintRow], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.ocpirun"
        # Two remembered ids: names are forgotten between batches and numbered again.
        recorder = Recorder.create(path, "full", META, remembered_ids=2)
        for row in rows:
            record(recorder, [row])
            if data.draw(st.booleans()):
                recorder.flush()
        for command in said:
            recorder.command(command)
        for hint in remarks:
            recorder.hint(hint)
        recorder.close({})
        with Recording.open(path) as recording:
            assert recording.last_seq == len(rows)
            read = {
                MessageRow: recording.messages(contents=True),
                EventRow: recording.events(),
                StateRow: recording.states(),
                MoneyRow: recording.money(),
                FaultRow: recording.faults(),
            }
            for kind, found in read.items():
                expected = [(seq, row) for seq, row in enumerate(rows, 1) if type(row) is kind]
                assert [row.seq for row in found] == [seq for seq, _ in expected]
                assert all(same(row, back) for (_, row), back in zip(expected, found, strict=True))
            assert all(same(row, back) for row, back in zip(said, recording.commands(), strict=True))
            assert all(same(row, back) for row, back in zip(remarks, recording.hints(), strict=True))
            assert {row.seq for row in recording.commands()} <= {len(rows)}


def test_the_sequence_counts_rows_but_not_commands_and_hints(tmp_path: Path) -> None:
    recorder = Recorder.create(tmp_path / "run.ocpirun", "full", META)
    assert recorder.next_seq == 1
    assert record(recorder, mixed_rows(1)) == [1, 2, 3, 4, 5]
    recorder.command(CommandRow(0, "pause"))
    recorder.hint(HintRow(0, 1, "r", "note", "s"))
    assert recorder.next_seq == 6
    assert recorder.flush() == 5
    recorder.close({})


def test_one_message_has_its_bodies_and_a_list_has_their_sizes(tmp_path: Path) -> None:
    path = tmp_path / "run.ocpirun"
    # Larger than a chunk each, so that every message lies in another one.
    rows = [message(i, request_body=b"%d" % i * 300_000) for i in range(1, 13)]
    recorded(path, rows)
    with Recording.open(path) as recording:
        assert all(same(row, recording.message(row.exchange)) for row in [*rows, *rows])
        listed = recording.messages()
        assert [row.request_bytes for row in listed] == [len(row.request_body) for row in rows]
        assert {row.request_body for row in listed} == {b""}


def test_filters_choose_messages(tmp_path: Path) -> None:
    path = tmp_path / "run.ocpirun"
    rows = [
        message(1, session_id="S1", sender="NL-ABC", start_us=-5),
        message(2, session_id="S2", sender="NL-XYZ", start_us=0),
        message(3, session_id="S1", module="cdrs", receiver="BE-FFF", start_us=10),
        message(4, session_id="", object_id="L9", correlation_id="hub", start_us=10),
    ]
    recorded(path, rows)
    with Recording.open(path) as recording:

        def chosen(**filters: object) -> list[int]:
            return [row.exchange for row in recording.messages(**filters)]  # type: ignore[arg-type]

        assert chosen() == [1, 2, 3, 4]
        assert chosen(session_id="S1") == [1, 3]
        assert chosen(session_id="") == [4]
        assert chosen(session_id="S1", module="sessions") == [1]
        assert chosen(sender="NL-XYZ") == [2]
        assert chosen(receiver="BE-FFF") == [3]
        assert chosen(object_id="L9") == chosen(correlation_id="hub") == [4]
        assert chosen(from_us=0, to_us=10) == [2]
        assert chosen(limit=2, offset=1) == [2, 3]
        assert chosen(after_seq=2, limit=1) == [3]
        assert chosen(session_id="nobody") == []


def test_a_filter_on_a_session_uses_its_index(tmp_path: Path) -> None:
    path = tmp_path / "run.ocpirun"
    recorded(path, mixed_rows(50))
    with Recording.open(path) as recording:
        plan = recording.query("EXPLAIN QUERY PLAN SELECT * FROM v_message WHERE session_id = 'S1'")
        assert any("message_about" in step for *_, step in plan)


def test_levels_keep_what_they_promise(tmp_path: Path) -> None:
    for level in ("headers", "aggregates"):
        rows = [StateRow(0, CAST, "party", "NL-ABC", b"{}"), *mixed_rows(8)]
        recorded(tmp_path / f"{level}.ocpirun", rows, level)
    with Recording.open(tmp_path / "headers.ocpirun") as recording:
        kept = recording.message(3)
        assert kept.request_headers == message(3).request_headers
        assert (kept.request_body, kept.request_bytes) == (b"", len(message(3).request_body))
        assert len(recording.states()) == 9
    with Recording.open(tmp_path / "aggregates.ocpirun") as recording:
        assert recording.messages() == []
        assert [state.holder for state in recording.states()] == [CAST]
        assert len(recording.events()) == 8
        assert recording.last_seq == 27


def test_a_run_replaces_its_old_recording_and_forgets_its_token(tmp_path: Path) -> None:
    path = tmp_path / "run.ocpirun"
    recorded(path, mixed_rows(20))
    digest = recorded(path, mixed_rows(2))
    assert [file.name for file in tmp_path.iterdir()] == ["run.ocpirun"]
    with Recording.open(path) as recording:
        assert recording.last_seq == 8
        meta = recording.meta
        assert (meta["digest"], meta["state"], meta["seed"]) == (digest, "closed", "7")
        assert "control_token" not in meta
        assert recording.query("PRAGMA journal_mode") == [("delete",)]
