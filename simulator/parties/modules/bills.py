"""Which bills count: a Session is billed once, and what was wrong with a bill is taken back once, as it was billed.

OCPI says how a CDR is credited, and nothing of who notices that one was not: here it is the eMSP, who else would pay.
Any of these CDRs may be lost on its way and read later, so that they are taken in any order, and each counts as soon as
it may. A credit waits for its bill: nobody is owed what was never asked of him. A second bill of a Session waits for
the credit of the first: nobody pays twice. In the end the same counts, whatever came first.
What a credit says otherwise than its bill, the expert remarks on.
Source: OCPI 2.2.1, CDRs module, Credit CDRs; digest, section 3.4 and case 37.
"""

from msgspec import Struct

from simulator.ocpi.datatypes import parse_datetime
from simulator.ocpi.findings import Finding, Invalid, Severity
from simulator.ocpi.v2_2_1.cdrs import CDR
from simulator.ocpi.v2_2_1.sessions import Session
from simulator.parties.modules.ownership import Key, key_of, named_key
from simulator.parties.store import Store

_SECTION = "OCPI cdrs, Credit CDRs"


class Lack(Struct, frozen=True):
    """What a CDR waits for, as its field at `path` shows.

    That is remarked on by the rule `early` when the CDR comes, as the other may be on its way, and by `wrong`, with a
    `severity`, once its CPO lists no such thing.
    """

    what: str
    path: str
    early: str
    wrong: str
    severity: Severity


class Bills:
    """What counts of the CDRs that were taken, which are in this store.

    `_bills` are, by Session, those that no credit has taken back, of which the first counts and the others wait;
    `_credits`, by bill, its credit, which waits as long as the store has no such bill. Of bills that name no Session
    (in OCPI 2.1.1 none does) `_until_us` has, by token, until when they bill.
    """

    def __init__(self, cdrs: Store[CDR]) -> None:
        self._cdrs = cdrs
        self._bills: dict[Key, list[CDR]] = {}
        self._credits: dict[Key, CDR] = {}
        self._until_us: dict[Key, int] = {}

    def add(self, cdr: CDR) -> tuple[CDR, ...]:
        """Take a CDR in, before the store has it; returns what counts from now on, in order: nothing if it waits.

        Raises Invalid for a credit of what cannot be credited, or was.
        """
        return self._take_back(cdr) if cdr.credit else self._bill(cdr)

    def has_bill_of(self, session: Session) -> bool:
        """Whether a Session has been billed, or, where bills name none, its token, which charges once at a time."""
        if key_of(session) in self._bills:
            return True
        until_us = self._until_us.get(_card_of(session))
        return until_us is not None and until_us >= parse_datetime(session.start_date_time)

    def lack(self, cdr: CDR) -> Lack:
        """What a CDR waits for."""
        if cdr.credit:
            what = f"the bill {cdr.credit_reference_id!r}, which it takes back"
            return Lack(what, "$.credit_reference_id", "credit-early", "credit-without-bill", "warning")
        what = f"the credit of CDR {self._bills[_session_of(cdr)][0].id!r}, which bills the same Session"
        return Lack(what, "$.session_id", "bill-early", "session-billed-twice", "error")

    def _bill(self, bill: CDR) -> tuple[CDR, ...]:
        credit = self._credits.get(key_of(bill))
        if credit is not None:
            return bill, credit
        if bill.session_id is None:
            card, end_us = _card_of(bill), parse_datetime(bill.end_date_time)
            self._until_us[card] = max(end_us, self._until_us.get(card, end_us))
            return (bill,)
        bills = self._bills.setdefault(_session_of(bill), [])
        bills.append(bill)
        return (bill,) if len(bills) == 1 else ()

    def _take_back(self, credit: CDR) -> tuple[CDR, ...]:
        reference = credit.credit_reference_id or ""
        bill = self._cdrs.get(credit.country_code, credit.party_id, reference)
        if bill is not None and bill.credit:
            expected = "the id of a bill, not of a credit"
            raise Invalid((_odd("credit-of-credit", repr(reference), expected, "warning"),))
        first = self._credits.setdefault(named_key(credit, reference), credit)
        if first is not credit:
            found = f"{reference!r}, which CDR {first.id!r} has taken back"
            raise Invalid((_odd("credit-twice", found, "a bill that still stands", "error"),))
        if bill is None:
            return ()
        bills = self._bills.get(_session_of(bill), [])
        if bill not in bills:
            return (credit,)
        counted = bill is bills[0]
        bills.remove(bill)
        return (credit, *bills[:1]) if counted else (bill, credit)


def _session_of(cdr: CDR) -> Key:
    return named_key(cdr, cdr.session_id or "")


def _card_of(obj: CDR | Session) -> Key:
    """A token at the owner of a Session or bill; that it is one of ours, whoever takes them has seen to."""
    return named_key(obj, obj.cdr_token.uid)


def _odd(rule: str, found: str, expected: str, severity: Severity) -> Finding:
    return Finding(
        rule=rule, severity=severity, path="$.credit_reference_id", found=found, expected=expected, section=_SECTION
    )
