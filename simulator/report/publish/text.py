"""A report for the terminal: the figures with their units, then the parties and what they owe."""

from collections.abc import Sequence
from decimal import Decimal

from simulator.i18n import tr
from simulator.report.format import Style, table
from simulator.report.kpi.definitions import KPIS
from simulator.report.kpi.measure import Measured
from simulator.report.kpi.tables import Cell, Table
from simulator.report.publish.figures import number

_BOLD = "1"
_PARTIES = (
    "party",
    "role",
    "sites",
    "evses",
    "energy_kwh",
    "occupancy_percent",
    "drivers",
    "wait_mean_min",
    "exchanges",
)
_COSTS = ("party", "role", "as", "currency", "cdrs", "cost_excl_vat")


def report_text(measured: Measured, style: Style) -> str:
    """The report as lines."""
    title = tr("{scenario}, seed {seed}").format(scenario=measured.scenario, seed=measured.seed)
    rows = [(kpi.name, number(measured.values[kpi.id]), kpi.unit) for kpi in KPIS]
    rows += [
        (tr("Cost of CDRs, without VAT"), f"{amount:,.2f}", currency) for currency, amount in measured.cost.items()
    ]
    lines = [style.paint(title, _BOLD), *measured.notes, measured.window.rule, measured.window.span]
    lines += [measured.load.sentence, ""] if measured.load else [""]
    lines += [f"  {line}" for line in table(rows, right=(1,))]
    for title, name, columns in (
        (tr("Parties"), "parties", _PARTIES),
        (tr("Cost of CDRs, without VAT"), "costs", _COSTS),
    ):
        if len(found := measured.table(name)):
            lines += ["", style.paint(title, _BOLD), *(f"  {line}" for line in _lines(found, columns))]
    return "\n".join(lines)


def _lines(found: Table, names: Sequence[str]) -> list[str]:
    columns = [found.columns[name] for name in names]
    rows = [tuple(map(_cell, row)) for row in zip(*columns, strict=True)]
    right = [number for number, name in enumerate(names) if name not in ("party", "role", "as", "currency")]
    return table([names, *rows], right)


def _cell(cell: Cell) -> str:
    if isinstance(cell, Decimal):
        return f"{cell:,.2f}"
    return cell if isinstance(cell, str) else number(cell)
