"""From a sweep to a plot with intervals: how many drivers are turned away, as a region gets busier.

    .venv/bin/python docs/examples/sweep_to_plot.py busy.svg

plays scenarios/scale/generated.yaml with five loads and two sizes, ten days each, and draws means with their 95 %
intervals. Stopped and started again it goes on where it was; `--figure wait_mean_min` draws another figure of the same
runs. Needs `pip install ocpi-sim[research]`.
"""

import argparse
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import pyarrow.parquet

from simulator.cli import main as ocpi_sim
from simulator.report.kpi.definitions import BY_ID
from simulator.report.kpi.intervals import estimate

SCENARIO = Path(__file__).parents[2] / "scenarios" / "scale" / "generated.yaml"
LOAD, SIZE = "generate.sessions_per_evse", "generate.cpos"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("picture", type=Path, help="the plot to write: .svg, .pdf or .png")
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
        f"{SIZE}=2,4",
    ]
    code = ocpi_sim([*sweep, "--seeds", arguments.seeds, "--out", str(arguments.out)])
    if code:
        return code

    rows = pyarrow.parquet.read_table(arguments.out / "results.parquet").to_pylist()
    kpi = BY_ID[arguments.figure]
    figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
    for size, marker in zip(sorted({row[SIZE] for row in rows}), "os^v", strict=False):
        means = {}
        for load in sorted({row[LOAD] for row in rows}):
            values = [row[kpi.id] for row in rows if (row[SIZE], row[LOAD]) == (size, load)]
            # A run in which there was nothing to measure has no value.
            means[load] = estimate([value for value in values if value is not None])
        found = {load: mean for load, mean in means.items() if mean is not None}
        halves = [(mean.high or mean.mean) - mean.mean for mean in found.values()]
        axes.errorbar(
            list(found), [mean.mean for mean in found.values()], halves, marker=marker, capsize=3, label=f"{size} CPOs"
        )
    axes.set_xlabel("sessions per EVSE and day")
    axes.set_ylabel(f"{kpi.name} ({kpi.unit})")
    axes.set_title(f"Means over seeds {arguments.seeds}, 95 % intervals")
    axes.legend()
    figure.savefig(arguments.picture)
    return 0


if __name__ == "__main__":
    sys.exit(main())
