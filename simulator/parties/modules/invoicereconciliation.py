"""Invoice reconciliation: a CPO tells which CDRs an invoice covers, and the eMSP checks them against what it holds.

The list of CDR ids says what belongs to an invoice, not their dates. Only 2.3.0 has this module, so its one object is
said and heard without translation. Source: OCPI 2.3.0 (edition 2), Invoice reconciliation; digest, section 3.10.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from simulator.engine.cause import Cause
from simulator.engine.exchange import Subject
from simulator.ocpi import codec
from simulator.ocpi.findings import Finding
from simulator.ocpi.modules import InterfaceRole, ModuleID
from simulator.ocpi.routes import join_url
from simulator.ocpi.status import Status
from simulator.ocpi.v2_3_0.invoicereconciliation import InvoiceReconciliationRecord
from simulator.parties.call import CREATED, DONE, Call, Refusal, Reply
from simulator.parties.connection import Connection
from simulator.parties.modules.order import overtaken
from simulator.parties.modules.ownership import must_match, owner_of, unknown
from simulator.parties.office import Office
from simulator.parties.push import Done, Outbox
from simulator.parties.store import Store, page
from simulator.parties.taking import Receiver

PAGE_LIMIT = 100


class InvoiceReconciliationSender:
    """The side that sends invoices; a peer sees the records about its own only."""

    def __init__(self, office: Office) -> None:
        self.by_peer: dict[str, Store[InvoiceReconciliationRecord]] = {}
        self._outbox = Outbox(office)
        office.platform.offer(ModuleID.INVOICE_RECONCILIATION, InterfaceRole.SENDER, {"get_list": self._get_list})

    def of(self, peer_id: str) -> Store[InvoiceReconciliationRecord]:
        """The records about a peer's invoices."""
        return self.by_peer.setdefault(peer_id, Store())

    def add(self, connection: Connection, record: InvoiceReconciliationRecord, cause: Cause, done: Done) -> bool:
        """Keep and send the record of a new invoice; whether the peer has an interface for it."""
        self.of(connection.peer_id).put(record, record.id)
        return self._send(connection, "POST", record, cause, done)

    def correct(self, connection: Connection, record: InvoiceReconciliationRecord, cause: Cause, done: Done) -> bool:
        """Put another record in the place of one that was wrong; returns as `add` does."""
        self.of(connection.peer_id).put(record, record.id)
        return self._send(connection, "PUT", record, cause, done)

    def withdraw(self, connection: Connection, record: InvoiceReconciliationRecord, cause: Cause, done: Done) -> bool:
        """Take back a record that should not have been; returns as `add` does."""
        self.of(connection.peer_id).drop(record.id)
        return self._send(connection, "DELETE", record, cause, done)

    def clear(self) -> None:
        """Forget what waits: the party went down."""
        self._outbox.clear()

    def _send(
        self, connection: Connection, method: str, record: InvoiceReconciliationRecord, cause: Cause, done: Done
    ) -> bool:
        if connection.endpoint(ModuleID.INVOICE_RECONCILIATION, InterfaceRole.RECEIVER) is None:
            return False
        path = "" if method == "POST" else join_url("", record.country_code, record.party_id, record.id)
        subject = Subject(
            module=ModuleID.INVOICE_RECONCILIATION.value,
            interface="RECEIVER",
            route=f"invoicereconciliation.receiver.{method.lower()}_record",
            version=connection.version,
            object_kind="InvoiceReconciliationRecord",
            object_id=record.id,
        )
        body = b"" if method == "DELETE" else codec.encode(record)
        lane = f"{connection.peer_id}/invoice/{record.id}"
        self._outbox.push(lane, connection, method, path, subject, cause, body, done)
        return True

    def _get_list(self, call: Call) -> Reply:
        records = list(self.of(call.connection.peer_id))
        shown, headers = page(records, lambda record: record.last_updated, call, PAGE_LIMIT)
        return Reply(codec.encode(shown), headers=headers)


Heard = Callable[[InvoiceReconciliationRecord, Cause], None]


class InvoiceReconciliationReceiver(Receiver[InvoiceReconciliationRecord]):
    """The side that gets invoices; `on_change` hears of each record that is new or other, `on_withdrawn` of its end."""

    removes = True

    def __init__(self, office: Office, on_change: Heard, on_withdrawn: Heard) -> None:
        super().__init__(office)
        self._on_change = on_change
        self._on_withdrawn = on_withdrawn
        office.platform.offer(
            ModuleID.INVOICE_RECONCILIATION,
            InterfaceRole.RECEIVER,
            {
                "get_record": self._get,
                "post_record": self._post,
                "put_record": self._put,
                "delete_record": self._delete,
            },
        )

    def keep(self, obj: InvoiceReconciliationRecord, original: Any, cause: Cause) -> None:
        """See Receiver."""
        del original
        self.store.put(obj, obj.country_code, obj.party_id, obj.id)
        self._on_change(obj, cause)

    def forget(self, obj: InvoiceReconciliationRecord, cause: Cause) -> None:
        """See Receiver."""
        self.store.drop(obj.country_code, obj.party_id, obj.id)
        self._on_withdrawn(obj, cause)

    def _known(self, call: Call) -> InvoiceReconciliationRecord:
        record = self.store.get(*owner_of(call), call.params["record_id"])
        if record is None:
            raise unknown("InvoiceReconciliationRecord", call.params["record_id"])
        return record

    def _get(self, call: Call) -> Reply:
        return Reply(codec.encode(self._known(call)))

    def _post(self, call: Call) -> Reply:
        record = codec.decode(call.body, InvoiceReconciliationRecord)
        if not call.connection.owns(record.country_code, record.party_id):
            raise Refusal(
                Status.INVALID_PARAMETERS,
                f"{call.connection.peer_id} sends no invoices for {record.country_code}-{record.party_id}.",
            )
        known = self.store.get(record.country_code, record.party_id, record.id)
        if known is not None and known != record:
            raise Refusal(
                Status.INVALID_PARAMETERS, f"Record {record.id!r} is known with other content; a PUT corrects it."
            )
        self.take(record, call.cause)
        return CREATED if known is None else DONE

    def _put(self, call: Call) -> Reply:
        owner = owner_of(call)
        record = codec.decode(call.body, InvoiceReconciliationRecord)
        must_match(call, record)
        known = self.store.told(*owner, record.id)
        if known is None or not overtaken(self._journal, call, known.last_updated, record.last_updated):
            self.keep(record, None, call.cause)
        return CREATED if known is None else DONE

    def _delete(self, call: Call) -> Reply:
        self.forget(self._known(call), call.cause)
        return DONE


def read_records(raw: msgspec.Raw, version: str) -> tuple[list[InvoiceReconciliationRecord], list[Finding]]:
    """The good records of a pulled list, and what is wrong with the others; the module is 2.3.0's in every version."""
    del version
    return codec.decode_list(raw, InvoiceReconciliationRecord)
