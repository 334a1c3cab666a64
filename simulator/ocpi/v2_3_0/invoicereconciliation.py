"""Invoice reconciliation of OCPI 2.3.0 (edition 2): which CDRs an invoice covers."""

from typing import Annotated

from msgspec import Meta

from simulator.ocpi.datatypes import CI_MARK, CiString36, CountryCode, DateTime, Object, PartyID

CiString255 = Annotated[str, Meta(min_length=1, max_length=255, extra=CI_MARK)]


class InvoiceReconciliationRecord(Object, frozen=True, kw_only=True):
    """One invoice and the ids of its CDRs. Invoice reconciliation, InvoiceReconciliationRecord object."""

    country_code: CountryCode
    party_id: PartyID
    id: CiString36
    invoice_id: CiString255
    cdrs: Annotated[tuple[CiString36, ...], Meta(min_length=1)]
    last_updated: DateTime
