"""Reads what goes wrong and when: the key `faults`."""

from collections.abc import Sequence

from simulator.scenario.fields import Fields, Problems
from simulator.scenario.instants import Start
from simulator.scenario.model import Connection, Fault, FaultKind, Party
from simulator.scenario.parties import read_latency, read_pair
from simulator.scenario.tree import Table, Value
from simulator.scenario.units import parse_duration, parse_probability
from simulator.scenario.vocabulary import FAULT_KINDS
from simulator.scenario.words import limited, one_of, within

_KEYS: dict[FaultKind, tuple[str, ...]] = {
    "party_offline": ("party",),
    "link_down": ("between",),
    "latency": ("between", "latency"),
    "loss": ("between", "probability"),
    "duplicates": ("between", "probability"),
    "charger_offline": ("site",),
}
_COMMON_KEYS = ("at", "kind", "for")
_ALL_KEYS = (*_COMMON_KEYS, "party", "between", "latency", "probability", "site")

_length = limited(parse_duration, 1, 366 * 86_400_000_000, "a duration above 0 and up to 366 d")


def read_faults(
    problems: Problems,
    value: Value | None,
    parties: Sequence[Party],
    connections: Sequence[Connection] | None,
    sites: Sequence[str],
    start: Start,
    duration_us: int,
) -> tuple[Fault, ...]:
    """The faults in the order written; each kind has its own keys.

    `sites` are the names a fault may use; `connections` None: they were wrong themselves, so no fault is blamed.
    """

    def instant(text: str) -> int:
        return within(text, start.at_us(text), 0, duration_us - 1, "an instant before the scenario ends")

    faults: list[Fault] = []
    for item in problems.items(value):
        kind = _kind(problems, item)
        if kind is None:
            continue
        keys = _KEYS[kind]
        fields = Fields(problems, item, f"a fault of kind {kind}", (*_COMMON_KEYS, *keys))
        party = site = between = latency = None
        if "party" in keys and (party := fields.required("party", str, "")):
            known = [each.id for each in parties]
            problems.reference(fields.place_of("party"), party, known, "party")
        if "site" in keys and (site := fields.required("site", str, "")):
            problems.reference(fields.place_of("site"), site, sites, "site")
        if "between" in keys:
            between = _connected_pair(problems, fields, parties, connections)
        if "latency" in keys and fields.require("latency"):
            latency = read_latency(problems, fields.value("latency"))
        faults.append(
            Fault(
                kind=kind,
                at_us=fields.required("at", instant, 0),
                for_us=fields.maybe("for", _length),
                party=party,
                between=between,
                latency=latency,
                probability=fields.required("probability", parse_probability, 0.0) if "probability" in keys else None,
                site=site,
            )
        )
    return tuple(faults)


def _kind(problems: Problems, item: Value) -> FaultKind | None:
    """The kind of a fault, on which its other keys depend."""
    if isinstance(item, Table) and "kind" in item.entries:
        return problems.scalar(item.entries["kind"].value, _kind_or_none, None)
    Fields(problems, item, "a fault", _ALL_KEYS).require("kind")
    return None


def _kind_or_none(text: str) -> FaultKind | None:
    return one_of(FAULT_KINDS)(text)


def _connected_pair(
    problems: Problems, fields: Fields, parties: Sequence[Party], connections: Sequence[Connection] | None
) -> tuple[str, str] | None:
    pair = read_pair(problems, fields, parties)
    if pair is None or connections is None:
        return pair
    if not any(sorted(pair) == sorted((each.a, each.b)) for each in connections):
        sentence = f"{pair[0]} and {pair[1]} are not connected; a fault needs one of the connections."
        problems.add(fields.place_of("between"), " and ".join(pair), "a connected pair", sentence)
    return pair
