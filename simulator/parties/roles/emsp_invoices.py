"""How an eMSP checks invoices: it holds each CDR that the record names, no other invoice has it, and this is the sum.

Source: OCPI 2.3.0 (edition 2), Invoice reconciliation; digest, section 3.10.
"""

from collections.abc import Callable

from simulator.engine.cause import Cause
from simulator.ocpi.datatypes import ci_key
from simulator.ocpi.v2_2_1.cdrs import CDR
from simulator.ocpi.v2_3_0.invoicereconciliation import InvoiceReconciliationRecord
from simulator.parties.connection import Connection
from simulator.parties.modules.invoicereconciliation import InvoiceReconciliationReceiver
from simulator.parties.modules.ownership import Key, key_of
from simulator.parties.office import Office
from simulator.parties.pricing import totals
from simulator.parties.store import Store


class InvoiceDesk:
    """Checks for one eMSP; `read_cdrs` pulls the CDRs of a CPO whose invoice names some that never came."""

    def __init__(self, office: Office, cdrs: Store[CDR], read_cdrs: Callable[[Connection, Cause], None]) -> None:
        self.receiver = InvoiceReconciliationReceiver(office, self._changed, self._withdrawn)
        self._office = office
        self._cdrs = cdrs
        self._read_cdrs = read_cdrs
        self._lacking: dict[Key, InvoiceReconciliationRecord] = {}

    def accepted(self, cdr: CDR, cause: Cause) -> None:
        """A CDR has come, perhaps one that an invoice has named before."""
        bill = key_of(cdr)
        for record in [record for record in self._lacking.values() if bill in _cdrs(record)]:
            self._check(record, cause)

    def _withdrawn(self, record: InvoiceReconciliationRecord, cause: Cause) -> None:
        self._lacking.pop(key_of(record), None)
        self._office.journal.state(self._office.id, "invoice", record.id, None, cause)

    def _changed(self, record: InvoiceReconciliationRecord, cause: Cause) -> None:
        if not self._check(record, cause):
            connection = self._office.peer_of(record.country_code, record.party_id)
            if connection is not None:
                self._read_cdrs(connection, cause)

    def _check(self, record: InvoiceReconciliationRecord, cause: Cause) -> bool:
        """Note how an invoice compares with the CDRs; whether each of these is here."""
        owner = (record.country_code, record.party_id)
        found = [(id, self._cdrs.get(*owner, id)) for id in record.cdrs]
        missing = [id for id, cdr in found if cdr is None]
        others = [_cdrs(each) for each in self.receiver.store if key_of(each) != key_of(record)]
        twice = [id for bill, id in _cdrs(record).items() if any(bill in each for each in others)]
        value = {
            "invoice": record.invoice_id,
            "creditor": f"{record.country_code}-{record.party_id}",
            "cdrs": len(record.cdrs),
            "amount": totals(cdr for _, cdr in found if cdr is not None),
            "missing": missing,
            "invoiced_twice": twice,
        }
        journal, office = self._office.journal, self._office
        kind = "invoice_disputed" if missing or twice else "invoice_agreed"
        journal.state(office.id, "invoice", record.id, value, cause)
        journal.event(office.id, kind, party=office.id, subject=record.id, data=value, cause=cause)
        if missing:
            self._lacking[key_of(record)] = record
        else:
            self._lacking.pop(key_of(record), None)
        return not missing


def _cdrs(record: InvoiceReconciliationRecord) -> dict[Key, str]:
    """The CDRs that a record names, which are its owner's, with their ids as it writes them."""
    of_record = key_of(record)
    return {of_record._replace(id=ci_key(id)): id for id in record.cdrs}
