"""A run taken apart: a table each of its parties, sites, quarters of an hour, modules and links."""

from collections import Counter
from collections.abc import Iterable

import numpy as np

from simulator.report.kpi.facts import Facts
from simulator.report.kpi.places import Place
from simulator.report.kpi.tables import Cell, Table, table
from simulator.report.kpi.traffic import Tally
from simulator.report.kpi.values import cost, percent
from simulator.report.kpi.warm_up import QUARTER_US

_PARTIES = [
    "party",
    "role",
    "name",
    "sites",
    "evses",
    "energy_kwh",
    "occupancy_percent",
    "blocked_percent",
    "drivers",
    "turned_away_percent",
    "picture_wrong_percent",
    "cost_excl_vat",
    "exchanges",
    "failed",
    "bytes",
]
_SITES = [
    "site",
    "name",
    "cpo",
    "evses",
    "sessions",
    "occupancy_percent",
    "blocked_percent",
    "energy_kwh",
    "peak_kw",
    "limit_kw",
    "capped_percent",
]
_QUARTERS = [
    "from_s",
    "local_time",
    "mean_kw",
    "peak_kw",
    "occupied_evses",
    "charging_evses",
    "arrived",
    "turned_away",
    "exchanges",
    "failed",
    "bytes",
]


def parties(facts: Facts) -> Table:
    """A line a party: a CPO by what happens at its sites, an eMSP by its drivers; empty where it does not apply."""
    owned: dict[str, list[Place]] = {}
    for place in facts.places.places:
        owned.setdefault(place.site.cpo, []).append(place)
    return table("parties", _PARTIES, (_party(facts, party, owned.get(party, [])) for party in facts.roles))


def _party(facts: Facts, party: str, places: list[Place]) -> list[Cell]:
    role, name = facts.roles[party]
    tally = facts.traffic.parties.get(party, Tally())
    is_cpo = role == "cpo"
    amounts = cost([row for row in facts.money if (row.creditor if is_cpo else row.debtor) == party])
    own: list[Cell] = [None] * 8
    if is_cpo:
        evses = sum(place.site.evses for place in places)
        occupied_h, blocked_h = _hours(places)
        energy_kwh = sum(float(place.energy_wh.sum()) for place in places) / 1000
        occupancy = percent(occupied_h, evses * facts.window.hours)
        own[:5] = [len(places), evses, energy_kwh, occupancy, percent(blocked_h, occupied_h)]
    else:
        came = [visit for visit in facts.visits if visit.emsp == party]
        picture = next((picture for picture in facts.pictures if picture.emsp == party), None)
        own[5:] = [
            len(came),
            percent(sum(bool(visit.turned_away) for visit in came), len(came)),
            percent(picture.wrong_hours, picture.evse_hours) if picture else None,
        ]
    told = "; ".join(f"{currency} {amount}" for currency, amount in amounts.items())
    return [party, role, name, *own, told, tally.exchanges, tally.failed, tally.bytes]


def sites(facts: Facts) -> Table:
    """A line a site."""
    sessions = Counter(facts.site_of.get(visit.evse, "") for visit in facts.visits if visit.evse)
    return table("sites", _SITES, (_site(facts, place, sessions[place.site.key]) for place in facts.places.places))


def _site(facts: Facts, place: Place, sessions: int) -> list[Cell]:
    site, hours = place.site, facts.window.hours
    occupied_h, blocked_h = _hours([place])
    is_limited = site.limit_w is not None
    return [
        site.key,
        site.name,
        site.cpo,
        site.evses,
        sessions,
        percent(occupied_h, site.evses * hours),
        percent(blocked_h, occupied_h),
        float(place.energy_wh.sum()) / 1000,
        place.peak_w / 1000,
        (site.limit_w or 0) / 1000 if is_limited else None,
        percent(place.capped_h, hours) if is_limited else None,
    ]


def quarter_hours(facts: Facts) -> Table:
    """A line a quarter of an hour: means over it, and what came in it."""
    places, window = facts.places, facts.window
    grid = places.grid
    width_h = np.diff(grid) / 3_600_000_000
    nothing = np.zeros(len(width_h))
    energy_wh = sum((place.energy_wh for place in places.places), nothing)
    occupied_h = sum((place.occupied_h for place in places.places), nothing)
    charging_h = sum((place.charging_h for place in places.places), nothing)

    def bins(instants: Iterable[int | None]) -> Counter[int]:
        return Counter((at_us - window.from_us) // QUARTER_US for at_us in instants if at_us is not None)

    arrived = bins(visit.arrived_us for visit in facts.visits)
    away = bins(visit.turned_away_us for visit in facts.visits)
    rows: list[list[Cell]] = []
    for index, from_us in enumerate(grid[:-1].tolist()):
        tally = facts.traffic.quarters.get(from_us // QUARTER_US, Tally())
        rows.append(
            [
                from_us / 1e6,
                facts.clock.at(from_us).isoformat(timespec="seconds"),
                float(energy_wh[index] / width_h[index]) / 1000,
                float(places.peaks_w[index]) / 1000,
                float(occupied_h[index] / width_h[index]),
                float(charging_h[index] / width_h[index]),
                arrived[index],
                away[index],
                tally.exchanges,
                tally.failed,
                tally.bytes,
            ]
        )
    return table("quarter_hours", _QUARTERS, rows)


def modules(facts: Facts) -> Table:
    """A line an OCPI module."""
    tallies = sorted(facts.traffic.modules.items())
    return table(
        "modules",
        ("module", "exchanges", "failed", "bytes"),
        ((name, tally.exchanges, tally.failed, tally.bytes) for name, tally in tallies),
    )


def links(facts: Facts) -> Table:
    """A line a pair of parties, both directions together."""
    tallies = sorted(facts.traffic.links.items())
    return table(
        "links",
        ("party_a", "party_b", "exchanges", "failed", "bytes"),
        ((a, b, tally.exchanges, tally.failed, tally.bytes) for (a, b), tally in tallies),
    )


def _hours(places: Iterable[Place]) -> tuple[float, float]:
    """EVSE-hours occupied, and of these without drawing power."""
    occupied_h = charging_h = 0.0
    for place in places:
        occupied_h += float(place.occupied_h.sum())
        charging_h += float(place.charging_h.sum())
    return occupied_h, max(occupied_h - charging_h, 0.0)
