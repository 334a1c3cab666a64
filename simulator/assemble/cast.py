"""Writes down at the beginning who and what plays in the run, so that a recording explains itself without its scenario.

The rows are states of the holder `run`: parties, links, sites and EVSEs with what does not change while it runs.
"""

from simulator.assemble.world import World
from simulator.engine.cause import TIME
from simulator.field.charger import Charger

HOLDER = "run"


def write_cast(world: World) -> None:
    """One state row each for parties, links, sites and EVSEs."""
    journal = world.journal
    for party in world.scenario.parties:
        host = world.party(party.id).office.identity.host
        journal.state(HOLDER, "party", party.id, {"role": party.role, "name": party.name, "host": host}, TIME)
    for link in world.scenario.connections:
        latency = {"median_ms": link.latency.median_us / 1e3, "p95_ms": link.latency.p95_us / 1e3}
        journal.state(HOLDER, "link", f"{link.a}|{link.b}", latency, TIME)
    for cpo_id, assets in world.assets.items():
        for location in assets.locations:
            key = world.site_key(cpo_id, location.id)
            site = world.street.sites[key]
            latitude, longitude = float(location.coordinates.latitude), float(location.coordinates.longitude)
            journal.state(
                HOLDER,
                "site",
                key,
                {
                    "cpo": cpo_id,
                    "name": location.name or location.address,
                    "latitude": latitude,
                    "longitude": longitude,
                    "limit_w": site.limit_w,
                    "evses": len(site.chargers),
                    "power_w": sum(charger.rating.power_w for charger in site.chargers),
                },
                TIME,
            )
            for charger in site.chargers:
                journal.state(HOLDER, "evse", charger.key, _evse(key, charger, latitude, longitude), TIME)


def _evse(site: str, charger: Charger, latitude: float, longitude: float) -> dict[str, object]:
    return {
        "site": site,
        "power_w": charger.rating.power_w,
        "power_type": charger.rating.power_type,
        "latitude": latitude,
        "longitude": longitude,
    }
