"""What platforms tell each other about themselves in whatever version: a token, a URL, and who is there.

2.1.1 has one party a platform and does not say its role, which is known out of band; from 2.2 on there is a list of
roles; 2.3.0 has no role for a hub but names it apart. Source: the Credentials modules; digest, sections 2.8 and 6.3.
"""

import msgspec
from msgspec import Struct

from simulator.ocpi import codec
from simulator.ocpi.modules import Role
from simulator.ocpi.v2_1_1 import credentials as v2_1_1
from simulator.ocpi.v2_1_1.locations import BusinessDetails as BusinessDetails211
from simulator.ocpi.v2_2_1 import credentials as v2_2_1
from simulator.ocpi.v2_2_1.locations import BusinessDetails as BusinessDetails221
from simulator.ocpi.v2_3_0 import credentials as v2_3_0
from simulator.ocpi.v2_3_0.locations import BusinessDetails as BusinessDetails230
from simulator.ocpi.v2_3_0.types import Role as Role230


class Member(Struct, frozen=True):
    """A party on a platform, in one role."""

    country_code: str
    party_id: str
    role: Role
    name: str


class Presented(Struct, frozen=True):
    """A platform's credentials. `hub` is the hub's country code and party id in one word (`NLHUB`), empty without."""

    token: str
    url: str
    members: tuple[Member, ...]
    hub: str = ""


def write(presented: Presented, version: str) -> bytes:
    """The Credentials object of a version; 2.1.1 has room for the first member only, and a hub is a role in 2.2.1."""
    token, url, members = presented.token, presented.url, presented.members
    if version == "2.1.1":
        first = members[0]
        return codec.encode(
            v2_1_1.Credentials(
                token=token,
                url=url,
                business_details=BusinessDetails211(name=first.name),
                party_id=first.party_id,
                country_code=first.country_code,
            )
        )
    if version == "2.3.0":
        roles230 = tuple(
            v2_3_0.CredentialsRole(
                role=Role230(member.role.value),
                business_details=BusinessDetails230(name=member.name),
                party_id=member.party_id,
                country_code=member.country_code,
            )
            for member in members
        )
        return codec.encode(
            v2_3_0.Credentials(token=token, url=url, hub_party_id=presented.hub or None, roles=roles230)
        )
    roles = tuple(
        v2_2_1.CredentialsRole(
            role=member.role,
            business_details=BusinessDetails221(name=member.name),
            party_id=member.party_id,
            country_code=member.country_code,
        )
        for member in members
    )
    return codec.encode(v2_2_1.Credentials(token=token, url=url, roles=roles))


def read(raw: bytes | msgspec.Raw, version: str, role: Role) -> Presented:
    """What a peer's Credentials object says; `role` is what a peer of 2.1.1 is known to be. Raises Invalid."""
    if version == "2.1.1":
        one = codec.decode(raw, v2_1_1.Credentials)
        member = Member(one.country_code, one.party_id, role, one.business_details.name)
        return Presented(one.token, one.url, (member,))
    if version == "2.3.0":
        newest = codec.decode(raw, v2_3_0.Credentials)
        return Presented(newest.token, newest.url, _members(newest.roles), newest.hub_party_id or "")
    found = codec.decode(raw, v2_2_1.Credentials)
    return Presented(found.token, found.url, _members(found.roles))


def _members(roles: tuple[v2_2_1.CredentialsRole, ...] | tuple[v2_3_0.CredentialsRole, ...]) -> tuple[Member, ...]:
    return tuple(
        Member(each.country_code, each.party_id, Role(each.role.value), each.business_details.name) for each in roles
    )
