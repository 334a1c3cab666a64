"""`ocpi-sim sweep`: plays a scenario with every combination of values and every seed, into one table."""

import argparse
import contextlib
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from simulator.cli import options
from simulator.cli.signals import INTERRUPTED
from simulator.i18n import tr, trn

if TYPE_CHECKING:
    from simulator.report.compare.swept import SweptRun
    from simulator.sweep.axes import Axis
    from simulator.sweep.plan import Plan
    from simulator.sweep.sweep import Counts

_SHOWN_FAILURES: Final = 5


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the command and its options."""
    parser = commands.add_parser(
        "sweep",
        help=tr("play a scenario with many values and seeds"),
        description=tr(
            "Plays a scenario with every combination of values and every seed, on several processes, and writes one "
            "table of results. The same command again goes on where it stopped."
        ),
    )
    options.add_scenario(parser)
    add = parser.add_argument
    add(
        "--vary",
        metavar="path=a,b,c",
        type=_axis,
        action="append",
        default=[],
        dest="axes",
        help=tr("values for a path, as --set takes it; several --vary make every combination"),
    )
    add("--seeds", metavar="1..10", type=options.seeds, help=tr("a run for each: 1..10 or 1,2,5"))
    add("--out", metavar="DIR", type=Path, required=True, help=tr("the folder for results.parquet and the rest"))
    who = parser.add_mutually_exclusive_group()
    who.add_argument("--jobs", metavar="N", type=_jobs, help=tr("processes of this machine (default: one a core)"))
    who.add_argument("--scheduler", metavar="ADDRESS", help=tr("a dask scheduler instead, such as tcp://10.0.0.5:8786"))
    add(
        "--warm-up",
        metavar="auto|none|2h",
        type=options.warm_up,
        default="auto",
        help=tr("what figures leave out at the start: by rule (default), nothing, or a time"),
    )
    add("--keep-recordings", action="store_true", help=tr("keep each run's recording, in DIR/recordings"))
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Do it; returns 0 when all runs are done, 1 when some are not, 130 after Ctrl-C.

    Raises what `errors.tell` knows how to tell.
    """
    from simulator.cli.counting import CountLine
    from simulator.sweep.folder import held_alone
    from simulator.sweep.plan import What, make_plan

    checking = CountLine(sys.stderr, _columns(), tr("variants checked"))
    what = What(
        scenario=arguments.scenario,
        overrides=tuple(arguments.overrides),
        axes=tuple(arguments.axes),
        seeds=arguments.seeds,
        until_us=arguments.until,
        warm_up=arguments.warm_up,
    )
    try:
        plan = make_plan(what, checking)
    finally:
        checking.end()
    options.tell_of_until(arguments.until, plan.shortest_us)
    with held_alone(arguments.out):
        return _swept(arguments, plan)


def _swept(arguments: argparse.Namespace, plan: "Plan") -> int:
    from simulator.cli.counting import CountLine
    from simulator.sweep.folder import SweepFolder
    from simulator.sweep.sweep import SchedulerLost, Workers, play_all

    folder = SweepFolder.begin(arguments.out, plan.manifest)
    # Before hours of work, not after them: the tables need packages that may be missing.
    folder.write_tables()
    counting = CountLine(sys.stderr, _columns(), tr("runs"))

    def told(counts: "Counts") -> None:
        if counts.damaged and not counts.done + counts.failed:
            _tell_of_damaged(counts.damaged)
        remark = tr("{count} failed").format(count=counts.failed) if counts.failed else ""
        counting(counts.before + counts.done + counts.failed, counts.all, remark)

    def stopping() -> None:
        counting.end()
        print(tr("Ending the sweep; once more ends it at once."), file=sys.stderr)

    lost = ""
    with _stopped_by_signals(stopping) as is_stopped:
        try:
            workers = Workers(arguments.jobs or _cores(), arguments.scheduler)
            play_all(plan, folder, workers, told, is_stopped, keep_recordings=arguments.keep_recordings)
        except SchedulerLost as error:
            lost = str(error)
        finally:
            counting.end()
            runs = folder.write_tables()
        _show(arguments.out, runs, len(plan.jobs))
    if lost:
        print(f"ocpi-sim: {lost}", file=sys.stderr)
        return 1
    if is_stopped():
        print(tr("The sweep was interrupted; the same command goes on from here."), file=sys.stderr)
        return INTERRUPTED
    return 0 if sum(each.status == "done" for each in runs) == len(plan.jobs) else 1


