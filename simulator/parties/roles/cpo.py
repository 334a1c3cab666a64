"""The charge point operator: what it does about its charge points' messages and its partners' requests.

Towards the street it is OCPP's central system; towards its partners it is the Sender of locations, tariffs, sessions
and CDRs, and the Receiver of tokens, commands and charging profiles.
"""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from msgspec.structs import replace
from simpy import Event

from simulator.engine.cause import TIME, Cause
from simulator.engine.exchange import Exchange, Subject
from simulator.engine.journal import fixed
from simulator.ocpi.datatypes import ci_key
from simulator.ocpi.modules import InterfaceRole, ModuleID, Role
from simulator.ocpi.routes import join_url
from simulator.ocpi.v2_2_1.cdrs import AuthMethod
from simulator.ocpi.v2_2_1.location_tree import find_evse, put_evse
from simulator.ocpi.v2_2_1.locations import EVSE, Location, Status
from simulator.ocpi.v2_2_1.tariffs import Tariff
from simulator.ocpi.v2_2_1.tokens import LocationReferences, Token
from simulator.ocpi.v2_2_1.types import TokenType
from simulator.ocpp.messages import (
    ASKED_FOR,
    Acknowledged,
    Answer,
    Authorize,
    AuthorizeAnswer,
    IdToken,
    ReservationStatusUpdate,
    StatusNotification,
    ToCentralSystem,
    TransactionEvent,
)
from simulator.parties.behind import BehindHubs
from simulator.parties.client import not_found
from simulator.parties.connection import Connection
from simulator.parties.dialect import Books, Owner
from simulator.parties.modules.locations import LocationsSender, connector_of, evse_of, with_status_of
from simulator.parties.modules.sessions import SessionsSender
from simulator.parties.modules.tariffs import TariffsSender
from simulator.parties.modules.tokens import TokensReceiver
from simulator.parties.office import Office
from simulator.parties.push import Copy, Outbox, say, url_of
from simulator.parties.registration import Registration
from simulator.parties.roles.authorisation import Authorisation, Authoriser, cdr_token
from simulator.parties.roles.charge_points import ChargePoints
from simulator.parties.roles.cpo_billing import Billing
from simulator.parties.roles.cpo_commands import RemoteControl
from simulator.parties.roles.cpo_invoices import Invoices
from simulator.parties.roles.cpo_places import PlaceChange
from simulator.parties.roles.cpo_preferences import PreferenceDesk
from simulator.parties.roles.cpo_profiles import ProfileDesk
from simulator.parties.roles.cpo_readings import MeterReadings
from simulator.parties.roles.cpo_reservations import Reservations
from simulator.parties.roles.cpo_reserved_session import ReservedSession
from simulator.parties.roles.cpo_session import CpoSession, Place
from simulator.parties.roles.cpo_session_push import SessionPush
from simulator.parties.roles.cpo_tariffs import PriceList
from simulator.parties.roles.expected import EXPECTED
from simulator.parties.sync import Pull, Synchroniser
from simulator.parties.taking import Taken

_IN_OCPI = {
    "Available": Status.AVAILABLE,
    "Reserved": Status.RESERVED,
    "Occupied": Status.CHARGING,  # OCPI has no word for occupied; CHARGING is what "in use" is there
    "Unavailable": Status.INOPERATIVE,
    "Faulted": Status.OUTOFORDER,
}
_KINDS = {"ISO14443": TokenType.RFID, "Central": TokenType.APP_USER}

_ACKNOWLEDGED = Acknowledged()
_LOCATIONS, _RECEIVER = ModuleID.LOCATIONS, InterfaceRole.RECEIVER


