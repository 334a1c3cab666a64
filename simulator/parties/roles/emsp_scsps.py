"""What an eMSP does for its SCSPs: it shows them its drivers' sessions, and passes their charging profiles on to CPOs.

To an SCSP these sessions are the eMSP's own, under its country code and party id; ids stay as the CPO gave them.
Source: OCPI 2.2.1, ChargingProfiles module, Smart Charging Topologies; digest, section 3.6.
"""

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace
from simpy import Event

from simulator.engine.cause import Cause
from simulator.ocpi.modules import ModuleID, Role
from simulator.ocpi.v2_2_1.chargingprofiles import (
    ActiveChargingProfile,
    ActiveChargingProfileResult,
    ChargingProfile,
    ChargingProfileResponseType,
    ChargingProfileResult,
    ChargingProfileResultType,
    ClearProfileResult,
)
from simulator.ocpi.v2_2_1.sessions import ChargingPreferences, ChargingPreferencesResponse, Session, SessionStatus
from simulator.parties.call import Call
from simulator.parties.connection import Connection
from simulator.parties.modules.chargingprofiles import ChargingProfilesReceiver, Result, Told
from simulator.parties.modules.ownership import Key, key_of, unknown
from simulator.parties.modules.sessions import SessionsReceiver, SessionsSender
from simulator.parties.office import Office
from simulator.parties.publish import Where, publish
from simulator.parties.push import Outbox
from simulator.parties.roles.limiting import Limiter

if TYPE_CHECKING:
    from simulator.ocpi.translation import Loss

_ACCEPTED = ChargingProfileResponseType.ACCEPTED
_NAMED_ALIKE = ("ACCEPTED", "UNKNOWN")
"""The results that mean the same to the SCSP as to us; whatever else came of it, its profile was not taken."""


class _Shown(Struct):
    """A CPO's session and what an SCSP sees of it. Implements RunningSession."""

    id: str
    last_updated: str
    theirs: Session
    ours: Session

    def whole(self) -> Session:
        """See RunningSession."""
        return self.ours

    def losses(self, version: str) -> "tuple[Loss, ...]":
        """See RunningSession: an SCSP speaks 2.2.1 at least, where a Session holds ids only."""
        del version
        return ()


class ScspDesk:
    """Takes charging profiles for one eMSP, as its Desk, and tells of sessions and of limits that have changed.

    `limits` is how the eMSP limits sessions, for itself as for SCSPs. `_watchers` are, by session, the SCSPs of which
    the CPO has accepted a profile.
    """

    def __init__(self, office: Office, outbox: Outbox, sessions: SessionsReceiver) -> None:
        self._office = office
        self._outbox = outbox
        self.limits = Limiter(office, sessions, self._limits_changed)
        self._watchers: dict[Key, dict[str, Connection]] = {}
        self._sessions = SessionsSender(office, _prefer)
        self._receiver = ChargingProfilesReceiver(office, self)

    # What CPOs tell

    def session_changed(self, session: Session, cause: Cause) -> None:
        """Show a session as it is now. One whose id another CPO's session has already is not shown."""
        known = self._shown(session.id)
        if known is not None and key_of(known.theirs) != key_of(session):
            return
        us = self._office.identity
        ours = replace(session, country_code=us.country_code, party_id=us.party_id)
        self._sessions.put(us.id, _Shown(ours.id, ours.last_updated, session, ours))
        place = Where(
            ModuleID.SESSIONS, "session", (us.country_code, us.party_id, ours.id), ours.id, session_id=ours.id
        )
        publish(self._office, self._outbox, "PUT", ours, place, cause, to=(Role.SCSP,))

    def _limits_changed(self, session: Session, active: ActiveChargingProfile, cause: Cause) -> None:
        """Tell the SCSPs that have limited a session what applies to it now."""
        for connection in self._watchers.get(key_of(session), {}).values():
            self._receiver.push(connection, session.id, active, cause)

    # What SCSPs ask

    def set(self, call: Call, profile: ChargingProfile, told: Told) -> ChargingProfileResponseType:
        """See Desk."""

        def ask(cpo: Connection, session: Session) -> Generator[Event, Any, Result]:
            word = yield from self.limits.profiles.set(cpo, session, profile, call.cause)
            if word == _ACCEPTED:
                self._watchers.setdefault(key_of(session), {})[call.connection.peer_id] = call.connection
            return ChargingProfileResult(result=_result(word))

        return self._pass_on(call, told, ask)

    def clear(self, call: Call, told: Told) -> ChargingProfileResponseType:
        """See Desk."""

        def ask(cpo: Connection, session: Session) -> Generator[Event, Any, Result]:
            word = yield from self.limits.profiles.clear(cpo, session, call.cause)
            return ClearProfileResult(result=_result(word))

        return self._pass_on(call, told, ask)

    def active(self, call: Call, duration_s: int, told: Told) -> ChargingProfileResponseType:
        """See Desk."""

        def ask(cpo: Connection, session: Session) -> Generator[Event, Any, Result]:
            word, active = yield from self.limits.profiles.active(cpo, session, duration_s, call.cause)
            return ActiveChargingProfileResult(result=_result(word), profile=active)

        return self._pass_on(call, told, ask)

    def _pass_on(
        self, call: Call, told: Told, ask: Callable[[Connection, Session], Generator[Event, Any, Result]]
    ) -> ChargingProfileResponseType:
        """Answer the SCSP, and ask the CPO; what comes of that is the result."""
        shown = self._shown(told.session_id) if call.connection.peer_role is Role.SCSP else None
        if shown is None or shown.theirs.status is not SessionStatus.ACTIVE:
            return ChargingProfileResponseType.UNKNOWN_SESSION
        session = shown.theirs
        cpo = self._office.peer_of(session.country_code, session.party_id)
        if cpo is None:
            return ChargingProfileResponseType.REJECTED

        def work() -> Generator[Event, Any, None]:
            result = yield from ask(cpo, session)
            self._receiver.tell(told, result, call.cause)

        self._office.spawn(work(), f"charging profile of {call.connection.peer_id} for {session.id}")
        return _ACCEPTED

    def _shown(self, session_id: str) -> _Shown | None:
        shown = self._sessions.get(session_id)
        return shown if isinstance(shown, _Shown) else None


def _result(word: str) -> ChargingProfileResultType:
    return ChargingProfileResultType(word) if word in _NAMED_ALIKE else ChargingProfileResultType.REJECTED


def _prefer(call: Call, preferences: ChargingPreferences) -> ChargingPreferencesResponse:
    """Drivers tell their eMSP what they prefer, not an SCSP."""
    del preferences
    raise unknown("Session", call.params["session_id"])
