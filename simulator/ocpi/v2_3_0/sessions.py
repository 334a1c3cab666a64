"""Sessions of OCPI 2.3.0: as in 2.2.1, with the taxes on the cost so far."""

from simulator.ocpi.datatypes import CiString36, CountryCode, Currency, DateTime, Number, Object, PartyID, String255
from simulator.ocpi.v2_2_1.sessions import ChargingPreferences, ChargingPreferencesResponse, SessionStatus
from simulator.ocpi.v2_3_0.cdrs import AuthMethod, CdrToken, ChargingPeriod
from simulator.ocpi.v2_3_0.types import Price

__all__ = ["ChargingPreferences", "ChargingPreferencesResponse", "Session", "SessionStatus"]


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
