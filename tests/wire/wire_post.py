"""A mailbox for the tests of the wires: it answers what arrives and keeps what both ends have read."""

import asyncio
from collections.abc import Callable, Sequence

from simulator.wire.carrier import Endpoint, Passage, Request, Response, Wire, WireFailure
from simulator.wire.http import HttpWire
from simulator.wire.memory import MemoryWire

WALL_LIMIT_S = 120
A = Endpoint("A", "a.ocpi.test")
B = Endpoint("B", "b.ocpi.test")
URL = "http://b.ocpi.test/ocpi/x"
REFUSAL = Response(401, (("Content-Type", "application/json"),), b'{"status_code":2000}')


class Post:
    """Two parties on a wire; `carry` takes one request there and its answer back, `park` leaves it unanswered."""

    def __init__(self, wire: Wire, endpoints: Sequence[Endpoint] = (A, B)) -> None:
        self.wire = wire
        self.endpoints = endpoints
        self.remarks: tuple[str, ...] = ()
        self.strangers: list[tuple[str, str]] = []
        self._news: asyncio.Queue[Request | Response | WireFailure] = asyncio.Queue()

    async def __aenter__(self) -> "Post":
        try:
            self.remarks = await self.wire.open(self.endpoints, self)
        except BaseException:
            await self.wire.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.wire.close()

    # The mailbox

    def arrived(self, passage: Passage, request: Request) -> None:
        self._news.put_nowait(request)

    def returned(self, passage: Passage, response: Response) -> None:
        self._news.put_nowait(response)

    def stranger(self, party: str, request_line: str) -> Response:
        self.strangers.append((party, request_line))
        return REFUSAL

    def broken(self, failure: WireFailure) -> None:
        self._news.put_nowait(failure)

    async def news(self) -> Request | Response:
        """What the wire reports next; raises what broke it."""
        async with asyncio.timeout(WALL_LIMIT_S):
            news = await self._news.get()
        if isinstance(news, WireFailure):
            raise news
        return news

    # Carrying

    async def park(self, request: Request, sender: str = "A", receiver: str = "B") -> tuple[Passage, Request]:
        passage = Passage(None, sender, receiver, request)
        self.wire.send(passage)
        arrived = await self.news()
        assert isinstance(arrived, Request)
        return passage, arrived

    async def answer(self, passage: Passage, response: Response) -> Response:
        self.wire.answer(passage, response)
        returned = await self.news()
        assert isinstance(returned, Response)
        return returned

    async def carry(self, request: Request, response: Response) -> tuple[Request, Response]:
        """What the receiver read, and what the sender read."""
        passage, arrived = await self.park(request)
        return arrived, await self.answer(passage, response)


async def carried_by(
    wire_of: Callable[[], Wire], exchanges: Sequence[tuple[Request, Response]]
) -> list[tuple[Request, Response]]:
    async with Post(wire_of()) as post:
        return [await post.carry(request, response) for request, response in exchanges]


def on_both(exchanges: Sequence[tuple[Request, Response]]) -> list[tuple[Request, Response]]:
    """What was read at both ends over memory, which is the same as over HTTP."""
    memory = asyncio.run(carried_by(MemoryWire, exchanges))
    http = asyncio.run(carried_by(HttpWire, exchanges))
    assert memory == http
    return memory
