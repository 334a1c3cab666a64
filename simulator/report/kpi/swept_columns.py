"""What each column of a sweep's tables is, also those that are there of what was varied, asked and paid alone.

A column that is none of these means what columns.py says of it.
"""

from collections.abc import Collection, Sequence
from typing import Final

from simulator.report.kpi.columns import COLUMNS, Column, Kind
from simulator.report.kpi.definitions import Kpi, cost_kpi, kpis_by_link, kpis_by_module
from simulator.report.kpi.tables import Cell, Table
from simulator.scenario.loads import STRESS_ABOVE

_COST: Final = cost_kpi("").id
_PER_EVSE: Final = "sessions per EVSE and day"

_OF_A_RUN: Final = {
    "variant": Column("count", "", "number of the combination of varied values, from 0"),
    "status": Column("text", "", "done or failed; of a run that failed there are no figures"),
    "sentence": Column("text", "", "why the run failed; empty if it did not"),
    "wall_s": Column("number", "s", "how long the run took where it was played"),
    "window_from_s": Column("number", "s", "begin of what counts, since the scenario's start"),
    "window_to_s": Column("number", "s", "end of what counts, since the scenario's start"),
    "window_recorded_to_s": Column(
        "number",
        "s",
        "end of the last day on which a driver came as recorded, since the scenario's start; empty if others came too",
    ),
    "recording": Column("text", "", "file of the run's recording in the sweep's folder; empty if it was not kept"),
    "load_sessions_per_day": Column(
        "number", "sessions per day", "the load that was asked for, of an ordinary weekday"
    ),
    "load_evses": Column("count", "EVSEs", "EVSEs of which that load is asked"),
    "load_busiest": Column(
        "text",
        "",
        "the places of which most is asked by all who can charge nowhere else; empty where that is not told",
    ),
    "load_busiest_sessions_per_day": Column("number", "sessions per day", "the load of the places of load_busiest"),
    "load_busiest_evses": Column("count", "EVSEs", "EVSEs of the places of load_busiest"),
    "load_recorded_days": Column(
        "number", "days", "of so many days the recorded sessions count in the load with their mean; 0: there are none"
    ),
    "load_recorded_on": Column("text", "", "which days these are: weekdays, or all days; empty: there are none"),
    "load_sessions_per_evse_day": Column("number", _PER_EVSE, "the load that was asked for"),
    "load_highest_sessions_per_evse_day": Column(
        "number", _PER_EVSE, "the load of the places of load_busiest, or that of all where that is higher"
    ),
    "load_is_stress": Column(
        "flag", "", f"whether that highest load, rounded to hundredths, is above {STRESS_ABOVE:g}"
    ),
}


def swept_columns(table: Table, varied: Collection[str]) -> dict[str, Column]:
    """What each column of a table of a sweep is that varies these paths. Raises KeyError for one that nobody knows."""
    by_part = {
        kpi.id: _number(kpi, f"{kpi.name}. {kpi.meaning}")
        for kpis in (*kpis_by_module(table.columns), *kpis_by_link(table.columns))
        for kpi in kpis
    }
    currencies = [name.removeprefix(_COST).upper() for name in table.columns if name.startswith(_COST)]
    costs = {kpi.id: _number(kpi, kpi.meaning) for kpi in map(cost_kpi, currencies)}
    # First what is varied: its path may be a word that means something else in a report.
    axes = {path: _axis(path, table.columns[path]) for path in varied if path in table.columns}
    known = COLUMNS | by_part | costs | _OF_A_RUN | axes
    return {name: known[name] for name in table.columns}


def _axis(path: str, cells: Sequence[Cell]) -> Column:
    """Numbers where all values of an axis are, so that they can be plotted over; that they are is told by any."""
    if any(isinstance(cell, str) for cell in cells):
        return Column("text", "", f"the varied value of {path}, as it was written, with its unit if it has one")
    kind: Kind = "count" if cells and all(isinstance(cell, int) for cell in cells) else "number"
    return Column(kind, "that of the scenario", f"the varied value of {path}")


def _number(kpi: Kpi, meaning: str) -> Column:
    return Column("number", kpi.unit, meaning)
