"""What a CPO does about reservations: its charge point keeps the place, and a Session without energy tells of it.

Each hold at a charge point has a number of the CPO's own, so that eMSPs which chose the same reservation_id stay apart.
Where the tariff has prices for reservations, the time that a place was kept is billed: with the charging that follows,
or by a CDR of its own when the driver cancels or does not come. What the CPO itself takes back costs nothing.
Source: OCPI 2.2.1, Commands module; Sessions module, SessionStatus RESERVATION; Tariffs module,
ReservationRestrictionType; digest, sections 3.3, 3.4, 3.5 and 3.7.
"""

from collections.abc import Generator
from typing import Any, Final, Protocol

from msgspec import Struct
from simpy import Event

from simulator.billing.pieces import Activity
from simulator.engine.cause import Cause
from simulator.ocpi.datatypes import ci_key
from simulator.ocpi.status import Status as StatusCode
from simulator.ocpi.v2_2_1.commands import (
    CancelReservation,
    CommandResponseType,
    CommandResultType,
    CommandType,
    ReserveNow,
)
from simulator.ocpi.v2_2_1.location_tree import find_evse
from simulator.ocpi.v2_2_1.locations import Capability, Location
from simulator.ocpp import messages as ocpp
from simulator.parties.call import Call, Reply
from simulator.parties.dialect import OLDEST
from simulator.parties.modules.commands import Decide, Tell, answer
from simulator.parties.office import Office
from simulator.parties.roles.charge_points import ChargePoints, accepts
from simulator.parties.roles.cpo_capabilities import why_not_supported
from simulator.parties.roles.cpo_commands import id_token, not_yours, pass_on, result_of, some_free_evse, unknown_place
from simulator.parties.roles.cpo_reserved_session import ReservedSession
from simulator.parties.roles.cpo_session import Place
from simulator.parties.store import Store

_RESERVABLE = Capability.RESERVABLE
_Key = tuple[str, str]
_LOOK_UP_US: Final = 1_000_000
"""How long it takes to find that there is no such reservation: a result follows the direct answer."""


class SessionBooks(Protocol):
    """The CPO's books, as far as a reservation needs them."""

    def place(self, evse_uid: str) -> Place | None:
        """Where a session at this EVSE takes place."""

    def new_session_id(self) -> str:
        """The id of a session to come."""

    def enter(self, session: ReservedSession, cause: Cause) -> None:
        """Keep the session as it now is, and tell its payer; bill it if it has ended and costs something."""


class _Held(Struct, eq=False):
    """A place that is kept: `number` names it to the charge point, `tell` reaches the eMSP that asked for it."""

    number: int
    key: _Key
    session: ReservedSession
    tell: Tell


