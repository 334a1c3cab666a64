"""What a vehicle can take: its battery, its on-board charger, its DC inlet and how the battery tapers.

The catalogue holds generic classes, not models: round figures typical of cars sold in Europe around 2025, so that a
scenario reads "compact" instead of a parts list.
"""

from msgspec import Struct

RECORDED_WH = 60_000
"""About what the battery of a recorded car holds."""


class Vehicle(Struct, frozen=True):
    """One class of vehicle.

    `battery_wh` is usable capacity. `ac_power_w` is the on-board charger at its full number of phases, `ac_current_a`
    its most per phase. `dc_power_w` is the highest DC power, 0 without a DC inlet. `curve` holds bands
    (state_of_charge_from_permille, fraction_permille): from that state of charge on, the battery accepts that
    fraction of `peak_power_w`. One curve serves AC and DC, for the cells do not know where the current comes from:
    DC feels it from about 80 %, the weaker AC only near 95 %. Raises ValueError for a vehicle that cannot exist.
    """

    name: str
    battery_wh: int
    ac_power_w: int
    ac_phases: int
    ac_current_a: int
    dc_power_w: int
    curve: tuple[tuple[int, int], ...]

    def __post_init__(self) -> None:
        if self.battery_wh <= 0 or self.ac_power_w < 0 or self.ac_current_a < 0 or self.dc_power_w < 0:
            raise ValueError(f"Vehicle {self.name}: expected a battery above 0 Wh and no negative power.")
        if self.ac_phases not in (1, 2, 3):
            raise ValueError(f"Vehicle {self.name}: {self.ac_phases} phases; expected 1, 2 or 3.")
        edges = [edge for edge, _ in self.curve]
        fractions = [fraction for _, fraction in self.curve]
        if not edges or edges[0] != 0 or edges != sorted(set(edges)) or edges[-1] >= 1000:
            raise ValueError(f"Vehicle {self.name}: curve bands must begin at 0 permille and rise, below 1000.")
        if fractions != sorted(fractions, reverse=True) or fractions[0] > 1000 or fractions[-1] <= 0:
            raise ValueError(f"Vehicle {self.name}: curve fractions must fall from at most 1000 to above 0.")
        if self.peak_power_w * fractions[-1] < 1000:
            raise ValueError(f"Vehicle {self.name}: the last band accepts less than 1 W and would never end.")

    @property
    def peak_power_w(self) -> int:
        """The most that the battery accepts from any inlet; the curve's fractions are of this."""
        return max(self.ac_power_w, self.dc_power_w)


_DC_CURVE = ((0, 1000), (800, 500), (900, 250), (950, 120), (980, 60))
_AC_CURVE = ((0, 1000), (950, 600), (980, 300))

VEHICLES: dict[str, Vehicle] = {
    vehicle.name: vehicle
    for vehicle in (
        Vehicle("city", 27_000, 7_400, 1, 32, 30_000, ((0, 1000), (800, 600), (900, 350), (960, 150))),
        Vehicle("compact", 52_000, 11_000, 3, 16, 100_000, _DC_CURVE),
        Vehicle("sedan", 75_000, 11_000, 3, 16, 170_000, _DC_CURVE),
        Vehicle("suv", 77_000, 11_000, 3, 16, 135_000, _DC_CURVE),
        Vehicle("van", 68_000, 11_000, 3, 16, 115_000, _DC_CURVE),
        Vehicle("plug_in_hybrid", 12_000, 3_700, 1, 16, 0, _AC_CURVE),
    )
}
"""The catalogue by class name."""

MIXES: dict[str, tuple[tuple[str, int], ...]] = {
    "compact": (("compact", 1),),
    "mixed": (("city", 15), ("compact", 30), ("sedan", 15), ("suv", 20), ("van", 5), ("plug_in_hybrid", 15)),
    "fleet": (("compact", 25), ("sedan", 25), ("van", 50)),
}
"""Named shares of vehicle classes: (class name, weight); the weights need no particular sum."""


def recorded_vehicle(power_w: int, battery_wh: int = RECORDED_WH) -> Vehicle:
    """The car of a recorded session, whose class nobody knows: up to 32 A on three phases, and it does not taper."""
    return Vehicle("recorded", battery_wh, power_w, 3, 32, 0, ((0, 1000),))
