"""What a CPO does about its partners' commands: it decides at once, and its charge point's answer is the result.

Source: OCPI 2.2.1, Commands module; digest, section 3.5.
"""

from collections.abc import Callable

from simulator.engine.cause import Cause
from simulator.ocpi.status import Status as StatusCode
from simulator.ocpi.v2_2_1.cdrs import AuthMethod
from simulator.ocpi.v2_2_1.commands import (
    CommandResponseType,
    CommandResultType,
    CommandType,
    StartSession,
    StopSession,
)
from simulator.ocpi.v2_2_1.location_tree import find_connector, find_evse
from simulator.ocpi.v2_2_1.locations import EVSE, Location, Status
from simulator.ocpi.v2_2_1.types import TokenType
from simulator.ocpp.messages import (
    IN_TRANSACTION,
    Answer,
    ChargePointNetwork,
    IdToken,
    RequestAnswer,
    RequestStartTransaction,
    RequestStopTransaction,
    ToChargePoint,
    TokenKind,
)
from simulator.parties.call import Call, Reply
from simulator.parties.modules.commands import CommandsReceiver, Tell, answer
from simulator.parties.office import Office
from simulator.parties.roles.authorisation import Authorisation, cdr_token
from simulator.parties.roles.cpo_session import CpoSession
from simulator.parties.store import Store

_RESULTS = {IN_TRANSACTION: CommandResultType.EVSE_OCCUPIED}
"""OCPI's word for a charge point's reason; for any other it is REJECTED."""


class RemoteControl:
    """Takes START_SESSION and STOP_SESSION for one CPO; `network` reaches its charge points, set before the run.

    `open_session(peer_id, session_id)` finds a running session that a partner may stop.
    """

    network: ChargePointNetwork

    def __init__(
        self, office: Office, locations: Store[Location], open_session: Callable[[str, str], CpoSession | None]
    ) -> None:
        self._office = office
        self._locations = locations
        self._open_session = open_session
        self._started: dict[int, Authorisation] = {}
        CommandsReceiver(
            office, {CommandType.START_SESSION: self._start_session, CommandType.STOP_SESSION: self._stop_session}
        )

    def authorised(self, remote_start_id: int) -> Authorisation | None:
        """For whom a transaction was started that names this request; told once."""
        return self._started.pop(remote_start_id, None)

    def _start_session(self, call: Call, body: StartSession, tell: Tell) -> Reply:
        location = self._locations.get(body.location_id)
        if location is None:
            return _unknown_place(f"Location {body.location_id!r}")
        evse = find_evse(location, body.evse_uid) if body.evse_uid is not None else _free_evse(location)
        if evse is None:
            return _unknown_place(f"EVSE {body.evse_uid!r}") if body.evse_uid else answer(CommandResponseType.REJECTED)
        if body.connector_id is not None and find_connector(evse, body.connector_id) is None:
            return _unknown_place(f"Connector {body.connector_id!r}")
        if not call.connection.owns(body.token.country_code, body.token.party_id):
            return answer(
                CommandResponseType.REJECTED,
                status=StatusCode.INVALID_PARAMETERS,
                message="The token is not one of yours.",
            )
        remote_start_id = call.cause.id
        self._started[remote_start_id] = Authorisation(
            "Accepted", cdr_token(body.token), AuthMethod.COMMAND, body.authorization_reference
        )
        kind: TokenKind = "ISO14443" if body.token.type is TokenType.RFID else "Central"
        request = RequestStartTransaction(IdToken(body.token.uid, kind), remote_start_id)
        return self._relay(evse.uid, request, tell, call.cause)

    def _stop_session(self, call: Call, body: StopSession, tell: Tell) -> Reply:
        session = self._open_session(call.connection.peer_id, body.session_id)
        if session is None:
            return answer(CommandResponseType.UNKNOWN_SESSION)
        request = RequestStopTransaction(session.transaction_id)
        return self._relay(session.place.evse.uid, request, tell, call.cause)

    def _relay(self, evse_uid: str, request: ToChargePoint, tell: Tell, cause: Cause) -> Reply:
        """Pass a command on to the charge point; its answer becomes the result, if we are still there to tell it."""

        def answered(result: Answer | None) -> None:
            if self._office.node.down:
                return
            try:
                tell(_result_of(result), cause)
            except Exception as error:
                self._office.failed(f"what follows {type(request).__name__}", error)

        self.network.request(evse_uid, request, answered, cause)
        return answer(CommandResponseType.ACCEPTED)


def _result_of(result: Answer | None) -> CommandResultType:
    """A charge point's answer in OCPI's words."""
    if not isinstance(result, RequestAnswer):
        return CommandResultType.TIMEOUT
    return CommandResultType.ACCEPTED if result.accepted else _RESULTS.get(result.reason, CommandResultType.REJECTED)


def _free_evse(location: Location) -> EVSE | None:
    return next((evse for evse in location.evses if evse.status is Status.AVAILABLE), None)


def _unknown_place(what: str) -> Reply:
    return answer(
        CommandResponseType.REJECTED, status=StatusCode.UNKNOWN_LOCATION, message=f"{what} is not known here."
    )
