"""A charging session in the CPO's books: from a charge point's transaction to OCPI's Session and CDR.

This is where OCPP ends and OCPI begins. A charging period is closed at every update and at every price-relevant moment,
for which the CPO has the meter read (see `MeterReadings`).
Source: OCPI 2.2.1, Sessions and CDRs modules.
"""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from simulator.billing import tariff as billing
from simulator.billing.pieces import Activity
from simulator.billing.price import Bill, Quantities
from simulator.ocpi.datatypes import Price
from simulator.ocpi.v2_2_1.cdrs import (
    CDR,
    AuthMethod,
    CdrDimension,
    CdrDimensionType,
    CdrLocation,
    CdrToken,
    ChargingPeriod,
)
from simulator.ocpi.v2_2_1.locations import EVSE, Connector, Location
from simulator.ocpi.v2_2_1.sessions import Session, SessionStatus
from simulator.ocpi.v2_2_1.tariffs import Tariff
from simulator.ocpp.messages import TransactionEvent
from simulator.parties.calendar import Calendar
from simulator.parties.dialect import OLDEST
from simulator.parties.identity import Identity
from simulator.parties.pricing import (
    FREE,
    Fare,
    RunningTime,
    as_price,
    bills_reservations,
    hours,
    kwh,
    quantities,
)
from simulator.parties.push import Copy

if TYPE_CHECKING:
    from simulator.ocpi.translation import Loss

_ENERGY, _TIME, _PARKING_TIME = CdrDimensionType.ENERGY, CdrDimensionType.TIME, CdrDimensionType.PARKING_TIME
_MS = 1_000
_ADDRESS_MOST = 45
NOT_ASSIGNED = "#NA"
"""What OCPI writes for an EVSE or a connector that is not known."""


class Place(Struct, frozen=True):
    """Where a session takes place, as the CPO's books had it when it began; with the originals, if they have any."""

    location: Location
    evse: EVSE
    connector: Connector
    tariff: Tariff | None
    neutral: billing.Tariff | None
    original_connector: Any = None
    original_tariff: Any = None

    def losses(self, version: str) -> "tuple[Loss, ...]":
        """What a Session here does not say as it is written: one of 2.1.1 holds a plug, which may stand for another."""
        written, said = self.original_connector, self.connector.standard
        if version != OLDEST or written is None or written.standard == said:
            return ()
        from simulator.ocpi.translation import Loss

        sentence = f"OCPI {OLDEST} has no ConnectorType {written.standard}; {said} stands for it."
        return (Loss("$.location.evses[0].connectors[0].standard", "changed", sentence),)


class PeersCopy(Struct):
    """What a peer has of a session: `where`, once it was told, and whether it lacks some of it.

    `said` is all of it in the peer's words, where a PATCH is made of what has changed since.
    """

    where: Copy | None = None
    lacks_some: bool = False
    said: bytes = b""


