"""Checks at the end of a run that nothing was lost: energy to the Wh, each CDR once, money to the last decimal.

The two sides of each comparison come from different rooms: registers of the street against CDRs that eMSPs hold,
claims of CPOs against what eMSPs admit.
"""

from collections import Counter

from msgspec import Struct

from simulator.assemble.meetings import Meeting
from simulator.assemble.world import World
from simulator.billing.settle import Claim, reconcile
from simulator.engine.instruments import Instrument
from simulator.ocpi.v2_2_1.cdrs import CDR
from simulator.parties.modules.ownership import key_of
from simulator.parties.pricing import totals
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
    """Compare what the street, the CPOs and the eMSPs hold now.

    What an outsider has accepted stands in the ledger alone; a CDR of an outsider's is no energy of our registers. One
    that an eMSP has not booked, as it waits for another, is held back as much as one that has not reached it. What a
    credit has taken back is billed anew when its answer comes, and open till then; one that was refused is claimed no
    more.
    """
    accepted = [
        (id, cdr) for id, emsp in world.emsps.items() for cdr in emsp.cdrs.store if emsp.cdrs.booked(key_of(cdr))
    ]
    outsiders = [outsider.id for outsider in world.outsiders]
    abroad = {(row.debtor, row.cdr_id) for row in ledger.payables if row.debtor in outsiders}
    for cpo in world.cpos.values():
        for payer, store in cpo.billing.cdrs.by_peer.items():
            accepted.extend((payer, cdr) for cdr in store if (payer, cdr.id) in abroad)
    held: dict[str, int] = {}
    on_the_way: dict[str, None] = {}
    refused: dict[str, None] = {}
    anew_wh = 0
    known = {(emsp, cdr.country_code, cdr.party_id, cdr.id) for emsp, cdr in accepted}
    for cpo in world.cpos.values():
        refused |= cpo.billing.refused
        for payer, store in cpo.billing.cdrs.by_peer.items():
            for cdr in store:
                if (payer, cdr.country_code, cdr.party_id, cdr.id) in known:
                    anew_wh -= _wh(cdr) if cdr.id in cpo.billing.credited else 0
                    continue
                if cdr.id in cpo.billing.on_the_way:
                    on_the_way[cdr.id] = None
                else:
                    held[cdr.id] = _wh(cdr)
    plug_wh = world.street.plug_wh()
    ours = [cdr for _, cdr in accepted if _owner(cdr) not in outsiders]
    cdrs_wh = sum(_wh(cdr) for cdr in ours)
    open_wh = _open_wh(world, on_the_way) + anew_wh
    energy = Energy(plug_wh, cdrs_wh, open_wh, sum(held.values()))
    remarks: dict[str, str] = {}

    def check(name: str, holds: bool, remark: str) -> bool:
        if not holds:
            remarks[name] = remark
        return holds

    booked = Counter((row.creditor, row.cdr_id) for row in ledger.payables)
    unsettled = held.keys() | on_the_way.keys() | refused.keys()
    expected = [row for row in ledger.receivables if row.cdr_id not in unsettled]
    admitted = [row for row in ledger.payables if row.creditor not in outsiders]
    settled = reconcile([_claim(row) for row in expected], [_claim(row) for row in admitted])
    inexact = [id for emsp in world.emsps.values() for biller, id in emsp.inexact if biller not in world.odd]
    ends = [(change.party, change.peer) for change in world.scenario.changes if change.kind == "unregistered"]
    ended = {pair for party, peer in ends for pair in ((party, peer), (peer, party))}
    errors = _errors(world)
    lossy = any(link.loss or link.duplicates for link in world.scenario.connections)
    faulty = lossy or bool(world.odd) or bool(world.scenario.faults)
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
            settled.settled and not inexact,
            f"What CPOs claim and what eMSPs admit differs: {len(settled.missing)} missing, "
            f"{len(settled.unexpected)} unexpected, {len(settled.different)} different; "
            f"{len(inexact)} are not exactly what their tariffs make.",
        ),
        "held_back_by_faults": check(
            "held_back_by_faults",
            faulty or not held,
            f"{len(held)} CDRs did not reach the books of their eMSP, and no fault of the scenario explains it.",
        ),
        "no_handler_failed": check(
            "no_handler_failed",
            world.kernel.handler_failures == 0,
            f"{world.kernel.handler_failures} times a party's code failed; see the faults of kind exception.",
        ),
        "messages_valid": check(
            "messages_valid",
            not errors,
            f"{sum(errors.values())} remarks of severity error were made on messages of {', '.join(errors)}; "
            "see the hints.",
        ),
        "parties_registered": check(
            "parties_registered",
            all(
                _registered(world, meeting) or (meeting.sender, meeting.receiver) in ended for meeting in world.meetings
            ),
            "Not every pair of parties is registered.",
        ),
    }
    return Audit(
        sessions=sum(len(store) for cpo in world.cpos.values() for store in cpo.sessions.by_peer.values()),
        cdrs=len(accepted),
        energy_wh=energy,
        cost=totals(cdr for _, cdr in accepted),
        checks=checks,
        remarks=remarks,
    )


def _errors(world: World) -> dict[str, int]:
    """How many remarks of severity error were made on the messages of those of our own make, by party.

    Whom the scenario tells to send an outsider its token as it is, is not to blame for that.
    """
    world.journal.flush()
    raw = {partner for each in world.outsiders if each.encoding == "raw" for partner in each.partners}
    errors = Counter(world.journal.errors)
    for party, by_rule in world.journal.recorder.errors.items():
        errors.update({(party, rule): count for rule, count in by_rule.items()})
    counts: Counter[str] = Counter()
    for (party, rule), count in errors.items():
        if party not in world.odd and not (party in raw and rule == "token-encoding"):
            counts[party] += count
    return counts


def _open_wh(world: World, on_the_way: dict[str, None]) -> int:
    """Energy whose bill is still to come: the CPO waits for the transaction's end, or the CDR is under way."""
    open_wh = 0
    for transaction in world.street.transactions:
        cpo = world.cpos[transaction.party]
        cdr_id = cpo.billing.billed.get(transaction.id)
        if cdr_id in on_the_way if cdr_id is not None else cpo.awaits(transaction.id):
            open_wh += transaction.energy_wh
    return open_wh


def _registered(world: World, meeting: Meeting) -> bool:
    """Whether both ends are registered and each holds the token that the other issued."""
    ours = world.party(meeting.sender).office.connections[meeting.senders]
    theirs = world.party(meeting.receiver).office.connections[meeting.receivers]
    both = ours.registered and theirs.registered
    return both and (ours.held, theirs.held) == (theirs.issued, ours.issued)


def _wh(cdr: CDR) -> int:
    """What a CDR bills; a credit takes back what the one before billed."""
    energy_wh = int(cdr.total_energy * 1000)
    return -energy_wh if cdr.credit else energy_wh


def _owner(cdr: CDR) -> str:
    return f"{cdr.country_code}-{cdr.party_id}"


def _claim(row: MoneyRow) -> Claim:
    return Claim(row.creditor, row.debtor, row.currency, row.amount, row.cdr_id)
