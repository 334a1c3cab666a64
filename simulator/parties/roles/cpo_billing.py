"""A CPO's bills: a CDR for each session that has ended, and what makes a wrong one right again.

A CDR never changes. One that is wrong is taken back by a credit CDR (a new id, the same data, `total_cost` negated),
and a fresh CDR without credit fields follows. Source: OCPI 2.2.1, CDRs module, Credit CDRs; digest, section 3.4.
"""

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
from simulator.parties.client import succeeded, why_not
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
    the list that its eMSP can pull. `billed` has the CDR that counts of each transaction that has one.
    """

    def __init__(self, office: Office, outbox: Outbox) -> None:
        self.cdrs = CdrsSender(office)
        self.on_the_way: dict[str, None] = {}
        self.billed: dict[str, str] = {}
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

    def correct(self, token_uid: str, tariff: Tariff, original: Any, cause: Cause) -> str:
        """Credit the last CDR of a token and bill its session by another tariff, which may have an original.

        Returns why not, or an empty text.
        """
        session, place, wrong, billed = [
            issued for issued in self._issued.values() if issued[0].token.uid == token_uid
        ][-1]
        connection = self._office.partner(session.payer)
        if connection is not None and connection.version == OLDEST:
            return f"OCPI {OLDEST} has no credit CDRs; {session.payer} has to be repaid out of band."
        credit = replace(
            wrong,
            id=f"{wrong.id}-C",
            credit=True,
            credit_reference_id=wrong.id,
            total_cost=_negated(wrong.total_cost),
            last_updated=self._office.calendar.now(),
        )
        self._issue(session, place, credit, billed, cause)
        priced = neutral(tariff if original is None else original)
        place = replace(session.place, tariff=tariff, neutral=priced, original_tariff=original)
        right, bill = session.cdr(self._new_id(), place)
        right = replace(right, last_updated=self._office.calendar.now())
        self._note(session, place, right, bill)
        self._issue(session, place, right, bill, cause)
        return ""

    def went_down(self) -> None:
        """The party stops; what waited to be sent is forgotten."""
        self.on_the_way.clear()

    def _new_id(self) -> str:
        self._count += 1
        return f"{self._prefix}{self._count:012x}"

    def _issue(self, session: CpoSession | ReservedSession, place: Place, cdr: CDR, bill: Bill, cause: Cause) -> None:
        """Keep, claim and send a CDR, sold as in `place`; `bill` is how its amount, or what it credits, came about."""
        office, peer_id = self._office, session.payer
        connection = office.partner(peer_id)
        original = _original(cdr, place, bill, connection.version if connection is not None else "")
        self.cdrs.put(peer_id, cdr, original)
        energy_wh = int(cdr.total_energy * _WH_PER_KWH)
        office.journal.money(
            "receivable",
            cdr_id=cdr.id,
            session_id=session.id,
            creditor=office.id,
            debtor=peer_id,
            currency=cdr.currency,
            amount=cdr.total_cost.excl_vat,
            approximate=not cdr.credit and bill.approximate,
            reason=f"Credit for CDR {cdr.credit_reference_id}." if cdr.credit else " ".join(bill.reasons),
            energy_wh=-energy_wh if cdr.credit else energy_wh,
            tariff_id=cdr.tariffs[0].id if cdr.tariffs else "",
        )
        if connection is None or connection.endpoint(ModuleID.CDRS, InterfaceRole.RECEIVER) is None:
            return
        said = say(office, connection, cdr, cause, original=original)
        if said is None:
            return
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
            if not succeeded(exchange):
                self._not_delivered(cdr, exchange, cause)

        self.on_the_way[cdr.id] = None
        lane = f"{peer_id}/{session.id}"
        self._outbox.push(lane, connection, "POST", "", subject, cause, said.body, done, losses=said.losses)

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
