"""The handshake by which two platforms come to know each other, both ends of it.

CREDENTIALS_TOKEN_A is handed over out of band with a versions URL; everything else is discovered. Source: OCPI 2.2.1,
Credentials module, Registration; Version information endpoint.
"""

from collections.abc import Callable, Generator
from typing import Any

from simpy import Event

from simulator.engine.cause import Cause
from simulator.engine.exchange import Subject
from simulator.ocpi import codec
from simulator.ocpi.modules import InterfaceRole, ModuleID
from simulator.ocpi.status import Status
from simulator.ocpi.v2_2_1.credentials import Credentials, CredentialsRole
from simulator.ocpi.v2_2_1.locations import BusinessDetails
from simulator.ocpi.v2_2_1.versions import Endpoint, Version, VersionDetails
from simulator.parties.call import Call, Refusal, Reply, Waiting
from simulator.parties.client import Answer
from simulator.parties.connection import Connection, ConnectionState
from simulator.parties.identity import VERSION
from simulator.parties.office import Office

_REGISTERED = ConnectionState.REGISTERED
Expected = tuple[tuple[ModuleID, InterfaceRole], ...]


class Registration:
    """Versions and credentials of one party, as client and as server.

    `expected` are the interfaces that a peer must have to be of use; `on_registered` is told of each peer that is.
    """

    def __init__(self, office: Office, expected: Expected, on_registered: Callable[[Connection, Cause], None]) -> None:
        self._office = office
        self._expected = expected
        self._on_registered = on_registered
        self._under_way: dict[str, str] = {}
        platform = office.platform
        for version in office.identity.versions:
            platform.offer(
                version,
                ModuleID.VERSIONS,
                InterfaceRole.SENDER,
                {"get_list": self._get_versions, "get_details": self._get_details},
            )
            platform.offer(
                version,
                ModuleID.CREDENTIALS,
                InterfaceRole.SENDER,
                {"get": self._get, "post": self._post, "put": self._put, "delete": self._delete},
            )

    # What we offer

    def _get_versions(self, call: Call) -> Reply:
        del call
        host = self._office.identity.host
        offered = [
            Version(version=version, url=f"http://{host}/ocpi/{version}") for version in self._office.identity.versions
        ]
        return Reply(codec.encode(offered))

    def _get_details(self, call: Call) -> Reply:
        version = call.params["version"]
        if version not in self._office.identity.versions:
            raise Refusal(Status.UNSUPPORTED_VERSION, f"Version {version} is not offered here.", 404)
        endpoints = tuple(
            Endpoint(identifier=module, role=InterfaceRole(interface), url=url)
            for module, interface, url in self._office.platform.endpoints(version)
        )
        return Reply(codec.encode(VersionDetails(version=version, endpoints=endpoints)))

    def _credentials(self, token: str) -> Credentials:
        identity = self._office.identity
        role = CredentialsRole(
            role=identity.role,
            business_details=BusinessDetails(name=identity.name),
            party_id=identity.party_id,
            country_code=identity.country_code,
        )
        return Credentials(token=token, url=identity.versions_url, roles=(role,))

    # As the one who asks

    def issue_token_a(self, connection: Connection) -> str:
        """Make CREDENTIALS_TOKEN_A for a peer, to be handed to its people."""
        token = self._office.new_token(connection.peer_id, "A")
        self._office.platform.admit(connection, token)
        self._enter(connection, ConnectionState.A_ISSUED)
        return token

    def take_token_a(self, connection: Connection, token: str, versions_url: str) -> None:
        """Take the token and URL that a peer's people handed over."""
        connection.hold(token)
        connection.peer_versions_url = versions_url
        self._enter(connection, ConnectionState.A_HELD)

    def register(self, connection: Connection, cause: Cause) -> Generator[Event, Any, str]:
        """Run the handshake as its Sender; returns an empty text, or a sentence on why it failed."""
        office = self._office
        try:
            yield from self._discover(connection, connection.peer_versions_url, office.identity.versions, cause)
        except Refusal as refusal:
            return refusal.message
        url = connection.endpoints.get((ModuleID.CREDENTIALS.value, "SENDER")) or connection.endpoints.get(
            (ModuleID.CREDENTIALS.value, "RECEIVER")
        )
        if url is None:
            return f"{connection.peer_id} has no credentials endpoint."
        token_b = office.new_token(connection.peer_id, "B")
        office.platform.admit(connection, token_b)
        answer, credentials = yield from self._ask(
            connection,
            "POST",
            url,
            "credentials.post",
            Credentials,
            cause,
            codec.encode(self._credentials(token_b)),
        )
        if credentials is None:
            return f"{connection.peer_id} did not register us: {_why(answer)}."
        self._conclude(connection, credentials, cause)
        return ""

    def _discover(
        self, connection: Connection, versions_url: str, ours: tuple[str, ...], cause: Cause
    ) -> Generator[Event, Any, None]:
        """Read the peer's versions and the endpoints of the highest that it shares with `ours`.

        Raises Refusal with the status code that tells the peer why it cannot be used.
        """
        answer, versions = yield from self._ask(
            connection, "GET", versions_url, "versions.get_list", list[Version], cause
        )
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
            connection, "GET", chosen.url, "versions.get_details", VersionDetails, cause
        )
        if details is None:
            raise Refusal(
                Status.UNABLE_TO_USE_CLIENT_API,
                f"The endpoints of {connection.peer_id} cannot be read: {_why(answer)}.",
            )
        connection.learn(chosen.version, details.endpoints)
        missing = [f"{module} {side}" for module, side in self._expected if connection.url(module.value, side) is None]
        if missing:
            raise Refusal(Status.NO_MATCHING_ENDPOINTS, f"{connection.peer_id} lacks {', '.join(missing)}.")

    def _ask(
        self,
        connection: Connection,
        method: str,
        url: str,
        route: str,
        cls: type[Any],
        cause: Cause,
        body: bytes = b"",
    ) -> Generator[Event, Any, tuple[Answer, Any]]:
        subject = Subject(
            module=route.partition(".")[0], interface="", route=route, version=connection.version or VERSION
        )
        exchange = self._office.client.send(connection, method, url, subject, cause, body)
        if exchange is not None:
            yield exchange
        answer = self._office.client.read(exchange)
        return answer, self._office.client.decode(exchange, answer, cls) if answer.ok else None

    # As the one who is asked

    def _get(self, call: Call) -> Reply:
        return Reply(codec.encode(self._credentials(call.connection.issued)))

    def _post(self, call: Call) -> Waiting:
        if call.connection.registered:
            raise Refusal(Status.CLIENT_ERROR, "You are registered already; use PUT to update.", 405)
        return self._accept(call, codec.decode(call.body, Credentials))

    def _put(self, call: Call) -> Waiting:
        if not call.connection.registered:
            raise Refusal(Status.CLIENT_ERROR, "You are not registered; use POST to register.", 405)
        return self._accept(call, codec.decode(call.body, Credentials))

    def _accept(self, call: Call, offered: Credentials) -> Waiting:
        """Call the peer back with its token before answering; what it held before stays valid until that worked."""
        connection = call.connection
        came_by = connection.issued
        if self._under_way.get(connection.peer_id) == came_by:
            raise Refusal(Status.CLIENT_ERROR, "Your registration is under way.", 405)
        self._under_way[connection.peer_id] = came_by
        before = (connection.held, connection.version, connection.endpoints)
        connection.hold(offered.token)
        try:
            yield from self._discover(connection, offered.url, (VERSION,), call.cause)
        except Refusal:
            if connection.issued == came_by:
                connection.hold(before[0])
                connection.version, connection.endpoints = before[1], before[2]
            raise
        finally:
            if self._under_way.get(connection.peer_id) == came_by:
                del self._under_way[connection.peer_id]
        if connection.issued != came_by:
            # People have begun anew meanwhile: their token must stay in force.
            raise Refusal(Status.CLIENT_ERROR, "The token of this request has been replaced meanwhile.", 401)
        token_c = self._office.new_token(connection.peer_id, "C")
        self._office.platform.admit(connection, token_c)
        connection.peer_versions_url = offered.url
        self._conclude(connection, offered, call.cause)
        return Reply(codec.encode(self._credentials(token_c)))

    def _delete(self, call: Call) -> Reply:
        if not call.connection.registered:
            raise Refusal(Status.CLIENT_ERROR, "You are not registered.", 405)
        self._office.platform.dismiss(call.connection)
        call.connection.hold("")
        call.connection.endpoints = {}
        self._enter(call.connection, ConnectionState.UNREGISTERED, call.cause)
        return Reply()

    def _conclude(self, connection: Connection, credentials: Credentials, cause: Cause) -> None:
        connection.hold(credentials.token)
        connection.roles = credentials.roles
        self._enter(connection, _REGISTERED, cause)
        self._on_registered(connection, cause)

    def _enter(self, connection: Connection, state: ConnectionState, cause: Cause | None = None) -> None:
        connection.state = state
        value = {"state": state.value, "version": connection.version}
        if cause is None:
            self._office.journal.state(self._office.id, "connection", connection.peer_id, value)
        else:
            self._office.journal.state(self._office.id, "connection", connection.peer_id, value, cause)


def _why(answer: Answer) -> str:
    """Why nothing came of a request, to be put at the end of a sentence."""
    return answer.problem.removesuffix(".") or "the answer is not what OCPI asks for"


def _order(version: str) -> tuple[int, ...]:
    """Versions compare by their numbers; a text that is none comes first."""
    parts = version.split(".")
    return tuple(int(part) for part in parts) if all(part.isdecimal() for part in parts) else ()
