"""Reads who from outside takes part in a served run: the key `outside`, and the drivers who come with one."""

import re
from collections.abc import Callable, Sequence

from simulator.scenario.drivers import emsps_of
from simulator.scenario.fields import Fields, Problems
from simulator.scenario.model import Driver, DriverGroup, Outsider, Party, PartyRole, RecordedDrivers
from simulator.scenario.tree import Entry, Place, Value
from simulator.scenario.units import Unreadable, parse_duration
from simulator.scenario.vocabulary import KNOWN_VERSIONS, TOKEN_ENCODINGS
from simulator.scenario.words import limited, one_of, party_id, phrase

_KEYS = ("role", "name", "ocpi", "with", "timeout", "versions_url", "token", "encoding")
_ROLES: tuple[PartyRole, ...] = ("cpo", "emsp")
_URL = re.compile(r"https?://[!-~]+")
_TOKEN = re.compile(r"[!-~]{1,64}")
USUAL_TIMEOUT_US = 30_000_000
_timeout = limited(parse_duration, 1_000, 60_000_000, "a time-out from 1 ms to 60 s")
AnyDrivers = DriverGroup | RecordedDrivers | Driver


def read_outside(problems: Problems, value: Value | None, parties: Sequence[Party]) -> tuple[Outsider, ...]:
    """The outsiders. Without `with` one is a partner of every party of the other role, and of no hub."""
    return tuple(_outsider(problems, key, entry, parties) for key, entry in problems.table(value).items())


def _outsider(problems: Problems, key: str, entry: Entry, parties: Sequence[Party]) -> Outsider:
    try:
        party_id(key)
    except Unreadable as refusal:
        problems.add(entry.key_place, refusal.found, refusal.expected, str(refusal))
    if any(party.id == key for party in parties):
        sentence = f"{key} is one of our parties already; an outsider needs an id of its own."
        problems.add(entry.key_place, key, "an id that no party has", sentence)
    fields = Fields(problems, entry.value, f"outsider {key}", _KEYS)
    role: PartyRole = fields.required("role", one_of(_ROLES), "emsp")
    versions_url = fields.maybe("versions_url", _matching(_URL, "a URL such as http://127.0.0.1:8080/ocpi/versions"))
    token = fields.maybe("token", _matching(_TOKEN, "1 to 64 printable characters without spaces"))
    if (versions_url is None) != (token is None):
        sentence = f"Ours register with {key} by its versions_url and the token it gave; write both, or neither."
        problems.add(fields.place, "one of the two", "versions_url and token, or neither", sentence)
    country_code, _, local_id = key.partition("-")
    versions = _listed(problems, fields.value("ocpi"), KNOWN_VERSIONS)
    partners = _partners(problems, fields, role, parties)
    hubs = [party.id for party in parties if party.role == "hub" and party.id in partners]
    if hubs and versions == KNOWN_VERSIONS[:1] and versions_url is not None:
        sentence = (
            f"{key} speaks OCPI 2.1.1 only, which knows no hubs: to it each party behind {hubs[0]} is a platform of "
            "its own, with a token of its own. Leave out versions_url and token; it is invited for each."
        )
        problems.add(fields.place_of("with"), "a hub to register with it", "no versions_url, or no hub", sentence)
    return Outsider(
        id=key,
        country_code=country_code,
        party_id=local_id,
        role=role,
        name=fields.optional("name", phrase(100), key),
        versions=versions,
        partners=partners,
        timeout_us=fields.optional("timeout", _timeout, USUAL_TIMEOUT_US),
        versions_url=versions_url,
        token=token,
        encoding=fields.maybe("encoding", one_of(TOKEN_ENCODINGS)),
    )


def _partners(problems: Problems, fields: Fields, role: PartyRole, parties: Sequence[Party]) -> tuple[str, ...]:
    others = [party.id for party in parties if party.role in _ROLES and party.role != role]
    hubs = [party.id for party in parties if party.role == "hub"]
    value = fields.value("with")
    items = problems.one_or_more(value)
    named = tuple(problems.scalar(item, str, "") for item in items)
    for item, name in zip(items, named, strict=True):
        problems.reference(item.place, name, [*others, *hubs], "party of another role")
    return named or tuple(others)


def _listed(problems: Problems, value: Value | None, words: tuple[str, ...]) -> tuple[str, ...]:
    items = problems.one_or_more(value)
    return tuple(problems.scalar(item, one_of(words), words[0]) for item in items) or words


def _matching(pattern: re.Pattern[str], expected: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if pattern.fullmatch(text):
            return text
        raise Unreadable(text, expected)

    return parse


def take_visitors(
    problems: Problems,
    places: Sequence[Place],
    drivers: Sequence[AnyDrivers],
    outsiders: Sequence[Outsider],
    parties: Sequence[Party],
) -> tuple[tuple[AnyDrivers, ...], tuple[DriverGroup | Driver, ...]]:
    """Our own drivers, and the customers of outsiders."""
    outside = {outsider.id: outsider for outsider in outsiders if outsider.role == "emsp"}
    hubs = [party.id for party in parties if party.role == "hub"]
    ours: list[AnyDrivers] = []
    visitors: list[DriverGroup | Driver] = []
    for place, drivers_of_one in zip(places, drivers, strict=True):
        theirs = [outside[emsp] for emsp in emsps_of(drivers_of_one) if emsp in outside]
        if not theirs:
            ours.append(drivers_of_one)
            _must_have_no_token(problems, place, drivers_of_one)
        elif isinstance(drivers_of_one, RecordedDrivers):
            sentence = f"Recorded drivers have contracts with parties of ours, and {theirs[0].id} is outside."
            problems.add(place, theirs[0].id, "an eMSP of ours", sentence)
        else:
            visitors.append(drivers_of_one)
            _check_visitor(problems, place, drivers_of_one, theirs[0], hubs)
    return tuple(ours), tuple(visitors)


def _must_have_no_token(problems: Problems, place: Place, drivers: AnyDrivers) -> None:
    tokens: tuple[str, ...] = ()
    if isinstance(drivers, Driver):
        tokens = (drivers.token,) if drivers.token else ()
    elif isinstance(drivers, DriverGroup):
        tokens = drivers.tokens
    if tokens:
        sentence = f"{drivers.name} gets a token from one of our parties; only one of an outsider's is written here."
        problems.add(place, ", ".join(tokens), "no token", sentence)


def _check_visitor(
    problems: Problems, place: Place, visitor: DriverGroup | Driver, outsider: Outsider, hubs: Sequence[str]
) -> None:
    """What only its outsider can know of a customer is not written here, but for a single one's token."""
    reserves = isinstance(visitor, Driver) and visitor.reserve_us is not None
    if reserves or visitor.only_at:
        sentence = f"{visitor.name} reserves with the outsider itself, which also says where its contract is good."
        problems.add(place, visitor.name, "neither reserve nor only_at", sentence)
    if isinstance(visitor, Driver):
        if not visitor.token:
            sentence = f"{visitor.name} is an outsider's customer: write the token that {outsider.id} knows."
            problems.add(place, visitor.name, "a driver with a token", sentence)
    elif visitor.near and not any(partner in (visitor.near, *hubs) for partner in outsider.partners):
        sentence = f"{visitor.name} would want to be near {visitor.near}, with which {outsider.id} is not connected."
        problems.add(place, visitor.near, f"one of {', '.join(outsider.partners)}", sentence)
