import argparse
import asyncio
import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.assemble import Progress
from simulator.cli import options
from simulator.cli.errors import tell
from simulator.cli.mistake import Mistake
from simulator.cli.progress import ProgressLine
from simulator.cli.signals import stop_on_signals
from simulator.engine.guard import KernelError
from simulator.recording.errors import NotARecording, RecordingFailed, RecordingInUse
from simulator.scenario.dump import ImportRefused
from simulator.scenario.errors import ScenarioError, ScenarioErrors
from simulator.wire.carrier import WireFailure

H = 3_600_000_000
PATIENCE_S = 300


# Options


@pytest.mark.parametrize(
    ("text", "expected"),
    [("3", (3,)), ("1..4", (1, 2, 3, 4)), ("1,2,5", (1, 2, 5)), ("5, 1..3,2", (5, 1, 2, 3)), ("7..7", (7,))],
)
def test_seeds(text: str, expected: tuple[int, ...]) -> None:
    assert options.seeds(text) == expected


@given(st.integers(0, 10**6), st.integers(0, 50))
def test_a_range_of_seeds_holds_both_ends(first: int, more: int) -> None:
    assert options.seeds(f"{first}..{first + more}") == tuple(range(first, first + more + 1))


@pytest.mark.parametrize(("text", "expected"), [("max", 0.0), ("60", 60.0), ("0.5", 0.5)])
def test_speed(text: str, expected: float) -> None:
    assert options.speed(text) == expected


def test_duration() -> None:
    assert options.duration_us("24h") == 24 * H
    assert options.duration_us("90 min") == H * 3 // 2


def test_a_warm_up_is_a_word_or_a_time_in_whole_minutes() -> None:
    assert [options.warm_up(text) for text in ("auto", "none", "2h", "5400 s")] == ["auto", "none", 2 * H, H * 3 // 2]


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (options.seed, "-1"),
        (options.seed, "1.5"),
        (options.seed, "²"),
        (options.seed, str(2**63)),
        (options.seeds, ""),
        (options.seeds, "5..1"),
        (options.seeds, "1..2..3"),
        (options.seeds, "1,,2"),
        (options.seeds, "0..99999999"),
        (options.speed, "fast"),
        (options.speed, "0"),
        (options.speed, "-1"),
        (options.speed, "nan"),
        (options.speed, "inf"),
        (options.duration_us, "24"),
        (options.duration_us, "soon"),
        (options.duration_us, "0 s"),
        (options.warm_up, "all"),
        (options.warm_up, "5430 s"),
        (options.override, "seed"),
        (options.override, "=9"),
    ],
)
def test_a_wrong_option_is_refused_with_what_was_found_and_expected(read: Callable[[str], object], text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=r"expected|write"):
        read(text)


# Progress


class Wall:
    """A wall clock that a test moves."""

    def __init__(self) -> None:
        self.s = 0.0

    def __call__(self) -> float:
        return self.s


def running(at_us: int, exchanges: int = 0) -> Progress:
    return Progress(at_us, 4 * H, exchanges, "running")


