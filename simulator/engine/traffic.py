"""What becomes of an exchange, from its start to its final state: its way, its answer, its time-out, its failure.

All of this is simulated time. When bytes are due to be carried they are put into `to_carry`; the kernel has the wire
carry them, which takes no simulated time, and gives back what was read at the other end.
"""

from collections import deque
from collections.abc import Callable, Generator, Mapping
from typing import Any

from simpy import Event, Interrupt

from simulator.engine.cause import Cause
from simulator.engine.clock import Alarm, Clock
from simulator.engine.exchange import Exchange, Final, Subject
from simulator.engine.guard import Guard, KernelError
from simulator.engine.journal import Journal
from simulator.engine.links import Links
from simulator.engine.node import Following, Handling, Inbound, Node
from simulator.engine.order import ARRIVAL, REPLY, TIMEOUT, URGENT
from simulator.wire.carrier import Passage, Request, Response

_NOBODY = Response(503, ())
"""Sent back when the receiver went down while it was answering; the kernel lets no sender see it."""


class Traffic:
    """All exchanges of a run.

    `apology` makes the answer of a party whose handler failed. `exchanges` counts all, `concluded` those in their final
    state, `parked` those whose receiver has not answered yet, `failures` those whose receiver's code failed.
    """

    def __init__(
        self,
        env: Clock,
        nodes: Mapping[str, Node],
        links: Links,
        journal: Journal,
        apology: Callable[[], Response],
    ) -> None:
        self._env = env
        self._nodes = nodes
        self._links = links
        self._journal = journal
        self._apology = apology
        self._guard = Guard()
        self.exchanges = 0
        self.concluded = 0
        self.failures = 0
        self.parked = 0
        self.to_carry: deque[tuple[Passage, Response | None]] = deque()

    def start(
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
        receiver = self._nodes[receiver_id]
        link, there, back = self._links.ways[sender.id, receiver_id]
        self.exchanges += 1
        exchange = Exchange(
            self._env,
            self._conclude,
            self.exchanges,
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
        self._guard.admit(exchange)
        latency, loss, duplicates = link.conditions()
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
        if exchange.start_us + request_us >= exchange.deadline_us or exchange.loses == "request":
            self._watch(exchange)
        if exchange.loses != "request":
            self._env.after(request_us, self._arrive, exchange, ARRIVAL)
        if twice:
            self._duplicate(exchange, request_us)
        return exchange

    def _duplicate(self, first: Exchange, request_us: int) -> None:
        """The network delivers the request a second time, a little later; nobody waits for that answer."""
        self.exchanges += 1
        second = Exchange(
            self._env,
            self._conclude,
            self.exchanges,
            first.sender,
            first.receiver,
            first.link,
            first.request,
            first.subject,
            first.cause,
            first.request_id,
            first.correlation_id,
        )
        self._guard.admit(second)
        second.duplicate_of = first.id
        second.response_us = first.response_us
        extra_us = first.link.direction(first.sender.id).duplicate_lag_us(first.link.latency)
        if second.start_us + request_us + extra_us >= second.deadline_us:
            self._watch(second)
        self._env.after(request_us + extra_us, self._arrive, second, ARRIVAL)

    def _watch(self, exchange: Exchange) -> None:
        """Set the time-out, for an exchange that may reach it; the others need none."""
        if not exchange.watched:
            exchange.watched = True
            self._env.after(max(0, exchange.deadline_us - self._env.now_us), self._time_out, exchange, TIMEOUT)

    def _arrive(self, alarm: Alarm[Exchange]) -> None:
        exchange = alarm.subject
        if exchange.link.cuts or exchange.receiver.outages:
            if not exchange.final:
                exchange.failure = "the link is down" if exchange.link.down else "connection refused"
                self._reply(exchange)
            return
        self.to_carry.append((Passage(exchange, exchange.sender.id, exchange.receiver.id, exchange.request), None))

    def take_request(self, passage: Passage, request: Request) -> None:
        """The receiver has read the request: let it answer at once, or park it with a process that will."""
        exchange: Exchange = passage.exchange
        exchange.arrive_us = self._env.now_us
        node = exchange.receiver
        try:
            answer = node.server(Inbound(request, exchange.as_cause()))
        except Exception as error:
            answer = self._apologise(exchange, error)
        if isinstance(answer, Response):
            exchange.handled_us = exchange.arrive_us
            self.to_carry.append((passage, answer))
        elif isinstance(answer, Following):
            self._follow(exchange, passage, answer)
        else:
            self.parked += 1
            node.running[exchange.id] = self._env.process(self._handle(exchange, passage, answer))
            self._watch(exchange)

    def _handle(self, exchange: Exchange, passage: Passage, work: Handling) -> Generator[Event, Any, None]:
        node = exchange.receiver
        try:
            answer = yield from work
            if not isinstance(answer, Response):
                raise TypeError(f"The handler answered with {type(answer).__name__} instead of a Response.")
        except Interrupt as interrupt:
            answer = _NOBODY
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
            leave(_NOBODY)

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
        exchange.handled_us = self._env.now_us
        self.to_carry.append((passage, answer))

    def take_response(self, exchange: Exchange, response: Response) -> None:
        """The bytes are back at the sender's end; the simulated network delivers them later, or never."""
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
        if exchange.watched or self._env.now_us + delay_us >= exchange.deadline_us:
            self._watch(exchange)
            self._env.after(delay_us, self._reply_or_late, exchange, REPLY)
        else:
            exchange.happening = True
            self._env.schedule(exchange, REPLY, delay_us)

    def _reply_or_late(self, alarm: Alarm[Exchange]) -> None:
        exchange = alarm.subject
        if exchange.final:
            if exchange.late_response is not None and not exchange.link.down and not exchange.sender_gone:
                self._journal.late_answer(exchange)
        else:
            exchange.settle()
            exchange.happen(URGENT)

    def _time_out(self, alarm: Alarm[Exchange]) -> None:
        exchange = alarm.subject
        if not exchange.final:
            final: Final = "lost" if exchange.loses else "timed_out"
            failure = f"the network lost the {exchange.loses}" if exchange.loses else "no answer in time"
            exchange.late_response = exchange.response
            exchange.finish(final, failure, self._env.now_us)
            exchange.happen(URGENT)

    def _conclude(self, exchange: Exchange) -> None:
        """First to hear of the final state: record it, then those who wait go on."""
        if not exchange.final:
            exchange.settle()
        self.concluded += 1
        self._journal.exchange(exchange)

    def failed(self, node: Node, what: str, error: Exception) -> None:
        """A fault of ours in a party's code: it is recorded and the run goes on. An error of the kernel is raised."""
        if isinstance(error, KernelError):
            raise error
        self.failures += 1
        self._journal.exception(node.id, what, error)

    def _apologise(self, exchange: Exchange, error: Exception) -> Response:
        """The answer of a handler that failed: HTTP 500 and 3000."""
        self.failed(exchange.receiver, exchange.as_cause().label, error)
        return self._apology()
