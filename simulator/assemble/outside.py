"""Platforms from outside in a run: each stands in it as a node that passes on, to and from the real network.

Within, an outsider is a party like any other: exchanges with it go through the kernel and are recorded, its bytes as
they came but for the names of hosts. What the network reports waits in a mailbox; a process of simulated time empties
it, so that nothing is triggered between its steps. A run with outsiders is live: it keeps to the clock, its time never
waits for an outsider, and nobody can repeat it.
"""

import asyncio
import secrets
import socket
from collections import deque
from collections.abc import Callable, Generator, Mapping
from ipaddress import ip_address
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace
from simpy import Event, Interrupt

from simulator.assemble.invited import Invitation
from simulator.assemble.newcomers import Newcomers
from simulator.assemble.outside_books import OutsideBooks
from simulator.assemble.outside_subject import subject_of
from simulator.assemble.outside_visitors import Awaited, visitors_of, welcome
from simulator.assemble.outsider import Guest
from simulator.assemble.world import World
from simulator.engine.cause import TIME
from simulator.engine.exchange import Exchange
from simulator.engine.governor import Governor
from simulator.engine.node import Handling, Inbound, Node
from simulator.ocpi import envelope
from simulator.ocpi import headers as h
from simulator.ocpi.datatypes import format_datetime
from simulator.ocpi.status import Status
from simulator.scenario.model import Outsider
from simulator.wire.carrier import Request, Response
from simulator.wire.outside_client import Reach, Unreachable
from simulator.wire.outside_server import Doors

_LOOK_S: Final = 0.005
"""How often the mailbox is looked into, in seconds of the clock on the wall."""
_LOOK_AGAIN_US: Final = 1_000_000
"""After how much simulated time at the latest, so that a run that is slowed down hears of it soon."""
_MOST_WAITING: Final = 256
"""Requests of outsiders that wait to be let in; more are turned away."""
_MOST_UNDER_WAY: Final = 64
"""Requests to one outsider at the same time; it is taken for out of reach for more."""
_ANSWER_WITHIN_S: Final = 90.0
"""How long an outsider is kept waiting for an answer: longer than any exchange lasts, unless the run is paused."""


class Serving(Struct, frozen=True):
    """How a run is served: the address to listen on, and who is told of each invitation to an outsider.

    `wait` hears of each driver who waits for a command of an outsider. `wall_us` is the clock on the wall, in
    microseconds since 1970 UTC, if the run is to begin now by it instead of at the scenario's start.
    """

    address: str
    invite: Callable[[Invitation], None]
    wait: Callable[[Awaited], None]
    wall_us: Callable[[], int] | None = None

    @property
    def name(self) -> str:
        """What outsiders call this machine: its address, or its name where it listens on all of them."""
        address = ip_address(self.address) if self.address != "localhost" else None
        if address is None or not address.is_unspecified:
            return f"[{address}]" if address is not None and address.version == 6 else self.address
        return socket.gethostname()


