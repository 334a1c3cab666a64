"""How a hub shows itself in credentials and versions, otherwise in each version.

2.2.1: it has the role HUB and tells of its parties by HubClientInfo. 2.3.0: there is no such role; its parties are its
roles, and a change of them is told by PUT. 2.1.1 knows no hubs: the hub is whatever party it stands in for. Source:
OCPI 2.2.1 and 2.3.0, Credentials; digest, sections 2.8 and 6.1.
"""

from collections.abc import Callable, Generator
from typing import Any

from simpy import Event

from simulator.engine.cause import Cause
from simulator.ocpi.modules import InterfaceRole, ModuleID, Role
from simulator.ocpi.v2_2_1.hubclientinfo import ConnectionStatus
from simulator.parties.connection import Connection
from simulator.parties.credentials import Member
from simulator.parties.dialect import OLDEST
from simulator.parties.endpoints import Offered
from simulator.parties.office import Office
from simulator.parties.registration import Registration
from simulator.parties.roles.hub.directory import CONNECTED, Client, Directory

NEWEST = "2.3.0"
_SETTLE_US = 5_000_000
"""Parties tend to come together: they are told in one PUT."""
_MOST_ATTEMPTS = 5


class Presentation(Registration):
    """The registration of a hub."""

    def __init__(
        self,
        office: Office,
        directory: Directory,
        on_registered: Callable[[Connection, Cause], None],
        on_left: Callable[[Connection, Cause], None],
    ) -> None:
        super().__init__(office, {}, on_registered)
        self._directory = directory
        self._on_left = on_left
        self._seen: dict[str, None] = {}
        self._telling: dict[str, None] = {}

    def leave(self, connection: Connection, cause: Cause) -> None:
        """See Registration."""
        super().leave(connection, cause)
        self._on_left(connection, cause)

    def versions(self, line: Connection) -> tuple[str, ...]:
        """See Registration."""
        return tuple(version for version in self._office.identity.versions if (version == OLDEST) is bool(line.facade))

    def endpoints(self, line: Connection, version: str) -> Offered:
        """See Registration. A peer of 2.1.1 is offered what the party in whose place we stand would offer."""
        offered = self._office.platform.endpoints(version, line.facade)
        if not line.facade:
            return offered
        return tuple((module, side, url) for module, side, url in offered if _in_its_place(line, module, side))

    def members(self, line: Connection, version: str) -> tuple[tuple[Member, ...], str]:
        """See Registration."""
        us = self._office.identity
        if line.facade:
            client = self._directory.find(line.facade)
            country_code, _, party_id = line.facade.partition("-")
            role = client.role if client is not None else Role.OTHER
            name = client.name if client is not None else ""
            return (Member(country_code, party_id, role, name or line.facade),), ""
        if version != NEWEST:
            return (Member(us.country_code, us.party_id, Role.HUB, us.name),), ""
        members = tuple(
            Member(client.country_code, client.party_id, client.role, client.name or client.id)
            for client in self._directory
            if client.id in self._seen and client.line is not line and client.role is not Role.HUB
        )
        alone = (Member(us.country_code, us.party_id, Role.OTHER, us.name),)
        return members or alone, us.country_code + us.party_id

    def members_changed(self, client: Client, cause: Cause) -> None:
        """A party stands otherwise; one that is connected for the first time is a new role of ours in 2.3.0.

        Of two hubs only one sends the PUT, whose answer tells the other's roles: two that cross would lock both out.
        """
        if client.status is not CONNECTED or client.id in self._seen or client.role is Role.HUB:
            return
        self._seen[client.id] = None
        for other in self._directory:
            line = other.line
            if line is None or other.remote or line.version != NEWEST or not line.registered:
                continue
            if (line.to_hub and self._office.id > line.peer_id) or (not line.to_hub and line is client.line):
                continue
            if line.name not in self._telling and other.status is not ConnectionStatus.OFFLINE:
                self._telling[line.name] = None
                self._office.spawn(self._tell(line, cause), f"tell {other.id} whom we lead to")

    def _tell(self, line: Connection, cause: Cause) -> Generator[Event, Any, None]:
        """Tell a peer of 2.3.0 our roles, again in a moment if it is just renewing its own side."""
        for _ in range(_MOST_ATTEMPTS):
            yield self._office.env.timeout(_SETTLE_US)
            self._telling.pop(line.name, None)
            if not line.registered or not (yield from self.renew(line, cause)):
                return


def _in_its_place(line: Connection, module: str, side: str) -> bool:
    """Whether a counterpart of the peer has this side of a module."""
    if module == ModuleID.CREDENTIALS:
        return True
    if module == ModuleID.COMMANDS:
        return side == InterfaceRole.RECEIVER and line.peer_role is not Role.CPO
    return side != line.side(module)
