"""How an eMSP checks invoices: it holds each CDR that a record names, none is invoiced twice, and this is the sum.

Source: OCPI 2.3.0 (edition 2), Invoice reconciliation; digest, section 3.10.
"""

from collections import Counter
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


class InvoiceDesk:
    """Checks for one eMSP what it has `booked`; `read_cdrs` pulls the CDRs of a CPO whose invoice names more than that.

    `_named` are, by record, the CDRs that it names, and `_claims`, by CDR, the records that name it. The first of these
    is right; to the others, each CDR is invoiced twice.
    """

    def __init__(
        self, office: Office, booked: Callable[[Key], CDR | None], read_cdrs: Callable[[Connection, Cause], None]
    ) -> None:
        self.receiver = InvoiceReconciliationReceiver(office, self._changed, self._withdrawn)
        self._office = office
        self._booked = booked
        self._read_cdrs = read_cdrs
        self._named: dict[Key, dict[Key, str]] = {}
        self._claims: dict[Key, list[Key]] = {}
        self._found: dict[Key, dict[str, object]] = {}

    def accepted(self, cdr: CDR, cause: Cause) -> None:
        """A CDR has been booked, perhaps one that invoices have named before."""
        for record in self._claims.get(key_of(cdr), ()):
            self._check(record, cause)

    def _withdrawn(self, record: InvoiceReconciliationRecord, cause: Cause) -> None:
        next_in_line = self._claim(key_of(record), {})
        self._found.pop(key_of(record), None)
        self._office.journal.state(self._office.id, "invoice", record.id, None, cause)
        for other in next_in_line:
            self._check(other, cause)

    def _changed(self, record: InvoiceReconciliationRecord, cause: Cause) -> None:
        next_in_line = self._claim(key_of(record), _cdrs(record))
        for each in (key_of(record), *next_in_line):
            self._check(each, cause)
        if self._found[key_of(record)]["missing"]:
            connection = self._office.peer_of(record.country_code, record.party_id)
            if connection is not None:
                self._read_cdrs(connection, cause)

    def _claim(self, record: Key, cdrs: dict[Key, str]) -> list[Key]:
        """Note that a record names these CDRs, and no others; returns who is the first to name the others."""
        next_in_line: dict[Key, None] = {}
        for cdr in self._named.get(record, {}):
            if cdr not in cdrs:
                claims = self._claims[cdr]
                claims.remove(record)
                next_in_line.update(dict.fromkeys(claims[:1]))
        for cdr in cdrs:
            claims = self._claims.setdefault(cdr, [])
            if record not in claims:
                claims.append(record)
        self._named[record] = cdrs
        return list(next_in_line)

    def _check(self, key: Key, cause: Cause) -> None:
        """Note how an invoice compares with the CDRs, unless that is no news."""
        record = self.receiver.store.get(*key)
        assert record is not None
        named = self._named[key]
        found = {id: self._booked(cdr) for cdr, id in named.items()}
        missing = [id for id, cdr in found.items() if cdr is None]
        times = Counter(ci_key(id) for id in record.cdrs)
        twice = [id for cdr, id in named.items() if times[cdr.id] > 1 or self._claims[cdr][0] != key]
        value: dict[str, object] = {
            "invoice": record.invoice_id,
            "creditor": f"{record.country_code}-{record.party_id}",
            "cdrs": len(record.cdrs),
            "amount": totals(cdr for cdr in found.values() if cdr is not None),
            "missing": missing,
            "invoiced_twice": twice,
        }
        if self._found.get(key) == value:
            return
        self._found[key] = value
        journal, office = self._office.journal, self._office
        kind = "invoice_disputed" if missing or twice else "invoice_agreed"
        journal.state(office.id, "invoice", record.id, value, cause)
        journal.event(office.id, kind, party=office.id, subject=record.id, data=value, cause=cause)


def _cdrs(record: InvoiceReconciliationRecord) -> dict[Key, str]:
    """The CDRs that a record names, which are its owner's, with their ids as it writes them."""
    of_record = key_of(record)
    return {of_record._replace(id=ci_key(id)): id for id in record.cdrs}
