"""What one platform knows of its connection with another: tokens, version, endpoints, state, and who is behind it.

Source: OCPI 2.2.1, Credentials module; Transport and format, Authorization header and Message routing.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from simulator.engine.journal import Journal
from simulator.ocpi import headers as h
from simulator.ocpi.modules import CONFIGURATION, InterfaceRole, Role
from simulator.parties.credentials import Member
from simulator.parties.dialect import HOME, OLDEST, Books, Dialect, HomeDialect
from simulator.parties.foreign import ForeignDialect
from simulator.parties.losses import Losses
from simulator.wire.carrier import Headers


class ConnectionState(StrEnum):
    """Where the registration stands, seen from one end."""

    NONE = "NONE"
    A_ISSUED = "A_ISSUED"
    A_HELD = "A_HELD"
    REGISTERED = "REGISTERED"
    UNREGISTERED = "UNREGISTERED"


JSON: Final[Headers] = ((h.CONTENT_TYPE, "application/json"),)
REGISTERED: Final = ConnectionState.REGISTERED
_HOME_DIALECT: Final = HomeDialect()
_SENT_BY_CPOS: Final = ("locations", "sessions", "cdrs", "tariffs")
"""The modules of 2.1.1 whose data the CPO owns; tokens are the eMSP's, and commands go to the CPO."""


