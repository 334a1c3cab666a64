"""The server side of a party: who is calling, what is asked, and the envelope around the answer.

Every request passes here on every wire: size, token, path, then the module's handler. Nothing is stored by a request
that is refused. Sources: OCPI 2.2.1, Transport and format, Status codes; digest, section 2.
"""

import hashlib
from collections.abc import Generator, Mapping
from functools import lru_cache
from typing import Any

from simpy import Event

from simulator.engine.cause import Cause
from simulator.engine.journal import Journal
from simulator.engine.node import Handling, Inbound
from simulator.ocpi import envelope
from simulator.ocpi import headers as h
from simulator.ocpi.findings import Invalid
from simulator.ocpi.modules import InterfaceRole, ModuleID
from simulator.ocpi.routes import Match, Route, join_url, match, split_path
from simulator.ocpi.status import Status
from simulator.parties.calendar import Calendar
from simulator.parties.call import Call, Handler, Refusal, Reply, Waiting
from simulator.parties.connection import Connection
from simulator.parties.identity import Identity
from simulator.wire.carrier import MAX_BODY_BYTES, Headers, Request, Response

_OPEN_TO_TOKEN_A = (ModuleID.VERSIONS, ModuleID.CREDENTIALS)
_REMEMBERED_URLS = 2_048
"""An object that was written is soon written again: its URL need not be taken apart again."""
_RULES = {401: "unauthorised", 404: "unknown-object", 405: "unknown-method", 413: "body-too-large"}
_JSON: Headers = ((h.CONTENT_TYPE, "application/json"),)
_IDS = tuple((name, name.lower()) for name in (h.X_CORRELATION_ID, h.X_REQUEST_ID))
"""The message ids, which an answer gives back as they came."""


