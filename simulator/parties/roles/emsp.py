"""The e-mobility service provider: what it does with what CPOs tell it, and with what its drivers want.

It is the Sender of tokens and commands and the Receiver of locations, tariffs, sessions and CDRs.
"""

from collections.abc import Callable, Generator, Iterable
from typing import Any

import msgspec
from simpy import Event

from simulator.engine.cause import Cause
from simulator.engine.exchange import Subject
from simulator.engine.journal import fixed
from simulator.ocpi import codec
from simulator.ocpi.modules import InterfaceRole, ModuleID
from simulator.ocpi.routes import join_url
from simulator.ocpi.v2_2_1.cdrs import CDR
from simulator.ocpi.v2_2_1.commands import CommandType, StartSession, StopSession
from simulator.ocpi.v2_2_1.locations import EVSE, Location
from simulator.ocpi.v2_2_1.sessions import Session, SessionStatus
from simulator.ocpi.v2_2_1.tariffs import Tariff
from simulator.ocpi.v2_2_1.tokens import AllowedType, AuthorizationInfo, LocationReferences, Token
from simulator.parties.connection import Connection
from simulator.parties.modules.cdrs import CdrsReceiver
from simulator.parties.modules.commands import CommandsSender
from simulator.parties.modules.locations import LocationsReceiver
from simulator.parties.modules.sessions import SessionsReceiver
from simulator.parties.modules.tariffs import TariffsReceiver
from simulator.parties.modules.tokens import TokensSender
from simulator.parties.office import Office
from simulator.parties.pricing import reprice
from simulator.parties.push import Outbox
from simulator.parties.registration import Registration
from simulator.parties.roles.app import DriverApp
from simulator.parties.sync import Pull, Synchroniser, Taken
from simulator.world.app import KnownEvse

EXPECTED_OF_CPO = (
    (ModuleID.LOCATIONS, InterfaceRole.SENDER),
    (ModuleID.TARIFFS, InterfaceRole.SENDER),
    (ModuleID.SESSIONS, InterfaceRole.SENDER),
    (ModuleID.CDRS, InterfaceRole.SENDER),
    (ModuleID.TOKENS, InterfaceRole.RECEIVER),
    (ModuleID.COMMANDS, InterfaceRole.RECEIVER),
)
_ACTIVE = SessionStatus.ACTIVE
_NO_URL = "#NA"


