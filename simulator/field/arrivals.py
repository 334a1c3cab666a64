"""Who comes when: processes that let groups of drivers arrive at random, and named drivers at their instant."""

from collections.abc import Callable, Generator
from typing import Any

from simpy import Event

from simulator.engine.streams import Streams
from simulator.field.driver import Driver, Life
from simulator.field.group import Group, draw_visit
from simulator.field.street import Street
from simulator.field.visit import Visit


def group_arrivals(
    street: Street,
    streams: Streams,
    group: Group,
    duration_us: int,
    life_of: Callable[[str, int], Life] | None = None,
) -> Generator[Event, Any, None]:
    """A process: from instant 0 on and before `duration_us`, starts the group's drivers, `<group>#1` the first.

    `life_of` is what becomes of the one of this name and number, counted from 0; without it that is a visit drawn for
    the group's members in turn.
    """

    def usual(name: str, number: int) -> Life:
        return Driver(street, draw_visit(streams, group, name, group.members[number % len(group.members)])).life()

    life_of = life_of or usual
    uniform = streams.uniform(f"group/{group.name}", "arrivals")
    at_us, count = group.arrivals.next_arrival_us(0, uniform), 0
    while at_us < duration_us:
        yield street.env.timeout(at_us - street.env.now_us)
        street.env.process(life_of(f"{group.name}#{count + 1}", count))
        count += 1
        at_us = group.arrivals.next_arrival_us(at_us, uniform)


def arrive_at(street: Street, visit: Visit, at_us: int) -> Generator[Event, Any, None]:
    """A process: one named driver, who comes at this instant, unless it was to reserve a place and not to keep it."""
    driver = Driver(street, visit)
    if visit.booking is not None:
        yield street.env.timeout(at_us - visit.booking.ahead_us - street.env.now_us)
        if not (yield from driver.book(visit.booking, at_us)):
            return
    yield street.env.timeout(at_us - street.env.now_us)
    yield from driver.life()
