"""The handshake by which two platforms come to know each other, both ends of it, and how they renew or end it.

CREDENTIALS_TOKEN_A is handed over out of band with a versions URL; everything else is discovered. Source: OCPI 2.2.1,
Credentials module, Registration; Version information endpoint; digest, section 2.8.
"""

from collections.abc import Callable, Generator, Mapping
from typing import Any

import msgspec
from simpy import Event

from simulator.engine.cause import TIME, Cause
from simulator.engine.exchange import Subject
from simulator.ocpi import codec
from simulator.ocpi.modules import InterfaceRole, ModuleID, Role
from simulator.ocpi.status import Status
from simulator.ocpi.v2_2_1.versions import Version
from simulator.parties import credentials
from simulator.parties.call import Call, Refusal, Reply, Waiting
from simulator.parties.claims import refuse_foreign_members
from simulator.parties.client import Answer
from simulator.parties.clocks import compare_clocks
from simulator.parties.connection import Connection, ConnectionState
from simulator.parties.credentials import Member, Presented
from simulator.parties.endpoints import Offered, read_details, write_details
from simulator.parties.office import Office

_REGISTERED = ConnectionState.REGISTERED
Expected = Mapping[Role, tuple[tuple[ModuleID, InterfaceRole], ...]]


class Registration:
    """Versions and credentials of one party, as client and as server.

    `expected` are the interfaces that a peer of each role must have to be of use; `on_registered` is told of each peer
    that is, anew when it has been renewed. A hub shows itself otherwise to each peer: it overrides what says who is
    here.
    """

    def __init__(self, office: Office, expected: Expected, on_registered: Callable[[Connection, Cause], None]) -> None:
        self._office = office
        self._expected = expected
        self.on_registered = on_registered
        self._under_way: dict[str, None] = {}
        self._renewing: dict[str, None] = {}
        office.platform.offer(
            ModuleID.VERSIONS,
            InterfaceRole.SENDER,
            {"get_list": self._get_versions, "get_details": self._get_details},
        )
        office.platform.offer(
            ModuleID.CREDENTIALS,
            InterfaceRole.SENDER,
            {"get": self._get, "post": self.post, "put": self.put, "delete": self._delete},
        )

    # What we offer

    def _get_versions(self, call: Call) -> Reply:
        base = self._office.platform.base(call.line.facade)
        versions = self.versions(call.line)
        return Reply(codec.encode([Version(version=version, url=f"{base}/{version}") for version in versions]))

    def _get_details(self, call: Call) -> Reply:
        version = call.params["version"]
        if version not in self.versions(call.line):
            raise Refusal(Status.UNSUPPORTED_VERSION, f"Version {version} is not offered here.", 404)
        return Reply(write_details(version, self.endpoints(call.line, version)))

    def _credentials(self, line: Connection, token: str, version: str) -> bytes:
        members, hub = self.members(line, version)
        return credentials.write(Presented(token, self.versions_url(line), members, hub), version)

    def versions_url(self, line: Connection) -> str:
        """The one URL that people hand over to a peer."""
        return f"{self._office.platform.base(line.facade)}/versions"

    def versions(self, line: Connection) -> tuple[str, ...]:
        """The versions that a peer is offered."""
        del line
        return self._office.identity.versions

    def endpoints(self, line: Connection, version: str) -> Offered:
        """The endpoints that a peer is offered."""
        del line
        return self._office.platform.endpoints(version)

    def members(self, line: Connection, version: str) -> tuple[tuple[Member, ...], str]:
        """The parties that a peer is told our platform holds, and in 2.3.0 the id of our hub if we are one."""
        del line, version
        identity = self._office.identity
        return (Member(identity.country_code, identity.party_id, identity.role, identity.name),), ""

    # As the one who asks

    def issue_token_a(self, connection: Connection) -> str:
        """Make CREDENTIALS_TOKEN_A for a peer, to be handed to its people."""
        token = self._office.new_token(connection.peer_id, "A")
        self.admit_token_a(connection, token)
        return token

    def admit_token_a(self, connection: Connection, token: str) -> None:
        """Let a peer register with this token, whatever it had before."""
        self._office.platform.admit(connection, token)
        self._enter(connection, ConnectionState.A_ISSUED, issued="A")

    def take_token_a(self, connection: Connection, token: str, versions_url: str) -> None:
        """Take the token and URL that a peer's people handed over."""
        connection.hold(token)
        connection.peer_versions_url = versions_url
        self._enter(connection, ConnectionState.A_HELD, held="A")

    def register(self, connection: Connection, cause: Cause) -> Generator[Event, Any, str]:
        """Run the handshake as its Sender; returns an empty text, or a sentence on why it failed."""
        office = self._office
        try:
            yield from self._discover(connection, connection.peer_versions_url, self.versions(connection), cause)
        except Refusal as refusal:
            return refusal.message
        token_b = office.new_token(connection.peer_id, "B")
        office.platform.admit(connection, token_b)
        return (yield from self._present(connection, "POST", token_b, cause))

    def renew(self, connection: Connection, cause: Cause, versions: tuple[str, ...] = ()) -> Generator[Event, Any, str]:
        """Replace both tokens of a registered connection by a PUT; returns why it failed, or an empty text.

        With other `versions` it changes to the highest of them that the peer has. While it lasts the peer's own PUT is
        refused: of two that cross, each would replace the token that the other presents. So would a second of ours.
        """
        if not connection.registered:
            return f"{connection.peer_id} is not registered."
        if connection.name in self._renewing:
            return f"A renewal with {connection.peer_id} is under way."
        self._renewing[connection.name] = None
        try:
            return (yield from self._renew(connection, cause, versions))
        finally:
            del self._renewing[connection.name]

    def _renew(self, connection: Connection, cause: Cause, versions: tuple[str, ...]) -> Generator[Event, Any, str]:
        office, before = self._office, (connection.version, connection.endpoints)
        try:
            yield from self._discover(
                connection, connection.peer_versions_url, versions or (connection.version,), cause
            )
        except Refusal as refusal:
            connection.learn(*before)
            return refusal.message
        known = connection.issued
        token = office.new_token(connection.peer_id, "B")
        office.platform.admit(connection, token, retire=True)
        problem = yield from self._present(connection, "PUT", token, cause)
        if problem:
            office.platform.admit(connection, known)
            connection.learn(*before)
        return problem

    def end(self, connection: Connection, cause: Cause) -> Generator[Event, Any, str]:
        """Unregister at a peer; returns why it failed, or an empty text. From then on neither side sends anything."""
        url = _credentials_url(connection)
        if url is None or not connection.registered:
            return f"{connection.peer_id} is not registered."
        answer, _ = yield from self._ask(connection, "DELETE", url, "credentials.delete", lambda data: data, cause)
        if not answer.ok:
            return f"{connection.peer_id} did not unregister us: {_why(answer)}."
        self.leave(connection, cause)
        return ""

    def compare(self, connection: Connection, cause: Cause) -> Generator[Event, Any, bool]:
        """Read the credentials that a peer holds out to us; whether they are those that we know."""
        _, theirs = yield from self._read_theirs(connection, cause)
        known = (connection.held, connection.peer_versions_url, connection.members)
        return theirs is not None and (theirs.token, theirs.url, theirs.members) == known

    def is_refused(self, connection: Connection, cause: Cause) -> Generator[Event, Any, bool]:
        """Whether a peer says that the token which it gave us is none of its own."""
        held = connection.held
        answer, _ = yield from self._read_theirs(connection, cause)
        return connection.registered and connection.held == held and answer.http_status == 401

    def _read_theirs(
        self, connection: Connection, cause: Cause
    ) -> Generator[Event, Any, tuple[Answer, Presented | None]]:
        url, version = _credentials_url(connection), connection.version
        if url is None:
            return Answer(f"{connection.peer_id} has no credentials endpoint", 0, 0, None, {}), None
        return (
            yield from self._ask(
                connection,
                "GET",
                url,
                "credentials.get",
                lambda data: credentials.read(data, version, connection.peer_role),
                cause,
            )
        )

    def _present(self, connection: Connection, method: str, token: str, cause: Cause) -> Generator[Event, Any, str]:
        """Send our credentials; returns why the peer did not take them, or an empty text."""
        url, version = _credentials_url(connection), connection.version
        if url is None:
            return f"{connection.peer_id} has no credentials endpoint."
        answer, theirs = yield from self._ask(
            connection,
            method,
            url,
            f"credentials.{method.lower()}",
            lambda data: credentials.read(data, version, connection.peer_role),
            cause,
            self._credentials(connection, token, version),
        )
        if theirs is None:
            return f"{connection.peer_id} did not register us: {_why(answer)}."
        try:
            refuse_foreign_members(self._office, connection, theirs)
        except Refusal as refusal:
            return f"The credentials of {connection.peer_id} cannot be taken: {refusal.message}"
        self._conclude(connection, theirs, cause, issued="B", held="C")
        return ""

    def _discover(
        self, connection: Connection, versions_url: str, ours: tuple[str, ...], cause: Cause
    ) -> Generator[Event, Any, None]:
        """Read the peer's versions and the endpoints of the highest that it shares with `ours`.

        Raises Refusal with the status code that tells the peer why it cannot be used.
        """
        target = ours[0] if len(ours) == 1 else ""
        answer, versions = yield from self._ask_for_versions(connection, versions_url, cause, target)
        if versions is None:
            raise Refusal(
                Status.UNABLE_TO_USE_CLIENT_API,
                f"The versions of {connection.peer_id} cannot be read: {_why(answer)}.",
            )
        mutual = [version for version in versions if version.version in ours]
        if not mutual:
            theirs = ", ".join(version.version for version in versions)
            raise Refusal(
                Status.UNSUPPORTED_VERSION,
                f"No common version: we have {', '.join(ours)}, {connection.peer_id} has {theirs or 'none'}.",
            )
        chosen = max(mutual, key=lambda version: _order(version.version))
        answer, details = yield from self._ask(
            connection,
            "GET",
            chosen.url,
            "versions.get_details",
            lambda data: read_details(data, chosen.version, connection),
            cause,
            version=chosen.version,
        )
        if details is None:
            raise Refusal(
                Status.UNABLE_TO_USE_CLIENT_API,
                f"The endpoints of {connection.peer_id} cannot be read: {_why(answer)}.",
            )
        connection.learn(chosen.version, details)
        expected = self._expected.get(connection.peer_role, ())
        missing = [f"{module} {side}" for module, side in expected if connection.url(module.value, side) is None]
        if missing:
            raise Refusal(Status.NO_MATCHING_ENDPOINTS, f"{connection.peer_id} lacks {', '.join(missing)}.")

    def _ask_for_versions(
        self, connection: Connection, url: str, cause: Cause, target: str
    ) -> Generator[Event, Any, tuple[Answer, list[Version] | None]]:
        """A peer that refuses our token may know the other way of writing it: raw (2.1.1) or in Base64."""

        def ask() -> Generator[Event, Any, tuple[Answer, Any]]:
            return self._ask(
                connection,
                "GET",
                url,
                "versions.get_list",
                lambda data: codec.decode(data, list[Version]),
                cause,
                version=target,
            )

        answer, versions = yield from ask()
        if answer.http_status == 401:
            usual = connection.encoding
            connection.encode_tokens("raw" if usual == "base64" else "base64")
            answer, versions = yield from ask()
            if answer.http_status == 401:
                connection.encode_tokens(usual)
        return answer, versions

    def _ask(
        self,
        connection: Connection,
        method: str,
        url: str,
        route: str,
        read: Callable[[msgspec.Raw], Any],
        cause: Cause,
        body: bytes = b"",
        version: str = "",
    ) -> Generator[Event, Any, tuple[Answer, Any]]:
        if not connection.held:
            return Answer("the connection has ended meanwhile", 0, 0, None, {}), None
        spoken = version or connection.version or max(self.versions(connection), key=_order)
        subject = Subject(module=route.partition(".")[0], interface="", route=route, version=spoken)
        exchange = self._office.client.send(connection, method, url, subject, cause, body, version=version)
        if exchange is not None:
            yield exchange
        answer = self._office.client.read(exchange)
        compare_clocks(self._office, connection, exchange, answer)
        return answer, self._office.client.decode(exchange, answer, read) if answer.ok else None

    # As the one who is asked

    def _get(self, call: Call) -> Reply:
        return Reply(self._credentials(call.line, call.line.issued, call.version))

    def post(self, call: Call) -> Waiting:
        """Take the credentials of a peer who is not registered yet; 405 for one who is."""
        if call.line.registered:
            raise Refusal(Status.CLIENT_ERROR, "You are registered already; use PUT to update.", 405)
        return self._accept(call, credentials.read(call.body, call.version, call.line.peer_role))

    def put(self, call: Call) -> Waiting:
        """Take the renewed credentials of a peer who is registered; 405 for one who is not."""
        if not call.line.registered:
            raise Refusal(Status.CLIENT_ERROR, "You are not registered; use POST to register.", 405)
        if call.line.name in self._renewing:
            raise Refusal(Status.CLIENT_ERROR, "A renewal of ours is under way; try again later.", 405)
        return self._accept(call, credentials.read(call.body, call.version, call.line.peer_role))

    def is_under_way(self, connection: Connection) -> bool:
        """Whether credentials that came with the peer's token are being looked into."""
        return connection.issued in self._under_way

    def _accept(self, call: Call, offered: Presented) -> Waiting:
        """Call the peer back with its token before answering; what it held before stays valid until that worked."""
        connection = call.line
        came_by = connection.issued
        if self.is_under_way(connection):
            raise Refusal(Status.CLIENT_ERROR, "A registration by this token is under way.", 405)
        refuse_foreign_members(self._office, connection, offered)
        self._under_way[came_by] = None
        before = (connection.held, connection.version, connection.endpoints)
        connection.hold(offered.token)
        try:
            yield from self._discover(connection, offered.url, (call.version,), call.cause)
        except Refusal:
            if connection.issued == came_by:
                connection.hold(before[0])
                connection.learn(before[1], before[2])
            raise
        finally:
            del self._under_way[came_by]
        if connection.issued != came_by:
            # People have begun anew meanwhile: their token must stay in force.
            raise Refusal(Status.CLIENT_ERROR, "The token of this request has been replaced meanwhile.", 401)
        token_c = self._office.new_token(connection.peer_id, "C")
        self._office.platform.admit(connection, token_c, retire=connection.registered)
        connection.peer_versions_url = offered.url
        self._conclude(connection, offered, call.cause, issued="C", held="B")
        return Reply(self._credentials(connection, token_c, call.version))

    def _delete(self, call: Call) -> Reply:
        if not call.line.registered:
            raise Refusal(Status.CLIENT_ERROR, "You are not registered.", 405)
        self.leave(call.line, call.cause)
        return Reply()

    def leave(self, connection: Connection, cause: Cause) -> None:
        """The connection has ended, whichever side has said so."""
        self._office.platform.dismiss(connection)
        connection.hold("")
        connection.learn(connection.version, {})
        self._enter(connection, ConnectionState.UNREGISTERED, cause)

    def _conclude(self, connection: Connection, presented: Presented, cause: Cause, *, issued: str, held: str) -> None:
        connection.hold(presented.token)
        connection.learn_members(presented.members)
        if not connection.registered:
            self._office.doubt_copies(connection)
        self._enter(connection, _REGISTERED, cause, issued=issued, held=held)
        self.on_registered(connection, cause)

    def _enter(
        self, connection: Connection, state: ConnectionState, cause: Cause = TIME, *, issued: str = "", held: str = ""
    ) -> None:
        """Record how the connection stands: the tokens by the letters that OCPI gives them, never by their values."""
        connection.enter(state)
        journal = self._office.journal
        value = {
            "endpoints": [f"{module} {side}" for module, side in sorted(connection.endpoints)],
            "held": held,
            "issued": issued,
            "state": state.value,
            "tokens_us": journal.clock.now_us,
            "version": connection.version,
        }
        journal.state(self._office.id, "connection", connection.name, value, cause)


def _credentials_url(connection: Connection) -> str | None:
    """Its side means nothing in OCPI, so either will do."""
    module = ModuleID.CREDENTIALS
    return connection.url(module, InterfaceRole.SENDER) or connection.url(module, InterfaceRole.RECEIVER)


def _why(answer: Answer) -> str:
    """Why nothing came of a request, to be put at the end of a sentence."""
    return answer.problem.removesuffix(".") or "the answer is not what OCPI asks for"


def _order(version: str) -> tuple[int, ...]:
    """Versions compare by their numbers; a text that is none comes first."""
    parts = version.split(".")
    return tuple(int(part) for part in parts) if all(part.isdecimal() for part in parts) else ()
