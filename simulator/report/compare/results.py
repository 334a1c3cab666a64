"""The table of a sweep, a row a run, as it is written to Parquet and CSV and read back to be compared.

Columns: the values that were varied by their paths, numbers where all of an axis are numbers; `variant`, which counts
their combinations; seed, status, sentence, digest, wall time, the window that counts (and where its days end, if all of
their drivers were recorded), when the run began; the load that was asked for, and whether it is a stress load; then
each figure, with its unit in its name, messages and bytes also by OCPI module and by link. The curves of all runs are a
table beside it (see quarters.py).
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import msgspec

from simulator.i18n import tr
from simulator.report.compare.outcome import Curves, Outcome
from simulator.report.compare.parquet import read_parquet
from simulator.report.compare.quarters import curves_beside
from simulator.report.compare.swept import Manifest, NoSweep, SweptRun, manifest_of
from simulator.report.kpi.definitions import KPIS, Kpi, cost_kpi, kpis_by_link, kpis_by_module
from simulator.report.kpi.tables import Cell, Table
from simulator.report.kpi.warm_up import Window
from simulator.scenario.loads import Load

_COST: Final = cost_kpi("").id
_RUN: Final = (
    "variant",
    "seed",
    "status",
    "sentence",
    "digest",
    "wall_s",
    "window_from_s",
    "window_to_s",
    "window_recorded_to_s",
    "start_epoch_us",
    "zone",
    "job",
    "recording",
)
_LOAD: Final = "load_"
"""Before the names of `Load.figures`."""


def results_table(manifest: Manifest, runs: Sequence[SweptRun]) -> Table:
    """The table of the runs that there are."""
    variant_of = {job: number // len(manifest.seeds) for number, job in enumerate(manifest.jobs)}
    columns: dict[str, list[Cell]] = {
        path: _numbers(values, [run.values[path] for run in runs]) for path, values in manifest.axes.items()
    }
    columns |= {name: [] for name in _RUN}
    for run in runs:
        outcome = run.outcome
        window = outcome.window if outcome else None
        row: list[Cell] = [variant_of[run.job], run.seed, run.status, run.sentence]
        row += [outcome.digest if outcome else "", run.wall_s]
        row += [window.from_us / 1e6, window.to_us / 1e6, _seconds(window.recorded_to_us)] if window else [None] * 3
        row += [outcome.start_epoch_us, outcome.zone] if outcome else [None, None]
        row += [run.job, run.recording]
        for name, cell in zip(_RUN, row, strict=True):
            columns[name].append(cell)
    loads = [run.outcome.load if run.outcome else None for run in runs]
    for name in Load(0, 0).figures:
        columns[f"{_LOAD}{name}"] = [load.figures[name] if load else None for load in loads]
    for kpi in KPIS:
        columns[kpi.id] = [run.outcome.values.get(kpi.id) if run.outcome else None for run in runs]
    for kpi in _by_part(id for run in runs if run.outcome for id in run.outcome.values):
        columns[kpi.id] = [run.outcome.values.get(kpi.id, 0.0) if run.outcome else None for run in runs]
    for currency in sorted({currency for run in runs if run.outcome for currency in run.outcome.cost}):
        columns[cost_kpi(currency).id] = [
            float(run.outcome.cost.get(currency, 0)) if run.outcome else None for run in runs
        ]
    return Table("results", columns)


def read_table(path: Path) -> tuple[Manifest, list[SweptRun]]:
    """A sweep from its Parquet table, with the curves where their table is beside it.

    Recordings are named as seen from the table's folder, and may not be there.
    Raises NoSweep, also when pyarrow is missing.
    """
    rows, content = read_parquet(path)
    if content is None:
        raise NoSweep(tr("{path} is a Parquet table, but not that of a sweep.").format(path=path))
    manifest = manifest_of(content, path)
    variants, curves = manifest.variants, curves_beside(path, content)
    try:
        return manifest, [
            _from_row(row, manifest, variants[row["variant"]], curves.get(row["job"])) for row in rows.to_pylist()
        ]
    except KeyError as error:
        raise NoSweep(tr("{path} has no column {name}, as a sweep's has.").format(path=path, name=error)) from error


def _from_row(row: Mapping[str, Any], manifest: Manifest, values: dict[str, str], curves: Curves | None) -> SweptRun:
    outcome = None
    if row["status"] == "done":
        outcome = Outcome(
            scenario=manifest.scenario_name,
            seed=row["seed"],
            digest=row["digest"],
            is_complete=True,
            level="",
            program=manifest.program,
            # A table of an earlier version does not tell.
            start_epoch_us=row.get("start_epoch_us", 0),
            zone=row.get("zone", ""),
            window=Window(
                round(row["window_from_s"] * 1e6),
                round(row["window_to_s"] * 1e6),
                "",
                _microseconds(row.get("window_recorded_to_s")),
            ),
            values={kpi.id: row.get(kpi.id) for kpi in (*KPIS, *_by_part(row))},
            cost={
                name.removeprefix(_COST).upper(): Decimal(str(cell))
                for name, cell in row.items()
                if name.startswith(_COST)
            },
            curves=curves,
            load=_load(row),
        )
    return SweptRun(
        job=row["job"],
        values=values,
        seed=row["seed"],
        status=row["status"],
        sentence=row["sentence"],
        wall_s=row["wall_s"],
        recording=row["recording"],
        outcome=outcome,
    )


def _seconds(us: int | None) -> float | None:
    return None if us is None else us / 1e6


def _microseconds(s: float | None) -> int | None:
    return None if s is None else round(s * 1e6)


def _load(row: Mapping[str, Any]) -> Load | None:
    """A table of an earlier version does not tell."""
    told = {name: cell for name in Load.__struct_fields__ if (cell := row.get(f"{_LOAD}{name}")) is not None}
    return msgspec.convert(told, Load) if "sessions_per_day" in told else None


def _by_part(ids: Iterable[str]) -> list[Kpi]:
    named = list(ids)
    return [kpi for kpis in (*kpis_by_module(named), *kpis_by_link(named)) for kpi in kpis]


def _numbers(axis: Sequence[str], texts: Sequence[str]) -> list[Cell]:
    """Values as numbers where all of their axis are, so that they can be plotted over."""
    for number in (int, float):
        try:
            parsed = {text: number(text) for text in axis}
        except ValueError:
            continue
        return [parsed[text] for text in texts]
    return list(texts)
