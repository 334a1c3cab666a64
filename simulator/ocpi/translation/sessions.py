"""Sessions between versions: 2.1.1 holds the whole Location, 2.2.1 the ids of location, EVSE and connector.

Source: OCPI 2.1.1, 2.2.1 and 2.3.0, Sessions.
"""

from collections.abc import Mapping
from typing import Any, Final

from simulator.ocpi.translation.account import Account, Tree, Unsayable
from simulator.ocpi.translation.cdrs import COMMAND_WAS_A_REQUEST
from simulator.ocpi.translation.owner import FROM_URL, IN_URL
from simulator.ocpi.translation.places import EMBEDDED_LOCATION, LOCATION_IDS
from simulator.ocpi.translation.prices import with_vat_unknown, without_vat
from simulator.ocpi.translation.rates import COST_WITH_RATE
from simulator.ocpi.translation.table import FIT, Made, Table, substitute
from simulator.ocpi.translation.tokens import AUTH_ID, CDR_TOKEN
from simulator.ocpi.v2_1_1 import sessions as v2_1_1
from simulator.ocpi.v2_2_1 import sessions as v2_2_1
from simulator.ocpi.v2_3_0 import sessions as v2_3_0


def _refuse_periods_in_patch(_session: Mapping[str, Any], _path: str, account: Account) -> Tree:
    """Nobody can be told of them by a PATCH; who hears of them has the whole Session, and knows which version it is."""
    if account.patch and not account.setting.stand_ins:
        raise Unsayable(
            "A PATCH with charging periods adds them from OCPI 2.2 on and replaces all in 2.1.1: "
            "the whole Session has to be sent instead."
        )
    return {}


_PERIODS: Final = Made(("charging_periods",), (), _refuse_periods_in_patch)

FROM_2_1_1: Final = (
    Table(
        v2_1_1.Session,
        v2_2_1.Session,
        renamed={
            "start_datetime": "start_date_time",
            "end_datetime": "end_date_time",
            "charging_periods": "charging_periods",
        },
        mapped={"id": FIT, "total_cost": with_vat_unknown},
        made=(FROM_URL, CDR_TOKEN, LOCATION_IDS, _PERIODS),
        unsaid=("authorization_reference",),
    ),
)

TO_2_1_1: Final = (
    Table(
        v2_2_1.Session,
        v2_1_1.Session,
        renamed={
            "start_date_time": "start_datetime",
            "end_date_time": "end_datetime",
            "charging_periods": "charging_periods",
        },
        mapped={
            "total_cost": without_vat,
            "auth_method": COMMAND_WAS_A_REQUEST,
            "status": substitute({"RESERVATION": "PENDING"}, v2_1_1.SessionStatus),
        },
        lost={"authorization_reference": "OCPI 2.1.1 has no reference of an authorisation."},
        made=(IN_URL, AUTH_ID, EMBEDDED_LOCATION, _PERIODS),
    ),
)

TO_2_3_0: Final = (Table(v2_2_1.Session, v2_3_0.Session, made=(COST_WITH_RATE,)),)
