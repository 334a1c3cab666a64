"""The server side of a party: who is calling, what is asked, and the envelope around the answer.

Every request passes here on every wire: size, token, path, then the module's handler. Nothing is stored by a request
that is refused. Sources: OCPI 2.2.1, Transport and format, Status codes; digest, section 2.
"""

import hashlib
from collections.abc import Callable, Generator, Mapping
from functools import lru_cache, partial
from typing import Any

from simpy import Event

from simulator.engine.cause import Cause
from simulator.engine.exchange import Exchange
from simulator.engine.journal import Journal
from simulator.engine.node import Following, Handling, Inbound
from simulator.ocpi import envelope
from simulator.ocpi import headers as h
from simulator.ocpi.findings import Invalid, section_in
from simulator.ocpi.modules import InterfaceRole, ModuleID, Role
from simulator.ocpi.route_tables import WITHOUT_SIDES, Route
from simulator.ocpi.routes import Match, join_url, match, routes, split_path
from simulator.ocpi.status import Status
from simulator.parties.calendar import Calendar
from simulator.parties.call import Call, Handler, Later, Refusal, Reply, Waiting
from simulator.parties.connection import JSON, REGISTERED, Connection
from simulator.parties.dialect import OLDEST
from simulator.parties.endpoints import Offered
from simulator.parties.heads import lower, places_of
from simulator.parties.identity import Identity
from simulator.parties.losses import tell_translation
from simulator.parties.store import join_key
from simulator.wire.carrier import MAX_BODY_BYTES, Headers, Request, Response, name_of

_OPEN_TO_TOKEN_A = (ModuleID.VERSIONS, ModuleID.CREDENTIALS)
_REMEMBERED_URLS = 16_384
"""An object that was written is soon written again, after those of all other sessions that are under way: its URL need
not be taken apart again."""
_RULES = {
    401: ("unauthorised", "OCPI transport_and_format, Authorization header"),
    404: ("unknown-object", "OCPI transport_and_format, Errors"),
    405: ("method-not-allowed", "OCPI transport_and_format, Errors"),
    413: ("body-too-large", "RFC 9110, 413 Content Too Large"),
}
_REFUSED = {
    2: ("refused", "OCPI status_codes, 2xxx: Client errors"),
    3: ("refused", "OCPI status_codes, 3xxx: Server errors"),
    4: ("refused", "OCPI status_codes, 4xxx: Hub errors"),
}
"""Why a request without an HTTP error is refused, by the thousand of the status code."""
_IN_OLDEST = {
    Status.UNKNOWN_TOKEN.value: Status.CLIENT_ERROR.value,
    Status.HUB_ERROR.value: Status.SERVER_ERROR.value,
    Status.UNKNOWN_RECEIVER.value: Status.SERVER_ERROR.value,
    Status.RECEIVER_TIMEOUT.value: Status.SERVER_ERROR.value,
    Status.RECEIVER_NOT_CONNECTED.value: Status.SERVER_ERROR.value,
}
"""What 2.1.1 has no status code for is said with a wider one."""
_FROM_COUNTRY_CODE, _FROM_PARTY_ID = h.OCPI_FROM_COUNTRY_CODE.lower(), h.OCPI_FROM_PARTY_ID.lower()


