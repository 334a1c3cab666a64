"""Builds a run from a scenario: parties, links, street; and nothing moves yet."""

from typing import TYPE_CHECKING

from msgspec import Struct

from simulator.assemble.meetings import Meeting, arrange
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
from simulator.ocpp.messages import IdToken
from simulator.parties.identity import Identity
from simulator.parties.office import Office
from simulator.parties.quirks import give
from simulator.parties.roles.app import rating_of
from simulator.parties.roles.cpo import Cpo
from simulator.parties.roles.emsp import Emsp
from simulator.parties.roles.scsp import Scsp
from simulator.scenario.expand import CpoAssets, expand
from simulator.scenario.model import Outsider, Party, RecordedSession, Scenario
from simulator.wire.carrier import Response, Wire
from simulator.world.choice import Taste

if TYPE_CHECKING:
    from simulator.parties.roles.hub import Hub

LEAD_US = 120_000_000
"""Parties register and pull in the two minutes before the scenario's start, so that the day begins in order."""

OCPP_DELAY_US = 50_000
"""One way between a charge point and its CPO."""


class Replay(Struct, frozen=True):
    """A session of a real day with its driver's token here, and what it is to take at least."""

    session: RecordedSession
    token: IdToken
    due_wh: int


class World(Struct):
    """All that a run consists of.

    `odd` are the parties of another make, with quirks or from outside, `outsiders` the latter, with those who came by
    an open invitation, `recorded` the sessions of real days.
    """

    scenario: Scenario
    seed: int
    kernel: Kernel
    journal: Journal
    streams: Streams
    street: Street
    cpos: dict[str, Cpo]
    emsps: dict[str, Emsp]
    scsps: dict[str, Scsp]
    hubs: dict[str, "Hub"]
    links: Links
    charge_points: dict[str, ChargePointLink]
    assets: dict[str, CpoAssets]
    unusable: list[str]
    odd: list[str]
    outsiders: list[Outsider]
    meetings: list[Meeting]
    recorded: list[Replay]

    def party(self, id: str) -> "Cpo | Emsp | Scsp | Hub":
        """A party by its id."""
        return self.cpos.get(id) or self.emsps.get(id) or self.scsps.get(id) or self.hubs[id]

    def limiting(self, id: str) -> Emsp | Scsp:
        """A party that may limit sessions, by its id."""
        return self.scsps.get(id) or self.emsps[id]

    def parties(self) -> "list[Cpo | Emsp | Scsp | Hub]":
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
    taste = Taste(unknown_price_per_kwh=scenario.unknown_price_per_kwh)
    street = Street(kernel.env, journal, scenario.session_updates_us, taste)
    assets = expand(scenario, -LEAD_US)
    outsiders = list(scenario.outsiders)
    world = World(
        scenario, seed, kernel, journal, streams, street, {}, {}, {}, {}, links, {}, assets, [], [], outsiders, [], []
    )
    for party in scenario.parties:
        office = Office(_identity(party), kernel, journal, streams, scenario.start_epoch_us)
        if party.role == "cpo":
            world.cpos[party.id] = Cpo(office, scenario.poll_us, party.keeps_tokens, party.patches)
        elif party.role == "hub":
            # Translation with its tables is loaded by those runs only that have need of it.
            from simulator.parties.roles.hub import Hub

            world.hubs[party.id] = Hub(office, scenario.poll_us, _patience_us(links, party.id))
        elif party.role == "scsp":
            world.scsps[party.id] = Scsp(office, scenario.poll_us)
        else:
            emsp = Emsp(office, scenario.poll_us, _has_scsps(scenario, party.id))
            world.emsps[party.id] = emsp
            street.apps[party.id] = emsp.app
    for party in scenario.parties:
        if party.quirks:
            give(world.party(party.id), party.quirks)
            world.odd.append(party.id)
    world.meetings = arrange(
        scenario, {party.id: world.party(party.id).office for party in scenario.parties}, world.hubs
    )
    for id, cpo in world.cpos.items():
        _equip(world, cpo, world.assets[id])
    return world


def _has_scsps(scenario: Scenario, id: str) -> bool:
    """Whether a party is connected with one that limits sessions."""
    scsps = [party.id for party in scenario.parties if party.role == "scsp"]
    peers = [link.b if link.a == id else link.a for link in scenario.connections if id in (link.a, link.b)]
    return any(peer in scsps for peer in peers)


def _patience_us(links: Links, hub: str) -> int:
    """For how long a hub waits for an answer: less than any of its clients do."""
    return min((link.timeout_us for link in links.of(hub)), default=0) * 2 // 3


def _identity(party: Party) -> Identity:
    return Identity(
        party.country_code, party.party_id, Role[party.role.upper()], party.name, party.versions, party.port or 0
    )


def _equip(world: World, cpo: Cpo, assets: CpoAssets) -> None:
    """Give a CPO its books and put its charge points into the street."""
    cpo.own(assets.locations, assets.tariffs, assets.original_locations, assets.original_tariffs)
    link = ChargePointLink(world.kernel.env, world.journal, cpo.office.id, cpo, OCPP_DELAY_US)
    cpo.charge_points.network = link
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
