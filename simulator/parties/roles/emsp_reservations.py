"""What an eMSP does about its drivers' reservations: it asks the CPO, and tells the app if the CPO takes one back.

Its reservation_ids are decimal numbers, which every version can say: OCPI 2.1.1 knows no others.
Source: OCPI 2.2.1, Commands module; digest, section 3.5.
"""

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from simulator.engine.cause import Cause
from simulator.ocpi.v2_2_1.commands import (
    CancelReservation,
    CommandResultType,
    CommandType,
    ReserveNow,
)
from simulator.ocpi.v2_2_1.locations import EVSE, Location
from simulator.ocpi.v2_2_1.tokens import Token
from simulator.parties.connection import Connection
from simulator.parties.modules.commands import Command, More
from simulator.parties.office import Office

_NO_URL = "#NA"


class Send(Protocol):
    """Sends a command about a token and a location, and answers with what came of it."""

    def __call__(
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
        """`more` gets a result that comes after the answer."""


class _Held(Struct, frozen=True):
    """A reservation that a CPO has accepted."""

    id: str
    connection: Connection
    location_id: str


class Reservations:
    """The reservations of one eMSP's drivers, at most one a token."""

    def __init__(self, office: Office, send: Send) -> None:
        self._office = office
        self._send = send
        self._count = 0
        self._held: dict[str, _Held] = {}

    def reserve(
        self,
        token: Token,
        at: tuple[Location, EVSE],
        until_us: int,
        reference: str,
        answer: Callable[[str], None],
        withdrawn: Callable[[Cause], None],
        cause: Cause,
    ) -> None:
        """Send RESERVE_NOW for an EVSE; `withdrawn` is called if the CPO takes back what it has accepted."""
        location, evse = at
        connection = self._office.peer_of(location.country_code, location.party_id)
        self._count += 1
        id = str(self._count)
        body = ReserveNow(
            response_url=_NO_URL,
            token=token,
            expiry_date=self._office.calendar.text(until_us),
            reservation_id=id,
            location_id=location.id,
            evse_uid=evse.uid,
            authorization_reference=reference,
        )

        def answered(result: str) -> None:
            if result == CommandResultType.ACCEPTED and connection is not None:
                self._held[token.uid] = _Held(id, connection, location.id)
            answer(result)

        def changed(result: CommandResultType, why: Cause) -> None:
            # CANCELED_RESERVATION, for which a CPO of 2.1.1 can only say REJECTED.
            held = self._held.get(token.uid)
            if result is not CommandResultType.ACCEPTED and held is not None and held.id == id:
                del self._held[token.uid]
                withdrawn(self._tell("reservation_withdrawn", token.uid, {"result": result}, why))

        self._send(connection, CommandType.RESERVE_NOW, body, token.uid, location.id, "", answered, cause, changed)

    def cancel(self, token_uid: str, answer: Callable[[str], None], cause: Cause) -> None:
        """Send CANCEL_RESERVATION for the reservation of a token."""
        held = self._held.get(token_uid)
        if held is None:
            answer(CommandResultType.UNKNOWN_RESERVATION)
            return

        def answered(result: str) -> None:
            if result in (CommandResultType.ACCEPTED, CommandResultType.UNKNOWN_RESERVATION):
                self._held.pop(token_uid, None)
            answer(result)

        body = CancelReservation(response_url=_NO_URL, reservation_id=held.id)
        self._send(
            held.connection,
            CommandType.CANCEL_RESERVATION,
            body,
            token_uid,
            held.location_id,
            "",
            answered,
            cause,
        )

    def _tell(self, kind: str, token_uid: str, data: dict[str, object], cause: Cause) -> Cause:
        office = self._office
        return office.journal.event(office.id, kind, party=office.id, subject=token_uid, data=data, cause=cause)