class CpoSession:
    """One session, fed with the charge point's transaction events; makes the messages about it.

    `payer` is the party that pays its CDR: the token's eMSP. `copies` are those of the payer and of SCSPs, by peer.
    `recorded` is what the recording's states of it have in common, once there is one. Until `asked_until_us` the charge
    point has been asked for readings at price-relevant moments. It `has_news` unless, since it was last fed, energy,
    price and status have stayed as they were, as they do while a full car stays.
    Times are cut to the millisecond that OCPI can say, so that what is billed is what is published. Hours are rounded
    as running totals, and a period gets what its total grew by: the volumes of all periods add up to what is billed.
    """

    # Without slots Python keeps so many attributes in a dict of each session, which is slower to ask.
    __slots__ = (
        "_auth_method",
        "_begun",
        "_calendar",
        "_charging",
        "_cost",
        "_fare",
        "_identity",
        "_open_register_wh",
        "_open_us",
        "_parked",
        "_parking",
        "_readings",
        "_reference",
        "asked_until_us",
        "copies",
        "end_date_time",
        "energy_wh",
        "has_news",
        "id",
        "kwh",
        "last_updated",
        "payer",
        "periods",
        "place",
        "recorded",
        "register_start_wh",
        "start_date_time",
        "start_us",
        "status",
        "token",
        "transaction_id",
    )

    def __init__(
        self,
        id: str,
        identity: Identity,
        calendar: Calendar,
        place: Place,
        token: CdrToken,
        auth_method: AuthMethod,
        reference: str | None,
        start: TransactionEvent,
        reserved_from_us: int | None = None,
    ) -> None:
        self.id = id
        self.place = place
        self.token = token
        self.payer = f"{token.country_code}-{token.party_id}".upper()
        self.status = SessionStatus.ACTIVE
        self.transaction_id = start.transaction_id
        self.last_updated = calendar.now()
        self.energy_wh = 0
        self.kwh = kwh(0)
        self.copies: dict[str, PeersCopy] = {}
        self.recorded = b""
        self.has_news = True
        self.asked_until_us = start.at_us
        self.register_start_wh = start.register_wh
        self.start_us = start.at_us // _MS * _MS
        self.start_date_time = calendar.text(self.start_us)
        self.periods: list[ChargingPeriod] = []
        self._identity = identity
        self._calendar = calendar
        self._auth_method = auth_method
        self._reference = reference
        self.end_date_time: str | None = None
        self._charging = RunningTime()
        self._parking = RunningTime()
        self._open_us = self.start_us
        self._open_register_wh = start.register_wh
        self._parked = start.charging_state in ("SuspendedEV", "Idle")
        self._readings: list[TransactionEvent] = []
        self._cost: Price | None = None
        self._fare = (
            Fare(place.neutral, place.location.time_zone, calendar.start_epoch_us + self.start_us)
            if place.neutral is not None
            else None
        )
        self._begun = self.start_date_time
        if reserved_from_us is not None and bills_reservations(place.neutral):
            self._bill_reservation(reserved_from_us // _MS * _MS)

    def _bill_reservation(self, from_us: int) -> None:
        """The place was kept before: that comes first, and is where the CDR starts."""
        self._begun = self._calendar.text(from_us)
        self.periods.append(reserved_period(self._calendar, self.place, from_us, self.start_us))
        if self._fare is not None:
            self._fare.follow_all(self.periods, self.start_date_time)

    def read(self, reading: TransactionEvent) -> None:
        """Keep a reading of the meter at a price-relevant moment until the session advances; nothing changes before."""
        self._readings.append(reading)

    def advance(self, event: TransactionEvent) -> tuple[ChargingPeriod, ...] | None:
        """Close the running period at each reading that was kept, and at this event.

        Returns the periods in which time has passed; None when one that was told before has changed, too.
        """
        periods = self.periods
        before, last = len(periods), periods[-1] if periods else None
        if self._readings:
            for each in self._readings:
                self._close_period(each)
            self._readings.clear()
        self._close_period(event)
        energy_wh = self._open_register_wh - self.register_start_wh
        fare = self._fare
        if energy_wh != self.energy_wh:
            self.energy_wh, self.kwh = energy_wh, kwh(energy_wh)
            self._cost = None
        elif fare is not None and not fare.by_energy:
            self._cost = None
        if event.kind == "Ended":
            self.end_date_time = self._calendar.text(self._open_us)
            self.status = SessionStatus.COMPLETED
        self.has_news = self._cost is None or self.end_date_time is not None
        self.last_updated = self._calendar.now_after(self.last_updated)
        if last is not None and periods[before - 1] is not last:
            return None
        return tuple(periods[before:])

    def _close_period(self, event: TransactionEvent) -> None:
        """Close it if time has passed, and at the end if it is the only one.

        If not, what the meter shows more is told with the next one, or at the end with the last.
        """
        open_us, open_wh = self._open_us, self._open_register_wh
        at_us = event.at_us // _MS * _MS
        if at_us < open_us:
            at_us = open_us
        register_wh = event.register_wh if event.register_wh > open_wh else open_wh
        energy_wh = register_wh - open_wh
        has_ended = event.kind == "Ended"
        if at_us > open_us or (has_ended and open_us == self.start_us):
            activity: Activity
            if self._parked:
                activity, kind, total = "PARKING", _PARKING_TIME, self._parking
            else:
                activity, kind, total = "CHARGING", _TIME, self._charging
            time = CdrDimension(type=kind, volume=hours(total.add(at_us - open_us)))
            fare, tariff = self._fare, self.place.tariff
            self.periods.append(
                ChargingPeriod(
                    start_date_time=self._calendar.text(open_us),
                    dimensions=(CdrDimension(type=_ENERGY, volume=kwh(energy_wh)), time) if energy_wh else (time,),
                    tariff_id=tariff.id if tariff is not None else None,
                )
            )
            if fare is not None and fare.follows:
                epoch_us = self._calendar.start_epoch_us
                fare.follow(epoch_us + open_us, epoch_us + at_us, energy_wh, activity)
            self._open_us, self._open_register_wh = at_us, register_wh
        elif has_ended and energy_wh:
            self._add_to_last(energy_wh)
            self._open_register_wh = register_wh
        # An EVSE that holds power back is not parking: the vehicle still asks (CDRs, PARKING_TIME, as clarified).
        self._parked = event.charging_state in ("SuspendedEV", "Idle", "EVConnected")

    def _add_to_last(self, energy_wh: int) -> None:
        """Let the last period have more energy, and price the session anew."""
        last = self.periods[-1]
        energy_kwh = sum((each.volume for each in last.dimensions if each.type is _ENERGY), kwh(energy_wh))
        others = [each for each in last.dimensions if each.type is not _ENERGY]
        self.periods[-1] = replace(last, dimensions=(CdrDimension(type=_ENERGY, volume=energy_kwh), *others))
        if self.place.neutral is not None:
            self._fare = self._followed(self.place.neutral)

    @property
    def currency(self) -> str:
        """In which the session is paid."""
        return self._fare.currency if self._fare is not None else FREE.currency

    @property
    def cost(self) -> Price:
        """What the session costs so far."""
        if self._cost is None:
            self._cost = self._fare.total(self._so_far()) if self._fare is not None else as_price(FREE.total_excl)
        return self._cost

    @property
    def bill(self) -> Bill:
        """How the cost so far comes about."""
        return self._fare.bill(self._so_far()) if self._fare is not None else FREE

    def _so_far(self) -> Quantities:
        """What is billed at present, as far as the fare asks."""
        if self._fare is not None and self._fare.follows:
            return {}
        return quantities(self.energy_wh, self._charging, self._parking)

    def whole(self) -> Session:
        """The whole Session object."""
        return Session(
            country_code=self._identity.country_code,
            party_id=self._identity.party_id,
            id=self.id,
            start_date_time=self.start_date_time,
            end_date_time=self.end_date_time,
            kwh=self.kwh,
            cdr_token=self.token,
            auth_method=self._auth_method,
            authorization_reference=self._reference,
            location_id=self.place.location.id,
            evse_uid=self.place.evse.uid,
            connector_id=self.place.connector.id,
            currency=self.currency,
            charging_periods=tuple(self.periods),
            total_cost=self.cost,
            status=self.status,
            last_updated=self.last_updated,
        )

    def losses(self, version: str) -> "tuple[Loss, ...]":
        """See RunningSession."""
        return self.place.losses(version)

    def patch(self, periods: tuple[ChargingPeriod, ...] | None) -> dict[str, object] | None:
        """What changed since the last message, with what `advance` has returned since, as the fields of a PATCH.

        None when only a PUT can say it: a PATCH adds periods and changes none.
        """
        if periods is None:
            return None
        changes: dict[str, object] = {"kwh": self.kwh}
        if periods:
            changes["charging_periods"] = periods
        changes["total_cost"] = self.cost
        if self.end_date_time is not None:
            changes["end_date_time"] = self.end_date_time
            changes["status"] = self.status
        changes["last_updated"] = self.last_updated
        return changes

    def cdr(self, id: str, place: Place | None = None) -> tuple[CDR, Bill]:
        """The bill of the completed session as a CDR, and how it came about; with `place`, by the tariff there."""
        assert self.end_date_time is not None
        parking_h = hours(self._parking.hour_places)
        bill, periods = self.bill, self.periods
        tariff = self.place.tariff
        if place is not None and place.neutral is not None and place.tariff is not None:
            tariff = place.tariff
            bill = self._followed(place.neutral).bill(self._so_far())
            periods = [replace(period, tariff_id=tariff.id) for period in periods]

        def cost(excl: Decimal, incl: Decimal | None) -> Price | None:
            return as_price(excl, incl) if excl else None

        cdr = CDR(
            country_code=self._identity.country_code,
            party_id=self._identity.party_id,
            id=id,
            start_date_time=self._begun,
            end_date_time=self.end_date_time,
            session_id=self.id,
            cdr_token=self.token,
            auth_method=self._auth_method,
            authorization_reference=self._reference,
            cdr_location=cdr_location(self.place),
            currency=bill.currency,
            tariffs=(tariff,) if tariff is not None else (),
            charging_periods=tuple(periods),
            total_cost=as_price(bill.total_excl, bill.total_incl),
            total_fixed_cost=cost(bill.fixed, bill.fixed_incl),
            total_energy=self.kwh,
            total_energy_cost=cost(bill.energy, bill.energy_incl),
            total_time=hours(self._charging.hour_places) + parking_h,
            total_time_cost=cost(bill.time, bill.time_incl),
            total_parking_time=parking_h or None,
            total_parking_cost=cost(bill.parking, bill.parking_incl),
            total_reservation_cost=cost(bill.reservation, bill.reservation_incl),
            last_updated=self.last_updated,
        )
        return cdr, bill

    def _followed(self, tariff: billing.Tariff) -> Fare:
        """What the session pays under a tariff, by its periods."""
        fare = Fare(tariff, self.place.location.time_zone, self._calendar.start_epoch_us + self.start_us)
        fare.follow_all(self.periods, self._calendar.text(self._open_us))
        return fare


def reserved_period(calendar: Calendar, place: Place, from_us: int, until_us: int) -> ChargingPeriod:
    """The time in which a place was kept. Source: OCPI 2.2.1, CDRs, CdrDimensionType RESERVATION_TIME."""
    time = RunningTime()
    time.add(until_us - from_us)
    return ChargingPeriod(
        start_date_time=calendar.text(from_us),
        dimensions=(CdrDimension(type=CdrDimensionType.RESERVATION_TIME, volume=hours(time.hour_places)),),
        tariff_id=place.tariff.id if place.tariff is not None else None,
    )


def cdr_location(place: Place, *, assigned: bool = True) -> CdrLocation:
    """A place as a CDR keeps it; `assigned` says whether the EVSE is known to who pays."""
    location = place.location
    return CdrLocation(
        id=location.id,
        name=location.name,
        address=location.address[:_ADDRESS_MOST],
        city=location.city,
        postal_code=location.postal_code,
        state=location.state,
        country=location.country,
        coordinates=location.coordinates,
        evse_uid=place.evse.uid if assigned else NOT_ASSIGNED,
        evse_id=(place.evse.evse_id if assigned else None) or NOT_ASSIGNED,
        connector_id=place.connector.id if assigned else NOT_ASSIGNED,
        connector_standard=place.connector.standard,
        connector_format=place.connector.format,
        connector_power_type=place.connector.power_type,
    )
