"""Tariffs: the Sender's own price lists and a Receiver's copies. Source: OCPI 2.2.1, Tariffs module."""

from collections.abc import Callable, Iterable
from typing import Any

from simulator.engine.cause import Cause
from simulator.ocpi import codec
from simulator.ocpi.modules import InterfaceRole, ModuleID
from simulator.ocpi.patch import apply_patch, partial
from simulator.ocpi.v2_1_1 import tariffs as v2_1_1
from simulator.ocpi.v2_2_1.tariffs import Tariff
from simulator.parties.call import CREATED, DONE, Call, Reply
from simulator.parties.connection import Connection
from simulator.parties.copied import Copies
from simulator.parties.modules.order import newer, overtaken
from simulator.parties.modules.ownership import must_match, owner_of, unknown
from simulator.parties.office import Office
from simulator.parties.store import Store, listed

PAGE_LIMIT = 100
_PATCH = partial(v2_1_1.Tariff, last_updated_required=False)


class TariffsSender:
    """Serves the party's own tariffs."""

    def __init__(self, office: Office) -> None:
        self.store: Store[Tariff] = Store()
        office.platform.offer(ModuleID.TARIFFS, InterfaceRole.SENDER, {"get_list": self._get_list})

    def _get_list(self, call: Call) -> Reply:
        def original(tariff: Tariff) -> Any:
            return self.store.original(None, tariff.id)

        finder = original if self.store.has_originals else None
        return listed(list(self.store), lambda tariff: tariff.last_updated, call, PAGE_LIMIT, finder)


class TariffsReceiver:
    """Keeps copies of the peers' tariffs; `on_change` hears when any of them is new, other or gone."""

    def __init__(self, office: Office, on_change: Callable[[Tariff, Cause], None]) -> None:
        self.store: Copies[Tariff] = office.copies()
        self._journal = office.journal
        self._on_change = on_change
        office.platform.offer(
            ModuleID.TARIFFS,
            InterfaceRole.RECEIVER,
            {
                "get_tariff": self._get,
                "put_tariff": self._put,
                "patch_tariff": self._patch,
                "delete_tariff": self._delete,
            },
        )

    def take_all(self, connection: Connection, tariffs: Iterable[tuple[Tariff, Any]], cause: Cause) -> int:
        """A full pull replaces what was known of the peer, but for newer pushes; returns how many tariffs changed."""
        changed = 0
        kept: dict[str, None] = {}
        for tariff, original in tariffs:
            key = (tariff.country_code, tariff.party_id, tariff.id)
            kept["/".join(key).lower()] = None
            known = self.store.get(*key)
            if known is not None and not self.store.doubts(*key) and newer(known.last_updated, tariff.last_updated):
                continue
            if known == tariff:
                self.store.again(original, *key)
            else:
                self.store.put(tariff, *key, original=original)
                self._on_change(tariff, cause)
                changed += 1
        gone = [
            tariff
            for tariff in self.store
            if connection.owns(tariff.country_code, tariff.party_id)
            and "/".join((tariff.country_code, tariff.party_id, tariff.id)).lower() not in kept
        ]
        for tariff in gone:
            self.store.drop(tariff.country_code, tariff.party_id, tariff.id)
            self._on_change(tariff, cause)
        return changed + len(gone)

    def _get(self, call: Call) -> Reply:
        key = (*owner_of(call), call.params["tariff_id"])
        tariff = self.store.get(*key)
        if tariff is None:
            raise unknown("Tariff", call.params["tariff_id"])
        return call.reply(tariff, self.store.original(call.class_of(Tariff), *key))

    def _put(self, call: Call) -> Reply:
        country_code, party_id = owner_of(call)
        tariff = call.read(Tariff)
        must_match(call, tariff)
        known = self.store.told(country_code, party_id, tariff.id)
        if known is None or not overtaken(self._journal, call, known.last_updated, tariff.last_updated):
            self.store.put(tariff, country_code, party_id, tariff.id, original=call.original(Tariff))
            self._on_change(tariff, call.cause)
        return CREATED if known is None else DONE

    def _patch(self, call: Call) -> Reply:
        """Only 2.1.1 has it: the whole original is changed, and heard again.

        Source: OCPI 2.1.1, Tariffs module, 2.2.3.
        """
        owner = owner_of(call)
        key = (*owner, call.params["tariff_id"])
        known = self.store.get(*key)
        if known is None:
            raise unknown("Tariff", call.params["tariff_id"])
        before = self.store.original(v2_1_1.Tariff, *key)
        if before is None:
            before = call.dialect.original(call.dialect.encode(known), Tariff)
        original = apply_patch(before, codec.decode(call.body, _PATCH))
        tariff = call.dialect.decode(codec.encode(original), Tariff, owner, call.cause.id)
        must_match(call, tariff)
        if self.store.doubts(*key) or not overtaken(self._journal, call, known.last_updated, tariff.last_updated):
            self.store.put(tariff, *owner, tariff.id, original=original)
            self._on_change(tariff, call.cause)
        return DONE

    def _delete(self, call: Call) -> Reply:
        tariff = self.store.drop(*owner_of(call), call.params["tariff_id"])
        if tariff is None:
            raise unknown("Tariff", call.params["tariff_id"])
        self._on_change(tariff, call.cause)
        return DONE
