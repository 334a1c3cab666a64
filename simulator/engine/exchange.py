"""One request and its response between two parties: a state machine with exactly one final state."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from simpy import Event
from simpy.events import PENDING

from simulator.engine.cause import Cause
from simulator.engine.clock import Clock
from simulator.wire.carrier import Request, Response

if TYPE_CHECKING:
    from simulator.engine.links import Link
    from simulator.engine.node import Node

Final = Literal["", "delivered", "timed_out", "lost", "dead"]


class Subject(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What an exchange is about, as its sender knows it; for the recording only, no party ever reads it."""

    module: str
    interface: str = ""
    route: str = ""
    version: str = ""
    object_kind: str = ""
    object_id: str = ""
    session_id: str = ""
    token_uid: str = ""
    location_id: str = ""


class Exchange(Event):
    """An HTTP exchange under way; a SimPy event that happens when its final state is reached.

    Life: started -> arrived (the receiver has the request) -> answered (the response is on its way) -> final:
    `delivered` (the sender has the response), `timed_out`, `lost` (the network lost request or response; the sender
    sees a time-out) or `dead` (connection refused or broken). A process that yields it gets the exchange itself back
    and reads `response`, which is there only when delivered, as is `ocpi_status`, the status code in it.
    """

    __slots__ = (
        "_ok",
        "arrive_us",
        "callbacks",
        "cause",
        "correlation_id",
        "deadline_us",
        "depth",
        "duplicate_of",
        "end_us",
        "env",
        "failure",
        "final",
        "handled_us",
        "happening",
        "id",
        "interrupted",
        "late_response",
        "link",
        "loses",
        "ocpi_status",
        "own_cause",
        "receiver",
        "request",
        "request_id",
        "response",
        "response_us",
        "sender",
        "sender_epoch",
        "start_us",
        "subject",
        "watched",
    )

    env: Clock

    def __init__(
        self,
        env: Clock,
        conclude: Callable[["Exchange"], None],
        id: int,
        sender: "Node",
        receiver: "Node",
        link: "Link",
        request: Request,
        subject: Subject,
        cause: Cause,
        request_id: str,
        correlation_id: str,
    ) -> None:
        self.env = env
        self.callbacks = [conclude]
        self.id = id
        self.sender = sender
        self.sender_epoch = sender.epoch
        self.receiver = receiver
        self.link = link
        self.request = request
        self.subject = subject
        self.cause = cause
        self.depth = cause.depth + 1
        self.request_id = request_id
        self.correlation_id = correlation_id
        self.start_us = env.now_us
        self.deadline_us = self.start_us + link.timeout_us
        self.arrive_us: int | None = None
        self.handled_us: int | None = None
        self.end_us = 0
        self.response_us = 0
        self.loses = ""
        self.final: Final = ""
        self.failure = ""
        self.watched = False
        self.interrupted = ""
        self.response: Response | None = None
        self.ocpi_status: int | None = None
        self.late_response: Response | None = None
        self.duplicate_of = 0
        self.own_cause: Cause | None = None
        self.happening = False
        self._ok = True

    @property
    def delivered(self) -> bool:
        """Whether the sender has the response."""
        return self.final == "delivered"

    @property
    def sender_gone(self) -> bool:
        """Whether the party that asked is down, or has been since: its later life gets no answers to the earlier."""
        return self.sender.outages > 0 or self.sender.epoch != self.sender_epoch

    def as_cause(self) -> Cause:
        """This exchange as the cause of what its receiver does about it."""
        if self.own_cause is None:
            words = (self.sender.id, "->", self.receiver.id, self.subject.route or self.request.method)
            self.own_cause = Cause("message", self.id, self.depth, words, self.cause)
        return self.own_cause

    def settle(self) -> None:
        """Reach the final state now: delivered, unless something has failed on the way."""
        if self.failure or self.link.cuts or self.sender.outages or self.sender.epoch != self.sender_epoch:
            went_down = "the link went down" if self.link.cuts else "the sender went down"
            self.finish("dead", self.failure or went_down, self.env.now_us)
        else:
            self.final = "delivered"
            self.end_us = self.env.now_us

    def finish(self, final: Final, failure: str, end_us: int) -> None:
        """Reach the final state; a second time is a fault of the kernel."""
        if self.final:
            raise AssertionError(f"Exchange {self.id} is {self.final} and cannot become {final}.")
        self.final = final
        self.failure = failure
        self.end_us = end_us
        if final != "delivered":
            self.response = None

    @property
    def _value(self) -> Any:
        """What SimPy gives to those who waited; as an attribute it would be a circle that only the collector breaks."""
        return self if self.happening else PENDING

    def happen(self, priority: int, delay_us: int = 0) -> None:
        """Schedule this event itself: those who wait for it wake when it is processed."""
        self.happening = True
        self.env.schedule(self, priority, delay_us)
