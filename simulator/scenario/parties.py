"""Reads who takes part and how they are connected: the keys `parties` and `connections`."""

from collections.abc import Sequence

from simulator.scenario.fields import Fields, Problems
from simulator.scenario.model import Connection, Latency, Outsider, Party, PartyRole
from simulator.scenario.tree import Entry, Items, Place, Scalar, Value
from simulator.scenario.units import Unreadable, parse_duration, parse_probability
from simulator.scenario.vocabulary import KNOWN_VERSIONS, QUIRKS, ROLES, TOKEN_LISTS, USUAL_VERSIONS, WHITELISTS
from simulator.scenario.words import limited, one_of, party_id, phrase, whole

DEFAULT_LATENCY = Latency(median_us=80_000, p95_us=300_000)
DEFAULT_TIMEOUT_US = 30_000_000
_PARTY_KEYS = ("role", "name", "ocpi", "port", "whitelist", "quirks", "tokens", "patches")
_CONNECTION_KEYS = ("between", "latency", "timeout", "loss", "duplicates")
_DIRECT = (["cpo", "emsp"], ["cpo", "scsp"], ["emsp", "scsp"])
_SECOND_US = 1_000_000


def read_parties(
    problems: Problems, value: Value | None, place: Place, generated: Sequence[Party] = ()
) -> tuple[Party, ...]:
    """The parties, generated ones last; a scenario without a cpo or without an emsp is noted at `place`."""
    made = {party.id: party for party in generated}
    for key, entry in problems.table(value).items():
        if key in made:
            sentence = f"“generate” makes a party {key} as well; give this one another id."
            problems.add(entry.key_place, key, "an id that is not generated", sentence)
    written = (_party(problems, key, entry) for key, entry in problems.table(value).items() if key not in made)
    parties = (*written, *generated)
    by_port: dict[int, str] = {}
    for party in parties:
        if party.port is not None and party.port in by_port:
            sentence = f"{party.id} and {by_port[party.port]} both ask for port {party.port}."
            problems.add(place, str(party.port), "a port for each party", sentence)
        elif party.port is not None:
            by_port[party.port] = party.id
    return parties


def check_roles(problems: Problems, place: Place, parties: Sequence[Party], outsiders: Sequence[Outsider]) -> None:
    """Somebody must own the EVSEs, and somebody have contracts with drivers; either may be outside."""
    roles = [*(party.role for party in parties), *(outsider.role for outsider in outsiders)]
    for role, why in (("cpo", "nobody owns an EVSE"), ("emsp", "no driver has a contract")):
        if role not in roles:
            sentence = f"No party has the role {role}, so {why}; add one under “parties”."
            problems.add(place, f"no {role}", f"at least one {role}", sentence)


def read_connections(
    problems: Problems, value: Value | None, parties: Sequence[Party], generated: Sequence[Party] = ()
) -> tuple[Connection, ...]:
    """The connections; when none are written, the usual ones. Generated parties always have the usual ones."""
    made = [party.id for party in generated]
    written = _connections(problems, value, parties) if value is not None else ()
    pairs = [sorted((each.a, each.b)) for each in written]
    usual = (
        Connection(a, b, DEFAULT_LATENCY, DEFAULT_TIMEOUT_US, 0.0, 0.0)
        for a, b in _usual_pairs(parties)
        if value is None or a in made or b in made
    )
    return (*written, *(each for each in usual if sorted((each.a, each.b)) not in pairs))


def _usual_pairs(parties: Sequence[Party]) -> list[tuple[str, str]]:
    """Every CPO with every eMSP and SCSP; where there is a hub, all of these with the first one instead."""
    ids: dict[str, list[str]] = {role: [party.id for party in parties if party.role == role] for role in ROLES}
    if ids["hub"]:
        hub, *others = ids["hub"]
        return [(id, hub) for id in (*ids["cpo"], *ids["emsp"], *others, *ids["scsp"])]
    selling = [(cpo, emsp) for cpo in ids["cpo"] for emsp in ids["emsp"]]
    return [*selling, *((scsp, cpo) for scsp in ids["scsp"] for cpo in ids["cpo"])]


def _connections(problems: Problems, value: Value, parties: Sequence[Party]) -> tuple[Connection, ...]:
    connections: list[Connection] = []
    for item in problems.items(value):
        fields = Fields(problems, item, "a connection", _CONNECTION_KEYS)
        pair = read_pair(problems, fields, parties)
        if pair is None:
            continue
        if any(sorted(pair) == sorted((known.a, known.b)) for known in connections):
            sentence = f"{pair[0]} and {pair[1]} are connected twice; keep one of the two."
            problems.add(fields.place_of("between"), " and ".join(pair), "each pair once", sentence)
        connections.append(
            Connection(
                a=pair[0],
                b=pair[1],
                latency=read_latency(problems, fields.value("latency")),
                timeout_us=fields.optional("timeout", _timeout, DEFAULT_TIMEOUT_US),
                loss=fields.optional("loss", parse_probability, 0.0),
                duplicates=fields.optional("duplicates", parse_probability, 0.0),
            )
        )
    return tuple(connections)


