"""What a second core gives a sweep: the same runs on one process of one core, and on two processes of two."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from simulator.sweep.folder import SweepFolder
from simulator.sweep.plan import What, make_plan
from simulator.sweep.sweep import Workers, play_all
from tests.bench.figures import bars, markdown

SCENARIO = Path(__file__).parents[2] / "scenarios" / "scale" / "generated_city.yaml"
RUNS = 80
WANTED_TIMES = 1.8


@contextmanager
def cores(count: int) -> Iterator[None]:
    """Only so many cores for this process and those that it starts."""
    all = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(all)[:count])
    try:
        yield
    finally:
        os.sched_setaffinity(0, all)


def sweep_s(out: Path, processes: int, runs: int = RUNS) -> float:
    """Seconds of wall time for a sweep of so many runs, from starting the processes to their end."""
    plan = make_plan(What(scenario=SCENARIO, seeds=tuple(range(1, runs + 1))), lambda number, count: None)
    folder = SweepFolder.begin(out, plan.manifest)
    with cores(processes):
        began_s = time.perf_counter()
        counts = play_all(plan, folder, Workers(processes), lambda counts: None, lambda: False)
        took_s = time.perf_counter() - began_s
    if not counts.is_whole:
        raise RuntimeError("A run of the sweep failed.")
    return took_s


def report(folder: Path, runs: int = RUNS, out: Path | None = None) -> None:
    """Print the ratio; with `out` leave bars there, as sweep.svg."""
    if not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) < 2:
        print("sweep: left out, it needs two cores")
        return
    one_s, two_s = (sweep_s(folder / f"sweep{processes}", processes, runs) for processes in (1, 2))
    print(
        f"sweep: {runs} runs of a generated city in {one_s:.1f} s on one core, {two_s:.1f} s on two: "
        f"{one_s / two_s:.2f} times as fast",
        flush=True,
    )
    markdown(
        f"sweep of {runs} runs of a generated city",
        **{"one core": f"{one_s:.1f} s", "two cores": f"{two_s:.1f} s", "times": f"{one_s / two_s:.2f}"},
    )
    if out is not None:
        took_s = {"one core": one_s, "two cores": two_s}
        wanted = one_s / WANTED_TIMES
        legend = f"{WANTED_TIMES} times as fast as one"
        bars(out / "sweep.svg", f"A sweep of {runs} runs", "s of wall time", took_s, wanted=wanted, legend=legend)
