"""How many hints there are on exchanges, and how that is said in few words."""

from pathlib import Path

import pytest

from simulator.recording.reader import Recording
from simulator.recording.rows import HintRow
from simulator.recording.writer import Recorder
from simulator.report.hints import Apart, RuleCount, Tally, by_rule, tallies


@pytest.mark.parametrize(
    ("tally", "worst", "short"),
    [
        (Tally(), None, ""),
        (Tally(notes=1), "note", "1 note"),
        (Tally(warnings=2, notes=3), "warning", "2 warnings +3"),
        (Tally(errors=1, warnings=2, notes=3), "error", "1 error +5"),
    ],
)
def test_the_gravest_comes_first(tally: Tally, worst: str | None, short: str) -> None:
    assert (tally.worst, tally.short) == (worst, short)


def test_each_exchange_has_its_own(tmp_path: Path) -> None:
    recorder = Recorder.create(tmp_path / "hints.ocpirun", "full", {"start_epoch_us": "0"})
    for exchange, severity in ((7, "note"), (7, "error"), (7, "note"), (9, "warning"), (11, "error")):
        recorder.hint(HintRow(0, exchange, "rule", severity, "A sentence."))  # type: ignore[arg-type]
    recorder.close({})
    with Recording.open(tmp_path / "hints.ocpirun") as recording:
        assert tallies(recording, [7, 8, 9]) == {7: Tally(1, 0, 2), 9: Tally(0, 1, 0)}


def test_rules_are_counted_the_gravest_and_the_most_frequent_first(tmp_path: Path) -> None:
    recorder = Recorder.create(tmp_path / "hints.ocpirun", "full", {"start_epoch_us": "0"})
    for rule, severity in (("a", "note"), ("b", "note"), ("b", "note"), ("c", "error"), ("d", "warning")):
        recorder.hint(HintRow(0, 1, rule, severity, "A sentence."))  # type: ignore[arg-type]
    recorder.close({})
    with Recording.open(tmp_path / "hints.ocpirun") as recording:
        assert by_rule(recording) == [
            RuleCount("error", "c", 1),
            RuleCount("warning", "d", 1),
            RuleCount("note", "b", 2),
            RuleCount("note", "a", 1),
        ]


def test_hints_on_no_message_are_told_in_full(tmp_path: Path) -> None:
    recorder = Recorder.create(tmp_path / "hints.ocpirun", "full", {"start_epoch_us": "0"})
    recorder.hint(HintRow(5, 0, "stranger", "warning", "Somebody came."))
    recorder.hint(HintRow(7, 3, "stranger", "warning", "On a message."))
    recorder.hint(HintRow(9, 0, "stranger", "warning", "Somebody came again."))
    recorder.close({})
    with Recording.open(tmp_path / "hints.ocpirun") as recording:
        told = (Apart(5, "Somebody came."), Apart(9, "Somebody came again."))
        assert by_rule(recording) == [RuleCount("warning", "stranger", 3, told)]
