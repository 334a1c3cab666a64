"""Locations of OCPI 2.1.1: Location, its EVSEs and their Connectors; their owner stands in URLs only."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from simulator.ocpi.datatypes import (
    FORMAT,
    URL,
    DateTime,
    DisplayText,
    Number,
    Object,
    String4,
    String10,
    String16,
    String45,
    String64,
    String100,
    String255,
)
from simulator.ocpi.v2_1_1.types import Country, Id36, Id39, Id48, ImageType
from simulator.ocpi.v2_2_1.locations import (
    ConnectorFormat,
    EnergySource,
    EnergySourceCategory,
    EnvironmentalImpactCategory,
    ExceptionalPeriod,
    ImageCategory,
    ParkingRestriction,
    RegularHours,
    Status,
    StatusSchedule,
)

__all__ = [
    "EVSE",
    "AdditionalGeoLocation",
    "BusinessDetails",
    "Capability",
    "Connector",
    "ConnectorFormat",
    "ConnectorType",
    "EnergyMix",
    "EnergySource",
    "EnergySourceCategory",
    "EnvironmentalImpact",
    "EnvironmentalImpactCategory",
    "ExceptionalPeriod",
    "Facility",
    "GeoLocation",
    "Hours",
    "Image",
    "ImageCategory",
    "Location",
    "LocationType",
    "ParkingRestriction",
    "PowerType",
    "RegularHours",
    "Status",
    "StatusSchedule",
]

Latitude = Annotated[
    str,
    Meta(
        max_length=10,
        description="a text of degrees with 6 decimals",
        extra={FORMAT: r"^-?[0-9]{1,2}\.[0-9]{6}\Z"},
    ),
]
Longitude = Annotated[
    str,
    Meta(
        max_length=11,
        description="a text of degrees with 6 decimals",
        extra={FORMAT: r"^-?[0-9]{1,3}\.[0-9]{6}\Z"},
    ),
]


class Capability(StrEnum):
    """What an EVSE can do. Locations, Capability."""

    CHARGING_PROFILE_CAPABLE = "CHARGING_PROFILE_CAPABLE"
    CREDIT_CARD_PAYABLE = "CREDIT_CARD_PAYABLE"
    REMOTE_START_STOP_CAPABLE = "REMOTE_START_STOP_CAPABLE"
    RESERVABLE = "RESERVABLE"
    RFID_READER = "RFID_READER"
    UNLOCK_CAPABLE = "UNLOCK_CAPABLE"


class ConnectorType(StrEnum):
    """The plug standard. Locations, ConnectorType."""

    CHADEMO = "CHADEMO"
    DOMESTIC_A = "DOMESTIC_A"
    DOMESTIC_B = "DOMESTIC_B"
    DOMESTIC_C = "DOMESTIC_C"
    DOMESTIC_D = "DOMESTIC_D"
    DOMESTIC_E = "DOMESTIC_E"
    DOMESTIC_F = "DOMESTIC_F"
    DOMESTIC_G = "DOMESTIC_G"
    DOMESTIC_H = "DOMESTIC_H"
    DOMESTIC_I = "DOMESTIC_I"
    DOMESTIC_J = "DOMESTIC_J"
    DOMESTIC_K = "DOMESTIC_K"
    DOMESTIC_L = "DOMESTIC_L"
    IEC_60309_2_SINGLE_16 = "IEC_60309_2_single_16"
    IEC_60309_2_THREE_16 = "IEC_60309_2_three_16"
    IEC_60309_2_THREE_32 = "IEC_60309_2_three_32"
    IEC_60309_2_THREE_64 = "IEC_60309_2_three_64"
    IEC_62196_T1 = "IEC_62196_T1"
    IEC_62196_T1_COMBO = "IEC_62196_T1_COMBO"
    IEC_62196_T2 = "IEC_62196_T2"
    IEC_62196_T2_COMBO = "IEC_62196_T2_COMBO"
    IEC_62196_T3A = "IEC_62196_T3A"
    IEC_62196_T3C = "IEC_62196_T3C"
    TESLA_R = "TESLA_R"
    TESLA_S = "TESLA_S"


class Facility(StrEnum):
    """What is found near a location. Locations, Facility."""

    HOTEL = "HOTEL"
    RESTAURANT = "RESTAURANT"
    CAFE = "CAFE"
    MALL = "MALL"
    SUPERMARKET = "SUPERMARKET"
    SPORT = "SPORT"
    RECREATION_AREA = "RECREATION_AREA"
    NATURE = "NATURE"
    MUSEUM = "MUSEUM"
    BUS_STOP = "BUS_STOP"
    TAXI_STAND = "TAXI_STAND"
    TRAIN_STATION = "TRAIN_STATION"
    AIRPORT = "AIRPORT"
    CARPOOL_PARKING = "CARPOOL_PARKING"
    FUEL_STATION = "FUEL_STATION"
    WIFI = "WIFI"


class LocationType(StrEnum):
    """What kind of place a location is. Locations, LocationType."""

    ON_STREET = "ON_STREET"
    PARKING_GARAGE = "PARKING_GARAGE"
    UNDERGROUND_GARAGE = "UNDERGROUND_GARAGE"
    PARKING_LOT = "PARKING_LOT"
    OTHER = "OTHER"
    UNKNOWN = "UNKNOWN"


class PowerType(StrEnum):
    """Alternating current by phases, or direct current. Locations, PowerType."""

    AC_1_PHASE = "AC_1_PHASE"
    AC_3_PHASE = "AC_3_PHASE"
    DC = "DC"


class Image(Object, frozen=True, kw_only=True):
    """A picture on the web; sizes in pixels. Locations, Image."""

    url: URL
    thumbnail: URL | None = None
    category: ImageCategory
    type: ImageType
    width: Annotated[int, Meta(ge=0, le=99999)] | None = None
    height: Annotated[int, Meta(ge=0, le=99999)] | None = None


class BusinessDetails(Object, frozen=True, kw_only=True):
    """A company as its customers know it. Locations, BusinessDetails."""

    name: String100
    website: URL | None = None
    logo: Image | None = None


class GeoLocation(Object, frozen=True, kw_only=True):
    """WGS 84 degrees as texts with 6 decimals. Locations, GeoLocation."""

    latitude: Latitude
    longitude: Longitude


class AdditionalGeoLocation(Object, frozen=True, kw_only=True):
    """A further point, such as an entrance. Locations, AdditionalGeoLocation."""

    latitude: Latitude
    longitude: Longitude
    name: DisplayText | None = None


class EnvironmentalImpact(Object, frozen=True, kw_only=True):
    """An impact in g per kWh; its kind is called `category` from 2.2 on. Locations, EnvironmentalImpact."""

    source: EnvironmentalImpactCategory
    amount: Number


class EnergyMix(Object, frozen=True, kw_only=True):
    """Where the energy comes from. Locations, EnergyMix."""

    is_green_energy: bool
    energy_sources: tuple[EnergySource, ...] = ()
    environ_impact: tuple[EnvironmentalImpact, ...] = ()
    supplier_name: String64 | None = None
    energy_product_name: String64 | None = None


class Hours(Object, frozen=True, kw_only=True):
    """When a location is open: either regular hours or `twentyfourseven`. Locations, Hours."""

    regular_hours: tuple[RegularHours, ...] = ()
    twentyfourseven: bool | None = None
    exceptional_openings: tuple[ExceptionalPeriod, ...] = ()
    exceptional_closings: tuple[ExceptionalPeriod, ...] = ()


class Connector(Object, frozen=True, kw_only=True):
    """A socket or cable with at most one tariff; voltage in V, amperage in A. Locations, Connector."""

    id: Id36
    standard: ConnectorType
    format: ConnectorFormat
    power_type: PowerType
    voltage: int
    amperage: int
    tariff_id: Id36 | None = None
    terms_and_conditions: URL | None = None
    last_updated: DateTime


class EVSE(Object, frozen=True, kw_only=True):
    """What charges one vehicle at a time. Locations, EVSE."""

    uid: Id39
    evse_id: Id48 | None = None
    status: Status
    status_schedule: tuple[StatusSchedule, ...] = ()
    capabilities: tuple[Capability, ...] = ()
    connectors: Annotated[tuple[Connector, ...], Meta(min_length=1)]
    floor_level: String4 | None = None
    coordinates: GeoLocation | None = None
    physical_reference: String16 | None = None
    directions: tuple[DisplayText, ...] = ()
    parking_restrictions: tuple[ParkingRestriction, ...] = ()
    images: tuple[Image, ...] = ()
    last_updated: DateTime


class Location(Object, frozen=True, kw_only=True):
    """A place with EVSEs under one address, always published. Locations, Location object."""

    id: Id39
    type: LocationType
    name: String255 | None = None
    address: String45
    city: String45
    postal_code: String10
    country: Country
    coordinates: GeoLocation
    related_locations: tuple[AdditionalGeoLocation, ...] = ()
    evses: tuple[EVSE, ...] = ()
    directions: tuple[DisplayText, ...] = ()
    operator: BusinessDetails | None = None
    suboperator: BusinessDetails | None = None
    owner: BusinessDetails | None = None
    facilities: tuple[Facility, ...] = ()
    time_zone: String255 | None = None
    opening_times: Hours | None = None
    charging_when_closed: bool | None = None
    images: tuple[Image, ...] = ()
    energy_mix: EnergyMix | None = None
    last_updated: DateTime
