"""Paints every view and the whole window, light and dark, of an empty, a small and a crowded run, and one about a hub.

`make pictures` leaves them in runs/pictures/; they are made as those of `ocpi-sim gui --screenshot` are.
"""

import argparse
import asyncio
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from gui import before_qt  # noqa: F401, I001

from gui import app
from gui.actions import Colours
from gui.command import VIEW_IDS
from simulator.assemble import RunOptions, play
from simulator.scenario.load import load

ROOT: Final = Path(__file__).parents[1]
OUT: Final = ROOT / "runs" / "pictures"
SIZES: Final = ((1024, 640), (1280, 800))
BOTH: Final[tuple[Colours, ...]] = ("light", "dark")


class Played(NamedTuple):
    """A run to show: its name, its scenario, where it ends (None: where the scenario does) and where time stands."""

    name: str
    scenario: str
    until_us: int | None
    at: str | None


RUNS: Final = (
    Played("empty", "scenarios/quickstart.yaml", 1_000_000, None),
    Played("quickstart", "scenarios/quickstart.yaml", None, "08:50"),
    Played("hub", "scenarios/roaming/three_versions_one_hub.yaml", None, "09:00"),
    Played("crowded", "scenarios/scale/generated_city.yaml", None, "17:30"),
)


def paint(recording: Path, run: Played, out: Path) -> list[str]:
    """All pictures of one run; returns why some could not be made."""
    refusals = []
    for colours in BOTH:
        wanted = [(view, (1280, 800)) for view in VIEW_IDS] + [(None, size) for size in SIZES]
        for view, size in wanted:
            name = f"{run.name}-{view or f'window-{size[0]}x{size[1]}'}-{colours}.png"
            refusals.append(app.picture(recording, out / name, view, run.at, size, colours))
    return [refusal for refusal in refusals if refusal]


def main() -> int:
    """Play, paint, and tell where the pictures are."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=OUT, metavar="FOLDER", help="where to leave them (%(default)s)")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    refusals = []
    with TemporaryDirectory(prefix="ocpi-sim-") as folder:
        for run in RUNS:
            recording = Path(folder) / f"{run.name}.ocpirun"
            options = RunOptions(out=recording, wire="memory", until_us=run.until_us, control=False)
            asyncio.run(play(load(ROOT / run.scenario), options))
            refusals += paint(recording, run, out)
    sys.stderr.writelines(f"{refusal}\n" for refusal in refusals)
    sys.stdout.write(f"{len(RUNS) * len(BOTH) * (len(VIEW_IDS) + len(SIZES)) - len(refusals)} pictures in {out}\n")
    return 1 if refusals else 0


if __name__ == "__main__":
    sys.exit(main())
