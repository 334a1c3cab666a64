"""Reads a dump of a network: the Locations and Tariffs that can be played, mended where that can be, with the books.

What is good is decided here record by record; what of it is played, and how, by the importer.
"""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from msgspec import Struct

from simulator.ocpi.datatypes import ci_key
from simulator.ocpi.findings import Invalid
from simulator.ocpi.rules.codes import is_currency
from simulator.ocpi.unknown import unknown_members
from simulator.ocpi.v2_2_1.locations import Location, Status
from simulator.ocpi.v2_2_1.tariffs import Tariff
from simulator.scenario.dump import Dump, ImportRefused, Watch
from simulator.scenario.edition import edition, sign_of_2_3_0
from simulator.scenario.expand import PASSING
from simulator.scenario.ledger import Ledger, Record
from simulator.scenario.mend import Defaults, Survey, mend_location, mend_tariff
from simulator.scenario.natives import HOME, at_home, class_in
from simulator.scenario.newest import Newest
from simulator.scenario.places import Gazetteer
from simulator.scenario.repair import repair
from simulator.scenario.unique import with_unique_ids, without_copies
from simulator.scenario.unknown import note_unknown
from simulator.world.geometry import distance_m

T = TypeVar("T", Location, Tariff)

MAX_EVSES = 50_000
"""The most EVSEs of one scenario; a larger dump is imported in part."""

_TOLD_CHARACTERS = 200
"""As much of a file's own words as is told."""
_COUNTRY_CODE = re.compile(r"[A-Z]{2}")
_PARTY_ID = re.compile(r"[A-Z0-9]{3}")
_PARTY_FIELDS = ("country_code", "party_id")


class Area(Struct, frozen=True):
    """A circle around a point in degrees."""

    latitude: float
    longitude: float
    radius_m: int


class NetworkDump(Struct, frozen=True):
    """What a dump holds that can be played, each record with what it was, and what its reader is to be told."""

    locations: list[tuple[Location, Record]]
    tariffs: list[tuple[Tariff, Record]]
    version: str
    ledger: Ledger
    hints: tuple[str, ...]


def read_network(
    pages: Sequence[Path],
    tariff_pages: Sequence[Path],
    party: str | None,
    area: Area | None,
    version: str | None,
    watch: Watch | None,
) -> NetworkDump:
    """Read and mend a dump of these pages. `party` owns what does not say whose it is, what lies outside of the area
    is left out, a version of None is found out. Raises ImportRefused.
    """
    ledger = Ledger()
    dump = [Dump(page, "Locations", watch) for page in pages]
    tariff_dump = [Dump(page, "Tariffs", watch) for page in tariff_pages]
    survey = _survey(dump)
    spoken, told_version = edition(version, survey.sign or _sign_in(tariff_dump))
    defaults = survey.defaults(party, Gazetteer(), spoken)
    locations = _good_locations(dump, defaults, area, ledger)
    tariffs = _good_tariffs(tariff_dump, _users(locations), defaults, ledger)
    locations = without_copies(locations, [tariff.id for tariff, _ in tariffs], ledger)
    locations = with_unique_ids(locations, ledger)
    hints = (
        *([told_version] if told_version else ()),
        *_whose(ledger),
        *_lists((*dump, *tariff_dump)),
        *_pages(dump, "Locations"),
        *_pages(tariff_dump, "Tariffs"),
    )
    if not locations:
        told = "\n".join((*ledger.sentences(), *hints))
        named = ", ".join(str(page) for page in pages)
        raise ImportRefused(f"{named} holds no Location at which one could charge.\n{told}".strip())
    for location, _ in locations:
        _note_statuses(location, ledger, f"Location {location.id}")
    return NetworkDump(locations, tariffs, spoken, ledger, hints)


def _survey(dump: Sequence[Dump]) -> Survey:
    """Looks over the whole dump once, which also shows whether it is whole."""
    survey = Survey()
    for page in dump:
        for record, _ in page:
            survey.look_at(record)
    return survey


def _sign_in(tariffs: Sequence[Dump]) -> str | None:
    signs = [sign_of_2_3_0(record, "Tariff") for page in tariffs for record, _ in page]
    return next(filter(None, signs), None)


def _users(locations: Sequence[tuple[Location, Record]]) -> dict[str, str]:
    """By tariff id, the first CPO whose Connectors name it."""
    users: dict[str, str] = {}
    for location, _ in locations:
        for evse in location.evses:
            for connector in evse.connectors:
                for tariff_id in connector.tariff_ids:
                    users.setdefault(ci_key(tariff_id), f"{location.country_code}-{location.party_id}")
    return users


