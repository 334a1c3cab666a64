"""The Session of a place that is kept until charging starts or the reservation ends, and its bill when it was not used.

Source: OCPI 2.2.1, Sessions module, SessionStatus RESERVATION; CDRs module; Tariffs module, ReservationRestrictionType;
digest, sections 3.3, 3.4 and 3.7.
"""

from decimal import Decimal
from typing import TYPE_CHECKING

from simulator.billing.course import price_course
from simulator.billing.pieces import Activity, Period
from simulator.billing.price import Bill
from simulator.ocpi.datatypes import Price
from simulator.ocpi.v2_2_1.cdrs import CDR, AuthMethod, ChargingPeriod
from simulator.ocpi.v2_2_1.commands import ReserveNow
from simulator.ocpi.v2_2_1.sessions import Session, SessionStatus
from simulator.parties.office import Office
from simulator.parties.pricing import FREE, as_price, bills_reservations, hours, kwh
from simulator.parties.roles.authorisation import cdr_token
from simulator.parties.roles.cpo_session import NOT_ASSIGNED, PeersCopy, Place, cdr_location, reserved_period

if TYPE_CHECKING:
    from simulator.ocpi.translation import Loss

_NOTHING = kwh(0)


class ReservedSession:
    """The Session of a reservation; when charging starts a CpoSession takes its place under the same id.

    `place` is what the charge point keeps, from `from_us` on, which is None where nothing is billed for that: OCPI
    2.1.1 has no prices for it. `bill` is there when it has ended unused and is billed. To an eMSP that wants a place
    at a location, whichever, no EVSE is named.
    """

    def __init__(self, office: Office, id: str, place: Place, wish: ReserveNow, *, is_billable: bool) -> None:
        self.id = id
        self.place = place
        self.token = cdr_token(wish.token)
        self.payer = f"{self.token.country_code}-{self.token.party_id}".upper()
        self.status = SessionStatus.RESERVATION
        self.kwh: Decimal = _NOTHING
        self.cost: Price = as_price(FREE.total_excl)
        self.currency = place.neutral.currency if place.neutral is not None else FREE.currency
        self.start_date_time = self.last_updated = office.calendar.now()
        self.end_date_time: str | None = None
        self.copies: dict[str, PeersCopy] = {}
        self.recorded = b""
        self._calendar = office.calendar
        self._identity = office.identity
        self._wish = wish
        self._periods: tuple[ChargingPeriod, ...] = ()
        self.from_us = office.calendar.now_us if is_billable else None
        self.bill: Bill | None = None

    def change(self, place: Place, wish: ReserveNow) -> None:
        """The eMSP wants it otherwise."""
        self.place, self._wish = place, wish
        self.token = cdr_token(wish.token)
        self.recorded = b""
        self.last_updated = self._calendar.now_after(self.last_updated)

    def complete(self, costs_as: Activity | None) -> None:
        """It ends without charging; `costs_as` is by which prices the time is billed that the place was kept."""
        self.status = SessionStatus.COMPLETED
        self.last_updated = self._calendar.now_after(self.last_updated)
        self.end_date_time = self.last_updated
        place = self.place
        if costs_as is not None and self.from_us is not None and place.neutral and bills_reservations(place.neutral):
            from_us, until_us = (self._calendar.at_us(text) for text in (self.start_date_time, self.end_date_time))
            self._periods = (reserved_period(self._calendar, place, from_us, until_us),)
            epoch_us = self._calendar.start_epoch_us
            kept = Period(start_epoch_us=epoch_us + from_us, end_epoch_us=epoch_us + until_us, activity=costs_as)
            self.bill = price_course(place.neutral, (kept,), place.location.time_zone)
            self.cost = as_price(self.bill.total_excl, self.bill.total_incl)

    @property
    def _assigned(self) -> bool:
        return self._wish.evse_uid is not None

    def whole(self) -> Session:
        """The whole Session object. Before it has ended nothing is said of its cost, which is not the same as free."""
        assigned = self._assigned
        return Session(
            country_code=self._identity.country_code,
            party_id=self._identity.party_id,
            id=self.id,
            start_date_time=self.start_date_time,
            end_date_time=self.end_date_time,
            kwh=self.kwh,
            cdr_token=self.token,
            auth_method=AuthMethod.COMMAND,
            authorization_reference=self._wish.authorization_reference,
            location_id=self.place.location.id,
            evse_uid=self.place.evse.uid if assigned else NOT_ASSIGNED,
            connector_id=self.place.connector.id if assigned else NOT_ASSIGNED,
            currency=self.currency,
            charging_periods=self._periods,
            total_cost=self.cost if self.end_date_time is not None else None,
            status=self.status,
            last_updated=self.last_updated,
        )

    def losses(self, version: str) -> "tuple[Loss, ...]":
        """See RunningSession."""
        return self.place.losses(version)

    def cdr(self, id: str) -> tuple[CDR, Bill]:
        """The bill of a reservation that has ended unused and is not free."""
        bill, tariff = self.bill, self.place.tariff
        assert bill is not None
        assert tariff is not None
        assert self.end_date_time is not None
        cdr = CDR(
            country_code=self._identity.country_code,
            party_id=self._identity.party_id,
            id=id,
            start_date_time=self.start_date_time,
            end_date_time=self.end_date_time,
            session_id=self.id,
            cdr_token=self.token,
            auth_method=AuthMethod.COMMAND,
            authorization_reference=self._wish.authorization_reference,
            cdr_location=cdr_location(self.place, assigned=self._assigned),
            currency=bill.currency,
            tariffs=(tariff,),
            charging_periods=self._periods,
            total_cost=as_price(bill.total_excl, bill.total_incl),
            total_energy=self.kwh,
            total_time=hours(0),
            total_reservation_cost=as_price(bill.reservation, bill.reservation_incl),
            last_updated=self.last_updated,
        )
        return cdr, bill
