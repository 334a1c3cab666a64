"""Ctrl-C and SIGTERM, wherever in a report or comparison they come: a sentence, exit code 130, nothing half-written."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest
from report_hour import hour

from simulator.cli import main
from simulator.cli.signals import ended_as_interrupted
from simulator.report.compare.comparison import compare
from simulator.report.kpi.facts import PARTS


class Interruption:
    """Sends this process a signal at the call of that number, counted from when it is installed."""

    def __init__(self, number: signal.Signals, at_call: float) -> None:
        self.calls = 0
        self._number = number
        self._at_call = at_call

    def __call__(self, frame: FrameType, event: str, argument: object) -> None:
        self.calls += event == "call"
        if self.calls > self._at_call:
            sys.setprofile(None)
            signal.raise_signal(self._number)


def interrupted(arguments: list[str], number: signal.Signals, at_call: float = float("inf")) -> tuple[int, int]:
    """The exit code of a command, and how many calls it made or was let make."""
    interruption = Interruption(number, at_call)
    sys.setprofile(interruption)
    try:
        return main(arguments), interruption.calls
    finally:
        sys.setprofile(None)


def names(folder: Path) -> list[str]:
    """All that is in a folder, hidden or not."""
    return sorted(str(each.relative_to(folder)) for each in folder.rglob("*"))


@pytest.fixture
def paths(tmp_path: Path) -> Iterator[list[str]]:
    """Two recordings of one hour, and the signals as they were."""
    before = signal.getsignal(signal.SIGTERM)
    yield [str(hour(tmp_path / f"{name}.ocpirun", delay_s=delay_s)) for name, delay_s in (("a", 5), ("b", 6))]
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize(
    ("command", "runs", "form", "shares"),
    [
        ("report", 1, "--csv", (0.1, 0.3, 0.5, 0.7, *(0.9 + number / 500 for number in range(48)))),
        ("report", 1, "--parquet", tuple(0.91 + number / 400 for number in range(36))),
        ("report", 1, "--html", (0.2, 0.95)),
        ("compare", 2, "--html", (0.2, 0.95)),
    ],
)
def test_what_is_interrupted_leaves_what_was_there_and_says_so(
    paths: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    command: str,
    runs: int,
    form: str,
    shares: tuple[float, ...],
) -> None:
    arguments = [command, *paths[:runs], form]
    # Once before, because modules are loaded once.
    main([*arguments, str(tmp_path / "whole")])
    code, calls = interrupted([*arguments, str(tmp_path / "whole")], signal.SIGINT)
    assert code == 0
    before = names(tmp_path)
    files = names(tmp_path / "whole") if form != "--html" else []
    after = sorted([*before, "new", *(f"new/{name}" for name in files)])
    for share in shares:
        number = signal.SIGTERM if share == shares[-1] else signal.SIGINT
        capsys.readouterr()
        assert interrupted([*arguments, str(tmp_path / "new")], number, share * calls)[0] == 130
        assert capsys.readouterr().err == "ocpi-sim: interrupted.\n"
        assert names(tmp_path) in (before, after)
        if names(tmp_path) == after:
            # All was written already when it came.
            assert share > 0.9
            break


def test_a_stop_while_handlers_are_put_back_leaves_none_behind(paths: list[str], tmp_path: Path) -> None:
    """The last calls of a command are those, and what they call in Python's signal module."""
    arguments = ["report", paths[0], "--csv", str(tmp_path / "whole")]
    main(arguments)
    _, calls = interrupted(arguments, signal.SIGINT)
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    for call in range(calls - 40, calls - 1):
        assert interrupted(arguments, signal.SIGINT, call)[0] == 130
        assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_work_on_two_runs_is_told_in_equal_parts(paths: list[str]) -> None:
    told: list[tuple[int, int]] = []
    compare([Path(path) for path in paths], "none", lambda done, all: told.append((done, all)))
    assert told == [(done, 2 * PARTS) for done in [*range(PARTS + 1), *range(PARTS, 2 * PARTS + 1)]]


def test_a_stop_that_python_drops_is_not_forgotten(capsys: pytest.CaptureFixture[str]) -> None:
    """As in a generator that is let go of, or where another error is made of it."""

    def generator() -> Iterator[int]:
        try:
            yield 1
        finally:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt), ended_as_interrupted():
        next(generator())

    def library() -> None:
        try:
            signal.raise_signal(signal.SIGTERM)
        except KeyboardInterrupt:
            raise OSError("bad file descriptor") from None

    with pytest.raises(KeyboardInterrupt), ended_as_interrupted():
        library()
    assert capsys.readouterr().err == ""
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
