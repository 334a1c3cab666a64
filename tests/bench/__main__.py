"""`make bench`: prints measured ratios and rates, each taken within this one run; nothing here asserts a time.

`python -m tests.bench breda cost report sweep --whole --out docs/pictures` measures only these parts, at full size (a
million messages, 50,000 sessions: half an hour), and leaves their plots in a folder. `--sessions 500` makes the day of
Breda a smaller one, to see that it works.
"""

import argparse
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from tests.bench import (
    bare,
    breda,
    cost,
    first_paint,
    load,
    messages,
    objects,
    protocol,
    report,
    scrub,
    sweep,
    tail,
    topology,
)

FIXED: Final = (bare, first_paint, topology, load, messages, scrub, objects, protocol, tail)
"""Those that measure the same whatever is asked."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measures the program.")
    parser.add_argument("--whole", action="store_true", help="cost and report at full size")
    parser.add_argument("--out", metavar="DIR", type=Path, help="where to leave plots")
    parser.add_argument("--sessions", type=int, default=breda.SESSIONS, help="of the day of Breda")
    parser.add_argument("--runs", type=int, default=sweep.RUNS, help="of the sweep")
    parser.add_argument("parts", metavar="PART", nargs="*", help="what to measure (default: everything)")
    arguments = parser.parse_args()
    if arguments.out is not None:
        arguments.out.mkdir(parents=True, exist_ok=True)
    parts: dict[str, Callable[[Path], None]] = {
        **{module.__name__.rpartition(".")[2]: module.report for module in FIXED},
        "cost": partial(cost.report, sizes=cost.WHOLE if arguments.whole else cost.SHORT, out=arguments.out),
        "report": partial(report.report, sessions=report.WHOLE if arguments.whole else report.SHORT, out=arguments.out),
        "sweep": partial(sweep.report, runs=arguments.runs, out=arguments.out),
        "breda": partial(breda.report, sessions=arguments.sessions, out=arguments.out),
    }
    unknown = [part for part in arguments.parts if part not in parts]
    if unknown:
        parser.error(f"there is no part {', '.join(unknown)}; there are {', '.join(parts)}")
    with tempfile.TemporaryDirectory() as name:
        for part in arguments.parts or parts:
            parts[part](Path(name))


main()
