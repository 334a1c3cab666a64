"""Credentials of OCPI 2.2.1: who is on a platform, and the token that opens its interface."""

from typing import Annotated

from msgspec import Meta

from simulator.ocpi.datatypes import URL, CountryCode, CredentialsToken, Object, PartyID
from simulator.ocpi.v2_2_1.locations import BusinessDetails
from simulator.ocpi.v2_2_1.types import Role


class CredentialsRole(Object, frozen=True, kw_only=True):
    """One party on the platform, in one role. Credentials, CredentialsRole."""

    role: Role
    business_details: BusinessDetails
    party_id: PartyID
    country_code: CountryCode


class Credentials(Object, frozen=True, kw_only=True):
    """What one platform hands to another; `token` identifies the platform, not a party. Credentials object."""

    token: CredentialsToken
    url: URL
    roles: Annotated[tuple[CredentialsRole, ...], Meta(min_length=1)]
