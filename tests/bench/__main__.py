"""`make bench`: prints measured ratios and rates, each taken within this one run; nothing here asserts a time."""

import tempfile
from pathlib import Path

from tests.bench import bare


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        bare.report(Path(name))


main()
