"""`ocpi-sim`: the command line. A file a command; `commands` knows them all, and `errors` how what fails is told.

Exit codes: 0 all is well; 1 a check is false or the run failed; 2 the user's mistake, told in a sentence;
130 it was interrupted.
"""

import sys


def main(argv: list[str] | None = None) -> int:
    """Run one command (default: of this process's arguments); returns the exit code."""
    try:
        # All of it is loaded within, for that takes a moment and Ctrl-C may come then too.
        from simulator.cli.commands import run_command

        return run_command(argv)
    except KeyboardInterrupt:
        from simulator.cli.signals import INTERRUPTED
        from simulator.i18n import tr

        print(tr("ocpi-sim: interrupted."), file=sys.stderr)
        return INTERRUPTED
