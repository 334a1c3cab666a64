"""Builds a run from a scenario: parties, links, street; and nothing moves yet."""

from msgspec import Struct

from simulator.engine.governor import Governor
from simulator.engine.journal import Journal
from simulator.engine.kernel import Kernel
from simulator.engine.links import Latency, Link, Links
from simulator.engine.streams import Streams
from simulator.field.charge_point_link import ChargePointLink
from simulator.field.street import Street
from simulator.ocpi import envelope
from simulator.ocpi.datatypes import format_datetime
from simulator.ocpi.headers import CONTENT_TYPE
from simulator.ocpi.modules import Role
from simulator.ocpi.status import Status
from simulator.ocpi.v2_2_1.locations import EVSE
from simulator.parties.identity import Identity
from simulator.parties.office import Office
from simulator.parties.roles.cpo import Cpo
from simulator.parties.roles.emsp import Emsp
from simulator.scenario.expand import CpoAssets, expand
from simulator.scenario.model import Party, Scenario
from simulator.wire.carrier import Response, Wire
from simulator.world.evse import EvseRating, PowerType, rating_from_connector

LEAD_US = 120_000_000
"""Parties register and pull in the two minutes before the scenario's start, so that the day begins in order."""

OCPP_DELAY_US = 50_000
"""One way between a charge point and its CPO."""


class World(Struct):
    """All that a run consists of."""

    scenario: Scenario
    seed: int
    kernel: Kernel
    journal: Journal
    streams: Streams
    street: Street
    cpos: dict[str, Cpo]
    emsps: dict[str, Emsp]
    links: Links
    charge_points: dict[str, ChargePointLink]
    assets: dict[str, CpoAssets]
    unusable: list[str]

    def party(self, id: str) -> Cpo | Emsp:
        """A party by its id."""
        return self.cpos[id] if id in self.cpos else self.emsps[id]

    def parties(self) -> list[Cpo | Emsp]:
        """All parties in the scenario's order."""
        return [self.party(party.id) for party in self.scenario.parties]

    def site_key(self, cpo: str, location_id: str) -> str:
        """How the street calls a location."""
        return f"{cpo}/{location_id}"


def build(scenario: Scenario, seed: int, wire: Wire, journal: Journal, governor: Governor) -> World:
    """Make the world of a scenario. Registration has not begun; time stands at the beginning of the lead-in."""
    streams = Streams(seed)
    links = Links()
    for connection in scenario.connections:
        latency = Latency(connection.latency.median_us, connection.latency.p95_us)
        links.add(
            Link(
                streams,
                connection.a,
                connection.b,
                latency,
                connection.timeout_us,
                connection.loss,
                connection.duplicates,
            )
        )

    def failure(http: int, status: Status, sentence: str) -> Response:
        at = format_datetime(scenario.start_epoch_us + kernel.now_us)
        return Response(http, ((CONTENT_TYPE, "application/json"),), envelope.failure(status, sentence, at))

    def apology() -> Response:
        return failure(500, Status.SERVER_ERROR, "This party failed to handle the request.")

    def refusal() -> Response:
        return failure(401, Status.CLIENT_ERROR, "The credentials token is missing or unknown.")

    kernel = Kernel(-LEAD_US, wire, links, journal, apology, governor, refusal)
    street = Street(kernel.env, journal, scenario.session_updates_us)
    world = World(scenario, seed, kernel, journal, streams, street, {}, {}, links, {}, expand(scenario, -LEAD_US), [])
    for party in scenario.parties:
        office = Office(_identity(party), kernel, journal, streams, scenario.start_epoch_us)
        if party.role == "cpo":
            world.cpos[party.id] = Cpo(office, scenario.poll_us)
        else:
            emsp = Emsp(office, scenario.poll_us)
            world.emsps[party.id] = emsp
            street.apps[party.id] = emsp.app
    for connection in scenario.connections:
        a, b = world.party(connection.a).office, world.party(connection.b).office
        a.connect(b.identity)
        b.connect(a.identity)
    for id, cpo in world.cpos.items():
        _equip(world, cpo, world.assets[id])
    return world


def _identity(party: Party) -> Identity:
    role = Role.CPO if party.role == "cpo" else Role.EMSP
    return Identity(party.country_code, party.party_id, role, party.name, party.versions, party.port or 0)


def _equip(world: World, cpo: Cpo, assets: CpoAssets) -> None:
    """Give a CPO its books and put its charge points into the street."""
    cpo.own(assets.locations, assets.tariffs)
    link = ChargePointLink(world.kernel.env, world.journal, cpo.office.id, cpo, OCPP_DELAY_US)
    cpo.remote.network = link
    world.charge_points[cpo.office.id] = link
    for location in assets.locations:
        key = world.site_key(cpo.office.id, location.id)
        world.street.add_site(key, assets.grid_limits_w.get(location.id))
        for evse in location.evses:
            rating = rating_of(evse)
            if rating is None:
                world.unusable.append(f"{cpo.office.id}/{evse.uid}")
            else:
                world.street.add_charger(key, evse.uid, rating, link)


def rating_of(evse: EVSE) -> EvseRating | None:
    """What an EVSE delivers at its first connector; None when its figures give no power."""
    connector = evse.connectors[0]
    power_type: PowerType = connector.power_type.value
    try:
        return rating_from_connector(
            power_type, connector.max_voltage, connector.max_amperage, connector.max_electric_power
        )
    except ValueError:
        return None
