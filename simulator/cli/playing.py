"""One run in an event loop of its own, with its progress on standard error, until it ends or is told to."""

import asyncio
import atexit
import gc
import shutil
import sys
from collections.abc import Callable

from simulator.assemble import RunOptions, RunResult, Serving, play
from simulator.cli.progress import ProgressLine
from simulator.cli.signals import stop_on_signals
from simulator.i18n import tr
from simulator.scenario.model import Scenario


def play_once(scenario: Scenario, options: RunOptions, title: str, serving: Serving | None = None) -> RunResult:
    """Play, or serve, show progress under `title`, and pass on the run's remarks. Raises what `play` raises."""
    # Before it goes the interpreter takes apart what the collector knows of: seconds, for a city nobody needs any more.
    atexit.register(gc.freeze)
    columns = shutil.get_terminal_size().columns if sys.stderr.isatty() else 0
    progress = ProgressLine(sys.stderr, columns, title)

    def told() -> None:
        progress.end()
        print(tr("Ending the run; once more ends it at once."), file=sys.stderr)

    async def playing() -> RunResult:
        stop = asyncio.Event()
        with stop_on_signals(stop, told):
            return await play(scenario, options, progress, stop, serving)

    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            result = runner.run(playing())
    finally:
        progress.end()
    for remark in result.remarks:
        print(remark, file=sys.stderr)
    return result


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's where there is one (not on Windows): over HTTP it is about twice as fast."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
