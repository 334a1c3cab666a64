"""The wire over real HTTP: an aiohttp server and client for every party, on the loopback.

A logical host such as `nl-abc.ocpi.test` is resolved to 127.0.0.1 and the port its party really listens on, so that no
port reaches a header or a body and every run reads the same.
"""

import asyncio
import io
import socket
from collections.abc import Sequence
from typing import cast

import aiohttp
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from simulator.wire.carrier import (
    MAX_BODY_BYTES,
    TRANSPORT_HEADERS,
    Endpoint,
    Headers,
    Mailbox,
    Passage,
    Request,
    Response,
    WireFailure,
)
from simulator.wire.descriptors import raise_descriptor_limit

LOOPBACK = "127.0.0.1"

_NEVER_S = 365 * 24 * 3600.0
_SKIPPED = ("User-Agent", "Accept", "Accept-Encoding")


class LogicalResolver(AbstractResolver):
    """Resolves the logical hosts of this run, and nothing else, to where their parties listen."""

    def __init__(self, address: str) -> None:
        self._address = address
        self.ports: dict[str, int] = {}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The loopback address and port of `host`; OSError for a host that no party of the run has."""
        del port, family
        if host not in self.ports:
            raise OSError(f"No party of this run has the host {host!r}; it has {', '.join(self.ports)}.")
        found = ResolveResult(
            hostname=host,
            host=self._address,
            port=self.ports[host],
            family=socket.AF_INET,
            proto=0,
            flags=socket.AI_NUMERICHOST,
        )
        return [found]

    async def close(self) -> None:
        """Nothing to close."""


class HttpWire:
    """Real requests on real sockets. Time-outs are off here: they belong to simulated time (design, kernel's rules)."""

    name = "http"

    def __init__(self, address: str = LOOPBACK) -> None:
        self._address = address
        self._resolver = LogicalResolver(address)
        self._clients: dict[str, aiohttp.ClientSession] = {}
        self._runners: list[web.ServerRunner] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._on_wire: Passage | None = None
        self._descriptors = 0
        self._parked = 0
        self._mailbox: Mailbox | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def open(self, endpoints: Sequence[Endpoint], mailbox: Mailbox) -> tuple[str, ...]:
        """Start a server and a client for each endpoint. Returns a sentence for each port that was not free."""
        self._mailbox = mailbox
        self._loop = asyncio.get_running_loop()
        self._descriptors = raise_descriptor_limit()
        remarks = []
        for endpoint in endpoints:
            remark = await self._listen(endpoint)
            if remark:
                remarks.append(remark)
            self._clients[endpoint.party] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=0, resolver=self._resolver, ttl_dns_cache=None, keepalive_timeout=_NEVER_S
                ),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=None, sock_read=None),
                skip_auto_headers=_SKIPPED,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                read_bufsize=2**20,
            )
        return tuple(remarks)

    async def _listen(self, endpoint: Endpoint) -> str:
        runner = web.ServerRunner(
            web.Server(self._serve, keepalive_timeout=_NEVER_S, access_log=None, lingering_time=0.0),
            shutdown_timeout=0.0,
        )
        await runner.setup()
        self._runners.append(runner)
        remark = ""
        try:
            site = web.TCPSite(runner, self._address, endpoint.port, backlog=1024)
            await site.start()
        except OSError as error:
            if not endpoint.port:
                raise WireFailure(f"{endpoint.party} cannot listen on {self._address}: {error}.") from error
            site = web.TCPSite(runner, self._address, 0, backlog=1024)
            await site.start()
            remark = f"Port {endpoint.port} that {endpoint.party} asks for is occupied"
        port = int(runner.addresses[0][1])
        self._resolver.ports[endpoint.host] = port
        return f"{remark}; it listens on {port} instead." if remark else ""

    def send(self, passage: Passage) -> None:
        """Put the request on its socket."""
        if self._parked * 2 + 64 > self._descriptors:
            raise WireFailure(
                f"{self._parked} exchanges wait for an answer at once, which takes two file descriptors each, and this "
                f"process may have {self._descriptors}; raise the limit (ulimit -n) or run with --wire memory."
            )
        assert self._loop is not None
        self._on_wire = passage
        self._parked += 1
        task = self._loop.create_task(self._request(passage))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _request(self, passage: Passage) -> None:
        request = passage.request
        assert self._mailbox is not None
        try:
            async with self._clients[passage.sender].request(
                request.method,
                URL(request.url, encoded=True),
                headers=request.headers,
                data=_payload(request.body),
                allow_redirects=False,
            ) as answer:
                body = await answer.read()
                response = Response(answer.status, _visible(answer.raw_headers), body)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            self._mailbox.broken(
                WireFailure(f"{request.method} {request.url} could not be carried: {error or type(error).__name__}.")
            )
            return
        self._parked -= 1
        self._mailbox.returned(passage, response)

    async def _serve(self, received: web.BaseRequest) -> web.StreamResponse:
        passage = self._on_wire
        self._on_wire = None
        assert self._mailbox is not None
        assert self._loop is not None
        if passage is None or not passage.request.url.endswith(received.raw_path):
            self._mailbox.broken(
                WireFailure(f"{received.method} {received.raw_path} reached a server twice or was sent by a stranger.")
            )
            return web.Response(status=500)
        body = await _read(received)
        request = Request(received.method, passage.request.url, _visible(received.raw_headers), body)
        future: asyncio.Future[Response] = self._loop.create_future()
        passage.parked = future
        self._mailbox.arrived(passage, request)
        response = await future
        return web.Response(status=response.status, headers=response.headers, body=response.body)

    def answer(self, passage: Passage, response: Response) -> None:
        """Let the server's handler answer."""
        cast("asyncio.Future[Response]", passage.parked).set_result(response)

    async def close(self) -> None:
        """Close clients first, then servers; parked handlers are cancelled."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for client in self._clients.values():
            await client.close()
        for runner in self._runners:
            await runner.cleanup()


def _payload(body: bytes) -> bytes | io.BytesIO | None:
    """What aiohttp sends for the body; it wants a large one as a file."""
    if not body:
        return None
    return body if len(body) < 2**20 else io.BytesIO(body)


def _visible(raw: Sequence[tuple[bytes, bytes]]) -> Headers:
    """The headers a party sees: all but those that an HTTP library adds by itself."""
    pairs = []
    for raw_name, raw_value in raw:
        name = raw_name.decode("latin-1")
        if name.lower() not in TRANSPORT_HEADERS:
            pairs.append((name, raw_value.decode("latin-1")))
    return tuple(pairs)


async def _read(received: web.BaseRequest) -> bytes:
    """The whole body, or as much of it as shows that it is over the limit (the shared code then refuses it)."""
    if not received.body_exists:
        return b""
    parts: list[bytes] = []
    size = 0
    while size <= MAX_BODY_BYTES:
        part = await received.content.readany()
        if not part:
            break
        parts.append(part)
        size += len(part)
    return b"".join(parts)
