"""Whom a hub connects: every party, how it stands, and over which connection it is reached.

A party of 2.1.1 knows no hubs: towards it the hub stands in the place of each party that it may talk with, over a
connection of its own (a facade). Parties behind another hub are reached over the connection with that hub.
Source: OCPI 2.2.1, HubClientInfo; digest, sections 2.9 and 6.1.
"""

from collections.abc import Iterator

from simulator.ocpi.modules import InterfaceRole, ModuleID, Role
from simulator.ocpi.status import Status
from simulator.ocpi.v2_2_1.hubclientinfo import ClientInfo, ConnectionStatus
from simulator.parties.behind import COUNTERPARTS
from simulator.parties.call import Refusal
from simulator.parties.connection import Connection, Routed
from simulator.parties.identity import Identity
from simulator.parties.office import Office

CONNECTED = ConnectionStatus.CONNECTED


class Client:
    """One party that the hub leads to. `name` is empty for one that only another hub has told of.

    `line` is the connection with its platform or with the hub before it; a party of 2.1.1 has `facades` instead, by the
    id of the party in whose place we stand, and was `read` over some. `heard_us` is when its platform was last heard,
    `returning` whether, behind another hub, it is said to be there and is being read.
    """

    __slots__ = (
        "country_code",
        "facades",
        "heard_us",
        "id",
        "last_updated",
        "line",
        "name",
        "party_id",
        "read",
        "returning",
        "role",
        "status",
    )

    def __init__(self, country_code: str, party_id: str, role: Role, name: str, last_updated: str) -> None:
        self.id = f"{country_code}-{party_id}".upper()
        self.country_code = country_code
        self.party_id = party_id
        self.role = role
        self.name = name
        self.status = ConnectionStatus.PLANNED
        self.last_updated = last_updated
        self.heard_us = 0
        self.returning = False
        self.line: Connection | None = None
        self.facades: dict[str, Connection] = {}
        self.read: dict[str, None] = {}

    @property
    def remote(self) -> bool:
        """Whether it is behind another hub."""
        return self.line is not None and self.line.peer_id != self.id

    def lines(self) -> list[Connection]:
        """Every connection with its own platform."""
        return [self.line] if self.line is not None else list(self.facades.values())

    def line_from(self, party: str) -> Connection | None:
        """The connection over which it hears what another party says."""
        return self.line if self.line is not None else self.facades.get(party)


class Directory:
    """All parties of one hub, by id in the order in which they became known."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._clients: dict[str, Client] = {}
        self._by_line: dict[str, Client] = {}
        self._relays: dict[tuple[str, str, str], Routed] = {}

    def __iter__(self) -> Iterator[Client]:
        return iter(tuple(self._clients.values()))

    def expect(self, peer: Identity) -> Client:
        """A contract has been made with a party; it has not been seen yet."""
        client = self._client(peer.country_code, peer.party_id, peer.role, peer.name)
        client.line = self._office.connections.get(peer.id)
        for connection in self._office.connections.values():
            if connection.peer_platform == peer.id:
                self._by_line[connection.name] = client
                if connection.facade:
                    client.facades[connection.facade] = connection
        return client

    def learn(self, info: ClientInfo, line: Connection) -> Client | None:
        """Another hub has told of a party; None when it is ourselves, or known from nearer by."""
        id = f"{info.country_code}-{info.party_id}".upper()
        known = self._clients.get(id)
        if id == self._office.id or (known is not None and known.line is not line):
            return None
        client = self._client(info.country_code, info.party_id, info.role, "")
        client.line = line
        return client

    def _client(self, country_code: str, party_id: str, role: Role, name: str) -> Client:
        client = Client(country_code, party_id, role, name, self._office.calendar.now())
        return self._clients.setdefault(client.id, client)

    def find(self, id: str) -> Client | None:
        """A party by its id, `NL-ABC`, in upper case."""
        return self._clients.get(id)

    def meant(
        self, owner: tuple[str, str], module: ModuleID, *, stand: tuple[ConnectionStatus, ...] = (CONNECTED,)
    ) -> Iterator[Connection]:
        """The connections with all that what an owner has is meant for, each once: with those who `stand` like this."""
        sent_by = Role.EMSP if module is ModuleID.TOKENS else Role.CPO
        done: dict[str, None] = {}
        for client in self:
            line = client.line_from(f"{owner[0]}-{owner[1]}")
            meant = client.role in COUNTERPARTS[sent_by] and client.status in stand
            if meant and line is not None and line.registered and line.name not in done:
                done[line.name] = None
                if line.endpoint(module, InterfaceRole.RECEIVER) is not None:
                    yield line

    def facades(self, owner: tuple[str, str], line: Connection) -> list[str]:
        """Over which facades an owner of 2.1.1 tells what those are shown whom a connection leads to: else over "".

        Over any when it knows none of them.
        """
        client = self.find(f"{owner[0]}-{owner[1]}")
        if client is None or not client.facades:
            return [""]
        parties = [other for id in client.facades if (other := self.find(id)) is not None]
        return [party.id for party in parties if line in party.lines()] or list(client.facades)

    def info(self, client: Client, line: Connection) -> ClientInfo:
        """What those are told of a party whom a connection leads to.

        One of 2.1.1 is there for them once it was read over a facade in whose place they stand to it.
        """
        status, owner = client.status, (client.country_code, client.party_id)
        if status is CONNECTED and client.facades and not any(at in client.read for at in self.facades(owner, line)):
            status = ConnectionStatus.PLANNED
        return ClientInfo(
            country_code=client.country_code,
            party_id=client.party_id,
            role=client.role,
            status=status,
            last_updated=client.last_updated,
        )

    def must_own(self, line: Connection, sender: tuple[str, str], owner: tuple[str, str]) -> None:
        """Refuse with 404 what a sender tells of another's objects, but for a hub on behalf of who is behind it."""
        client = self.find(f"{owner[0]}-{owner[1]}")
        if owner != sender and (client is None or client.line is not line):
            raise Refusal(Status.CLIENT_ERROR, f"{line.peer_id} does not own objects of {owner[0]}-{owner[1]}.", 404)

    def at(self, line: Connection) -> Client:
        """Whom a connection leads to: a client of ours, another hub, or as a relay a party behind one."""
        return self._clients[line.peer_id] if isinstance(line, Routed) else self._by_line[line.name]

    def at_end(self, relay: Connection) -> Connection:
        """The connection that a relay goes over."""
        return relay.via if isinstance(relay, Routed) else relay

    def behind(self, line: Connection) -> list[Client]:
        """The parties that another hub leads to."""
        return [client for client in self if client.line is line and client.remote]

    def relay(self, line: Connection, us: tuple[str, str], peer: tuple[str, str]) -> Connection:
        """A connection as seen by the party on whose behalf the hub speaks: with its routing headers."""
        if line.facade:
            return line
        key = (line.name, "-".join(us), "-".join(peer))
        relay = self._relays.get(key)
        if relay is None:
            client = self.find(f"{peer[0]}-{peer[1]}")
            relay = self._relays[key] = Routed(line, peer, client.role if client is not None else line.peer_role, us)
        return relay
