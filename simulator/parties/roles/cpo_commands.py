"""What a CPO does about its partners' commands: it decides at once, and its charge point's answer is the result.

Reservations, which outlive their command, have a file of their own.

Source: OCPI 2.2.1, Commands module; digest, section 3.5.
"""

from collections.abc import Callable, Mapping, Sequence

from simulator.engine.cause import Cause
from simulator.ocpi import rules
from simulator.ocpi.findings import Invalid
from simulator.ocpi.status import Status as StatusCode
from simulator.ocpi.v2_2_1.capabilities import asks_for_connector, is_capable
from simulator.ocpi.v2_2_1.cdrs import AuthMethod
from simulator.ocpi.v2_2_1.commands import (
    CommandResponseType,
    CommandResultType,
    CommandType,
    StartSession,
    StopSession,
    UnlockConnector,
)
from simulator.ocpi.v2_2_1.location_tree import find_connector, find_evse
from simulator.ocpi.v2_2_1.locations import EVSE, Capability, Location, Status
from simulator.ocpi.v2_2_1.tokens import Token
from simulator.ocpi.v2_2_1.types import TokenType
from simulator.ocpp import messages as ocpp
from simulator.parties.call import Call, Reply
from simulator.parties.dialect import OLDEST
from simulator.parties.modules.commands import CommandsReceiver, Decide, Tell, answer
from simulator.parties.office import Office
from simulator.parties.roles.authorisation import Authorisation, cdr_token
from simulator.parties.roles.charge_points import ChargePoints
from simulator.parties.roles.cpo_capabilities import why_not_startable, why_not_supported
from simulator.parties.roles.cpo_session import CpoSession
from simulator.parties.store import Store

_RESULTS = {
    ocpp.IN_TRANSACTION: CommandResultType.EVSE_OCCUPIED,
    ocpp.AWAITING: CommandResultType.EVSE_OCCUPIED,
    ocpp.OCCUPIED: CommandResultType.EVSE_OCCUPIED,
    ocpp.RESERVED: CommandResultType.EVSE_OCCUPIED,
    ocpp.NOT_RESERVED: CommandResultType.UNKNOWN_RESERVATION,
}
"""OCPI's word for a charge point's reason; for any other it is REJECTED."""
_REMOTE = Capability.REMOTE_START_STOP_CAPABLE
_KEPT = 10_000
"""Remote starts of which no transaction has come yet; the oldest is forgotten for one more."""


