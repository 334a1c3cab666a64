"""The curves of a sweep's runs as a table beside that of its figures: a row a run and quarter of an hour.

It is written with the table of figures, both or none, and read back only beside the one that it was written with.
"""

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from simulator.report.compare.outcome import Curves
from simulator.report.compare.parquet import read_parquet
from simulator.report.compare.swept import CURVES, SweptRun
from simulator.report.kpi.tables import Table, table


def curves_table(runs: Iterable[SweptRun]) -> Table:
    """The curves of the runs that are done; `job` is that of the table of figures."""
    rows = (
        (run.job, *quarter)
        for run in runs
        if run.outcome is not None and (curves := run.outcome.curves) is not None
        for quarter in zip(curves.from_s, curves.mean_kw, curves.occupied_evses, strict=True)
    )
    return table("curves", ("job", "from_s", "mean_kw", "occupied_evses"), rows)


def curves_beside(results: Path, sweep: bytes) -> dict[str, Curves]:
    """The curves by job beside a table of figures of a `sweep`; none where there are none, or those of another.

    Raises NoSweep for a table of curves that cannot be read.
    """
    path = results.with_name(CURVES)
    if not path.exists():
        return {}
    read, of = read_parquet(path)
    if of != sweep:
        return {}
    columns = [read.column(name).to_pylist() for name in ("job", "from_s", "mean_kw", "occupied_evses")]
    found: dict[str, Curves] = {}
    for job, rows in groupby(zip(*columns, strict=True), key=lambda row: row[0]):
        _, from_s, mean_kw, occupied_evses = zip(*rows, strict=True)
        found[job] = Curves(list(from_s), list(mean_kw), list(occupied_evses))
    return found
