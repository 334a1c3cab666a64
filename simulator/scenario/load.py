"""Reads a scenario file: the one way from YAML text to a checked `Scenario`."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from simulator.ocpi.v2_2_1.locations import PowerType
from simulator.scenario.changes import Known, read_changes
from simulator.scenario.drivers import emsps_of, read_drivers
from simulator.scenario.errors import ScenarioErrors
from simulator.scenario.expand import expand
from simulator.scenario.faults import read_faults
from simulator.scenario.fields import Fields, Problems
from simulator.scenario.files import Folder, NoFolder
from simulator.scenario.generate import Plan, harmless, read_generate
from simulator.scenario.grow import Grown, TooLarge, grow
from simulator.scenario.instants import Start, parse_start
from simulator.scenario.model import Driver, DriverGroup, Network, RecordedDrivers, Scenario, Site
from simulator.scenario.networks import read_networks
from simulator.scenario.outside import read_outside, take_visitors
from simulator.scenario.overrides import apply_overrides
from simulator.scenario.parties import check_roles, read_connections, read_parties
from simulator.scenario.recorded import check_evses
from simulator.scenario.sites import read_sites
from simulator.scenario.tariffs import read_tariffs
from simulator.scenario.tree import Items, Place, Scalar, Table, Value, parse, read_text
from simulator.scenario.units import parse_duration
from simulator.scenario.words import limited, number, phrase, whole
from simulator.world.choice import USUAL_TASTE

_KEYS = (
    "name",
    "start",
    "duration",
    "seed",
    "session_updates",
    "poll",
    "unknown_price_per_kwh",
    "tell",
    "parties",
    "connections",
    "generate",
    "sites",
    "networks",
    "tariffs",
    "drivers",
    "faults",
    "changes",
    "outside",
)
_MINUTE_US = 60_000_000
_YEAR_US = 366 * 86_400_000_000
_DEFAULT_SESSION_UPDATES_US = 10 * _MINUTE_US
_DEFAULT_POLL_US = 360 * _MINUTE_US
_DEFAULT_SEED = 1
_MIDNIGHT = Start(0, "UTC")

_duration = limited(parse_duration, 1_000_000, _YEAR_US, "a duration from 1 s to 366 d")
_interval = limited(parse_duration, 1_000_000, _YEAR_US, "a duration from 1 s to 366 d, or never")


class Readings(Struct, frozen=True):
    """What values are read as, by place and text: `single` ones, and what those that are short for it are in `long`."""

    single: dict[tuple[Place, str], str]
    long: dict[tuple[Place, str], Items | Table]


def load(path: Path, overrides: Sequence[str] = ()) -> Scenario:
    """The scenario at `path`, with `--set` overrides (such as `seed=9`) laid over it.

    Raises ScenarioErrors with every mistake found, each with its line and column.
    """
    text = read_text(path)
    tree, mistakes = parse(text, str(path))
    tree, refused = apply_overrides(tree, overrides)
    problems = Problems()
    problems.errors += [*mistakes, *refused]
    fields = Fields(problems, tree, "a scenario", _KEYS)
    scenario, made = _read(problems, fields, Folder(path.parent), grow)
    scenario = replace(scenario, path=path, text=text, overrides=tuple(overrides))
    _check_whole(problems, fields, scenario)
    _check_apart(problems, fields, made, scenario)
    _check_recorded(problems, fields, scenario)
    if problems.errors:
        raise ScenarioErrors(sorted(problems.errors, key=lambda error: (error.file, error.line, error.column)))
    return scenario


def readings(tree: Value) -> Readings:
    """What each single value of a scenario is read as; equal for spellings of one value.

    The zeros of a price count (0.45 and 0.450 are two values), for messages carry it as it is written.

    No file is opened, a network is made up as small as can be, and mistakes are passed over: what nobody can read is
    left out.
    """
    problems = Problems()
    fields = Fields(problems, tree, "a scenario", _KEYS)
    _read(problems, fields, NoFolder(), lambda plan, seed: grow(harmless(plan), seed))
    found: dict[tuple[Place, str], set[str]] = {}
    for place, text, read in problems.read:
        # An alias of YAML may stand where something else is expected.
        found.setdefault((place, text), set()).add(repr(read))
    return Readings({written: " ".join(sorted(read)) for written, read in found.items()}, problems.long)


def _read(
    problems: Problems, fields: Fields, folder: Folder, make: Callable[[Plan, int], Grown]
) -> tuple[Scenario, Grown]:
    """A scenario without its own text, and what `make` made up for it."""
    start = fields.required("start", parse_start, _MIDNIGHT)
    duration_us = fields.required("duration", _duration, _YEAR_US)
    seed = fields.optional("seed", whole(0, 2**63 - 1), _DEFAULT_SEED)
    made = _grown(problems, fields, seed, start, make)
    parties = read_parties(problems, fields.value("parties"), fields.place_of("parties"), made.parties)
    before = len(problems.errors)
    connections = read_connections(problems, fields.value("connections"), parties, made.parties)
    certain = len(problems.errors) == before
    tariffs = (*read_tariffs(problems, fields.value("tariffs"), folder), *made.tariffs)
    sites = (*made.sites, *read_sites(problems, fields.value("sites"), parties, tariffs))
    networks = read_networks(problems, fields.value("networks"), parties, folder)
    outsiders = read_outside(problems, fields.value("outside"), parties)
    check_roles(problems, fields.place_of("parties"), parties, outsiders)
    site_names = _site_names(sites, networks)
    written = read_drivers(
        problems,
        fields.value("drivers"),
        (*parties, *outsiders),
        start,
        duration_us,
        folder,
        site_names,
    )
    places = [item.place for item in problems.items(fields.value("drivers"))]
    ours, visitors = take_visitors(problems, places, written, outsiders, parties)
    drivers = (*ours, *made.drivers)
    scenario = Scenario(
        name=fields.required("name", phrase(200), ""),
        path=Path(),
        text="",
        overrides=(),
        files=folder.hashes,
        start_epoch_us=start.epoch_us,
        zone=start.zone,
        duration_us=duration_us,
        seed=seed,
        session_updates_us=fields.optional("session_updates", _interval, _DEFAULT_SESSION_UPDATES_US),
        poll_us=_poll(fields),
        unknown_price_per_kwh=fields.optional(
            "unknown_price_per_kwh", number(0, 1_000_000), USUAL_TASTE.unknown_price_per_kwh
        ),
        tell=fields.maybe("tell", str),
        parties=parties,
        connections=connections,
        networks=networks,
        sites=sites,
        tariffs=tariffs,
        drivers=drivers,
        faults=read_faults(
            problems,
            fields.value("faults"),
            parties,
            connections if certain else None,
            site_names,
            start,
            duration_us,
        ),
        changes=read_changes(
            problems,
            fields.value("changes"),
            Known(parties, connections, tariffs, networks, sites, drivers, outsiders),
            start,
            duration_us,
        ),
        outsiders=outsiders,
        visitors=visitors,
    )
    return scenario, made


def _grown(problems: Problems, fields: Fields, seed: int, start: Start, make: Callable[[Plan, int], Grown]) -> Grown:
    """What the key `generate` makes with the scenario's own seed."""
    plan = read_generate(problems, fields.value("generate"), start.zone)
    if plan is None:
        return Grown()
    try:
        return make(plan, seed)
    except TooLarge as refusal:
        problems.add(fields.place_of("generate"), "too many EVSEs", "a smaller network", str(refusal))
        return grow(harmless(plan), seed)