def _whose(ledger: Ledger) -> tuple[str, ...]:
    rules = ledger.rules()
    if any(f"missing-field:{kind} {field}" in rules for kind in ("Location", "Tariff") for field in _PARTY_FIELDS):
        return ("What does not say whose it is (OCPI 2.1.1 has no country_code and party_id) needs --party NL-ABC.",)
    return ()


def _lists(dump: Sequence[Dump]) -> tuple[str, ...]:
    """Which files hold more than one list that has anything in it: whether all of them were meant is a guess."""
    filled = [(page.path, [f"“{name}” ({count:,})" for name, count in page.lists.items() if count]) for page in dump]
    return tuple(
        f"{path} holds several lists, all of which are read: {', '.join(told)}." for path, told in filled if told[1:]
    )


def _pages(dump: Sequence[Dump], noun: str) -> tuple[str, ...]:
    """Whether there are more pages than were given."""
    if not dump:
        return ()
    count, total = sum(page.count for page in dump), max((page.total or 0 for page in dump), default=0)
    if total > count:
        return (
            f"The files say that there are {total:,} {noun}; here are {count:,}. Give all pages, one behind the other.",
        )
    if dump[-1].next_page and not total:
        return (
            f"{dump[-1].path} is not the last page; the next is {dump[-1].next_page}. Give all pages to the import.",
        )
    return ()


def _enter_location(record: object, ledger: Ledger) -> None:
    ledger.enter("Location", record)
    if not isinstance(record, dict):
        return
    for evse in _list(record, "evses"):
        ledger.enter("EVSE", evse)
        for connector in _list(evse, "connectors") if isinstance(evse, dict) else ():
            ledger.enter("Connector", connector)


def _list(record: Record, key: str) -> Sequence[object]:
    value = record.get(key)
    return value if isinstance(value, list) else ()


def _good_locations(
    dump: Sequence[Dump], defaults: Defaults, area: Area | None, ledger: Ledger
) -> list[tuple[Location, Record]]:
    good = Newest[Location]("Location", ledger)
    evses = 0
    for page, record, name in _records(dump, "Location"):
        _enter_location(record, ledger)
        _note_twice(page, record, ledger, name)
        if isinstance(record, dict):
            mend_location(record, defaults, ledger, name)
        location = repair(record, class_in(defaults.version, Location), ledger, name)
        if location is None or not _is_sayable(location, Location, defaults.version, record, ledger, name):
            pass
        elif _is_wanted(location, record, area, ledger, name):
            note_unknown(record, class_in(defaults.version, Location), defaults.version, ledger, name)
            left_out = good.add(location, record, name)
            evses += len(location.evses) - (len(left_out.evses) if left_out is not None else 0)
        ledger.lighten(record)
        if evses > MAX_EVSES:
            raise ImportRefused(
                f"{page.path} has more than {MAX_EVSES:,} EVSEs up to {name}, which is the most that a scenario can "
                "have; take a part of it with --around LATITUDE,LONGITUDE --radius 10km. Nothing was written."
            )
    return good.records()


def _note_twice(page: Dump, record: object, ledger: Ledger, name: str) -> None:
    """Readers of JSON differ in which of two values they take; that the last was taken is a guess to be told."""
    if page.twice:
        sentence = "a name stands twice in one object; its last value counts"
        named = ", ".join(json.dumps(member) for member in page.twice)
        ledger.mend(record, "name-twice", sentence, f"{name}, found {named[:_TOLD_CHARACTERS]}")


def _is_wanted(location: Location, record: Record, area: Area | None, ledger: Ledger, name: str) -> bool:
    """Whether a sound Location is to be kept; if not, the ledger says why."""
    if not _owner_is_good(location, record, ledger, name):
        return False
    if not location.evses:
        ledger.leave_out(record, "location-without-evse", "a Location has no EVSE and is left out", name)
        return False
    if area is not None:
        place = location.coordinates
        off_m = distance_m(area.latitude, area.longitude, float(place.latitude), float(place.longitude))
        if off_m > area.radius_m:
            sentence = "a Location is outside the area that was asked for and is left out"
            ledger.leave_out(record, "location-elsewhere", sentence, name)
            return False
    return True


