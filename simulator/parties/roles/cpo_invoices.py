"""A CPO's invoices: which of its CDRs it has asked an eMSP to pay, and what it tells of that.

The invoice itself goes by post; OCPI carries the ids of its CDRs. Source: OCPI 2.3.0 (edition 2), Invoice
reconciliation.
"""

from collections.abc import Callable

from msgspec.structs import replace

from simulator.engine.cause import Cause
from simulator.engine.exchange import Exchange
from simulator.ocpi.v2_2_1.cdrs import CDR
from simulator.ocpi.v2_3_0.invoicereconciliation import InvoiceReconciliationRecord
from simulator.parties.client import succeeded, why_not
from simulator.parties.connection import Connection
from simulator.parties.modules.cdrs import CdrsSender
from simulator.parties.modules.invoicereconciliation import InvoiceReconciliationSender
from simulator.parties.office import Office
from simulator.parties.pricing import totals


class Invoices:
    """The invoices of one CPO. What it cannot do it says as a sentence; an empty text means that it is done."""

    def __init__(self, office: Office, cdrs: CdrsSender) -> None:
        self.sender = InvoiceReconciliationSender(office)
        self._office = office
        self._cdrs = cdrs
        self._count = 0

    def issue(self, peer_id: str, cause: Cause) -> str:
        """Invoice all CDRs of a peer that stand on no invoice yet."""
        cdrs = self._open(peer_id)
        if not cdrs:
            return f"{peer_id} has no CDRs that were not invoiced."
        self._count += 1
        identity = self._office.identity
        record = InvoiceReconciliationRecord(
            country_code=identity.country_code,
            party_id=identity.party_id,
            id=f"{self._office.id}-R{self._count:04}",
            invoice_id=f"{self._office.id}-{self._office.calendar.now()[:4]}-{self._count:04}",
            cdrs=tuple([cdr.id for cdr in cdrs]),
            last_updated=self._office.calendar.now(),
        )
        return self._tell(self.sender.add, peer_id, record, cause)

    def correct(self, peer_id: str, cause: Cause) -> str:
        """Put on the last invoice what has come since, such as a credit CDR for one that stands on it."""
        record = self._last(peer_id)
        if record is None:
            return f"{peer_id} has no invoice."
        added = [cdr.id for cdr in self._open(peer_id)]
        now = self._office.calendar.now_after(record.last_updated)
        record = replace(record, cdrs=(*record.cdrs, *added), last_updated=now)
        return self._tell(self.sender.correct, peer_id, record, cause)

    def withdraw(self, peer_id: str, cause: Cause) -> str:
        """Take the last invoice back; its CDRs stand on none then."""
        record = self._last(peer_id)
        if record is None:
            return f"{peer_id} has no invoice."
        return self._tell(self.sender.withdraw, peer_id, record, cause)

    def _last(self, peer_id: str) -> InvoiceReconciliationRecord | None:
        return next(reversed(list(self.sender.of(peer_id))), None)

    def _open(self, peer_id: str) -> list[CDR]:
        invoiced = dict.fromkeys(id for record in self.sender.of(peer_id) for id in record.cdrs)
        return [cdr for cdr in self._cdrs.by_peer.get(peer_id, ()) if cdr.id not in invoiced]

    def _tell(
        self,
        send: Callable[[Connection, InvoiceReconciliationRecord, Cause, Callable[[Exchange | None], None]], bool],
        peer_id: str,
        record: InvoiceReconciliationRecord,
        cause: Cause,
    ) -> str:
        office = self._office
        connection = office.partner(peer_id)
        if connection is None or not connection.registered:
            return f"{peer_id} is not connected."

        def done(exchange: Exchange | None) -> None:
            if not succeeded(exchange):
                data = {"record": record.id, "why": why_not(exchange)}
                office.journal.event(
                    office.id, "invoice_not_delivered", party=office.id, subject=peer_id, data=data, cause=cause
                )

        told = send(connection, record, cause, done)
        by_id = {cdr.id: cdr for cdr in self._cdrs.by_peer.get(peer_id, ())}
        value = {
            "invoice": record.invoice_id,
            "debtor": peer_id,
            "cdrs": len(record.cdrs),
            # A credit may have been refused since.
            "amount": totals(by_id[id] for id in record.cdrs if id in by_id),
        }
        kept = record in list(self.sender.of(peer_id))
        office.journal.state(office.id, "invoice", record.id, value if kept else None, cause)
        return "" if told else f"{peer_id} has no interface for invoice reconciliation (OCPI {connection.version})."
