"""Reads what changes by intent while the run goes on: the key `changes`. (What goes wrong stands under `faults`.)"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from simulator.scenario.fields import Fields, Problems
from simulator.scenario.instants import Start
from simulator.scenario.model import (
    Change,
    ChangeKind,
    Connection,
    Driver,
    DriverGroup,
    Network,
    Outsider,
    Party,
    RecordedDrivers,
    Site,
    TariffSpec,
)
from simulator.scenario.tree import Table, Value
from simulator.scenario.units import parse_duration, parse_energy_wh, parse_power_w
from simulator.scenario.vocabulary import CHANGE_KINDS, CHARGING_PROFILE_TYPES, KNOWN_VERSIONS, SITE_CHANGES
from simulator.scenario.words import one_of, phrase, within

_COMMON_KEYS = ("at", "kind")
_NAME_MOST, _LABEL_MOST = 255, 16
"""The longest name of a Location and physical reference of an EVSE. OCPI 2.2.1, Locations."""


class Known(Struct, frozen=True):
    """What a change may refer to."""

    parties: Sequence[Party]
    connections: Sequence[Connection]
    tariffs: Sequence[TariffSpec]
    networks: Sequence[Network]
    sites: Sequence[Site]
    drivers: Sequence[DriverGroup | RecordedDrivers | Driver]
    outsiders: Sequence[Outsider]

    @property
    def everybody(self) -> tuple[Party | Outsider, ...]:
        """Our parties and those outside."""
        return (*self.parties, *self.outsiders)


def read_changes(
    problems: Problems, value: Value | None, known: Known, start: Start, duration_us: int
) -> tuple[Change, ...]:
    """The changes in the order written; each kind has its own keys."""

    def instant(text: str) -> int:
        return within(text, start.at_us(text), 0, duration_us - 1, "an instant before the scenario ends")

    changes: list[Change] = []
    for item in problems.items(value):
        kind = _kind(problems, item)
        if kind is None:
            continue
        keys, read = _KINDS[kind]
        fields = Fields(problems, item, f"a change of kind {kind}", (*_COMMON_KEYS, *keys))
        about = read(problems, fields, known)
        changes.append(Change(kind, fields.required("at", instant, 0), **about))
    return tuple(changes)


def _tariff(problems: Problems, fields: Fields, known: Known) -> dict[str, Any]:
    prices = [spec.name for spec in known.tariffs]
    return _withdrawal(problems, fields, known) | {"to": _reference(problems, fields, "to", prices, "tariff")}


def _driver(problems: Problems, fields: Fields, known: Known) -> dict[str, Any]:
    names = [driver.name for driver in known.drivers if isinstance(driver, Driver)]
    return {"driver": _reference(problems, fields, "driver", names, "single driver")}


def _withdrawal(problems: Problems, fields: Fields, known: Known) -> dict[str, Any]:
    """A tariff of a network is named by its id."""
    imported = [tariff.id for network in known.networks for tariff in network.tariffs]
    names = list(dict.fromkeys([*(spec.name for spec in known.tariffs), *imported]))
    return {"tariff": _reference(problems, fields, "tariff", names, "tariff")}


def _correction(problems: Problems, fields: Fields, known: Known) -> dict[str, Any]:
    names = [spec.name for spec in known.tariffs]
    return _driver(problems, fields, known) | {"tariff": _reference(problems, fields, "tariff", names, "tariff")}


def _limit(problems: Problems, fields: Fields, known: Known) -> dict[str, Any]:
    limit_w = fields.required("limit", parse_power_w, 0)
    return _lifting(problems, fields, known) | {"limit_w": limit_w, "for_us": fields.maybe("for", parse_duration)}


def _lifting(problems: Problems, fields: Fields, known: Known) -> dict[str, Any]:
    """Whose session, and which SCSP limits it; without one it is the driver's eMSP."""
    by = fields.maybe("by", str)
    if by is not None:
        scsps = [party.id for party in known.parties if party.role == "scsp"]
        problems.reference(fields.place_of("by"), by, scsps, "scsp")
    return _driver(problems, fields, known) | {"by": by}


def _preferences(problems: Problems, fields: Fields, known: Known) -> dict[str, Any]:
    return _driver(problems, fields, known) | {
        "profile": fields.required("profile", one_of(CHARGING_PROFILE_TYPES), "REGULAR"),
        "departs_in_us": fields.maybe("departs_in", parse_duration),
        "energy_need_wh": fields.maybe("energy_need", parse_energy_wh),
    }


