"""Gives the scenario's drivers their tokens and sends them out; seats those who charge already when the run begins."""

import math
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from simulator.assemble.meetings import reach
from simulator.assemble.recorded import recorded_visits
from simulator.assemble.world import LEAD_US, World
from simulator.field.arrivals import arrive_at, group_arrivals
from simulator.field.driver import adopt
from simulator.field.group import Group, Member
from simulator.field.prospects import LOOKED_AT
from simulator.field.visit import Booking, Stop, Visit
from simulator.field.warmup import warm_up
from simulator.ocpi.datatypes import format_datetime
from simulator.ocpi.v2_2_1.locations import Status
from simulator.ocpi.v2_2_1.tokens import Token, WhitelistType
from simulator.ocpi.v2_2_1.types import TokenType
from simulator.ocpp.messages import IdToken
from simulator.parties.roles.app import DriverApp, rating_of
from simulator.parties.roles.emsp import Emsp
from simulator.parties.store import Store
from simulator.scenario.drivers import ANYWHERE_M, SEARCH_M
from simulator.scenario.model import Driver, DriverGroup, RecordedDrivers
from simulator.world.app import KnownEvse
from simulator.world.arrivals import PROFILES, Arrivals
from simulator.world.driver import HABITS, DriverPlan, Habits
from simulator.world.vehicle import MIXES, VEHICLES

_SMALLEST_POOL = 10


class People(Struct, frozen=True):
    """The drivers of a run: groups, and named drivers with the instant of their arrival."""

    groups: tuple[Group, ...]
    visits: tuple[tuple[int, Visit], ...]


def enrol(world: World) -> People:
    """Make every driver a customer of an eMSP: tokens are issued before the parties meet."""
    groups: list[Group] = []
    visits: list[tuple[int, Visit]] = []
    for driver in world.scenario.drivers:
        if isinstance(driver, RecordedDrivers):
            visits.extend(recorded_visits(world, driver, _issue))
        elif isinstance(driver, DriverGroup):
            if driver.sessions_per_day:
                groups.append(_group(world, driver))
        else:
            visits.append((driver.arrives_at_us, _visit(world, world.emsps[driver.emsp], driver)))
    return People(tuple(groups), tuple(visits))


def set_out(world: World, people: People) -> None:
    """Let the groups and the named drivers arrive from the scenario's start on."""
    env = world.kernel.env
    for group in people.groups:
        env.process(group_arrivals(world.street, world.streams, group, world.scenario.duration_us))
    for at_us, visit in people.visits:
        env.process(arrive_at(world.street, visit, at_us))


def seat(world: World, people: People) -> int:
    """Occupy EVSEs as the hours before leave them; returns how many. The CPOs know, their partners will pull."""
    apps = _apps_before(world)

    def near(visit: Visit) -> Sequence[KnownEvse]:
        shown = apps[visit.emsp].near(visit.latitude, visit.longitude, LOOKED_AT, visit.radius_m)
        permissions, uid = world.emsps[visit.emsp].permissions, visit.token.uid
        if not permissions.is_restricted(uid):
            return shown
        return [each for each in shown if permissions.allows(uid, each.key.partition("/")[0], each.location_id)]

    occupancies = warm_up(world.streams, people.groups, near, world.street.taste, until_us=-LEAD_US)
    for occupancy in occupancies:
        cpo_id, _, evse_uid = occupancy.evse_key.partition("/")
        started, so_far = adopt(world.street, occupancy)
        token = world.emsps[occupancy.visit.emsp].token(occupancy.visit.token.uid)
        world.cpos[cpo_id].adopt(evse_uid, token, started, so_far)
    return len(occupancies)


def before_start(world: World) -> dict[str, int]:
    """Asked at the start, before anybody arrives: how many sessions there are, and the Wh that they have taken."""
    begun = world.street.transactions
    return {"sessions": len(begun), "energy_wh": sum(each.energy_wh for each in begun)}


def _apps_before(world: World) -> dict[str, DriverApp]:
    """What each eMSP's app would show if it had been registered all along, free places all: one for all that show the
    same.
    """
    apps: dict[str, DriverApp] = {}
    by_reach: dict[tuple[str, ...], DriverApp] = {}
    for id, emsp in world.emsps.items():
        peers = reach(world.scenario, id)
        if peers not in by_reach:
            tariffs: Store = Store()  # type: ignore[type-arg]
            by_reach[peers] = DriverApp(emsp.office.calendar, tariffs, emsp)
            for peer_id in peers:
                for tariff in world.assets[peer_id].tariffs:
                    tariffs.put(tariff, tariff.country_code, tariff.party_id, tariff.id)
                for location in world.assets[peer_id].locations:
                    by_reach[peers].learn(location, None)
        apps[id] = by_reach[peers]
    return apps