def _tell_of_damaged(recordings: int) -> None:
    print(
        trn(
            "{count} recording that was kept is damaged, or not that of its run; the run is played again.",
            "{count} recordings that were kept are damaged, or not those of their runs; these are played again.",
            recordings,
        ).format(count=recordings),
        file=sys.stderr,
    )


def _show(out: Path, runs: "Sequence[SweptRun]", all: int) -> None:
    from simulator.report.kpi.warm_up import recorded_whole
    from simulator.scenario.loads import STRESS_ABOVE

    failed = [run for run in runs if run.status == "failed"]
    print(
        tr("{done} of {all} runs done, {failed} failed.").format(
            done=len(runs) - len(failed), all=all, failed=len(failed)
        )
    )
    for run in failed[:_SHOWN_FAILURES]:
        values = ", ".join([*(f"{path}={value}" for path, value in run.values.items()), f"seed {run.seed}"])
        print(tr("  failed: {values}: {sentence}").format(values=values, sentence=run.sentence))
    if len(failed) > _SHOWN_FAILURES:
        more = len(failed) - _SHOWN_FAILURES
        print(trn("  and {count} more", "  and {count} more", more).format(count=more))
    loads = [run.outcome.load for run in runs if run.outcome and run.outcome.load]
    stressed = [load.highest for load in loads if load.is_stress]
    if stressed:
        print(
            trn(
                "{count} run has a stress load: {most:.2f} sessions per EVSE and day, above the {bound:g} that are "
                "called so.",
                "{count} runs have a stress load: up to {most:.2f} sessions per EVSE and day, above the {bound:g} that "
                "are called so.",
                len(stressed),
            ).format(count=len(stressed), most=max(stressed), bound=STRESS_ABOVE)
        )
    windows = [run.outcome.window for run in runs if run.outcome]
    recorded = [window for window in windows if window.is_recorded_whole]
    if recorded and len(recorded) == len(windows):
        print(recorded_whole())
    print(tr("Results: {parquet}, results.csv and curves.parquet").format(parquet=out / "results.parquet"))
    print(tr("Compare the variants: ocpi-sim compare {out}").format(out=out), flush=True)


@contextlib.contextmanager
def _stopped_by_signals(told: Callable[[], None]) -> Iterator[Callable[[], bool]]:
    """Within, the first Ctrl-C or SIGTERM makes the result true and calls `told`; the next acts as it does by default.

    Python gives signals to the main thread only; in another one nothing changes.
    """
    stopped = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stopped.is_set
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def stop(*_: object) -> None:
        for number, handler in before.items():
            signal.signal(number, handler)
        stopped.set()
        told()

    for number in before:
        signal.signal(number, stop)
    try:
        yield stopped.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _axis(text: str) -> "Axis":
    from simulator.sweep.axes import BadAxis, parse_axis

    try:
        return parse_axis(text)
    except BadAxis as refusal:
        raise argparse.ArgumentTypeError(str(refusal)) from None


def _jobs(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) <= 1024:
        return int(text)
    raise argparse.ArgumentTypeError(
        tr("“{found}” is no number of processes; expected is 1 to 1024").format(found=text)
    )


def _columns() -> int:
    """How wide the terminal is on which progress is shown; 0: it is none."""
    return shutil.get_terminal_size().columns if sys.stderr.isatty() else 0


def _cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