class Platform:
    """Serves a party's endpoints. Modules add their handlers by route name; connections their tokens.

    One that never `forgets` a token lets in whoever presents one that was replaced or given back: a defect.
    """

    def __init__(self, identity: Identity, calendar: Calendar, journal: Journal, secret: str) -> None:
        self.identity = identity
        self._host = identity.host
        self._calendar = calendar
        self._journal = journal
        self._newest = max(identity.versions)
        self._secret = bytes.fromhex(secret)
        self._handlers: dict[str, Handler] = {}
        self._endpoints: dict[tuple[str, str, str], str] = {}
        self._paths: dict[tuple[str, ...], tuple[str, str, str]] = {}
        self.forgets = True
        self._by_token: dict[bytes, Connection] = {}
        self._by_authorization: dict[str, Connection] = {}
        self._find = lru_cache(maxsize=_REMEMBERED_URLS)(self._look_up)

    # What is offered

    def offer(self, module: ModuleID, interface: InterfaceRole, handlers: Mapping[str, Handler]) -> None:
        """Serve one side of a module in every version that we offer and that has it.

        Handlers are by the route's last name, e.g. `put_evse`.
        """
        for version in self.identity.versions:
            if any(route.module is module and route.interface is interface for route in routes(version)):
                self._open(version, module, interface)
        prefix = module.value if module in WITHOUT_SIDES else f"{module.value}.{interface.value.lower()}"
        for name, handler in handlers.items():
            self._handlers[f"{prefix}.{name}"] = handler

    def base(self, facade: str = "") -> str:
        """Where our URLs begin; apart for each party in whose place we stand towards peers that know no hubs."""
        return f"http://{self._host}/ocpi/via/{facade}" if facade else f"http://{self._host}/ocpi"

    def _open(self, version: str, module: ModuleID, interface: InterfaceRole) -> None:
        base = self.base()
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

    def url(self, version: str, module: ModuleID, interface: InterfaceRole, facade: str = "") -> str:
        """Our own URL for one side of a module."""
        return self._seen(self._endpoints[version, module.value, interface.value], facade)

    def _seen(self, url: str, facade: str) -> str:
        return self.base(facade) + url[len(self.base()) :] if facade else url

    def endpoints(self, version: str, facade: str = "") -> Offered:
        """(module, interface, url) of everything offered in a version but the versions endpoint itself."""
        return tuple(
            (module, interface, self._seen(url, facade))
            for (offered, module, interface), url in self._endpoints.items()
            if offered == version and module != ModuleID.VERSIONS.value
        )

    # Who may come in

    def admit(self, connection: Connection, token: str, *, retire: bool = False) -> None:
        """From now on this token opens the door to this connection's peer.

        The earlier one no longer does; with `retire` it does until the new one is used, as requests may be on the way.
        """
        if retire:
            self._forget(connection.retiring)
            connection.retiring = connection.issued
        else:
            self.dismiss(connection)
        self._by_authorization.clear()
        connection.issued = token
        self._by_token[self._digest(token)] = connection

    def dismiss(self, connection: Connection) -> None:
        """The connection's tokens open no door any more."""
        self._forget(connection.retiring)
        self._forget(connection.issued)
        connection.retiring = connection.issued = ""

    def _forget(self, token: str) -> None:
        if token:
            self._by_authorization.clear()
            if self.forgets:
                self._by_token.pop(self._digest(token), None)

    def _digest(self, token: str) -> bytes:
        """Tokens are looked up by keyed digest, so that the time it takes tells nothing about a stored token."""
        return hashlib.blake2b(token.encode(), key=self._secret, digest_size=16).digest()

    def caller(self, authorization: str) -> Connection | None:
        """Whose token a header presents, if it is one of ours."""
        return self._by_authorization.get(authorization) or self._caller(authorization)

    def asked(self, method: str, url: str) -> tuple[str, Route, dict[str, str]] | None:
        """Version, route and parameters of a request; None for one that nobody here answers."""
        try:
            return self._find(method, url)[:3]
        except Refusal:
            return None

    def _caller(self, authorization: str) -> Connection | None:
        """Whose token a header presents; one that has opened the door is known again until tokens change."""
        for candidate in h.tokens_in(authorization):
            connection = self._by_token.get(self._digest(candidate))
            if connection is None:
                continue
            if h.token_matches(candidate, connection.issued):
                self._forget(connection.retiring)
                connection.retiring = ""
                self._by_authorization[authorization] = connection
                return connection
            if not self.forgets or h.token_matches(candidate, connection.retiring):
                return connection
        return None

    # A request

    def receive(self, inbound: Inbound) -> Response | Handling | Following:
        """Answer a request, at once or when what is waited for in simulated time has happened."""
        request = inbound.request
        headers = request.headers
        places = places_of(tuple(map(name_of, headers)))
        ids = headers[places.ids] if places.ids is not None else places.ids_in(headers)
        authorization = "" if places.authorization is None else headers[places.authorization][1]
        try:
            call, handler = self._accept(request, authorization, inbound.cause)
        except Refusal as refusal:
            return self._refuse(None, ids, refusal, inbound.cause, self._spoken(request, authorization))
        try:
            reply = handler(call)
        except Refusal as refusal:
            return self._refuse(call, ids, refusal, inbound.cause, call.version)
        except Invalid as invalid:
            return self._reject(call, ids, invalid)
        if isinstance(reply, Reply):
            return self._respond(call, ids, reply)
        if isinstance(reply, Later):
            return Following(reply.exchange, partial(self._follow, call, ids, reply.reply))
        return self._wait(call, ids, reply)

    def _follow(self, call: Call, ids: Headers, reply: Callable[[Exchange], Reply], exchange: Exchange) -> Response:
        try:
            return self._respond(call, ids, reply(exchange))
        except Refusal as refusal:
            return self._refuse(call, ids, refusal, call.cause, call.version)
        except Invalid as invalid:
            return self._reject(call, ids, invalid)

    def _wait(self, call: Call, ids: Headers, waiting: Waiting) -> Generator[Event, Any, Response]:
        try:
            reply = yield from waiting
        except Refusal as refusal:
            return self._refuse(call, ids, refusal, call.cause, call.version)
        except Invalid as invalid:
            return self._reject(call, ids, invalid)
        return self._respond(call, ids, reply)

    def _accept(self, request: Request, authorization: str, cause: Cause) -> tuple[Call, Handler]:
        if len(request.body) > MAX_BODY_BYTES:
            raise Refusal(Status.CLIENT_ERROR, f"A body may have {MAX_BODY_BYTES} bytes at most.", 413)
        connection = self.caller(authorization)
        if connection is None:
            raise Refusal(Status.CLIENT_ERROR, "The credentials token is missing or unknown.", 401)
        if connection.state is not REGISTERED and self._locate(request.url)[1] not in _OPEN_TO_TOKEN_A:
            raise Refusal(Status.CLIENT_ERROR, "A registration token opens versions and credentials only.", 401)
        version, route, params, query, handler, facade, key = self._find(request.method, request.url)
        if facade != connection.facade:
            raise Refusal(Status.CLIENT_ERROR, f"The credentials token is not for {request.url}.", 404)
        speaker = connection
        if connection.behind:
            headers = lower(request.headers)
            speaker = connection.of(headers.get(_FROM_COUNTRY_CODE, ""), headers.get(_FROM_PARTY_ID, ""))
        dialect = connection.dialect if version == connection.version else connection.speaking(version)
        return Call(speaker, connection, dialect, route, params, query, request, cause, version, key), handler

    def _spoken(self, request: Request, authorization: str) -> str:
        """The version of a request that is refused at the door: that of its path, else that of its sender if known."""
        try:
            return self._locate(request.url)[0]
        except Refusal:
            connection = self.caller(authorization)
            return connection.version if connection is not None else ""

    def _look_up(self, method: str, url: str) -> tuple[str, Route, dict[str, str], str, Handler, str, str]:
        """What a URL asks for: version, route, parameters, query, who handles it, in whose place, and by which key."""
        version, module, interface, rest, facade = self._locate(url)
        found = match(version, module, interface, method, rest)
        if not isinstance(found, Match):
            raise Refusal(Status.CLIENT_ERROR, found.reason, found.http_status)
        handler = self._handlers.get(found.route.name)
        if handler is None:
            raise Refusal(Status.CLIENT_ERROR, f"{self.identity.id} does not offer {method} here.", 405)
        key = join_key(tuple(found.params.values()))
        return version, found.route, found.params, url.partition("?")[2], handler, facade, key

    def _locate(self, url: str) -> tuple[str, str, str, tuple[str, ...], str]:
        """Version, module, side and the rest of a path below one of our endpoints, and in whose place it lies."""
        try:
            segments = split_path(url.partition(self._host)[2].partition("?")[0])
        except ValueError as error:
            raise Refusal(Status.CLIENT_ERROR, str(error), 404) from error
        facade = segments[2] if segments[:2] == ("ocpi", "via") and len(segments) > 3 else ""
        if facade:
            segments = ("ocpi", *segments[3:])
        if segments[:1] == ("ocpi",):
            for length in (4, 3):
                endpoint = self._paths.get(segments[:length])
                if endpoint is not None:
                    return (*endpoint, segments[length:], facade)
            if segments == ("ocpi", "versions"):
                return self._newest, ModuleID.VERSIONS, InterfaceRole.SENDER, (), facade
            if len(segments) == 2:
                asked = segments[1] if segments[1] in self.identity.versions else self._newest
                return asked, ModuleID.VERSIONS, InterfaceRole.SENDER, segments[1:], facade
        raise Refusal(Status.CLIENT_ERROR, f"There is nothing at /{'/'.join(segments)}.", 404)

    # An answer

    def _respond(self, call: Call | None, ids: Headers, reply: Reply) -> Response:
        headers = JSON
        if call is not None:
            speaker = reply.speaker or call.connection
            headers = speaker.answer_headers(call.route.module)
            if speaker is call.line and speaker.peer_role is Role.HUB:
                headers = _to_asker(call, headers)
        headers = JSON + reply.headers + headers[1:] + ids if reply.headers else headers + ids
        if reply.passed:
            return Response(reply.http_status, headers, reply.passed)
        if reply.losses and call is not None:
            tell_translation(self._journal, call.cause.id, reply.losses)
        timestamp, status = self._calendar.now(), reply.status
        if call is not None and call.version == OLDEST:
            status = _IN_OLDEST.get(status, status)
        if status < 2000 or reply.data is not None:
            body = envelope.success(reply.data, timestamp, status, reply.message)
        else:
            body = envelope.failure(status, reply.message or "", timestamp)
        return Response(reply.http_status, headers, body)

    def _refuse(self, call: Call | None, ids: Headers, refusal: Refusal, cause: Cause, version: str) -> Response:
        """A request that is not carried out; the hint says why, as it may be nobody's fault (a resynchronisation).

        Whom parameters are told to be wrong, has found what was asked for: also by HTTP 404, as for a session whose
        EVSE knows no charging preferences.
        """
        status = _IN_OLDEST.get(refusal.status, refusal.status) if version == OLDEST else refusal.status
        by_code = None if refusal.status == Status.INVALID_PARAMETERS else _RULES.get(refusal.http_status)
        rule, section = by_code or _REFUSED[status // 1000]
        self._journal.hint(cause.id, rule, "warning", refusal.message, "", section_in(section, version))
        return self._respond(call, ids, Reply(refusal.data, status, refusal.message, refusal.http_status))

    def _reject(self, call: Call, ids: Headers, invalid: Invalid) -> Response:
        """A message that cannot be taken: the findings are hints, the first of them is told to the sender."""
        findings = invalid.in_version(call.version).findings
        for finding in findings:
            self._journal.hint(
                call.cause.id,
                finding.rule,
                finding.severity,
                finding.sentence(),
                finding.path,
                finding.section,
                by=call.line.peer_platform,
            )
        message = findings[0].sentence()[:255] if findings else "The message is not valid."
        return self._respond(call, ids, Reply(None, Status.INVALID_PARAMETERS, message, 400 if invalid.broken else 200))


def _to_asker(call: Call, usual: Headers) -> Headers:
    """The headers of an answer to a hub, which may bring what one asks that is not known here: another hub.

    Those that name who asks come last, if there are any.
    """
    if usual == JSON:
        return usual
    headers = call.headers
    asker = (headers.get(_FROM_COUNTRY_CODE), headers.get(_FROM_PARTY_ID))
    return (*usual[:-2], *((name, asked or known) for (name, known), asked in zip(usual[-2:], asker, strict=True)))
