"""What eMSPs from outside have accepted of our CPOs' CDRs: nobody here can read their books, but what they do shows it.

One accepts a CDR by answering its POST with success, or takes it from the CPO's list; a CDR that it has refused is not
accepted for being read. It then owes what the CPO asks, as it has said nothing else. Source: OCPI 2.2.1, CDRs module.
"""

from collections.abc import Collection

import msgspec
from msgspec import Struct

from simulator.engine.exchange import Exchange
from simulator.engine.instruments import Instrument
from simulator.engine.journal import Journal
from simulator.ocpi.codec import UNREADABLE
from simulator.parties.client import came_through, succeeded
from simulator.recording.rows import MoneyRow


class OutsideBooks(Instrument):
    """Books as payable what those `outside` (party ids) accept; `_asked` is what was issued to them, by CDR id."""

    def __init__(self, journal: Journal, outside: Collection[str]) -> None:
        self._journal = journal
        self._outside = outside
        self._asked: dict[str, MoneyRow] = {}

    def money(self, row: MoneyRow) -> None:
        """See Instrument."""
        if row.kind == "receivable" and row.debtor in self._outside:
            self._asked[row.cdr_id] = row

    def exchange(self, exchange: Exchange) -> None:
        """See Instrument; also of what goes over a hub."""
        subject = exchange.subject
        if subject.route == "cdrs.receiver.post_cdr" and came_through(exchange):
            asked = self._asked.pop(subject.object_id, None)
            if asked is not None and succeeded(exchange):
                self._book(asked)
        elif subject.route == "cdrs.sender.get_list" and exchange.sender.id in self._outside:
            for cdr_id in _listed(exchange):
                asked = self._asked.pop(cdr_id, None)
                if asked is not None:
                    self._book(asked)

    def _book(self, asked: MoneyRow) -> None:
        self._journal.money(
            "payable",
            cdr_id=asked.cdr_id,
            session_id=asked.session_id,
            creditor=asked.creditor,
            debtor=asked.debtor,
            currency=asked.currency,
            amount=asked.amount,
            approximate=asked.approximate,
            reason=asked.reason,
            energy_wh=asked.energy_wh,
            tariff_id=asked.tariff_id,
        )


class _Listed(Struct):
    id: str


class _Page(Struct):
    data: list[_Listed]


def _listed(exchange: Exchange) -> list[str]:
    """The ids in a list that has been read; none of one that does not read like a list."""
    if exchange.response is None or not succeeded(exchange):
        return []
    try:
        return [each.id for each in msgspec.json.decode(exchange.response.body, type=_Page).data]
    except UNREADABLE:
        return []
