"""Which Token a name means: anybody may give its own Tokens a uid or a contract that is another's as well.

So whoever is to pay, or is asked, comes first, and nobody's Tokens are in the way of another's. Source: OCPI 2.1.1,
Sessions, CDRs and Tokens, `auth_id`; POST authorize.
"""

from simulator.parties.roles.hub.cache import Cache
from simulator.parties.roles.hub.kept import Kept, Owner


def billed(cache: Cache, auth_id: str, payer: Owner | None) -> list[Kept]:
    """The Tokens that a Session or CDR of 2.1.1 may mean: the payer's before any other's, by contract before uid."""
    alike = dict[tuple[bool, bool], list[Kept]]()
    for kept in cache.tokens(auth_id):
        by_uid = kept.names[1] != auth_id.lower()
        alike.setdefault((kept.owner != payer, by_uid), []).append(kept)
    return alike[min(alike)] if alike else []


def holders(cache: Cache, uid: str, contract: str) -> list[Owner]:
    """All who have a Token with this uid and contract."""
    return [kept.owner for kept in cache.tokens(uid) if kept.names == (uid.lower(), contract.lower())]


def asked(cache: Cache, uid: str, owner: Owner) -> Kept | None:
    """The Token of an owner that an authorisation was asked for; None when it could be several."""
    found = [kept for kept in cache.tokens(uid) if (kept.owner, kept.head.uid.lower()) == (owner, uid.lower())]
    return found[0] if len(found) == 1 else None
