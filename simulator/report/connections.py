"""How the connections between platforms stand at an instant, each end as its holder knows it; tokens by name only.

Source: OCPI 2.2.1, Credentials module; Hub Client Info module.
"""

from typing import Final, NamedTuple

from msgspec import Struct, json

from simulator.recording.reader import Recording

REGISTERED: Final = "REGISTERED"
_AS: Final = " as "


class ConnectionEnd(NamedTuple):
    """What `holder` knows of its connection with `peer`; a hub speaks there in the place of `facade`, if that is set.

    `since_us` is when it came to stand in `state`. `endpoints` are the peer's, as module and side. `issued` is the
    letter that OCPI gives the token which the peer must present (A, B or C; "" for none), `held` that of the token
    which the holder presents, and `tokens_us` when both came into force.
    """

    holder: str
    peer: str
    facade: str
    state: str
    version: str
    since_us: int
    endpoints: tuple[tuple[str, str], ...]
    issued: str
    held: str
    tokens_us: int

    @property
    def modules(self) -> list[str]:
        """The modules that the peer offers."""
        return list(dict.fromkeys(module for module, _ in self.endpoints))


class ClientState(NamedTuple):
    """What `holder` knows of a party that a hub connects: `status` is CONNECTED, OFFLINE, PLANNED or SUSPENDED."""

    holder: str
    hub: str
    party: str
    role: str
    status: str
    since_us: int


class Connections(NamedTuple):
    """All that is known at an instant, in the order in which it came to be known."""

    at_us: int
    ends: tuple[ConnectionEnd, ...]
    clients: tuple[ClientState, ...]


class _Connection(Struct):
    state: str = ""
    version: str = ""
    endpoints: tuple[str, ...] = ()
    issued: str = ""
    held: str = ""
    tokens_us: int = 0


class _Client(Struct):
    hub: str = ""
    role: str = ""
    status: str = ""


_connection: Final = json.Decoder(_Connection | None)
_client: Final = json.Decoder(_Client | None)


def connections_at(recording: Recording, at_us: int) -> Connections:
    """How everything stands after all that happened at an instant."""
    return Connections(at_us, _ends(recording, at_us), _clients(recording, at_us))


def _ends(recording: Recording, at_us: int) -> tuple[ConnectionEnd, ...]:
    ends: dict[tuple[str, str], ConnectionEnd] = {}
    for row in recording.states(kind="connection", to_us=at_us + 1):
        key, known = (row.holder, row.entity), _connection.decode(row.value)
        if known is None:
            ends.pop(key, None)
            continue
        before = ends.get(key)
        peer, _, facade = row.entity.partition(_AS)
        ends[key] = ConnectionEnd(
            holder=row.holder,
            peer=peer,
            facade=facade,
            state=known.state,
            version=known.version,
            since_us=row.at_us if before is None or before.state != known.state else before.since_us,
            endpoints=tuple((module, side) for module, _, side in (each.partition(" ") for each in known.endpoints)),
            issued=known.issued,
            held=known.held,
            tokens_us=known.tokens_us,
        )
    return tuple(ends.values())


def _clients(recording: Recording, at_us: int) -> tuple[ClientState, ...]:
    clients: dict[tuple[str, str, str], ClientState] = {}
    for row in recording.states(kind="client_info", to_us=at_us + 1):
        known = _client.decode(row.value)
        if known is not None:
            key = (row.holder, known.hub, row.entity)
            clients[key] = ClientState(row.holder, known.hub, row.entity, known.role, known.status, row.at_us)
    return tuple(clients.values())