class Reservations:
    """Takes RESERVE_NOW and CANCEL_RESERVATION for one CPO."""

    def __init__(
        self, office: Office, locations: Store[Location], charge_points: ChargePoints, books: SessionBooks
    ) -> None:
        self._office = office
        self._locations = locations
        self._charge_points = charge_points
        self._books = books
        self._count = 0
        self._held: dict[_Key, _Held] = {}
        self.decisions: dict[CommandType, Decide] = {
            CommandType.RESERVE_NOW: self._reserve,
            CommandType.CANCEL_RESERVATION: self._cancel,
        }

    # What eMSPs ask

    def _reserve(self, call: Call, wish: ReserveNow, tell: Tell) -> Reply:
        location = self._locations.get(wish.location_id)
        if location is None:
            return unknown_place(call, f"Location {wish.location_id!r}")
        evse = find_evse(location, wish.evse_uid) if wish.evse_uid is not None else None
        if evse is None and wish.evse_uid is not None:
            return unknown_place(call, f"EVSE {wish.evse_uid!r}")
        why_not = why_not_supported(self._office, call, location.evses if evse is None else (evse,), _RESERVABLE)
        if why_not:
            return answer(call, CommandResponseType.NOT_SUPPORTED, why_not)
        if not call.connection.owns(wish.token.country_code, wish.token.party_id):
            return not_yours(call, wish.token)
        expiry_us = self._office.calendar.at_us(wish.expiry_date)
        if expiry_us <= self._office.calendar.now_us:
            return _refused(call, f"The reservation would have ended at {wish.expiry_date}.")
        key = (call.connection.peer_id, ci_key(wish.reservation_id))
        before = self._held.get(key)
        if before is not None and before.session.place.location.id != location.id:
            return _refused(call, f"Reservation {wish.reservation_id} is for another location.")
        if evse is None:
            evse = before.session.place.evse if before is not None else some_free_evse(location.evses, _RESERVABLE)
        place = self._books.place(evse.uid) if evse is not None else None
        if place is None:
            return answer(call, CommandResponseType.REJECTED, f"No EVSE of Location {location.id} is free.")
        stays = before is not None and before.session.place.evse.uid == place.evse.uid
        number = before.number if before is not None and stays else self._new_number()
        request = ocpp.ReserveNow(number, id_token(wish.token), expiry_us)

        def answered(reply: ocpp.Answer | None) -> None:
            if accepts(reply):
                self._hold(number, key, place, wish, tell, call.cause, is_billable=call.version != OLDEST)
            pass_on(reply, tell, call.cause)

        self._charge_points.ask(place.evse.uid, request, answered, call.cause)
        return answer(call, CommandResponseType.ACCEPTED)

    def _hold(
        self, number: int, key: _Key, place: Place, wish: ReserveNow, tell: Tell, cause: Cause, *, is_billable: bool
    ) -> None:
        before = self._held.get(key)
        if before is None:
            session = ReservedSession(self._office, self._books.new_session_id(), place, wish, is_billable=is_billable)
        else:
            session = before.session
            if before.number != number:
                self._release(before, cause)
            session.change(place, wish)
        self._held[key] = _Held(number, key, session, tell)
        self._books.enter(session, cause)

    def _cancel(self, call: Call, wish: CancelReservation, tell: Tell) -> Reply:
        held = self._held.get((call.connection.peer_id, ci_key(wish.reservation_id)))
        if held is None:
            self._office.spawn(self._deny(tell, call.cause), f"look for reservation {wish.reservation_id}")
            return answer(call, CommandResponseType.ACCEPTED)

        def answered(reply: ocpp.Answer | None) -> None:
            if accepts(reply):
                self._finish(held, call.cause, "RESERVATION")
            pass_on(reply, tell, call.cause)

        request = ocpp.CancelReservation(held.number)
        self._charge_points.ask(held.session.place.evse.uid, request, answered, call.cause)
        return answer(call, CommandResponseType.ACCEPTED)

    def _deny(self, tell: Tell, cause: Cause) -> Generator[Event, Any, None]:
        yield self._office.env.timeout(_LOOK_UP_US)
        tell(CommandResultType.UNKNOWN_RESERVATION, cause)

    # What the CPO itself wants

    def keeps_for(self, token_uid: str) -> bool:
        """Whether a place is kept for this token."""
        return any(held.session.token.uid == token_uid for held in self._held.values())

    def withdraw(self, token_uid: str, cause: Cause) -> None:
        """Take back the reservation for a token, and tell its eMSP where it wanted to hear."""
        held = next(held for held in self._held.values() if held.session.token.uid == token_uid)

        def answered(reply: ocpp.Answer | None) -> None:
            if accepts(reply):
                self._finish(held, cause)
                held.tell(CommandResultType.CANCELED_RESERVATION, cause)
            else:
                office = self._office
                data = {"result": result_of(reply)}
                office.journal.event(
                    office.id, "not_withdrawn", party=office.id, subject=token_uid, data=data, cause=cause
                )

        self._charge_points.ask(held.session.place.evse.uid, ocpp.CancelReservation(held.number), answered, cause)

    # What its charge points say

    def ended(self, number: int, cause: Cause) -> None:
        """The charge point keeps the place no longer."""
        held = self._by_number(number)
        if held is not None:
            self._finish(held, cause, "RESERVATION_EXPIRES")

    def used(self, number: int, payer: str, cause: Cause) -> ReservedSession | None:
        """A transaction uses a reservation; returns the Session that goes on, None when it is not this payer's.

        Two eMSPs may have given out cards with one uid: the reservation of the other then ends.
        """
        held = self._by_number(number)
        if held is None:
            return None
        if held.session.payer != payer:
            self._finish(held, cause)
            return None
        del self._held[held.key]
        return held.session

    # Inside

    def _new_number(self) -> int:
        self._count += 1
        return self._count

    def _by_number(self, number: int) -> _Held | None:
        return next((held for held in self._held.values() if held.number == number), None)

    def _finish(self, held: _Held, cause: Cause, costs_as: Activity | None = None) -> None:
        """It is over without having been used."""
        if self._held.get(held.key) is held:
            del self._held[held.key]
            held.session.complete(costs_as)
            self._books.enter(held.session, cause)

    def _release(self, held: _Held, cause: Cause) -> None:
        """The eMSP has got another place instead."""
        request = ocpp.CancelReservation(held.number)
        self._charge_points.ask(held.session.place.evse.uid, request, lambda _: None, cause)


def _refused(call: Call, message: str) -> Reply:
    return answer(call, CommandResponseType.REJECTED, status=StatusCode.INVALID_PARAMETERS, message=message)
