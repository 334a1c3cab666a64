"""How a CPO tells of its sessions: each to the eMSP of its token, and every one to the SCSPs that may limit it.

A peer gets a session whole at first, then what changes of it; one that lacks some of it gets all of it again.
Source: OCPI 2.2.1, Sessions module, Push model, and ChargingProfiles module, Smart Charging Topologies.
"""

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from simulator.engine.cause import Cause
from simulator.engine.exchange import Exchange, Subject
from simulator.ocpi.modules import InterfaceRole, ModuleID, Role
from simulator.ocpi.routes import join_url
from simulator.ocpi.v2_2_1.sessions import Session
from simulator.parties.client import not_found, succeeded
from simulator.parties.connection import Connection
from simulator.parties.dialect import OLDEST
from simulator.parties.office import Office
from simulator.parties.patching import difference
from simulator.parties.push import Copy, Outbox, say, url_of
from simulator.parties.roles.cpo_reserved_session import ReservedSession
from simulator.parties.roles.cpo_session import CpoSession, PeersCopy

if TYPE_CHECKING:
    from simulator.ocpi.translation import Loss

_PLACE: Final = b'"location":'
"""Where a body names more of a place than ids; a PATCH does so only when something there has changed."""

_NO_LOSSES: "Final[tuple[Loss, ...]]" = ()
_SESSIONS, _RECEIVER = ModuleID.SESSIONS, InterfaceRole.RECEIVER


class SessionPush:
    """The session news of one CPO, which in 2.1.1 `patches` or sends all of a session each time."""

    def __init__(self, office: Office, outbox: Outbox, patches: bool) -> None:
        self._office = office
        self._outbox = outbox
        self._patches = patches
        self._scsps: dict[str, None] = {}

    def met(self, connection: Connection) -> None:
        """A party can be told something, itself or by way of a hub; an SCSP hears of every session from now on."""
        if connection.peer_role is Role.SCSP:
            self._scsps[connection.peer_id] = None

    def push(
        self, session: CpoSession | ReservedSession, cause: Cause, changes: dict[str, object] | None = None
    ) -> None:
        """Tell what has changed of a session, or all of it."""
        partner = self._office.partner
        self._tell(session.payer, partner(session.payer), session, cause, changes)
        for peer_id in self._scsps:
            self._tell(peer_id, partner(peer_id), session, cause, changes)

    def _tell(
        self,
        peer_id: str,
        connection: Connection | None,
        session: CpoSession | ReservedSession,
        cause: Cause,
        changes: Any = None,
        first: bool = False,
    ) -> None:
        """A PATCH of 2.1.1 cannot add charging periods: it has all of them, or a peer of that version gets all."""
        held = session.copies.get(peer_id)
        if held is None:
            held = session.copies[peer_id] = PeersCopy()
        endpoint = connection.endpoint(_SESSIONS, _RECEIVER) if connection is not None else None
        if connection is None or endpoint is None:
            held.lacks_some = True
            return
        if held.lacks_some:
            changes = None
        version = connection.version
        if changes is None or version == OLDEST:
            said = say(self._office, connection, session.whole(), cause)
            if said is None:
                return
            body = said.body
        else:
            body = connection.dialect.encode_patch(Session, changes)
        method, losses = "PUT" if changes is None else "PATCH", _NO_LOSSES
        if version == OLDEST:
            patch = difference(held.said, body) if self._patches and changes is not None and held.said else None
            held.said = body
            method, body = ("PUT", body) if patch is None else ("PATCH", patch)
            if _PLACE in body:
                losses = session.losses(version)
        where = held.where
        if where is None or where.endpoint is not endpoint:
            where = held.where = _where(connection, endpoint, session)
        subject = where.put if method == "PUT" else where.patch
        done = partial(self._told, peer_id, connection, session, held, where, method)
        self._outbox.push(
            where.lane,
            connection,
            method,
            where.path,
            subject,
            cause,
            body,
            done,
            first=first,
            losses=losses,
            copy=where,
        )

    def _told(
        self,
        peer_id: str,
        connection: Connection,
        session: CpoSession | ReservedSession,
        held: PeersCopy,
        where: Copy,
        method: str,
        exchange: Exchange | None,
    ) -> None:
        """What came of it. A PATCH adds charging periods: after one that did not arrive, only a PUT can make the copy
        whole again, in place of whatever waits to be added.
        """
        if succeeded(exchange):
            if method == "PUT":
                held.lacks_some = False
            return
        held.lacks_some = True
        again = self._outbox.withdraw(where.lane, _SESSIONS)
        if method == "PATCH" and exchange is not None and not_found(exchange):
            again = exchange.as_cause()
        if again is not None:
            self._tell(peer_id, connection, session, again, first=True)


def _where(connection: Connection, endpoint: str, session: CpoSession | ReservedSession) -> Copy:
    """Where a peer keeps its copy of a session."""
    put = Subject(
        module="sessions",
        interface="RECEIVER",
        route="sessions.receiver.put_session",
        version=connection.version,
        object_kind="Session",
        object_id=session.id,
        session_id=session.id,
        token_uid=session.token.uid,
        location_id=session.place.location.id,
    )
    patch = replace(put, route="sessions.receiver.patch_session")
    path = join_url("", connection.our_country_code, connection.our_party_id, session.id)
    return Copy(endpoint, path, url_of(endpoint, path), f"{connection.peer_id}/{session.id}", put, patch)
