"""A run taken apart: a table each of its parties, costs, sites, quarters of an hour, modules and links.

A column that has the name of a figure means the same of its line as definitions.py says of the whole run.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from simulator.recording.rows import MoneyRow
from simulator.report.kpi.copies import mean_s, missed_percent
from simulator.report.kpi.facts import Facts
from simulator.report.kpi.places import Place
from simulator.report.kpi.tables import Cell, Table, table
from simulator.report.kpi.traffic import Tally
from simulator.report.kpi.values import cost, mean, percent
from simulator.report.kpi.visits import Visit
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
    "wait_mean_min",
    "detour_mean_m",
    "found_taken_percent",
    "taken_for_mean_min",
    "picture_wrong_percent",
    "session_lag_mean_s",
    "session_missed_percent",
    "cdr_lag_mean_s",
    "cdr_missed_percent",
    "exchanges",
    "failed",
    "bytes",
]
_COSTS = ["party", "role", "name", "as", "currency", "cdrs", "cost_excl_vat"]
_SITES = [
    "site",
    "name",
    "cpo",
    "evses",
    "sessions",
    "wait_mean_min",
    "found_taken_percent",
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
    "plugged_in",
    "wait_mean_min",
    "found_taken",
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
    own: list[Cell] = [None] * 16
    if role == "cpo":
        evses = sum(place.site.evses for place in places)
        occupied_h, blocked_h = _hours(places)
        energy_kwh = sum(float(place.energy_wh.sum()) for place in places) / 1000
        occupancy = percent(occupied_h, evses * facts.window.hours)
        own[:5] = [len(places), evses, energy_kwh, occupancy, percent(blocked_h, occupied_h)]
    else:
        came = [visit for visit in facts.visits if visit.emsp == party]
        taken = [each for visit in came for each in visit.taken]
        picture = next((picture for picture in facts.pictures if picture.emsp == party), None)
        late_sessions = [lag for lag in facts.session_lags if lag.receiver == party]
        late_cdrs = [lag for lag in facts.cdr_lags if lag.receiver == party]
        own[5:] = [
            len(came) if role == "emsp" else None,
            percent(sum(bool(visit.turned_away) for visit in came), len(came)),
            mean([visit.waited_s / 60 for visit in came if visit.is_served]),
            mean([visit.detour_m for visit in came if visit.detour_m is not None and not visit.turned_away]),
            percent(len(taken), len(taken) + sum(visit.found_free(facts.site_of) for visit in came)),
            mean([taken_min for emsp, taken_min in facts.taken_for_min if emsp == party]),
            percent(picture.wrong_hours, picture.evse_hours) if picture else None,
            mean_s(late_sessions),
            missed_percent(late_sessions),
            mean_s(late_cdrs),
            missed_percent(late_cdrs),
        ]
    return [party, role, name, *own, tally.exchanges, tally.failed, tally.bytes]


def costs(facts: Facts) -> Table:
    """A line a party and currency: what a CPO's CDRs come to, and what an eMSP is asked for by them."""
    owed: dict[tuple[str, str], list[MoneyRow]] = {}
    for row in facts.money:
        for place, party in (("creditor", row.creditor), ("debtor", row.debtor)):
            owed.setdefault((party, place), []).append(row)
    return table("costs", _COSTS, (row for party in facts.roles for row in _costs(facts, party, owed)))


def _costs(facts: Facts, party: str, owed_by: Mapping[tuple[str, str], Sequence[MoneyRow]]) -> Iterable[list[Cell]]:
    role, name = facts.roles[party]
    for place in ("creditor", "debtor"):
        owed = owed_by.get((party, place), [])
        cdrs = Counter(row.currency for row in owed)
        for currency, amount in cost(owed).items():
            yield [party, role, name, place, currency, cdrs[currency], amount]


