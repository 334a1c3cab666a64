"""`make bench`: prints measured ratios and rates, each taken within this one run; nothing here asserts a time.

`python -m tests.bench cost report --whole --out docs/pictures` measures only these parts, at full size (a million
messages, 50,000 sessions: half an hour), and leaves their plots in a folder.
"""

import argparse
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from tests.bench import bare, cost, first_paint, load, messages, objects, protocol, report, scrub, sweep, tail, topology

FIXED: Final = (bare, first_paint, topology, load, messages, scrub, objects, protocol, tail, sweep)
"""Those that measure the same whatever is asked."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measures the program.")
    parser.add_argument("--whole", action="store_true", help="cost and report at full size")
    parser.add_argument("--out", metavar="DIR", type=Path, help="where to leave plots")
    parser.add_argument("parts", metavar="PART", nargs="*", help="what to measure (default: everything)")
    arguments = parser.parse_args()
    if arguments.out is not None:
        arguments.out.mkdir(parents=True, exist_ok=True)
    parts: dict[str, Callable[[Path], None]] = {
        **{module.__name__.rpartition(".")[2]: module.report for module in FIXED},
        "cost": partial(cost.report, sizes=cost.WHOLE if arguments.whole else cost.SHORT, out=arguments.out),
        "report": partial(report.report, sessions=report.WHOLE if arguments.whole else report.SHORT),
    }
    unknown = [part for part in arguments.parts if part not in parts]
    if unknown:
        parser.error(f"there is no part {', '.join(unknown)}; there are {', '.join(parts)}")
    with tempfile.TemporaryDirectory() as name:
        for part in arguments.parts or parts:
            parts[part](Path(name))


main()
