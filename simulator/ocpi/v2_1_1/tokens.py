"""Tokens of OCPI 2.1.1: what a driver identifies with, and the answer to whether it may charge."""

from enum import StrEnum

from simulator.ocpi.datatypes import DateTime, DisplayText, Language, Object, String64
from simulator.ocpi.v2_1_1.types import Id36, Id39
from simulator.ocpi.v2_2_1.tokens import WhitelistType

__all__ = ["Allowed", "AuthorizationInfo", "LocationReferences", "Token", "TokenType", "WhitelistType"]


class Allowed(StrEnum):
    """The eMSP's answer to an authorisation request. Tokens, Allowed."""

    ALLOWED = "ALLOWED"
    BLOCKED = "BLOCKED"
    EXPIRED = "EXPIRED"
    NO_CREDIT = "NO_CREDIT"
    NOT_ALLOWED = "NOT_ALLOWED"


class TokenType(StrEnum):
    """How a driver identifies. Tokens, TokenType."""

    OTHER = "OTHER"
    RFID = "RFID"


class Token(Object, frozen=True, kw_only=True):
    """A token of an eMSP; `auth_id` is the driver's contract. Tokens, Token object."""

    uid: Id36
    type: TokenType
    auth_id: Id36
    visual_number: String64 | None = None
    issuer: String64
    valid: bool
    whitelist: WhitelistType
    language: Language | None = None
    last_updated: DateTime


class LocationReferences(Object, frozen=True, kw_only=True):
    """The location, and the EVSEs and Connectors in it, that a question is about. Tokens, LocationReferences."""

    location_id: Id39
    evse_uids: tuple[Id39, ...] = ()
    connector_ids: tuple[Id36, ...] = ()


class AuthorizationInfo(Object, frozen=True, kw_only=True):
    """Whether the token may charge; `location` lists only what is allowed. Tokens, AuthorizationInfo."""

    allowed: Allowed
    location: LocationReferences | None = None
    info: DisplayText | None = None
