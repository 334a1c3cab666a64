"""The smart charging service provider: it limits charging sessions on behalf of others, and pays for none.

It is the Receiver of sessions and the Sender of charging profiles: of CPOs, itself or by way of a hub, or of an eMSP
that passes both on.
Source: OCPI 2.2.1, ChargingProfiles module, Smart Charging Topologies; digest, section 3.6.
"""

from simulator.engine.cause import Cause
from simulator.ocpi.modules import ModuleID, Role
from simulator.ocpi.v2_2_1.cdrs import CdrToken
from simulator.ocpi.v2_2_1.sessions import Session, SessionStatus
from simulator.parties.behind import BehindHubs
from simulator.parties.connection import Connection
from simulator.parties.modules.sessions import SessionsReceiver
from simulator.parties.office import Office
from simulator.parties.registration import Registration
from simulator.parties.roles.expected import EXPECTED
from simulator.parties.roles.limiting import Limiter
from simulator.parties.sync import Pull, Synchroniser


class Scsp:
    """One SCSP; `limits` is what it does to sessions."""

    def __init__(self, office: Office, poll_us: int | None) -> None:
        self.office = office
        self.sessions = SessionsReceiver(office, self._session_changed, _of_anybody)
        self.limits = Limiter(office, self.sessions)
        self._behind = BehindHubs(office, lambda routed, reason, cause: self.sync.soon(routed, reason, cause))
        pull = Pull(ModuleID.SESSIONS, Session, self.sessions, needs_date_from=True, personal=True)
        self.sync = Synchroniser(office, (self._behind.pull, pull), poll_us)
        self.registration = Registration(office, EXPECTED[Role.SCSP], self._registered)

    def _registered(self, connection: Connection, cause: Cause) -> None:
        self._behind.registered(connection)
        self.sync.registered(connection, cause)

    def active_session(self, token_uid: str) -> Session | None:
        """The session that a token has running, as far as we were told."""
        return next(
            (
                session
                for session in self.sessions.store
                if session.cdr_token.uid == token_uid and session.status is SessionStatus.ACTIVE
            ),
            None,
        )

    def went_down(self) -> None:
        """This party stops; it has nothing that waits to be pushed."""

    def _session_changed(self, session: Session, cause: Cause) -> None:
        cost, token = session.total_cost, session.cdr_token
        value = {
            "status": session.status,
            "kwh": str(session.kwh),
            "cost": str(cost.excl_vat) if cost else None,
            "currency": session.currency,
            "evse": f"{session.country_code}-{session.party_id}/{session.evse_uid}",
            "token": token.uid,
            "emsp": f"{token.country_code}-{token.party_id}".upper(),
        }
        self.office.journal.state(self.office.id, "session", session.id, value, cause)


def _of_anybody(token: CdrToken) -> bool:
    """It limits the sessions of whomever it is told of."""
    del token
    return True
