"""The desk that an eMSP's drivers call when something is stuck.

UNLOCK_CONNECTOR is for such a desk, never for the driver's own hand. Source: OCPI 2.2.1, Commands module.
"""

from simulator.engine.cause import Cause
from simulator.ocpi.v2_2_1.commands import CommandResultType, CommandType, StopSession, UnlockConnector
from simulator.ocpi.v2_2_1.sessions import Session
from simulator.parties.office import Office
from simulator.parties.roles.emsp_reservations import Send

_NO_URL = "#NA"


class HelpDesk:
    """The help desk of one eMSP; what comes of its help is an event."""

    def __init__(self, office: Office, send: Send) -> None:
        self._office = office
        self._send = send

    def unlock(self, session: Session, cause: Cause) -> None:
        """Free a plug that is stuck: end the session, for a charge point that charges keeps it, then unlock."""
        office = self._office
        connection = office.peer_of(session.country_code, session.party_id)
        uid, location_id = session.cdr_token.uid, session.location_id
        stop = StopSession(response_url=_NO_URL, session_id=session.id)
        unlock = UnlockConnector(
            response_url=_NO_URL,
            location_id=location_id,
            evse_uid=session.evse_uid,
            connector_id=session.connector_id,
        )

        def stopped(result: str) -> None:
            if result == CommandResultType.ACCEPTED:
                self._send(
                    connection, CommandType.UNLOCK_CONNECTOR, unlock, uid, location_id, session.id, unlocked, cause
                )
            else:
                unlocked(result)

        def unlocked(result: str) -> None:
            data = {"result": result}
            office.journal.event(
                office.id, "unlock_result", party=office.id, subject=session.id, data=data, cause=cause
            )

        self._send(connection, CommandType.STOP_SESSION, stop, uid, location_id, session.id, stopped, cause)
