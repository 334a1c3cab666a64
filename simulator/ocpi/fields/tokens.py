"""The words for the objects of Tokens."""

from typing import Final

from msgspec import Struct

from simulator.ocpi.v2_2_1.tokens import AuthorizationInfo, EnergyContract, LocationReferences, Token

WORDS: Final[dict[type[Struct], dict[str, str]]] = {
    Token: {
        "country_code": "Country of the eMSP that issued this token, in two letters.",
        "party_id": "The eMSP that issued this token, in three characters; it pays for what the token charges.",
        "uid": "What a charger reads or an app sends; with type, it is unique for one eMSP.",
        "type": "What it is: an RFID card, an app's user (APP_USER), a one-time user (AD_HOC_USER) or OTHER.",
        "contract_id": "The driver's contract with the eMSP; several tokens may belong to one contract.",
        "visual_number": "The number printed on the card, often not the uid; a driver can read it out on the phone.",
        "issuer": "The company that issued the token, often the name printed on the card.",
        "group_id": "Joins tokens, as in a family: a session started with one may be stopped with another.",
        "valid": "False means that the token is no good any more; that is how a token is withdrawn.",
        "whitelist": "When the CPO may decide by its own copy: ALWAYS, ALLOWED, ALLOWED_OFFLINE or NEVER.",
        "language": "The driver's language in two letters; the charger can use it for its display.",
        "default_profile_type": "The driver's usual preference, such as CHEAP or GREEN, when nothing else is said.",
        "energy_contract": "The driver's own electricity contract, for chargers that can use it.",
        "last_updated": "When the token's data last changed, in UTC; it shows how fresh the CPO's copy is.",
    },
    EnergyContract: {
        "supplier_name": "The electricity supplier of the driver's choice.",
        "contract_id": "Number of the driver's contract with the electricity supplier.",
    },
    LocationReferences: {
        "location_id": "The location where the driver wants to charge.",
        "evse_uids": "The EVSEs in question; in an answer, only those that the driver may use.",
    },
    AuthorizationInfo: {
        "allowed": "The eMSP's verdict: only ALLOWED lets the driver charge, BLOCKED or NO_CREDIT do not.",
        "token": "The token asked about, in full, so that the CPO gets to know it.",
        "location": "Where the driver may charge; only there if the question named a location.",
        "authorization_reference": "The eMSP's mark for this permission; session and CDR must repeat it.",
        "info": "Words to show the driver, such as why charging is refused.",
    },
}
