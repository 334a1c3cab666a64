"""Reads who wants to charge: the key `drivers`, groups that arrive at random and single named drivers."""

from collections.abc import Sequence

from simulator.scenario.fields import Fields, Problems
from simulator.scenario.files import Folder
from simulator.scenario.instants import Start
from simulator.scenario.model import Driver, DriverGroup, Outsider, Party, RecordedDrivers
from simulator.scenario.recorded import RECORDED_KEYS, read_recorded
from simulator.scenario.sites import read_place
from simulator.scenario.tree import Scalar, Table, Value
from simulator.scenario.units import parse_distance_m, parse_duration
from simulator.scenario.vocabulary import ARRIVALS, AUTHORISE, KEEPS, MIXES, STOPS, VEHICLES
from simulator.scenario.words import limited, number, one_of, phrase, whole_percent, within

SEARCH_M = 3_000
"""How far around the destination a driver looks for a charge point."""

ANYWHERE_M = 400
"""How far from some charge point the drivers of a group without a centre want to be."""

DEFAULT_PATIENCE_US = 20 * 60_000_000
DEFAULT_STAY_US = 120 * 60_000_000
_DEFAULT_RADIUS_M = 3_000
_GROUP_KEYS = (
    "emsp",
    "name",
    "sessions_per_day",
    "arrivals",
    "vehicles",
    "authorise",
    "around",
    "radius",
    "near",
    "patience",
    "only_at",
    "tokens",
)
_DRIVER_KEYS = (
    "emsp",
    "name",
    "arrives",
    "at",
    "vehicle",
    "battery",
    "target",
    "authorise",
    "stay",
    "stop",
    "patience",
    "token",
    "reserve",
    "keeps",
    "only_at",
)
_WEEK_US = 7 * 86_400_000_000

_radius = limited(parse_distance_m, 1, 1_000_000, "a distance from 1 m to 1000 km")
_patience = limited(parse_duration, 0, _WEEK_US, "a duration of at most 7 d")
_reserve = limited(parse_duration, 60_000_000, 86_400_000_000, "a duration from 1 min to 1 d")
_uid = phrase(36)
_stay = limited(parse_duration, 1_000_000, _WEEK_US, "a duration from 1 s to 7 d")


def read_drivers(
    problems: Problems,
    value: Value | None,
    parties: Sequence[Party | Outsider],
    start: Start,
    duration_us: int,
    folder: Folder,
    sites: Sequence[str],
) -> tuple[DriverGroup | RecordedDrivers | Driver, ...]:
    """Groups (they have `sessions_per_day`), recorded ones (`sessions`) and single ones (`arrives`); names are unique.

    Files of sessions are looked for in `folder`; `sites` are the names that they may use.
    """
    emsps = [party.id for party in parties if party.role == "emsp"]
    cpos = [party.id for party in parties if party.role == "cpo"]
    drivers: list[DriverGroup | RecordedDrivers | Driver] = []
    for item in problems.items(value):
        keys = item.entries if isinstance(item, Table) else {}
        driver: DriverGroup | RecordedDrivers | Driver
        if "sessions_per_day" in keys:
            fields = Fields(problems, item, "a group of drivers", _GROUP_KEYS)
            driver = _group(problems, fields, drivers, cpos, sites)
        elif "sessions" in keys:
            fields = Fields(problems, item, "an entry of recorded drivers", RECORDED_KEYS)
            driver = read_recorded(problems, fields, folder, read_rfid_share(problems, fields.value("authorise")))
        else:
            fields = Fields(problems, item, "a driver", _DRIVER_KEYS)
            driver = _driver(problems, fields, start, duration_us, sites)
        key = "emsps" if isinstance(driver, RecordedDrivers) else "emsp"
        for emsp in emsps_of(driver):
            problems.reference(fields.place_of(key), emsp, emsps, "emsp")
        if driver.name and any(driver.name == other.name for other in drivers):
            sentence = f"Two entries of “drivers” are called “{driver.name}”; give each its own name."
            problems.add(fields.place_of("name"), driver.name, "a name used once", sentence)
        drivers.append(driver)
    return tuple(drivers)


def emsps_of(drivers: DriverGroup | RecordedDrivers | Driver) -> tuple[str, ...]:
    """The eMSPs with which these drivers have contracts."""
    named = (drivers.emsp,) if isinstance(drivers, Driver) else drivers.emsps
    return tuple(emsp for emsp in named if emsp)


