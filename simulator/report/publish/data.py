"""A report for programs: JSON of one documented shape, and tables as CSV or Parquet."""

import csv
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec

from simulator.files import NotWritten, write_files
from simulator.i18n import tr
from simulator.recording.reader import Recording
from simulator.report.kpi.columns import COLUMNS, Column
from simulator.report.kpi.definitions import KPIS, cost_kpi
from simulator.report.kpi.measure import FORMAT, Measured
from simulator.report.kpi.tables import Table, table
from simulator.report.publish.held_back import stops_held_back

_SESSION_COLUMNS = (
    "session_id",
    "cpo",
    "emsp",
    "status",
    "kwh",
    "currency",
    "total_cost_excl_vat",
    "start_date_time",
    "end_date_time",
    "location_id",
    "evse_uid",
    "token_uid",
)
_CDR_COLUMNS = (
    "cdr_id",
    "session_id",
    "creditor",
    "debtor",
    "currency",
    "amount",
    "accepted_amount",
    "approximate",
    "reason",
    "energy_wh",
    "tariff_id",
    "issued_at",
    "accepted_at",
)


def report_json(measured: Measured) -> bytes:
    """`format`, `scenario`, `seed`, `digest`, `level`, `state`, `failure`, `window`, `notes`, `load`, `figures` (value,
    unit and better by id) and so on.

    `state` is live, killed, failed, interrupted or complete, `failure` why it failed; the window ends where that was.
    `load` has `sessions_per_day`, `evses`, `sessions_per_evse_day`, `is_stress` and, of how many days recorded sessions
    are the mean and of which, `recorded_days` and `recorded_on`; or is null when not told.
    """
    window = measured.window
    figures = {kpi.id: {"value": measured.values[kpi.id], "unit": kpi.unit, "better": kpi.better} for kpi in KPIS}
    document: dict[str, Any] = {
        "format": FORMAT,
        "scenario": measured.scenario,
        "seed": measured.seed,
        "digest": measured.digest,
        "level": measured.level,
        "state": measured.ending.state,
        "failure": measured.ending.failure,
        "window": {"from_s": window.from_us / 1e6, "to_s": window.to_us / 1e6, "rule": window.rule},
        "notes": measured.notes,
        "load": measured.load and measured.load.figures,
        "figures": figures,
        "cost_excl_vat": {currency: str(amount) for currency, amount in measured.cost.items()},
        "tables": {each.name: each.columns for each in measured.tables},
    }
    return msgspec.json.encode(document)


def all_tables(recording: Recording, measured: Measured) -> list[Table]:
    """What was run, its figures with the cost, the tables of the measurement, and every session and CDR of the run.

    Every run has the same tables, so that writing one over another leaves none of it: a recording of level aggregates
    does not know single sessions, and its table of them is empty.
    """
    cost = {cost_kpi(currency): float(amount) for currency, amount in measured.cost.items()}
    values = {kpi: measured.values[kpi.id] for kpi in KPIS} | cost
    figures = table(
        "kpis",
        ("kpi", "name", "value", "unit", "better", "meaning"),
        ((kpi.id, kpi.name, value, kpi.unit, kpi.better, kpi.meaning) for kpi, value in values.items()),
    )
    window = measured.window
    about = table(
        "run",
        ("scenario", "seed", "digest", "level", "state", "failure", "from_s", "to_s", "rule", "load"),
        [
            (
                measured.scenario,
                measured.seed,
                measured.digest,
                measured.level,
                measured.ending.state,
                measured.ending.failure,
                window.from_us / 1e6,
                window.to_us / 1e6,
                window.rule,
                measured.load.sentence if measured.load else "",
            )
        ],
    )
    sessions = f"SELECT {', '.join(_SESSION_COLUMNS)} FROM v_session WHERE holder = cpo ORDER BY first_s, session_id"
    cdrs = f"SELECT {', '.join(_CDR_COLUMNS)} FROM v_cdr ORDER BY coalesce(issued_at, accepted_at), cdr_id"
    return [
        about,
        figures,
        *measured.tables,
        table("sessions", _SESSION_COLUMNS, recording.query(sessions)),
        table("cdrs", _CDR_COLUMNS, recording.query(cdrs)),
    ]


def write_csv(folder: Path, tables: Sequence[Table]) -> None:
    """A file a table, UTF-8 with a line of names; an empty cell is nothing. Raises NotWritten."""
    write_files(folder, {f"{each.name}.csv": csv_writer(each) for each in tables})


def write_parquet(folder: Path, tables: Sequence[Table]) -> None:
    """A file a table. Raises NotWritten, also when pyarrow is not installed."""
    write_files(folder, {f"{each.name}.parquet": parquet_writer(each) for each in tables})


def csv_writer(each: Table) -> Callable[[Path], None]:
    """Writes a table to a path."""

    def write(path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            lines = csv.writer(file)
            lines.writerow(each.columns)
            lines.writerows(each.rows)

    return write


def parquet_writer(
    each: Table, metadata: Mapping[bytes, bytes] | None = None, about: Mapping[str, Column] = COLUMNS
) -> Callable[[Path], None]:
    """Writes a table to a path, with metadata of its own; `about` says of each column what it is.

    Raises NotWritten when pyarrow is not installed.
    """
    try:
        with stops_held_back():
            arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError as error:
        raise NotWritten(
            tr("Parquet needs the package pyarrow, which is not installed; install ocpi-sim[research].")
        ) from error
    columns = {name: [_plain(cell) for cell in cells] for name, cells in each.columns.items()}

    def write(path: Path) -> None:
        with stops_held_back():
            fields = [_field(arrow, name, about[name]) for name in columns]
            arrays = [arrow.array(cells, field.type) for cells, field in zip(columns.values(), fields, strict=True)]
            made = arrow.Table.from_arrays(arrays, schema=arrow.schema(fields, metadata=metadata))
            parquet.write_table(made, path)

    return write


def _field(arrow: Any, name: str, about: Column) -> Any:
    """A column with its type, unit and meaning: the same in every run, also where it is empty."""
    types = {"text": arrow.string(), "count": arrow.int64(), "number": arrow.float64(), "flag": arrow.bool_()}
    return arrow.field(name, types[about.kind], metadata={"unit": about.unit, "meaning": about.meaning})


def _plain(cell: object) -> object:
    return str(cell) if isinstance(cell, Decimal) else cell
