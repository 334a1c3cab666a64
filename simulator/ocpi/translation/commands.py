"""Commands and their answers between versions: 2.1.1 has four commands, numbered reservations and one kind of answer.

Source: OCPI 2.1.1, 2.2.1 and 2.3.0, Commands.
"""

from collections.abc import Mapping
from typing import Any, Final

from simulator.ocpi.datatypes import ci_key
from simulator.ocpi.translation.account import Account, Tree, Unsayable
from simulator.ocpi.translation.ids import restore
from simulator.ocpi.translation.starts import CONNECTOR
from simulator.ocpi.translation.table import ALIAS, FIT, Made, Table, substitute
from simulator.ocpi.v2_1_1 import commands as v2_1_1
from simulator.ocpi.v2_1_1 import tokens as v2_1_1_tokens
from simulator.ocpi.v2_2_1 import commands as v2_2_1
from simulator.ocpi.v2_2_1 import tokens as v2_2_1_tokens

_LONGEST_ID: Final = 36
_NO_REFERENCE: Final = "OCPI 2.1.1 has no reference of an authorisation."
_NO_MESSAGE: Final = "OCPI 2.1.1 answers without a message."


def _write_number(number: int, path: str, _account: Account) -> str:
    text = str(number)
    if len(text) > _LONGEST_ID:
        raise Unsayable(f"The number at {path} is longer than 36 characters.")
    return text


def _number(reservation_id: str, path: str, account: Account) -> int:
    known = account.setting.reservation_number(reservation_id)
    if known is not None:
        account.change(path, "OCPI 2.1.1 numbers reservations; this number stands for the id.")
        return known
    if reservation_id.isascii() and reservation_id.isdigit() and str(int(reservation_id)) == reservation_id:
        return int(reservation_id)
    raise Unsayable(f"OCPI 2.1.1 numbers reservations, and no number is known for “{reservation_id}”.")


def _find_owner(token: Mapping[str, Any], path: str, account: Account) -> Tree:
    """The Token is the sender's, who alone may use it: unless it is another's, as far as is known, and none of its."""
    said = account.say(v2_1_1_tokens.Token, v2_2_1_tokens.Token, token, path)
    owners = account.setting.token_owners(token["uid"], token["auth_id"])
    sender = said["country_code"].upper(), said["party_id"].upper()
    if not owners or sender in owners:
        return said
    whose = dict(zip(("country_code", "party_id"), owners[0], strict=True))
    why = f"{'-'.join(owners[0])} has such a Token, and {'-'.join(sender)}, which sends it, has none."
    for name in whose:
        account.invent(f"{path}.{name}", why)
    return said | whose


def _keep_to_own(token: Mapping[str, Any], path: str, account: Account) -> Tree:
    setting = account.setting
    owner, sender = (token["country_code"], token["party_id"]), (setting.country_code, setting.party_id)
    if all(sender) and tuple(map(ci_key, owner)) != tuple(map(ci_key, sender)):
        raise Unsayable(f"The Token is of {'-'.join(owner)}, and would be taken for one of {'-'.join(sender)}.")
    return account.say(v2_2_1_tokens.Token, v2_1_1_tokens.Token, token, path)


def _allow_time(_response: Mapping[str, Any], path: str, account: Account) -> Tree:
    account.invent(f"{path}.timeout", "OCPI 2.1.1 does not say how long the result may take.")
    return {"timeout": account.setting.command_timeout_s}


FROM_2_1_1: Final = (
    Table(
        v2_1_1.StartSession,
        v2_2_1.StartSession,
        mapped={"token": _find_owner, "location_id": ALIAS, "evse_uid": ALIAS},
        made=(CONNECTOR,),
        unsaid=("authorization_reference",),
    ),
    Table(
        v2_1_1.ReserveNow,
        v2_2_1.ReserveNow,
        mapped={"token": _find_owner, "reservation_id": _write_number, "location_id": ALIAS, "evse_uid": ALIAS},
        unsaid=("authorization_reference",),
    ),
    Table(v2_1_1.StopSession, v2_2_1.StopSession, mapped={"session_id": FIT}),
    Table(
        v2_1_1.UnlockConnector,
        v2_2_1.UnlockConnector,
        mapped={"location_id": ALIAS, "evse_uid": ALIAS, "connector_id": FIT},
    ),
    Table(
        v2_1_1.CommandResponse,
        v2_2_1.CommandResponse,
        mapped={"result": substitute({"TIMEOUT": "REJECTED"}, v2_2_1.CommandResponseType)},
        made=(Made((), ("timeout",), _allow_time),),
        unsaid=("message",),
    ),
    Table(
        v2_1_1.CommandResponse,
        v2_2_1.CommandResult,
        mapped={"result": substitute({"UNKNOWN_SESSION": "REJECTED"}, v2_2_1.CommandResultType)},
        unsaid=("message",),
    ),
)

_PLACE: Final = {"location_id": restore, "evse_uid": restore}

TO_2_1_1: Final = (
    Table(
        v2_2_1.StartSession,
        v2_1_1.StartSession,
        mapped={"token": _keep_to_own, **_PLACE},
        lost={
            "connector_id": "OCPI 2.1.1 starts a session at an EVSE, not at a Connector.",
            "authorization_reference": _NO_REFERENCE,
        },
    ),
    Table(
        v2_2_1.ReserveNow,
        v2_1_1.ReserveNow,
        mapped={"token": _keep_to_own, "reservation_id": _number, **_PLACE},
        lost={"authorization_reference": _NO_REFERENCE},
    ),
    Table(v2_2_1.UnlockConnector, v2_1_1.UnlockConnector, mapped=_PLACE),
    Table(
        v2_2_1.CommandResponse,
        v2_1_1.CommandResponse,
        lost={"timeout": "OCPI 2.1.1 does not say how long the result may take.", "message": _NO_MESSAGE},
    ),
    Table(
        v2_2_1.CommandResult,
        v2_1_1.CommandResponse,
        mapped={"result": substitute({"": "REJECTED"}, v2_1_1.CommandResponseType)},
        lost={"message": _NO_MESSAGE},
    ),
)
