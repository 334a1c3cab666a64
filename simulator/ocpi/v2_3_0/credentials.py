"""Credentials of OCPI 2.3.0: who is on a platform, the hub among them, and the token that opens its interface."""

from typing import Annotated

from msgspec import Meta

from simulator.ocpi.datatypes import CI_MARK, URL, CountryCode, CredentialsToken, Object, PartyID
from simulator.ocpi.v2_3_0.locations import BusinessDetails
from simulator.ocpi.v2_3_0.types import Role

HubPartyID = Annotated[
    str,
    Meta(
        min_length=5,
        max_length=5,
        description="a country code and a party id without a separator, such as NLHUB",
        extra=CI_MARK,
    ),
]


class CredentialsRole(Object, frozen=True, kw_only=True):
    """One party on the platform, in one role. Credentials, CredentialsRole."""

    role: Role
    business_details: BusinessDetails
    party_id: PartyID
    country_code: CountryCode


class Credentials(Object, frozen=True, kw_only=True):
    """What one platform hands to another; `hub_party_id` names the party that routes for all others. Credentials."""

    token: CredentialsToken
    url: URL
    hub_party_id: HubPartyID | None = None
    roles: Annotated[tuple[CredentialsRole, ...], Meta(min_length=1)]
