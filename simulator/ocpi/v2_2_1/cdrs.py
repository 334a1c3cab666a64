"""CDRs of OCPI 2.2.1: the bill of a session, created once and never changed."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from simulator.ocpi.datatypes import (
    CiString32,
    CiString36,
    CiString39,
    CiString48,
    Country,
    CountryCode,
    Currency,
    DateTime,
    Number,
    Object,
    PartyID,
    Price,
    String10,
    String20,
    String45,
    String255,
    String512,
    String5000,
)
from simulator.ocpi.v2_2_1.locations import ConnectorFormat, ConnectorType, GeoLocation, PowerType
from simulator.ocpi.v2_2_1.tariffs import Tariff
from simulator.ocpi.v2_2_1.types import TokenType


class AuthMethod(StrEnum):
    """How the session was authorised. CDRs, AuthMethod."""

    AUTH_REQUEST = "AUTH_REQUEST"
    COMMAND = "COMMAND"
    WHITELIST = "WHITELIST"


class CdrDimensionType(StrEnum):
    """What a dimension measures: energies in kWh, currents in A, powers in kW, times in h. CDRs, CdrDimensionType."""

    CURRENT = "CURRENT"
    ENERGY = "ENERGY"
    ENERGY_EXPORT = "ENERGY_EXPORT"
    ENERGY_IMPORT = "ENERGY_IMPORT"
    MAX_CURRENT = "MAX_CURRENT"
    MIN_CURRENT = "MIN_CURRENT"
    MAX_POWER = "MAX_POWER"
    MIN_POWER = "MIN_POWER"
    PARKING_TIME = "PARKING_TIME"
    POWER = "POWER"
    RESERVATION_TIME = "RESERVATION_TIME"
    STATE_OF_CHARGE = "STATE_OF_CHARGE"
    TIME = "TIME"


class CdrDimension(Object, frozen=True, kw_only=True):
    """One measured quantity of a charging period. CDRs, CdrDimension."""

    type: CdrDimensionType
    volume: Number


class ChargingPeriod(Object, frozen=True, kw_only=True):
    """A stretch of a session that ends where the next one starts. CDRs, ChargingPeriod."""

    start_date_time: DateTime
    dimensions: Annotated[tuple[CdrDimension, ...], Meta(min_length=1)]
    tariff_id: CiString36 | None = None


class CdrToken(Object, frozen=True, kw_only=True):
    """The token as it was when the session started. CDRs, CdrToken."""

    country_code: CountryCode
    party_id: PartyID
    uid: CiString36
    type: TokenType
    contract_id: CiString36


class CdrLocation(Object, frozen=True, kw_only=True):
    """Where the session took place, down to the connector; ids may be `#NA` for a reservation. CDRs, CdrLocation."""

    id: CiString36
    name: String255 | None = None
    address: String45
    city: String45
    postal_code: String10 | None = None
    state: String20 | None = None
    country: Country
    coordinates: GeoLocation
    evse_uid: CiString36
    evse_id: CiString48
    connector_id: CiString36
    connector_standard: ConnectorType
    connector_format: ConnectorFormat
    connector_power_type: PowerType


class SignedValue(Object, frozen=True, kw_only=True):
    """One signed meter value, carried as it is. CDRs, SignedValue."""

    nature: CiString32
    plain_data: String5000
    signed_data: String5000


class SignedData(Object, frozen=True, kw_only=True):
    """Signed meter values, opaque to OCPI. CDRs, SignedData."""

    encoding_method: CiString36
    encoding_method_version: int | None = None
    public_key: String512 | None = None
    signed_values: Annotated[tuple[SignedValue, ...], Meta(min_length=1)]
    url: String512 | None = None


class CDR(Object, frozen=True, kw_only=True):
    """The bill of one session: energies in kWh, times in h, costs in `currency`. CDRs, CDR object."""

    country_code: CountryCode
    party_id: PartyID
    id: CiString39
    start_date_time: DateTime
    end_date_time: DateTime
    session_id: CiString36 | None = None
    cdr_token: CdrToken
    auth_method: AuthMethod
    authorization_reference: CiString36 | None = None
    cdr_location: CdrLocation
    meter_id: String255 | None = None
    currency: Currency
    tariffs: tuple[Tariff, ...] = ()
    charging_periods: Annotated[tuple[ChargingPeriod, ...], Meta(min_length=1)]
    signed_data: SignedData | None = None
    total_cost: Price
    total_fixed_cost: Price | None = None
    total_energy: Number
    total_energy_cost: Price | None = None
    total_time: Number
    total_time_cost: Price | None = None
    total_parking_time: Number | None = None
    total_parking_cost: Price | None = None
    total_reservation_cost: Price | None = None
    remark: String255 | None = None
    invoice_reference_id: CiString39 | None = None
    credit: bool | None = None
    credit_reference_id: CiString39 | None = None
    home_charging_compensation: bool | None = None
    last_updated: DateTime