def _group(
    problems: Problems,
    fields: Fields,
    before: Sequence[DriverGroup | RecordedDrivers | Driver],
    cpos: Sequence[str],
    sites: Sequence[str],
) -> DriverGroup:
    around = read_place(problems, fields, "around", needed=False)
    radius_m = fields.maybe("radius", _radius)
    if radius_m is not None and around is None and fields.value("around") is None:
        sentence = "A radius needs its centre; add “around”, such as around: [52.16, 4.48]."
        problems.add(fields.place_of("radius"), "a radius alone", "the key around", sentence)
    latitude, longitude = around if around is not None else (None, None)
    near = fields.maybe("near", str)
    if near is not None and problems.reference(fields.place_of("near"), near, cpos, "cpo") and around is not None:
        sentence = "Drivers want to be around a point or near the sites of a cpo, not both; leave one of the two away."
        problems.add(fields.place_of("near"), "around and near", "one of the two", sentence)
    emsp = fields.required("emsp", str, "")
    # By its eMSP, so that leaving out another's drivers renames nobody: names are what random streams hang on.
    ordinal = sum(isinstance(other, DriverGroup) and other.emsps == (emsp,) for other in before) + 1
    return DriverGroup(
        name=fields.optional("name", phrase(100), f"{emsp} drivers {ordinal}"),
        emsps=(emsp,),
        sessions_per_day=fields.required("sessions_per_day", number(0, 10_000_000), 0.0),
        arrivals=fields.optional("arrivals", one_of(ARRIVALS), "commuter"),
        vehicles=fields.optional("vehicles", one_of(MIXES), "mixed"),
        rfid_share=read_rfid_share(problems, fields.value("authorise")),
        latitude=latitude,
        longitude=longitude,
        radius_m=(radius_m or _DEFAULT_RADIUS_M) if around is not None else None,
        patience_us=fields.optional("patience", _patience, DEFAULT_PATIENCE_US),
        near=near,
        only_at=_only_at(problems, fields, sites),
        tokens=_tokens(problems, fields),
    )


def _driver(problems: Problems, fields: Fields, start: Start, duration_us: int, sites: Sequence[str]) -> Driver:
    def arrival(text: str) -> int:
        return within(text, start.at_us(text), 0, duration_us - 1, "an instant before the scenario ends")

    latitude, longitude = read_place(problems, fields, "at") or (0.0, 0.0)
    battery_percent = fields.optional("battery", whole_percent, 30)
    target_percent = fields.optional("target", whole_percent, 80)
    if target_percent <= battery_percent:
        found = f"a target of {target_percent} % and a battery at {battery_percent} %"
        sentence = f"There is nothing to charge with {found}; the target must be above the battery."
        place = fields.place_of("target" if fields.value("target") is not None else "battery")
        problems.add(place, found, "a target above the battery", sentence)
    arrives_at_us = fields.required("arrives", arrival, 0)
    reserve_us = fields.maybe("reserve", _reserve)
    if reserve_us is not None and reserve_us > arrives_at_us:
        sentence = (
            "The driver would reserve before the scenario starts; let it be later, or start the scenario earlier."
        )
        problems.add(fields.place_of("reserve"), "an instant before the start", "one after it", sentence)
    if reserve_us is None and fields.value("keeps") is not None:
        sentence = "Nothing is reserved that could be kept; add “reserve”, such as reserve: 30 min."
        problems.add(fields.place_of("keeps"), "keeps alone", "the key reserve", sentence)
    return Driver(
        name=fields.required("name", phrase(100), ""),
        emsp=fields.required("emsp", str, ""),
        arrives_at_us=arrives_at_us,
        latitude=latitude,
        longitude=longitude,
        vehicle=fields.optional("vehicle", one_of(VEHICLES), "compact"),
        battery_percent=battery_percent,
        target_percent=target_percent,
        authorise=fields.optional("authorise", one_of(AUTHORISE), "rfid"),
        stay_us=fields.optional("stay", _stay, DEFAULT_STAY_US),
        stop=fields.maybe("stop", one_of(STOPS)),
        patience_us=fields.optional("patience", _patience, DEFAULT_PATIENCE_US),
        token=fields.maybe("token", _uid),
        reserve_us=reserve_us,
        keeps=fields.optional("keeps", one_of(KEEPS), "yes"),
        only_at=_only_at(problems, fields, sites),
    )


def _only_at(problems: Problems, fields: Fields, sites: Sequence[str]) -> tuple[str, ...]:
    """The sites under `only_at`: one, or a list."""
    value = fields.value("only_at")
    items = problems.one_or_more(value)
    names = tuple(problems.scalar(item, str, "") for item in items)
    for item, name in zip(items, names, strict=True):
        problems.reference(item.place, name, sites, "site")
    return names


def _tokens(problems: Problems, fields: Fields) -> tuple[str, ...]:
    """The uids under `tokens`: one, or a list of different ones."""
    value = fields.value("tokens")
    if value is None:
        return ()
    items = problems.one_or_more(value)
    tokens = tuple(problems.scalar(item, _uid, "") for item in items)
    if not tokens or len(tokens) != len(dict.fromkeys(token.lower() for token in tokens)):
        sentence = "“tokens” is a list of different uids, such as [04AABBCCDD, APP-1]."
        problems.add(value.place, "an empty or repeating list", "each uid once", sentence)
    return tokens


def read_rfid_share(problems: Problems, value: Value | None) -> float:
    """The share of drivers who tap an RFID card: a word for all of them, or weights of rfid and app."""
    if value is None:
        return 1.0
    if isinstance(value, Scalar):
        word = problems.scalar(value, one_of(AUTHORISE), "rfid")
        value = problems.in_full(value, word, Scalar("1", value.place, absent=False))
    fields = Fields(problems, value, "the way to authorise", AUTHORISE)
    rfid = fields.optional("rfid", number(0, 1_000_000), 0.0)
    app = fields.optional("app", number(0, 1_000_000), 0.0)
    if rfid + app <= 0:
        sentence = "The weights of rfid and app are both 0; at least one must be above 0."
        problems.add(value.place, "weights of 0", "a weight above 0", sentence)
        return 1.0
    return rfid / (rfid + app)