class _Books(Books):
    """What a CPO's translations can look up: its own locations and tariffs, and the tokens that partners gave it."""

    def __init__(self, locations: LocationsSender, tariffs: TariffsSender, tokens: TokensReceiver) -> None:
        self._locations = locations
        self._tariffs = tariffs
        self._tokens = tokens

    def location(self, country_code: str, party_id: str, id: str) -> Location | None:
        """See Books."""
        del country_code, party_id
        return self._locations.store.get(id)

    def tariff(self, country_code: str, party_id: str, id: str) -> Tariff | None:
        """See Books."""
        del country_code, party_id
        return self._tariffs.store.get(id)

    def tokens(self, uid_or_contract: str) -> Sequence[Token]:
        """See Books."""
        return self._tokens.named(uid_or_contract)

    def token_owners(self, uid: str, contract_id: str) -> Sequence[Owner]:
        """See Books."""
        return self._tokens.owners(uid, contract_id)


class Cpo:
    """One CPO. Implements OCPP's CentralSystem; `charge_points` is how it reaches them.

    `_heard` are the transactions whose start it was told. In 2.1.1 it tells of changed sessions and tariffs by PUT, or
    it `patches` them.
    """

    def __init__(self, office: Office, poll_us: int | None, keeps_tokens: bool = True, patches: bool = False) -> None:
        self.office = office
        self.locations = LocationsSender(office)
        self.tariffs = TariffsSender(office)
        self.tokens = TokensReceiver(office, self._token_changed)
        office.books = _Books(self.locations, self.tariffs, self.tokens)
        self.charge_points = ChargePoints(office)
        self._readings = MeterReadings(office, self.charge_points)
        self.profiles = ProfileDesk(office, self.charge_points, self._to_limit)
        self.sessions = SessionsSender(office, PreferenceDesk(office, self._open_session).decide)
        self.reservations = Reservations(office, self.locations.store, self.charge_points, self)
        self.remote = RemoteControl(
            office, self.locations.store, self.charge_points, self._open_session, self.reservations.decisions
        )
        self._outbox = Outbox(office)
        self.prices = PriceList(office, self._outbox, self.tariffs.store, patches)
        self._push = SessionPush(office, self._outbox, patches)
        self._behind = BehindHubs(
            office, lambda routed, reason, cause: self.sync.soon(routed, reason, cause), self._push.met
        )
        pulls = (self._behind.pull, Pull(ModuleID.TOKENS, Token, self.tokens, took=self._took_tokens))
        self.sync = Synchroniser(office, pulls if keeps_tokens else pulls[:1], poll_us)
        self.registration = Registration(office, EXPECTED[Role.CPO], self._registered)
        self.billing = Billing(office, self._outbox)
        self.invoices = Invoices(office, self.billing.cdrs)
        self._authoriser = Authoriser(office, self.tokens)
        self._where: dict[str, str] = {}
        self._evse_copies: dict[tuple[str, str], Copy] = {}
        self._authorised: dict[tuple[str, str], Authorisation] = {}
        self._heard: dict[str, None] = {}
        self._open: dict[str, CpoSession] = {}
        self._sessions: dict[str, CpoSession] = {}
        self._session_count = 0
        self._session_prefix = office.streams.uuid_prefix(office.id, "session id")

    # What it owns

    def own(
        self,
        locations: Iterable[Location],
        tariffs: Iterable[Tariff],
        original_locations: Mapping[str, Any],
        original_tariffs: Mapping[str, Any],
    ) -> None:
        """Take locations and tariffs into the books, before the run; with the originals, by id, of some in 2.3.0."""
        for location in locations:
            self.locations.store.put(location, location.id, original=original_locations.get(location.id))
            for evse in location.evses:
                self._where[evse.uid] = location.id
                self._remember(evse, TIME)
        self.prices.own(tariffs, original_tariffs)

    def change_location(self, location: Location, change: PlaceChange, cause: Cause) -> None:
        """Publish a location of which something has changed; partners get just that, at its level."""
        store, at = self.locations.store, location.last_updated
        store.change(location, lambda original: change.made(original, at), location.id)
        change.publish(self.office, self._outbox, location, store.original(None, location.id), cause)

    def _remember(self, evse: EVSE, cause: Cause) -> None:
        value = {"status": evse.status, "last_updated": evse.last_updated}
        self.office.journal.state(self.office.id, "evse", f"{self.office.id}/{evse.uid}", value, cause)

    def place(self, evse_uid: str) -> Place | None:
        """Where a session at this EVSE takes place, as the books have it now; None when they have no such EVSE."""
        location = self.locations.store.get(self._where.get(evse_uid, "#NA"))
        evse = find_evse(location, evse_uid) if location is not None else None
        if location is None or evse is None:
            return None
        connector = evse.connectors[0]
        sold = self.prices.of(connector)
        original = connector_of(self.locations.store.original(None, location.id), evse, connector)
        return Place(location, evse, connector, sold.tariff, sold.neutral, original, sold.original)

    # Partners come and go

    def _registered(self, connection: Connection, cause: Cause) -> None:
        self._behind.registered(connection)
        self._push.met(connection)
        self.sync.registered(connection, cause)

    def went_down(self) -> None:
        """This party stops; what waited to be pushed is forgotten."""
        self._outbox.clear()
        self.billing.went_down()
        self.invoices.sender.clear()
        for session in self._open.values():
            for copy in session.copies.values():
                copy.lacks_some = True

    def _took_tokens(self, connection: Connection, taken: Taken, cause: Cause) -> None:
        """Of tokens that are new only their number is recorded: a card list of thousands is in the message itself."""
        if taken.new:
            self.office.journal.state(self.office.id, "tokens", connection.peer_id, {"count": taken.listed}, cause)

    def _token_changed(self, token: Token, cause: Cause) -> None:
        known = self.tokens.store.get(*self.tokens.key(token))
        value = {"valid": token.valid, "whitelist": token.whitelist} if known is not None else None
        entity = f"{token.country_code}-{token.party_id}/{token.uid}/{token.type.value}"
        self.office.journal.state(self.office.id, "token", entity, value, cause)

    # The street calls (OCPP)

    @property
    def reachable(self) -> bool:
        """Whether the charge points can reach this CPO."""
        return not self.office.node.outages

    def on_call(self, evse_uid: str, message: ToCentralSystem, answer: Callable[[Answer], None], cause: Cause) -> None:
        """A charge point's message has arrived."""
        try:
            if isinstance(message, TransactionEvent):
                self._transaction(evse_uid, message, cause)
            elif isinstance(message, StatusNotification):
                self._status(evse_uid, _IN_OCPI[message.status], cause)
            elif isinstance(message, ReservationStatusUpdate):
                self.reservations.ended(message.reservation_id, cause)
            elif isinstance(message, Authorize):
                self._authorize(evse_uid, message.token, answer, cause)
                return
            answer(_ACKNOWLEDGED)
        except Exception as error:
            self.office.failed(f"{type(message).__name__} of {evse_uid}", error)

    def _status(self, evse_uid: str, status: Status, cause: Cause) -> None:
        location = self.locations.store.get(self._where.get(evse_uid, "#NA"))
        known = find_evse(location, evse_uid) if location is not None else None
        if location is None or known is None or known.status is status:
            return
        evse = replace(known, status=status, last_updated=self.office.calendar.now_after(known.last_updated))
        location = put_evse(location, evse)
        self.locations.store.change(location, lambda original: with_status_of(original, evse), location.id)
        self._remember(evse, cause)
        changes = {"status": status, "last_updated": evse.last_updated}
        original = evse_of(self.locations.store.original(None, location.id), evse)
        for connection in self.office.registered():
            self._push_evse(connection, location, evse, changes, original, cause)

    def _push_evse(
        self,
        connection: Connection,
        location: Location,
        evse: EVSE,
        changes: dict[str, Any],
        original: Any,
        cause: Cause,
    ) -> None:
        endpoint = connection.endpoint(_LOCATIONS, _RECEIVER)
        said = say(self.office, connection, evse, cause, changes, original) if endpoint is not None else None
        if endpoint is None or said is None:
            return
        copy = self._evse_copies.get((connection.peer_id, evse.uid))
        if copy is None or copy.endpoint is not endpoint:
            copy = self._evse_copies[connection.peer_id, evse.uid] = _evse_copy(connection, endpoint, location, evse)
        done = partial(self._pushed_evse, connection, copy, location)
        self._outbox.push(copy.lane, connection, "PATCH", copy.path, copy.patch, cause, said.body, done, copy=copy)

    def _pushed_evse(self, connection: Connection, copy: Copy, location: Location, exchange: Exchange | None) -> None:
        """Only the whole location tells a peer of an EVSE that it does not know."""
        if exchange is None or not not_found(exchange):
            return
        where, cause = copy.path.rpartition("/")[0], exchange.as_cause()
        store = self.locations.store
        now, original = store.get(location.id) or location, store.original(None, location.id)
        whole = say(self.office, connection, now, cause, original=original)
        if whole is not None:
            self._outbox.push(
                copy.lane, connection, "PUT", where, copy.put, cause, whole.body, first=True, losses=whole.losses
            )

    def _authorize(self, evse_uid: str, token: IdToken, answer: Callable[[Answer], None], cause: Cause) -> None:
        kind = _KINDS[token.kind]
        at_once = self._authoriser.from_copy(token.uid, kind)
        if at_once is not None:
            self._decided(evse_uid, token, at_once, answer, cause)
            return
        work = self._ask(evse_uid, token, kind, answer, cause)
        self.office.spawn(work, f"authorise {token.uid}")

    def _ask(
        self, evse_uid: str, token: IdToken, kind: TokenType, answer: Callable[[Answer], None], cause: Cause
    ) -> Generator[Event, Any, None]:
        where = LocationReferences(location_id=self._where[evse_uid], evse_uids=(evse_uid,))
        decision = yield from self._authoriser.ask(token.uid, kind, where, cause)
        self._decided(evse_uid, token, decision, answer, cause)

    def _decided(
        self,
        evse_uid: str,
        token: IdToken,
        decision: Authorisation,
        answer: Callable[[Answer], None],
        cause: Cause,
    ) -> None:
        if decision.status == "Accepted":
            self._authorised[evse_uid, token.uid] = decision
        data = {"token": token.uid, "evse": evse_uid, "status": decision.status, "method": decision.method.value}
        if decision.unreachable:
            data["why"] = decision.unreachable
        self.office.journal.event(
            self.office.id,
            "authorised" if decision.status == "Accepted" else "refused",
            party=self.office.id,
            subject=token.uid,
            data=data,
            cause=cause,
        )
        answer(AuthorizeAnswer(decision.status))

    # A transaction becomes a session

    def _transaction(self, evse_uid: str, event: TransactionEvent, cause: Cause) -> None:
        if event.kind == "Started":
            self._heard[event.transaction_id] = None
            self._begin(evse_uid, event, cause)
            return
        session = self._open.get(event.transaction_id)
        if session is None:
            return
        if event.trigger == ASKED_FOR:
            session.read(event)
            self._readings.see_to(session, event, cause)
            return
        changes = session.patch(session.advance(event))
        if session.has_news:
            self._keep(session, cause)
        self._push.push(session, cause, changes)
        if event.kind == "Ended":
            del self._open[event.transaction_id]
            self.billing.bill(session, cause)
        else:
            self._readings.see_to(session, event, cause)

    def _begin(self, evse_uid: str, event: TransactionEvent, cause: Cause) -> None:
        assert event.token is not None
        decision = (
            self.remote.authorised(event.remote_start_id)
            if event.remote_start_id is not None
            else self._authorised.pop((evse_uid, event.token.uid), None)
        )
        place = self.place(evse_uid)
        if decision is None or decision.token is None or place is None:
            self.office.journal.event(
                self.office.id,
                "unauthorised_transaction",
                party=self.office.id,
                subject=event.transaction_id,
                data={"token": event.token.uid, "evse": evse_uid},
                cause=cause,
            )
            return
        payer = f"{decision.token.country_code}-{decision.token.party_id}".upper()
        reserved = event.reservation_id
        kept = self.reservations.used(reserved, payer, cause) if reserved is not None else None
        id = kept.id if kept is not None else self.new_session_id()
        session = self._new_session(place, decision, event, id, kept.from_us if kept is not None else None)
        self._keep(session, cause)
        self._push.push(session, cause)
        self._readings.see_to(session, event, cause)

    def new_session_id(self) -> str:
        """See SessionBooks."""
        self._session_count += 1
        return f"{self._session_prefix}{self._session_count:012x}"

    def enter(self, session: ReservedSession, cause: Cause) -> None:
        """See SessionBooks."""
        self.sessions.put(session.payer, session)
        self._keep(session, cause)
        self._push.push(session, cause)
        self.billing.bill_reservation(session, cause)

    def _new_session(
        self,
        place: Place,
        decision: Authorisation,
        event: TransactionEvent,
        id: str,
        reserved_from_us: int | None = None,
    ) -> CpoSession:
        assert decision.token is not None
        session = CpoSession(
            id,
            self.office.identity,
            self.office.calendar,
            place,
            decision.token,
            decision.method,
            decision.reference,
            event,
            reserved_from_us,
        )
        self._open[event.transaction_id] = session
        self._sessions[id] = session
        self.sessions.put(session.payer, session)
        return session

    def adopt(self, evse_uid: str, token: Token, started: TransactionEvent, so_far: TransactionEvent) -> None:
        """Take a session into the books that began before the run; nobody is told, partners will pull it."""
        place = self.place(evse_uid)
        assert place is not None
        evse = replace(place.evse, status=Status.CHARGING, last_updated=self.office.calendar.now())
        location = put_evse(place.location, evse)
        self.locations.store.change(location, lambda original: with_status_of(original, evse), location.id)
        self._remember(evse, TIME)
        decision = Authorisation("Accepted", cdr_token(token), AuthMethod.WHITELIST)
        place = replace(place, location=location, evse=evse)
        session = self._new_session(place, decision, started, self.new_session_id())
        session.advance(so_far)
        self._keep(session, TIME)
        self._readings.see_to(session, so_far, TIME)

    def _keep(self, session: CpoSession | ReservedSession, cause: Cause) -> None:
        value: dict[str, object] = {"status": session.status, "kwh": session.kwh, "cost": session.cost.excl_vat}
        if session.end_date_time is not None:
            value["end"] = session.end_date_time
        if not session.recorded:
            session.recorded = fixed(
                {
                    "currency": session.currency,
                    "evse": f"{self.office.id}/{session.place.evse.uid}",
                    "token": session.token.uid,
                    "emsp": session.payer,
                    "location": session.place.location.id,
                    "start": session.start_date_time,
                }
            )
        self.office.journal.state(self.office.id, "session", session.id, value, cause, fixed=session.recorded)

    def awaits(self, transaction_id: str) -> bool:
        """Whether a transaction's end has still to come: its session is open, or its start has not reached us."""
        return transaction_id in self._open or transaction_id not in self._heard

    def _open_session(self, peer_id: str, session_id: str) -> CpoSession | None:
        """A running session of this payer's, for its commands."""
        session = self._running(session_id)
        return session if session is not None and session.payer == peer_id else None

    def _to_limit(self, connection: Connection, session_id: str) -> CpoSession | None:
        """A running session that a peer may limit: its payer may, and an SCSP may limit any."""
        if connection.peer_role is Role.SCSP:
            return self._running(session_id)
        return self._open_session(connection.peer_id, session_id)

    def _running(self, session_id: str) -> CpoSession | None:
        session = self._sessions.get(ci_key(session_id))
        return session if session is not None and session.transaction_id in self._open else None


def _evse_copy(connection: Connection, endpoint: str, location: Location, evse: EVSE) -> Copy:
    """Where a peer keeps an EVSE of ours. What cannot be patched is put as the location around it."""
    patch = Subject(
        module="locations",
        interface="RECEIVER",
        route="locations.receiver.patch_evse",
        version=connection.version,
        object_kind="EVSE",
        object_id=evse.uid,
        location_id=location.id,
    )
    put = replace(patch, route="locations.receiver.put_location", object_kind="Location", object_id=location.id)
    path = join_url("", location.country_code, location.party_id, location.id, evse.uid)
    return Copy(endpoint, path, url_of(endpoint, path), f"{connection.peer_id}/{evse.uid}", put, patch)
