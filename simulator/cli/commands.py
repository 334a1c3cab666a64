"""Finds the command that is asked for, runs it, and answers for how it ends."""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from importlib.metadata import entry_points, version
from typing import Final

from simulator.cli import check, compare, import_, out, report, run, serve, sweep
from simulator.i18n import tr

COMMANDS: Final = "ocpi_sim.commands"
"""The entry points that bring further commands: functions that declare theirs, as each file here does. The window's
comes so, because the simulator does not know that there is a window."""


def run_command(argv: Sequence[str] | None) -> int:
    """Run one command (None: of this process's arguments); returns the exit code. Raises KeyboardInterrupt only."""
    # A terminal that cannot show a character of somebody's name shows "?" and the run goes on.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        arguments = _parser().parse_args(argv)
        code: int = arguments.command(arguments)
        out.flush()
        return code
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 2
    except BrokenPipeError:
        # Whoever read the output has left.
        out.close()
        return 1
    except Exception as error:
        # Not imported before it is needed: it knows the failures of every room, and so loads them all.
        from simulator.cli.errors import tell

        return tell(error, sys.stderr, debug=bool(os.environ.get("OCPI_SIM_DEBUG")))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ocpi-sim", description=tr("Simulates EV-charging roaming over OCPI, message by message.")
    )
    parser.add_argument("--version", action="version", version=f"ocpi-sim {version('ocpi-sim')}")
    commands = parser.add_subparsers(title=tr("commands"), required=True, metavar=tr("COMMAND"))
    run.add_parser(commands)
    serve.add_parser(commands)
    import_.add_parser(commands)
    report.add_parser(commands)
    compare.add_parser(commands)
    sweep.add_parser(commands)
    check.add_parser(commands)
    for command in sorted(entry_points(group=COMMANDS), key=lambda entry: entry.name):
        command.load()(commands)
    return parser