def read_pair(problems: Problems, fields: Fields, parties: Sequence[Party]) -> tuple[str, str] | None:
    """The two parties under `between`, in the order written; None (and a note) when they have nothing to exchange."""
    if not fields.require("between"):
        return None
    value = fields.value("between")
    items = problems.items(value)
    names = [problems.scalar(item, str, "") for item in items]
    known = [party.id for party in parties]
    found_all = True
    for item, name in zip(items, names, strict=True):
        found_all &= problems.reference(item.place, name, known, "party")
    if not found_all:
        return None
    roles = sorted(party.role for name in names for party in parties if party.id == name)
    fits = len(names) == 2 == len(dict.fromkeys(names)) and (roles in _DIRECT or "hub" in roles)
    if not fits and isinstance(value, Items):
        found = " and ".join(names) or "nothing"
        sentence = (
            "A connection is between one cpo and one emsp, between one of these and an scsp, or between a hub and a "
            f"cpo, emsp, scsp or other hub; found is {found}."
        )
        problems.add(value.place, found, "such a pair", sentence)
    return (names[0], names[1]) if fits else None


def read_latency(problems: Problems, value: Value | None) -> Latency:
    """The latency; a single duration means always exactly that."""
    if value is None:
        return DEFAULT_LATENCY
    if isinstance(value, Scalar):
        value = problems.in_full(value, "median", value)
    fields = Fields(problems, value, "a latency", ("median", "p95"))
    median_us = fields.required("median", parse_duration, 0)
    p95_us = fields.optional("p95", parse_duration, median_us)
    if p95_us < median_us:
        sentence = "The 95th percentile of a latency (p95) cannot be below its median."
        problems.add(fields.place_of("p95"), "p95 below the median", "p95 of the median or more", sentence)
    return Latency(median_us, p95_us)


def _party(problems: Problems, key: str, entry: Entry) -> Party:
    try:
        party_id(key)
    except Unreadable as refusal:
        problems.add(entry.key_place, refusal.found, refusal.expected, str(refusal))
    fields = Fields(problems, entry.value, f"party {key}", _PARTY_KEYS)
    role: PartyRole = fields.required("role", one_of(ROLES), "cpo")
    whitelist = fields.maybe("whitelist", one_of(WHITELISTS))
    if whitelist is not None and role != "emsp":
        sentence = f"{key} is a {role}; only an emsp has tokens and so a whitelist."
        problems.add(fields.place_of("whitelist"), whitelist, "no whitelist", sentence)
    tokens = fields.maybe("tokens", one_of(TOKEN_LISTS))
    if tokens is not None and role != "cpo":
        sentence = f"{key} is a {role}; only a cpo keeps a list of others' tokens, or asks about each."
        problems.add(fields.place_of("tokens"), tokens, "no such key", sentence)
    patches = fields.maybe("patches", one_of(("yes", "no")))
    if patches is not None and role != "cpo":
        sentence = f"{key} is a {role}; only a cpo has sessions and tariffs to patch."
        problems.add(fields.place_of("patches"), patches, "no such key", sentence)
    versions = _versions(problems, fields.value("ocpi"), KNOWN_VERSIONS if role == "hub" else USUAL_VERSIONS)
    if role == "scsp" and "2.1.1" in versions:
        sentence = f"{key} is an scsp, and OCPI 2.1.1 has no charging profiles; give it 2.2.1 or 2.3.0."
        problems.add(fields.place_of("ocpi"), "2.1.1", "2.2.1 or 2.3.0", sentence)
    country_code, _, local_id = key.partition("-")
    return Party(
        id=key,
        country_code=country_code,
        party_id=local_id,
        role=role,
        name=fields.optional("name", phrase(100), key),
        versions=versions,
        port=fields.maybe("port", whole(1024, 65535)),
        whitelist=(whitelist or "ALLOWED_OFFLINE") if role == "emsp" else None,
        quirks=_quirks(problems, fields.value("quirks")),
        keeps_tokens=tokens != "ask",
        patches=patches == "yes",
    )


def _quirks(problems: Problems, value: Value | None) -> tuple[str, ...]:
    """The defects of a platform, in the order in which they act."""
    names = tuple(problems.scalar(item, one_of(QUIRKS), "") for item in problems.items(value))
    if value is not None and len(names) != len(dict.fromkeys(names)):
        problems.add(value.place, "a quirk twice", "each quirk once", "“quirks” names each defect once.")
    return names


def _versions(problems: Problems, value: Value | None, usual: tuple[str, ...]) -> tuple[str, ...]:
    if value is None:
        return usual
    items = problems.one_or_more(value)
    versions = tuple(problems.scalar(item, one_of(KNOWN_VERSIONS), USUAL_VERSIONS[0]) for item in items)
    if not versions or len(versions) != len(dict.fromkeys(versions)):
        sentence = "“ocpi” names one version or a list of different versions, such as [2.2.1]."
        problems.add(value.place, "an empty or repeating list", "each version once", sentence)
    return versions


_timeout = limited(parse_duration, _SECOND_US // 1000, 3600 * _SECOND_US, "a time-out from 1 ms to 1 h")
