"""The seam between the engine and what carries its bytes, so that both wires are interchangeable to the bit."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any, Protocol

import msgspec

Headers = tuple[tuple[str, str], ...]
name_of = itemgetter(0)

MAX_BODY_BYTES = 10_000_000
"""A larger body is refused, by the same shared code whatever the wire (HTTP 413); a wire carries one byte more."""

TRANSPORT_HEADERS = frozenset(
    {
        "host",
        "date",
        "server",
        "user-agent",
        "accept",
        "accept-encoding",
        "connection",
        "keep-alive",
        "content-length",
        "transfer-encoding",
    }
)
"""What an HTTP library adds by itself: never shown to a party, never recorded, never in the digest."""


class Visible(dict[tuple[str, ...], bool]):
    """Leaves out what belongs to the transport; knows by heart the lists of names without, of which a run has few."""

    __slots__ = ()

    def __missing__(self, names: tuple[str, ...]) -> bool:
        """Whether none of the headers with these names belongs to the transport."""
        clean = self[names] = TRANSPORT_HEADERS.isdisjoint([name.lower() for name in names])
        return clean

    def __call__(self, headers: Headers) -> Headers:
        """The headers a party sees: the very tuple given when it need not be changed."""
        if self[tuple(map(name_of, headers))]:
            return headers
        return tuple([pair for pair in headers if pair[0].lower() not in TRANSPORT_HEADERS])


class Request(msgspec.Struct, frozen=True, gc=False):
    """One HTTP request as it stands on the wire. `url` is logical: a party's host, never a port."""

    method: str
    url: str
    headers: Headers
    body: bytes = b""


class Response(msgspec.Struct, frozen=True, gc=False):
    """One HTTP response as it stands on the wire."""

    status: int
    headers: Headers
    body: bytes = b""


def cut(body: bytes) -> bytes:
    """What a wire carries of a body: all of it, or as much as shows its reader that it is over the limit."""
    return body if len(body) <= MAX_BODY_BYTES else body[: MAX_BODY_BYTES + 1]


class Endpoint(msgspec.Struct, frozen=True):
    """Where a party listens: its logical host and, if it asks for one, a TCP port (0: any)."""

    party: str
    host: str
    port: int = 0


class WireFailure(RuntimeError):
    """The carrier itself broke (not a simulated fault): the run cannot go on. The text says what to do."""


class Passage(msgspec.Struct, eq=False):
    """One carrying of a request to its receiver and of the answer back; the engine's handle for it.

    Lives from the moment the request is put on the wire until the answer has been read by the sender. The wire may keep
    what it needs for the way back in `parked`.
    """

    exchange: Any
    sender: str
    receiver: str
    request: Request
    parked: object = None


class Mailbox(Protocol):
    """Where a wire reports; it never calls anything else of the engine (kernel's rule: one mailbox)."""

    def arrived(self, passage: Passage, request: Request) -> None:
        """The request was read by its receiver, as given here."""

    def returned(self, passage: Passage, response: Response) -> None:
        """The response was read by the sender, as given here."""

    def stranger(self, party: str, request_line: str) -> Response:
        """Somebody outside the run called a party, with this method and path; the result is what to answer."""

    def broken(self, failure: WireFailure) -> None:
        """The carrier broke."""


class Wire(Protocol):
    """Carries bytes. `send` and `answer` return at once; what comes of them is told to the mailbox.

    Alike on every wire: transport headers are not carried, and of a body over MAX_BODY_BYTES only one byte more is.
    """

    @property
    def name(self) -> str:
        """`http` or `memory`."""

    async def open(self, endpoints: Sequence[Endpoint], mailbox: Mailbox) -> tuple[str, ...]:
        """Start listening for every endpoint; returns sentences on what had to be done differently than asked.

        More may be opened later.
        """

    def send(self, passage: Passage) -> None:
        """Carry the passage's request to its receiver."""

    def answer(self, passage: Passage, response: Response) -> None:
        """Carry the response of an arrived passage back to its sender."""

    async def close(self) -> None:
        """Stop listening; passages still parked are dropped."""
