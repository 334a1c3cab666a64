"""`make bench`: prints measured ratios and rates, each taken within this one run; nothing here asserts a time."""

import tempfile
from pathlib import Path

from tests.bench import bare, load, messages, tail, topology


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        for part in (bare, topology, load, messages, tail):
            part.report(Path(name))


main()
