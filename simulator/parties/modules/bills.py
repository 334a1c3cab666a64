"""Which bills stand: a Session is billed once, and what was wrong with a bill is taken back once, as it was billed.

OCPI says how a CDR is credited, and nothing of who notices that one was not: here it is the eMSP, who else would pay.
Source: OCPI 2.2.1, CDRs module, Credit CDRs; digest, section 3.4 and case 37.
"""

from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Final

from simulator.ocpi.datatypes import ci_key
from simulator.ocpi.findings import Finding, Invalid, Severity
from simulator.ocpi.v2_2_1.cdrs import CDR
from simulator.parties.modules.ownership import Key, key_of
from simulator.parties.store import Store

_STAYS: Final = (
    "session_id",
    "cdr_token.uid",
    "start_date_time",
    "end_date_time",
    "currency",
    "total_energy",
    "total_time",
    "total_parking_time",
)
"""What says which session a CDR is of and what of it is billed; a credit repeats it."""


class Bills:
    """What stands of the CDRs that were taken, which are in this store: by Session its bill, by bill its credit."""

    def __init__(self, cdrs: Store[CDR]) -> None:
        self._cdrs = cdrs
        self._bills: dict[Key, str] = {}
        self._credits: dict[Key, str] = {}

    def add(self, cdr: CDR) -> Sequence[Finding]:
        """Count a CDR in that is about to be taken; returns what is odd about it.

        Raises Invalid for one by which something would be paid, or paid back, a second time.
        """
        if cdr.credit:
            return self._take_back(cdr)
        if cdr.session_id is not None:
            standing = self._bills.setdefault(_session_of(cdr), cdr.id)
            if standing != cdr.id:
                found = f"{cdr.session_id!r}, which CDR {standing!r} bills"
                expected = "a Session without a bill, or one whose bill a credit CDR has taken back"
                raise Invalid((_odd("session-billed-twice", "session_id", found, expected),))
        return ()

    def _take_back(self, credit: CDR) -> Sequence[Finding]:
        reference = credit.credit_reference_id or ""
        bill = self._cdrs.get(credit.country_code, credit.party_id, reference)
        if bill is None or bill.credit:
            expected = "the id of a bill that has come before"
            raise Invalid((_odd("credit-unknown", "credit_reference_id", repr(reference), expected),))
        first = self._credits.setdefault(key_of(bill), credit.id)
        if first != credit.id:
            found = f"{reference!r}, which CDR {first!r} has taken back"
            raise Invalid((_odd("credit-twice", "credit_reference_id", found, "a bill that still stands", "error"),))
        self._bills.pop(_session_of(bill), None)
        return tuple(_differences(bill, credit))


def _differences(bill: CDR, credit: CDR) -> Iterator[Finding]:
    """What a credit says otherwise than the bill that it takes back; of its costs the total alone is negated."""
    as_billed = f"as in CDR {bill.id!r}, which it takes back"
    for name in _STAYS:
        billed, credited = attrgetter(name)(bill), attrgetter(name)(credit)
        if billed != credited and ci_key(str(billed)) != ci_key(str(credited)):
            yield _odd("credit-differs", name, str(credited), f"{billed}, {as_billed}")
    billed, credited = bill.total_cost.excl_vat, credit.total_cost.excl_vat
    if billed != -credited:
        yield _odd("credit-differs", "total_cost", str(credited), f"{-billed}, {as_billed}", "error")


def _session_of(cdr: CDR) -> Key:
    return key_of(cdr)._replace(id=ci_key(cdr.session_id or ""))


def _odd(rule: str, name: str, found: str, expected: str, severity: Severity = "warning") -> Finding:
    return Finding(
        rule=rule,
        severity=severity,
        path=f"$.{name}",
        found=found,
        expected=expected,
        section="OCPI cdrs, Credit CDRs",
    )
