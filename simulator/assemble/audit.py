"""Checks at the end of a run that nothing was lost: energy to the Wh, each CDR once, money to the last decimal.

The two sides of each comparison come from different rooms: registers of the street against CDRs that eMSPs hold,
claims of CPOs against what eMSPs admit.
"""

from collections import Counter
from decimal import Decimal

from msgspec import Struct

from simulator.assemble.world import World
from simulator.billing.settle import Claim, reconcile
from simulator.engine.instruments import Instrument
from simulator.ocpi.v2_2_1.cdrs import CDR
from simulator.recording.rows import MoneyRow


class Ledger(Instrument):
    """Collects every amount as it is recorded."""

    def __init__(self) -> None:
        self.receivables: list[MoneyRow] = []
        self.payables: list[MoneyRow] = []

    def money(self, row: MoneyRow) -> None:
        """See Instrument."""
        (self.receivables if row.kind == "receivable" else self.payables).append(row)


class Energy(Struct, frozen=True):
    """Where the energy of all registers is, in Wh: billed, in open sessions, or in CDRs that a fault holds back."""

    plug: int
    cdrs: int
    open: int
    held_back: int


class Audit(Struct, frozen=True):
    """The result. `cost` is what the accepted CDRs ask, without VAT, by currency. A false check has a `remark`."""

    sessions: int
    cdrs: int
    energy_wh: Energy
    cost: dict[str, str]
    checks: dict[str, bool]
    remarks: dict[str, str]


def audit(world: World, ledger: Ledger) -> Audit:
    """Compare what the street, the CPOs and the eMSPs hold now."""
    accepted = [(id, cdr) for id, emsp in world.emsps.items() for cdr in emsp.cdrs.store]
    held: dict[str, int] = {}
    on_the_way: dict[str, None] = {}
    known = {(emsp, cdr.country_code, cdr.party_id, cdr.id) for emsp, cdr in accepted}
    for cpo in world.cpos.values():
        for payer, store in cpo.cdrs.by_peer.items():
            for cdr in store:
                if (payer, cdr.country_code, cdr.party_id, cdr.id) in known:
                    continue
                if cdr.id in cpo.cdrs_on_the_way:
                    on_the_way[cdr.id] = None
                else:
                    held[cdr.id] = _wh(cdr)
    plug_wh = world.street.plug_wh()
    cdrs_wh = sum(_wh(cdr) for _, cdr in accepted)
    open_wh = _open_wh(world, on_the_way)
    energy = Energy(plug_wh, cdrs_wh, open_wh, sum(held.values()))
    remarks: dict[str, str] = {}

    def check(name: str, holds: bool, remark: str) -> bool:
        if not holds:
            remarks[name] = remark
        return holds

    booked = Counter((row.creditor, row.cdr_id) for row in ledger.payables)
    expected = [row for row in ledger.receivables if row.cdr_id not in held and row.cdr_id not in on_the_way]
    settled = reconcile([_claim(row) for row in expected], [_claim(row) for row in ledger.payables])
    faulty = bool(world.scenario.faults) or any(link.loss or link.duplicates for link in world.scenario.connections)
    checks = {
        "energy_conserved": check(
            "energy_conserved",
            plug_wh == cdrs_wh + open_wh + energy.held_back,
            f"The registers show {plug_wh} Wh; CDRs have {cdrs_wh}, open sessions {open_wh}, "
            f"CDRs held back {energy.held_back}.",
        ),
        "cdrs_billed_once": check(
            "cdrs_billed_once",
            len(booked) == len(ledger.payables) == len(accepted),
            f"{len(accepted)} CDRs were accepted; {len(ledger.payables)} amounts were booked, for {len(booked)} CDRs.",
        ),
        "money_settled": check(
            "money_settled",
            settled.settled,
            f"What CPOs claim and what eMSPs admit differs: {len(settled.missing)} missing, "
            f"{len(settled.unexpected)} unexpected, {len(settled.different)} different.",
        ),
        "held_back_by_faults": check(
            "held_back_by_faults",
            faulty or not held,
            f"{len(held)} CDRs did not reach their eMSP, and no fault of the scenario explains it.",
        ),
        "no_handler_failed": check(
            "no_handler_failed",
            world.kernel.handler_failures == 0,
            f"{world.kernel.handler_failures} times a party's code failed; see the faults of kind exception.",
        ),
        "messages_valid": check(
            "messages_valid",
            world.journal.errors == 0,
            f"{world.journal.errors} remarks of severity error were made on messages; see the hints.",
        ),
        "parties_registered": check(
            "parties_registered",
            all(_registered(world, connection.a, connection.b) for connection in world.scenario.connections),
            "Not every pair of parties is registered.",
        ),
    }
    return Audit(
        sessions=sum(len(store) for cpo in world.cpos.values() for store in cpo.sessions.by_peer.values()),
        cdrs=len(accepted),
        energy_wh=energy,
        cost=_cost([cdr for _, cdr in accepted]),
        checks=checks,
        remarks=remarks,
    )


def _open_wh(world: World, on_the_way: dict[str, None]) -> int:
    """Energy whose bill is still to come: the CPO waits for the transaction's end, or the CDR is under way."""
    open_wh = 0
    for transaction in world.street.transactions:
        cpo = world.cpos[transaction.party]
        cdr_id = cpo.billed.get(transaction.id)
        if cdr_id in on_the_way if cdr_id is not None else cpo.awaits(transaction.id):
            open_wh += transaction.energy_wh
    return open_wh


def _registered(world: World, a: str, b: str) -> bool:
    """Whether both ends are registered and each holds the token that the other issued."""
    ours, theirs = world.party(a).office.connections[b], world.party(b).office.connections[a]
    both = ours.registered and theirs.registered
    return both and (ours.held, theirs.held) == (theirs.issued, ours.issued)


def _wh(cdr: CDR) -> int:
    return int(cdr.total_energy * 1000)


def _claim(row: MoneyRow) -> Claim:
    return Claim(row.creditor, row.debtor, row.currency, row.amount, row.cdr_id)


def _cost(cdrs: list[CDR]) -> dict[str, str]:
    totals: dict[str, Decimal] = {}
    for cdr in cdrs:
        totals[cdr.currency] = totals.get(cdr.currency, Decimal("0.0000")) + cdr.total_cost.excl_vat
    return {currency: str(totals[currency]) for currency in sorted(totals)}
