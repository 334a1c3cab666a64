"""The e-mobility service provider: what it does with what CPOs tell it, and with what its drivers want.

It is the Sender of tokens and commands and the Receiver of locations, tariffs, sessions and CDRs.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from decimal import Decimal
from typing import Any

import msgspec
from simpy import Event

from simulator.engine.cause import Cause
from simulator.engine.exchange import Subject
from simulator.engine.journal import fixed
from simulator.ocpi.findings import section_in
from simulator.ocpi.modules import ModuleID, Role
from simulator.ocpi.status import Status
from simulator.ocpi.v2_2_1.cdrs import CDR
from simulator.ocpi.v2_2_1.commands import CommandType, StartSession, StopSession
from simulator.ocpi.v2_2_1.locations import EVSE, Location
from simulator.ocpi.v2_2_1.sessions import ChargingPreferences, Session, SessionStatus
from simulator.ocpi.v2_2_1.tariffs import Tariff
from simulator.ocpi.v2_2_1.tokens import AllowedType, AuthorizationInfo, LocationReferences, Token
from simulator.ocpi.v2_3_0.invoicereconciliation import InvoiceReconciliationRecord
from simulator.parties.behind import BehindHubs
from simulator.parties.call import Refusal
from simulator.parties.connection import Connection
from simulator.parties.dialect import Books
from simulator.parties.modules.cdrs import CdrsReceiver
from simulator.parties.modules.commands import Command, CommandsSender, More
from simulator.parties.modules.invoicereconciliation import read_records
from simulator.parties.modules.locations import LocationsReceiver
from simulator.parties.modules.ownership import key_of
from simulator.parties.modules.sessions import SessionsReceiver
from simulator.parties.modules.tariffs import TariffsReceiver
from simulator.parties.modules.tokens import TokensSender
from simulator.parties.office import Office
from simulator.parties.publish import Where, publish
from simulator.parties.push import Outbox
from simulator.parties.registration import Registration
from simulator.parties.repricing import reprice
from simulator.parties.roles.app import DriverApp
from simulator.parties.roles.emsp_help_desk import HelpDesk
from simulator.parties.roles.emsp_invoices import InvoiceDesk
from simulator.parties.roles.emsp_missing_bills import MissingBills
from simulator.parties.roles.emsp_permissions import Permissions
from simulator.parties.roles.emsp_reservations import Reservations
from simulator.parties.roles.emsp_scsps import ScspDesk
from simulator.parties.roles.expected import EXPECTED
from simulator.parties.roles.limiting import Limiter
from simulator.parties.sync import Pull, Synchroniser
from simulator.world.app import KnownEvse

_ACTIVE = SessionStatus.ACTIVE
_NO_URL = "#NA"


class _Recorded(msgspec.Struct, gc=False):
    """What is recorded of a session's state; in the order of the names, see `Journal.state`."""

    cost: Decimal | None
    kwh: Decimal
    status: SessionStatus


class _Books(Books):
    """What an eMSP's translations can look up: the locations that it knows, and its own tokens."""

    def __init__(self, locations: LocationsReceiver, tokens: TokensSender) -> None:
        self._locations = locations
        self._tokens = tokens

    def location(self, country_code: str, party_id: str, id: str) -> Location | None:
        """See Books."""
        return self._locations.store.get(country_code, party_id, id)

    def tokens(self, uid_or_contract: str) -> Sequence[Token]:
        """See Books."""
        return self._tokens.named(uid_or_contract)


