"""Tokens and authorisation between versions: kinds of token that an older version lacks are its OTHER."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from simulator.ocpi.datatypes import NOT_AVAILABLE, ci_key
from simulator.ocpi.translation.account import Account, Tree, Unsayable
from simulator.ocpi.translation.ids import restore, restore_all
from simulator.ocpi.translation.owner import FROM_URL, IN_URL
from simulator.ocpi.translation.table import ALIAS, FIT, WHOLE, Made, Table, substitute
from simulator.ocpi.v2_1_1 import tokens as v2_1_1
from simulator.ocpi.v2_2_1 import tokens as v2_2_1
from simulator.ocpi.v2_2_1.cdrs import CdrToken
from simulator.ocpi.v2_2_1.types import TokenType
from simulator.ocpi.v2_3_0 import tokens as v2_3_0
from simulator.ocpi.v2_3_0.cdrs import CdrToken as OpenCdrToken

_OTHER: Final = "OTHER"
_UNKNOWN_IS_OTHER: Final = {"": _OTHER}
_KNOWN_TYPES: Final = {"2.1.1": tuple(v2_1_1.TokenType), "2.2.1": tuple(TokenType)}


def type_in(type: str, version: str) -> str:
    """The word of a version for a type of tokens; later versions take any."""
    known = _KNOWN_TYPES.get(version)
    return type if known is None or type in known else _OTHER


def in_common(auth_id: str, tokens: Sequence[Tree]) -> Tree | None:
    """What is known of the Token that a Session or CDR of 2.1.1 names by its contract, of those that it may mean.

    One that is valid comes before those that are not any more. Of several it is what they have in common: OCPI has
    OTHER for a type that is not known, and #NA for an id. None when there are none. Raises Unsayable when it
    is not even known whose contract it is.
    """
    found = [token for token in tokens if token["valid"]] or tokens
    if len(found) < 2:
        return found[0] if found else None
    said = dict(found[0])
    for name in _CDR_TOKEN:
        if len({ci_key(token[name]) for token in found}) > 1:
            if name not in _UNKNOWN:
                count = len(found)
                raise Unsayable(f"{count} Tokens with the name “{auth_id}” are known here; OCPI 2.2.1 asks for one.")
            said[name] = _UNKNOWN[name]
    return said


def _take_asked_token(_tree: Mapping[str, Any], path: str, account: Account) -> Tree:
    token = account.setting.asked_token
    if token is None:
        raise Unsayable("OCPI 2.2.1 answers an authorisation with the Token, and which was asked about is not known.")
    account.invent(f"{path}.token", "The Token is the one that the authorisation was asked for.")
    return {"token": token}


def _find_token(tree: Mapping[str, Any], path: str, account: Account) -> Tree:
    auth_id = tree["auth_id"]
    token = account.setting.token(auth_id)
    if token is None:
        raise Unsayable(f"No Token with the contract “{auth_id}” at {path}.auth_id is known here.")
    account.invent(f"{path}.cdr_token", "All but the contract is that of the Token known here for the contract.")
    if token["uid"] == NOT_AVAILABLE:
        account.invent(f"{path}.cdr_token.uid", "Which of the contract's Tokens it was is not said; OCPI writes #NA.")
    if token["contract_id"] != auth_id:
        account.change(f"{path}.auth_id", f"The Token known here writes its contract {token['contract_id']}.")
    return {"cdr_token": {name: token[name] for name in _CDR_TOKEN}}


def _keep_contract(tree: Mapping[str, Any], path: str, account: Account) -> Tree:
    token, payer = tree["cdr_token"], account.setting.payer
    owner = token["country_code"].upper(), token["party_id"].upper()
    if payer and owner != payer:
        raise Unsayable(f"The Token is of {'-'.join(owner)}, and {'-'.join(payer)} would take it for its own.")
    account.lose(f"{path}.cdr_token.uid", "OCPI 2.1.1 names the contract, not the Token.")
    account.lose(f"{path}.cdr_token.type", "OCPI 2.1.1 names the contract, not the Token.")
    account.lose(f"{path}.cdr_token.country_code", "OCPI 2.1.1 does not say here whose the Token is.")
    account.lose(f"{path}.cdr_token.party_id", "OCPI 2.1.1 does not say here whose the Token is.")
    return {"auth_id": token["contract_id"]}


_UNKNOWN: Final = {"uid": NOT_AVAILABLE, "type": _OTHER}
_CDR_TOKEN: Final = ("country_code", "party_id", "uid", "type", "contract_id")
CDR_TOKEN: Final = Made(("auth_id",), ("cdr_token",), _find_token)
AUTH_ID: Final = Made(("cdr_token",), ("auth_id",), _keep_contract)

FROM_2_1_1: Final = (
    Table(
        v2_1_1.Token,
        v2_2_1.Token,
        renamed={"auth_id": "contract_id"},
        mapped={"uid": FIT, "auth_id": FIT},
        made=(FROM_URL,),
        unsaid=("group_id", "default_profile_type", "energy_contract"),
    ),
    Table(
        v2_1_1.LocationReferences,
        v2_2_1.LocationReferences,
        mapped={"location_id": ALIAS, "evse_uids": ALIAS},
        lost={"connector_ids": "OCPI 2.2.1 authorises EVSEs, not Connectors."},
    ),
    Table(
        v2_1_1.AuthorizationInfo,
        v2_2_1.AuthorizationInfo,
        mapped={"location": WHOLE},
        made=(Made((), ("token",), _take_asked_token),),
        unsaid=("authorization_reference",),
    ),
)

TO_2_1_1: Final = (
    Table(
        v2_2_1.Token,
        v2_1_1.Token,
        renamed={"contract_id": "auth_id"},
        mapped={"type": substitute(_UNKNOWN_IS_OTHER, v2_1_1.TokenType)},
        lost={
            "group_id": "OCPI 2.1.1 has no groups of Tokens.",
            "default_profile_type": "OCPI 2.1.1 has no charging preferences.",
            "energy_contract": "OCPI 2.1.1 has no energy contracts.",
        },
        made=(IN_URL,),
    ),
    Table(
        v2_2_1.LocationReferences,
        v2_1_1.LocationReferences,
        mapped={"location_id": restore, "evse_uids": restore_all},
        unsaid=("connector_ids",),
    ),
    Table(
        v2_2_1.AuthorizationInfo,
        v2_1_1.AuthorizationInfo,
        mapped={"location": WHOLE},
        lost={
            "token": "OCPI 2.1.1 answers an authorisation without the Token.",
            "authorization_reference": "OCPI 2.1.1 has no reference of an authorisation.",
        },
    ),
)

TO_2_3_0: Final = ()

FROM_2_3_0: Final = (
    Table(v2_3_0.Token, v2_2_1.Token, mapped={"type": substitute(_UNKNOWN_IS_OTHER, TokenType)}),
    Table(OpenCdrToken, CdrToken, mapped={"type": substitute(_UNKNOWN_IS_OTHER, TokenType)}),
    Table(v2_3_0.AuthorizationInfo, v2_2_1.AuthorizationInfo, mapped={"location": WHOLE}),
)
