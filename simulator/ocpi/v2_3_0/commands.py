"""Commands of OCPI 2.3.0: as in 2.2.1; those that bear a Token bear one of this version."""

from simulator.ocpi.datatypes import URL, CiString36, DateTime, Object
from simulator.ocpi.v2_2_1.commands import (
    CancelReservation,
    CommandResponse,
    CommandResponseType,
    CommandResult,
    CommandResultType,
    CommandType,
    StopSession,
    UnlockConnector,
)
from simulator.ocpi.v2_3_0.tokens import Token

__all__ = [
    "CancelReservation",
    "CommandResponse",
    "CommandResponseType",
    "CommandResult",
    "CommandResultType",
    "CommandType",
    "ReserveNow",
    "StartSession",
    "StopSession",
    "UnlockConnector",
]


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
