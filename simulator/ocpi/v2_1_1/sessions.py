"""Sessions of OCPI 2.1.1: a charging session while it runs, with its whole Location inside."""

from enum import StrEnum

from simulator.ocpi.datatypes import Currency, DateTime, Number, Object, String255
from simulator.ocpi.v2_1_1.cdrs import AuthMethod, ChargingPeriod
from simulator.ocpi.v2_1_1.locations import Location
from simulator.ocpi.v2_1_1.types import Id36


class SessionStatus(StrEnum):
    """Where a session stands. Sessions, SessionStatus."""

    ACTIVE = "ACTIVE"
    COMPLETED = "COMPLETED"
    INVALID = "INVALID"
    PENDING = "PENDING"


class Session(Object, frozen=True, kw_only=True):
    """One charging session; `kwh` is the energy so far. An absent `total_cost` does not mean free. Session object."""

    id: Id36
    start_datetime: DateTime
    end_datetime: DateTime | None = None
    kwh: Number
    auth_id: Id36
    auth_method: AuthMethod
    location: Location
    meter_id: String255 | None = None
    currency: Currency
    charging_periods: tuple[ChargingPeriod, ...] = ()
    total_cost: Number | None = None
    status: SessionStatus
    last_updated: DateTime
