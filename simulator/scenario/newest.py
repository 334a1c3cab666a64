"""Of records with one id keeps the one updated last: pages that were read while something changed hold it twice."""

from typing import Generic, TypeVar

from simulator.ocpi.datatypes import ci_key, parse_datetime
from simulator.ocpi.v2_2_1.locations import Location
from simulator.ocpi.v2_2_1.tariffs import Tariff
from simulator.scenario.ledger import Ledger, Record

T = TypeVar("T", Location, Tariff)


class Newest(Generic[T]):
    """Good records of one kind, one for each id of a party, in the order in which the ids were met."""

    def __init__(self, kind: str, ledger: Ledger) -> None:
        self._kind = kind
        self._ledger = ledger
        self._kept: dict[tuple[str, str, str], tuple[T, Record, str]] = {}

    def add(self, thing: T, record: Record, name: str) -> T | None:
        """Keep it, unless one that was met before is as new; the one that has to go is returned, and in the ledger."""
        key = (thing.country_code, thing.party_id, ci_key(thing.id))
        new, known = (thing, record, name), self._kept.get(key)
        if known is None:
            self._kept[key] = new
            return None
        newer = parse_datetime(thing.last_updated) > parse_datetime(known[0].last_updated)
        self._kept[key], left_out = (new, known) if newer else (known, new)
        sentence = f"a {self._kind} has the id of another of its party; the one updated last is kept, else the first"
        example = f"{left_out[2]}; kept is {self._kept[key][2]}"
        self._ledger.leave_out(left_out[1], f"{self._kind.lower()}-duplicate", sentence, example)
        return left_out[0]

    def records(self) -> list[tuple[T, Record]]:
        """What is kept, each with the record that it was."""
        return [(thing, record) for thing, record, _ in self._kept.values()]

    def named(self) -> list[tuple[T, str]]:
        """What is kept, each with its name for people."""
        return [(thing, name) for thing, _, name in self._kept.values()]
