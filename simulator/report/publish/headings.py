"""How a page heads the columns of a report's tables: in words, with the unit behind them.

Columns that are figures have their names from definitions.py, units are those of columns.py.
"""

from typing import Final

from simulator.i18n import tr
from simulator.report.kpi.columns import COLUMNS
from simulator.report.kpi.definitions import BY_ID

_NAMES: Final = {
    "party": tr("Party"),
    "role": tr("Role"),
    "name": tr("Name"),
    "as": tr("As"),
    "site": tr("Site"),
    "cpo": tr("CPO"),
    "module": tr("Module"),
    "sender": tr("Sender"),
    "receiver": tr("Receiver"),
    "local_time": tr("Local time"),
    "sites": tr("Sites"),
    "drivers": tr("Drivers"),
    "turned_away": tr("Turned away"),
    "plugged_in": tr("Plugged in"),
    "found_taken": tr("Found taken"),
    "sessions": tr("Sessions"),
    "failed": tr("Failed messages"),
    "bytes": tr("Bytes"),
    "mean_kw": tr("Mean power"),
    "limit_kw": tr("Grid limit"),
    "occupied_evses": tr("Occupied"),
    "charging_evses": tr("Drawing power"),
    "currency": tr("Currency"),
    "cost_excl_vat": tr("Cost"),
}


def heading(column: str) -> str:
    """`Peak power (kW)`; what is counted needs no unit behind its name."""
    name = _NAMES.get(column) or BY_ID[column].name
    known = COLUMNS[column]
    return f"{name} ({known.unit})" if known.kind == "number" else name
