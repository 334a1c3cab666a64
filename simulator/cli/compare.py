"""`ocpi-sim compare`: what sets runs apart, for people, for programs, and as a page."""

import argparse
import os
import sys
from pathlib import Path

from simulator.cli import options, out
from simulator.cli.mistake import Mistake
from simulator.cli.page import refuse_to_replace_data
from simulator.cli.signals import ended_as_interrupted
from simulator.i18n import tr


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the command and its options."""
    parser = commands.add_parser(
        "compare",
        help=tr("lay runs side by side"),
        description=tr(
            "Compares runs: what differs in their scenarios, figures with 95 % intervals over seeds, curves, and the "
            "first message that differs. Runs of equal scenarios with different seeds are one variant; every variant "
            "is compared with the first."
        ),
    )
    add = parser.add_argument
    add("runs", metavar="RUN", type=Path, nargs="+", help=tr("a recording, or the folder or table of a sweep"))
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help=tr("print everything as JSON"))
    form.add_argument("--html", metavar="FILE", type=Path, help=tr("write a page with curves laid over one another"))
    add(
        "--warm-up",
        metavar="auto|none|2h",
        type=options.warm_up,
        help=tr("what to leave out of recordings at the start: by rule (default), nothing, or a time"),
    )
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Do it; returns 0. Raises what `errors.tell` knows how to tell."""
    from simulator.cli.counting import counting
    from simulator.files import write_file
    from simulator.report.compare.comparison import compare
    from simulator.report.format import style_for
    from simulator.report.publish.compare_data import compare_json
    from simulator.report.publish.compare_text import compare_text

    _refuse_warm_up(arguments)
    refuse_to_replace_data(arguments.html)
    warm_up = "auto" if arguments.warm_up is None else arguments.warm_up
    with ended_as_interrupted():
        with counting(tr("parts measured")) as measuring, counting(tr("messages compared")) as comparing:

            def searching(done: int, all: int) -> None:
                measuring.end()
                comparing(done, all)

            comparison = compare(arguments.runs, warm_up, measuring, searching)
        if arguments.json:
            out.put(compare_json(comparison).decode())
        elif arguments.html is not None:
            from simulator.report.publish.compare_page import compare_page

            write_file(arguments.html, compare_page(comparison))
            print(tr("Comparison: {path}").format(path=arguments.html))
        else:
            out.put(compare_text(comparison, style_for(sys.stdout, os.environ)))
    return 0


def _refuse_warm_up(arguments: argparse.Namespace) -> None:
    """A sweep has its figures already, and mostly no recordings to measure again."""
    sweep = next((path for path in arguments.runs if path.is_dir() or path.suffix == ".parquet"), None)
    if arguments.warm_up is not None and sweep is not None:
        raise Mistake(
            tr(
                "{sweep} is a sweep, which measured its runs as it played them; --warm-up no longer changes that. Give "
                "--warm-up to `ocpi-sim sweep`, or compare recordings (sweep --keep-recordings)."
            ).format(sweep=sweep)
        )
