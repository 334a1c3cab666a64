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

from simulator.engine.cause import Cause
from simulator.engine.clock import Alarm, Clock
from simulator.engine.exchange import Exchange, Final, Subject
from simulator.engine.governor import Governor
from simulator.engine.guard import Guard, KernelError
from simulator.engine.journal import Journal
from simulator.engine.links import Links
from simulator.engine.node import Following, Handling, Inbound, Node
from simulator.wire.carrier import Endpoint, Passage, Request, Response, Wire, WireFailure

# Order of what happens at one instant: SimPy wakes processes at 0 and 1, so faults come before and messages after them.
END = -2
FAULT = -1
URGENT = 0
TIMEOUT = 2
REPLY = 3
ARRIVAL = 4

TURN_S = 0.005
"""asyncio gets a turn this often even when no socket asks for one, or control, Ctrl-C and readers would starve."""

STEPS_A_LOOK = 16
"""The kernel looks at the wall clock after this many steps, which take much less than a turn."""

_WENT_DOWN = "the receiver went down while it was answering"

NOBODY = Response(503, ())
"""Sent back when the receiver went down while it was answering; the kernel lets no sender see it."""

STRANGERS_NOTED = 100
"""Strangers told of in the recording; a port scan must not fill it."""


class Kernel:
    """Runs the simulation and carries its exchanges. Implements the wire's mailbox.

    Give every party to `join` before `open`; then `run` any number of times, each to a later instant; then `close`.
    `apology` makes the answer of a party whose handler failed, `refusal` the one to a stranger.
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
        self._by_host: dict[str, str] = {}
        self.exchanges = 0
        self.concluded = 0
        self.handler_failures = 0
        self.parked = 0
        self.governor = governor or Governor()
        self.wire = wire
        self._apology = apology
        self._refusal = refusal
        self._strangers = 0
        self._guard = Guard()
        self._spawned = 0
        self._to_carry: deque[tuple[Passage, Response | None]] = deque()
        self._mail: deque[tuple[Passage, Request | Response]] = deque()
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
        self._by_host[node.host] = node.id

    def party_at(self, host: str) -> str | None:
        """The id of the party that a logical host belongs to; None for a host that is not of this run."""
        return self._by_host.get(host)

    async def open(self) -> tuple[str, ...]:
        """Start listening for every party; returns the wire's remarks."""
        endpoints = [Endpoint(node.id, node.host, node.port) for node in self.nodes.values()]
        return await self.wire.open(endpoints, self)

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

    # An exchange, from start to final state

    def exchange(
        self,
        sender: Node,
        receiver_id: str,
        request: Request,
        subject: Subject,
        cause: Cause,
        request_id: str = "",
        correlation_id: str = "",
        timeout_us: int | None = None,
    ) -> Exchange:
        """Start an exchange; the result is an event that happens at its final state, after `timeout_us` at the latest.

        Raises KernelError when it closes a circle or is one too many in this instant; KeyError for an unknown receiver.
        """
        receiver = self.nodes[receiver_id]
        link, there, back = self.links.way(sender.id, receiver_id)
        exchange = Exchange(
            self.env,
            self.exchanges + 1,
            sender,
            receiver,
            link,
            request,
            subject,
            cause,
            request_id,
            correlation_id,
        )
        if timeout_us is not None:
            exchange.deadline_us = min(exchange.deadline_us, exchange.start_us + timeout_us)
        self._begin(exchange)
        latency, loss, duplicates = link.conditions
        request_us = there.latency_us(latency)
        exchange.response_us = back.latency_us(latency)
        if loss > 0:
            loses_request, loses_response = there.loses(loss), back.loses(loss)
            exchange.loses = "request" if loses_request else "response" if loses_response else ""
        twice = duplicates > 0 and there.duplicates(duplicates)
        if sender.outages:
            exchange.failure = "the sender is down"
            exchange.happen(REPLY)
            return exchange
        if exchange.loses == "request":
            self._watch(exchange)
        else:
            self._depart(exchange, request_us)
        if twice:
            self._duplicate(exchange, request_us)
        return exchange

    def _begin(self, exchange: Exchange) -> None:
        self.exchanges += 1
        self._guard.admit(exchange)
        assert exchange.callbacks is not None
        exchange.callbacks.append(self._conclude)

    def _duplicate(self, first: Exchange, request_us: int) -> None:
        """The network delivers the request a second time, a little later; nobody waits for that answer."""
        second = Exchange(
            self.env,
            self.exchanges + 1,
            first.sender,
            first.receiver,
            first.link,
            first.request,
            first.subject,
            first.cause,
            first.request_id,
            first.correlation_id,
        )
        self._begin(second)
        second.duplicate_of = first.id
        second.response_us = first.response_us
        extra_us = first.link.direction(first.sender.id).duplicate_lag_us(first.link.latency)
        self._depart(second, request_us + extra_us)

    def _depart(self, exchange: Exchange, delay_us: int) -> None:
        """The request sets out and arrives after this delay."""
        if exchange.start_us + delay_us >= exchange.deadline_us:
            self._watch(exchange)
        self.env.after(delay_us, self._arrive, exchange, ARRIVAL)

    def _watch(self, exchange: Exchange) -> None:
        """Set the time-out, for an exchange that may reach it; the others need none."""
        if not exchange.watched:
            exchange.watched = True
            self.env.after(max(0, exchange.deadline_us - self.env.now_us), self._time_out, exchange, TIMEOUT)

    def _arrive(self, alarm: Alarm[Exchange]) -> None:
        exchange = alarm.subject
        if exchange.link.cuts or exchange.receiver.outages:
            if not exchange.final:
                exchange.failure = "the link is down" if exchange.link.down else "connection refused"
                self._reply(exchange)
            return
        passage = Passage(exchange, exchange.sender.id, exchange.receiver.id, exchange.request)
        exchange.passage = passage
        self._to_carry.append((passage, None))

    def _take_request(self, exchange: Exchange, passage: Passage, request: Request) -> None:
        """The receiver has read the request: let it answer at once, or park it with a process that will."""
        exchange.arrive_us = self.env.now_us
        node = exchange.receiver
        try:
            answer = node.server(Inbound(request, exchange.as_cause()))
        except Exception as error:
            answer = self._apologise(exchange, error)
        if isinstance(answer, Response):
            self._answer(exchange, passage, answer)
        elif isinstance(answer, Following):
            self._follow(exchange, passage, answer)
        else:
            self.parked += 1
            node.running[exchange.id] = self.env.process(self._handle(exchange, passage, answer))
            self._watch(exchange)

    def _handle(self, exchange: Exchange, passage: Passage, work: Handling) -> Generator[Event, Any, None]:
        node = exchange.receiver
        try:
            answer = yield from work
            if not isinstance(answer, Response):
                raise TypeError(f"The handler answered with {type(answer).__name__} instead of a Response.")
        except Interrupt as interrupt:
            answer = NOBODY
            exchange.interrupted = str(interrupt.cause)
        except Exception as error:
            answer = self._apologise(exchange, error)
        finally:
            self.parked -= 1
            node.running.pop(exchange.id, None)
        self._answer(exchange, passage, answer)

    def _follow(self, exchange: Exchange, passage: Passage, following: Following) -> None:
        """Park the request until the exchange that it waits for has ended, which needs no process."""
        running, awaited = exchange.receiver.running, following.awaited

        def leave(answer: Response) -> None:
            following.end()
            self.parked -= 1
            running.pop(exchange.id, None)
            self._answer(exchange, passage, answer)

        def interrupt(cause: object) -> None:
            exchange.interrupted = str(cause)
            leave(NOBODY)

        def conclude(_: Event) -> None:
            if following.is_alive:
                try:
                    answer = following.answer(awaited)
                except Exception as error:
                    answer = self._apologise(exchange, error)
                leave(answer)

        self.parked += 1
        running[exchange.id] = following
        following.interrupt = interrupt
        assert awaited.callbacks is not None
        awaited.callbacks.append(conclude)
        if awaited.deadline_us >= exchange.deadline_us:
            self._watch(exchange)

    def _answer(self, exchange: Exchange, passage: Passage, answer: Response) -> None:
        exchange.handled_us = self.env.now_us
        self._to_carry.append((passage, answer))

    def _take_response(self, exchange: Exchange, response: Response) -> None:
        """The bytes are back at the sender's end; the simulated network delivers them later, or never."""
        exchange.passage = None
        if exchange.interrupted:
            if not exchange.final:
                exchange.failure = exchange.interrupted
                self._reply(exchange)
        elif exchange.loses == "response":
            self._watch(exchange)
        else:
            if exchange.final:
                exchange.late_response = response
            else:
                exchange.response = response
            self._reply(exchange)

    def _reply(self, exchange: Exchange) -> None:
        delay_us = exchange.response_us
        if exchange.watched or self.env.now_us + delay_us >= exchange.deadline_us:
            self._watch(exchange)
            self.env.after(delay_us, self._reply_or_late, exchange, REPLY)
        else:
            exchange.happen(REPLY, delay_us)

    def _reply_or_late(self, alarm: Alarm[Exchange]) -> None:
        exchange = alarm.subject
        if exchange.final:
            if exchange.late_response is not None and not exchange.link.down and not exchange.sender_gone:
                self.journal.late_answer(exchange)
        else:
            self._settle(exchange)
            exchange.happen(URGENT)

    def _time_out(self, alarm: Alarm[Exchange]) -> None:
        exchange = alarm.subject
        if not exchange.final:
            final: Final = "lost" if exchange.loses else "timed_out"
            failure = f"the network lost the {exchange.loses}" if exchange.loses else "no answer in time"
            exchange.late_response = exchange.response
            exchange.finish(final, failure, self.env.now_us)
            exchange.happen(URGENT)

    def _settle(self, exchange: Exchange) -> None:
        if exchange.failure:
            exchange.finish("dead", exchange.failure, self.env.now_us)
        elif exchange.link.cuts:
            exchange.finish("dead", "the link went down", self.env.now_us)
        elif exchange.sender_gone:
            exchange.finish("dead", "the sender went down", self.env.now_us)
        else:
            exchange.finish("delivered", "", self.env.now_us)

    def _conclude(self, event: Event) -> None:
        """First to hear of the final state: record it, then those who wait go on."""
        assert isinstance(event, Exchange)
        if not event.final:
            self._settle(event)
        self.concluded += 1
        self.journal.exchange(event)

    def failed(self, node: Node, what: str, error: Exception) -> None:
        """A fault of ours in a party's code: it is recorded and the run goes on. An error of the kernel is raised."""
        if isinstance(error, KernelError):
            raise error
        self.handler_failures += 1
        self.journal.exception(node.id, what, error)

    def _apologise(self, exchange: Exchange, error: Exception) -> Response:
        """The answer of a handler that failed: HTTP 500 and 3000."""
        self.failed(exchange.receiver, exchange.as_cause().label, error)
        return self._apology()

    # The wire's mailbox

    def arrived(self, passage: Passage, request: Request) -> None:
        """See Mailbox."""
        self._mail.append((passage, request))
        if self._postman is not None:
            self._wake()

    def returned(self, passage: Passage, response: Response) -> None:
        """See Mailbox."""
        self._mail.append((passage, response))
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
        env.schedule(end, END, until_us - self.env.now_us)  # type: ignore[arg-type]
        governor, to_carry, step, now_s = self.governor, self._to_carry, env.step, time.monotonic
        steps = 0
        while end.callbacks is not None:
            if to_carry:
                await self._carry()
            if governor.attention and not await governor.admit(self.env.now_us, int(env.peek()), self.journal):
                return
            step()
            steps += 1
            if not steps % STEPS_A_LOOK and now_s() - self._turn_at_s > TURN_S:
                await self._give_turn()
        self._raise_if_broken()

    async def _give_turn(self) -> None:
        self.journal.offer()
        await asyncio.sleep(0)
        self._raise_if_broken()
        # Read anew: a turn that took long must not be followed by another after a single step.
        self._turn_at_s = time.monotonic()

    async def _carry(self) -> None:
        """Carry what is due, one at a time, to its end; no simulated time passes."""
        to_carry, mail, wire = self._to_carry, self._mail, self.wire
        while to_carry:
            passage, response = to_carry.popleft()
            if response is None:
                wire.send(passage)
            else:
                wire.answer(passage, response)
            while not mail:
                await self._next_mail()
            passage, what = mail.popleft()
            exchange = passage.exchange
            assert isinstance(exchange, Exchange)
            if isinstance(what, Request):
                self._take_request(exchange, passage, what)
            else:
                self._take_response(exchange, what)

    async def _next_mail(self) -> None:
        self._raise_if_broken()
        self._postman = asyncio.get_running_loop().create_future()
        await self._postman
        self._postman = None

    def _raise_if_broken(self) -> None:
        if self._broken is not None:
            raise self._broken
