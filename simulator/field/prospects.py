"""What a driver makes of the list in the app: the charge points worth going to, best first."""

from collections.abc import Sequence
from decimal import Decimal

from simulator.ocpp.messages import IdToken
from simulator.world.app import KnownEvse
from simulator.world.choice import Taste, weigher
from simulator.world.evse import EvseRating, charging_power_w
from simulator.world.geometry import distances_from
from simulator.world.vehicle import Vehicle

AVAILABLE = "AVAILABLE"
CLOSED = frozenset(("BLOCKED", "INOPERATIVE", "OUTOFORDER", "PLANNED", "REMOVED"))
"""Statuses (OCPI, Locations module) of EVSEs that nobody drives to; those of all others may soon be out of date."""

LOOKED_AT = 60
"""How many EVSEs a driver looks at in the app."""


def usable(shown: Sequence[KnownEvse]) -> list[KnownEvse]:
    """The EVSEs that the app does not show as closed."""
    return [known for known in shown if known.status not in CLOSED]


def by_app(token: IdToken) -> bool:
    """Whether the driver starts and stops by app; else a card is tapped."""
    return token.kind == "Central"


def startable(ranked: Sequence[KnownEvse], token: IdToken) -> list[KnownEvse]:
    """By app those that it can start; a card is tapped wherever the driver goes."""
    return [known for known in ranked if known.can_start] if by_app(token) else list(ranked)


def prospects(
    shown: Sequence[KnownEvse], vehicle: Vehicle, energy_wh: int, latitude: float, longitude: float, taste: Taste
) -> list[KnownEvse]:
    """Those that this vehicle can use, best first: by rising cost those shown as available, then the others."""
    cost_of, way_to = weigher(taste, energy_wh), distances_from(latitude, longitude)
    free: list[tuple[float, str, KnownEvse]] = []
    others: list[tuple[float, str, KnownEvse]] = []
    rating: EvseRating | None = None
    price: Decimal | None = None
    at_latitude = at_longitude = float("nan")
    power_w = way_m = 0
    cost = 0.0
    for known in shown:  # nearest first, so that the EVSEs of a location, which mostly are alike, follow each other
        moved = known.latitude != at_latitude or known.longitude != at_longitude
        if moved or known.rating is not rating or known.price_per_kwh is not price:
            if moved:
                at_latitude, at_longitude = known.latitude, known.longitude
                way_m = way_to(at_latitude, at_longitude)
            if known.rating is not rating:
                rating = known.rating
                power_w = charging_power_w(rating, vehicle)
            price = known.price_per_kwh
            cost = cost_of(way_m, price, power_w) if power_w > 0 else 0.0
        if power_w > 0:
            (free if known.status == AVAILABLE else others).append((cost, known.key, known))
    free.sort()
    others.sort()
    return [known for _, _, known in free + others]
