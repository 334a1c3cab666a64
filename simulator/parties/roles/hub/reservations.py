"""Reservations that would be billed to a payer of 2.1.1, which has no word for what they cost.

A network is reached in the hub's version and cannot see that the payer speaks 2.1.1; asked directly it bills nothing.
Source: OCPI 2.2.1, Tariffs module, ReservationRestrictionType; digest, sections 3.7 and 6.2, Tariff.
"""

from collections.abc import Iterator

from msgspec import Struct

from simulator.ocpi import codec
from simulator.parties.roles.hub.cache import Cache
from simulator.parties.roles.hub.kept import Owner
from simulator.parties.roles.hub.reading import Tree


class _Place(Struct, gc=False):
    location_id: str
    evse_uid: str | None = None


def is_billed(cache: Cache, owner: Owner, wish: bytes) -> bool:
    """Whether a tariff at the place that a ReserveNow asks for has prices for reservations, as far as is known here.

    Raises Invalid for a ReserveNow that names no place.
    """
    place = codec.decode(wish, _Place)
    location = cache.get("location", owner, place.location_id)
    return location is not None and any(
        _has_prices(tariff.tree)
        for id in _tariff_ids(location.tree, place.evse_uid)
        if (tariff := cache.get("tariff", owner, id)) is not None
    )


def _tariff_ids(location: Tree, evse_uid: str | None) -> Iterator[str]:
    for evse in location.get("evses") or ():
        if evse_uid is None or evse["uid"].lower() == evse_uid.lower():
            for connector in evse["connectors"]:
                yield from connector.get("tariff_ids") or ()


def _has_prices(tariff: Tree) -> bool:
    return any((element.get("restrictions") or {}).get("reservation") for element in tariff["elements"])
