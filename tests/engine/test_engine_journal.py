"""What the journal makes of what it is told: rows that lose nothing, and none for what is no news."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.engine.cause import TIME, Cause
from simulator.engine.clock import Clock
from simulator.engine.journal import Journal, fixed
from simulator.recording.reader import Recording
from simulator.recording.writer import Recorder

WHY = Cause("event", 1, 0, ("a test",))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    recorder = Recorder.create(tmp_path / "run.ocpirun", "full", {"start_epoch_us": "0"})
    made = Journal(recorder, lambda body: None)
    made.clock = Clock(0)
    made.event("run", "begin")
    yield made
    recorder.abort()


def told(journal: Journal) -> list[tuple[str, bytes, int]]:
    journal.flush()
    with Recording.open(journal.recorder.path) as recording:
        return [(state.entity, state.value, state.fixed) for state in recording.states()]


def test_what_is_known_already_is_no_news(journal: Journal) -> None:
    for holder, status in (("A", "1"), ("A", "1"), ("B", "1"), ("A", "2"), ("A", "1")):
        journal.state(holder, "evse", "E", {"status": status}, WHY)
    journal.state("A", "evse", "F", {"status": "1"})
    journal.state("A", "session", "E", {"status": "1"})
    rows = [b'{"status":"%s"}' % status for status in (b"1", b"1", b"2", b"1", b"1", b"1")]
    assert [value for _, value, _ in told(journal)] == rows


def test_what_is_forgotten_and_learnt_again_is_news(journal: Journal) -> None:
    for value in (None, {"a": 1}, None, None, {"a": 1}):
        journal.state("A", "evse", "E", value)
    assert [value for _, value, _ in told(journal)] == [b"null", b'{"a":1}', b"null", b'{"a":1}']


def test_what_does_not_change_is_part_of_every_value_and_kept_once(journal: Journal) -> None:
    same = fixed({"token": "T1", "evse": "E1"})
    for kwh in (1, 2):
        journal.state("A", "session", "S1", {"kwh": kwh}, WHY, fixed=same)
    journal.state("A", "session", "S1", {"kwh": 2, "token": "T1", "evse": "E1"}, WHY)
    journal.state("A", "session", "S1", None, TIME, fixed=same)
    whole = b'{"evse":"E1","token":"T1","kwh":%d}'
    assert told(journal) == [
        ("S1", whole % 1, len(same)),
        ("S1", whole % 2, len(same)),
        ("S1", b'{"evse":"E1","kwh":2,"token":"T1"}', 0),
        ("S1", b"null", 0),
    ]
    with Recording.open(journal.recorder.path) as recording:
        kept = recording.query("SELECT count(*), count(DISTINCT subject) FROM state")
        assert kept == [(4, 2)]
        assert recording.query("SELECT value FROM v_state ORDER BY seq LIMIT 1") == [((whole % 1).decode(),)]
        assert recording.state_at("A", 0, "session", up_to_seq=3) == {"S1": whole % 2}


def test_nothing_fixed_is_nothing() -> None:
    assert fixed({}) == b""
