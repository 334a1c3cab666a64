"""Commands of OCPI 2.1.1: the request, and one kind of answer, given at once and again on `response_url`."""

from enum import StrEnum

from simulator.ocpi.datatypes import URL, DateTime, Object
from simulator.ocpi.v2_1_1.tokens import Token
from simulator.ocpi.v2_1_1.types import Id36, Id39


class CommandType(StrEnum):
    """What is asked of the CPO. Commands, CommandType."""

    RESERVE_NOW = "RESERVE_NOW"
    START_SESSION = "START_SESSION"
    STOP_SESSION = "STOP_SESSION"
    UNLOCK_CONNECTOR = "UNLOCK_CONNECTOR"


class CommandResponseType(StrEnum):
    """The CPO's direct answer, and later the charge point's. Commands, CommandResponseType."""

    NOT_SUPPORTED = "NOT_SUPPORTED"
    REJECTED = "REJECTED"
    ACCEPTED = "ACCEPTED"
    TIMEOUT = "TIMEOUT"
    UNKNOWN_SESSION = "UNKNOWN_SESSION"


class ReserveNow(Object, frozen=True, kw_only=True):
    """Keep an EVSE for a token until `expiry_date`; the reservation's id is a number. Commands, ReserveNow."""

    response_url: URL
    token: Token
    expiry_date: DateTime
    reservation_id: int
    location_id: Id39
    evse_uid: Id39 | None = None


class StartSession(Object, frozen=True, kw_only=True):
    """Start charging for a token that the eMSP has already authorised. Commands, StartSession."""

    response_url: URL
    token: Token
    location_id: Id39
    evse_uid: Id39 | None = None


class StopSession(Object, frozen=True, kw_only=True):
    """Stop a running session. Commands, StopSession."""

    response_url: URL
    session_id: Id36


class UnlockConnector(Object, frozen=True, kw_only=True):
    """Release a stuck plug. Commands, UnlockConnector."""

    response_url: URL
    location_id: Id39
    evse_uid: Id39
    connector_id: Id36


class CommandResponse(Object, frozen=True, kw_only=True):
    """The direct answer, and the body that is posted to `response_url`. Commands, CommandResponse."""

    result: CommandResponseType
