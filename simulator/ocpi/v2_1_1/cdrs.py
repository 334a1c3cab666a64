"""CDRs of OCPI 2.1.1: the bill of a session with one total, net of VAT; it can neither be credited nor split up."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from simulator.ocpi.datatypes import CiString36, Currency, DateTime, Number, Object, String255
from simulator.ocpi.v2_1_1.locations import Location
from simulator.ocpi.v2_1_1.tariffs import Tariff
from simulator.ocpi.v2_1_1.types import Id36


class AuthMethod(StrEnum):
    """How the session was authorised. CDRs, AuthMethod."""

    AUTH_REQUEST = "AUTH_REQUEST"
    WHITELIST = "WHITELIST"


class CdrDimensionType(StrEnum):
    """What a dimension measures: energy in kWh, currents in A, times in h; FLAT has no unit. CDRs, CdrDimensionType."""

    ENERGY = "ENERGY"
    FLAT = "FLAT"
    MAX_CURRENT = "MAX_CURRENT"
    MIN_CURRENT = "MIN_CURRENT"
    PARKING_TIME = "PARKING_TIME"
    TIME = "TIME"


class CdrDimension(Object, frozen=True, kw_only=True):
    """One measured quantity of a charging period. CDRs, CdrDimension."""

    type: CdrDimensionType
    volume: Number


class ChargingPeriod(Object, frozen=True, kw_only=True):
    """A stretch of a session that ends where the next one starts. CDRs, ChargingPeriod."""

    start_date_time: DateTime
    dimensions: Annotated[tuple[CdrDimension, ...], Meta(min_length=1)]


class CDR(Object, frozen=True, kw_only=True):
    """The bill of one session: energy in kWh, times in h, cost in `currency`. CDRs, CDR object."""

    id: CiString36
    start_date_time: DateTime
    stop_date_time: DateTime
    auth_id: Id36
    auth_method: AuthMethod
    location: Location
    meter_id: String255 | None = None
    currency: Currency
    tariffs: tuple[Tariff, ...] = ()
    charging_periods: Annotated[tuple[ChargingPeriod, ...], Meta(min_length=1)]
    total_cost: Number
    total_energy: Number
    total_time: Number
    total_parking_time: Number | None = None
    remark: String255 | None = None
    last_updated: DateTime
