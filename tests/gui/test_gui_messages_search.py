"""Searching a recording: the same numbers in a thread and in parts as at once, in every order, for every filter."""

import re
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

import gui.models.message_search as message_search
from gui.models.message_search import Order, Search, Wanted, search, search_file, words
from simulator.filters.parse import parse
from simulator.recording.reader import Recording
from simulator.recording.rows import Message, MessageRow
from simulator.recording.writer import Recorder

KEYS = {
    "time": lambda m: (),
    "from": lambda m: m.sender,
    "to": lambda m: m.receiver,
    "meaning": lambda m: (m.module, words(m.route)),
    "method": lambda m: m.method,
    "path": lambda m: m.path,
    "status": lambda m: (m.http_status or 0, m.ocpi_status or 0),
    "duration": lambda m: m.end_us - m.start_us,
}


@pytest.mark.parametrize("order", list(KEYS))
@pytest.mark.parametrize("text", ["", "module:sessions", "is:failed", "nothing-like-this"])
def test_all_ways_to_search_find_the_same(
    crowded: Path, monkeypatch: pytest.MonkeyPatch, order: Order, text: str
) -> None:
    monkeypatch.setattr(message_search, "_PART_ROWS", 500)
    with Recording.open(crowded) as recording:
        chosen = parse(text)
        wanted = Wanted(chosen.clause, order, recording.last_seq)

        def by(message: Message) -> tuple[object, int]:
            return KEYS[order](message), message.exchange

        expected = [message.exchange for message in sorted(filter(chosen.matches, recording.messages()), key=by)]
        assert search(recording, wanted).tolist() == expected
    assert search_file(crowded, wanted).tolist() == expected


def test_a_search_stops_at_its_sequence(quickstart: Path) -> None:
    with Recording.open(quickstart) as recording:
        found = search(recording, Wanted(parse("").clause, "time", 200))
        assert len(found) == sum(message.seq <= 200 for message in recording.messages())


def test_a_search_in_a_thread_tells_what_it_found(qtbot: QtBot, quickstart: Path) -> None:
    searching = Search(quickstart, Wanted(parse("module:cdrs").clause, "time", 1_000))
    with qtbot.waitSignal(searching.found) as told:
        pass
    assert len(told.args[0]) == 14


def test_a_search_that_fails_says_so_in_a_sentence(qtbot: QtBot, tmp_path: Path) -> None:
    searching = Search(tmp_path / "gone.ocpirun", Wanted(parse("").clause, "time", 1_000))
    with qtbot.waitSignal(searching.failed) as told:
        pass
    assert re.search("could not be searched.*there is no such file", told.args[0])


@pytest.mark.parametrize("ends", [["delivered"], ["timed_out", "lost"], ["lost", "delivered", "dead"]])
def test_failed_is_told_by_the_end_and_both_statuses(quickstart: Path, tmp_path: Path, ends: list[str]) -> None:
    """Whatever the recording has a number for: no message delivered at all, or “Delivered” a session too."""
    good = [(200, 1000), (201, 1000), (200, 1001), (None, None)]
    bad = [(200, 2003), (404, None), (500, 3000)]
    with Recording.open(quickstart) as recording:
        told = {name: getattr(recording.message(60), name) for name in MessageRow.__struct_fields__}
    recorder = Recorder.create(tmp_path / "ends.ocpirun", "full", {"start_epoch_us": "0"})
    rows = [(end, *both) for end in ends for both in good + bad]
    for exchange, (final, http_status, ocpi_status) in enumerate(rows, 1):
        changed = {"exchange": exchange, "final": final, "http_status": http_status, "ocpi_status": ocpi_status}
        recorder.message(MessageRow(**{**told, "session_id": "Delivered", **changed}))
    recorder.close({})
    expected = [
        exchange for exchange, (final, *both) in enumerate(rows, 1) if final != "delivered" or tuple(both) in bad
    ]
    with Recording.open(tmp_path / "ends.ocpirun") as recording:
        wanted = Wanted(parse("is:failed").clause, "time", recording.last_seq)
        assert search(recording, wanted).tolist() == expected