def _check_apart(problems: Problems, fields: Fields, made: Grown, scenario: Scenario) -> None:
    """Whether generated names differ from those written by hand (the parties saw to theirs)."""
    for key, noun, generated, names in (
        ("sites", "site", made.sites, [site.name for site in scenario.sites]),
        ("tariffs", "tariff", made.tariffs, [tariff.name for tariff in scenario.tariffs]),
        ("drivers", "group of drivers", made.drivers, [drivers.name for drivers in scenario.drivers]),
    ):
        counts = Counter(names)
        for name in (each.name for each in generated if counts[each.name] > 1):
            sentence = f"“generate” makes a {noun} “{name}” as well; call the one written by hand differently."
            problems.add(fields.place_of(key), name, "a name that is not generated", sentence)


def _check_recorded(problems: Problems, fields: Fields, scenario: Scenario) -> None:
    """Whether the EVSEs of recorded sessions are there."""
    ours = [
        item
        for item in problems.items(fields.value("drivers"))
        if not (isinstance(item, Table) and "token" in item.entries)
    ]
    recorded = [
        (item.place, drivers)
        for item, drivers in zip(ours, scenario.drivers, strict=False)
        if isinstance(drivers, RecordedDrivers)
    ]
    if not recorded or problems.errors:
        return
    evses = {
        f"{cpo}/{evse.uid}": evse.connectors[0].power_type is not PowerType.DC
        for cpo, assets in expand(scenario).items()
        for location in assets.locations
        for evse in location.evses
    }
    for place, drivers in recorded:
        check_evses(problems, place, drivers, evses)


