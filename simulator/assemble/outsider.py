"""One outsider and its connections with our parties: how they come to know each other."""

from collections.abc import Callable, Container, Generator, Iterator, Mapping
from typing import Any, Final

from simpy import Event

from simulator.assemble.invited import Invitation, Invited
from simulator.assemble.meetings import OLDEST, arrange_for_guest, behind_hub, hubs_around
from simulator.assemble.world import World
from simulator.engine.cause import TIME
from simulator.engine.links import Latency, Link
from simulator.engine.node import Node
from simulator.ocpi import headers as h
from simulator.ocpi.modules import Role
from simulator.parties.connection import Connection, ConnectionState
from simulator.parties.identity import Identity
from simulator.parties.introduction import Party, introduce
from simulator.recording.rows import CAST
from simulator.scenario.model import Outsider
from simulator.wire.outside_addresses import Addresses

_RETRY_US: Final = 60_000_000
_WATCH_US: Final = 1_000_000


class Guest:
    """An outsider in a run. Its messages take no simulated time on the way: the real network has taken it."""

    node: Node

    def __init__(self, world: World, outsider: Outsider) -> None:
        self.outsider = outsider
        self.id = outsider.id
        self.identity = _identity(outsider)
        self.host = self.identity.host
        self._connections: list[Connection] = []
        self.addresses = Addresses(self.host, {}, self._in_use)
        self.under_way = 0
        self._world = world
        self.invited: list[Invited] = []
        self._timeout_us = 0
        self._refused: dict[str, bool] = {}

    def meet(self, invite: Callable[[Invitation], None]) -> None:
        """Connect it with its partners, and have it register with them or them with it."""
        world, outsider = self._world, self.outsider
        for partner in outsider.partners:
            party = world.party(partner)
            for connection in self.join(partner, outsider):
                if outsider.versions_url is not None:
                    work = self._register(partner, connection, outsider.versions_url, outsider.token or "")
                else:
                    url = self.addresses.outward(party.registration.versions_url(connection).encode()).decode()
                    invited = Invited(world, outsider, partner, connection, url, invite)
                    self.invited.append(invited)
                    work = invited.watch()
                world.kernel.env.process(work)
        for hub in outsider.partners:
            if hub in world.hubs:
                self._meet_behind(hub)

    def appear(self, origins: Mapping[str, str], speed: float) -> None:
        """It takes part from now on; given are the real origins of its partners, by logical host.

        `speed` is in simulated seconds a second of its own, in which its time-outs are.
        """
        outsider = self.outsider
        told = {"role": outsider.role, "name": outsider.name, "host": self.host, "outside": "true"}
        self._world.journal.state(CAST, "party", self.id, told, TIME)
        self.addresses = Addresses(self.host, origins, self._in_use)
        self._timeout_us = round(outsider.timeout_us * speed)

    def join(self, partner: str, outsider: Outsider) -> list[Connection]:
        """Link it with a partner, as this outsider: a platform may come in one role to one and in another to others."""
        world = self._world
        world.links.add(Link(world.streams, partner, self.id, Latency(0, 0), self._timeout_us))
        world.journal.state(CAST, "link", f"{partner}|{self.id}", {"median_ms": 0.0, "p95_ms": 0.0}, TIME)
        connections = self._connect(partner, _identity(outsider))
        self._connections += connections
        for connection in connections:
            world.party(partner).sync.start_polling_of(connection.name)
        return connections

    def registered_with(self, partners: Container[str]) -> tuple[str, ...]:
        """Those of the partners with which it is registered now."""
        registered = [each for each in self._connections if each.registered]
        ours = (f"{each.our_country_code}-{each.our_party_id}" for each in registered)
        return tuple(id for id in ours if id in partners)

    def _in_use(self) -> Iterator[str]:
        for connection in self._connections:
            yield connection.peer_versions_url
            yield from connection.endpoints.values()

    def begins_anew(self, party: str, authorization: str) -> bool:
        """Whether this header, which opens no door of a party, begins a registration of this outsider there."""
        return any(each.begins_anew(authorization) for each in self.invited if each.party == party)

    def _connect(self, partner: str, identity: Identity) -> list[Connection]:
        """Its connections with a partner; with a hub that it cannot know as one, for each that this leads it to."""
        office, hub = self._world.party(partner).office, self._world.hubs.get(partner)
        if hub is None or identity.versions != OLDEST:
            connections = [office.connect(identity)]
        else:
            ours = {party.office.id: party.office for party in self._world.parties()}
            around, outsiders = hubs_around(self._world.scenario, partner), self._world.outsiders
            guests = [_identity(each) for each in outsiders if around.intersection(each.partners)]
            others = [each for each in guests if each.role is not identity.role]
            led_to = behind_hub(self._world.scenario, partner, identity, ours) + others
            connections = [office.connect_as(each, identity) for each in led_to]
        if hub is not None:
            hub.expect([identity])
        return connections

    def _meet_behind(self, hub: str) -> None:
        """Let those behind a hub who know no hubs meet it there."""
        world = self._world
        offices = {party.office.id: party.office for party in world.parties()}
        for meeting in arrange_for_guest(world.scenario, self.identity, hub, offices, world.hubs):
            sender, receiver = world.party(meeting.sender), world.party(meeting.receiver)
            sender.sync.start_polling_of(meeting.senders)
            receiver.sync.start_polling_of(meeting.receivers)
            world.kernel.env.process(introduce(sender, receiver, meeting.senders, meeting.receivers))

    def _register(
        self, partner: str, connection: Connection, versions_url: str, token: str
    ) -> Generator[Event, Any, None]:
        """Let one of ours register with it, again and again until it works, and anew when it has forgotten ours."""
        party, env = self._world.party(partner), self._world.kernel.env
        while connection.state is not ConnectionState.UNREGISTERED:
            if not connection.registered:
                self.addresses.know(versions_url.encode())
                url = self.addresses.inward(versions_url.encode()).decode()
                party.registration.take_token_a(connection, token, url)
                encoding = self.outsider.encoding or ("raw" if self.outsider.versions == OLDEST else None)
                if encoding is not None:
                    connection.encode_tokens(encoding)
                yield party.office.spawn(self._handshake(partner, connection), f"register with {self.id}")
                yield env.timeout(_RETRY_US)
            elif self._refused.pop(connection.held, False):
                yield party.office.spawn(self._forget(party, connection), f"ask {self.id} whether it knows us")
                yield env.timeout(_RETRY_US if connection.registered else 0)
            else:
                yield env.timeout(_WATCH_US)

    def _forget(self, party: Party, connection: Connection) -> Generator[Event, Any, None]:
        """Let go of a registration of which it knows nothing any more: one refused request alone does not say so."""
        if (yield from party.registration.is_refused(connection, TIME)):
            connection.enter(ConnectionState.NONE)

    def refuses(self, authorization: str) -> None:
        """It has answered a request with this header by HTTP 401."""
        self._refused.update(dict.fromkeys(h.tokens_in(authorization), True))

    def _handshake(self, partner: str, connection: Connection) -> Generator[Event, Any, None]:
        party, journal = self._world.party(partner), self._world.journal
        data: dict[str, object] = {"sender": partner, "receiver": self.id}
        cause = journal.event("people", "token_a_handed_over", party=partner, subject=self.id, data=data, cause=TIME)
        problem = yield from party.registration.register(connection, cause)
        if problem:
            journal.event(
                partner,
                "registration_failed",
                party=partner,
                subject=self.id,
                data={"problem": problem},
                cause=cause,
            )


def _identity(outsider: Outsider) -> Identity:
    role = Role.CPO if outsider.role == "cpo" else Role.EMSP
    return Identity(outsider.country_code, outsider.party_id, role, outsider.name, versions=outsider.versions)
