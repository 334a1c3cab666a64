"""Reads imported networks, lists of OCPI objects beside the scenario: the key `networks`."""

from collections.abc import Sequence
from typing import Any, TypeVar

from msgspec.structs import replace

from simulator.ocpi.v2_2_1.locations import Location
from simulator.ocpi.v2_2_1.tariffs import Tariff
from simulator.scenario.fields import Fields, Problems
from simulator.scenario.files import Folder, read_file, tell_findings
from simulator.scenario.model import Network, Party
from simulator.scenario.natives import HOME, RICHEST, read_list
from simulator.scenario.tree import Place, Value
from simulator.scenario.words import one_of

T = TypeVar("T", Location, Tariff)
_VERSIONS = (HOME, RICHEST)
"""In which a Location says whose it is."""


def read_networks(
    problems: Problems, value: Value | None, parties: Sequence[Party], folder: Folder
) -> tuple[Network, ...]:
    """The imported networks; every Location's CPO is a party and every tariff it names is there."""
    cpos = [party.id for party in parties if party.role == "cpo"]
    networks: list[Network] = []
    for item in problems.items(value):
        fields = Fields(problems, item, "a network", ("locations", "tariffs", "ocpi"))
        version = fields.optional("ocpi", one_of(_VERSIONS), HOME)
        network = Network((), ())
        all_read = True
        if fields.require("locations"):
            locations, originals, _ = _objects(problems, fields, "locations", Location, folder, version)
            network = replace(network, locations=locations, original_locations=originals)
        if fields.value("tariffs") is not None:
            tariffs, originals, all_read = _objects(problems, fields, "tariffs", Tariff, folder, version)
            network = replace(network, tariffs=tariffs, original_tariffs=originals)
        locations = network.locations
        networks.append(network)
        _check_owners(problems, fields.place_of("locations"), locations, cpos)
        if all_read:
            _check_tariffs(problems, fields.place_of("locations"), networks[-1])
        for key in ("locations", "tariffs"):
            _check_ids(problems, fields.place_of(key), key, networks)
    return tuple(networks)


def _objects(
    problems: Problems, fields: Fields, key: str, cls: type[T], folder: Folder, version: str
) -> tuple[tuple[T, ...], tuple[Any, ...], bool]:
    """The objects as 2.2.1, and if the file is of 2.3.0, as it has them; and whether that is all of the file."""
    read = read_file(problems, fields, key, folder, lambda raw: read_list(raw, cls, version))
    if read is None:
        return (), (), False
    objects, originals, findings = read
    errors = [finding for finding in findings if finding.severity == "error"]
    tell_findings(problems, fields.place_of(key), fields.required(key, str, ""), errors)
    return tuple(objects), tuple(originals), not errors


def _check_owners(problems: Problems, place: Place, locations: Sequence[Location], cpos: Sequence[str]) -> None:
    owners = dict.fromkeys(f"{location.country_code}-{location.party_id}" for location in locations)
    for owner in owners:
        if owner not in cpos:
            sentence = f"The network has Locations of {owner}, which is not a cpo under “parties”."
            problems.add(place, owner, "a cpo of the scenario", sentence)


def _check_ids(problems: Problems, place: Place, key: str, networks: Sequence[Network]) -> None:
    """Whether the newest network repeats an object that it or an earlier one already has."""
    seen: dict[tuple[str, str, str], int] = {}
    for index, network in enumerate(networks):
        for each in network.locations if key == "locations" else network.tariffs:
            identity = (each.country_code, each.party_id, each.id)
            if identity in seen and index == len(networks) - 1:
                named = f"{each.country_code}-{each.party_id} {each.id}"
                sentence = f"The {key} hold {named} twice; an id is used once by each cpo."
                problems.add(place, named, "each id once", sentence)
            seen[identity] = index


def _check_tariffs(problems: Problems, place: Place, network: Network) -> None:
    known = {(tariff.country_code, tariff.party_id, tariff.id) for tariff in network.tariffs}
    missing: dict[str, None] = {}
    for location in network.locations:
        for evse in location.evses:
            for connector in evse.connectors:
                for tariff_id in connector.tariff_ids:
                    if (location.country_code, location.party_id, tariff_id) not in known:
                        missing[f"{tariff_id} of {location.country_code}-{location.party_id}"] = None
    if missing:
        named = ", ".join(list(missing)[:5])
        sentence = f"Connectors name {len(missing)} tariffs that the network does not hold: {named}."
        problems.add(place, named, "tariffs of the same cpo", sentence)
