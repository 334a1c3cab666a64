"""HubClientInfo of OCPI 2.3.0: which parties a hub can reach at the moment; the hub itself has no role any more."""

from simulator.ocpi.datatypes import CountryCode, DateTime, Object, PartyID
from simulator.ocpi.v2_2_1.hubclientinfo import ConnectionStatus
from simulator.ocpi.v2_3_0.types import Role

__all__ = ["ClientInfo", "ConnectionStatus"]


class ClientInfo(Object, frozen=True, kw_only=True):
    """One party in one role behind the hub. HubClientInfo, ClientInfo object."""

    party_id: PartyID
    country_code: CountryCode
    role: Role
    status: ConnectionStatus
    last_updated: DateTime
