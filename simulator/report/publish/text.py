"""A report for the terminal: the figures with their units, then the parties."""

from simulator.i18n import tr
from simulator.report.format import Style, table
from simulator.report.kpi.definitions import KPIS
from simulator.report.kpi.measure import Measured
from simulator.report.kpi.tables import Cell, Table
from simulator.report.publish.figures import number

_BOLD = "1"
_SHOWN = ("party", "role", "sites", "evses", "energy_kwh", "occupancy_percent", "drivers", "cost_excl_vat", "exchanges")


def report_text(measured: Measured, style: Style) -> str:
    """The report as lines."""
    title = tr("{scenario}, seed {seed}").format(scenario=measured.scenario, seed=measured.seed)
    rows = [(kpi.name, number(measured.values[kpi.id]), kpi.unit) for kpi in KPIS]
    rows += [
        (tr("Cost of CDRs, without VAT"), f"{amount:,.2f}", currency) for currency, amount in measured.cost.items()
    ]
    lines = [style.paint(title, _BOLD), measured.window.rule, *filter(None, (measured.load,)), ""]
    lines += [f"  {line}" for line in table(rows, right=(1,))]
    parties = measured.table("parties")
    if len(parties):
        lines += ["", style.paint(tr("Parties"), _BOLD)]
        lines += [f"  {line}" for line in _lines(parties)]
    return "\n".join(lines)


def _lines(parties: Table) -> list[str]:
    columns = [parties.columns[name] for name in _SHOWN]
    rows = [tuple(map(_cell, row)) for row in zip(*columns, strict=True)]
    right = [number for number, name in enumerate(_SHOWN) if name not in ("party", "role")]
    return table([_SHOWN, *rows], right)


def _cell(cell: Cell) -> str:
    return cell if isinstance(cell, str) else number(None if cell is None else float(cell))
