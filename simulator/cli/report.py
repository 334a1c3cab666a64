"""`ocpi-sim report`: what a run came to, for people, for programs, and as a page."""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from simulator.cli import options, out
from simulator.cli.mistake import Mistake
from simulator.cli.page import refuse_to_replace_data
from simulator.cli.signals import ended_as_interrupted
from simulator.i18n import tr


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the command and its options."""
    parser = commands.add_parser(
        "report",
        help=tr("tell what a run came to"),
        description=tr("Measures a recording: drivers, places, power, messages and money, by defined figures."),
    )
    add = parser.add_argument
    add("recordings", metavar="RUN", nargs="+", type=Path, help=tr("a recording, as `ocpi-sim run` leaves it"))
    add(
        "--coverage",
        action="store_true",
        help=tr("tell which requests of OCPI the run, or several runs together, have exercised"),
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help=tr("print everything as JSON"))
    form.add_argument("--html", metavar="FILE", type=Path, help=tr("write a page with plots and tables"))
    form.add_argument("--csv", metavar="DIR", type=Path, help=tr("write each table as CSV"))
    form.add_argument("--parquet", metavar="DIR", type=Path, help=tr("write each table as Parquet"))
    add(
        "--warm-up",
        metavar="auto|none|2h",
        type=options.warm_up,
        default="auto",
        help=tr("what to leave out at the start: by rule (default), nothing, or a time"),
    )
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Do it; returns 1 when a check of the run is false, else 0. Raises what `errors.tell` knows how to tell."""
    if arguments.coverage:
        return _coverage(arguments)
    if len(arguments.recordings) > 1:
        raise Mistake(tr("A report is on one recording; `ocpi-sim compare` is for several, and so is --coverage."))
    from simulator.cli.counting import counting
    from simulator.files import write_file
    from simulator.recording.reader import Recording
    from simulator.report.format import style_for
    from simulator.report.kpi.measure import measure
    from simulator.report.publish.data import all_tables, report_json, write_csv, write_parquet
    from simulator.report.publish.text import report_text
    from simulator.report.summary import course_of

    refuse_to_replace_data(arguments.html)
    with ended_as_interrupted(), Recording.open(arguments.recordings[0]) as recording:
        with counting(tr("parts measured")) as watch:
            measured = measure(recording, arguments.warm_up, watch)
        course = course_of(recording)
        if arguments.json:
            out.put(report_json(measured).decode())
        elif arguments.html is not None:
            from simulator.report.publish.report_page import report_page

            write_file(arguments.html, report_page(measured, course))
            print(tr("Report: {path}").format(path=arguments.html))
        elif arguments.csv is not None or arguments.parquet is not None:
            folder, write = (
                (arguments.csv, write_csv) if arguments.csv is not None else (arguments.parquet, write_parquet)
            )
            tables = all_tables(recording, measured)
            write(folder, tables)
            print(
                tr("Tables in {folder}: {names}").format(folder=folder, names=", ".join(each.name for each in tables))
            )
        else:
            out.put(report_text(measured, style_for(sys.stdout, os.environ)))
    return 0 if course.run is None or all(course.run.checks.values()) else 1


def _coverage(arguments: argparse.Namespace) -> int:
    from simulator.recording.reader import Recording
    from simulator.report.coverage import Coverage, coverage_json
    from simulator.report.format import style_for
    from simulator.report.publish.coverage_text import coverage_text

    if arguments.html or arguments.csv or arguments.parquet:
        raise Mistake(tr("The coverage is told as text or, with --json, as JSON; leave the other form away."))

    def each() -> Iterator[Recording]:
        for path in arguments.recordings:
            with Recording.open(path) as recording:
                yield recording

    with ended_as_interrupted():
        coverage = Coverage(each())
    if arguments.json:
        out.put(coverage_json(coverage).decode())
    else:
        out.put(coverage_text(coverage, style_for(sys.stdout, os.environ)))
    return 0