def _site(problems: Problems, fields: Fields, known: Known) -> dict[str, Any]:
    """A site, what changes about it and, where that needs it, to what."""
    site = _reference(problems, fields, "site", [site.name for site in known.sites], "site")
    what = fields.required("what", one_of(SITE_CHANGES), "published")
    to = None
    if what == "tariff":
        to = _reference(problems, fields, "to", [spec.name for spec in known.tariffs], "tariff")
    elif what in ("name", "evse"):
        to = fields.required("to", phrase(_LABEL_MOST if what == "evse" else _NAME_MOST), "")
    return {"site": site, "what": what, "to": to}


def _invoice(problems: Problems, fields: Fields, known: Known) -> dict[str, Any]:
    """Who sends an invoice, and to whom: not always over a connection of their own."""
    cpos = [party.id for party in known.parties if party.role == "cpo"]
    emsps = [each.id for each in known.everybody if each.role == "emsp"]
    party = _reference(problems, fields, "party", cpos, "cpo")
    return {"party": party, "peer": _reference(problems, fields, "with", emsps, "emsp")}


def _pair(problems: Problems, fields: Fields, known: Known) -> dict[str, Any]:
    """A party of ours and the peer that it is connected with, which may be outside."""
    party = _reference(problems, fields, "party", [party.id for party in known.parties], "party")
    peers = [({each.a, each.b} - {party}).pop() for each in known.connections if party in (each.a, each.b)]
    peers += [outsider.id for outsider in known.outsiders if party in outsider.partners]
    return {"party": party, "peer": _reference(problems, fields, "with", peers, f"party connected with {party}")}


def _renewal(problems: Problems, fields: Fields, known: Known) -> dict[str, Any]:
    pair = _pair(problems, fields, known)
    version = fields.maybe("version", one_of(KNOWN_VERSIONS))
    for id in pair.values():
        offered = next((each.versions for each in known.everybody if each.id == id), ())
        if version is not None and offered and version not in offered:
            sentence = f"{id} does not offer OCPI {version}; it has {', '.join(offered)}."
            problems.add(fields.place_of("version"), version, f"a version that {id} offers", sentence)
    return {**pair, "version": version}


def _reference(problems: Problems, fields: Fields, key: str, known: Sequence[str], noun: str) -> str | None:
    name = fields.required(key, str, "")
    if name:
        problems.reference(fields.place_of(key), name, known, noun)
    return name or None


_Reader = Callable[[Problems, Fields, Known], dict[str, Any]]
_KINDS: Mapping[ChangeKind, tuple[tuple[str, ...], _Reader]] = {
    "tariff": (("tariff", "to"), _tariff),
    "token_blocked": (("driver",), _driver),
    "credentials_renewed": (("party", "with", "version"), _renewal),
    "unregistered": (("party", "with"), _pair),
    "cdr_corrected": (("driver", "tariff"), _correction),
    "charging_limited": (("driver", "limit", "for", "by"), _limit),
    "charging_limit_lifted": (("driver", "by"), _lifting),
    "reservation_withdrawn": (("driver",), _driver),
    "connector_unlocked": (("driver",), _driver),
    "charging_limit_asked": (("driver", "by"), _lifting),
    "charging_preferences": (("driver", "profile", "departs_in", "energy_need"), _preferences),
    "invoice": (("party", "with"), _invoice),
    "invoice_corrected": (("party", "with"), _invoice),
    "invoice_withdrawn": (("party", "with"), _invoice),
    "site_changed": (("site", "what", "to"), _site),
    "tariff_withdrawn": (("tariff",), _withdrawal),
    "token_restored": (("driver",), _driver),
    "copies_checked": (("party", "with"), _pair),
}
"""The keys of each kind besides the common ones, and what reads them."""


def _kind(problems: Problems, item: Value) -> ChangeKind | None:
    """The kind of a change, on which its other keys depend."""
    if isinstance(item, Table) and "kind" in item.entries:
        return problems.scalar(item.entries["kind"].value, _kind_or_none, None)
    every = dict.fromkeys(key for keys, _ in _KINDS.values() for key in keys)
    Fields(problems, item, "a change", (*_COMMON_KEYS, *every)).require("kind")
    return None


def _kind_or_none(text: str) -> ChangeKind | None:
    return one_of(CHANGE_KINDS)(text)
