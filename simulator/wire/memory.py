"""The wire without sockets: the same bytes, handed over at once, for speed and for tests."""

from collections.abc import Sequence

from simulator.wire.carrier import MAX_BODY_BYTES, Endpoint, Mailbox, Passage, Request, Response, Visible, cut, name_of


class MemoryWire:
    """Reports each passage to the mailbox within the call itself; nothing is awaited, nothing is copied but bytes."""

    name = "memory"

    def __init__(self) -> None:
        self._mailbox: Mailbox | None = None
        self._visible = Visible()

    async def open(self, endpoints: Sequence[Endpoint], mailbox: Mailbox) -> tuple[str, ...]:  # noqa: ARG002
        """Remember where to report; there is nothing to listen on."""
        self._mailbox = mailbox
        return ()

    def send(self, passage: Passage) -> None:
        """Hand the request over."""
        assert self._mailbox is not None
        request = passage.request
        if not self._visible[tuple(map(name_of, request.headers))] or len(request.body) > MAX_BODY_BYTES:
            request = Request(request.method, request.url, self._visible(request.headers), cut(request.body))
        self._mailbox.arrived(passage, request)

    def answer(self, passage: Passage, response: Response) -> None:
        """Hand the response over."""
        assert self._mailbox is not None
        if not self._visible[tuple(map(name_of, response.headers))] or len(response.body) > MAX_BODY_BYTES:
            response = Response(response.status, self._visible(response.headers), cut(response.body))
        self._mailbox.returned(passage, response)

    async def close(self) -> None:
        """Nothing is open."""
