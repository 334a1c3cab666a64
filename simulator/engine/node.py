"""A party as the kernel sees it: a name, a host, a server, and whether it is up."""

from collections.abc import Callable, Generator
from typing import Any

import msgspec
from simpy import Event, Process

from simulator.engine.cause import Cause
from simulator.engine.exchange import Exchange
from simulator.wire.carrier import Request, Response

Handling = Generator[Event, Any, Response]


def _not_waiting(cause: object) -> None:
    """Before the kernel has begun to wait there is nothing to interrupt."""
    del cause


class Following:
    """An answer that follows from what comes of another exchange: lighter than a process that waits for it.

    `answer` makes it when the awaited exchange has reached its final state. The kernel sets `interrupt`, by which the
    party's going down ends it before.
    """

    __slots__ = ("answer", "awaited", "interrupt", "is_alive")

    def __init__(self, awaited: Exchange, answer: Callable[[Exchange], Response]) -> None:
        self.awaited = awaited
        self.answer = answer
        self.is_alive = True
        self.interrupt: Callable[[object], None] = _not_waiting

    def end(self) -> None:
        """Nobody waits any more. The kernel's function is let go: it leads back here, and circles cost a hop 20 us."""
        self.is_alive = False
        self.interrupt = _not_waiting


class Inbound(msgspec.Struct, frozen=True, gc=False):
    """A request as its receiver read it, and the message that it is as a cause of what follows."""

    request: Request
    cause: Cause


Server = Callable[[Inbound], "Response | Handling | Following"]
"""Answers at once, or as another exchange ends, or with a generator that waits in simulated time (a SimPy process)."""


class Node:
    """One addressable party.

    `running` holds its handlers that wait, `background` its other processes, both oldest first; going down
    interrupts them.
    `epoch` counts how often it went down: an answer to a question asked in an earlier life finds nobody.
    """

    __slots__ = ("background", "epoch", "host", "id", "outages", "port", "running", "server")

    def __init__(self, id: str, host: str, server: Server, port: int = 0) -> None:
        self.id = id
        self.host = host
        self.port = port
        self.server = server
        self.outages = 0
        self.epoch = 0
        self.running: dict[int, Process | Following] = {}
        self.background: dict[int, Process] = {}

    @property
    def down(self) -> bool:
        """Whether an outage keeps the party from serving and sending."""
        return self.outages > 0
