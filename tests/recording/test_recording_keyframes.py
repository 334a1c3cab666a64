"""What a holder knew at an instant is what replaying all its rows gives."""

import tempfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from recording_rows import META, record

from simulator.recording.keyframes import Keyframes, decode_keyframe
from simulator.recording.reader import Recording
from simulator.recording.rows import StateRow
from simulator.recording.writer import Recorder

changes = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(["street", "NL-ABC"]),
        st.sampled_from(["evse", "session"]),
        st.sampled_from(["1", "2", "3", "4", "5"]),
        st.sampled_from([b'"AVAILABLE"', b'"CHARGING"', b"null"]),
    ),
    max_size=60,
)


def replayed(rows: Sequence[StateRow], holder: str, kind: str) -> dict[str, bytes]:
    known: dict[str, bytes] = {}
    for row in rows:
        if (row.holder, row.kind) == (holder, kind):
            known[row.entity] = row.value
    return {entity: value for entity, value in known.items() if value != b"null"}


@settings(max_examples=40)
@given(changes, st.integers(1, 9), st.sampled_from(["live", "closed"]))
def test_state_at_equals_a_replay(steps: list[tuple[int, str, str, str, bytes]], interval: int, condition: str) -> None:
    rows, at_us = [], -3
    for step_us, *fields in steps:
        at_us += step_us
        rows.append(StateRow(at_us, *fields))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.ocpirun"
        recorder = Recorder.create(path, "full", META, keyframe_interval=interval)
        record(recorder, rows)
        recorder.flush()
        if condition == "closed":
            recorder.close({})
        with Recording.open(path) as recording:
            for instant in range(-4, at_us + 2, 3):
                for holder in ("street", "NL-ABC"):
                    past = [row for row in rows if row.at_us <= instant]
                    expected = {kind: replayed(past, holder, kind) for kind in ("evse", "session")}
                    for kind in expected:
                        assert recording.state_at(holder, instant, kind) == expected[kind]
                    known = recording.states_at(holder, instant)
                    assert {kind: values for kind, values in known.items() if values} == {
                        kind: values for kind, values in expected.items() if values
                    }
            for seq in range(0, len(rows) + 1, 4):
                found = recording.state_at("street", 1 << 60, "evse", up_to_seq=seq)
                assert found == replayed(rows[:seq], "street", "evse")
        recorder.abort()


def test_holders_are_told_with_what_they_know(tmp_path: Path) -> None:
    recorder = Recorder.create(tmp_path / "run.ocpirun", "full", META)
    # The party's name is already known as an id (a source, an entity) when it becomes a holder.
    record(recorder, [StateRow(0, "street", "party", "NL-ABC", b"1"), StateRow(0, "NL-ABC", "evse", "E1", b"2")])
    recorder.close({})
    with Recording.open(tmp_path / "run.ocpirun") as recording:
        assert recording.holders() == {"NL-ABC": ["evse"], "street": ["party"]}
        assert recording.state_at("NL-ABC", 0, "evse") == {"E1": b"2"}
        assert recording.state_at("nobody", 0, "evse") == {}


def test_keyframes_stay_proportional_to_the_changes() -> None:
    keyframes = Keyframes(interval=10)
    for i in range(10_000):
        keyframes.add(i + 1, StateRow(i, "NL-EMA", "session", f"S{i}", b"1"))
    kept = [len(decode_keyframe(frame.data)) for frame in keyframes.finished]
    assert len(kept) == 1_000
    assert sum(kept) <= 10 * 10_000


def test_what_is_known_is_read_from_few_keyframes() -> None:
    keyframes = Keyframes(interval=10)
    for i in range(10_000):
        keyframes.add(i + 1, StateRow(i, "NL-EMA", "session", f"S{i * i % 4_001}", b"%d" % i))
    frames = {frame.seq: frame for frame in keyframes.finished}
    for frame in frames.values():
        sizes = [len(decode_keyframe(frame.data))]
        while frame.base != frame.seq:
            frame = frames[frame.base]
            sizes.append(len(decode_keyframe(frame.data)))
        assert all(under >= 2 * over for over, under in pairwise(sizes))


def test_what_was_forgotten_since_a_keyframe_under_another_is_not_known(tmp_path: Path) -> None:
    recorder = Recorder.create(tmp_path / "run.ocpirun", "full", META, keyframe_interval=10)
    rows = [StateRow(at_us, "street", "evse", f"E{at_us}", b"1") for at_us in range(40)]
    # Ten changes are less than half of what a keyframe says: that one is kept under the next.
    rows += [StateRow(40 + n, "street", "evse", f"E{n}", b"2" if n % 2 else b"null") for n in range(10)]
    record(recorder, rows)
    recorder.close({})
    with Recording.open(tmp_path / "run.ocpirun") as recording:
        assert recording.query("SELECT seq, base FROM keyframe ORDER BY seq DESC LIMIT 1") == [(50, 40)]
        for at_us in (39, 44, 49):
            past = [row for row in rows if row.at_us <= at_us]
            assert recording.state_at("street", at_us, "evse") == replayed(past, "street", "evse")
