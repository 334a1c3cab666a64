"""HubClientInfo of OCPI 2.2.1: which parties a hub can reach at the moment."""

from enum import StrEnum

from simulator.ocpi.datatypes import CountryCode, DateTime, Object, PartyID
from simulator.ocpi.v2_2_1.types import Role


class ConnectionStatus(StrEnum):
    """How a party behind the hub stands. HubClientInfo, ConnectionStatus."""

    CONNECTED = "CONNECTED"
    OFFLINE = "OFFLINE"
    PLANNED = "PLANNED"
    SUSPENDED = "SUSPENDED"

    @property
    def registered(self) -> bool:
        """Whether the party is registered with the hub, though it may be out of reach for a while."""
        return self in (ConnectionStatus.CONNECTED, ConnectionStatus.OFFLINE)


class ClientInfo(Object, frozen=True, kw_only=True):
    """One party in one role behind the hub. HubClientInfo, ClientInfo object."""

    party_id: PartyID
    country_code: CountryCode
    role: Role
    status: ConnectionStatus
    last_updated: DateTime