class Emsp:
    """One eMSP; `app` is what its drivers hold in their hands, `scsps` what it does for its SCSPs, if it has any."""

    def __init__(self, office: Office, poll_us: int | None, has_scsps: bool = False) -> None:
        self.office = office
        self.tokens = TokensSender(office, self._decide)
        self.locations = LocationsReceiver(office, self._location_changed, self._location_gone)
        self.permissions = Permissions(self.locations.store)
        self.tariffs = TariffsReceiver(office, self._tariff_changed)
        self.sessions = SessionsReceiver(office, self._session_changed, self.tokens.has_issued)
        self.cdrs = CdrsReceiver(office, self._book, self.tokens.has_issued, self._ask_for_another)
        self.invoices = InvoiceDesk(
            office,
            self.cdrs.booked,
            lambda line, cause: self.sync.missed(line, "an invoice names CDRs unknown here", cause),
        )
        self._missing_bills = MissingBills(
            office,
            self.cdrs.has_bill_of,
            lambda line, cause: self.sync.missed(line, "the bill of a session does not come", cause),
        )
        self.commands = CommandsSender(office)
        self.reservations = Reservations(office, self._command)
        self.help_desk = HelpDesk(office, self._command)
        self._outbox = Outbox(office)
        self.scsps = ScspDesk(office, self._outbox, self.sessions) if has_scsps else None
        self.limits = self.scsps.limits if self.scsps is not None else Limiter(office, self.sessions)
        office.books = _Books(self.locations, self.tokens)
        self.app = DriverApp(office.calendar, self.tariffs.store, self)
        behind = BehindHubs(office, lambda routed, reason, cause: self.sync.soon(routed, reason, cause))
        pulls = (
            behind.pull,
            Pull(ModuleID.TARIFFS, Tariff, self.tariffs, full=True),
            Pull(ModuleID.LOCATIONS, Location, self.locations),
            Pull(ModuleID.SESSIONS, Session, self.sessions, needs_date_from=True, personal=True),
            Pull(ModuleID.CDRS, CDR, self.cdrs, personal=True),
            Pull(
                ModuleID.INVOICE_RECONCILIATION,
                InvoiceReconciliationRecord,
                self.invoices.receiver,
                optional=True,
                by_hub=False,
                read=read_records,
            ),
        )
        self.sync = Synchroniser(office, pulls, poll_us)
        self.registration = Registration(office, EXPECTED[Role.EMSP], self._registered)
        self.inexact: list[tuple[str, str]] = []
        """CDRs (CPO, id) that do not ask to the last decimal what they should, be it only rounded."""

        self._behind = behind
        self._by_uid: dict[str, Token] = {}
        self._active: dict[tuple[str, str], Session] = {}
        self._recorded: dict[tuple[str, str, str], bytes] = {}
        self._refusals: dict[str, AllowedType] = {}
        self._references = 0

    # Its drivers

    def issue(self, tokens: Iterable[Token]) -> None:
        """Give tokens to drivers, before the run."""
        for token in tokens:
            self.tokens.store.put(token, token.uid, token.type.value)
            self._by_uid[token.uid] = token

    def token(self, uid: str) -> Token:
        """One of its own tokens."""
        return self._by_uid[uid]

    def block(self, uid: str, allowed: AllowedType, cause: Cause) -> None:
        """A contract is no longer good: the token becomes invalid, and every CPO is told by a PATCH."""
        token = msgspec.structs.replace(self._by_uid[uid], valid=False, last_updated=self.office.calendar.now())
        self.issue((token,))
        self._refusals[uid] = allowed
        changes = {"valid": False, "last_updated": token.last_updated}
        publish(self.office, self._outbox, "PATCH", token, _place_of(token), cause, changes)

    def restore(self, uid: str, cause: Cause) -> None:
        """A contract is good again: every CPO is told the whole token by a PUT."""
        known = self._by_uid[uid]
        token = msgspec.structs.replace(known, valid=True, last_updated=self.office.calendar.now())
        self.issue((token,))
        self._refusals.pop(uid, None)
        publish(self.office, self._outbox, "PUT", token, _place_of(token), cause)

    def _decide(self, asker: Connection, token: Token, where: LocationReferences | None) -> AuthorizationInfo:
        """Real-time authorisation. Opening hours and EVSE status are none of its business (OCPI, Tokens).

        The answer names the places where the driver may charge, so none of them when it is a refusal.
        """
        if where is None and self.permissions.is_restricted(token.uid):
            raise Refusal(Status.NOT_ENOUGH_INFORMATION, "It depends on the Location whether this token may charge.")
        reference = self._new_reference()
        allowed = AllowedType.ALLOWED if token.valid else self._refusals.get(token.uid, AllowedType.BLOCKED)
        if where is not None and not self.permissions.allows(token.uid, asker.peer_id, where.location_id):
            allowed = AllowedType.NOT_ALLOWED if token.valid else allowed
        return AuthorizationInfo(
            allowed=allowed,
            token=token,
            location=self.permissions.named(asker, where) if where and allowed is AllowedType.ALLOWED else None,
            authorization_reference=reference if allowed is AllowedType.ALLOWED else None,
        )

    def _new_reference(self) -> str:
        self._references += 1
        return f"{self.office.id}-A{self._references}"

    # Partners come and go

    def _registered(self, connection: Connection, cause: Cause) -> None:
        self._behind.registered(connection)
        self.sync.registered(connection, cause)

    def went_down(self) -> None:
        """This party stops; what waited to be pushed is forgotten."""
        self._outbox.clear()

    # What CPOs tell

    def _location_changed(self, location: Location, evse: EVSE | None, cause: Cause) -> None:
        self.app.learn(location, evse)
        owner = f"{location.country_code}-{location.party_id}"
        for each in (evse,) if evse is not None else location.evses:
            value = {"status": each.status, "last_updated": each.last_updated}
            self.office.journal.state(self.office.id, "evse", f"{owner}/{each.uid}", value, cause)

    def _location_gone(self, location: Location, cause: Cause) -> None:
        self.app.unlearn(location)
        for evse in location.evses:
            entity = f"{location.country_code}-{location.party_id}/{evse.uid}"
            self.office.journal.state(self.office.id, "evse", entity, None, cause)

    def _tariff_changed(self, tariff: Tariff, cause: Cause) -> None:
        self.app.reprice(tariff)
        entity = f"{tariff.country_code}-{tariff.party_id}/{tariff.id}"
        known = self.tariffs.store.get(tariff.country_code, tariff.party_id, tariff.id)
        value = {"last_updated": tariff.last_updated, "currency": tariff.currency} if known is not None else None
        self.office.journal.state(self.office.id, "tariff", entity, value, cause)

    def _session_changed(self, session: Session, cause: Cause) -> None:
        evse_key = f"{session.country_code}-{session.party_id}/{session.evse_uid}"
        at = (session.cdr_token.uid, evse_key)
        is_active = session.status is _ACTIVE
        if is_active:
            self._active[at] = session
        elif at in self._active and key_of(self._active[at]) == key_of(session):
            del self._active[at]
        self.app.session_changed(evse_key, session)
        if not is_active:
            self._missing_bills.session_changed(session)
        cost = session.total_cost
        value = _Recorded(None if cost is None else cost.excl_vat, session.kwh, session.status)
        in_common = (session.currency, evse_key, session.cdr_token.uid)
        recorded = self._recorded.get(in_common)
        if recorded is None:
            names = ("currency", "evse", "token")
            recorded = self._recorded[in_common] = fixed(dict(zip(names, in_common, strict=True)))
        self.office.journal.state(self.office.id, "session", session.id, value, cause, fixed=recorded)
        if self.scsps is not None:
            self.scsps.session_changed(session, cause)

    def _ask_for_another(self, cdr: CDR, cause: Cause) -> None:
        """A bill or credit cannot be booked before another that its CPO must have: who lacks something reads it."""
        line = self.office.peer_of(cdr.country_code, cdr.party_id)
        if line is not None:
            self.sync.missed(line, "a CDR that has come waits for another", cause)

    def _book(self, cdr: CDR, cause: Cause) -> None:
        """A bill has come, or a credit: admit the amount, after working it out from what the CDR itself says."""
        location = self.locations.store.get(cdr.country_code, cdr.party_id, cdr.cdr_location.id)
        original = self.cdrs.store.original(None, cdr.country_code, cdr.party_id, cdr.id)
        sold_by = cdr.tariffs if original is None else original.tariffs
        again = reprice(cdr, sold_by, location.time_zone if location is not None else None)
        biller = f"{cdr.country_code}-{cdr.party_id}"
        partner = self.office.partner(biller)
        section = section_in("OCPI cdrs, CDR", partner.version if partner is not None else "")
        exchange = cause.id if cause.kind == "message" else 0
        for rule, sentence in again.objections(cdr):
            self.office.journal.hint(exchange, rule, "error", sentence, "$.total_cost", section, by=biller)
        if not again.is_asked(cdr):
            self.inexact.append((biller, cdr.id))
        self.office.journal.money(
            "payable",
            cdr_id=cdr.id,
            session_id=cdr.session_id or "",
            creditor=biller,
            debtor=self.office.id,
            currency=cdr.currency,
            amount=cdr.total_cost.excl_vat,
            approximate=bool(again.why_not),
            reason=again.why_not,
            energy_wh=int(cdr.total_energy * (-1000 if cdr.credit else 1000)),
            tariff_id=sold_by[0].id if sold_by else "",
        )
        self.invoices.accepted(cdr, cause)

    # What it says of sessions

    def active_session(self, token_uid: str) -> Session | None:
        """The session that a token has running, as far as we were told."""
        return next((session for (uid, _), session in self._active.items() if uid == token_uid), None)

    def active_session_ids(self) -> list[str]:
        """The sessions that are running, as far as we were told."""
        return [session.id for session in self._active.values()]

    def prefer(self, session: Session, preferences: ChargingPreferences, cause: Cause) -> None:
        """Tell a session's CPO what the driver prefers; what it says to that is an event."""
        connection = self.office.peer_of(session.country_code, session.party_id)
        if connection is None:
            return

        def work() -> Generator[Event, Any, None]:
            result = yield from self.sessions.prefer(connection, session, preferences, cause)
            self.office.journal.event(
                self.office.id,
                "charging_preferences_result",
                party=self.office.id,
                subject=session.id,
                data={"result": result, "profile_type": preferences.profile_type.value},
                cause=cause,
            )

        self.office.spawn(work(), f"charging preferences of {session.id}")

    # What its drivers want (CommandDesk)

    def start(self, token_uid: str, known: KnownEvse, answer: Callable[[str], None], cause: Cause) -> None:
        """Send START_SESSION for one of our tokens, which we hereby authorise."""
        if self.office.node.down:
            answer("UNREACHABLE")
            return
        location, evse = self.app.connector_of(known.key)
        if not self._is_good_at(location, token_uid):
            answer(AllowedType.NOT_ALLOWED)
            return
        body = StartSession(
            response_url=_NO_URL,
            token=self._by_uid[token_uid],
            location_id=location.id,
            evse_uid=evse.uid,
            connector_id=evse.connectors[0].id,
            authorization_reference=self._new_reference(),
        )
        connection = self.office.peer_of(location.country_code, location.party_id)
        self._command(connection, CommandType.START_SESSION, body, token_uid, location.id, "", answer, cause)

    def stop(self, token_uid: str, evse_key: str, answer: Callable[[str], None], cause: Cause) -> None:
        """Send STOP_SESSION for the session that we know of."""
        session = self._active.get((token_uid, evse_key))
        if self.office.node.down:
            answer("UNREACHABLE")
        elif session is None:
            answer("UNKNOWN_SESSION")
        else:
            body = StopSession(response_url=_NO_URL, session_id=session.id)
            connection = self.office.peer_of(session.country_code, session.party_id)
            self._command(
                connection,
                CommandType.STOP_SESSION,
                body,
                token_uid,
                session.location_id,
                session.id,
                answer,
                cause,
            )

    def reserve(
        self,
        token_uid: str,
        known: KnownEvse,
        until_us: int,
        answer: Callable[[str], None],
        withdrawn: Callable[[Cause], None],
        cause: Cause,
    ) -> None:
        """See CommandDesk."""
        if self.office.node.down:
            answer("UNREACHABLE")
            return
        token, at = self._by_uid[token_uid], self.app.connector_of(known.key)
        if not self._is_good_at(at[0], token_uid):
            answer(AllowedType.NOT_ALLOWED)
            return
        self.reservations.reserve(token, at, until_us, self._new_reference(), answer, withdrawn, cause)

    def cancel(self, token_uid: str, answer: Callable[[str], None], cause: Cause) -> None:
        """See CommandDesk."""
        if self.office.node.down:
            answer("UNREACHABLE")
        else:
            self.reservations.cancel(token_uid, answer, cause)

    def _is_good_at(self, location: Location, token_uid: str) -> bool:
        return self.permissions.allows(token_uid, f"{location.country_code}-{location.party_id}", location.id)

    def _command(
        self,
        connection: Connection | None,
        command: CommandType,
        body: Command,
        token_uid: str,
        location_id: str,
        session_id: str,
        answer: Callable[[str], None],
        cause: Cause,
        more: More | None = None,
    ) -> None:
        if connection is None:
            answer("UNREACHABLE")
            return
        subject = Subject(
            module=ModuleID.COMMANDS.value,
            interface="RECEIVER",
            route=f"commands.receiver.post_{command.value.lower()}",
            version=connection.version,
            object_kind=type(body).__name__,
            object_id=command.value,
            session_id=session_id,
            token_uid=token_uid,
            location_id=location_id,
        )

        def work() -> Generator[Event, Any, None]:
            result = yield from self.commands.run(connection, command, body, subject, cause, more)
            answer(result)

        self.office.spawn(work(), f"{command.value} for {token_uid}")


def _place_of(token: Token) -> Where:
    segments = (token.country_code, token.party_id, token.uid)
    return Where(ModuleID.TOKENS, "token", segments, token.uid, token.uid, token.type.value)
