"""Credentials of OCPI 2.1.1: one party a platform, and the token that opens its interface."""

from simulator.ocpi.datatypes import URL, CredentialsToken, Object
from simulator.ocpi.v2_1_1.locations import BusinessDetails
from simulator.ocpi.v2_1_1.types import OwnerCountryCode, OwnerPartyID


class Credentials(Object, frozen=True, kw_only=True):
    """What one party hands to another; which role it plays is known beforehand. Credentials object."""

    token: CredentialsToken
    url: URL
    business_details: BusinessDetails
    party_id: OwnerPartyID
    country_code: OwnerCountryCode