class Connection:
    """One end of a connection between two platforms.

    `issued` is the token that the peer must present to us, `retiring` the one before it, good until the new one is
    used; `held` is the one that we present. Before the registration either may be a CREDENTIALS_TOKEN_A, which opens
    versions and credentials only. `behind` are the parties that the peer, a hub, connects us with. `name` is what the
    connection is called among ours. `facade` is set at a hub towards a peer of 2.1.1, which knows no hubs: the party in
    whose place the hub stands. `synced_us` has, by module, when its list was last read, `read_whole_us` when all of it
    was, `refused` why it is not shown. `behind_us`: so far its clock is behind ours; `is_far_off`: hours, either way.
    """

    __slots__ = (
        "_answer_headers",
        "_books",
        "_dialects",
        "_journal",
        "_now",
        "_open_routed",
        "_owned",
        "_request_headers",
        "_routing",
        "behind",
        "behind_us",
        "dialect",
        "encoding",
        "endpoints",
        "facade",
        "followers",
        "held",
        "is_far_off",
        "issued",
        "members",
        "name",
        "our_country_code",
        "our_party_id",
        "peer_country_code",
        "peer_id",
        "peer_party_id",
        "peer_platform",
        "peer_role",
        "peer_versions_url",
        "read_whole_us",
        "refused",
        "retiring",
        "state",
        "synced_us",
        "version",
    )

    def __init__(
        self,
        us: tuple[str, str],
        peer: tuple[str, str],
        peer_role: Role,
        books: Books,
        now: Callable[[], str],
        journal: Journal,
    ) -> None:
        self.our_country_code, self.our_party_id = us
        self.peer_country_code, self.peer_party_id = peer
        self.peer_id = f"{peer[0]}-{peer[1]}"
        self.peer_platform = self.peer_id
        self.name = self.peer_id
        self.facade = ""
        self.peer_role = peer_role
        self.peer_versions_url = ""
        self.state = ConnectionState.NONE
        self.version = ""
        self.dialect: Dialect = _HOME_DIALECT
        self.issued = ""
        self.retiring = ""
        self.held = ""
        self.encoding: h.TokenEncoding = "base64"
        self.endpoints: dict[tuple[str, str], str] = {}
        self.synced_us: dict[str, int] = {}
        self.read_whole_us: dict[str, int] = {}
        self.refused: dict[str, str] = {}
        self.behind_us = 0
        self.is_far_off = False
        self.behind: dict[str, Routed] = {}
        self.followers: list[Routed] = []
        self._books = books
        self._now = now
        self._journal = journal
        self._routing = routing(*peer, *us)
        self.members: tuple[Member, ...] = ()
        self._open_routed: Routed | None = None
        self._owned: dict[tuple[str, str], None] = {}
        self._request_headers: dict[str, Headers] = {}
        self._answer_headers: dict[str, Headers] = {}
        self._dialects: dict[str, Dialect] = {HOME: _HOME_DIALECT}

    @property
    def registered(self) -> bool:
        """Whether functional modules may be used."""
        return self.state is REGISTERED

    @property
    def to_hub(self) -> bool:
        """Whether the peer is a hub."""
        return self.peer_role is Role.HUB

    @property
    def by_hub(self) -> bool:
        """Whether what is sent over it goes to a hub."""
        return self.to_hub or self.peer_platform != self.peer_id

    def learn_members(self, members: tuple[Member, ...]) -> None:
        """Take over which parties the peer's platform holds; for a hub of 2.3.0 these are those that it leads to."""
        self.members = members
        self._owned = {(member.country_code.upper(), member.party_id.upper()): None for member in members}

    def lead_to(self, country_code: str, party_id: str, role: Role) -> "Routed":
        """The connection with a party behind the peer, a hub; made when it is new."""
        id = f"{country_code}-{party_id}".upper()
        routed = self.behind.get(id)
        if routed is None:
            routed = self.behind[id] = Routed(self, (country_code, party_id), role)
        return routed

    def enter(self, state: ConnectionState) -> None:
        """The registration stands here now."""
        self.state = state
        self._tell()

    def learn(self, version: str, endpoints: dict[tuple[str, str], str]) -> None:
        """Take over what the peer's version details say."""
        before, self.version = self.version, version
        self.dialect = self.speaking(version)
        self.endpoints = endpoints
        if version == OLDEST:
            self.encoding = "raw"
        elif before == OLDEST:
            self.encoding = "base64"
        self._tell()

    def open_routed(self) -> "Routed":
        """The connection with whomever the peer, a hub, finds out a message is for."""
        if self._open_routed is None:
            self._open_routed = Routed(self, None, self.peer_role)
        return self._open_routed

    def speaking(self, version: str) -> Dialect:
        """How a version is spoken here."""
        dialect = self._dialects.get(version)
        if dialect is None:
            us = (self.our_country_code, self.our_party_id)
            them = (self.peer_country_code, self.peer_party_id)
            losses = Losses(self._journal)
            dialect = self._dialects[version] = ForeignDialect(version, self._books, us, them, self._now, losses)
        return dialect

    def side(self, module: str) -> InterfaceRole:
        """The side of a module that a peer of 2.1.1, where endpoints have none, must mean."""
        sends = module in _SENT_BY_CPOS if self.peer_role is Role.CPO else module not in (*_SENT_BY_CPOS, "commands")
        return InterfaceRole.SENDER if sends else InterfaceRole.RECEIVER

    def hold(self, token: str) -> None:
        """Present this token from now on."""
        self.held = token
        self._tell()

    def encode_tokens(self, encoding: h.TokenEncoding) -> None:
        """Write the token this way from now on."""
        self.encoding = encoding
        self._tell()

    def _tell(self) -> None:
        """What has changed holds for those behind the peer as well."""
        self._forget_headers()
        for routed in self.followers:
            routed.follow()

    def url(self, module: str, interface: InterfaceRole) -> str | None:
        """The peer's endpoint for one side of a module, None when it has none."""
        return self.endpoints.get((module, interface))

    def endpoint(self, module: str, interface: InterfaceRole) -> str | None:
        """The peer's URL for one side of a functional module; None when it has none or is not registered."""
        return self.endpoints.get((module, interface)) if self.state is REGISTERED else None

    def owns(self, country_code: str, party_id: str) -> bool:
        """Whether the peer's platform holds this party, or leads to it (compared without regard to case)."""
        if (country_code, party_id) in self._owned:  # written in upper case, as nearly all are
            return True
        key = (country_code.upper(), party_id.upper())
        return key in self._owned or (bool(self.behind) and f"{key[0]}-{key[1]}" in self.behind)

    def of(self, country_code: str, party_id: str) -> "Connection":
        """The connection with a party that speaks over this one: one behind the hub, else the peer itself."""
        return self.behind.get(f"{country_code}-{party_id}".upper(), self) if self.behind else self

    def routing_headers(self, module: str) -> Headers:
        """The routing headers of a message of this module: none on the configuration modules, none in 2.1.1."""
        return self._routing if self.version != OLDEST and module not in CONFIGURATION else ()

    def request_headers(self, module: str) -> Headers:
        """The headers that every request to this module carries, ids aside."""
        headers = self._request_headers.get(module)
        if headers is None:
            headers = (
                (h.AUTHORIZATION, h.authorization_value(self.held, self.encoding)),
                *JSON,
                *self.routing_headers(module),
            )
            self._request_headers[module] = headers
        return headers

    def answer_headers(self, module: str) -> Headers:
        """The headers that every answer about this module carries, ids aside."""
        headers = self._answer_headers.get(module)
        if headers is None:
            headers = self._answer_headers[module] = JSON + self.routing_headers(module)
        return headers

    def _forget_headers(self) -> None:
        self._request_headers.clear()
        self._answer_headers.clear()

    def handshake_headers(self, version: str) -> Headers:
        """The headers of a request of the configuration modules that is made for a version to come."""
        usual: h.TokenEncoding = "base64" if self.version == OLDEST else self.encoding
        encoding = "raw" if version == OLDEST else usual
        return ((h.AUTHORIZATION, h.authorization_value(self.held, encoding)), *JSON)