def _group(world: World, spec: DriverGroup) -> Group:
    """A group of customers of our eMSPs, with a token for each."""
    size = max(_SMALLEST_POOL, math.ceil(spec.sessions_per_day))
    members = []
    for number in range(1, size + 1):
        name = f"{spec.name}/member/{number}"
        rfid = world.streams.uniform(f"group/{name}", "authorise")() < spec.rfid_share
        # A number of its own, so that with more eMSPs to choose from nobody comes at another time or place.
        emsp = spec.emsps[0]
        if len(spec.emsps) > 1:
            emsp = spec.emsps[int(world.streams.uniform(f"group/{name}", "contract")() * len(spec.emsps))]
        members.append(Member(emsp, _issue(world, world.emsps[emsp], name, rfid, spec.only_at)))
    reached = dict.fromkeys(cpo for emsp in spec.emsps for cpo in reach(world.scenario, emsp))
    return group_of(world, spec, tuple(reached), members)


def group_of(world: World, spec: DriverGroup, cpos: Sequence[str], members: Sequence[Member] = ()) -> Group:
    """A group with these members, whose eMSPs reach these CPOs."""
    mix = MIXES.get(spec.vehicles) or ((spec.vehicles, 1),)
    habits: Habits = replace(HABITS[spec.arrivals], mix=mix, patience_mean_us=spec.patience_us)
    arrivals = Arrivals(
        PROFILES[spec.arrivals], spec.sessions_per_day, world.scenario.zone, world.scenario.start_epoch_us
    )
    if spec.latitude is not None and spec.longitude is not None:
        centres: Sequence[tuple[float, float]] = ((spec.latitude, spec.longitude),)
        reach_m = spec.radius_m or SEARCH_M
    else:
        centres, reach_m = _destinations(world, cpos, spec.near), spec.radius_m or ANYWHERE_M
    return Group(spec.name, arrivals, habits, tuple(members), tuple(centres), reach_m, SEARCH_M)


def _destinations(world: World, cpos: Sequence[str], near: str | None) -> list[tuple[float, float]]:
    """Where drivers without a stated centre want to be: near any location to charge at, of one CPO or of all."""
    places = [
        (float(location.coordinates.latitude), float(location.coordinates.longitude))
        for cpo in cpos
        if near in (None, cpo)
        for location in world.assets[cpo].locations
        if any(evse.status is Status.AVAILABLE and rating_of(evse) is not None for evse in location.evses)
    ]
    return places or [(0.0, 0.0)]


def plan_of(driver: Driver) -> DriverPlan:
    """What a named driver has in mind."""
    vehicle = VEHICLES[driver.vehicle]
    start, target = driver.battery_percent * 10, driver.target_percent * 10
    return DriverPlan(
        vehicle=vehicle,
        start_soc_permille=start,
        target_soc_permille=target,
        energy_wh=vehicle.battery_wh * (target - start) // 1000,
        stay_us=driver.stay_us,
        patience_us=driver.patience_us,
        authorise=driver.authorise,
        leaves_when_full=False,
    )


def _visit(world: World, emsp: Emsp, driver: Driver) -> Visit:
    token = _issue(world, emsp, driver.name, driver.authorise == "rfid", driver.only_at)
    stop: Stop = driver.stop or ("app" if driver.authorise == "app" else "card")
    return Visit(
        driver.name,
        emsp.office.id,
        token,
        plan_of(driver),
        driver.latitude,
        driver.longitude,
        SEARCH_M,
        stop,
        booking=Booking(driver.reserve_us, driver.keeps) if driver.reserve_us is not None else None,
    )


def _issue(world: World, emsp: Emsp, name: str, rfid: bool, only_at: Sequence[str] = ()) -> IdToken:
    """A card or an app account for one driver.

    App accounts are never to be decided on from a copy (digest, 3.2), nor are cards that are good `only_at` some sites,
    as a copy does not say where.
    """
    identity, id = emsp.office.identity, emsp.office.id
    party = next(party for party in world.scenario.parties if party.id == id)
    digits = world.streams.text(f"driver/{id}/{name}", "token", 22).upper()
    usual = WhitelistType(party.whitelist or "ALLOWED_OFFLINE")
    token = Token(
        country_code=identity.country_code,
        party_id=identity.party_id,
        uid=digits[:14] if rfid else f"APP-{digits[:14]}",
        type=TokenType.RFID if rfid else TokenType.APP_USER,
        contract_id=f"{identity.country_code}-{identity.party_id}-C{digits[14:]}",
        visual_number=name[:64],
        issuer=identity.name[:64],
        valid=True,
        whitelist=usual if rfid and not only_at else WhitelistType.NEVER,
        last_updated=format_datetime(world.scenario.start_epoch_us - LEAD_US),
    )
    emsp.issue((token,))
    if only_at:
        emsp.permissions.restrict(token.uid, _places(world, only_at))
    return IdToken(token.uid, "ISO14443" if rfid else "Central", id)


def _places(world: World, sites: Sequence[str]) -> list[str]:
    """The Locations of these names or ids, as permissions call them."""
    return [
        f"{cpo}/{location.id}"
        for cpo, assets in world.assets.items()
        for location in assets.locations
        if location.name in sites or location.id in sites
    ]
