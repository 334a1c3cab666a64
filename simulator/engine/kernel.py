"""The kernel: SimPy's time and asyncio's sockets joined so that every run of a scenario is the same run.

Both ends of an exchange live in simulated time; the wire only carries bytes between them. Time moves only while
no exchange is being carried, one is carried at a time, and the wire reports to one mailbox that is emptied between
two steps.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Generator
from typing import Any

from simpy import Event, Interrupt, Process

from simulator.engine.clock import Clock
from simulator.engine.governor import Governor
from simulator.engine.journal import Journal
from simulator.engine.links import Links
from simulator.engine.node import Node
from simulator.engine.order import END
from simulator.engine.traffic import Traffic
from simulator.wire.carrier import Endpoint, Passage, Request, Response, Wire, WireFailure

TURN_S = 0.005
"""asyncio gets a turn this often even when no socket asks for one, or control, Ctrl-C and readers would starve."""

STEPS_A_LOOK = 16
"""The kernel looks at the wall clock after this many steps, which take much less than a turn."""

_WENT_DOWN = "the receiver went down while it was answering"

STRANGERS_NOTED = 100
"""Strangers told of in the recording; a port scan must not fill it."""


class Kernel:
    """Runs the simulation and carries its exchanges. Implements the wire's mailbox.

    Give every party to `join` before `open`; then `run` any number of times, each to a later instant; then `close`.
    `apology` makes the answer of a party whose handler failed, `refusal` the one to a stranger. `by_host` has the
    parties' ids by their logical hosts.
    """

    def __init__(
        self,
        start_us: int,
        wire: Wire,
        links: Links,
        journal: Journal,
        apology: Callable[[], Response],
        governor: Governor | None = None,
        refusal: Callable[[], Response] = lambda: Response(401, ()),
    ) -> None:
        self.env = Clock(start_us)
        self.journal = journal
        journal.clock = self.env
        self.links = links
        self.nodes: dict[str, Node] = {}
        self.by_host: dict[str, str] = {}
        self.traffic = Traffic(self.env, self.nodes, links, journal, apology)
        self.exchange = self.traffic.start
        self.governor = governor or Governor()
        self.wire = wire
        self._refusal = refusal
        self._strangers = 0
        self._spawned = 0
        self._mail: deque[tuple[Passage, Request | None, Response | None]] = deque()
        self._on_wire = False
        self._postman: asyncio.Future[None] | None = None
        self._broken: WireFailure | None = None
        self._turn_at_s = 0.0

    @property
    def now_us(self) -> int:
        """Simulated microseconds since the scenario's start."""
        return self.env.now_us

    # Parties and their processes

    def join(self, node: Node) -> None:
        """Make a party known; its id is unique."""
        self.nodes[node.id] = node
        self.by_host[node.host] = node.id

    async def open(self) -> tuple[str, ...]:
        """Start listening for every party; returns the wire's remarks."""
        endpoints = [Endpoint(node.id, node.host, node.port) for node in self.nodes.values()]
        return await self.wire.open(endpoints, self)

    async def let_in(self, node: Node) -> None:
        """Make a party known that comes while the run goes on; nothing is sent to it before it can be reached."""
        await self.wire.open([Endpoint(node.id, node.host, node.port)], self)
        self.join(node)

    async def close(self) -> None:
        """Stop listening."""
        await self.wire.close()

    def spawn(self, node: Node, work: Generator[Event, Any, object], what: str) -> Process:
        """Start a background process of a party.

        It ends quietly when the party goes down; an exception in it is a recorded fault.
        """
        self._spawned += 1
        process = self.env.process(self._background(node, self._spawned, work, what))
        node.background[self._spawned] = process
        return process

    def _background(
        self, node: Node, serial: int, work: Generator[Event, Any, object], what: str
    ) -> Generator[Event, Any, None]:
        try:
            yield from work
        except Interrupt:
            pass
        except Exception as error:
            self.failed(node, what, error)
        finally:
            del node.background[serial]

    def take_down(self, node: Node) -> None:
        """The party stops: its handlers and processes are interrupted, oldest first; callers get a connection error."""
        node.outages += 1
        node.epoch += 1
        for process in [*node.running.values(), *node.background.values()]:
            if process.is_alive and process is not self.env.active_process:
                process.interrupt(_WENT_DOWN)

    def bring_up(self, node: Node) -> None:
        """The party listens again, unless another outage still holds it."""
        node.outages -= 1

    # Exchanges

    @property
    def exchanges(self) -> int:
        """How many exchanges have been started."""
        return self.traffic.exchanges

    @property
    def concluded(self) -> int:
        """How many of them have reached their final state."""
        return self.traffic.concluded

    @property
    def parked(self) -> int:
        """How many of them wait for their receiver's answer."""
        return self.traffic.parked

    @property
    def handler_failures(self) -> int:
        """How often a party's code failed."""
        return self.traffic.failures

    def failed(self, node: Node, what: str, error: Exception) -> None:
        """See Traffic."""
        self.traffic.failed(node, what, error)

    # The wire's mailbox

    def arrived(self, passage: Passage, request: Request) -> None:
        """See Mailbox."""
        self._mail.append((passage, request, None))
        if self._postman is not None:
            self._wake()

    def returned(self, passage: Passage, response: Response) -> None:
        """See Mailbox."""
        self._mail.append((passage, None, response))
        if self._postman is not None:
            self._wake()

    def stranger(
        self, party: str, request_line: str, why: str = "only parties of the run may call its ports"
    ) -> Response:
        """See Mailbox. A hint is all that is left of it, since whether and when one comes is no part of the run."""
        self._strangers += 1
        if self._strangers <= STRANGERS_NOTED:
            last = " Others who may follow are not noted." if self._strangers == STRANGERS_NOTED else ""
            sentence = f"{request_line} reached {party} from outside the run and was refused; {why}.{last}"
            self.journal.hint(0, "stranger", "warning", sentence)
        return self._refusal()

    def broken(self, failure: WireFailure) -> None:
        """See Mailbox."""
        # What broke first is what there is to mend; the rest follows from it.
        self._broken = self._broken or failure
        self._wake()

    def _wake(self) -> None:
        if self._postman is not None and not self._postman.done():
            self._postman.set_result(None)

    # The loop

    async def run(self, until_us: int) -> None:
        """Run up to the instant (what is due then is not yet done) or until the governor stops the run.

        Raises KernelError, WireFailure or RecordingFailed; all carry a sentence. ValueError for an instant gone by.
        """
        env = self.env
        if until_us < self.env.now_us:
            raise ValueError(f"The run is at {self.env.now_us} us already and cannot go back to {until_us} us.")
        end = Event(env)
        end._ok = True
        end._value = None
        env.schedule(end, END, until_us - self.env.now_us)
        governor, to_carry, step, now_s = self.governor, self.traffic.to_carry, env.step, time.monotonic
        while end.callbacks is not None:
            for _ in range(STEPS_A_LOOK):
                if to_carry:
                    while self._carry():
                        await self._next_mail()
                if governor.attention and not await governor.admit(env.now_us, int(env.peek()), self.journal):
                    return
                step()
                if end.callbacks is None:
                    break
            if now_s() - self._turn_at_s > TURN_S:
                await self._give_turn()
        self._raise_if_broken()

    async def _give_turn(self) -> None:
        self.journal.offer()
        await asyncio.sleep(0)
        self._raise_if_broken()
        # Read anew: a turn that took long must not be followed by another after a single step.
        self._turn_at_s = time.monotonic()

    def _carry(self) -> bool:
        """Carry what is due, one at a time, to its end; no simulated time passes. Whether the wire still has it."""
        traffic, mail, wire = self.traffic, self._mail, self.wire
        to_carry = traffic.to_carry
        while to_carry or self._on_wire:
            if not self._on_wire:
                passage, answer = to_carry.popleft()
                self._on_wire = True
                if answer is None:
                    wire.send(passage)
                else:
                    wire.answer(passage, answer)
            if not mail:
                return True
            passage, request, response = mail.popleft()
            self._on_wire = False
            if request is not None:
                traffic.take_request(passage, request)
            elif response is not None:
                traffic.take_response(passage.exchange, response)
        return False

    async def _next_mail(self) -> None:
        self._raise_if_broken()
        self._postman = asyncio.get_running_loop().create_future()
        await self._postman
        self._postman = None

    def _raise_if_broken(self) -> None:
        if self._broken is not None:
            raise self._broken
