"""The client side of a party: builds requests with all headers that OCPI wants and reads what comes back."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

import msgspec
from msgspec import UNSET, Struct

from simulator.engine.cause import Cause
from simulator.engine.exchange import Exchange, Subject
from simulator.engine.kernel import Kernel
from simulator.engine.node import Node
from simulator.engine.streams import Streams
from simulator.ocpi import envelope
from simulator.ocpi import headers as h
from simulator.ocpi.findings import Finding, Invalid
from simulator.ocpi.status import UNREACHED, meaning
from simulator.parties.connection import Connection
from simulator.parties.dialect import OLDEST
from simulator.parties.heads import lower
from simulator.wire.carrier import Request

T = TypeVar("T")

_sendable = re.compile(
    r"http://([^/]+)/(?!(?:[^?]*/)?\.{1,2}(?:[/?]|\Z))(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]++|%[0-9A-Fa-f]{2})*+\Z"
).match


@lru_cache(maxsize=32_768)
def _host_of(url: str) -> str:
    """The host of a URL that every HTTP library sends as it stands: RFC 3986, no fragment, no dot segments; else ""."""
    found = _sendable(url)
    return found[1] if found is not None else ""


class Answer(Struct, frozen=True, gc=False):
    """What came of a request.

    `problem` is empty when the peer says it worked, else a sentence. `status` is OCPI's (0: none was read),
    `http_status` 0 when nothing came back at all, `timestamp` empty without a good one.
    """

    problem: str
    http_status: int
    status: int
    data: msgspec.Raw | None
    headers: dict[str, str]
    timestamp: str = ""

    @property
    def ok(self) -> bool:
        """Whether the peer did what was asked."""
        return not self.problem

    @property
    def refused(self) -> bool:
        """Whether the peer understood and will not do it (2xxx), rather than being out of reach or out of order."""
        return self.http_status < 500 and 2000 <= self.status < 3000


class Client:
    """Sends the requests of one party. `write`, if set, has the last word on each: platforms have ways of their own."""

    def __init__(self, kernel: Kernel, node: Node, streams: Streams) -> None:
        self._kernel = kernel
        self._node = node
        self.write: Callable[[Request, Subject], Request] | None = None
        self._request_prefix = streams.uuid_prefix(node.id, "request id")
        self._correlation_prefix = streams.uuid_prefix(node.id, "correlation id")
        self._count = 0

    def leads_to(self, connection: Connection, url: str) -> bool:
        """Whether a URL can be used and is the peer's: elsewhere its token has no business."""
        return self._kernel.by_host.get(_host_of(url)) == connection.peer_platform

    def send(
        self,
        connection: Connection,
        method: str,
        url: str,
        subject: Subject,
        cause: Cause,
        body: bytes = b"",
        done: Callable[[Exchange], None] | None = None,
        correlation_id: str = "",
        timeout_us: int | None = None,
        *,
        version: str = "",
    ) -> Exchange | None:
        """Start an exchange with the connection's token; `done` is called at its final state.

        A peer says itself where it wants to be called (endpoints, Link, response_url). None when such a URL does not
        lead to it; that is told in the recording. A hub gives the `correlation_id` of what it passes on, and a
        `timeout_us` shorter than that of the network. A handshake for another `version` than that in force speaks as
        that version does.
        """
        if not self.leads_to(connection, url):
            self._kernel.journal.event(
                self._node.id,
                "unusable_url",
                party=self._node.id,
                subject=connection.peer_id,
                data={"url": url},
                cause=cause,
            )
            return None
        self._count += 1
        number = f"{self._count:012x}"
        request_id = self._request_prefix + number
        correlation_id = correlation_id or self._correlation_prefix + number
        if version and version != connection.version:
            headers = connection.handshake_headers(version)
        else:
            version, headers = connection.version, connection.request_headers(subject.module)
        if version != OLDEST:
            headers += ((h.X_CORRELATION_ID, correlation_id), (h.X_REQUEST_ID, request_id))
        request = Request(method, url, headers, body)
        if self.write is not None:
            request = self.write(request, subject)
        exchange = self._kernel.exchange(
            self._node,
            connection.peer_platform,
            request,
            subject,
            cause,
            request_id,
            correlation_id,
            timeout_us,
        )
        if done is not None:
            assert exchange.callbacks is not None
            exchange.callbacks.append(done)
        return exchange

    def read(self, exchange: Exchange | None) -> Answer:
        """What came of an exchange that has reached its final state; a broken answer is a problem and a hint.

        A timestamp that is missing or wrong is a hint only.
        """
        if exchange is None:
            return Answer("the URL does not lead to the peer", 0, 0, None, {})
        response = exchange.response
        if response is None:
            return Answer(exchange.failure or exchange.final, 0, 0, None, {})
        headers = lower(response.headers)
        read: envelope.Content | None
        try:
            read = envelope.decode_envelope(response.body)
        except Invalid as invalid:
            self.hints(exchange, invalid.findings)
            read = envelope.decode_content(response.body)
        if read is None:
            return Answer(f"HTTP {response.status} without a readable envelope", response.status, 0, None, headers)
        data = None if read.data is UNSET else read.data
        problem = ""
        if response.status >= 300 or read.status_code >= 2000:
            problem = read.status_message or f"HTTP {response.status}, status {read.status_code}"
        timestamp = read.timestamp if isinstance(read, envelope.Envelope) else ""
        return Answer(problem, response.status, read.status_code, data, headers, timestamp)

    def decode(self, exchange: Exchange | None, answer: Answer, read: Callable[[msgspec.Raw], T]) -> T | None:
        """What `read` finds in an answer; None, with hints, when there is nothing that can be read."""
        if exchange is None or answer.data is None:
            return None
        try:
            return read(answer.data)
        except Invalid as invalid:
            self.hints(exchange, invalid.findings)
            return None

    def hints(self, exchange: Exchange, findings: tuple[Finding, ...] | list[Finding]) -> None:
        """Record what is wrong with an answer."""
        for each in findings:
            finding = each.in_version(exchange.subject.version)
            self._kernel.journal.hint(
                exchange.id,
                finding.rule,
                finding.severity,
                finding.sentence(),
                finding.path,
                finding.section,
                by=exchange.receiver.id,
            )


def succeeded(exchange: Exchange | None) -> bool:
    """Whether an acknowledgement says that it worked, read without decoding more than the status."""
    if exchange is None or exchange.response is None:
        return False
    return exchange.response.status < 300 and (exchange.ocpi_status or 9999) < 2000


def came_through(exchange: Exchange | None) -> bool:
    """Whether the peer has heard of it, if only to refuse it; else it, or a hub before it, could not see to it."""
    if exchange is None or exchange.response is None:
        return False
    return exchange.response.status < 500 and (exchange.ocpi_status or 0) < 3000


def why_not(exchange: Exchange | None) -> str:
    """Why a push came to nothing, for people: its receiver refused it, or is out of reach or out of order."""
    if exchange is None:
        return "nothing can be sent to the receiver"
    response, code = exchange.response, exchange.ocpi_status or 0
    if response is None:
        return exchange.failure
    if came_through(exchange):
        return "refused by the receiver"
    return f"unreachable: {meaning(code)}" if code in UNREACHED else f"out of order: HTTP {response.status}, {code}"


def not_found(exchange: Exchange) -> bool:
    """Whether the peer says that it does not know what a request is about."""
    return exchange.response is not None and exchange.response.status == 404