class RemoteControl:
    """Takes START_SESSION, STOP_SESSION and UNLOCK_CONNECTOR for one CPO; `others` decide on the other commands.

    `open_session(peer_id, session_id)` finds a running session that a partner may stop.
    """

    def __init__(
        self,
        office: Office,
        locations: Store[Location],
        charge_points: ChargePoints,
        open_session: Callable[[str, str], CpoSession | None],
        others: Mapping[CommandType, Decide],
    ) -> None:
        self._office = office
        self._locations = locations
        self._charge_points = charge_points
        self._open_session = open_session
        self._started: dict[int, Authorisation] = {}
        CommandsReceiver(
            office,
            {
                CommandType.START_SESSION: self._start_session,
                CommandType.STOP_SESSION: self._stop_session,
                CommandType.UNLOCK_CONNECTOR: self._unlock_connector,
                **others,
            },
        )

    def authorised(self, remote_start_id: int) -> Authorisation | None:
        """For whom a transaction was started that names this request; told once."""
        return self._started.pop(remote_start_id, None)

    def _start_session(self, call: Call, body: StartSession, tell: Tell) -> Reply:
        location = self._locations.get(body.location_id)
        if location is None:
            return unknown_place(call, f"Location {body.location_id!r}")
        named = find_evse(location, body.evse_uid) if body.evse_uid is not None else None
        if named is None and body.evse_uid is not None:
            return unknown_place(call, f"EVSE {body.evse_uid!r}")
        evses = location.evses if named is None else (named,)
        why_not = why_not_supported(self._office, call, evses, _REMOTE)
        if why_not:
            return answer(call, CommandResponseType.NOT_SUPPORTED, why_not)
        evse = named if named is not None else some_free_evse(location.evses, _REMOTE)
        if evse is None:
            return answer(call, CommandResponseType.REJECTED, f"No EVSE of Location {location.id} is free.")
        if body.connector_id is None and asks_for_connector(evse) and (named is not None or len(evse.connectors) > 1):
            if call.version != OLDEST:
                raise Invalid(rules.connector_wanted(call.version, evse.uid))
            return answer(call, CommandResponseType.NOT_SUPPORTED, why_not_startable(self._office, call, evse))
        if body.connector_id is not None and find_connector(evse, body.connector_id) is None:
            return unknown_place(call, f"Connector {body.connector_id!r}")
        if not call.connection.owns(body.token.country_code, body.token.party_id):
            return not_yours(call, body.token)
        remote_start_id = call.cause.id
        if len(self._started) == _KEPT:
            del self._started[next(iter(self._started))]
        self._started[remote_start_id] = Authorisation(
            "Accepted", cdr_token(body.token), AuthMethod.COMMAND, body.authorization_reference
        )
        request = ocpp.RequestStartTransaction(id_token(body.token), remote_start_id)
        return self._relay(call, evse.uid, request, tell)

    def _stop_session(self, call: Call, body: StopSession, tell: Tell) -> Reply:
        session = self._open_session(call.connection.peer_id, body.session_id)
        if session is None:
            return answer(call, CommandResponseType.UNKNOWN_SESSION)
        why_not = why_not_supported(self._office, call, (session.place.evse,), _REMOTE)
        if why_not:
            return answer(call, CommandResponseType.NOT_SUPPORTED, why_not)
        request = ocpp.RequestStopTransaction(session.transaction_id)
        return self._relay(call, session.place.evse.uid, request, tell)

    def _unlock_connector(self, call: Call, body: UnlockConnector, tell: Tell) -> Reply:
        location = self._locations.get(body.location_id)
        evse = find_evse(location, body.evse_uid) if location is not None else None
        if evse is None or find_connector(evse, body.connector_id) is None:
            return unknown_place(call, f"Connector {body.connector_id!r} of EVSE {body.evse_uid!r}")
        why_not = why_not_supported(self._office, call, (evse,), Capability.UNLOCK_CAPABLE)
        if why_not:
            return answer(call, CommandResponseType.NOT_SUPPORTED, why_not)
        return self._relay(call, evse.uid, ocpp.UnlockConnector(body.connector_id), tell)

    def _relay(self, call: Call, evse_uid: str, request: ocpp.ToChargePoint, tell: Tell) -> Reply:
        """Pass a command on to the charge point; its answer becomes the result."""
        self._charge_points.ask(evse_uid, request, lambda reply: pass_on(reply, tell, call.cause), call.cause)
        return answer(call, CommandResponseType.ACCEPTED)


def result_of(reply: ocpp.Answer | None) -> CommandResultType:
    """A charge point's answer in OCPI's words."""
    if not isinstance(reply, ocpp.RequestAnswer):
        return CommandResultType.TIMEOUT
    return CommandResultType.ACCEPTED if reply.accepted else _RESULTS.get(reply.reason, CommandResultType.REJECTED)


def pass_on(reply: ocpp.Answer | None, tell: Tell, cause: Cause) -> None:
    """Tell a charge point's answer as the result of the command that it is about."""
    if reply is None:
        tell(result_of(reply), cause, "The charge point cannot be reached.")
    else:
        reason = reply.reason if isinstance(reply, ocpp.RequestAnswer) else ""
        tell(result_of(reply), cause, f"{reason[:1].upper()}{reason[1:]}." if reason else "")


def id_token(token: Token) -> ocpp.IdToken:
    """The token as charge points know it."""
    emsp = f"{token.country_code}-{token.party_id}"
    return ocpp.IdToken(token.uid, "ISO14443" if token.type is TokenType.RFID else "Central", emsp)


def some_free_evse(evses: Sequence[EVSE], capability: Capability) -> EVSE | None:
    """The first of a location's EVSEs that can do what is asked and is free, as far as we know."""
    free = (evse for evse in evses if evse.status is Status.AVAILABLE and is_capable(evse, capability))
    return next(free, None)


def not_yours(call: Call, token: Token) -> Reply:
    """The answer to a command for the token of another eMSP."""
    return answer(
        call,
        CommandResponseType.REJECTED,
        status=StatusCode.INVALID_PARAMETERS,
        message=f"The token is one of {token.country_code}-{token.party_id}, not of yours.",
    )


def unknown_place(call: Call, what: str) -> Reply:
    """The answer to a command for a place that we do not have."""
    return answer(
        call, CommandResponseType.REJECTED, status=StatusCode.UNKNOWN_LOCATION, message=f"{what} is not known here."
    )
