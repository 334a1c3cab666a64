"""The wire over real HTTP: an aiohttp server and client for every party, on the loopback.

A logical host such as `nl-abc.ocpi.test` is resolved to 127.0.0.1 and the port its party really listens on, so that no
port reaches a header or a body and every run reads the same.
"""

import asyncio
import errno
import io
import logging
import socket
from collections.abc import Iterable, Sequence
from functools import partial
from typing import cast

import aiohttp
from aiohttp import hdrs, web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.log import server_logger
from yarl import URL

from simulator.wire.carrier import (
    Endpoint,
    Headers,
    Mailbox,
    Passage,
    Request,
    Response,
    Visible,
    WireFailure,
    cut,
)
from simulator.wire.descriptors import raise_descriptor_limit
from simulator.wire.reading import UNTYPED, AsSeen, read_body

LOOPBACK = "127.0.0.1"

_NEVER_S = 365 * 24 * 3600.0
_SKIPPED = (hdrs.USER_AGENT, hdrs.ACCEPT, hdrs.ACCEPT_ENCODING, hdrs.CONTENT_TYPE)
_LONGEST_LINE_BYTES = 2**16
_REQUEST_ID = "X-Request-ID"
"""What tells a party's request from any other; no stranger knows it."""
_TOLD_CHARACTERS = 200
"""As much of a stranger's request line as is told."""
_SHUTDOWN_S = 0.1
"""aiohttp takes nought for: wait for ever."""
_OTHER_DESCRIPTORS = 64
"""What the process holds open besides sockets of parties: the recording, the control API, the event loop."""


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
            hosts = ", ".join(self.ports)
            raise socket.gaierror(socket.EAI_NONAME, f"no party of this run has the host {host!r}, it has {hosts}")
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


class _Request(aiohttp.ClientRequest):
    """A request with what its party wrote, and no headers that aiohttp would add to it."""

    def update_auto_headers(self, skip_auto_headers: Iterable[str] | None) -> None:
        """None are added. The list of those to leave out, dear to make, keeps a body without a type from one."""
        if hdrs.CONTENT_TYPE not in self.headers:
            super().update_auto_headers(skip_auto_headers)


class _Line:
    """The connections of one party's client to another's server: as many as were ever busy at once."""

    __slots__ = ("busy", "opened")

    def __init__(self) -> None:
        self.busy = 0
        self.opened = 0