class Outside:
    """Life: made before the kernel opens -> `open` (doors and mailbox, when the day begins) -> `close`."""

    def __init__(self, world: World, governor: Governor, serving: Serving) -> None:
        self.guests: dict[str, Guest] = {}
        self._world = world
        self._kernel = world.kernel
        self._governor = governor
        self._serving = serving
        self._doors = Doors(serving.address, self._knock, self._refusal)
        self._reach: Reach | None = None
        self._mail: deque[Callable[[], object]] = deque()
        self._tasks: dict[asyncio.Task[None], None] = {}
        self._origins: dict[str, str] = {}
        world.journal.instruments.append(OutsideBooks(world.journal, self.guests))
        self._newcomers = Newcomers(world, self.guests, self._add, self._appear)
        for outsider in world.outsiders:
            self._kernel.join(self._add(outsider).node)

    def _add(self, outsider: Outsider) -> Guest:
        guest = Guest(self._world, outsider)
        guest.node = Node(guest.id, guest.host, self._relay_to(guest))
        self.guests[guest.id] = guest
        self._world.odd.append(guest.id)
        return guest

    def _appear(self, guest: Guest) -> None:
        guest.appear(self._origins, self._governor.speed)

    async def open(self, ports: Mapping[str, int]) -> None:
        """Open a door for each party that has an outsider for a partner, on the port it asks for, and let them meet.

        Raises WireFailure when a port cannot be had.
        """
        self._reach = Reach()
        name = self._serving.name
        for id in dict.fromkeys(partner for guest in self.guests.values() for partner in guest.outsider.partners):
            port = await self._doors.open(id, ports.get(id, 0))
            self._origins[self._world.party(id).office.identity.host] = f"http://{name}:{port}"
            self._world.party(id).office.mint = lambda: secrets.token_hex(20)
        for guest in self.guests.values():
            self._appear(guest)
            guest.meet(self._serving.invite)
            visitors = visitors_of(self._world.scenario, guest.outsider)
            welcome(self._world, guest.outsider, visitors, self._serving.wait)
        self._kernel.env.process(self._look())

    def _refusal(self, http_status: int, sentence: str) -> Response:
        at = format_datetime(self._world.scenario.start_epoch_us + self._kernel.now_us)
        status = Status.SERVER_ERROR if http_status >= 500 else Status.CLIENT_ERROR
        body = envelope.failure(status, sentence, at)
        return Response(http_status, ((h.CONTENT_TYPE, "application/json"),), body)

    async def close(self) -> None:
        """Close the doors and let go of what is under way."""
        await self._doors.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*tuple(self._tasks), return_exceptions=True)
        if self._reach is not None:
            await self._reach.close()

    def _look(self) -> Generator[Event, Any, None]:
        while True:
            pause_us = round(_LOOK_S * 1e6 * self._governor.speed)
            yield self._kernel.env.timeout(min(max(1_000, pause_us), _LOOK_AGAIN_US))
            while self._mail:
                self._mail.popleft()()

    # From outside

    async def _knock(self, party: str, request: Request) -> Response:
        """An outsider asks one of ours, on the network's side of the mailbox."""
        if len(self._mail) >= _MOST_WAITING:
            return self._refusal(503, "Too many requests are waiting.")
        await self._newcomers.make_room(party, request)
        answer: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        self._mail.append(lambda: self._let_in(party, request, answer))
        try:
            async with asyncio.timeout(_ANSWER_WITHIN_S):
                return await answer
        except TimeoutError:
            return self._refusal(503, "The run is paused, or takes too long to answer.")

    def _let_in(self, party: str, request: Request, answer: "asyncio.Future[Response]") -> None:
        """The same within the run: an exchange begins."""
        if answer.done():
            return
        office = self._world.party(party).office
        headers = {name.lower(): value for name, value in reversed(request.headers)}
        authorization = headers.get("authorization", "")
        caller = office.platform.caller(authorization)
        if any(guest.begins_anew(party, authorization) for guest in self.guests.values()):
            caller = office.platform.caller(authorization)
        if self._newcomers.take_in(party, request, self._serving.wait):
            caller = office.platform.caller(authorization)
        guest = self.guests.get(caller.peer_id) if caller is not None else None
        if guest is None:
            why = "it has no credentials token that was handed out to anybody outside and is in force"
            answer.set_result(self._kernel.stranger(party, f"{request.method} {request.url[:200]}", why))
            return
        url = f"http://{office.identity.host}{request.url}"
        asked = office.platform.asked(request.method, url)
        if asked is not None and asked[1].module.value == "credentials":
            guest.addresses.learn(request.body)
        request = Request(
            request.method,
            guest.addresses.url_inward(url),
            guest.addresses.headers_inward(request.headers),
            guest.addresses.inward(request.body),
        )
        exchange = self._kernel.exchange(
            guest.node,
            party,
            request,
            subject_of(asked, caller.version if caller is not None else ""),
            TIME,
            headers.get("x-request-id", ""),
            headers.get("x-correlation-id", ""),
        )
        assert exchange.callbacks is not None
        exchange.callbacks.append(lambda _: self._let_out(guest, exchange, answer))

    def _let_out(self, guest: Guest, exchange: Exchange, answer: "asyncio.Future[Response]") -> None:
        if answer.done():
            return
        response = exchange.response
        if response is None:
            answer.set_result(self._refusal(503, f"{exchange.receiver.id} does not answer: {exchange.failure}."))
        else:
            addresses = guest.addresses
            headers, body = addresses.headers_outward(response.headers), addresses.outward(response.body)
            answer.set_result(Response(response.status, headers, body))

    # To the outside

    def _relay_to(self, guest: Guest) -> Callable[[Inbound], Handling]:
        def relay(inbound: Inbound) -> Handling:
            answer = Event(self._kernel.env)
            self._send(guest, inbound.request, answer)
            told = yield answer
            if isinstance(told, Response):
                if told.status == 401:
                    guest.refuses(dict(inbound.request.headers).get(h.AUTHORIZATION, ""))
                return told
            self._world.journal.event(
                guest.id, "unreachable", party=guest.id, data={"why": str(told)}, cause=inbound.cause
            )
            raise Interrupt(str(told))

        return relay

    def _send(self, guest: Guest, request: Request, answer: Event) -> None:
        if self._reach is None or guest.under_way >= _MOST_UNDER_WAY:
            why = "nobody outside is asked yet" if self._reach is None else "too many requests to it are under way"
            answer.succeed(why)
            return
        addresses = guest.addresses
        real = replace(
            request,
            url=addresses.url_outward(request.url),
            headers=addresses.headers_outward(request.headers),
            body=addresses.outward(request.body),
        )
        guest.under_way += 1
        task = asyncio.get_running_loop().create_task(self._carry(guest, real, self._reach, answer))
        self._tasks[task] = None
        task.add_done_callback(self._tasks.pop)

    async def _carry(self, guest: Guest, request: Request, reach: Reach, answer: Event) -> None:
        """Bring a request to an outsider and its answer to the mailbox, whatever happens."""
        told: Response | str
        try:
            # Longer than its exchange lasts: what comes after that is recorded as late.
            response = await reach.send(request, 2 * guest.outsider.timeout_us / 1e6)
            # A list of versions, or version details: there an outsider says under which hosts it serves.
            if b'"version"' in response.body:
                guest.addresses.learn(response.body)
            told = Response(
                response.status,
                guest.addresses.headers_inward(response.headers),
                guest.addresses.inward(response.body),
            )
        except Unreachable as problem:
            told = str(problem)
        finally:
            guest.under_way -= 1
        self._mail.append(lambda: answer.succeed(told))
