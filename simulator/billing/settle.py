"""Do both sides of the settlement say the same: what CPOs count as owed to them, and eMSPs as owed by them.

Pure bookkeeping over claims from both ledgers; it knows neither CDR objects nor messages. Amounts are compared and
summed exactly, hence also to the cent, in each currency apart.
"""

from collections.abc import Iterable
from decimal import Decimal

from msgspec import Struct


class Claim(Struct, frozen=True):
    """One CDR in one ledger: `emsp` owes `cpo` this `amount` (negative for a credit)."""

    cpo: str
    emsp: str
    currency: str
    amount: Decimal
    cdr_id: str


class Difference(Struct, frozen=True):
    """One CDR that both ledgers know with another amount or currency."""

    receivable: Claim
    payable: Claim


class Balance(Struct, frozen=True):
    """Sums between two parties in one currency: by the CPO's ledger and by the eMSP's."""

    cpo: str
    emsp: str
    currency: str
    receivable: Decimal
    payable: Decimal

    @property
    def difference(self) -> Decimal:
        """What the CPO counts on and the eMSP does not know it owes; negative the other way round."""
        return self.receivable - self.payable


class Reconciliation(Struct, frozen=True):
    """The outcome: every receivable is matched, different or missing; every payable matched, different or unexpected.

    `missing` are receivables no eMSP has, `unexpected` payables no CPO asked for; a CDR booked twice on one side shows
    there, too. Order is that of the ledgers; balances are sorted by CPO, eMSP and currency.
    """

    matched: tuple[Claim, ...]
    missing: tuple[Claim, ...]
    unexpected: tuple[Claim, ...]
    different: tuple[Difference, ...]
    balances: tuple[Balance, ...]

    @property
    def settled(self) -> bool:
        """Whether both sides agree on every CDR."""
        return not (self.missing or self.unexpected or self.different)


def reconcile(receivables: Iterable[Claim], payables: Iterable[Claim]) -> Reconciliation:
    """Pair the claims of both ledgers, one to one by CPO, eMSP and CDR id, equal amounts first."""
    receivables, payables = tuple(receivables), tuple(payables)

    unpaired: dict[Claim, int] = {}
    for claim in payables:
        unpaired[claim] = unpaired.get(claim, 0) + 1
    matched, open_receivables = [], []
    for claim in receivables:
        if unpaired.get(claim, 0) > 0:
            unpaired[claim] -= 1
            matched.append(claim)
        else:
            open_receivables.append(claim)

    open_payables: dict[tuple[str, str, str], list[Claim]] = {}
    for claim, count in unpaired.items():
        open_payables.setdefault((claim.cpo, claim.emsp, claim.cdr_id), []).extend([claim] * count)
    missing, different = [], []
    for claim in open_receivables:
        others = open_payables.get((claim.cpo, claim.emsp, claim.cdr_id))
        if others:
            different.append(Difference(claim, others.pop(0)))
        else:
            missing.append(claim)
    return Reconciliation(
        matched=tuple(matched),
        missing=tuple(missing),
        unexpected=tuple(claim for others in open_payables.values() for claim in others),
        different=tuple(different),
        balances=_balances(receivables, payables),
    )


def _balances(receivables: Iterable[Claim], payables: Iterable[Claim]) -> tuple[Balance, ...]:
    sums: dict[tuple[str, str, str], list[Decimal]] = {}
    for side, claims in enumerate((receivables, payables)):
        for claim in claims:
            key = claim.cpo, claim.emsp, claim.currency
            sums.setdefault(key, [Decimal(0), Decimal(0)])[side] += claim.amount
    return tuple(Balance(*key, receivable, payable) for key, (receivable, payable) in sorted(sums.items()))
