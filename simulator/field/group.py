"""A group of drivers: what its members have in common, and how one of them is drawn from streams of their own."""

from math import cos, pi, sin, sqrt

from msgspec import Struct, structs

from simulator.engine.streams import Streams
from simulator.field.visit import Stop, Visit
from simulator.ocpp.messages import IdToken
from simulator.world.arrivals import Arrivals
from simulator.world.driver import Authorise, Habits, draw_plan
from simulator.world.geometry import offset

JUST_UNPLUGS = 0.1
"""Share of drivers who end charging by unplugging alone."""


class Member(Struct, frozen=True):
    """A customer of an eMSP with a card or an app account of it."""

    emsp: str
    token: IdToken


class Group(Struct, frozen=True):
    """Drivers with common habits.

    `members` is the pool that they are of: arrival n is member n modulo their number, whose token's kind decides
    between card and app. It is empty where they are found in another way. A driver wants to charge at a point within
    `radius_m` of one of the `centres` (degrees), both drawn uniformly, and looks around there within `search_m`.
    """

    name: str
    arrivals: Arrivals
    habits: Habits
    members: tuple[Member, ...]
    centres: tuple[tuple[float, float], ...]
    radius_m: int
    search_m: int

    def __post_init__(self) -> None:
        if not self.centres:
            raise ValueError(f"Group {self.name}: expected at least one centre.")


def draw_visit(streams: Streams, group: Group, name: str, member: Member) -> Visit:
    """The visit of one driver of the group, drawn from the streams of `driver/<name>` alone."""
    return with_end(streams, draw_wish(streams, group, name, member))


def draw_wish(streams: Streams, group: Group, name: str, member: Member) -> Visit:
    """The same, but for how the driver ends charging, which only matters of who finds a place."""
    token = member.token
    entity = f"driver/{name}"
    authorise: Authorise = "rfid" if token.kind == "ISO14443" else "app"
    plan = structs.replace(draw_plan(streams.uniform(entity, "plan"), group.habits), authorise=authorise)
    place = streams.uniform(entity, "place")
    centre = group.centres[int(place() * len(group.centres))]
    reach_m, angle = group.radius_m * sqrt(place()), 2 * pi * place()
    latitude, longitude = offset(*centre, reach_m * cos(angle), reach_m * sin(angle))
    stop: Stop = "card" if authorise == "rfid" else "app"
    return Visit(name, member.emsp, token, plan, latitude, longitude, group.search_m, stop)


def with_end(streams: Streams, visit: Visit) -> Visit:
    """With how the driver ends charging."""
    just_unplugs = streams.uniform(f"driver/{visit.name}", "stop")() < JUST_UNPLUGS
    return structs.replace(visit, stop="unplug") if just_unplugs else visit
