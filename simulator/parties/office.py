"""What every party has, whatever its role: identity, server, client, connections, calendar, journal."""

from collections.abc import Callable, Generator, Iterator
from typing import Any

from simpy import Event, Process

from simulator.engine.journal import Journal
from simulator.engine.kernel import Kernel
from simulator.engine.node import Node
from simulator.engine.streams import Streams
from simulator.parties.calendar import Calendar
from simulator.parties.client import Client
from simulator.parties.connection import Connection
from simulator.parties.copied import Copies
from simulator.parties.dialect import OLDEST, Books
from simulator.parties.identity import Identity
from simulator.parties.platform import Platform


class Office:
    """The common ground of a party; joined to the kernel when made. `id` is `NL-ABC`."""

    def __init__(
        self, identity: Identity, kernel: Kernel, journal: Journal, streams: Streams, start_epoch_us: int
    ) -> None:
        self.identity = identity
        self.id = identity.id
        self.kernel = kernel
        self.env = kernel.env
        self.journal = journal
        self.streams = streams
        self.calendar = Calendar(kernel.env, start_epoch_us)
        secret = streams.text(identity.id, "token index", 32)
        self.platform = Platform(identity, self.calendar, journal, secret)
        self.node = Node(identity.id, identity.host, self.platform.receive, identity.port)
        self.client = Client(kernel, self.node, streams)
        self.connections: dict[str, Connection] = {}
        self.books = Books()
        self.mint: Callable[[], str] | None = None
        self._tokens = 0
        self._copies: list[Copies[Any]] = []
        kernel.join(self.node)

    def connect(self, peer: Identity, platform: str = "") -> Connection:
        """A connection to a peer, not yet registered; `platform` is the hub that stands in the peer's place, if any."""
        connection = self._connection((self.identity.country_code, self.identity.party_id), peer)
        connection.peer_platform = platform or peer.id
        self.connections[connection.name] = connection
        return connection

    def connect_as(self, party: Identity, peer: Identity) -> Connection:
        """As a hub, a connection to a peer of 2.1.1, which knows no hubs, in the place of another party."""
        connection = self._connection((party.country_code, party.party_id), peer)
        connection.facade = party.id
        connection.name = f"{peer.id} as {party.id}"
        connection.encode_tokens("raw")
        self.connections[connection.name] = connection
        return connection

    def _connection(self, us: tuple[str, str], peer: Identity) -> Connection:
        them, now = (peer.country_code, peer.party_id), self.calendar.now
        connection = Connection(us, them, peer.role, self.books, now, self.journal)
        if self.identity.versions == (OLDEST,):
            connection.encode_tokens("raw")
        return connection

    def registered(self) -> Iterator[Connection]:
        """The connections that functional modules may use, in the scenario's order; a hub stands for all behind it."""
        return (connection for connection in self.connections.values() if connection.registered)

    def peer_of(self, country_code: str, party_id: str) -> Connection | None:
        """The registered connection whose platform holds a party."""
        direct = self.partner(f"{country_code}-{party_id}".upper())
        if direct is not None:
            return direct if direct.registered else None
        return next((found for found in self.registered() if found.owns(country_code, party_id)), None)

    def partner(self, party_id: str) -> Connection | None:
        """The connection with a party (`NL-ABC`), its own or that over the first hub which leads to it."""
        direct = self.connections.get(party_id)
        if direct is not None:
            return direct
        return next((line.behind[party_id] for line in self.connections.values() if party_id in line.behind), None)

    def new_token(self, peer_id: str, which: str) -> str:
        """A fresh credentials token for a peer: of a stream, or of `mint` where nobody may foresee it."""
        if self.mint is not None:
            return self.mint()
        self._tokens += 1
        return self.streams.text(self.id, f"token {which} {peer_id} {self._tokens}", 40)

    def copies(self) -> Copies[Any]:
        """A place for copies of one kind of what peers own."""
        kept: Copies[Any] = Copies()
        self._copies.append(kept)
        return kept

    def doubt_copies(self, connection: Connection) -> None:
        """A registration of the peer has begun, or one behind a hub has ended.

        All that the peer has is read then, and counts more than what we had of it.
        """
        for line in (connection, *connection.behind.values()):
            line.synced_us.clear()
        for kept in self._copies:
            kept.doubt(connection.owns, connection.facade)

    def spawn(self, work: Generator[Event, Any, object], what: str) -> Process:
        """Start a background process of this party."""
        return self.kernel.spawn(self.node, work, what)

    def failed(self, what: str, error: Exception) -> None:
        """Something that is no handler and no process of its own has failed: that is a fault as it is in those."""
        self.kernel.failed(self.node, what, error)
