"""Reads the hand-written places with their EVSEs: the key `sites`."""

import re
from collections.abc import Sequence

from simulator.scenario.countries import alpha_3
from simulator.scenario.fields import Fields, Problems
from simulator.scenario.model import CurrentType, EvseGroup, Party, Site, TariffSpec
from simulator.scenario.tree import Items, Place, Value
from simulator.scenario.units import Unreadable, parse_power_w
from simulator.scenario.vocabulary import CAPABILITIES, CURRENT_TYPES
from simulator.scenario.words import limited, number, one_of, phrase, whole

_SITE_KEYS = ("cpo", "name", "at", "grid", "evses", "address", "city", "country")
_EVSE_KEYS = ("count", "uids", "power", "type", "tariff", "preferences", "capabilities")
_UID = re.compile(r"[!-~]{1,36}")

_power = limited(parse_power_w, 1_000, 10_000_000, "a power from 1 kW to 10 MW")


def read_sites(
    problems: Problems, value: Value | None, parties: Sequence[Party], tariffs: Sequence[TariffSpec]
) -> tuple[Site, ...]:
    """The hand-written sites; names are unique, references to cpo and tariff hold."""
    cpos = [party.id for party in parties if party.role == "cpo"]
    sites: list[Site] = []
    for item in problems.items(value):
        fields = Fields(problems, item, "a site", _SITE_KEYS)
        cpo = fields.required("cpo", str, "")
        if cpo:
            problems.reference(fields.place_of("cpo"), cpo, cpos, "cpo")
        name = fields.required("name", phrase(100), "")
        if name and any(site.name == name for site in sites):
            sentence = f"Two sites are called “{name}”; give each its own name."
            problems.add(fields.place_of("name"), name, "a name used once", sentence)
        latitude, longitude = read_place(problems, fields, "at") or (0.0, 0.0)
        sites.append(
            Site(
                cpo=cpo,
                name=name,
                latitude=latitude,
                longitude=longitude,
                grid_limit_w=_grid_limit(problems, fields.value("grid")),
                evses=_evse_groups(problems, fields, tariffs),
                address=fields.optional("address", phrase(45), name),
                city=fields.optional("city", phrase(45), "#NA"),
                country=_country(problems, fields, cpo),
            )
        )
        _check_uids(problems, fields.place_of("evses"), sites)
    return tuple(sites)


def read_place(problems: Problems, fields: Fields, key: str, needed: bool = True) -> tuple[float, float] | None:
    """The coordinates `[latitude, longitude]` under `key`, in degrees (WGS 84)."""
    value = fields.value(key)
    if value is None:
        if needed:
            fields.require(key)
        return None
    items = problems.items(value)
    if isinstance(value, Items) and len(items) != 2:
        sentence = f"“{key}” is [latitude, longitude], such as [52.16, 4.48]; found are {len(items)} numbers."
        problems.add(value.place, f"{len(items)} numbers", "[latitude, longitude]", sentence)
    if len(items) != 2:
        return None
    latitude = problems.scalar(items[0], number(-90, 90), 0.0)
    return latitude, problems.scalar(items[1], number(-180, 180), 0.0)


def current_type(power_w: int) -> CurrentType:
    """What an EVSE of that power usually is: one phase up to 7.4 kW, three up to 43 kW, direct current above."""
    if power_w <= 7_400:
        return "ac1"
    return "ac3" if power_w <= 43_000 else "dc"


def _country(problems: Problems, fields: Fields, cpo: str) -> str:
    """The site's country, or else that of its CPO, as OCPI wants it: three letters."""
    country = fields.optional("country", str, cpo.partition("-")[0])
    code = alpha_3(country)
    if code is None and (fields.value("country") is not None or fields.value("cpo") is not None):
        sentence = f"“{country}” is not a country; write its code, such as country: NLD."
        problems.add(fields.place_of("country"), country, "an ISO 3166-1 code", sentence)
    return code or ""


def _grid_limit(problems: Problems, value: Value | None) -> int | None:
    if value is None:
        return None
    return Fields(problems, value, "a grid connection", ("limit",)).required("limit", _power, 0)


def _evse_groups(problems: Problems, fields: Fields, tariffs: Sequence[TariffSpec]) -> tuple[EvseGroup, ...]:
    if not fields.require("evses"):
        return ()
    value = fields.value("evses")
    items = value.items if isinstance(value, Items) else (value,)
    groups: list[EvseGroup] = []
    for item in items:
        if item is None:
            continue
        group = Fields(problems, item, "a group of EVSEs", _EVSE_KEYS)
        power_w = group.required("power", _power, 1_000)
        tariff = group.maybe("tariff", str)
        if tariff is not None:
            known = [spec.name for spec in tariffs]
            problems.reference(group.place_of("tariff"), tariff, known, "tariff")
        kind = group.optional("type", one_of(CURRENT_TYPES), current_type(power_w))
        count = group.optional("count", whole(1, 10_000), 1)
        preferences = group.optional("preferences", one_of(("yes", "no")), "no") == "yes"
        uids = tuple(problems.scalar(each, _uid, "") for each in problems.items(group.value("uids")))
        if uids and group.value("count") is not None and count != len(uids):
            sentence = f"“uids” name {len(uids)} EVSEs, but “count” is {count}; leave “count” away."
            problems.add(group.place_of("count"), str(count), f"{len(uids)} or no count", sentence)
        capabilities = _capabilities(problems, group)
        groups.append(EvseGroup(len(uids) or count, power_w, kind, tariff, uids, preferences, capabilities))
    return tuple(groups)


def _capabilities(problems: Problems, group: Fields) -> tuple[str, ...] | None:
    """What the EVSEs state that they can do, each once; None when the scenario does not say."""
    value = group.value("capabilities")
    if value is None:
        return None
    read = one_of(CAPABILITIES)
    found = [problems.scalar(each, read, CAPABILITIES[0]) for each in problems.items(value)]
    return tuple(dict.fromkeys(found))


def _check_uids(problems: Problems, place: Place, sites: Sequence[Site]) -> None:
    """Whether the newest site repeats a uid of its CPO; a uid is used once by each CPO (Locations, 2.2.1)."""
    seen: dict[str, None] = {}
    for index, site in enumerate(sites):
        for uid in (uid for group in site.evses for uid in group.uids if uid):
            if site.cpo == sites[-1].cpo and uid.upper() in seen and index == len(sites) - 1:
                sentence = f"{site.cpo} has two EVSEs with the uid “{uid}”; each needs its own."
                problems.add(place, uid, "each uid once", sentence)
            if site.cpo == sites[-1].cpo:
                seen[uid.upper()] = None


def _uid(text: str) -> str:
    if _UID.fullmatch(text):
        return text
    raise Unreadable(text, "an EVSE's uid: 1 to 36 printable ASCII characters without spaces")
