"""Whether a Credit CDR takes back the CDR that it refers to: all as it was, but for a total that is negative, and once.

A CDR never changes, so that a correction is a Credit CDR and a new one. Source: OCPI 2.2.1, CDRs, Credit CDRs; digest,
section 3.4 and case 37.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from msgspec import Struct

from simulator.ocpi.datatypes import Number, ci_key, parse_datetime
from simulator.ocpi.expert.memory import Memory
from simulator.ocpi.expert.parts import part_of
from simulator.ocpi.expert.seen import Seen
from simulator.ocpi.findings import Finding

_POST: Final = "cdrs.receiver.post_cdr"
_SECTION: Final = "cdrs, Credit CDRs"
_SAME: Final = (
    "session_id",
    "start_date_time",
    "end_date_time",
    "currency",
    "total_energy",
    "total_time",
    "total_parking_time",
)


class _Price(Struct, frozen=True):
    excl_vat: Number | None = None
    before_taxes: Number | None = None


class _Cdr(Struct, frozen=True):
    country_code: str = ""
    party_id: str = ""
    id: str = ""
    credit: bool | None = None
    credit_reference_id: str | None = None
    session_id: str | None = None
    start_date_time: str | None = None
    end_date_time: str | None = None
    currency: str | None = None
    total_energy: Number | None = None
    total_time: Number | None = None
    total_parking_time: Number | None = None
    total_cost: _Price = _Price()


class Credits:
    """Remembers the CDRs that were taken and may be taken back, and by which Credit CDR each was."""

    def __init__(self) -> None:
        self._cdrs: Memory[tuple[str, ...], _Cdr] = Memory()
        self._credits: Memory[tuple[str, ...], str] = Memory()

    def check(self, seen: Seen) -> Iterator[Finding]:
        """A CDR that is posted; 2.1.1 has no credits."""
        if seen.route != _POST:
            return
        cdr = part_of(seen.request_body, _Cdr)
        owner = (seen.sender, seen.receiver, ci_key(cdr.country_code), ci_key(cdr.party_id))
        if not cdr.credit:
            if seen.ok:
                self._cdrs[*owner, ci_key(cdr.id)] = cdr
            return
        key = (*owner, ci_key(cdr.credit_reference_id or ""))
        before, by = self._cdrs.get(key), self._credits.get(key)
        if seen.ok and by not in (None, ci_key(cdr.id)):  # A receiver that refuses it has said so itself.
            found, expected = repr(cdr.credit_reference_id), "a CDR that no other Credit CDR has taken back"
            yield seen.remark("credit-twice", "$.credit_reference_id", found, expected, _SECTION, "error")
        if seen.ok:
            self._credits[key] = ci_key(cdr.id)
        if before is not None:
            yield from _compare(seen, cdr, before)


def _compare(seen: Seen, credit: _Cdr, cdr: _Cdr) -> Iterator[Finding]:
    for name in _SAME:
        found, expected = getattr(credit, name), getattr(cdr, name)
        if _meaning(found) != _meaning(expected):
            as_before = f"{_said(expected)}, as in the CDR that it takes back"
            yield seen.remark("credit-differs", f"$.{name}", _said(found), as_before, _SECTION, "error")
    for name in ("excl_vat", "before_taxes"):
        owed, back = getattr(cdr.total_cost, name), getattr(credit.total_cost, name)
        # That a credit asks for money is said by the rules of a CDR.
        if owed is not None and back is not None and back != -owed and back <= 0:
            path, expected = f"$.total_cost.{name}", f"{-owed}, the negative of what it takes back"
            yield seen.remark("credit-differs", path, str(back), expected, _SECTION, "error")


def _meaning(value: str | Decimal | None) -> str | Decimal | int:
    """What is the same however it is written: an instant, an id in any case, and no time at all."""
    if not isinstance(value, str):
        return value or 0
    try:
        return parse_datetime(value)
    except ValueError:
        return ci_key(value)


def _said(value: str | Decimal | None) -> str:
    return "nothing" if value is None else str(value)
