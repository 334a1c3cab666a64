"""What one driver wants of a visit: drawn once on arrival, so that nothing later changes the driver's mind.

A group of drivers has habits; each driver's plan is drawn from them with the same number of uniforms in the same
order, whatever the habits, so that a changed habit leaves the other draws alone.
"""

from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from simulator.world.distributions import choice, exponential, lognormal, triangular
from simulator.world.vehicle import MIXES, VEHICLES, Vehicle

Authorise = Literal["rfid", "app"]

_US_PER_MIN = 60_000_000
_US_PER_HOUR = 60 * _US_PER_MIN


class DriverPlan(Struct, frozen=True):
    """What one driver wants.

    `energy_wh` fills the battery from `start_soc_permille` to `target_soc_permille`. `stay_us` is how long the car
    stays after it is parked, `patience_us` how long the driver waits for a place. With `leaves_when_full` the car goes
    when the target is reached, otherwise it blocks the place until its stay ends. `stated_stay_us` is the stay that
    the driver states on arrival (None: states nothing); what is stated is not always what comes.
    """

    vehicle: Vehicle
    start_soc_permille: int
    target_soc_permille: int
    energy_wh: int
    stay_us: int
    patience_us: int
    authorise: Authorise
    leaves_when_full: bool
    stated_stay_us: int | None = None


class Habits(Struct, frozen=True):
    """What a group of drivers has in common; `msgspec.structs.replace` makes variants.

    `mix` weighs vehicle classes of the catalogue, `authorise` the ways to identify. States of charge in permille:
    the start is triangular, the target uniform between its two values. The stay is lognormal (median, 95th
    percentile), the patience exponential with its mean. Raises ValueError for habits nobody can have.
    """

    mix: tuple[tuple[str, int], ...] = MIXES["mixed"]
    authorise: tuple[tuple[Authorise, float], ...] = (("rfid", 0.7), ("app", 0.3))
    start_soc_permille: tuple[int, int, int] = (100, 400, 700)
    target_soc_permille: tuple[int, int] = (800, 1000)
    stay_median_us: int = 2 * _US_PER_HOUR
    stay_p95_us: int = 8 * _US_PER_HOUR
    patience_mean_us: int = 20 * _US_PER_MIN
    leaves_when_full: float = 0.4

    def __post_init__(self) -> None:
        for name, _ in self.mix:
            if name not in VEHICLES:
                raise ValueError(f"Vehicle class {name!r} is not known: expected one of {', '.join(VEHICLES)}.")
        low, mode, high = self.start_soc_permille
        target_low, target_high = self.target_soc_permille
        if not 0 <= low <= mode <= high < target_low <= target_high <= 1000:
            raise ValueError(
                f"States of charge start {self.start_soc_permille}, target {self.target_soc_permille}: "
                "expected rising permille from 0 to 1000, every start below every target."
            )


HABITS: dict[str, Habits] = {
    "commuter": Habits(stay_median_us=3 * _US_PER_HOUR, stay_p95_us=11 * _US_PER_HOUR),
    "residential": Habits(
        stay_median_us=9 * _US_PER_HOUR,
        stay_p95_us=16 * _US_PER_HOUR,
        leaves_when_full=0.1,
        target_soc_permille=(850, 1000),
    ),
    "workplace": Habits(stay_median_us=7 * _US_PER_HOUR, stay_p95_us=10 * _US_PER_HOUR, leaves_when_full=0.1),
    "shopping": Habits(stay_median_us=70 * _US_PER_MIN, stay_p95_us=180 * _US_PER_MIN, leaves_when_full=0.2),
    "highway": Habits(
        start_soc_permille=(80, 200, 450),
        target_soc_permille=(750, 900),
        stay_median_us=50 * _US_PER_MIN,
        stay_p95_us=90 * _US_PER_MIN,
        leaves_when_full=0.95,
    ),
    "flat": Habits(),
}
"""Plausible habits for each arrival profile, by the profile's name."""


def draw_plan(uniform: Callable[[], float], habits: Habits) -> DriverPlan:
    """One driver's plan; calls `uniform` (in [0, 1)) seven times. Times are rounded to microseconds."""
    vehicle = VEHICLES[habits.mix[choice(uniform(), [weight for _, weight in habits.mix])][0]]
    authorise = habits.authorise[choice(uniform(), [weight for _, weight in habits.authorise])][0]
    start_permille = round(triangular(uniform(), *habits.start_soc_permille))
    target_low, target_high = habits.target_soc_permille
    target_permille = target_low + int(uniform() * (target_high - target_low + 1))
    return DriverPlan(
        vehicle=vehicle,
        start_soc_permille=start_permille,
        target_soc_permille=target_permille,
        energy_wh=vehicle.battery_wh * (target_permille - start_permille) // 1000,
        stay_us=round(lognormal(uniform(), habits.stay_median_us, habits.stay_p95_us)),
        patience_us=round(exponential(uniform(), habits.patience_mean_us)),
        authorise=authorise,
        leaves_when_full=uniform() < habits.leaves_when_full,
    )
