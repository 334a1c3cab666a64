"""From a sweep to a plot with intervals: how many drivers are turned away, as a region gets busier.

    .venv/bin/python docs/examples/sweep_to_plot.py busy.svg

plays scenarios/scale/generated.yaml with five loads and two sizes, ten seeds each, and draws means with their 95 %
intervals; it takes a minute or two. Stopped and started again it goes on where it was; `--figure wait_mean_min` draws
another figure of the same runs. Needs `pip install ocpi-sim[research]`.
"""

import argparse
import os
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import pyarrow.parquet

from simulator.cli import main as ocpi_sim
from simulator.report.kpi.definitions import BY_ID
from simulator.report.kpi.intervals import estimate
from simulator.scenario.loads import STRESS_ABOVE

SCENARIO = Path(__file__).parents[2] / "scenarios" / "scale" / "generated.yaml"
LOAD, SIZE = "generate.sessions_per_evse", "generate.cpos"
SIZES = (2, 4)
FORMATS = (".svg", ".pdf", ".png")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("picture", type=picture_path, help="the plot to write: .svg, .pdf or .png")
    parser.add_argument("--figure", choices=BY_ID, default="turned_away_percent", help="what to draw")
    parser.add_argument("--seeds", default="1..10")
    parser.add_argument("--out", type=Path, default=Path("runs/busy"), help="the folder of the sweep")
    arguments = parser.parse_args()

    # The scenario names its load by a word, which is taken out to make room for numbers.
    sweep = [
        "sweep",
        str(SCENARIO),
        "--set",
        "generate.load=~",
        "--vary",
        f"{LOAD}=0.5,1,2,3,4",
        "--vary",
        f"{SIZE}={','.join(map(str, SIZES))}",
    ]
    code = ocpi_sim([*sweep, "--seeds", arguments.seeds, "--out", str(arguments.out)])
    if code:
        return code

    rows = pyarrow.parquet.read_table(arguments.out / "results.parquet").to_pylist()
    kpi = BY_ID[arguments.figure]
    figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
    loads = sorted({row[LOAD] for row in rows})
    # Sizes are told apart by colour, line and marker, and stand a little beside one another.
    for number, (size, line, colour) in enumerate(zip(SIZES, ("o-", "s--"), ("#1f5f99", "#b3541e"), strict=True)):
        means = {}
        for load in loads:
            values = [row[kpi.id] for row in rows if (row[SIZE], row[LOAD]) == (size, load)]
            # A run in which there was nothing to measure has no value.
            if mean := estimate([value for value in values if value is not None]):
                means[load + 0.04 * (number - 0.5)] = mean
        halves = [(mean.high or mean.mean) - mean.mean for mean in means.values()]
        heights = [mean.mean for mean in means.values()]
        axes.errorbar(list(means), heights, halves, fmt=line, color=colour, capsize=4, label=f"{size} CPOs")
    axes.axvspan(STRESS_ABOVE, loads[-1] + 0.2, color="0.92", zorder=0, label="stress load")
    axes.set_xlim(0, loads[-1] + 0.2)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("load (sessions per EVSE and day)")
    axes.set_ylabel(f"{kpi.name} ({kpi.unit})")
    axes.set_title(
        f"Means of a day over seeds {arguments.seeds}, with 95 % intervals of the mean", loc="left", fontsize=11
    )
    axes.grid(visible=True, linewidth=0.4)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="upper left")
    figure.savefig(arguments.picture, dpi=144)
    return 0


def picture_path(text: str) -> Path:
    """Where the picture goes. What is wrong with that is told before minutes of work, not after them."""
    path = Path(text)
    if path.suffix.lower() not in FORMATS:
        raise argparse.ArgumentTypeError(
            f"“{text}” is no name of a picture; expected is such as busy.svg, .pdf or .png"
        )
    if path.is_dir():
        raise argparse.ArgumentTypeError(f"“{text}” is a folder; name a file in it, such as {path / 'busy.svg'}")
    if not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {path.parent} to write {path.name} into; make it first")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise argparse.ArgumentTypeError(f"{path} cannot be written (permission denied); name another place")
    return path


if __name__ == "__main__":
    sys.exit(main())
