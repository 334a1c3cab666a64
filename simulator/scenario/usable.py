"""Where drivers can charge: the places within their reach, and of these the ones where their contracts are good.

A set of places is a whole number with a bit for each, as it is asked often of thousands of them whether all of one
set are in another.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from msgspec import Struct

from simulator.ocpi.v2_2_1.locations import EVSE, Status
from simulator.scenario.drivers import ANYWHERE_M, SEARCH_M
from simulator.scenario.expand import PASSING, expand
from simulator.scenario.model import Driver, DriverGroup, Scenario
from simulator.world.evse import PowerType, rating_from_connector
from simulator.world.geometry import direction, nearness

_METRES_PER_DEGREE = 111_000
"""At most as many as a degree of latitude has, so that nothing within reach is passed over."""


class Wish(Struct, frozen=True):
    """Where drivers want to charge: within `radius_m` of a centre, or of any place of the CPO `near` (None: of all).

    `only_at` are the sites where their contracts are good; none: all are.
    """

    centre: tuple[float, float] | None
    radius_m: int
    near: str | None
    only_at: tuple[str, ...]

    def __str__(self) -> str:
        if self.only_at:
            return f"at {', '.join(self.only_at)}"
        if self.centre is not None:
            return f"around {self.centre[0]:g}, {self.centre[1]:g}"
        return f"near {self.near}" if self.near is not None else "anywhere"


ANYWHERE = Wish(None, ANYWHERE_M, None, ())


def wish_of(drivers: DriverGroup | Driver) -> Wish:
    """What drivers want; a named driver wants to be at one point."""
    if isinstance(drivers, Driver):
        return Wish((drivers.latitude, drivers.longitude), 0, None, drivers.only_at)
    if drivers.latitude is None or drivers.longitude is None:
        return Wish(None, ANYWHERE_M, drivers.near, drivers.only_at)
    return Wish((drivers.latitude, drivers.longitude), drivers.radius_m or 0, None, drivers.only_at)


class Place(Struct, frozen=True):
    """EVSEs of a CPO at one place, where one can charge; the last of its names is one that no other of the CPO has."""

    cpo: str
    names: tuple[str, ...]
    latitude: float
    longitude: float
    evses: int


class Places:
    """All places of a scenario where one can charge."""

    def __init__(self, scenario: Scenario) -> None:
        found = [place for place in _places(scenario) if place.evses]
        self._places = sorted(found, key=lambda place: place.latitude)
        self._latitudes = [place.latitude for place in self._places]
        self._directions = [
            (1 << number, *direction(place.latitude, place.longitude)) for number, place in enumerate(self._places)
        ]
        self.evses = [place.evses for place in self._places]

    def usable(self, wish: Wish) -> int:
        """Those that drivers with this wish can use: they look around where they want to be, over all CPOs."""
        if wish.centre is not None:
            usable = self._within([wish.centre], wish.radius_m + SEARCH_M)
        elif wish.near is not None:
            centres = [(place.latitude, place.longitude) for place in self._places if place.cpo == wish.near]
            usable = self._within(centres, wish.radius_m + SEARCH_M)
        else:
            usable = (1 << len(self._places)) - 1
        if wish.only_at:
            usable &= sum(
                1 << number
                for number, place in enumerate(self._places)
                if any(name in wish.only_at for name in place.names)
            )
        return usable

    def by_evse(self, scenario: Scenario) -> dict[str, int]:
        """The one where an EVSE is, by its CPO and uid (`NL-ABC/uid`): its number, -1 for none."""
        numbers = {(place.cpo, place.names[-1]): number for number, place in enumerate(self._places)}
        return {
            f"{cpo}/{evse.uid}": numbers.get((cpo, location.id), numbers.get((cpo, location.name or ""), -1))
            for cpo, assets in expand(scenario).items()
            for location in assets.locations
            for evse in location.evses
        }

    def _within(self, centres: Sequence[tuple[float, float]], reach_m: int) -> int:
        """Those that are as near as this to any of the centres, in whole metres."""
        span, near = (reach_m + 1) / _METRES_PER_DEGREE, nearness(reach_m + 0.5)
        found = 0
        for latitude, longitude in centres:
            first, end = bisect_left(self._latitudes, latitude - span), bisect_right(self._latitudes, latitude + span)
            x, y, z = direction(latitude, longitude)
            for bit, east, north, up in self._directions[first:end]:
                if x * east + y * north + z * up >= near:
                    found |= bit
        return found


def can_charge(evse: EVSE) -> bool:
    """Whether one can charge at an EVSE of a network at all: it is in use, and its figures give a power."""
    connector = evse.connectors[0]
    power_type: PowerType = connector.power_type.value
    try:
        rating_from_connector(power_type, connector.max_voltage, connector.max_amperage, connector.max_electric_power)
    except ValueError:
        return False
    return evse.status in (Status.AVAILABLE, *PASSING)


def _places(scenario: Scenario) -> list[Place]:
    places = [
        Place(site.cpo, (site.name,), site.latitude, site.longitude, sum(group.count for group in site.evses))
        for site in scenario.sites
    ]
    places += [
        Place(
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
