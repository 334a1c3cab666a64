"""Which Token a name means: anybody may give its own Tokens a uid or a contract that is another's as well.

So whoever is to pay, or is asked, comes first, and nobody's Tokens are in the way of another's. Source: OCPI 2.1.1,
Sessions, CDRs and Tokens, `auth_id`; POST authorize.
"""

from simulator.ocpi.translation.account import Unsayable
from simulator.parties.roles.hub.cache import Cache, Kept, Owner


def billed(cache: Cache, auth_id: str, payer: Owner | None) -> Kept | None:
    """The Token that a Session or CDR of 2.1.1 means: one of the payer's before any other's, by contract before uid.

    Raises Unsayable when it could be several.
    """
    alike = dict[tuple[bool, bool], list[Kept]]()
    for kept in cache.tokens(auth_id):
        by_uid = kept.names[1] != auth_id.lower()
        alike.setdefault((kept.owner != payer, by_uid), []).append(kept)
    if not alike:
        return None
    likeliest = min(alike)
    found = alike[likeliest]
    if len(found) > 1:
        name = "uid" if likeliest[1] else "contract"
        raise Unsayable(f"{len(found)} Tokens with the {name} “{auth_id}” are known here; OCPI 2.2.1 asks for one.")
    return found[0]


def asked(cache: Cache, uid: str, owner: Owner) -> Kept | None:
    """The Token of an owner that an authorisation was asked for; None when it could be several."""
    found = [kept for kept in cache.tokens(uid) if (kept.owner, kept.head.uid.lower()) == (owner, uid.lower())]
    return found[0] if len(found) == 1 else None
