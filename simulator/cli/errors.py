"""How a failure is told: one sentence a mistake on standard error, and the exit code. No traceback reaches a user."""

import traceback
from pathlib import Path
from typing import Final, TextIO

from simulator.cli.mistake import Mistake
from simulator.engine.guard import KernelError
from simulator.files import NotWritten
from simulator.i18n import tr
from simulator.recording.errors import RecordingError, RecordingFailed
from simulator.report.compare.comparison import TooFewRuns
from simulator.report.compare.swept import NoSweep
from simulator.report.coverage import NoMessages
from simulator.report.kpi.warm_up import NothingLeft
from simulator.scenario.dump import ImportRefused
from simulator.scenario.errors import ScenarioErrors
from simulator.sweep.axes import BadAxis
from simulator.sweep.cluster import NoWorkers
from simulator.sweep.folder import AnotherSweep
from simulator.wire.carrier import WireFailure

RUN_FAILED = 1
USER_MISTAKE = 2

_MISTAKES: Final = (
    AnotherSweep,
    BadAxis,
    ImportRefused,
    Mistake,
    NoMessages,
    NoSweep,
    NoWorkers,
    NothingLeft,
    NotWritten,
    RecordingError,
    TooFewRuns,
)


def tell(error: Exception, stream: TextIO, *, debug: bool = False) -> int:
    """Print the failure's sentence or sentences; returns the exit code. `debug` adds the traceback."""
    if debug:
        traceback.print_exception(error, file=stream)
    if isinstance(error, ScenarioErrors):
        for mistake in error.errors:
            print(mistake, file=stream)
        return USER_MISTAKE
    if isinstance(error, (KernelError, WireFailure, RecordingFailed)):
        print(f"ocpi-sim: {error}", file=stream)
        return RUN_FAILED
    if isinstance(error, _MISTAKES):
        print(f"ocpi-sim: {error}", file=stream)
        return USER_MISTAKE
    print(_of_our_own(error), file=stream)
    return RUN_FAILED


def _of_our_own(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    what = " ".join(f"{type(error).__name__}: {error}".split())
    return tr(
        "ocpi-sim: a fault of the program ended the command ({what}, at {where}). Please report this line and the "
        "command to the project; OCPI_SIM_DEBUG=1 shows more."
    ).format(what=what, where=where)
