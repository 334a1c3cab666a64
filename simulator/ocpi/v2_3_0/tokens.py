"""Tokens of OCPI 2.3.0: as in 2.2.1, with the contract ids of Plug & Charge (EMAID) among the kinds of token."""

from simulator.ocpi.datatypes import CiString36, CountryCode, DateTime, DisplayText, Language, Object, PartyID, String64
from simulator.ocpi.v2_2_1.tokens import AllowedType, EnergyContract, LocationReferences, WhitelistType
from simulator.ocpi.v2_3_0.types import AnyTokenType, ProfileType, TokenType

__all__ = [
    "AllowedType",
    "AuthorizationInfo",
    "EnergyContract",
    "LocationReferences",
    "Token",
    "TokenType",
    "WhitelistType",
]


class Token(Object, frozen=True, kw_only=True):
    """A token of an eMSP, unique by `uid` and `type`. Tokens, Token object."""

    country_code: CountryCode
    party_id: PartyID
    uid: CiString36
    type: AnyTokenType
    contract_id: CiString36
    visual_number: String64 | None = None
    issuer: String64
    group_id: CiString36 | None = None
    valid: bool
    whitelist: WhitelistType
    language: Language | None = None
    default_profile_type: ProfileType | None = None
    energy_contract: EnergyContract | None = None
    last_updated: DateTime


class AuthorizationInfo(Object, frozen=True, kw_only=True):
    """Whether the token may charge; `location` lists only what is allowed. Tokens, AuthorizationInfo."""

    allowed: AllowedType
    token: Token
    location: LocationReferences | None = None
    authorization_reference: CiString36 | None = None
    info: DisplayText | None = None
