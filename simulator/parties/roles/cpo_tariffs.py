"""By which tariffs a CPO sells, what each costs, in 2.2.1 and in the version it is written in, and how that changes.

Source: OCPI 2.2.1 and 2.3.0, Tariffs module, Receiver interface.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from msgspec.structs import replace

from simulator.billing import tariff as prices
from simulator.engine.cause import Cause
from simulator.ocpi.catalogue import version_of
from simulator.ocpi.modules import ModuleID
from simulator.ocpi.v2_2_1.locations import Connector
from simulator.ocpi.v2_2_1.tariffs import Tariff
from simulator.parties.connection import Connection
from simulator.parties.foreign import in_version
from simulator.parties.office import Office
from simulator.parties.pricing import neutral
from simulator.parties.publish import Where, publish
from simulator.parties.push import Outbox, can_say
from simulator.parties.store import Store

_PRICES = ("currency", "min_price", "max_price", "elements")


class Sold(NamedTuple):
    """By which tariff something is sold, and the original of that, if it has one; all None: nothing is billed."""

    tariff: Tariff | None = None
    neutral: prices.Tariff | None = None
    original: Any = None


class PriceList:
    """The tariffs of one CPO, which lie in `store`. In 2.1.1 it tells of a changed one by PUT, or it `patches` it."""

    def __init__(self, office: Office, outbox: Outbox, store: Store[Tariff], patches: bool) -> None:
        self._office = office
        self._outbox = outbox
        self._store = store
        self._patches = patches
        self._neutral: dict[str, prices.Tariff] = {}

    def own(self, tariffs: Iterable[Tariff], originals: Mapping[str, Any]) -> None:
        """Take tariffs into the books, before the run; with the originals, by id, of some in 2.3.0."""
        for tariff in tariffs:
            self._keep(tariff, originals.get(tariff.id))

    def of(self, connector: Connector) -> Sold:
        """By which tariff a connector is sold at present."""
        for id in connector.tariff_ids:
            tariff = self._store.get(id)
            if tariff is not None:
                return Sold(tariff, self._neutral[tariff.id.lower()], self._store.original(None, tariff.id))
        return Sold()

    def reprice(self, id: str, like: Tariff, original_like: Any, cause: Cause) -> None:
        """Sell by a tariff for the prices of another one, which may have an original; whatever else it says stays."""
        known, original, now = self._store.get(id), self._store.original(None, id), self._office.calendar.now()
        assert known is not None
        written = original_like if original is None else original
        if written is not None:
            version = version_of(type(written))
            original = in_version(known, version) if original is None else original
            other = in_version(like, version) if original_like is None else original_like
            original = replace(_priced_like(original, other), tax_included=other.tax_included, last_updated=now)
        self.change(replace(_priced_like(known, like), last_updated=now), cause, original)

    def change(self, tariff: Tariff, cause: Cause, original: Any = None) -> None:
        """Publish a tariff in place of that with its id; sessions that have begun keep the one before.

        It ends for partners who could be told what it was before, and cannot be told what it is now.
        """
        known, known_original = self._store.get(tariff.id), self._store.original(None, tariff.id)
        before = known if self._patches and known_original is None else None
        self._keep(tariff, original)
        at = _place_of(tariff)
        publish(self._office, self._outbox, "PUT", tariff, at, cause, original=original, before=before)

        def is_misled(connection: Connection) -> bool:
            knew = known is not None and can_say(connection, known, known_original)
            return knew and not can_say(connection, tariff, original)

        publish(self._office, self._outbox, "DELETE", tariff, at, cause, among=is_misled)

    def withdraw(self, id: str, cause: Cause) -> None:
        """Sell by a tariff no longer; sessions that have begun keep it. Partners get a DELETE."""
        tariff = self._store.drop(id)
        if tariff is not None:
            del self._neutral[id.lower()]
            publish(self._office, self._outbox, "DELETE", tariff, _place_of(tariff), cause)

    def _keep(self, tariff: Tariff, original: Any) -> None:
        self._store.put(tariff, tariff.id, original=original)
        self._neutral[tariff.id.lower()] = neutral(tariff if original is None else original)


def _priced_like(tariff: Any, other: Any) -> Any:
    """A tariff of any version with the prices of another one of that version."""
    return replace(tariff, **{name: getattr(other, name) for name in _PRICES})


def _place_of(tariff: Tariff) -> Where:
    segments = (tariff.country_code, tariff.party_id, tariff.id)
    return Where(ModuleID.TARIFFS, "tariff", segments, f"tariff/{tariff.id}")
