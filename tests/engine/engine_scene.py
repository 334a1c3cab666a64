"""A small scene for the tests of the kernel: real kernel, links, journal and recording; the parties are functions.

A story sets a scene up. `on_both_wires` plays it over memory and over HTTP and holds the two to be the same run: the
same rows in the same order, the same digest, the same notes taken by the parties, the same end.
"""

import asyncio
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from simpy import Event

from simulator.engine.cause import TIME, Cause
from simulator.engine.exchange import Exchange, Subject
from simulator.engine.governor import Governor
from simulator.engine.guard import KernelError
from simulator.engine.journal import Journal
from simulator.engine.kernel import Kernel
from simulator.engine.links import Latency, Link, Links
from simulator.engine.node import Inbound, Node, Server
from simulator.engine.order import FAULT
from simulator.engine.streams import Streams
from simulator.recording.rows import EventRow, FaultRow, MessageRow, SequencedRow
from simulator.recording.writer import Recorder
from simulator.wire.carrier import Endpoint, Headers, Mailbox, Passage, Request, Response, Wire, WireFailure
from simulator.wire.http import HttpWire
from simulator.wire.memory import MemoryWire

MS = 1_000
S = 1_000_000
WALL_LIMIT_S = 120
"""No scene takes nearly as long; one that hangs fails by it."""

JSON: Headers = (("Content-Type", "application/json"),)
OK = Response(200, JSON, b'{"status_code":1000}')
REFUSAL = Response(401, JSON, b'{"status_code":2000}')
APOLOGY = Response(500, JSON, b'{"status_code":3000}')

Story = Callable[["Scene"], object]


def status_of(body: bytes) -> int | None:
    return msgspec.json.decode(body)["status_code"] if body.startswith(b'{"status_code"') else None


def answer_ok(inbound: Inbound) -> Response:
    return OK


class KeepingRecorder(Recorder):
    """A real recorder that also keeps the rows it was given."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.kept: list[SequencedRow] = []

    def add(self, row: SequencedRow) -> int:
        self.kept.append(row)
        return super().add(row)


class WatchedWire:
    """A wire that knows how many passages it is carrying at this moment, and how many it ever carried at once."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.name = wire.name
        self.carrying = 0
        self.most = 0
        self.carried = 0

    async def open(self, endpoints: Sequence[Endpoint], mailbox: Mailbox) -> tuple[str, ...]:
        self.mailbox = mailbox
        return await self.wire.open(endpoints, self)

    def _count(self) -> None:
        self.carrying += 1
        self.carried += 1
        self.most = max(self.most, self.carrying)

    def send(self, passage: Passage) -> None:
        self._count()
        self.wire.send(passage)

    def answer(self, passage: Passage, response: Response) -> None:
        self._count()
        self.wire.answer(passage, response)

    def arrived(self, passage: Passage, request: Request) -> None:
        self.carrying -= 1
        self.mailbox.arrived(passage, request)

    def returned(self, passage: Passage, response: Response) -> None:
        self.carrying -= 1
        self.mailbox.returned(passage, response)

    def stranger(self, party: str, request_line: str) -> Response:
        return self.mailbox.stranger(party, request_line)

    def broken(self, failure: WireFailure) -> None:
        self.mailbox.broken(failure)

    async def close(self) -> None:
        await self.wire.close()


