"""How busy a scenario is: words for load levels, and the bound above which a load is called a stress load.

Measured in sessions per EVSE and day. A load that no real network has tells how a system fails, not how a city
charges, so whoever shows its results has to say so.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import asdict

from simulator.ocpi.v2_2_1.locations import EVSE, Status
from simulator.scenario.drivers import SEARCH_M
from simulator.scenario.expand import PASSING
from simulator.scenario.model import Driver, DriverGroup, RecordedDrivers, Scenario
from simulator.world.evse import PowerType, rating_from_connector
from simulator.world.geometry import distance_m

LOADS = {"light": 0.3, "ordinary": 0.7, "busy": 1.3, "stress": 3.0}
"""Sessions per EVSE and day. Ordinary and busy are what the workplaces of ACN-Data had on weekdays of autumn 2019:
Caltech 0.66 (51 stations), JPL 1.26 (52 stations). Light and stress are choices of this program."""

STRESS_ABOVE = 2.0
"""The bound: more than the busiest day of either site had (Caltech 0.98, JPL 1.62)."""

_DAY_US = 86_400_000_000


class Load(Struct, frozen=True):
    """What the drivers of a scenario ask of its EVSEs on an ordinary weekday.

    `busiest` says where some of them ask for more than that of the EVSEs that they can use, if they do so anywhere;
    `busiest_sessions_per_day` and `busiest_evses` are the load of these.
    """

    sessions_per_day: float
    evses: int
    busiest: str = ""
    busiest_sessions_per_day: float = 0.0
    busiest_evses: int = 0

    @property
    def sessions_per_evse(self) -> float:
        """Sessions per EVSE and day, over all."""
        return _per_evse(self.sessions_per_day, self.evses)

    @property
    def highest(self) -> float:
        """Sessions per EVSE and day where these are most."""
        return max(self.sessions_per_evse, _per_evse(self.busiest_sessions_per_day, self.busiest_evses))

    @property
    def is_stress(self) -> bool:
        return self.highest > STRESS_ABOVE

    @property
    def figures(self) -> dict[str, float | str]:
        """The load for programs, as JSON and tables have it."""
        return {
            **asdict(self),
            "sessions_per_evse_day": self.sessions_per_evse,
            "highest_sessions_per_evse_day": self.highest,
            "is_stress": self.is_stress,
        }

    @property
    def sentence(self) -> str:
        """The load, called by its name where it is a stress load."""
        told = _words(self.sessions_per_day, self.evses)
        if self.busiest:
            told += f"; {self.busiest} it is {_words(self.busiest_sessions_per_day, self.busiest_evses)}"
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
    places = _places(scenario)
    load = Load(sessions, sum(place.evses for place in places))
    local = [Load(load.sessions_per_day, load.evses, *each) for each in _local(scenario, places)]
    busiest = max(local, key=lambda each: each.highest, default=load)
    # As high as it is told, and not by what sums of fractions come to.
    return busiest if round(busiest.highest, 2) > round(load.highest, 2) else load


class _Place(Struct, frozen=True):
    """EVSEs of a CPO at one place, where one can charge."""

    cpo: str
    names: tuple[str, ...]
    latitude: float
    longitude: float
    evses: int


def _places(scenario: Scenario) -> list[_Place]:
    places = [
        _Place(site.cpo, (site.name,), site.latitude, site.longitude, sum(group.count for group in site.evses))
        for site in scenario.sites
    ]
    places += [
        _Place(
            f"{location.country_code}-{location.party_id}",
            tuple(name for name in (location.name, location.id) if name),
            float(location.coordinates.latitude),
            float(location.coordinates.longitude),
            sum(can_charge(evse) for evse in location.evses),
        )
        for network in scenario.networks
        for location in network.locations
    ]
    return places


def _local(scenario: Scenario, places: Sequence[_Place]) -> Iterator[tuple[str, float, int]]:
    """Where groups of drivers can charge, if not everywhere: how many sessions they ask for a day of how many EVSEs."""
    asked: dict[str, float] = {}
    evses: dict[str, int] = {}
    for group in scenario.drivers:
        if isinstance(group, DriverGroup) and (found := _where(group, places)):
            where, usable = found
            asked[where] = asked.get(where, 0.0) + group.sessions_per_day
            evses[where] = sum(place.evses for place in usable)
    yield from ((where, asked[where], evses[where]) for where in asked)


def _where(group: DriverGroup, places: Sequence[_Place]) -> tuple[str, list[_Place]] | None:
    """Where a group charges, in words, and the places there; None: anywhere."""
    if group.only_at:
        named = [place for place in places if any(name in group.only_at for name in place.names)]
        return f"at {', '.join(group.only_at)}", named
    if group.near is not None:
        return f"near {group.near}", [place for place in places if place.cpo == group.near]
    if group.latitude is None or group.longitude is None:
        return None
    centre, reach_m = (group.latitude, group.longitude), (group.radius_m or 0) + SEARCH_M
    within = [place for place in places if distance_m(*centre, place.latitude, place.longitude) <= reach_m]
    return f"around {centre[0]:g}, {centre[1]:g}", within


def _per_evse(sessions_per_day: float, evses: int) -> float:
    return sessions_per_day / evses if evses else 0.0


def _words(sessions_per_day: float, evses: int) -> str:
    of_all = f"{sessions_per_day:,.0f} sessions a day on {evses:,} EVSEs"
    return f"{_per_evse(sessions_per_day, evses):.2f} sessions per EVSE and day ({of_all})"


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
