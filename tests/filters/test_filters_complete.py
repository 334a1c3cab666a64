"""What is offered while a filter is typed."""

from pathlib import Path

from filters_patch import PATCH

from simulator.filters.complete import Completion, complete, known_values
from simulator.filters.parse import parse
from simulator.filters.words import WORDS
from simulator.recording.reader import Recording
from simulator.recording.writer import Recorder


def texts(found: list[Completion]) -> list[str]:
    return [completion.text for completion in found]


def test_an_empty_field_offers_all_words_with_their_help() -> None:
    found = complete("", 0)
    assert texts(found)[: len(WORDS)] == [f"{name}:" for name in WORDS]
    assert texts(found)[-3:] == ["and ", "or ", "not "]
    assert all(completion.help and (completion.begin, completion.end) == (0, 0) for completion in found)


def test_the_word_under_the_caret_is_completed_and_the_rest_left_alone() -> None:
    found = complete("(sess or status:404", 5)
    assert [(c.text, c.begin, c.end) for c in found] == [("session:", 1, 5)]


def test_values_that_begin_so_come_before_those_that_contain_it() -> None:
    found = texts(complete("route:sessions.sender", 21))
    assert found == ["route:sessions.sender.get_list", "route:sessions.sender.put_charging_preferences"]
    assert texts(complete("module:to", 9)) == ["module:tokens"]
    assert texts(complete("method!=P", 9))[:3] == ["method!=POST", "method!=PUT", "method!=PATCH"]
    assert texts(complete("final:", 6)) == ["final:delivered", "final:timed_out", "final:lost", "final:dead"]


def test_values_of_the_recording_come_first() -> None:
    assert texts(complete("from:nl", 7, {"from": ["DE-NLX", "NL-ABC"]})) == ["from:NL-ABC", "from:DE-NLX"]
    assert texts(complete("from:", 5, {"from": ["odd name"]})) == ['from:"odd name"']


def test_nothing_fits_an_unknown_word() -> None:
    assert complete("nothing:x", 9) == []


def test_known_values_are_those_of_the_recording(tmp_path: Path) -> None:
    recorder = Recorder.create(tmp_path / "one.ocpirun", "headers", {"start_epoch_us": "0"})
    recorder.message(PATCH)
    recorder.close({})
    with Recording.open(tmp_path / "one.ocpirun") as recording:
        known = known_values(recording)
    assert known["from"] == ["NL-ABC"]
    assert known["party"] == ["NL-ABC", "NL-EMA"]
    assert known["kind"] == ["Session"]
    for word, values in known.items():
        for value in values:
            assert parse(f"{word}:{value}").matches(PATCH)