def _check_whole(problems: Problems, fields: Fields, scenario: Scenario) -> None:
    """What can be wrong only between parts that are each right."""
    written = fields.value("sites") is not None or fields.value("networks") is not None
    evses = any(site.evses for site in scenario.sites) or any(
        location.evses for network in scenario.networks for location in network.locations
    )
    abroad = any(outsider.role == "cpo" for outsider in scenario.outsiders)
    if not evses and not abroad and not (written and problems.errors):
        sentence = "There is no EVSE to charge at; add “sites” by hand, or “networks” with `ocpi-sim import`."
        problems.add(fields.place, "no EVSE", "sites or networks with EVSEs", sentence)
    if scenario.tell is not None:
        named = [driver.name for driver in scenario.drivers if isinstance(driver, Driver)]
        problems.reference(fields.place_of("tell"), scenario.tell, named, "single driver")
    connected = [party_id for each in scenario.connections for party_id in (each.a, each.b)]
    if scenario.connections:
        _check_connected(problems, fields, scenario.drivers, connected)
        _check_versions(problems, fields, scenario)


def _check_versions(problems: Problems, fields: Fields, scenario: Scenario) -> None:
    """Two parties that are connected directly must share a version; only a hub translates."""
    parties = {party.id: party for party in scenario.parties}
    for each in scenario.connections:
        a, b = parties.get(each.a), parties.get(each.b)
        if a is None or b is None or "hub" in (a.role, b.role) or set(a.versions) & set(b.versions):
            continue
        ours, theirs = ", ".join(a.versions), ", ".join(b.versions)
        sentence = f"{a.id} speaks OCPI {ours} and {b.id} {theirs}: they have no version in common."
        place = fields.place_of("connections" if fields.value("connections") is not None else "parties")
        problems.add(place, f"{ours} and {theirs}", "a version that both have", sentence)


def _check_connected(
    problems: Problems,
    fields: Fields,
    drivers: Sequence[DriverGroup | RecordedDrivers | Driver],
    connected: Sequence[str],
) -> None:
    for emsp in dict.fromkeys(emsp for driver in drivers for emsp in emsps_of(driver)):
        if emsp not in connected:
            sentence = f"Drivers have a contract with {emsp}, but no connection leads from it to a cpo."
            problems.add(fields.place_of("connections"), f"{emsp} unconnected", "a connection", sentence)


def _site_names(sites: Sequence[Site], networks: Sequence[Network]) -> list[str]:
    imported = [location for network in networks for location in network.locations]
    names = [name for location in imported for name in (location.name, location.id) if name]
    return list(dict.fromkeys([*(site.name for site in sites), *names]))


def _poll(fields: Fields) -> int | None:
    value = fields.value("poll")
    if isinstance(value, Scalar) and value.text == "never":
        return None
    return fields.optional("poll", _interval, _DEFAULT_POLL_US)
