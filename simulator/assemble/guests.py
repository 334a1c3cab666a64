"""Makes ready a scenario that is to be served: who may come, if it does not say, and what our parties must speak then.

Whoever serves a scenario of our own parties alone wants to try a platform with it: an eMSP and a CPO may then come,
each as the party that it is. A driver of that eMSP's plugs in when it comes, so that its START_SESSION finds a car.
"""

from typing import Final

from msgspec.structs import replace

from simulator.ocpi.catalogue import VERSIONS
from simulator.scenario.model import Driver, Outsider, Party, PartyRole, Scenario
from simulator.scenario.outside import USUAL_TIMEOUT_US

_GUESTS: tuple[tuple[PartyRole, str], ...] = (("emsp", "EX"), ("cpo", "EC"))

GUEST_TOKEN: Final = "GUEST-1"
"""The uid of the guest driver's app account, which START_SESSION is to name."""


def with_guests(scenario: Scenario) -> Scenario:
    """The scenario with outsiders, and with our parties speaking every version that one of their outsiders does."""
    outsiders = scenario.outsiders or tuple(_guest(scenario, role, prefix) for role, prefix in _GUESTS)
    hubs = [party.id for party in scenario.parties if party.role == "hub"]
    ends = [(each.a, each.b) for each in scenario.connections if each.a in hubs or each.b in hubs]
    at_a_hub = [party for pair in ends for party in pair]
    parties = tuple(_speaking(party, outsiders, party.id in at_a_hub) for party in scenario.parties)
    return replace(scenario, outsiders=outsiders, parties=parties)


def _guest(scenario: Scenario, role: PartyRole, prefix: str) -> Outsider:
    taken = [party.id for party in scenario.parties]
    other = "cpo" if role == "emsp" else "emsp"
    id = next(name for number in range(10) if (name := f"ZZ-{prefix}{number}") not in taken)
    partners = tuple(party.id for party in scenario.parties if party.role == other)
    country_code, _, party_id = id.partition("-")
    name = f"Guest {role}"
    return Outsider(id, country_code, party_id, role, name, VERSIONS, partners, USUAL_TIMEOUT_US, open=True)


def guest_drivers(scenario: Scenario, emsp: Outsider, number: int, at_us: int) -> tuple[Driver, ...]:
    """One who comes then, and waits as long as it takes, where the first EVSEs of the eMSP's partners are."""
    partners = emsp.partners
    places = [(site.latitude, site.longitude) for site in scenario.sites if site.cpo in partners]
    for network in scenario.networks:
        for location in network.locations:
            if f"{location.country_code}-{location.party_id}" in partners:
                places.append((float(location.coordinates.latitude), float(location.coordinates.longitude)))
    return tuple(
        Driver(
            name=f"{emsp.id} driver {number}",
            emsp=emsp.id,
            arrives_at_us=at_us,
            latitude=latitude,
            longitude=longitude,
            vehicle="compact",
            battery_percent=20,
            target_percent=80,
            authorise="app",
            stay_us=scenario.duration_us,
            patience_us=scenario.duration_us,
            token=GUEST_TOKEN,
        )
        for latitude, longitude in places[:1]
    )


def _speaking(party: Party, outsiders: tuple[Outsider, ...], at_a_hub: bool) -> Party:
    """With the versions of its outsiders; at a hub, that would leave it nothing to translate, so only where needed."""
    partners = [each for each in outsiders if party.id in each.partners]
    if at_a_hub:
        partners = [each for each in partners if not any(version in party.versions for version in each.versions)]
    asked = [version for each in partners for version in each.versions]
    return replace(party, versions=tuple(version for version in VERSIONS if version in (*party.versions, *asked)))


def without_ports(scenario: Scenario) -> Scenario:
    """The scenario for the run itself: the ports that it asks for are those of the doors."""
    return replace(scenario, parties=tuple(replace(party, port=None) for party in scenario.parties))
