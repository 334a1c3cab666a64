"""How the parties of a hub stand, who is told, and how the hub finds out.

A platform that was silent for a while is asked for its versions; one that does not answer is OFFLINE. One that is heard
again is CONNECTED, and everybody reads anew what it has. What one behind another hub tells once it has left that hub it
tells in a new registration. Source: OCPI 2.2.1, HubClientInfo; digest, section 2.9.
"""

from collections.abc import Callable, Generator, Iterator
from typing import Any

from simpy import Event

from simulator.engine.cause import TIME, Cause
from simulator.engine.exchange import Exchange, Subject
from simulator.ocpi.modules import ModuleID, Role
from simulator.ocpi.v2_2_1.hubclientinfo import ClientInfo, ConnectionStatus
from simulator.parties.connection import Connection
from simulator.parties.modules.hubclientinfo import ClientInfoReceiver, ClientInfoSender
from simulator.parties.office import Office
from simulator.parties.roles.hub.directory import Client, Directory

SILENCE_US = 300_000_000
"""After how long a silence a hub asks whether a platform is still there; OCPI proposes five minutes."""

_CONNECTED, _OFFLINE = ConnectionStatus.CONNECTED, ConnectionStatus.OFFLINE


class Standing:
    """Keeps the status of each client. `came_back` is told of a connection to read anew; `changed` of every change."""

    def __init__(
        self,
        office: Office,
        directory: Directory,
        came_back: Callable[[Connection, Cause], None],
        changed: Callable[[Client, Cause], None],
    ) -> None:
        self._office = office
        self._directory = directory
        self._came_back = came_back
        self._changed = changed
        self._asking: dict[str, None] = {}
        self.sender = ClientInfoSender(office, self.shown)
        self.receiver = ClientInfoReceiver(office, self.told)

    # What others are told

    def shown(self, line: Connection) -> Iterator[ClientInfo]:
        """All parties but the one that asks and, if that is a hub, those behind it."""
        return (
            self._directory.info(client, line)
            for client in self._directory
            if client.role is not Role.HUB and line not in client.lines()
        )

    def set(self, client: Client, status: ConnectionStatus, cause: Cause) -> None:
        """A party stands otherwise now: everybody connected is told."""
        if client.status is status:
            return
        client.status = status
        if client.remote and not status.registered:
            self._office.doubt_copies(self._relay(client))
        client.last_updated = self._office.calendar.now_after(client.last_updated)
        value = {"role": client.role, "status": status, "hub": self._office.id}
        self._office.journal.state(self._office.id, "client_info", client.id, value, cause)
        self.tell(client, cause)
        self._changed(client, cause)

    def tell(self, client: Client, cause: Cause) -> None:
        """Tell everybody connected of a party: how it stands, or that there will be one.

        Who has never heard of it would take nothing that it says as soon as it is registered.
        """
        for other in self._directory if client.role is not Role.HUB else ():
            line = other.line
            if line is not None and not other.remote and other.status is _CONNECTED and line is not client.line:
                self.sender.tell(line, self._directory.info(client, line), cause)

    def _appear(self, client: Client, facade: str, cause: Cause) -> None:
        """A party of 2.1.1 that is there for others already is there for one more."""
        other = self._directory.find(facade)
        if client.status is _CONNECTED and other is not None and other.line is not None and other.status is _CONNECTED:
            client.last_updated = self._office.calendar.now_after(client.last_updated)
            self.sender.tell(other.line, self._directory.info(client, other.line), cause)

    # What another hub tells

    def told(self, line: Connection, info: ClientInfo, cause: Cause) -> None:
        """Another hub tells how a party behind it stands; what one that is connected has must first be read."""
        client = self._directory.learn(info, line)
        if client is None or client.status is info.status:
            return
        if info.status is not _CONNECTED:
            self.set(client, info.status, cause)
        elif not client.returning:
            client.returning = True
            self._came_back(self._relay(client), cause)

    def _relay(self, client: Client) -> Connection:
        """The connection over which a party behind another hub is read."""
        us = self._office.identity
        assert client.line is not None
        return self._directory.relay(
            client.line, (us.country_code, us.party_id), (client.country_code, client.party_id)
        )

    # What the hub finds out

    def heard(self, line: Connection, why: Cause | Exchange) -> None:
        """A platform has sent something, or answered."""
        client = self._directory.at(line)
        client.heard_us = self._office.calendar.now_us
        if client.status is _OFFLINE:
            cause = why.as_cause() if isinstance(why, Exchange) else why
            self.set(client, _CONNECTED, cause)
            self._came_back(line, cause)

    def read(self, line: Connection, cause: Cause) -> None:
        """All that a platform has was read: it is connected."""
        client = self._directory.at(line)
        client.heard_us = self._office.calendar.now_us
        client.returning = False
        if line.facade and line.facade not in client.read:
            client.read[line.facade] = None
            self._appear(client, line.facade, cause)
        self.set(client, _CONNECTED, cause)
        if line.to_hub:
            for word in self.receiver.store:
                self.told(line, word.info, cause)

    def doubted(self, line: Connection, cause: Cause) -> None:
        """A platform could not be reached: ask at once whether it is there at all."""
        client = self._directory.at(line)
        if client.id not in self._asking and client.status is _CONNECTED and not self._office.node.down:
            self._asking[client.id] = None
            self._office.spawn(self._ask(client, cause), f"ask whether {client.id} is there")

    def watch(self) -> None:
        """Watch over every client from now on."""
        for client in self._directory:
            if not client.remote:
                self._office.env.process(self._watch(client))

    def _watch(self, client: Client) -> Generator[Event, Any, None]:
        """Belongs to no process of the hub, which an outage would end."""
        while True:
            silent_us = self._office.calendar.now_us - client.heard_us
            if silent_us < SILENCE_US:
                yield self._office.env.timeout(SILENCE_US - silent_us)
                continue
            if client.status in (_CONNECTED, _OFFLINE) and not self._office.node.down:
                self._asking[client.id] = None
                yield self._office.spawn(self._ask(client, TIME), f"ask whether {client.id} is there")
            if self._office.calendar.now_us - client.heard_us >= SILENCE_US:
                yield self._office.env.timeout(SILENCE_US)

    def _ask(self, client: Client, cause: Cause) -> Generator[Event, Any, None]:
        line = next((line for line in client.lines() if line.registered), None)
        try:
            if line is None:
                return
            version = line.version
            subject = Subject(module=ModuleID.VERSIONS.value, route="versions.get_list", version=version)
            exchange = self._office.client.send(line, "GET", line.peer_versions_url, subject, cause)
            if exchange is not None:
                yield exchange
            answer = self._office.client.read(exchange)
            why = exchange.as_cause() if exchange is not None else cause
            if answer.ok:
                self.heard(line, why)
            else:
                self.lost(client, why)
        finally:
            self._asking.pop(client.id, None)

    def lost(self, client: Client, cause: Cause) -> None:
        """A platform does not answer, so neither it nor, if it is a hub, anybody behind it can be reached."""
        self._gone(client, _OFFLINE, cause)

    def left(self, line: Connection, cause: Cause) -> None:
        """A platform has unregistered: nothing is sent to it any more, whoever is concerned settles it otherwise.

        It has left when none of its connections is registered any more.
        """
        client = self._directory.at(line)
        client.read.pop(line.facade, None)
        if not any(other.registered for other in client.lines()):
            self._gone(client, ConnectionStatus.SUSPENDED, cause)

    def _gone(self, client: Client, status: ConnectionStatus, cause: Cause) -> None:
        client.returning = False
        self.set(client, status, cause)
        for line in client.lines():
            for other in self._directory.behind(line):
                self.set(other, status, cause)
