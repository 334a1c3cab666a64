"""`make bench`: prints measured ratios and rates, each taken within this one run; nothing here asserts a time."""

import tempfile
from pathlib import Path

from tests.bench import bare, first_paint, load, messages, objects, scrub, sweep, tail, topology


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        for part in (bare, first_paint, topology, load, messages, scrub, objects, tail, sweep):
            part.report(Path(name))


main()
