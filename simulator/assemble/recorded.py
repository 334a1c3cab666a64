"""Turns real charging sessions into visits: each car comes and goes when it did, to where it stood."""

from collections.abc import Callable

from simulator.assemble.world import Replay, World
from simulator.field.visit import Visit
from simulator.ocpp.messages import IdToken
from simulator.parties.roles.emsp import Emsp
from simulator.scenario.model import RecordedDrivers, RecordedSession
from simulator.scenario.recorded import needed_power_w
from simulator.scenario.shortfall import Shortfall
from simulator.world.driver import DriverPlan
from simulator.world.vehicle import RECORDED_WH, Vehicle, recorded_vehicle

Issue = Callable[[World, Emsp, str, bool], IdToken]
"""Gives a driver (by name) a card or, when not rfid, an app account of an eMSP."""

AT_THE_PLACE_M = 10
"""A recorded driver looks no further than the Location of the EVSE where the car really stood."""

USUAL_POWER_W = 7_400
"""What a car draws: 32 A on one phase, as in ACN-Data; one that needs more for what it took draws that."""

_LEAVES_AT_PERMILLE = 900
_US_PER_S = 1_000_000


def recorded_visits(world: World, spec: RecordedDrivers, issue: Issue) -> list[tuple[int, Visit]]:
    """The visits with the instant of each arrival; contracts are with the eMSPs in turn."""
    places = {
        f"{cpo}/{evse.uid}": (float(location.coordinates.latitude), float(location.coordinates.longitude))
        for cpo, assets in world.assets.items()
        for location in assets.locations
        for evse in location.evses
    }
    visits = []
    for index, session in enumerate(spec.sessions):
        name = f"{spec.name}#{session.name}"
        emsp = world.emsps[spec.emsps[index % len(spec.emsps)]]
        rfid = world.streams.uniform(f"driver/{name}", "authorise")() < spec.rfid_share
        token = issue(world, emsp, name, rfid)
        visit = Visit(
            name,
            emsp.office.id,
            token,
            _plan(spec, session, rfid),
            *places[session.evse],
            AT_THE_PLACE_M,
            "card" if rfid else "app",
            session.evse,
            leaves_at_us=session.leaves_at_us,
        )
        visits.append((session.arrives_at_us, visit))
        world.recorded.append(Replay(session, token, min(session.delivered_wh, visit.plan.energy_wh)))
    return visits


def shortfall(world: World) -> Shortfall:
    """What the sessions whose time is over got less than was delivered to them, or than they wanted if that is less."""
    taken_wh: dict[str, int] = {}
    for transaction in world.street.transactions:
        uid = transaction.token.uid
        taken_wh[uid] = taken_wh.get(uid, 0) + transaction.energy_wh
    over = [each for each in world.recorded if each.session.leaves_at_us <= world.kernel.now_us]
    lacks_wh = [each.due_wh - taken_wh.get(each.token.uid, 0) for each in over]
    lacks_wh = [lack_wh for lack_wh in lacks_wh if lack_wh > 0]
    never_began = sum(each.due_wh > 0 and each.token.uid not in taken_wh for each in over)
    return Shortfall(len(over), len(lacks_wh), sum(lacks_wh), never_began)


def _plan(spec: RecordedDrivers, session: RecordedSession, rfid: bool) -> DriverPlan:
    """The car leaves at the recorded instant, full or not; who finds the place taken waits as long as that."""
    stay_us = session.leaves_at_us - session.arrives_at_us
    energy_wh = session.delivered_wh if spec.energy == "delivered" else session.requested_wh
    vehicle, permille = _vehicle(energy_wh, needed_power_w(session.delivered_wh, stay_us // _US_PER_S))
    stated_us = session.stated_departure_us
    return DriverPlan(
        vehicle=vehicle,
        start_soc_permille=_LEAVES_AT_PERMILLE - permille,
        target_soc_permille=_LEAVES_AT_PERMILLE,
        energy_wh=energy_wh,
        stay_us=stay_us,
        patience_us=stay_us,
        authorise="rfid" if rfid else "app",
        leaves_when_full=False,
        stated_stay_us=stated_us - session.arrives_at_us if stated_us is not None else None,
    )


def _vehicle(energy_wh: int, needed_w: int) -> tuple[Vehicle, int]:
    """A car that wants this energy, and how much that is in permille of its battery; the data know neither.

    Its battery holds about 60 kWh or more, in whole Wh of which whole permille make the energy exactly: what was over
    would stay in the meter and count for the next one at the EVSE. It does not taper: how fast the last kWh flowed is
    not in the data either.
    """
    most = max(1, min(_LEAVES_AT_PERMILLE, energy_wh * 1000 // RECORDED_WH))
    permille = next(part for part in range(most, 0, -1) if energy_wh * 1000 % part == 0) if energy_wh else 0
    battery_wh = energy_wh * 1000 // permille if permille else RECORDED_WH
    return recorded_vehicle(max(USUAL_POWER_W, needed_w), battery_wh), permille
