"""Tokens of OCPI 2.2.1: what a driver identifies with, and the answer to whether it may charge."""

from enum import StrEnum

from simulator.ocpi.datatypes import (
    CiString36,
    CountryCode,
    DateTime,
    DisplayText,
    Language,
    Object,
    PartyID,
    String64,
)
from simulator.ocpi.v2_2_1.types import ProfileType, TokenType


class WhitelistType(StrEnum):
    """When a CPO may decide from its own copy of a token. Tokens, WhitelistType."""

    ALWAYS = "ALWAYS"
    ALLOWED = "ALLOWED"
    ALLOWED_OFFLINE = "ALLOWED_OFFLINE"
    NEVER = "NEVER"


class AllowedType(StrEnum):
    """The eMSP's answer to an authorisation request. Tokens, AllowedType."""

    ALLOWED = "ALLOWED"
    BLOCKED = "BLOCKED"
    EXPIRED = "EXPIRED"
    NO_CREDIT = "NO_CREDIT"
    NOT_ALLOWED = "NOT_ALLOWED"


class EnergyContract(Object, frozen=True, kw_only=True):
    """The driver's energy supplier. Tokens, EnergyContract."""

    supplier_name: String64
    contract_id: String64 | None = None


class Token(Object, frozen=True, kw_only=True):
    """A token of an eMSP, unique by `uid` and `type`. Tokens, Token object."""

    country_code: CountryCode
    party_id: PartyID
    uid: CiString36
    type: TokenType
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


class LocationReferences(Object, frozen=True, kw_only=True):
    """The location, and the EVSEs in it, that a question is about. Tokens, LocationReferences."""

    location_id: CiString36
    evse_uids: tuple[CiString36, ...] = ()


class AuthorizationInfo(Object, frozen=True, kw_only=True):
    """Whether the token may charge; `location` lists only what is allowed. Tokens, AuthorizationInfo."""

    allowed: AllowedType
    token: Token
    location: LocationReferences | None = None
    authorization_reference: CiString36 | None = None
    info: DisplayText | None = None
