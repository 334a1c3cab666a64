"""CDRs of OCPI 2.3.0: the bill of a session, with the taxes on each of its costs."""

from typing import Annotated

from msgspec import Meta

from simulator.ocpi.datatypes import (
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
    String10,
    String20,
    String45,
    String255,
)
from simulator.ocpi.v2_2_1.cdrs import (
    AuthMethod,
    CdrDimension,
    CdrDimensionType,
    ChargingPeriod,
    SignedData,
    SignedValue,
)
from simulator.ocpi.v2_3_0.locations import AnyConnectorType, ConnectorFormat, GeoLocation, PowerType
from simulator.ocpi.v2_3_0.tariffs import Tariff
from simulator.ocpi.v2_3_0.types import AnyTokenType, Price

__all__ = [
    "CDR",
    "AuthMethod",
    "CdrDimension",
    "CdrDimensionType",
    "CdrLocation",
    "CdrToken",
    "ChargingPeriod",
    "SignedData",
    "SignedValue",
]


class CdrToken(Object, frozen=True, kw_only=True):
    """The token as it was when the session started. CDRs, CdrToken."""

    country_code: CountryCode
    party_id: PartyID
    uid: CiString36
    type: AnyTokenType
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
    connector_standard: AnyConnectorType
    connector_format: ConnectorFormat
    connector_power_type: PowerType


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
