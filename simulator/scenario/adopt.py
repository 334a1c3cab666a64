"""Gives each CPO of an import the tariffs that its Connectors name.

In OCPI a Connector's tariff_ids are tariffs of the same CPO. In dumps collected by others, platforms publish tariffs
under their own party id for the CPOs they serve, so the tariff a Connector names often stands under another party.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from simulator.ocpi.datatypes import ci_key
from simulator.ocpi.v2_2_1.locations import Connector, Location
from simulator.ocpi.v2_2_1.tariffs import Tariff
from simulator.scenario.ledger import Ledger, Record
from simulator.world.choice import USUAL_TASTE

Owner = tuple[str, str]

_NO_TARIFF: Final = (
    "a Connector has no known tariff; it is kept, charging there has no price, and drivers reckon with "
    f"{USUAL_TASTE.unknown_price_per_kwh:.2f} a kWh there (“unknown_price_per_kwh” of the scenario), so that few come "
    "if places near show less"
)


class Adopted(Struct, frozen=True):
    """The Locations with tariff_ids that hold, the tariffs by CPO, and how many of these were copied in addition."""

    locations: list[Location]
    tariffs: list[Tariff]
    copied: int


def adopt_tariffs(
    locations: Sequence[tuple[Location, Record]], tariffs: Sequence[tuple[Tariff, Record]], ledger: Ledger
) -> Adopted:
    """Copy tariffs to the CPOs that use them, take away tariff_ids of tariffs that nobody has, leave out the rest."""
    shelf = _Shelf(tariffs)
    checked = [_with_known_tariffs(location, record, shelf, ledger) for location, record in locations]
    cpos = dict.fromkeys((location.country_code, location.party_id) for location in checked)
    written: list[Tariff] = []
    copied = 0
    for index, (tariff, record) in enumerate(tariffs):
        owner = (tariff.country_code, tariff.party_id)
        owners = [owner] if owner in cpos else []
        adopters = list(shelf.adopters[index])
        name = f"Tariff {tariff.id} of {owner[0]}-{owner[1]}"
        for adopter in adopters:
            sentence = "a Tariff stood under another party than the CPO that uses it, and is written for that CPO"
            ledger.note("tariff-of-another-party", sentence, f"{name}, used by {adopter[0]}-{adopter[1]}")
        if not owners and adopters:
            sentence = "a Tariff's own party has no Location, so it is only written for the CPOs that use it"
            ledger.mend(record, "tariff-moved", sentence, name)
        elif not owners:
            sentence = "a Tariff's party has no Location and no Connector names it, so it is left out"
            ledger.leave_out(record, "tariff-unused", sentence, name)
        owners += adopters
        written += [replace(tariff, country_code=country, party_id=party) for country, party in owners]
        copied += max(0, len(owners) - 1)
    return Adopted(checked, written, copied)


class _Shelf:
    """Finds a tariff by id: the CPO's own, else the first of any other party, noting who adopts it."""

    def __init__(self, tariffs: Sequence[tuple[Tariff, Record]]) -> None:
        self.adopters: list[dict[Owner, None]] = [{} for _ in tariffs]
        self._ids = [tariff.id for tariff, _ in tariffs]
        self._own: dict[tuple[Owner, str], int] = {}
        self._any: dict[str, int] = {}
        for index, (tariff, _) in enumerate(tariffs):
            self._own[(tariff.country_code, tariff.party_id), ci_key(tariff.id)] = index
            self._any.setdefault(ci_key(tariff.id), index)

    def find(self, owner: Owner, tariff_id: str) -> str | None:
        """The id as the tariff itself writes it."""
        index = self._own.get((owner, ci_key(tariff_id)))
        if index is None:
            index = self._any.get(ci_key(tariff_id))
            if index is None:
                return None
            self.adopters[index][owner] = None
        return self._ids[index]


def _with_known_tariffs(location: Location, record: Record, shelf: _Shelf, ledger: Ledger) -> Location:
    owner = (location.country_code, location.party_id)
    name = f"Location {location.id} of {owner[0]}-{owner[1]}"
    evses = []
    for evse, evse_record in zip(location.evses, record["evses"], strict=True):
        connectors: list[Connector] = []
        for connector, connector_record in zip(evse.connectors, evse_record["connectors"], strict=True):
            found = [shelf.find(owner, tariff_id) for tariff_id in connector.tariff_ids]
            known = tuple(tariff_id for tariff_id in found if tariff_id is not None)
            if len(known) < len(found):
                sentence = "a Connector named a tariff that is not in the dump, or is left out; the name is taken away"
                example = f"{name}, found {connector.tariff_ids[found.index(None)]}"
                ledger.mend(connector_record, "connector-tariff-unknown", sentence, example)
            if not known:
                ledger.note("connector-without-tariff", _NO_TARIFF, name)
            connectors.append(replace(connector, tariff_ids=known))
        evses.append(replace(evse, connectors=tuple(connectors)))
    return replace(location, evses=tuple(evses))
