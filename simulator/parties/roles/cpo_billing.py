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
from simulator.ocpi.v2_2_1.locations import Connector
from simulator.ocpi.v2_2_1.tariffs import Tariff
from simulator.parties.client import succeeded
from simulator.parties.connection import Connection
from simulator.parties.dialect import OLDEST
from simulator.parties.modules.cdrs import CdrsSender
from simulator.parties.office import Office
from simulator.parties.pricing import neutral
from simulator.parties.push import Outbox, say
from simulator.parties.roles.cpo_reserved_session import ReservedSession
from simulator.parties.roles.cpo_session import CpoSession, Place

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
        self._issued: dict[str, tuple[CpoSession, CDR]] = {}

    def bill(self, session: CpoSession, cause: Cause) -> None:
        """Bill a session that has ended."""
        cdr, bill = session.cdr(self._new_id())
        self._note(session, cdr)
        self._issue(session, cdr, bill, cause)

    def bill_reservation(self, session: ReservedSession, cause: Cause) -> None:
        """Bill a reservation that was not used, if it costs anything."""
        if session.bill is not None and session.bill.total_excl:
            cdr, bill = session.cdr(self._new_id())
            self._issue(session, cdr, bill, cause)

    def _note(self, session: CpoSession, cdr: CDR) -> None:
        self.billed[session.transaction_id] = cdr.id
        self._issued[cdr.id] = (session, cdr)

    def has_billed(self, token_uid: str) -> bool:
        """Whether there is a CDR of this token."""
        return any(session.token.uid == token_uid for session, _ in self._issued.values())

    def correct(self, token_uid: str, tariff: Tariff, cause: Cause) -> str:
        """Credit the last CDR of a token and bill its session by another tariff; returns why not, or an empty text."""
        session, wrong = [issued for issued in self._issued.values() if issued[0].token.uid == token_uid][-1]
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
        self._issue(session, credit, None, cause)
        place = replace(session.place, tariff=tariff, neutral=neutral(tariff))
        right, bill = session.cdr(self._new_id(), place)
        right = replace(right, last_updated=self._office.calendar.now())
        self._note(session, right)
        self._issue(session, right, bill, cause)
        return ""

    def went_down(self) -> None:
        """The party stops; what waited to be sent is forgotten."""
        self.on_the_way.clear()

    def _new_id(self) -> str:
        self._count += 1
        return f"{self._prefix}{self._count:012x}"

    def _issue(self, session: CpoSession | ReservedSession, cdr: CDR, bill: Bill | None, cause: Cause) -> None:
        """Keep, claim and send a CDR; `bill` is how its amount came about, None for a credit."""
        office, peer_id = self._office, session.payer
        connection = office.partner(peer_id)
        original = _original(connection, cdr, session.place) if connection is not None else None
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
            approximate=bill is not None and bill.approximate,
            reason=" ".join(bill.reasons) if bill is not None else f"Credit for CDR {cdr.credit_reference_id}.",
            energy_wh=energy_wh if bill is not None else -energy_wh,
            tariff_id=cdr.tariffs[0].id if cdr.tariffs else "",
        )
        url = connection.endpoint(ModuleID.CDRS, InterfaceRole.RECEIVER) if connection else None
        if connection is None or url is None:
            return
        body = say(office, connection, cdr, cause, original=original)
        if body is None:
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
        self._outbox.push(f"{peer_id}/{session.id}", connection, "POST", url, subject, cause, body, done)

    def _not_delivered(self, cdr: CDR, exchange: Exchange | None, cause: Cause) -> None:
        why = "the eMSP's URL cannot be used" if exchange is None else exchange.failure or "refused by the receiver"
        self._office.journal.event(
            self._office.id,
            "cdr_not_delivered",
            party=self._office.id,
            subject=cdr.session_id or "",
            data={"cdr": cdr.id, "why": why},
            cause=exchange.as_cause() if exchange is not None else cause,
        )


def _original(connection: Connection, cdr: CDR, place: Place) -> Any:
    """The CDR in a version in which the CPO's place is written: with the plug and the tariff as they are there.

    Towards others a bill has the plug that stands for it, as it has to have one. None when there is no such original.
    """
    dialect, connector, tariff = connection.dialect, place.original_connector, place.original_tariff
    if not isinstance(connector, dialect.class_of(Connector)):
        return None
    standard: Any = getattr(connector, "standard")  # noqa: B009 - a Connector of any version
    whole = dialect.original(dialect.encode(cdr), CDR)
    where = replace(whole.cdr_location, connector_standard=standard)
    sold_by = (tariff,) if tariff is not None and cdr.tariffs == (place.tariff,) else whole.tariffs
    return replace(whole, cdr_location=where, tariffs=sold_by)


def _negated(price: Price) -> Price:
    def minus(amount: Decimal | None) -> Decimal | None:
        return None if amount is None else -amount

    return Price(excl_vat=-price.excl_vat, incl_vat=minus(price.incl_vat))