def test_without_a_terminal_progress_is_a_line_every_ten_percent() -> None:
    stream, wall = io.StringIO(), Wall()
    line = ProgressLine(stream, 0, "Corner", wall)
    line(Progress(-H, 4 * H, 3, "registering"))
    line(Progress(-H // 2, 4 * H, 9, "registering"))
    for permille in range(0, 1001, 5):
        wall.s = permille / 100
        line(running(4 * H * permille // 1000, permille))
    line(Progress(4 * H, 4 * H, 999, "closing"))
    line.end()
    lines = stream.getvalue().splitlines()
    assert lines[0] == "Corner: the parties register"
    assert lines[-1] == "Corner: finishing the recording"
    assert [shown.partition("]")[2].split()[0] for shown in lines[1:-1]] == [str(p) for p in range(0, 101, 10)]
    assert lines[6] == "[############------------]  50 %  2:00 of 4:00 h  500 exchanges  0:05 left  Corner"
    assert "\r" not in stream.getvalue()


def test_a_run_that_leaps_shows_each_ten_percent_at_most_once() -> None:
    stream = io.StringIO()
    line = ProgressLine(stream, 0, "Corner", Wall())
    for percent in (0, 35, 38, 41, 99, 99):
        line(running(4 * H * percent // 100))
    assert stream.getvalue().count("\n") == 4


def test_on_a_terminal_one_line_is_rewritten_and_cleared() -> None:
    stream, wall = io.StringIO(), Wall()
    line = ProgressLine(stream, 60, "A corner with a rather long name", wall)
    line(running(0))
    line(running(H))  # too soon after the last
    wall.s = 1.0
    line(running(H))
    line(Progress(4 * H, 4 * H, 7, "closing"))
    line.end()
    line.end()
    shown = stream.getvalue()
    assert "\n" not in shown
    assert shown.count("\r") == 5
    drawn = shown.split("\r")
    assert [" 0 %" in part for part in drawn].count(True) == 1
    assert max(map(len, drawn)) <= 59
    assert drawn[-3].startswith("A corner with a rather long name: finishing the recording")
    assert drawn[-2].strip() == drawn[-1] == ""


def test_time_left_goes_by_the_pace_of_the_run_alone() -> None:
    stream, wall = io.StringIO(), Wall()
    line = ProgressLine(stream, 0, "Corner", wall)
    line(Progress(-H, 4 * H, 0, "registering"))
    wall.s = 100.0
    line(running(0))
    wall.s = 160.0
    line(running(3 * H))
    assert stream.getvalue().endswith("  0:20 left  Corner\n")


# Errors


def mistakes() -> ScenarioErrors:
    return ScenarioErrors(
        [ScenarioError("a.yaml", 3, 7, "x", "y", "First."), ScenarioError("a.yaml", 9, 1, "x", "y", "Second.")]
    )


@pytest.mark.parametrize(
    ("error", "code", "lines"),
    [
        (mistakes(), 2, ["a.yaml:3:7: First.", "a.yaml:9:1: Second."]),
        (Mistake("No folder."), 2, ["ocpi-sim: No folder."]),
        (ImportRefused("No Locations."), 2, ["ocpi-sim: No Locations."]),
        (NotARecording("x is foreign"), 2, ["ocpi-sim: x is foreign"]),
        (RecordingInUse("x is in use"), 2, ["ocpi-sim: x is in use"]),
        (RecordingFailed("The disk is full."), 1, ["ocpi-sim: The disk is full."]),
        (KernelError("A circle."), 1, ["ocpi-sim: A circle."]),
        (WireFailure("No descriptors."), 1, ["ocpi-sim: No descriptors."]),
    ],
)
def test_a_failure_is_told_in_sentences_with_its_code(error: Exception, code: int, lines: list[str]) -> None:
    stream = io.StringIO()
    assert tell(error, stream) == code
    assert stream.getvalue().splitlines() == lines


def test_a_fault_of_the_program_is_one_line_with_its_place_unless_debugging() -> None:
    try:
        Decimal("not\na number")
    except ArithmeticError as error:
        fault = error
    stream, debugging = io.StringIO(), io.StringIO()
    assert tell(fault, stream) == tell(fault, debugging, debug=True) == 1
    (line,) = stream.getvalue().splitlines()
    assert "InvalidOperation" in line
    assert "test_cli_parts.py:" in line
    assert "report" in line
    assert "Traceback" not in line
    assert "Traceback" in debugging.getvalue()
    assert debugging.getvalue().endswith(line + "\n")


# Signals


def test_the_first_signal_stops_and_handlers_are_restored() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    told: list[str] = []

    async def scene(number: signal.Signals) -> None:
        stop = asyncio.Event()
        with stop_on_signals(stop, lambda: told.append(number.name)):
            os.kill(os.getpid(), number)
            await asyncio.wait_for(stop.wait(), PATIENCE_S)
            # The next one has its default effect: it ends the process.
            assert signal.getsignal(signal.SIGINT) == signal.getsignal(signal.SIGTERM) == signal.SIG_DFL

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.run(scene(number))
    assert told == ["SIGINT", "SIGTERM"]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


STUBBORN = """
import asyncio
from simulator.cli.signals import stop_on_signals

async def run():
    stop = asyncio.Event()
    with stop_on_signals(stop, lambda: print("told", flush=True)):
        print("ready", flush=True)
        await asyncio.Event().wait()

asyncio.run(run())
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_second_signal_ends_at_once_whatever_the_run_does(number: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for word in ("ready\n", "told\n"):
            assert process.stdout.readline() == word
            process.send_signal(number)
        assert process.wait(timeout=PATIENCE_S) == -number


EARLY = """
import signal, sys

class Early:
    def find_spec(self, name, path=None, target=None):
        if name == sys.argv[1]:
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Early())
from simulator.cli import main
sys.exit(main(["run", "nothing.yaml"]))
"""


@pytest.mark.parametrize("module", ["simulator.cli.sweep", "argparse", "importlib.metadata", "simulator.assemble"])
def test_ctrl_c_while_the_program_is_loaded_is_told_in_a_sentence(module: str) -> None:
    ended = subprocess.run([sys.executable, "-c", EARLY, module], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "ocpi-sim: interrupted.\n")


def test_outside_the_main_thread_nothing_changes() -> None:
    async def scene() -> bool:
        stop = asyncio.Event()
        with stop_on_signals(stop, lambda: None):
            return stop.is_set()

    async def elsewhere() -> bool:
        return await asyncio.to_thread(asyncio.run, scene())

    assert asyncio.run(elsewhere()) is False
