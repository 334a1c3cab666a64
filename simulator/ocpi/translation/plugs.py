"""Plugs that a version has no word for: nobody is sent to another plug, but a party's own books may have one instead.

A bill has it too, and says so: what is owed does not depend on the plug, and a CDR cannot be without one.

Source: OCPI 2.2.1 and 2.3.0, Locations, ConnectorType, which is open from 2.3.0 on; CDRs, CdrLocation; digest,
section 6.2, on required single values.
"""

from collections.abc import Mapping
from typing import Any, Final

from simulator.ocpi.translation.account import Account, Tree, Unsayable
from simulator.ocpi.translation.table import Made
from simulator.ocpi.v2_2_1.locations import ConnectorType

_KNOWN: Final = frozenset(member.value for member in ConnectorType)
_NEAREST: Final = {"SAE_J3400": "TESLA_S", "MCS": "IEC_62196_T2_COMBO"}
_DIRECT, _ALTERNATING = "IEC_62196_T2_COMBO", "IEC_62196_T2"


def plug(standard: str, power_type: str, *, in_a_bill: bool = False) -> Made:
    """The plug in the field `standard`, of which the field `power_type` tells the kind of current.

    What stands for a plug that 2.2.1 lacks in a party's own books, and in a bill, which has to name one: for SAE J3400
    the plug of Tesla's Model S, of which it is the standard; for MCS the European Combo, the greatest that has direct
    current; for any other what European charge points with the same kind of current have, Combo or Type 2.
    """

    def say(tree: Mapping[str, Any], path: str, account: Account) -> Tree:
        asked = tree[standard]
        if asked in _KNOWN:
            return {standard: asked}
        lack = f"OCPI {account.leg.target} has no ConnectorType {asked}"
        if not (in_a_bill or account.setting.stand_ins):
            raise Unsayable(f"{lack}.")
        other = _NEAREST.get(asked) or (_DIRECT if tree.get(power_type) == "DC" else _ALTERNATING)
        account.change(f"{path}.{standard}", f"{lack}; {other} stands for it.")
        return {standard: other}

    return Made((standard,), (standard,), say)
