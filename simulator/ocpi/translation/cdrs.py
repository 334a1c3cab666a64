"""CDRs and their charging periods between versions: a bill goes over as a bill, or not at all.

Source: OCPI 2.1.1, 2.2.1 and 2.3.0, CDRs.
"""

from collections.abc import Mapping
from typing import Any, Final

from simulator.ocpi.translation.account import Account, Tree, Unsayable
from simulator.ocpi.translation.ids import restore
from simulator.ocpi.translation.owner import FROM_URL, IN_URL
from simulator.ocpi.translation.places import CDR_LOCATION, EMBEDDED_CDR_LOCATION
from simulator.ocpi.translation.plugs import plug
from simulator.ocpi.translation.prices import with_vat_unknown, without_vat
from simulator.ocpi.translation.rates import COSTS_WITH_RATES
from simulator.ocpi.translation.table import ALIAS, FIT, Made, Otherwise, Table, substitute
from simulator.ocpi.translation.tokens import AUTH_ID, CDR_TOKEN
from simulator.ocpi.v2_1_1 import cdrs as v2_1_1
from simulator.ocpi.v2_2_1 import cdrs as v2_2_1
from simulator.ocpi.v2_3_0 import cdrs as v2_3_0

COMMAND_WAS_A_REQUEST: Final = substitute({"COMMAND": "AUTH_REQUEST"}, v2_1_1.AuthMethod)


def _refuse_other_bills(cdr: Mapping[str, Any], path: str, account: Account) -> Tree:
    if cdr.get("credit"):
        raise Unsayable("OCPI 2.1.1 has no credit CDRs: it would be read as one more bill.")
    if cdr.get("home_charging_compensation"):
        raise Unsayable(
            "OCPI 2.1.1 has no compensation for charging at home: it would be read as a bill to the driver."
        )
    for name in ("credit", "home_charging_compensation"):
        if cdr.get(name) is not None:
            account.lose(f"{path}.{name}", "OCPI 2.1.1 knows nothing else.")
    return {}


def _without_flat(dimensions: list[Mapping[str, Any]], path: str, account: Account) -> list[Tree]:
    """All dimensions but FLAT; in a party's own books no time at all stands for a period that has nothing else."""
    out = []
    for index, dimension in enumerate(dimensions):
        try:
            out.append(account.say(v2_1_1.CdrDimension, v2_2_1.CdrDimension, dimension, f"{path}[{index}]"))
        except Unsayable as why:
            account.lose(f"{path}[{index}]", str(why))
    if not out:
        if not account.setting.stand_ins:
            raise Unsayable(f"Nothing of {path} can be said in OCPI {account.leg.target}, and it must not be empty.")
        account.change(path, f"OCPI {account.leg.target} has no other dimension for it; a TIME of 0 stands for it.")
        out.append({"type": "TIME", "volume": 0})
    return out


_NO_SPLIT: Final = "OCPI 2.1.1 has the total cost only."

FROM_2_1_1: Final = (
    Table(
        v2_1_1.CDR,
        v2_2_1.CDR,
        renamed={"stop_date_time": "end_date_time"},
        mapped={"id": restore, "total_cost": with_vat_unknown},
        made=(FROM_URL, CDR_TOKEN, CDR_LOCATION),
        unsaid=(
            *("session_id", "authorization_reference", "signed_data", "invoice_reference_id"),
            *("total_fixed_cost", "total_energy_cost", "total_time_cost", "total_parking_cost"),
            *("total_reservation_cost", "credit", "credit_reference_id", "home_charging_compensation"),
        ),
    ),
    Table(
        v2_1_1.ChargingPeriod,
        v2_2_1.ChargingPeriod,
        mapped={"dimensions": Otherwise(_without_flat)},
        unsaid=("tariff_id",),
    ),
    Table(v2_1_1.CdrDimension, v2_2_1.CdrDimension, mapped={"type": FIT}),
)

TO_2_1_1: Final = (
    Table(
        v2_2_1.CDR,
        v2_1_1.CDR,
        renamed={"end_date_time": "stop_date_time"},
        mapped={"id": ALIAS, "total_cost": without_vat, "auth_method": COMMAND_WAS_A_REQUEST},
        lost={
            "session_id": "OCPI 2.1.1 does not tie a CDR to its Session.",
            "authorization_reference": "OCPI 2.1.1 has no reference of an authorisation.",
            "signed_data": "OCPI 2.1.1 carries no signed meter values.",
            "invoice_reference_id": "OCPI 2.1.1 has no reference of an invoice.",
            "total_fixed_cost": _NO_SPLIT,
            "total_energy_cost": _NO_SPLIT,
            "total_time_cost": _NO_SPLIT,
            "total_parking_cost": _NO_SPLIT,
            "total_reservation_cost": _NO_SPLIT,
            "credit_reference_id": "OCPI 2.1.1 has no credit CDRs.",
        },
        made=(
            IN_URL,
            Made(("credit", "home_charging_compensation"), (), _refuse_other_bills),
            AUTH_ID,
            EMBEDDED_CDR_LOCATION,
        ),
    ),
    Table(
        v2_2_1.ChargingPeriod,
        v2_1_1.ChargingPeriod,
        lost={"tariff_id": "OCPI 2.1.1 does not say which tariff a period is priced by."},
    ),
    Table(v2_2_1.CdrDimension, v2_1_1.CdrDimension, mapped={"type": FIT}),
)

TO_2_3_0: Final = (Table(v2_2_1.CDR, v2_3_0.CDR, made=(COSTS_WITH_RATES,)),)

FROM_2_3_0: Final = (
    Table(
        v2_3_0.CdrLocation,
        v2_2_1.CdrLocation,
        made=(plug("connector_standard", "connector_power_type", in_a_bill=True),),
    ),
)
