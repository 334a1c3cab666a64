"""Writes down at the beginning who and what plays in the run, so that a recording explains itself without its scenario.

The rows are states of the holder `run`: parties, links, sites and EVSEs with what does not change while it runs.
"""

from collections.abc import Sequence

from simulator.assemble.world import World
from simulator.engine.cause import TIME
from simulator.field.charger import Charger
from simulator.ocpi.v2_2_1.locations import EVSE
from simulator.ocpi.v2_2_1.tariffs import Tariff
from simulator.recording.rows import CAST
from simulator.scenario.usable import can_charge


def write_cast(world: World) -> None:
    """One state row each for parties, links, sites and EVSEs."""
    journal = world.journal
    for party in world.scenario.parties:
        host = world.party(party.id).office.identity.host
        journal.state(CAST, "party", party.id, {"role": party.role, "name": party.name, "host": host}, TIME)
    for link in world.scenario.connections:
        latency = {"median_ms": link.latency.median_us / 1e3, "p95_ms": link.latency.p95_us / 1e3}
        journal.state(CAST, "link", f"{link.a}|{link.b}", latency, TIME)
    for cpo_id, assets in world.assets.items():
        for location in assets.locations:
            key = world.site_key(cpo_id, location.id)
            site = world.street.sites[key]
            evses = {f"{cpo_id}/{evse.uid}": evse for evse in location.evses}
            in_use = [charger for charger in site.chargers if can_charge(evses[charger.key])]
            latitude, longitude = float(location.coordinates.latitude), float(location.coordinates.longitude)
            journal.state(
                CAST,
                "site",
                key,
                {
                    "cpo": cpo_id,
                    "name": location.name or location.address,
                    "latitude": latitude,
                    "longitude": longitude,
                    "limit_w": site.limit_w,
                    "evses": len(in_use),
                    "power_w": sum(charger.rating.power_w for charger in in_use),
                },
                TIME,
            )
            for charger in site.chargers:
                value = _evse(key, charger, latitude, longitude) | _connected(evses.get(charger.key), assets.tariffs)
                journal.state(CAST, "evse", charger.key, value, TIME)


def _connected(evse: EVSE | None, tariffs: Sequence[Tariff]) -> dict[str, object]:
    """What an EVSE's first connector is, and what charging there costs."""
    if evse is None or not evse.connectors:
        return {}
    connector = evse.connectors[0]
    named = {tariff.id: tariff for tariff in tariffs}
    tariff = next((named[id] for id in connector.tariff_ids if id in named), None)
    value: dict[str, object] = {"connector": connector.standard}
    return value if tariff is None else value | {"tariff": _tariff(tariff)}


def _tariff(tariff: Tariff) -> dict[str, object]:
    """The prices of a tariff's last element, which holds when no other does; `varies` if there are others."""
    components = tariff.elements[-1].price_components
    vat = next((component.vat for component in components if component.vat is not None), None)
    return {
        "id": tariff.id,
        "currency": tariff.currency,
        "prices": {component.type: str(component.price) for component in components},
        "vat": None if vat is None else str(vat),
        "varies": len(tariff.elements) > 1 or tariff.elements[-1].restrictions is not None,
    }


def _evse(site: str, charger: Charger, latitude: float, longitude: float) -> dict[str, object]:
    return {
        "site": site,
        "power_w": charger.rating.power_w,
        "power_type": charger.rating.power_type,
        "latitude": latitude,
        "longitude": longitude,
    }
