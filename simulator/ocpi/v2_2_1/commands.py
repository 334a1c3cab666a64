"""Commands of OCPI 2.2.1: the request, the CPO's direct answer, and the result that follows on `response_url`."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from simulator.ocpi.datatypes import URL, CiString36, DateTime, DisplayText, Object
from simulator.ocpi.v2_2_1.tokens import Token


class CommandType(StrEnum):
    """What is asked of the CPO. Commands, CommandType."""

    CANCEL_RESERVATION = "CANCEL_RESERVATION"
    RESERVE_NOW = "RESERVE_NOW"
    START_SESSION = "START_SESSION"
    STOP_SESSION = "STOP_SESSION"
    UNLOCK_CONNECTOR = "UNLOCK_CONNECTOR"


class CommandResponseType(StrEnum):
    """The CPO's direct answer. Commands, CommandResponseType."""

    ACCEPTED = "ACCEPTED"
    NOT_SUPPORTED = "NOT_SUPPORTED"
    REJECTED = "REJECTED"
    UNKNOWN_SESSION = "UNKNOWN_SESSION"


class CommandResultType(StrEnum):
    """What the charge point made of it. Commands, CommandResultType."""

    ACCEPTED = "ACCEPTED"
    CANCELED_RESERVATION = "CANCELED_RESERVATION"
    EVSE_OCCUPIED = "EVSE_OCCUPIED"
    EVSE_INOPERATIVE = "EVSE_INOPERATIVE"
    FAILED = "FAILED"
    NOT_SUPPORTED = "NOT_SUPPORTED"
    REJECTED = "REJECTED"
    TIMEOUT = "TIMEOUT"
    UNKNOWN_RESERVATION = "UNKNOWN_RESERVATION"


class CancelReservation(Object, frozen=True, kw_only=True):
    """Give a reservation back. Commands, CancelReservation."""

    response_url: URL
    reservation_id: CiString36


class ReserveNow(Object, frozen=True, kw_only=True):
    """Keep an EVSE for a token until `expiry_date`. Commands, ReserveNow."""

    response_url: URL
    token: Token
    expiry_date: DateTime
    reservation_id: CiString36
    location_id: CiString36
    evse_uid: CiString36 | None = None
    authorization_reference: CiString36 | None = None


class StartSession(Object, frozen=True, kw_only=True):
    """Start charging for a token that the eMSP has already authorised. Commands, StartSession."""

    response_url: URL
    token: Token
    location_id: CiString36
    evse_uid: CiString36 | None = None
    connector_id: CiString36 | None = None
    authorization_reference: CiString36 | None = None


class StopSession(Object, frozen=True, kw_only=True):
    """Stop a running session. Commands, StopSession."""

    response_url: URL
    session_id: CiString36


class UnlockConnector(Object, frozen=True, kw_only=True):
    """Release a stuck plug. Commands, UnlockConnector."""

    response_url: URL
    location_id: CiString36
    evse_uid: CiString36
    connector_id: CiString36


class CommandResponse(Object, frozen=True, kw_only=True):
    """The direct answer; `timeout` is how many seconds the result may take. Commands, CommandResponse."""

    result: CommandResponseType
    timeout: Annotated[int, Meta(ge=0)]
    message: tuple[DisplayText, ...] = ()


class CommandResult(Object, frozen=True, kw_only=True):
    """The result, posted to `response_url`. Commands, CommandResult."""

    result: CommandResultType
    message: tuple[DisplayText, ...] = ()
