"""`make bench`: prints measured ratios and rates, each taken within this one run; nothing here asserts a time."""

import tempfile
from pathlib import Path

from tests.bench import bare, kernel


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(f"kernel over memory, typed and recorded in full: {kernel.measure(folder):,.0f} exchanges/s", flush=True)
        bare.report(folder)


main()
