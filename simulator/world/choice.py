"""Which charge point a driver tries first: a generalised cost of money, detour and time.

The usual random-utility models of destination choice reduce to this sum once a driver's taste is drawn; keeping it
free of chance makes "why did Ada go there" answerable with three numbers.
"""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Final

from msgspec import Struct


class Offer(Struct, frozen=True):
    """One EVSE as the driver sees it.

    `evse` is its key, `distance_m` the way there, `price_per_kwh` what the app shows (None: it shows no price),
    `power_w` what this vehicle would draw there (0: it cannot connect), `available` whether it is shown as free.
    """

    evse: str
    distance_m: int
    price_per_kwh: Decimal | None
    power_w: int
    available: bool


class Taste(Struct, frozen=True):
    """A driver's weights, in the currency of the offers. They rank offers and are never booked, hence floats.

    `detour_per_km` is the car's cost of the way, `time_per_h` the value of an hour, `speed_km_per_h` how the way is
    travelled, `charging_time_share` the part of the charging time that is felt as lost (near 1 on a journey, near 0
    where the car is parked anyway), `unknown_price_per_kwh` what is feared when no price is shown.
    """

    detour_per_km: float = 0.20
    time_per_h: float = 10.0
    speed_km_per_h: float = 30.0
    charging_time_share: float = 0.15
    unknown_price_per_kwh: float = 0.60

    def __post_init__(self) -> None:
        if self.speed_km_per_h <= 0:
            raise ValueError(f"A driver's speed of {self.speed_km_per_h} km/h: expected more than 0.")


USUAL_TASTE: Final = Taste()


def rank(offers: Sequence[Offer], taste: Taste, energy_wh: int, taken: Collection[str] = ()) -> list[str]:
    """Keys of the EVSEs worth going to, best first: free ones by rising cost, then occupied ones by rising cost.

    Cost = price * energy + detour and its time + the felt share of the charging time. EVSEs in `taken` (already
    tried) and those where the vehicle cannot connect are left out. Equal costs go by key.
    """
    energy_kwh = energy_wh / 1000
    unknown_price = taste.unknown_price_per_kwh
    per_m = (taste.detour_per_km + taste.time_per_h / taste.speed_km_per_h) / 1000
    cost_at_1_w = taste.time_per_h * taste.charging_time_share * energy_wh
    ranked = []
    for offer in offers:
        if offer.power_w <= 0 or offer.evse in taken:
            continue
        price = offer.price_per_kwh
        cost = (unknown_price if price is None else float(price)) * energy_kwh
        cost += offer.distance_m * per_m + cost_at_1_w / offer.power_w
        ranked.append((not offer.available, cost, offer.evse))
    ranked.sort()
    return [evse for _, _, evse in ranked]
