"""Which charge point a driver tries first: a generalised cost of money, detour and time.

The usual random-utility models of destination choice reduce to this sum once a driver's taste is drawn; keeping it
free of chance makes "why did Ada go there" answerable with three numbers.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from msgspec import Struct


class Taste(Struct, frozen=True):
    """A driver's weights, in the currency of the prices. They rank places and are never booked, hence floats.

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


def weigher(taste: Taste, energy_wh: int) -> Callable[[int, Decimal | None, int], float]:
    """What it costs a driver who needs so much energy to charge at a place.

    Asked with the metres there, the price of a kWh (None: none is shown) and the W above 0 that the vehicle would draw:
    cost = price * energy + detour and its time + the felt share of the charging time.
    """
    energy_kwh = energy_wh / 1000
    unknown_price = taste.unknown_price_per_kwh
    per_m = (taste.detour_per_km + taste.time_per_h / taste.speed_km_per_h) / 1000
    cost_at_1_w = taste.time_per_h * taste.charging_time_share * energy_wh

    def cost(way_m: int, price_per_kwh: Decimal | None, power_w: int) -> float:
        paid = (unknown_price if price_per_kwh is None else float(price_per_kwh)) * energy_kwh
        return paid + (way_m * per_m + cost_at_1_w / power_w)

    return cost
