"""Where a driver may charge: what an eMSP says of the places that a CPO asks about.

It names those alone that it knows and permits. What it does not know, or knows as REMOVED, it does not name, and
refuses nobody for: its copies may be older than the street, and unpublished Locations need not be known.
Source: OCPI 2.2.1, Tokens module, AuthorizationInfo; digest, section 3.2 and case 26.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from simulator.ocpi.datatypes import ci_key
from simulator.ocpi.v2_2_1.location_tree import find_evse
from simulator.ocpi.v2_2_1.locations import Location, Status
from simulator.ocpi.v2_2_1.tokens import LocationReferences
from simulator.parties.connection import Connection
from simulator.parties.store import Store


class Permissions:
    """What the contracts of one eMSP's drivers allow; `locations` are its copies."""

    def __init__(self, locations: Store[Location]) -> None:
        self._locations = locations
        self._only: dict[str, tuple[str, ...]] = {}

    def restrict(self, token_uid: str, places: Iterable[str]) -> None:
        """Let a token charge at these Locations (`NL-ABC/id`) and nowhere else."""
        self._only[token_uid] = tuple(ci_key(place) for place in places)

    def is_restricted(self, token_uid: str) -> bool:
        """Whether it depends on the place if the token may charge."""
        return token_uid in self._only

    def allows(self, token_uid: str, owner: str, location_id: str) -> bool:
        """Whether the token may charge at a Location of this party's."""
        only = self._only.get(token_uid)
        return only is None or ci_key(f"{owner}/{location_id}") in only

    def named(self, asker: Connection, asked: LocationReferences) -> LocationReferences | None:
        """Of what a CPO asks about at one of its Locations, all that is known to be there; None for nothing."""
        location = self._locations.get(asker.peer_country_code, asker.peer_party_id, asked.location_id)
        if location is None:
            return None
        known = ((uid, find_evse(location, uid)) for uid in asked.evse_uids)
        here = tuple(uid for uid, evse in known if evse is not None and evse.status is not Status.REMOVED)
        return replace(asked, evse_uids=here) if here or not asked.evse_uids else None