class Emsp:
    """One eMSP; `app` is what its drivers hold in their hands."""

    def __init__(self, office: Office, poll_us: int | None) -> None:
        self.office = office
        self.tokens = TokensSender(office, self._decide)
        self.locations = LocationsReceiver(office, self._location_changed)
        self.tariffs = TariffsReceiver(office, self._tariff_changed)
        self.sessions = SessionsReceiver(office, self._session_changed)
        self.cdrs = CdrsReceiver(office, self._cdr_accepted)
        self.commands = CommandsSender(office)
        self.app = DriverApp(office.calendar, self.tariffs.store, self)
        pulls = (
            Pull(ModuleID.TARIFFS, Tariff, self._take_tariffs, full=True),
            Pull(ModuleID.LOCATIONS, Location, self._take_locations),
            Pull(ModuleID.SESSIONS, Session, self._take_sessions, needs_date_from=True),
            Pull(ModuleID.CDRS, CDR, self._take_cdrs),
        )
        self.sync = Synchroniser(office, pulls, poll_us)
        self.registration = Registration(office, EXPECTED_OF_CPO, self.sync.registered)
        self._outbox = Outbox(office)
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
        body = codec.encode({"valid": False, "last_updated": token.last_updated})
        for connection in tuple(self.office.registered()):
            url = connection.endpoint(ModuleID.TOKENS, InterfaceRole.RECEIVER)
            if url is None:
                continue
            subject = Subject(
                module=ModuleID.TOKENS.value,
                interface="RECEIVER",
                route="tokens.receiver.patch_token",
                version=connection.version,
                object_kind="Token",
                object_id=uid,
                token_uid=uid,
            )
            where = join_url(url, token.country_code, token.party_id, uid)
            lane = f"{connection.peer_id}/{uid}"
            self._outbox.push(lane, connection, "PATCH", f"{where}?type={token.type.value}", subject, cause, body)

    def _decide(self, token: Token, where: LocationReferences | None) -> AuthorizationInfo:
        """Real-time authorisation. Opening hours and EVSE status are none of its business (OCPI, Tokens).

        The answer names the places where the driver may charge, so none of them when it is a refusal.
        """
        self._references += 1
        allowed = AllowedType.ALLOWED if token.valid else self._refusals.get(token.uid, AllowedType.BLOCKED)
        return AuthorizationInfo(
            allowed=allowed,
            token=token,
            location=where if allowed is AllowedType.ALLOWED else None,
            authorization_reference=f"{self.office.id}-A{self._references}" if allowed is AllowedType.ALLOWED else None,
        )

    # Partners come and go

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

    def _tariff_changed(self, tariff: Tariff, cause: Cause) -> None:
        self.app.reprice(tariff)
        entity = f"{tariff.country_code}-{tariff.party_id}/{tariff.id}"
        known = self.tariffs.store.get(tariff.country_code, tariff.party_id, tariff.id)
        value = {"last_updated": tariff.last_updated, "currency": tariff.currency} if known is not None else None
        self.office.journal.state(self.office.id, "tariff", entity, value, cause)

    def _session_changed(self, session: Session, cause: Cause) -> None:
        evse_key = f"{session.country_code}-{session.party_id}/{session.evse_uid}"
        at = (session.cdr_token.uid, evse_key)
        if session.status is _ACTIVE:
            self._active[at] = session
        elif at in self._active and self._active[at].id == session.id:
            del self._active[at]
        cost = session.total_cost
        value = {
            "status": session.status,
            "kwh": str(session.kwh),
            "cost": str(cost.excl_vat) if cost else None,
        }
        in_common = (session.currency, evse_key, session.cdr_token.uid)
        recorded = self._recorded.get(in_common)
        if recorded is None:
            names = ("currency", "evse", "token")
            recorded = self._recorded[in_common] = fixed(dict(zip(names, in_common, strict=True)))
        self.office.journal.state(self.office.id, "session", session.id, value, cause, fixed=recorded)

    def _cdr_accepted(self, cdr: CDR, cause: Cause) -> None:
        """A bill has come: admit the amount, after working it out from what the CDR itself says."""
        again = reprice(cdr)
        amount = cdr.total_cost.excl_vat
        if again.comparable and again.amount != amount:
            self.office.journal.hint(
                cause.id,
                "cdr-price",
                "error",
                f"The CDR asks {amount} {cdr.currency}; its tariff and volumes make {again.amount}.",
                "$.total_cost.excl_vat",
                "OCPI 2.2.1 cdrs, CDR",
            )
        self.office.journal.money(
            "payable",
            cdr_id=cdr.id,
            session_id=cdr.session_id or "",
            creditor=f"{cdr.country_code}-{cdr.party_id}",
            debtor=self.office.id,
            currency=cdr.currency,
            amount=amount,
            approximate=not again.comparable,
            reason="",
            energy_wh=int(cdr.total_energy * 1000),
            tariff_id=cdr.tariffs[0].id if cdr.tariffs else "",
        )

    # What it pulls

    def _take_tariffs(self, connection: Connection, tariffs: list[Tariff], cause: Cause) -> Taken:
        return Taken(self.tariffs.take_all(connection, tariffs, cause))

    def _take_locations(self, connection: Connection, locations: list[Location], cause: Cause) -> Taken:
        changed, stalest_us = 0, 0
        for location in locations:
            if connection.owns(location.country_code, location.party_id):
                stale_us = self._stale_us(location)
                if self.locations.take(location, cause):
                    changed += 1
                    stalest_us = max(stalest_us, stale_us)
        return Taken(changed, stalest_us)

    def _stale_us(self, location: Location) -> int:
        """For how long the longest wrong status of this location has been shown to drivers."""
        known = self.locations.store.get(location.country_code, location.party_id, location.id)
        if known is None:
            return 0
        before = {evse.uid: evse.status for evse in known.evses}
        calendar = self.office.calendar
        return max(
            (
                calendar.now_us - calendar.at_us(evse.last_updated)
                for evse in location.evses
                if evse.uid in before and before[evse.uid] is not evse.status
            ),
            default=0,
        )

    def _take_sessions(self, connection: Connection, sessions: list[Session], cause: Cause) -> Taken:
        mine = [session for session in sessions if connection.owns(session.country_code, session.party_id)]
        return Taken(sum(self.sessions.take(session, cause) for session in mine))

    def _take_cdrs(self, connection: Connection, cdrs: list[CDR], cause: Cause) -> Taken:
        mine = [cdr for cdr in cdrs if connection.owns(cdr.country_code, cdr.party_id)]
        return Taken(sum(self.cdrs.take(cdr, cause) for cdr in mine))

    # What its drivers want (CommandDesk)

    def start(self, token_uid: str, known: KnownEvse, answer: Callable[[str], None], cause: Cause) -> None:
        """Send START_SESSION for one of our tokens, which we hereby authorise."""
        if self.office.node.down:
            answer("UNREACHABLE")
            return
        self._references += 1
        location, evse = self.app.connector_of(known.key)
        body = StartSession(
            response_url=_NO_URL,
            token=self._by_uid[token_uid],
            location_id=location.id,
            evse_uid=evse.uid,
            connector_id=evse.connectors[0].id,
            authorization_reference=f"{self.office.id}-A{self._references}",
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

    def _command(
        self,
        connection: Connection | None,
        command: CommandType,
        body: StartSession | StopSession,
        token_uid: str,
        location_id: str,
        session_id: str,
        answer: Callable[[str], None],
        cause: Cause,
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
            result = yield from self.commands.run(connection, command, body, subject, cause)
            answer(result)

        self.office.spawn(work(), f"{command.value} for {token_uid}")
