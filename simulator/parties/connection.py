"""What one platform knows of its connection with another: tokens, version, endpoints, state.

Source: OCPI 2.2.1, Credentials module; Transport and format, Authorization header.
"""

from enum import StrEnum

from simulator.ocpi import headers as h
from simulator.ocpi.modules import InterfaceRole, ModuleID, uses_routing_headers
from simulator.ocpi.v2_2_1.credentials import CredentialsRole
from simulator.ocpi.v2_2_1.versions import Endpoint
from simulator.wire.carrier import Headers


class ConnectionState(StrEnum):
    """Where the registration stands, seen from one end."""

    NONE = "NONE"
    A_ISSUED = "A_ISSUED"
    A_HELD = "A_HELD"
    REGISTERED = "REGISTERED"
    UNREGISTERED = "UNREGISTERED"


_REGISTERED = ConnectionState.REGISTERED


class Connection:
    """One end of a connection between two platforms.

    `issued` is the token that the peer must present to us, `held` the one that we present to it. Before the
    registration either may be a CREDENTIALS_TOKEN_A, which opens versions and credentials only.
    """

    __slots__ = (
        "_owned",
        "_request_headers",
        "_roles",
        "_routing",
        "encoding",
        "endpoints",
        "held",
        "issued",
        "our_country_code",
        "our_party_id",
        "peer_country_code",
        "peer_id",
        "peer_party_id",
        "peer_versions_url",
        "state",
        "synced_us",
        "version",
    )

    def __init__(self, our_country_code: str, our_party_id: str, peer_country_code: str, peer_party_id: str) -> None:
        self.our_country_code = our_country_code
        self.our_party_id = our_party_id
        self.peer_country_code = peer_country_code
        self.peer_party_id = peer_party_id
        self.peer_id = f"{peer_country_code}-{peer_party_id}"
        self.peer_versions_url = ""
        self.state = ConnectionState.NONE
        self.version = ""
        self.issued = ""
        self.held = ""
        self.encoding: h.TokenEncoding = "base64"
        self.endpoints: dict[tuple[str, str], str] = {}
        self.synced_us: dict[str, int] = {}
        self._routing = routing(peer_country_code, peer_party_id, our_country_code, our_party_id)
        self._roles: tuple[CredentialsRole, ...] = ()
        self._owned: dict[tuple[str, str], None] = {}
        self._request_headers: dict[str, Headers] = {}

    @property
    def registered(self) -> bool:
        """Whether functional modules may be used."""
        return self.state is _REGISTERED

    @property
    def roles(self) -> tuple[CredentialsRole, ...]:
        """The roles of the parties that the peer's platform holds."""
        return self._roles

    @roles.setter
    def roles(self, roles: tuple[CredentialsRole, ...]) -> None:
        self._roles = roles
        self._owned = {(role.country_code.upper(), role.party_id.upper()): None for role in roles}

    def learn(self, version: str, endpoints: tuple[Endpoint, ...]) -> None:
        """Take over what the peer's version details say."""
        self.version = version
        self.endpoints = {(endpoint.identifier, endpoint.role.value): endpoint.url for endpoint in endpoints}

    def hold(self, token: str) -> None:
        """Present this token from now on."""
        self.held = token
        self._request_headers.clear()

    def url(self, module: str, interface: InterfaceRole) -> str | None:
        """The peer's endpoint for one side of a module, None when it has none."""
        return self.endpoints.get((module, interface))

    def endpoint(self, module: ModuleID, interface: InterfaceRole) -> str | None:
        """The peer's URL for one side of a functional module; None when it has none or is not registered."""
        return self.endpoints.get((module, interface)) if self.state is _REGISTERED else None

    def owns(self, country_code: str, party_id: str) -> bool:
        """Whether the peer's platform holds this party (compared without regard to case)."""
        return (country_code.upper(), party_id.upper()) in self._owned

    def routing_headers(self, module: str) -> Headers:
        """The routing headers of a message of this module: none on the configuration modules."""
        return self._routing if uses_routing_headers(module) else ()

    def request_headers(self, module: str) -> Headers:
        """The headers that every request to this module carries, ids aside."""
        headers = self._request_headers.get(module)
        if headers is None:
            headers = (
                (h.AUTHORIZATION, h.authorization_value(self.held, self.encoding)),
                (h.CONTENT_TYPE, "application/json"),
                *self.routing_headers(module),
            )
            self._request_headers[module] = headers
        return headers


def routing(to_country_code: str, to_party_id: str, from_country_code: str, from_party_id: str) -> Headers:
    """The four routing headers of a message. OCPI 2.2.1, Transport and format, Message routing."""
    return (
        (h.OCPI_FROM_COUNTRY_CODE, from_country_code),
        (h.OCPI_FROM_PARTY_ID, from_party_id),
        (h.OCPI_TO_COUNTRY_CODE, to_country_code),
        (h.OCPI_TO_PARTY_ID, to_party_id),
    )
