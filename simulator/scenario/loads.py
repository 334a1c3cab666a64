"""How busy a scenario is: words for load levels, and the bound above which a load is called a stress load.

Measured in sessions per EVSE and day. A load that no real network has tells how a system fails, not how a city
charges, so whoever shows its results has to say so.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import asdict

from simulator.scenario.model import Driver, DriverGroup, RecordedDrivers, Scenario
from simulator.scenario.usable import ANYWHERE, Places, Wish, wish_of

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
        """As high as it is told, and not by what sums of fractions come to."""
        return round(self.highest, 2) > STRESS_ABOVE

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
    sessions = sum(_sessions_a_day(drivers, days) for drivers in scenario.drivers)
    places = Places(scenario)
    load = Load(sessions, places.evses(places.usable(ANYWHERE)))
    local = [Load(load.sessions_per_day, load.evses, *each) for each in _local(scenario, places, days)]
    # Not by what sums of fractions come to, nor by which drivers are written first.
    busiest = max(local, key=lambda each: (round(each.highest, 6), each.busiest_evses, each.busiest), default=load)
    return busiest if round(busiest.highest, 2) > round(load.highest, 2) else load


def _local(scenario: Scenario, places: Places, days: float) -> Iterator[tuple[str, float, int]]:
    """Where drivers can charge if not everywhere, in words, with the sessions asked for a day and the EVSEs there.

    Asked for by all who can charge nowhere else, whatever words tell where they want to be. Recorded drivers count
    there too, but make no such place: at a single charge point a real day may well have more than any site.
    """
    wishes: dict[Wish, float] = {}
    for drivers in scenario.drivers:
        if not isinstance(drivers, RecordedDrivers):
            wish = wish_of(drivers)
            wishes[wish] = wishes.get(wish, 0.0) + _sessions_a_day(drivers, days)
    asked: dict[int, float] = {}
    words: dict[int, str] = {}
    for wish, rate in wishes.items():
        usable = places.usable(wish)
        asked[usable] = asked.get(usable, 0.0) + rate
        words[usable] = min(words.get(usable, str(wish)), str(wish))
    words.pop(places.usable(ANYWHERE), None)
    recorded = [drivers for drivers in scenario.drivers if isinstance(drivers, RecordedDrivers)]
    place_of = places.by_evse(scenario) if words and recorded else {}
    for drivers in recorded:
        rate = _sessions_a_day(drivers, days) / max(1, len(drivers.sessions))
        for session in drivers.sessions:
            place = place_of.get(session.evse, 0)
            asked[place] = asked.get(place, 0.0) + rate
    for usable in words:
        within = sum(rate for other, rate in asked.items() if other and other | usable == usable)
        yield words[usable], within, places.evses(usable)


def _sessions_a_day(drivers: DriverGroup | RecordedDrivers | Driver, days: float) -> float:
    """How many sessions drivers ask for a day; a named driver who means to stay away asks for none."""
    if isinstance(drivers, DriverGroup):
        return drivers.sessions_per_day
    if isinstance(drivers, RecordedDrivers):
        return a_day([each.arrives_at_us for each in drivers.sessions])
    return 1 / days if drivers.keeps == "yes" else 0.0


def _per_evse(sessions_per_day: float, evses: int) -> float:
    return sessions_per_day / evses if evses else 0.0


def _words(sessions_per_day: float, evses: int) -> str:
    of_all = f"{sessions_per_day:,.0f} sessions a day on {evses:,} EVSEs"
    return f"{_per_evse(sessions_per_day, evses):.2f} sessions per EVSE and day ({of_all})"


def a_day(arrivals_us: Sequence[int]) -> float:
    """How many recorded sessions come a day, over the days up to that of the last one."""
    return len(arrivals_us) / (max(arrivals_us, default=0) // _DAY_US + 1)
