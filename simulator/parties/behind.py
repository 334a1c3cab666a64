"""Whom its hubs lead a party to: who is behind them, and whether it may be sent to at the moment.

A hub of 2.3.0 says it in its credentials, every hub by HubClientInfo. CONNECTED: may be sent to; what was missed is
read again by GET. OFFLINE: nothing is sent, nor kept to be sent later. PLANNED and SUSPENDED: it is not registered with
the hub, and what it tells next it tells in a new registration. Source: OCPI 2.2.1 HubClientInfo; digest 2.9.
"""

from collections.abc import Callable

from simulator.engine.cause import Cause
from simulator.ocpi.modules import ModuleID, Role
from simulator.ocpi.v2_2_1.hubclientinfo import ClientInfo, ConnectionStatus
from simulator.parties.connection import Connection, Routed
from simulator.parties.modules.hubclientinfo import ClientInfoReceiver
from simulator.parties.office import Office
from simulator.parties.sync import Pull
from simulator.parties.taking import Taken

COUNTERPARTS = {
    Role.CPO: (Role.EMSP, Role.NAP, Role.NSP, Role.OTHER, Role.SCSP),
    Role.EMSP: (Role.CPO,),
    Role.SCSP: (Role.CPO,),
}
"""With whom a party of a role exchanges anything. OCPI 2.2.1, Transport and format, Broadcast Push."""


class BehindHubs:
    """The parties behind one party's hubs.

    `came_back` hears of each that may be sent to again, or at last; `met` of each way to a party, when it is known.
    """

    def __init__(
        self,
        office: Office,
        came_back: Callable[[Connection, str, Cause], None],
        met: Callable[[Connection], None] | None = None,
    ) -> None:
        self._office = office
        self._came_back = came_back
        self._met = met
        self._counterparts = COUNTERPARTS[office.identity.role]
        self._receiver = ClientInfoReceiver(office, self._told)
        self.pull = Pull(ModuleID.HUB_CLIENT_INFO, ClientInfo, self._receiver, roles=(Role.HUB,), took=self._took)

    def registered(self, connection: Connection) -> None:
        """A hub of 2.3.0 has told its parties; that they are there is believed until it says otherwise."""
        if connection.to_hub:
            for member in connection.members:
                self._lead(connection, member.country_code, member.party_id, member.role)

    def _took(self, connection: Connection, taken: Taken, cause: Cause) -> None:
        """The round that pulls this goes on to read what is new; who registered anew is read from the start."""
        for word in taken.changed:
            back = self._follow(connection, word.info)
            if back is not None and back.left:
                self._came_back(back, "the peer is back", cause)

    def _told(self, connection: Connection, info: ClientInfo, cause: Cause) -> None:
        back = self._follow(connection, info)
        if back is not None:
            self._came_back(back, "the peer is back", cause)

    def _follow(self, connection: Connection, info: ClientInfo) -> Routed | None:
        """Act on what a hub says of a party; returns the way to one that was out of reach and is not any more."""
        known = connection.behind.get(f"{info.country_code}-{info.party_id}".upper())
        before = known is not None and known.reachable
        routed = self._lead(connection, info.country_code, info.party_id, info.role)
        if routed is None:
            return None
        routed.reach(info.status is ConnectionStatus.CONNECTED)
        if before:
            routed.left = False
        if not info.status.registered:
            routed.left = True
            self._office.doubt_copies(routed)
        return routed if routed.reachable and not before else None

    def _lead(self, connection: Connection, country_code: str, party_id: str, role: Role) -> Routed | None:
        """The way to a party, None when there is nothing to exchange with it."""
        id = f"{country_code}-{party_id}"
        if role not in self._counterparts or id in (self._office.id, connection.peer_id):
            return None
        routed = connection.lead_to(country_code, party_id, role)
        if self._met is not None:
            self._met(routed)
        return routed
