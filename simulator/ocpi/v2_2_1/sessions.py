"""Sessions of OCPI 2.2.1: a charging session while it runs, and what its driver prefers."""

from enum import StrEnum

from simulator.ocpi.datatypes import (
    CiString36,
    CountryCode,
    Currency,
    DateTime,
    Number,
    Object,
    PartyID,
    Price,
    String255,
)
from simulator.ocpi.v2_2_1.cdrs import AuthMethod, CdrToken, ChargingPeriod
from simulator.ocpi.v2_2_1.types import ProfileType


class SessionStatus(StrEnum):
    """Where a session stands. Sessions, SessionStatus."""

    ACTIVE = "ACTIVE"
    COMPLETED = "COMPLETED"
    INVALID = "INVALID"
    PENDING = "PENDING"
    RESERVATION = "RESERVATION"


class ChargingPreferencesResponse(StrEnum):
    """The CPO's answer to charging preferences. Sessions, ChargingPreferencesResponse."""

    ACCEPTED = "ACCEPTED"
    DEPARTURE_REQUIRED = "DEPARTURE_REQUIRED"
    ENERGY_NEED_REQUIRED = "ENERGY_NEED_REQUIRED"
    NOT_POSSIBLE = "NOT_POSSIBLE"
    PROFILE_TYPE_NOT_SUPPORTED = "PROFILE_TYPE_NOT_SUPPORTED"


class Session(Object, frozen=True, kw_only=True):
    """One charging session; `kwh` is the energy so far. An absent `total_cost` does not mean free. Session object."""

    country_code: CountryCode
    party_id: PartyID
    id: CiString36
    start_date_time: DateTime
    end_date_time: DateTime | None = None
    kwh: Number
    cdr_token: CdrToken
    auth_method: AuthMethod
    authorization_reference: CiString36 | None = None
    location_id: CiString36
    evse_uid: CiString36
    connector_id: CiString36
    meter_id: String255 | None = None
    currency: Currency
    charging_periods: tuple[ChargingPeriod, ...] = ()
    total_cost: Price | None = None
    status: SessionStatus
    last_updated: DateTime


class ChargingPreferences(Object, frozen=True, kw_only=True):
    """What the driver wants; `energy_need` in kWh. Sessions, ChargingPreferences."""

    profile_type: ProfileType
    departure_time: DateTime | None = None
    energy_need: Number | None = None
    discharge_allowed: bool | None = None