def _records(dump: Sequence[Dump], kind: str) -> Iterator[tuple[Dump, Any, str]]:
    """All records of a dump, each with its page and its name for people: kind, id and place."""
    for page in dump:
        file = f"{page.path.name}, " if len(dump) > 1 else ""
        for record, place in page:
            id = record.get("id", "without id") if isinstance(record, dict) else "that is no object"
            yield page, record, f"{kind} {id} ({file}{place})"


def _good_tariffs(
    dump: Sequence[Dump], users: dict[str, str], defaults: Defaults, ledger: Ledger
) -> list[tuple[Tariff, Record]]:
    good = Newest[Tariff]("Tariff", ledger)
    for page, record, name in _records(dump, "Tariff"):
        ledger.enter("Tariff", record)
        _note_twice(page, record, ledger, name)
        if isinstance(record, dict):
            if defaults.version == HOME and record.get("tax_included") == "YES":
                sentence = f"a Tariff's prices include taxes, which those of OCPI {HOME} never do, and it is left out"
                ledger.leave_out(record, "tariff-tax-included", sentence, name)
                continue
            mend_tariff(record, users.get(ci_key(str(record.get("id", "")))), defaults, ledger, name)
        tariff = repair(record, class_in(defaults.version, Tariff), ledger, name)
        if tariff is None or not _owner_is_good(tariff, record, ledger, name):
            continue
        if _is_sayable(tariff, Tariff, defaults.version, record, ledger, name):
            note_unknown(record, class_in(defaults.version, Tariff), defaults.version, ledger, name)
            good.add(tariff, record, name)
    for tariff, name in good.named():
        _note_unbilled(tariff, defaults.version, ledger, name)
        if not is_currency(tariff.currency):
            sentence = "a Tariff's currency is none of ISO 4217; it is kept, and costs in it stand apart in every sum"
            ledger.note("tariff-currency-unknown", sentence, f"{name}, found {tariff.currency}")
    return good.records()


def _note_unbilled(tariff: Tariff, version: str, ledger: Ledger, name: str) -> None:
    """The elements that are kept as they are, and that no party bills to who only charges."""
    for element in tariff.elements:
        if element.restrictions is None:
            continue
        unknown = unknown_members(element.restrictions)
        if unknown:
            sentence = f"a price has a restriction that OCPI {version} does not know; it is kept, and billed to nobody"
            ledger.note("tariff-restriction-unknown", sentence, f"{name}, found {', '.join(unknown)}")
        elif getattr(element.restrictions, "booking", None) is not None:
            sentence = "a price is for bookings, which nobody makes here; it is kept, and billed to nobody"
            ledger.note("tariff-for-bookings", sentence, name)


def _owner_is_good(thing: Location | Tariff, record: Record, ledger: Ledger, name: str) -> bool:
    if _COUNTRY_CODE.fullmatch(thing.country_code) and _PARTY_ID.fullmatch(thing.party_id):
        return True
    kind = type(thing).__name__
    sentence = f"a {kind} has a country_code and party_id that are no party's and is left out"
    found = f"{name}, found {thing.country_code}-{thing.party_id}"
    ledger.leave_out(record, f"{kind.lower()}-party", sentence, found)
    return False


def _is_sayable(thing: T, home: type[T], version: str, record: Record, ledger: Ledger, name: str) -> bool:
    """Whether a CPO's books, which are of 2.2.1, can hold a thing of another version; if not, the ledger says why."""
    try:
        at_home(thing, home, version)
    except Invalid as invalid:
        kind = home.__name__
        sentence = f"a {kind} says what a CPO's own books, of OCPI {HOME}, cannot hold exactly, and is left out"
        found = f"{name}, expected {invalid.findings[0].expected}"
        ledger.leave_out(record, f"{kind.lower()}-not-in-{HOME}", sentence, found)
        return False
    return True


def _note_statuses(location: Location, ledger: Ledger, name: str) -> None:
    """A dump is a snapshot: who charges at its moment is not who charges in the run (see expand)."""
    for evse in location.evses:
        if evse.status in PASSING:
            sentence = "an EVSE was CHARGING, RESERVED or UNKNOWN in the snapshot; it starts AVAILABLE"
            ledger.note("evse-passing-status", sentence, name)
        elif evse.status is not Status.AVAILABLE:
            sentence = (
                "an EVSE was BLOCKED, INOPERATIVE, OUTOFORDER, PLANNED or REMOVED; it stays so, nobody charges there"
            )
            ledger.note("evse-out-of-use", sentence, name)
