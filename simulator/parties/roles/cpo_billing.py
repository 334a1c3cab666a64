"""A CPO's bills: a CDR for each session that has ended, and what makes a wrong one right again.

A CDR never changes. One that is wrong is taken back by a credit CDR (a new id, the same data, `total_cost` negated),
and a fresh CDR without credit fields follows once the payer, or a hub on the way to it, has not refused the credit: who
keeps the wrong bill does not get a second one for the same. Source: OCPI 2.2.1, CDRs module, Credit CDRs; digest,
section 3.4.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from simulator.billing.price import Bill
from simulator.engine.cause import Cause
from simulator.engine.exchange import Exchange, Subject
from simulator.ocpi.datatypes import Price
from simulator.ocpi.modules import InterfaceRole, ModuleID
from simulator.ocpi.v2_2_1.cdrs import CDR
from simulator.ocpi.v2_2_1.tariffs import Tariff
from simulator.parties.client import came_through, succeeded, why_not
from simulator.parties.dialect import OLDEST, RICHEST
from simulator.parties.foreign import in_version
from simulator.parties.modules.cdrs import CdrsSender
from simulator.parties.office import Office
from simulator.parties.pricing import neutral
from simulator.parties.push import Outbox, say
from simulator.parties.roles.cpo_reserved_session import ReservedSession
from simulator.parties.roles.cpo_session import CpoSession, Place
from simulator.parties.taxes import with_rates

_WH_PER_KWH = 1_000


class Billing:
    """The CDRs of one CPO.

    `on_the_way` are those whose POST has not reached its final state; one that failed is not sent again, but stays in
    the list that its eMSP can pull. `billed` has the CDR that counts of each transaction that has one, `credited` are
    the credits whose answer is awaited, with what bills their sessions anew, and `refused` those that were refused.
    """

    def __init__(self, office: Office, outbox: Outbox) -> None:
        self.cdrs = CdrsSender(office)
        self.on_the_way: dict[str, None] = {}
        self.billed: dict[str, str] = {}
        self.credited: dict[str, Callable[[], None]] = {}
        self.refused: dict[str, None] = {}
        self._office = office
        self._outbox = outbox
        # Without dashes: a CDR's id may have 39 characters, but an invoice's record has 36 for each, also for a credit.
        self._prefix = office.streams.uuid_prefix(office.id, "cdr id").replace("-", "")
        self._count = 0
        self._issued: dict[str, tuple[CpoSession, Place, CDR, Bill]] = {}

    def bill(self, session: CpoSession, cause: Cause) -> None:
        """Bill a session that has ended."""
        cdr, bill = session.cdr(self._new_id())
        self._note(session, session.place, cdr, bill)
        self._issue(session, session.place, cdr, bill, cause)

    def bill_reservation(self, session: ReservedSession, cause: Cause) -> None:
        """Bill a reservation that was not used, if it costs anything."""
        if session.bill is not None and session.bill.total_excl:
            cdr, bill = session.cdr(self._new_id())
            self._issue(session, session.place, cdr, bill, cause)

    def _note(self, session: CpoSession, place: Place, cdr: CDR, bill: Bill) -> None:
        self.billed[session.transaction_id] = cdr.id
        self._issued[cdr.id] = (session, place, cdr, bill)

    def has_billed(self, token_uid: str) -> bool:
        """Whether there is a CDR of this token."""
        return any(session.token.uid == token_uid for session, *_ in self._issued.values())

    def correct(self, token_uid: str, tariff: Tariff, original: Any, cause: Cause) -> None:
        """Credit the last CDR of a token and bill its session by another tariff, which may have an original.

        If that cannot be, an event says why.
        """
        session, place, wrong, billed = [
            issued for issued in self._issued.values() if issued[0].token.uid == token_uid
        ][-1]
        credit = replace(
            wrong,
            id=f"{wrong.id}-C",
            credit=True,
            credit_reference_id=wrong.id,
            total_cost=_negated(wrong.total_cost),
            last_updated=self._office.calendar.now(),
        )
        connection = self._office.partner(session.payer)
        if connection is not None and connection.version == OLDEST:
            self._to_be_repaid(session, f"OCPI {OLDEST} has no credit CDRs", cause)
        elif credit.id in self.refused:
            self._to_be_repaid(session, f"The credit for CDR {wrong.id} was refused", cause)
        elif credit.id in self.credited:
            self._not_corrected(session, f"The answer to the credit for CDR {wrong.id} has not come yet.", cause)
        else:
            self.credited[credit.id] = lambda: self._bill_anew(session, tariff, original, cause)
            self._issue(session, place, credit, billed, cause)

    def _bill_anew(self, session: CpoSession, tariff: Tariff, original: Any, cause: Cause) -> None:
        priced = neutral(tariff if original is None else original)
        place = replace(session.place, tariff=tariff, neutral=priced, original_tariff=original)
        right, bill = session.cdr(self._new_id(), place)
        right = replace(right, last_updated=self._office.calendar.now())
        self._note(session, place, right, bill)
        self._issue(session, place, right, bill, cause)

    def went_down(self) -> None:
        """The party stops; what waited to be sent is forgotten, and no answer comes any more."""
        self.on_the_way.clear()
        for credit_id in list(self.credited):
            self.credited.pop(credit_id)()

    def _new_id(self) -> str:
        self._count += 1
        return f"{self._prefix}{self._count:012x}"

    def _issue(self, session: CpoSession | ReservedSession, place: Place, cdr: CDR, bill: Bill, cause: Cause) -> None:
        """Keep, claim and send a CDR, sold as in `place`; `bill` is how its amount, or what it credits, came about."""
        office, peer_id = self._office, session.payer
        connection = office.partner(peer_id)
        original = _original(cdr, place, bill, connection.version if connection is not None else "")
        self.cdrs.put(peer_id, cdr, original)
        reason = f"Credit for CDR {cdr.credit_reference_id}." if cdr.credit else " ".join(bill.reasons)
        self._claim(session, cdr, reason, approximate=not cdr.credit and bill.approximate)
        if not self._send(session, cdr, original, cause) and cdr.id in self.credited:
            self.credited.pop(cdr.id)()

    def _claim(
        self, session: CpoSession | ReservedSession, cdr: CDR, reason: str, approximate: bool = False, sign: int = 1
    ) -> None:
        """Book what a CDR asks, or with the `sign` -1 take back that it was booked."""
        energy_wh = sign * int(cdr.total_energy * _WH_PER_KWH)
        self._office.journal.money(
            "receivable",
            cdr_id=cdr.id,
            session_id=session.id,
            creditor=self._office.id,
            debtor=session.payer,
            currency=cdr.currency,
            amount=sign * cdr.total_cost.excl_vat,
            approximate=approximate,
            reason=reason,
            energy_wh=-energy_wh if cdr.credit else energy_wh,
            tariff_id=cdr.tariffs[0].id if cdr.tariffs else "",
        )

    def _send(self, session: CpoSession | ReservedSession, cdr: CDR, original: Any, cause: Cause) -> bool:
        """Post a CDR to who pays it, if he takes any that way; whether he does."""
        office, peer_id = self._office, session.payer
        connection = office.partner(peer_id)
        if connection is None or connection.endpoint(ModuleID.CDRS, InterfaceRole.RECEIVER) is None:
            return False
        said = say(office, connection, cdr, cause, original=original)
        if said is None:
            return False
        subject = Subject(
            module=ModuleID.CDRS.value,
            interface="RECEIVER",
            route="cdrs.receiver.post_cdr",
            version=connection.version,
            object_kind="CDR",
            object_id=cdr.id,
            session_id=session.id,
            token_uid=session.token.uid,
            location_id=session.place.location.id,
        )

        def done(exchange: Exchange | None) -> None:
            self.on_the_way.pop(cdr.id, None)
            bill_anew = self.credited.pop(cdr.id, None)
            if bill_anew is not None and came_through(exchange) and not succeeded(exchange):
                self._withdraw(session, cdr, self._office.client.read(exchange).problem, cause)
                return
            if not succeeded(exchange):
                self._not_delivered(cdr, exchange, cause)
            if bill_anew is not None:
                bill_anew()

        self.on_the_way[cdr.id] = None
        lane = f"{peer_id}/{session.id}"
        self._outbox.push(lane, connection, "POST", "", subject, cause, said.body, done, losses=said.losses)
        return True

    def _withdraw(self, session: CpoSession | ReservedSession, credit: CDR, why: str, cause: Cause) -> None:
        """A credit was refused: it has never been."""
        self.refused[credit.id] = None
        self.cdrs.drop(session.payer, credit)
        self._claim(session, credit, f"{session.payer} does not take it.", sign=-1)
        self._to_be_repaid(session, f"The credit was refused ({why.rstrip('.')})", cause)

    def _to_be_repaid(self, session: CpoSession | ReservedSession, why: str, cause: Cause) -> None:
        self._not_corrected(session, f"{why}; {session.payer} has to be repaid out of band.", cause)

    def _not_corrected(self, session: CpoSession | ReservedSession, problem: str, cause: Cause) -> None:
        office, data = self._office, {"problem": problem}
        office.journal.event(
            office.id, "cdr_not_corrected", party=office.id, subject=session.token.uid, data=data, cause=cause
        )

    def _not_delivered(self, cdr: CDR, exchange: Exchange | None, cause: Cause) -> None:
        self._office.journal.event(
            self._office.id,
            "cdr_not_delivered",
            party=self._office.id,
            subject=cdr.session_id or "",
            data={"cdr": cdr.id, "why": why_not(exchange)},
            cause=exchange.as_cause() if exchange is not None else cause,
        )


def _original(cdr: CDR, place: Place, bill: Bill, spoken: str) -> Any:
    """The CDR of 2.3.0, with plug, tariff and rates of tax; None when 2.2.1 says it all to who speaks that version."""
    connector, tariff = place.original_connector, place.original_tariff
    if connector is None and tariff is None and spoken != RICHEST:
        return None
    whole = with_rates(in_version(cdr, RICHEST), bill)
    where = whole.cdr_location
    if connector is not None:
        where = replace(where, connector_standard=connector.standard)
    sold_by = (tariff,) if tariff is not None and cdr.tariffs == (place.tariff,) else whole.tariffs
    return replace(whole, cdr_location=where, tariffs=sold_by)


def _negated(price: Price) -> Price:
    def minus(amount: Decimal | None) -> Decimal | None:
        return None if amount is None else -amount

    return Price(excl_vat=-price.excl_vat, incl_vat=minus(price.incl_vat))
