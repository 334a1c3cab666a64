"""Reads a network that is to be made up: the key `generate`, so that its size and load can be swept like any number."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from simulator.scenario.countries import alpha_3
from simulator.scenario.drivers import read_rfid_share
from simulator.scenario.fields import Fields, Problems
from simulator.scenario.loads import LOADS
from simulator.scenario.places import Gazetteer
from simulator.scenario.sites import read_place
from simulator.scenario.tree import Scalar, Value
from simulator.scenario.units import Money, Unreadable, parse_distance_m, parse_power_w, parse_price
from simulator.scenario.vocabulary import ARRIVALS, MIXES
from simulator.scenario.words import limited, number, one_of, whole

MAX_PARTIES = 999
MAX_PAIRS = 10_000
MAX_EVSES = 50_000

_KEYS = (
    "cpos",
    "emsps",
    "sites_per_cpo",
    "evses_per_site",
    "power",
    "grid",
    "around",
    "radius",
    "country",
    "prices",
    "load",
    "sessions_per_evse",
    "arrivals",
    "vehicles",
    "authorise",
)
_DEFAULT_POWERS = ((11_000, 0.6), (22_000, 0.3), (150_000, 0.1))
_DEFAULT_PRICE = Money(Decimal("0.39"), "EUR", "kWh")
_DEFAULT_LOAD = "ordinary"
_DEFAULT_RADIUS_M = 10_000
_POLAR = 80

T = TypeVar("T")
W = TypeVar("W", int, str)

_count = whole(1, 10_000)
_radius = limited(parse_distance_m, 100, 1_000_000, "a distance from 100 m to 1000 km")
_power = limited(parse_power_w, 1_000, 10_000_000, "a power from 1 kW to 10 MW")


class Spread(Struct, frozen=True):
    """A lognormal distribution by its median and its 95th percentile; equal: always that."""

    median: float
    p95: float


class Plan(Struct, frozen=True):
    """What is to be made: numbers of parties, distributions of sites, EVSEs and prices, and how much they are used.

    `powers_w` and `arrivals` have weights. A site's grid bears `limit_w_per_evse` for each EVSE (None: enough).
    """

    cpos: int
    emsps: int
    sites_per_cpo: Spread
    evses_per_site: Spread
    powers_w: tuple[tuple[int, float], ...]
    limit_w_per_evse: int | None
    latitude: float
    longitude: float
    radius_m: int
    country: str
    prices: Spread
    currency: str
    sessions_per_evse: float
    arrivals: tuple[tuple[str, float], ...]
    vehicles: str
    rfid_share: float


def read_generate(problems: Problems, value: Value | None, zone: str) -> Plan | None:
    """The plan under `generate`, None when there is none; one with mistakes, which are noted, has one site a cpo."""
    if value is None:
        return None
    before = len(problems.errors)
    fields = Fields(problems, value, "a generated network", _KEYS)
    cpos = fields.required("cpos", whole(1, MAX_PARTIES), 1)
    emsps = fields.required("emsps", whole(1, MAX_PARTIES), 1)
    if cpos * emsps > MAX_PAIRS:
        sentence = f"{cpos} cpos and {emsps} emsps make {cpos * emsps:,} connections; the most is {MAX_PAIRS:,}."
        problems.add(fields.place_of("cpos"), f"{cpos * emsps} pairs", f"at most {MAX_PAIRS} pairs", sentence)
    around = read_place(problems, fields, "around") or (0.0, 0.0)
    if abs(around[0]) > _POLAR:
        sentence = f"Nobody charges at latitude {around[0]:g}; a generated network lies between -{_POLAR} and {_POLAR}."
        problems.add(fields.place_of("around"), f"{around[0]:g}", f"a latitude within {_POLAR} degrees", sentence)
    prices, currency = _prices(problems, fields.value("prices"))
    plan = Plan(
        cpos=cpos,
        emsps=emsps,
        sites_per_cpo=_spread(problems, fields, "sites_per_cpo", _count, 1),
        evses_per_site=_spread(problems, fields, "evses_per_site", _count, 1),
        powers_w=_weights(problems, fields.value("power"), _power, 0, _DEFAULT_POWERS),
        limit_w_per_evse=_limit(problems, fields.value("grid")),
        latitude=around[0],
        longitude=around[1],
        radius_m=fields.optional("radius", _radius, _DEFAULT_RADIUS_M),
        country=_country(problems, fields, zone),
        prices=prices,
        currency=currency,
        sessions_per_evse=_load(problems, fields),
        arrivals=_weights(problems, fields.value("arrivals"), one_of(ARRIVALS), "", (("commuter", 1.0),)),
        vehicles=fields.optional("vehicles", one_of(MIXES), "mixed"),
        rfid_share=read_rfid_share(problems, fields.value("authorise")),
    )
    return plan if len(problems.errors) == before else harmless(plan)


def harmless(plan: Plan) -> Plan:
    """A plan that can be grown, so that what refers to its parties is not called wrong too."""
    one = Spread(1.0, 1.0)
    cpos, emsps = (plan.cpos, plan.emsps) if plan.cpos * plan.emsps <= MAX_PAIRS else (1, 1)
    return replace(
        plan,
        cpos=cpos,
        emsps=emsps,
        sites_per_cpo=one,
        evses_per_site=one,
        powers_w=_DEFAULT_POWERS,
        latitude=0.0,
        longitude=0.0,
        prices=one,
        sessions_per_evse=0.0,
    )


def _spread(problems: Problems, fields: Fields, key: str, parse: Callable[[str], int], fallback: int) -> Spread:
    if not fields.require(key):
        return Spread(float(fallback), float(fallback))
    return _spread_of(problems, fields.value(key), key, parse, fallback, float)


def _spread_of(
    problems: Problems,
    value: Value | None,
    key: str,
    parse: Callable[[str], T],
    fallback: T,
    size: Callable[[T], float],
) -> Spread:
    """A single value, which is always exactly that, or its median and p95."""
    if value is None:
        return Spread(size(fallback), size(fallback))
    if isinstance(value, Scalar):
        value = problems.in_full(value, "median", value)
    fields = Fields(problems, value, f"the distribution of {key}", ("median", "p95"))
    median = fields.required("median", parse, fallback)
    p95 = fields.optional("p95", parse, median)
    if size(p95) < size(median):
        sentence = f"The 95th percentile of {key} (p95) cannot be below its median."
        problems.add(fields.place_of("p95"), "p95 below the median", "p95 of the median or more", sentence)
    return Spread(size(median), size(p95))


def _prices(problems: Problems, value: Value | None) -> tuple[Spread, str]:
    """Prices of energy a kWh, in one currency."""
    found: list[str] = []

    def price(text: str) -> Money:
        money = parse_price(text, "kWh")
        if found and money.currency != found[0]:
            sentence = f"“{text}” is not in {found[0]} as the price before it; prices have one currency."
            raise Unreadable(text, found[0], sentence)
        if money.amount <= 0:
            raise Unreadable(text, "a price above 0", f"“{text}” is no price to spread; write one above 0.")
        found.append(money.currency)
        return money

    spread = _spread_of(problems, value, "prices", price, _DEFAULT_PRICE, lambda money: float(money.amount))
    return spread, found[0] if found else _DEFAULT_PRICE.currency


def _weights(
    problems: Problems,
    value: Value | None,
    parse: Callable[[str], W],
    fallback: W,
    default: Sequence[tuple[W, float]],
) -> tuple[tuple[W, float], ...]:
    """One thing, or several with their weights, such as {11 kW: 0.6, 22 kW: 0.4}."""
    if value is None:
        return tuple(default)
    if isinstance(value, Scalar):
        value = problems.in_full(value, value.text, Scalar("1", value.place, absent=False))
    weights = [
        (
            problems.scalar(Scalar(key, entry.key_place, absent=False), parse, fallback),
            problems.scalar(entry.value, number(0, 1_000_000), 0.0),
        )
        for key, entry in problems.table(value).items()
    ]
    if sum(weight for _, weight in weights) <= 0:
        sentence = "All weights are 0; at least one must be above 0."
        problems.add(value.place, "weights of 0", "a weight above 0", sentence)
    return tuple(weights)


def _limit(problems: Problems, value: Value | None) -> int | None:
    if value is None:
        return None
    fields = Fields(problems, value, "a generated grid connection", ("limit_per_evse",))
    return fields.required("limit_per_evse", _power, 1_000)


def _load(problems: Problems, fields: Fields) -> float:
    """Sessions per EVSE and day, as a number or by a word."""
    sessions = fields.maybe("sessions_per_evse", number(0, 1_000))
    word = fields.maybe("load", one_of(tuple(LOADS)))
    if sessions is not None and word is not None:
        sentence = "“load” and “sessions_per_evse” say the same twice; leave one of the two away."
        problems.add(fields.place_of("sessions_per_evse"), "load and sessions_per_evse", "one of the two", sentence)
    return sessions if sessions is not None else LOADS[word or _DEFAULT_LOAD]


def _country(problems: Problems, fields: Fields, zone: str) -> str:
    """Where the sites are: what is written, or else the country of the scenario's time zone; three letters."""
    place = Gazetteer().of_zone(zone)
    country = fields.optional("country", str, place.country_code if place is not None else "")
    code = alpha_3(country)
    if code is None:
        sentence = (
            f"“{country}” is not a country; write its code, such as country: NLD."
            if country
            else f"The time zone {zone} belongs to no country; add one, such as country: NLD."
        )
        problems.add(fields.place_of("country"), country or "nothing", "an ISO 3166-1 code", sentence)
    return code or ""