class Platform:
    """Serves a party's endpoints. Modules add their handlers by route name; connections their tokens."""

    def __init__(self, identity: Identity, calendar: Calendar, journal: Journal, secret: str) -> None:
        self.identity = identity
        self._host = identity.host
        self._calendar = calendar
        self._journal = journal
        self._secret = bytes.fromhex(secret)
        self._handlers: dict[str, Handler] = {}
        self._endpoints: dict[tuple[str, str, str], str] = {}
        self._paths: dict[tuple[str, ...], tuple[str, str, str]] = {}
        self._by_token: dict[bytes, Connection] = {}
        self._by_authorization: dict[str, Connection] = {}
        self._find = lru_cache(maxsize=_REMEMBERED_URLS)(self._look_up)

    # What is offered

    def offer(self, version: str, module: ModuleID, interface: InterfaceRole, handlers: Mapping[str, Handler]) -> str:
        """Serve one side of a module; returns its URL. Handlers are by the route's last name, e.g. `put_evse`."""
        base = f"http://{self._host}/ocpi"
        if module is ModuleID.VERSIONS:
            url = base
        elif module is ModuleID.CREDENTIALS:
            url = join_url(base, version, module.value)
        else:
            url = join_url(base, interface.value.lower(), version, module.value)
        self._endpoints[version, module.value, interface.value] = url
        if module is not ModuleID.VERSIONS:
            path = split_path(url.partition(self._host)[2])
            self._paths[path] = (version, module.value, interface.value)
        prefix = (
            module.value
            if module in (ModuleID.VERSIONS, ModuleID.CREDENTIALS)
            else f"{module.value}.{interface.value.lower()}"
        )
        for name, handler in handlers.items():
            self._handlers[f"{prefix}.{name}"] = handler
        return url

    def url(self, version: str, module: ModuleID, interface: InterfaceRole) -> str:
        """Our own URL for one side of a module."""
        return self._endpoints[version, module.value, interface.value]

    def endpoints(self, version: str) -> tuple[tuple[str, str, str], ...]:
        """(module, interface, url) of everything offered in a version but the versions endpoint itself."""
        return tuple(
            (module, interface, url)
            for (offered, module, interface), url in self._endpoints.items()
            if offered == version and module != ModuleID.VERSIONS.value
        )

    # Who may come in

    def admit(self, connection: Connection, token: str) -> None:
        """From now on this token, and no earlier one, opens the door to this connection's peer."""
        self.dismiss(connection)
        self._by_authorization.clear()
        connection.issued = token
        self._by_token[self._digest(token)] = connection

    def dismiss(self, connection: Connection) -> None:
        """The connection's token opens no door any more."""
        if connection.issued:
            self._by_authorization.clear()
            self._by_token.pop(self._digest(connection.issued), None)
            connection.issued = ""

    def _digest(self, token: str) -> bytes:
        """Tokens are looked up by keyed digest, so that the time it takes tells nothing about a stored token."""
        return hashlib.blake2b(token.encode(), key=self._secret, digest_size=16).digest()

    def _caller(self, authorization: str) -> Connection | None:
        """Whose token a header presents; one that has opened the door is known again until tokens change."""
        for candidate in h.tokens_in(authorization):
            connection = self._by_token.get(self._digest(candidate))
            if connection is not None and h.token_matches(candidate, connection.issued):
                self._by_authorization[authorization] = connection
                return connection
        return None

    # A request

    def receive(self, inbound: Inbound) -> Response | Handling:
        """Answer a request, at once or as a process that waits in simulated time."""
        request = inbound.request
        headers = {name.lower(): value for name, value in reversed(request.headers)}
        try:
            call, handler = self._accept(request, headers, inbound.cause)
        except Refusal as refusal:
            return self._refuse(None, headers, refusal, inbound.cause)
        try:
            reply = handler(call)
        except Refusal as refusal:
            return self._refuse(call, headers, refusal, inbound.cause)
        except Invalid as invalid:
            return self._reject(call, headers, invalid)
        if isinstance(reply, Reply):
            return self._respond(call, headers, reply)
        return self._wait(call, headers, reply)

    def _wait(self, call: Call, headers: Mapping[str, str], waiting: Waiting) -> Generator[Event, Any, Response]:
        try:
            reply = yield from waiting
        except Refusal as refusal:
            return self._refuse(call, headers, refusal, call.cause)
        except Invalid as invalid:
            return self._reject(call, headers, invalid)
        return self._respond(call, headers, reply)

    def _accept(self, request: Request, headers: Mapping[str, str], cause: Cause) -> tuple[Call, Handler]:
        if len(request.body) > MAX_BODY_BYTES:
            raise Refusal(Status.CLIENT_ERROR, f"A body may have {MAX_BODY_BYTES} bytes at most.", 413)
        authorization = headers.get("authorization", "")
        connection = self._by_authorization.get(authorization) or self._caller(authorization)
        if connection is None:
            raise Refusal(Status.CLIENT_ERROR, "The credentials token is missing or unknown.", 401)
        if not connection.registered and self._locate(request.url)[1] not in _OPEN_TO_TOKEN_A:
            raise Refusal(Status.CLIENT_ERROR, "A registration token opens versions and credentials only.", 401)
        route, params, query, handler = self._find(request.method, request.url)
        return Call(connection, route, params, query, request.body, request.url, cause), handler

    def _look_up(self, method: str, url: str) -> tuple[Route, dict[str, str], str, Handler]:
        """What a URL asks for: route, parameters, query, and who handles it."""
        version, module, interface, rest = self._locate(url)
        found = match(version, module, interface, method, rest)
        if not isinstance(found, Match):
            raise Refusal(Status.CLIENT_ERROR, found.reason, found.http_status)
        handler = self._handlers.get(found.route.name)
        if handler is None:
            raise Refusal(Status.CLIENT_ERROR, f"{self.identity.id} does not offer {method} here.", 405)
        return found.route, found.params, url.partition("?")[2], handler

    def _locate(self, url: str) -> tuple[str, str, str, tuple[str, ...]]:
        """Version, module, side and the rest of a path below one of our endpoints."""
        try:
            segments = split_path(url.partition(self._host)[2].partition("?")[0])
        except ValueError as error:
            raise Refusal(Status.CLIENT_ERROR, str(error), 404) from error
        if segments[:1] == ("ocpi",):
            for length in (4, 3):
                endpoint = self._paths.get(segments[:length])
                if endpoint is not None:
                    return (*endpoint, segments[length:])
            if segments == ("ocpi", "versions"):
                return self.identity.versions[0], ModuleID.VERSIONS, InterfaceRole.SENDER, ()
            if len(segments) == 2:
                return self.identity.versions[0], ModuleID.VERSIONS, InterfaceRole.SENDER, segments[1:]
        raise Refusal(Status.CLIENT_ERROR, f"There is nothing at /{'/'.join(segments)}.", 404)

    # An answer

    def _respond(self, call: Call | None, headers: Mapping[str, str], reply: Reply) -> Response:
        timestamp = self._calendar.now()
        if reply.status < 2000 or reply.data is not None:
            body = envelope.success(reply.data, timestamp, reply.status, reply.message)
        else:
            body = envelope.failure(reply.status, reply.message or "", timestamp)
        echo = [(name, headers[key]) for name, key in _IDS if key in headers]
        routing = call.connection.routing_headers(call.route.module) if call is not None else ()
        return Response(reply.http_status, (*_JSON, *reply.headers, *routing, *echo), body)

    def _refuse(self, call: Call | None, headers: Mapping[str, str], refusal: Refusal, cause: Cause) -> Response:
        """A request that is not carried out; the hint says why, as it may be nobody's fault (a resynchronisation)."""
        self._journal.hint(cause.id, _RULES.get(refusal.http_status, "refused"), "warning", refusal.message)
        return self._respond(call, headers, Reply(refusal.data, refusal.status, refusal.message, refusal.http_status))

    def _reject(self, call: Call, headers: Mapping[str, str], invalid: Invalid) -> Response:
        """A message that cannot be taken: the findings are hints, the first of them is told to the sender."""
        for finding in invalid.findings:
            self._journal.hint(
                call.cause.id, finding.rule, finding.severity, finding.sentence(), finding.path, finding.section
            )
        message = invalid.findings[0].sentence()[:255] if invalid.findings else "The message is not valid."
        return self._respond(
            call, headers, Reply(None, Status.INVALID_PARAMETERS, message, 400 if invalid.broken else 200)
        )
