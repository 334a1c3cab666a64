"""How busy a scenario is: words for load levels, and the bound above which a load is called a stress load.

Measured in sessions per EVSE and day. A load that no real network has tells how a system fails, not how a city
charges, so whoever shows its results has to say so.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import asdict, replace

from simulator.scenario.busiest import busiest_places, members, sessions_within
from simulator.scenario.model import Driver, DriverGroup, RecordedDrivers, RecordedSession, Scenario
from simulator.scenario.ordinary_days import WEEKDAYS, OrdinaryDays, ordinary_days
from simulator.scenario.usable import ANYWHERE, Places, Wish, wish_of

LOADS = {"light": 0.3, "ordinary": 0.7, "busy": 1.3, "stress": 3.0}
"""Sessions per EVSE and day. Ordinary and busy are what the workplaces of ACN-Data had on weekdays of autumn 2019:
Caltech 0.66 (51 stations), JPL 1.26 (52 stations). Light and stress are choices of this program."""

STRESS_ABOVE = 2.0
"""The bound: more than the busiest day of either site had (Caltech 0.98, JPL 1.62)."""

_TELLING = 1.1
"""So many times the load of all is a load of some places; a little more some always have."""

_TOLD = 3
"""Of so many wishes a place is told by its words."""

_DAY_US = 86_400_000_000


class Load(Struct, frozen=True):
    """What the drivers of a scenario ask of its EVSEs on an ordinary weekday.

    `busiest` says where those who can charge nowhere else ask for the most, if that is a tenth more or a stress load
    which the whole is not; `busiest_sessions_per_day` and `busiest_evses` are the load of these places.

    Recorded sessions are in it with the mean of `recorded_days` days (0: there are none), which `recorded_on` names:
    weekdays, or all days where they have no whole weekday with sessions (see ordinary_days.py).
    """

    sessions_per_day: float
    evses: int
    busiest: str = ""
    busiest_sessions_per_day: float = 0.0
    busiest_evses: int = 0
    recorded_days: float = 0.0
    recorded_on: str = ""

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
        """The load, called by its name where it is a stress load, and of which days its recorded sessions are."""
        told = _words(self.sessions_per_day, self.evses)
        if self.busiest:
            told += f"; {self.busiest} it is {_words(self.busiest_sessions_per_day, self.busiest_evses)}"
        if self.is_stress:
            return f"This is a stress load: {told}, above the {STRESS_ABOVE:g} that are called so.{self._days_words}"
        return f"The load is {told}.{self._days_words}"

    @property
    def _days_words(self) -> str:
        if not self.recorded_on:
            return ""
        days = f"{self.recorded_days:.4g}"
        if self.recorded_on == WEEKDAYS:
            return f" Recorded sessions count with the mean of {days} weekday{'' if days == '1' else 's'}."
        days = "1 day" if days == "1" else f"all {days} days"
        return f" Recorded sessions count with the mean of {days}: there is no whole weekday with sessions."


def load_with(sessions_per_day: float, evses: int, recorded: OrdinaryDays) -> Load:
    """The load of other drivers' sessions and recorded ones on so many EVSEs."""
    return Load(
        sessions_per_day + recorded.sessions_a_day, evses, recorded_days=recorded.days, recorded_on=recorded.are
    )


def load_of(scenario: Scenario) -> Load:
    """The load of a scenario; its named drivers count once in all the days that it lasts."""
    days = max(1.0, scenario.duration_us / _DAY_US)
    places = Places(scenario)
    sessions = [
        each for drivers in scenario.drivers if isinstance(drivers, RecordedDrivers) for each in drivers.sessions
    ]
    recorded = ordinary_days([each.arrives_at_us for each in sessions], scenario.start_epoch_us, scenario.zone)
    drawn = [drivers for drivers in scenario.drivers if not isinstance(drivers, RecordedDrivers)]
    load = load_with(sum(_sessions_a_day(drivers, days) for drivers in drawn), sum(places.evses), recorded)
    wishes: dict[Wish, float] = {}
    for drivers in drawn:
        wish = wish_of(drivers)
        wishes[wish] = wishes.get(wish, 0.0) + _sessions_a_day(drivers, days)
    wanted = {wish: places.usable(wish) for wish in wishes}
    asked: dict[int, float] = {}
    for wish, rate in wishes.items():
        asked[wanted[wish]] = asked.get(wanted[wish], 0.0) + rate
    if not any(usable != places.usable(ANYWHERE) for usable in asked):
        return load
    # Where a real day was recorded is no wish to be there: at a single EVSE it may well have more than any site.
    besides = _recorded_a_day(scenario, places, sessions, recorded)
    there = busiest_places(asked, places.evses, besides)
    busiest = replace(
        load,
        busiest=_words_for(there, wanted),
        busiest_sessions_per_day=sessions_within(there, asked, besides),
        busiest_evses=sum(places.evses[each] for each in members(there)),
    )
    is_telling = busiest.is_stress > load.is_stress or busiest.highest > _TELLING * load.highest
    return busiest if is_telling else load


def _recorded_a_day(
    scenario: Scenario, places: Places, sessions: Sequence[RecordedSession], recorded: OrdinaryDays
) -> list[float]:
    """How many recorded sessions come a day, by place."""
    found = [0.0] * len(places.evses)
    place_of = places.by_evse(scenario) if sessions else {}
    for session, counts in zip(sessions, recorded.counts, strict=True):
        place = place_of.get(session.evse, -1)
        if counts and place >= 0:
            found[place] += recorded.each
    return found


def _words_for(places: int, wanted: Mapping[Wish, int]) -> str:
    """The wishes that these places are made of, the widest first; of those for one set the first by its words."""
    left, told = places, []
    within = ((-usable.bit_count(), str(wish), usable) for wish, usable in wanted.items() if usable | places == places)
    for _, words, usable in sorted(within):
        if usable & left:
            told.append(words)
            left &= ~usable
    if len(told) > _TOLD:
        return f"{', '.join(told[:_TOLD])} and {len(told) - _TOLD} more"
    return " and ".join(filter(None, (", ".join(told[:-1]), told[-1]))) if told else ""


def _sessions_a_day(drivers: DriverGroup | Driver, days: float) -> float:
    """How many sessions drivers ask for a day; a named driver who means to stay away asks for none."""
    if isinstance(drivers, DriverGroup):
        return drivers.sessions_per_day
    return 1 / days if drivers.keeps == "yes" else 0.0


def _per_evse(sessions_per_day: float, evses: int) -> float:
    return sessions_per_day / evses if evses else 0.0


def _words(sessions_per_day: float, evses: int) -> str:
    of_all = f"{sessions_per_day:,.0f} sessions a day on {evses:,} EVSEs"
    return f"{_per_evse(sessions_per_day, evses):.2f} sessions per EVSE and day ({of_all})"