class HttpWire:
    """Real requests on real sockets. Time-outs are off here: they belong to simulated time (design, kernel's rules)."""

    name = "http"

    def __init__(self, address: str = LOOPBACK) -> None:
        self._address = address
        self._resolver = LogicalResolver(address)
        self._clients: dict[str, aiohttp.ClientSession] = {}
        self._runners: list[web.ServerRunner] = []
        self._tasks: dict[Passage, asyncio.Task[None]] = {}
        self._on_wire: Passage | None = None
        self._visible = Visible()
        self._as_seen = AsSeen()
        self._lines: dict[tuple[str, str], _Line] = {}
        self._connections = 0
        self._descriptors = 0
        self._mailbox: Mailbox | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def open(self, endpoints: Sequence[Endpoint], mailbox: Mailbox) -> tuple[str, ...]:
        """Start a server and a client for each endpoint. Returns a sentence for each port that could not be had."""
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
                request_class=_Request,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                read_bufsize=2**20,
                max_line_size=_LONGEST_LINE_BYTES,
                max_field_size=_LONGEST_LINE_BYTES,
            )
        return tuple(remarks)

    async def _listen(self, endpoint: Endpoint) -> str:
        runner = web.ServerRunner(
            web.Server(
                partial(self._serve, endpoint),
                keepalive_timeout=_NEVER_S,
                logger=_server_log(),
                access_log=None,
                lingering_time=0.0,
                auto_decompress=False,
                max_line_size=_LONGEST_LINE_BYTES,
                max_field_size=_LONGEST_LINE_BYTES,
            ),
            shutdown_timeout=_SHUTDOWN_S,
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
            reason = "is occupied" if error.errno == errno.EADDRINUSE else f"cannot be had ({error.strerror})"
            remark = f"Port {endpoint.port} that {endpoint.party} asks for {reason}"
        port = int(runner.addresses[0][1])
        self._resolver.ports[endpoint.host] = port
        return f"{remark}; it listens on {port} instead." if remark else ""

    def send(self, passage: Passage) -> None:
        """Put the request on its socket."""
        assert self._loop is not None
        line = self._claim(passage)
        self._on_wire = passage
        self._tasks[passage] = self._loop.create_task(self._request(passage, line))

    def _claim(self, passage: Passage) -> _Line:
        """A free connection of the line, or one more. They are kept open, so each line keeps its most ever busy."""
        ends = (passage.sender, passage.receiver)
        line = self._lines.get(ends)
        if line is None:
            line = self._lines[ends] = _Line()
        line.busy += 1
        if line.busy > line.opened:
            line.opened = line.busy
            self._connections += 1
            needed = self._connections * 2 + len(self._runners) + _OTHER_DESCRIPTORS
            if needed > self._descriptors:
                raise WireFailure(
                    f"Exchanges that wait for an answer at the same time need {self._connections:,} connections, and "
                    f"with them {needed:,} file descriptors; this process may have {self._descriptors:,}. Raise the "
                    "limit (ulimit -n) or run with --wire memory."
                )
        return line

    async def _request(self, passage: Passage, line: _Line) -> None:
        request = passage.request
        assert self._mailbox is not None
        try:
            answer = await self._clients[passage.sender].request(
                request.method,
                URL(request.url, encoded=True),
                headers=self._visible(request.headers),
                data=_payload(request.body),
                allow_redirects=False,
            )
            content = answer.content
            # Read to its end, it gives its connection back by itself.
            body = cut(content.read_nowait()) if content.is_eof() else await read_body(content)
            response = Response(answer.status, self._as_seen(answer.raw_headers, answer.headers), body)
        except Exception as error:
            # Whatever it is, it must reach the kernel, or the run would wait for this exchange for ever.
            self._mailbox.broken(_uncarried(request, str(error) or type(error).__name__))
            return
        finally:
            del self._tasks[passage]
        line.busy -= 1
        if passage.parked is None:
            self._mailbox.broken(_uncarried(request, f"aiohttp refused it with {response.status}"))
            return
        self._mailbox.returned(passage, response)

    async def _serve(self, endpoint: Endpoint, received: web.BaseRequest) -> web.StreamResponse:
        passage = self._on_wire
        assert self._mailbox is not None
        assert self._loop is not None
        if passage is None or not _is(passage, endpoint, received):
            return self._turn_away(endpoint, received)
        self._on_wire = None
        content = received.content
        body = cut(content.read_nowait()) if content.is_eof() else await read_body(content)
        headers = self._as_seen(received.raw_headers, received.headers)
        request = Request(received.method, passage.request.url, headers, body)
        future: asyncio.Future[Response] = self._loop.create_future()
        passage.parked = future
        self._mailbox.arrived(passage, request)
        response = await future
        try:
            return self._written(response)
        except Exception as error:
            # Left to aiohttp it would become an HTTP 500 that looks like the party's own.
            self._mailbox.broken(_uncarried(passage.request, f"its answer cannot be written ({error})"))
            return web.Response(status=500)

    def _turn_away(self, endpoint: Endpoint, received: web.BaseRequest) -> web.Response:
        """What is not on the wire is a stranger's, who must not disturb the run, or it came twice, which ends it."""
        assert self._mailbox is not None
        if any(_is(passage, endpoint, received) for passage in self._tasks):
            self._mailbox.broken(
                WireFailure(
                    f"{received.method} {received.raw_path} reached {endpoint.party} although no party had just sent "
                    "it: it came twice, or from a stranger. Only parties of the run may call its ports."
                )
            )
            return web.Response(status=500)
        answer = self._written(self._mailbox.stranger(endpoint.party, _line_of(received)))
        # Whatever body is still to come is never read.
        answer.force_close()
        return answer

    def _written(self, response: Response) -> web.Response:
        """The response for aiohttp, which would give a body without a type one of its own."""
        headers = self._visible(response.headers)
        answer = web.Response(status=response.status, headers=headers, body=cut(response.body))
        if response.body and hdrs.CONTENT_TYPE not in answer.headers:
            answer.headers.add(*UNTYPED)
        return answer

    def answer(self, passage: Passage, response: Response) -> None:
        """Let the server's handler answer."""
        cast("asyncio.Future[Response]", passage.parked).set_result(response)

    async def close(self) -> None:
        """Close clients first, then servers; what is parked is dropped, since aiohttp would wait for its answer."""
        under_way = list(self._tasks.items())
        for passage, task in under_way:
            task.cancel()
            if passage.parked is not None:
                cast("asyncio.Future[Response]", passage.parked).cancel()
        await asyncio.gather(*(task for _, task in under_way), return_exceptions=True)
        for client in self._clients.values():
            await client.close()
        for runner in self._runners:
            await runner.cleanup()


def _is(passage: Passage, endpoint: Endpoint, received: web.BaseRequest) -> bool:
    """Whether what a server received is the request that is on the wire."""
    request, headers = passage.request, received.headers
    id = headers.get(_REQUEST_ID)
    return (
        passage.receiver == endpoint.party
        and received.method == request.method
        and headers.get(hdrs.HOST) == endpoint.host
        and received.raw_path == URL(request.url, encoded=True).raw_path_qs
        and ((_REQUEST_ID, id) in request.headers or _id_of(request.headers) in ("", id))
    )


def _id_of(headers: Headers) -> str:
    """The request's id; empty when its sender gave it none."""
    for name, value in headers:
        if name.lower() == "x-request-id":
            return value
    return ""


def _line_of(received: web.BaseRequest) -> str:
    """Method and path, fit to be recorded whatever bytes they were."""
    line = f"{received.method} {received.raw_path}".encode("ascii", "backslashreplace").decode("ascii")
    return line if len(line) <= _TOLD_CHARACTERS else f"{line[:_TOLD_CHARACTERS]}..."


def _server_log() -> logging.Logger:
    """aiohttp's log, silent on what is not HTTP: any stranger could fill the terminal with it."""
    log = logging.Logger("wire")
    log.parent = server_logger
    log.addFilter(lambda record: not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError)))
    return log


def _uncarried(request: Request, reason: str) -> WireFailure:
    return WireFailure(f"{request.method} {request.url} could not be carried: {reason}.")


def _payload(body: bytes) -> bytes | io.BytesIO | None:
    """What aiohttp sends for the body; it wants a large one as a file."""
    if not body:
        return None
    body = cut(body)
    return body if len(body) < 2**20 else io.BytesIO(body)
