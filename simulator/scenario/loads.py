"""How busy a scenario is: words for load levels, and the bound above which a load is called a stress load.

Measured in sessions per EVSE and day. A load that no real network has tells how a system fails, not how a city
charges, so whoever shows its results has to say so.
"""

from collections.abc import Sequence

from msgspec import Struct

from simulator.ocpi.v2_2_1.locations import EVSE, Status
from simulator.scenario.expand import PASSING
from simulator.scenario.model import Driver, DriverGroup, RecordedDrivers, Scenario
from simulator.world.evse import PowerType, rating_from_connector

LOADS = {"light": 0.3, "ordinary": 0.7, "busy": 1.3, "stress": 3.0}
"""Sessions per EVSE and day. Ordinary and busy are what the workplaces of ACN-Data had on weekdays of autumn 2019:
Caltech 0.66 (51 stations), JPL 1.26 (52 stations). Light and stress are choices of this program."""

STRESS_ABOVE = 2.0
"""The bound: more than the busiest day of either site had (Caltech 0.98, JPL 1.62)."""

_DAY_US = 86_400_000_000


class Load(Struct, frozen=True):
    """What the drivers of a scenario ask of its EVSEs on an ordinary weekday."""

    sessions_per_day: float
    evses: int

    @property
    def sessions_per_evse(self) -> float:
        """Sessions per EVSE and day."""
        return self.sessions_per_day / self.evses if self.evses else 0.0

    @property
    def is_stress(self) -> bool:
        return self.sessions_per_evse > STRESS_ABOVE

    @property
    def figures(self) -> dict[str, float]:
        """The load for programs, as JSON and tables have it."""
        return {
            "sessions_per_day": self.sessions_per_day,
            "evses": self.evses,
            "sessions_per_evse_day": self.sessions_per_evse,
            "is_stress": self.is_stress,
        }

    @property
    def sentence(self) -> str:
        """The load, called by its name where it is a stress load."""
        of_all = f"{self.sessions_per_day:,.0f} sessions a day on {self.evses:,} EVSEs"
        told = f"{self.sessions_per_evse:.2f} sessions per EVSE and day ({of_all})"
        if self.is_stress:
            return f"This is a stress load: {told}, above the {STRESS_ABOVE:g} that are called so."
        return f"The load is {told}."


def load_of(scenario: Scenario) -> Load:
    """The load of a scenario; its named drivers count once in all the days that it lasts."""
    days = max(1.0, scenario.duration_us / _DAY_US)
    sessions = 0.0
    for drivers in scenario.drivers:
        if isinstance(drivers, DriverGroup):
            sessions += drivers.sessions_per_day
        elif isinstance(drivers, RecordedDrivers):
            sessions += a_day([each.arrives_at_us for each in drivers.sessions])
        elif isinstance(drivers, Driver):
            sessions += 1 / days
    evses = sum(group.count for site in scenario.sites for group in site.evses)
    evses += sum(
        can_charge(evse) for network in scenario.networks for location in network.locations for evse in location.evses
    )
    return Load(sessions, evses)


def a_day(arrivals_us: Sequence[int]) -> float:
    """How many recorded sessions come a day, over the days up to that of the last one."""
    return len(arrivals_us) / (max(arrivals_us, default=0) // _DAY_US + 1)


def can_charge(evse: EVSE) -> bool:
    """Whether one can charge at an EVSE of a network at all: it is in use, and its figures give a power."""
    connector = evse.connectors[0]
    power_type: PowerType = connector.power_type.value
    try:
        rating_from_connector(power_type, connector.max_voltage, connector.max_amperage, connector.max_electric_power)
    except ValueError:
        return False
    return evse.status in (Status.AVAILABLE, *PASSING)
