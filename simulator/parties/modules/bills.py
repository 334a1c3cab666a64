"""Which bills stand: a Session is billed once, and what was wrong with a bill is taken back once, as it was billed.

OCPI says how a CDR is credited, and nothing of who notices that one was not: here it is the eMSP, who else would pay.
A bill that was lost on its way is read later, perhaps after its credit and the bill that replaces it: each is taken in
any order. What a credit says otherwise than its bill, the expert remarks on.
Source: OCPI 2.2.1, CDRs module, Credit CDRs; digest, section 3.4 and case 37.
"""

from simulator.ocpi.datatypes import ci_key
from simulator.ocpi.findings import Finding, Invalid, Severity
from simulator.ocpi.v2_2_1.cdrs import CDR
from simulator.parties.modules.ownership import Key, key_of
from simulator.parties.store import Store


class Bills:
    """What stands of the CDRs that were taken, which are in this store: by Session its bill, by bill its credit."""

    def __init__(self, cdrs: Store[CDR]) -> None:
        self._cdrs = cdrs
        self._bills: dict[Key, str] = {}
        self._credits: dict[Key, str] = {}

    def add(self, cdr: CDR) -> None:
        """Count a CDR in. Raises Invalid for one by which something would be paid, or paid back, a second time."""
        if cdr.credit:
            self._take_back(cdr)
        elif cdr.session_id is not None and key_of(cdr) not in self._credits:
            standing = self._bills.setdefault(_session_of(cdr), cdr.id)
            if standing != cdr.id:
                found = f"{cdr.session_id!r}, which CDR {standing!r} bills"
                expected = "a Session without a bill, or one whose bill a credit CDR has taken back"
                raise Invalid((_odd("session-billed-twice", "session_id", found, expected, "error"),))

    def _take_back(self, credit: CDR) -> None:
        reference = credit.credit_reference_id or ""
        bill = self._cdrs.get(credit.country_code, credit.party_id, reference)
        if bill is not None and bill.credit:
            expected = "the id of a bill, not of a credit"
            raise Invalid((_odd("credit-of-credit", "credit_reference_id", repr(reference), expected),))
        if (by := self._credits.get(key_of(credit))) is not None:
            found = f"{credit.id!r}, which CDR {by!r} takes back"
            raise Invalid((_odd("credit-of-credit", "id", found, "a credit that no other takes back"),))
        first = self._credits.setdefault(key_of(credit)._replace(id=ci_key(reference)), credit.id)
        if first != credit.id:
            found = f"{reference!r}, which CDR {first!r} has taken back"
            raise Invalid((_odd("credit-twice", "credit_reference_id", found, "a bill that still stands", "error"),))
        if bill is not None:
            self._bills.pop(_session_of(bill), None)


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
