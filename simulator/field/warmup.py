"""Who is charging already when the run begins: the hours before it, played on paper and told to no one."""

from collections.abc import Callable, Iterator, Sequence
from heapq import merge

from msgspec import Struct

from simulator.engine.streams import Streams
from simulator.field.group import Group, draw_wish, with_end
from simulator.field.prospects import prospects, startable, usable
from simulator.field.visit import Visit
from simulator.world.app import KnownEvse
from simulator.world.battery import Battery
from simulator.world.choice import Taste
from simulator.world.evse import charging_power_w

WARM_UP_US = 12 * 3_600_000_000
"""How long before the run the first of them may have come."""

Near = Callable[[Visit], Sequence[KnownEvse]]
"""The EVSEs, nearest first, that a driver's app shows and where the contract is good."""


class Occupancy(Struct, frozen=True):
    """A car still plugged in at `until_us`: since `started_us` (negative) its `battery` has taken `energy_wus`."""

    visit: Visit
    evse_key: str
    battery: Battery
    started_us: int
    until_us: int
    energy_wus: int
    leaves_at_us: int


def warm_up(
    streams: Streams,
    groups: Sequence[Group],
    near: Near,
    taste: Taste,
    until_us: int = 0,
    lead_us: int = WARM_UP_US,
) -> list[Occupancy]:
    """The occupancies that the groups' arrivals between `until_us - lead_us` and `until_us` leave, by time of start.

    Each driver takes the best EVSE shown that is free and that the card or the app can start, at once, or goes home;
    charging is at the power of EVSE and vehicle, as if no site had a limit. The drivers are called
    `<group>#warm-up-<n>` and are its members from its end.
    """
    free_at_us: dict[str, int] = {}
    occupancies = []
    for at_us, index, count in merge(*(_arrivals(streams, groups, n, until_us, lead_us) for n in range(len(groups)))):
        group = groups[index]
        member = group.members[-1 - count % len(group.members)]
        visit = draw_wish(streams, group, f"{group.name}#warm-up-{count + 1}", member)
        plan = visit.plan
        free = [known for known in near(visit) if free_at_us.get(known.key, at_us) <= at_us]
        shown = startable(usable(free), visit.token)
        for known in prospects(shown, plan.vehicle, plan.energy_wh, visit.latitude, visit.longitude, taste)[:1]:
            leaves_at_us = at_us + plan.stay_us
            battery = Battery(plan.vehicle, plan.start_soc_permille, plan.target_soc_permille)
            power_w = charging_power_w(known.rating, plan.vehicle)
            energy_wus, full_at_us = _charge(battery, power_w, at_us, min(leaves_at_us, until_us))
            free_at_us[known.key] = full_at_us if plan.leaves_when_full else leaves_at_us
            if free_at_us[known.key] > until_us:
                seated = with_end(streams, visit)
                occupancies.append(Occupancy(seated, known.key, battery, at_us, until_us, energy_wus, leaves_at_us))
    return occupancies


def _arrivals(
    streams: Streams, groups: Sequence[Group], index: int, until_us: int, lead_us: int
) -> Iterator[tuple[int, int, int]]:
    """(at_us, index of the group, number of the arrival) of one group, in order of time."""
    group = groups[index]
    uniform = streams.uniform(f"group/{group.name}", "warm-up")
    at_us, count = group.arrivals.next_arrival_us(until_us - lead_us, uniform), 0
    while at_us < until_us:
        yield at_us, index, count
        at_us, count = group.arrivals.next_arrival_us(at_us, uniform), count + 1


def _charge(battery: Battery, limit_w: int, from_us: int, to_us: int) -> tuple[int, int]:
    """Charge along the battery's curve: the W*us taken, and when the target was reached (`to_us` if not before)."""
    taken_wus, at_us = 0, from_us
    while at_us < to_us and not battery.target_reached:
        power_w = battery.acceptance_w(limit_w)
        until_us = battery.until_change_us(power_w)
        assert until_us is not None
        duration_us = min(until_us, to_us - at_us)
        taken_wus += battery.charge(power_w, duration_us)
        at_us += duration_us
    return taken_wus, at_us
