"""Who meets whom: which connections the parties of a run have, and over which hubs they reach each other.

A party that speaks 2.1.1 only knows no hubs: it meets, at the hub's platform, each party that the hub leads it to.
"""

from typing import TYPE_CHECKING

from msgspec import Struct

from simulator.ocpi.modules import Role
from simulator.parties.identity import Identity
from simulator.parties.office import Office
from simulator.scenario.model import PartyRole, Scenario

if TYPE_CHECKING:
    from simulator.parties.roles.hub import Hub

OLDEST = ("2.1.1",)


class Meeting(Struct, frozen=True):
    """Two connections that are ends of one: whose they are, and what each calls its own. `sender` begins."""

    sender: str
    receiver: str
    senders: str
    receivers: str


def reach(scenario: Scenario, party_id: str) -> tuple[str, ...]:
    """The eMSPs that a CPO reaches, or the CPOs that an eMSP does, directly or over hubs, in the scenario's order."""
    found, own = _around(scenario, party_id), _roles(scenario)[party_id]
    return tuple(id for id, role in _roles(scenario).items() if id in found and role not in ("hub", "scsp", own))


def _roles(scenario: Scenario) -> dict[str, PartyRole]:
    return {party.id: party.role for party in scenario.parties}


def _around(scenario: Scenario, party_id: str) -> dict[str, None]:
    """A party and all that it has a connection with, directly or over hubs."""
    roles = _roles(scenario)
    neighbours: dict[str, list[str]] = {}
    for link in scenario.connections:
        neighbours.setdefault(link.a, []).append(link.b)
        neighbours.setdefault(link.b, []).append(link.a)
    found: dict[str, None] = {party_id: None}
    to_look_at = [party_id]
    for id in to_look_at:
        for neighbour in neighbours.get(id, ()):
            if neighbour not in found:
                found[neighbour] = None
                if roles[neighbour] == "hub":
                    to_look_at.append(neighbour)
    return found


def hubs_around(scenario: Scenario, hub: str) -> frozenset[str]:
    """A hub and those that it leads to."""
    roles = _roles(scenario)
    return frozenset(id for id in _around(scenario, hub) if roles[id] == "hub")


def arrange(scenario: Scenario, offices: dict[str, Office], hubs: "dict[str, Hub]") -> list[Meeting]:
    """Make the connections of all parties, and tell hubs whom to expect; nobody has met yet."""
    meetings: list[Meeting] = []
    for link in scenario.connections:
        a, b = offices[link.a], offices[link.b]
        meetings += _in_the_place_of_others(scenario, a, b, offices) if _is_old(a, b, hubs) else [_meet(a, b)]
    for id, hub in hubs.items():
        peers = [link.b if link.a == id else link.a for link in scenario.connections if id in (link.a, link.b)]
        hub.expect([offices[peer].identity for peer in peers])
    return meetings


def _is_old(a: Office, b: Office, hubs: "dict[str, Hub]") -> bool:
    """Whether one is a hub and the other knows no hubs."""
    return any(one.id in hubs and other.identity.versions == OLDEST for one, other in ((a, b), (b, a)))


def _meet(a: Office, b: Office) -> Meeting:
    return Meeting(a.id, b.id, a.connect(b.identity).name, b.connect(a.identity).name)


def _in_the_place_of_others(scenario: Scenario, a: Office, b: Office, offices: dict[str, Office]) -> list[Meeting]:
    party = a if a.identity.versions == OLDEST else b
    return [_in_the_place_of(offices[id].identity, a, b) for id in reach(scenario, party.id)]


def _in_the_place_of(other: Identity, a: Office, b: Office) -> Meeting:
    """One of them knows no hubs: it has the other, its hub, for this party."""
    hub, party = (a, b) if b.identity.versions == OLDEST else (b, a)
    names = {
        party.id: party.connect(other, platform=hub.id).name,
        hub.id: hub.connect_as(other, party.identity).name,
    }
    return Meeting(a.id, b.id, names[a.id], names[b.id])


def behind_hub(scenario: Scenario, hub: str, guest: Identity, offices: dict[str, Office]) -> list[Identity]:
    """The parties of ours that a hub leads a guest to."""
    around = [offices[id].identity for id in _around(scenario, hub) if id in offices]
    return [each for each in around if each.role in (Role.CPO, Role.EMSP) and each.role is not guest.role]


def arrange_for_guest(
    scenario: Scenario, guest: Identity, at: str, offices: dict[str, Office], hubs: "dict[str, Hub]"
) -> list[Meeting]:
    """Make the connections by which parties that know no hubs meet a guest `at` a hub, and tell the hubs of them."""
    around, meetings = _around(scenario, at), []
    for link in scenario.connections:
        a, b = offices[link.a], offices[link.b]
        hub, party = (link.a, b) if link.a in hubs else (link.b, a)
        if hub not in around or not _is_old(a, b, hubs):
            continue
        if party.identity.role is not guest.role and guest.id not in party.connections:
            meetings.append(_in_the_place_of(guest, a, b))
            hubs[hub].expect([party.identity])
    return meetings
