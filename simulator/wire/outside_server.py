"""The doors by which platforms outside the run reach our parties: real HTTP servers, one a party.

A door takes only what a party could answer: OCPI's methods, a plain path, a body within the limit and in time. Whoever
is slow, floods, or sends nonsense is turned away here, in an envelope as OCPI has it, and the run does not hear of it.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiohttp import web

from simulator.wire.carrier import MAX_BODY_BYTES, Headers, Request, Response, Visible, WireFailure

Knock = Callable[[str, Request], Awaitable[Response]]
"""Asked for the answer of a party (by its id) to a request whose URL is the path with its query."""

Refusal = Callable[[int, str], Response]
"""The answer, with this HTTP status and sentence, of a door that lets nobody in."""

_TurnAway = Callable[[int, str], web.Response]
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
_path: Final = re.compile(
    r"/(?!(?:[^?]*/)?\.{1,2}(?:[/?]|\Z))(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]++|%[0-9A-Fa-f]{2})*+\Z"
).match
"""A path that any HTTP library carries as it stands."""
_DROPPED: Final = ("content-encoding", "expect", "te", "trailer", "upgrade", "proxy-authorization", "cookie")
_BODY_WITHIN_S: Final = 20.0
_MOST_UNDER_WAY: Final = 256
_MOST_OF_ONE: Final = 32
"""Requests that the doors hold at the same time, and of those the ones with one and the same token."""
_SHUTDOWN_S: Final = 0.1
_LONGEST_LINE_BYTES: Final = 8190
_UNREADABLE: Final = (
    "The request cannot be read as HTTP: a method that there is not, a header twice or malformed, a body that is not "
    f"as its headers say, or a line of more than {_LONGEST_LINE_BYTES} bytes."
)


class Doors:
    """Life: made -> `open`, once for each party -> `close`."""

    def __init__(self, address: str, knock: Knock, refusal: Refusal) -> None:
        self._address = address
        self._knock = knock
        self._refusal = refusal
        self._runners: list[web.ServerRunner] = []
        self._under_way: Counter[str] = Counter()
        self._visible = Visible()

    async def open(self, party: str, port: int) -> int:
        """Listen for a party (0: on any port); returns the port. Raises WireFailure when it cannot be had."""
        server = _Server(lambda received: self._serve(party, received), self._turn_away)
        runner = web.ServerRunner(server, shutdown_timeout=_SHUTDOWN_S)
        await runner.setup()
        self._runners.append(runner)
        try:
            await web.TCPSite(runner, self._address, port).start()
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise WireFailure(
                f"{party} cannot listen on {self._address}, port {port or 'any'}, for those outside ({reason}); "
                "give another --bind, or another port in the scenario."
            ) from error
        return int(runner.addresses[0][1])

    async def close(self) -> None:
        """Stop listening."""
        for runner in self._runners:
            await runner.cleanup()

    async def _serve(self, party: str, received: web.BaseRequest) -> web.StreamResponse:
        who = received.headers.get("Authorization", "")
        if self._under_way[who] >= _MOST_OF_ONE or self._under_way.total() >= _MOST_UNDER_WAY:
            return self._turn_away(503, "Too many requests are under way.")
        self._under_way[who] += 1
        try:
            return await self._take(party, received)
        finally:
            self._under_way[who] -= 1
            if not self._under_way[who]:
                del self._under_way[who]

    async def _take(self, party: str, received: web.BaseRequest) -> web.StreamResponse:
        if received.method not in _METHODS:
            return self._turn_away(405, f"OCPI has no method {received.method[:20]!r}.")
        if _path(received.raw_path) is None:
            return self._turn_away(404, "There is nothing at this path.")
        try:
            async with asyncio.timeout(_BODY_WITHIN_S):
                body = await _read(received)
        except TimeoutError:
            return self._turn_away(408, f"The body did not come within {_BODY_WITHIN_S:g} s.")
        except (web.HTTPException, web.RequestPayloadError, ValueError, OSError):
            return self._turn_away(400, "The body cannot be read.")
        if len(body) > MAX_BODY_BYTES:
            return self._turn_away(413, f"A body may have {MAX_BODY_BYTES} bytes at most.")
        request = Request(received.method, received.raw_path, self._kept(received), body)
        return self._written(await self._knock(party, request))

    def _kept(self, received: web.BaseRequest) -> Headers:
        pairs = tuple((str(name), value) for name, value in received.headers.items() if name.lower() not in _DROPPED)
        return self._visible(pairs)

    def _turn_away(self, http_status: int, sentence: str) -> web.Response:
        answer = self._written(self._refusal(http_status, sentence))
        # Whatever is still to come is never read.
        answer.force_close()
        return answer

    def _written(self, response: Response) -> web.Response:
        return web.Response(status=response.status, headers=self._visible(response.headers), body=response.body)


class _Server(web.Server):
    """aiohttp's server, but for what it says to those whose requests it cannot read."""

    def __init__(self, serve: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]], turn_away: _TurnAway) -> None:
        super().__init__(serve)
        self._turn_away = turn_away

    def __call__(self) -> web.RequestHandler:
        return _Porter(self, self._turn_away)


class _Porter(web.RequestHandler):
    """One connection."""

    def __init__(self, server: _Server, turn_away: _TurnAway) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            max_line_size=_LONGEST_LINE_BYTES,
            max_field_size=_LONGEST_LINE_BYTES,
        )
        self._turn_away = turn_away

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        """Answer what is no HTTP, or is over the limits of aiohttp's parser."""
        if status >= 500:
            return super().handle_error(request, status, exc, message)
        return self._turn_away(status, _UNREADABLE)

    def log_exception(self, *args: object, **kw: Any) -> None:
        """Say nothing of a body that cannot be read: anybody could fill the terminal with it."""
        if not isinstance(kw.get("exc_info"), web.RequestPayloadError):
            super().log_exception(*args, **kw)


async def _read(received: web.BaseRequest) -> bytes:
    """The body, or as much of it as shows that it is over the limit."""
    parts: list[bytes] = []
    size = 0
    while size <= MAX_BODY_BYTES and (part := await received.content.readany()):
        parts.append(part)
        size += len(part)
    return b"".join(parts)