class Routed(Connection):
    """A party behind a hub: its messages travel over the connection with the hub, addressed to the party.

    Tokens, version and endpoints are the hub's and follow it. Without a party (`peer` None) it is Open Routing: the hub
    finds out for whom a message is. `us` may be another party, on whose behalf a hub speaks. `left`: the party is not
    registered with the hub, or was not when it was last out of reach.
    """

    __slots__ = ("left", "open", "reachable", "via")

    def __init__(
        self, via: Connection, peer: tuple[str, str] | None, peer_role: Role, us: tuple[str, str] | None = None
    ) -> None:
        us = us or (via.our_country_code, via.our_party_id)
        them = peer or (via.peer_country_code, via.peer_party_id)
        super().__init__(us, them, peer_role, via._books, via._now, via._journal)
        self.via = via
        via.followers.append(self)
        self.reachable = True
        self.left = False
        self.peer_platform = via.peer_platform
        self.open = peer is None
        if peer is None:
            self._routing = self._routing[:2]
        else:
            self._owned = {(peer[0].upper(), peer[1].upper()): None}
        self.follow()

    def owns(self, country_code: str, party_id: str) -> bool:
        """Whether it is that party, or for Open Routing one that the hub leads to."""
        return self.via.owns(country_code, party_id) if self.open else super().owns(country_code, party_id)

    def reach(self, reachable: bool) -> None:
        """The party can, or cannot, be sent to now."""
        self.reachable = reachable
        self.follow()

    def follow(self) -> None:
        """Take over how the connection with the hub stands now."""
        via = self.via
        self.encoding = via.encoding
        self.version, self.dialect, self.endpoints = via.version, via.dialect, via.endpoints
        self.held = via.held
        self.state = via.state if self.reachable else ConnectionState.NONE
        self._forget_headers()


def routing(to_country_code: str, to_party_id: str, from_country_code: str, from_party_id: str) -> Headers:
    """The four routing headers of a message. OCPI 2.2.1, Transport and format, Message routing."""
    return (
        (h.OCPI_FROM_COUNTRY_CODE, from_country_code),
        (h.OCPI_FROM_PARTY_ID, from_party_id),
        (h.OCPI_TO_COUNTRY_CODE, to_country_code),
        (h.OCPI_TO_PARTY_ID, to_party_id),
    )
