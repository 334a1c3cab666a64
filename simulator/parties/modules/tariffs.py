"""Tariffs: the Sender's own price lists and a Receiver's copies. Source: OCPI 2.2.1, Tariffs module."""

from collections.abc import Callable
from typing import Any

from simulator.engine.cause import Cause
from simulator.ocpi import codec
from simulator.ocpi.modules import InterfaceRole, ModuleID
from simulator.ocpi.patch import apply_patch, partial
from simulator.ocpi.v2_1_1 import tariffs as v2_1_1
from simulator.ocpi.v2_2_1.tariffs import Tariff
from simulator.parties.call import CREATED, DONE, Call, Reply
from simulator.parties.modules.order import overtaken
from simulator.parties.modules.ownership import must_match, owner_of, unknown
from simulator.parties.office import Office
from simulator.parties.store import Store, join_key, listed
from simulator.parties.taking import Receiver

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


class TariffsReceiver(Receiver[Tariff]):
    """Keeps copies of the peers' tariffs; `on_change` hears when any of them is new, other or gone."""

    removes = True

    def __init__(self, office: Office, on_change: Callable[[Tariff, Cause], None]) -> None:
        super().__init__(office)
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

    def keep(self, obj: Tariff, original: Any, cause: Cause) -> None:
        """See Receiver."""
        self.store.put(obj, obj.country_code, obj.party_id, obj.id, original=original)
        self._on_change(obj, cause)

    def forget(self, obj: Tariff, cause: Cause) -> None:
        """See Receiver."""
        self.store.drop(obj.country_code, obj.party_id, obj.id)
        self._on_change(obj, cause)

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
            self.keep(tariff, call.original(Tariff), call.cause)
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
            self.store.amend(join_key(key), tariff, original)
            self._on_change(tariff, call.cause)
        return DONE

    def _delete(self, call: Call) -> Reply:
        tariff = self.store.get(*owner_of(call), call.params["tariff_id"])
        if tariff is None:
            raise unknown("Tariff", call.params["tariff_id"])
        self.forget(tariff, call.cause)
        return DONE