def sites(facts: Facts) -> Table:
    """A line a site."""
    plugged: dict[str, list[Visit]] = {}
    taken: Counter[str] = Counter()
    for visit in facts.visits:
        if visit.evse:
            plugged.setdefault(facts.site_of.get(visit.evse, ""), []).append(visit)
        taken.update(facts.site_of.get(evse, "") for _, evse in visit.taken)
    return table(
        "sites",
        _SITES,
        (_site(facts, place, plugged.get(place.site.key, []), taken[place.site.key]) for place in facts.places.places),
    )


def _site(facts: Facts, place: Place, plugged: Sequence[Visit], taken: int) -> list[Cell]:
    site, hours = place.site, facts.window.hours
    occupied_h, blocked_h = _hours([place])
    is_limited = site.limit_w is not None
    return [
        site.key,
        site.name,
        site.cpo,
        site.evses,
        None if facts.begun is None else facts.begun.get(site.key, 0),
        mean([visit.waited_s / 60 for visit in plugged if visit.is_served]),
        percent(taken, taken + sum(visit.found_free(facts.site_of) for visit in plugged)),
        percent(occupied_h, site.evses * hours),
        percent(blocked_h, occupied_h),
        float(place.energy_wh.sum()) / 1000,
        place.peak_w / 1000,
        (site.limit_w or 0) / 1000 if is_limited else None,
        percent(place.capped_h, hours) if is_limited else None,
    ]


def quarter_hours(facts: Facts) -> Table:
    """A line a quarter of an hour since the start, or what counts of it: means over it, and what came in it."""
    places = facts.places
    grid = places.grid
    width_h = np.diff(grid) / 3_600_000_000
    nothing = np.zeros(len(width_h))
    energy_wh = sum((place.energy_wh for place in places.places), nothing)
    occupied_h = sum((place.occupied_h for place in places.places), nothing)
    charging_h = sum((place.charging_h for place in places.places), nothing)

    def bins(instants: Iterable[int | None]) -> Counter[int]:
        return Counter(at_us // QUARTER_US for at_us in instants if at_us is not None)

    arrived = bins(visit.arrived_us for visit in facts.visits)
    away = bins(visit.turned_away_us for visit in facts.visits)
    taken = bins(at_us for visit in facts.visits for at_us, _ in visit.taken)
    plugged = bins(visit.plugged_us for visit in facts.visits)
    waits_min: dict[int, list[float]] = {}
    for visit in facts.visits:
        if visit.plugged_us is not None and visit.is_served:
            waits_min.setdefault(visit.plugged_us // QUARTER_US, []).append(visit.waited_s / 60)
    rows: list[list[Cell]] = []
    for index, from_us in enumerate(grid[:-1].tolist()):
        quarter = from_us // QUARTER_US
        tally = facts.traffic.quarters.get(quarter, Tally())
        rows.append(
            [
                from_us / 1e6,
                facts.clock.at(from_us).isoformat(timespec="seconds"),
                float(energy_wh[index] / width_h[index]) / 1000,
                float(places.peaks_w[index]) / 1000,
                float(occupied_h[index] / width_h[index]),
                float(charging_h[index] / width_h[index]),
                arrived[quarter],
                away[quarter],
                plugged[quarter],
                mean(waits_min.get(quarter, [])),
                taken[quarter],
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
    """A line a sender of requests and a receiver."""
    tallies = sorted(facts.traffic.links.items())
    return table(
        "links",
        ("sender", "receiver", "exchanges", "failed", "bytes"),
        ((*link, tally.exchanges, tally.failed, tally.bytes) for link, tally in tallies),
    )


def _hours(places: Iterable[Place]) -> tuple[float, float]:
    """EVSE-hours occupied, and of these without drawing power."""
    occupied_h = charging_h = 0.0
    for place in places:
        occupied_h += float(place.occupied_h.sum())
        charging_h += float(place.charging_h.sum())
    return occupied_h, max(occupied_h - charging_h, 0.0)