class Scene:
    """Parties, links and what happened between them. `notes` is what the parties took down, with the instant."""

    def __init__(self, folder: Path, wire: Wire, governor: Governor | None = None, start_us: int = 0) -> None:
        self.recorder = KeepingRecorder.create(folder / f"{wire.name}.ocpirun", "full", {})
        self.journal = Journal(self.recorder, status_of)
        self.wire = wire
        self.streams = Streams(7)
        self.links = Links()
        self.kernel = Kernel(start_us, wire, self.links, self.journal, lambda: APOLOGY, governor, lambda: REFUSAL)
        self.env = self.kernel.env
        self.notes: list[tuple[object, ...]] = []
        self.remarks: tuple[str, ...] = ()
        self.error = ""
        self.digest = ""

    # Setting up

    def party(self, id: str, server: Server = answer_ok, port: int = 0) -> Node:
        node = Node(id, f"{id.lower()}.ocpi.test", server, port)
        self.kernel.join(node)
        return node

    def link(
        self,
        a: Node,
        b: Node,
        one_way_us: int = 10 * MS,
        p95_us: int = 0,
        timeout_us: int = 5 * S,
        loss: float = 0.0,
        duplicates: float = 0.0,
    ) -> Link:
        link = Link(self.streams, a.id, b.id, Latency(one_way_us, p95_us), timeout_us, loss, duplicates)
        self.links.add(link)
        return link

    def at(self, at_us: int, do: Callable[[], object], priority: int = FAULT) -> None:
        event: Any = Event(self.env)
        event._ok, event._value = True, None
        event.callbacks.append(lambda _: do())
        self.env.schedule(event, priority, at_us - self.kernel.now_us)

    def ask(self, sender: Node, receiver: Node, name: str = "x", cause: Cause = TIME, body: bytes = b"{}") -> Exchange:
        request = Request("PUT", f"http://{receiver.host}/ocpi/{name}", JSON, body)
        return self.kernel.exchange(
            sender, receiver.id, request, Subject(module="sessions", route=name, object_id=name), cause
        )

    def ask_at(self, at_us: int, sender: Node, receiver: Node, name: str = "x") -> None:
        def ask() -> None:
            exchange = self.ask(sender, receiver, name)
            exchange.callbacks.append(lambda _: self.note(sender, "got", name, exchange.final))

        self.at(at_us, ask)

    def note(self, who: Node, *what: object) -> None:
        self.notes.append((self.kernel.now_us, who.id, *what))

    def noted(self, *what: object) -> list[int]:
        """When this was noted."""
        return [note[0] for note in self.notes if note[1:] == what]

    def slow(self, duration_us: int) -> Server:
        """A server that notes each request, waits, notes again and answers."""

        def serve(inbound: Inbound) -> Generator[Event, Any, Response]:
            name = name_of(inbound)
            receiver = self.kernel.nodes[self.kernel.by_host[urlsplit(inbound.request.url).netloc]]
            self.note(receiver, "begins", name)
            yield self.env.timeout(duration_us)
            self.note(receiver, "answers", name)
            return OK

        return serve

    # Playing

    async def run(self, until_us: int = 60 * S) -> None:
        """Open, run, close the wire; the error that ends the run is kept in `error`."""
        async with asyncio.timeout(WALL_LIMIT_S):
            try:
                self.remarks = await self.kernel.open()
                await self.kernel.run(until_us)
            except (KernelError, WireFailure) as error:
                self.error = f"{type(error).__name__}: {error}"
            finally:
                await self.kernel.close()

    def play(self, until_us: int = 60 * S) -> "Scene":
        asyncio.run(self.run(until_us))
        self.digest = self.recorder.close({})
        return self

    # What happened

    @property
    def rows(self) -> list[SequencedRow]:
        return self.recorder.kept

    @property
    def messages(self) -> list[MessageRow]:
        return [row for row in self.rows if isinstance(row, MessageRow)]

    @property
    def events(self) -> list[EventRow]:
        return [row for row in self.rows if isinstance(row, EventRow)]

    @property
    def faults(self) -> list[FaultRow]:
        return [row for row in self.rows if isinstance(row, FaultRow)]

    def message(self, name: str) -> MessageRow:
        """The one row of the exchange of this name."""
        (row,) = [row for row in self.messages if row.object_id == name]
        return row


def name_of(inbound: Inbound) -> str:
    return inbound.request.url.rpartition("/")[2]


def on_both_wires(folder: Path, story: Story, until_us: int = 60 * S) -> Scene:
    """The scene as played over memory, which is the same as over HTTP."""
    memory, http = Scene(folder, MemoryWire()), Scene(folder, HttpWire())
    for scene in (memory, http):
        story(scene)
        scene.play(until_us)
    assert memory.rows == http.rows
    assert memory.notes == http.notes
    assert memory.digest == http.digest
    assert memory.error == http.error
    assert memory.kernel.handler_failures == http.kernel.handler_failures
    return memory
