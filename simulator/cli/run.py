"""`ocpi-sim run`: plays a scenario, once or with many seeds, and says what came of it."""

import argparse
import os
import sys
from pathlib import Path
from typing import Final

import msgspec

from simulator.cli import options
from simulator.cli.mistake import Mistake
from simulator.cli.signals import INTERRUPTED
from simulator.i18n import tr

SUFFIX: Final = ".ocpirun"
FOLDER: Final = Path("runs")


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the command and its options."""
    parser = commands.add_parser(
        "run",
        help=tr("play a scenario and leave its recording"),
        description=tr("Plays a scenario, once or with many seeds, and says what came of it."),
    )
    options.add_scenario(parser)
    add = parser.add_argument
    seeds = parser.add_mutually_exclusive_group()
    seeds.add_argument("--seed", metavar="N", type=options.seed, help=tr("instead of the scenario's own seed"))
    seeds.add_argument("--seeds", metavar="1..20", type=options.seeds, help=tr("a run for each: 1..20 or 1,2,5"))
    add("--wire", choices=("http", "memory"), default="http", help=tr("real HTTP (default), or the same in memory"))
    add(
        "--speed",
        metavar="max|FACTOR",
        type=options.speed,
        default=options.MAX_SPEED,
        help=tr("as fast as it goes (default), or so many times faster than real time"),
    )
    add(
        "--record",
        choices=("full", "headers", "aggregates"),
        default="full",
        help=tr("everything (default), no bodies, or no messages but counts of them"),
    )
    add("--out", metavar="FILE", type=Path, help=tr("the recording (default: runs/SCENARIO.ocpirun)"))
    add("--json", action="store_true", help=tr("print the figures as JSON and nothing else"))
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Play it; returns 1 when a check is false, else 130 when it was interrupted, else 0. Raises what `tell` tells."""
    # The engine and all its rooms are loaded for a run only, not for help or a wrong option.
    from simulator.assemble import RunOptions
    from simulator.cli import show
    from simulator.cli.playing import play_once
    from simulator.recording.writer_process import best_writer
    from simulator.report.figures import RunFigures, over_seeds
    from simulator.scenario.load import load

    scenario = load(arguments.scenario, arguments.overrides)
    options.tell_of_until(arguments.until, scenario.duration_us)
    recordings = _recordings(arguments)
    make_folder(recordings[0][1].parent)
    complete: list[RunFigures] = []
    holds, interrupted = True, False
    for seed, out in recordings:
        title = scenario.name if arguments.seeds is None else tr("Seed {seed}").format(seed=seed)
        run_options = RunOptions(
            seed=seed,
            until_us=arguments.until,
            wire=arguments.wire,
            speed=arguments.speed,
            level=arguments.record,
            out=out,
            writer=best_writer(),
        )
        result = play_once(scenario, run_options, title)
        figures = msgspec.convert(result.summary, RunFigures)
        holds = holds and all(figures.checks.values())
        if arguments.json:
            named = {"seed": run_options.seed} if arguments.seeds is not None else {}
            partial = {"interrupted": True} if result.interrupted else {}
            show.show_json({**named, **result.summary, **partial})
        elif arguments.seeds is None:
            show.show_run(result.path, scenario.tell)
        else:
            show.show_run_of_many(figures, title, result.path)
        interrupted = result.interrupted
        if interrupted:
            print(tr("The run was interrupted; its recording is valid as far as it came."), file=sys.stderr)
            break
        complete.append(figures)
    if arguments.seeds is not None and complete:
        show_all = show.show_json if arguments.json else show.show_over_seeds
        show_all(over_seeds(complete))
    if not holds:
        return 1
    return INTERRUPTED if interrupted else 0


def _recordings(arguments: argparse.Namespace) -> list[tuple[int | None, Path]]:
    """The seeds, and where the recording of each goes; None stands for the scenario's own seed."""
    out: Path = arguments.out or FOLDER / f"{arguments.scenario.stem}{SUFFIX}"
    if arguments.seeds is None:
        return [(arguments.seed, out)]
    return [(seed, out.with_name(f"{out.stem}-seed{seed}{out.suffix or SUFFIX}")) for seed in arguments.seeds]


def make_folder(folder: Path) -> None:
    """Make sure of a folder for recordings that can be written to. Raises Mistake."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Mistake(
            tr("The folder {folder} cannot be made ({reason}); choose another --out.").format(
                folder=folder, reason=(error.strerror or str(error)).lower()
            )
        ) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Mistake(tr("The folder {folder} cannot be written to; choose another --out.").format(folder=folder))
