"""Locations of OCPI 2.3.0: as in 2.2.1, with parking places, Plug & Charge, and value lists that are open."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from simulator.ocpi.datatypes import (
    CI_MARK,
    URL,
    CiString4,
    CiString36,
    CiString48,
    Country,
    CountryCode,
    DateTime,
    DisplayText,
    Number,
    Object,
    PartyID,
    String4,
    String10,
    String16,
    String45,
    String64,
    String100,
    String255,
)
from simulator.ocpi.v2_2_1.locations import (
    AdditionalGeoLocation,
    Capability,
    ConnectorFormat,
    EnergySource,
    EnergySourceCategory,
    EnvironmentalImpactCategory,
    ExceptionalPeriod,
    Facility,
    GeoLocation,
    Hours,
    ImageCategory,
    ParkingType,
    PowerType,
    RegularHours,
    Status,
    StatusSchedule,
)
from simulator.ocpi.v2_3_0.types import AnyTokenType, open_enum

__all__ = [
    "EVSE",
    "AdditionalGeoLocation",
    "AnyConnectorType",
    "BusinessDetails",
    "Capability",
    "Connector",
    "ConnectorCapability",
    "ConnectorFormat",
    "ConnectorType",
    "EVSEParking",
    "EVSEPosition",
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
    "Parking",
    "ParkingDirection",
    "ParkingRestriction",
    "ParkingType",
    "PowerType",
    "PublishTokenType",
    "RegularHours",
    "Status",
    "StatusSchedule",
    "VehicleType",
]

CiString25 = Annotated[str, Meta(min_length=1, max_length=25, extra=CI_MARK)]
CiString255 = Annotated[str, Meta(min_length=1, max_length=255, extra=CI_MARK)]
String12 = Annotated[str, Meta(max_length=12)]
String50 = Annotated[str, Meta(max_length=50)]


class ConnectorCapability(StrEnum):
    """What a connector can do. Locations, ConnectorCapability."""

    ISO_15118_2_PLUG_AND_CHARGE = "ISO_15118_2_PLUG_AND_CHARGE"
    ISO_15118_20_PLUG_AND_CHARGE = "ISO_15118_20_PLUG_AND_CHARGE"


class ConnectorType(StrEnum):
    """The plug standard. Locations, ConnectorType."""

    CHADEMO = "CHADEMO"
    CHAOJI = "CHAOJI"
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
    DOMESTIC_M = "DOMESTIC_M"
    DOMESTIC_N = "DOMESTIC_N"
    DOMESTIC_O = "DOMESTIC_O"
    GBT_AC = "GBT_AC"
    GBT_DC = "GBT_DC"
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
    MCS = "MCS"
    NEMA_5_20 = "NEMA_5_20"
    NEMA_6_30 = "NEMA_6_30"
    NEMA_6_50 = "NEMA_6_50"
    NEMA_10_30 = "NEMA_10_30"
    NEMA_10_50 = "NEMA_10_50"
    NEMA_14_30 = "NEMA_14_30"
    NEMA_14_50 = "NEMA_14_50"
    PANTOGRAPH_BOTTOM_UP = "PANTOGRAPH_BOTTOM_UP"
    PANTOGRAPH_TOP_DOWN = "PANTOGRAPH_TOP_DOWN"
    SAE_J3400 = "SAE_J3400"
    TESLA_R = "TESLA_R"
    TESLA_S = "TESLA_S"


class EVSEPosition(StrEnum):
    """Where the EVSE stands, seen from the parking place. Locations, EVSEPosition."""

    LEFT = "LEFT"
    RIGHT = "RIGHT"
    CENTER = "CENTER"


class ParkingDirection(StrEnum):
    """How a vehicle parks relative to the lane. Locations, ParkingDirection."""

    PARALLEL = "PARALLEL"
    PERPENDICULAR = "PERPENDICULAR"
    ANGLE = "ANGLE"


class VehicleType(StrEnum):
    """What kind of vehicle a place is meant for. Locations, VehicleType."""

    MOTORCYCLE = "MOTORCYCLE"
    PERSONAL_VEHICLE = "PERSONAL_VEHICLE"
    PERSONAL_VEHICLE_WITH_TRAILER = "PERSONAL_VEHICLE_WITH_TRAILER"
    VAN = "VAN"
    SEMI_TRACTOR = "SEMI_TRACTOR"
    RIGID = "RIGID"
    TRUCK_WITH_TRAILER = "TRUCK_WITH_TRAILER"
    BUS = "BUS"
    DISABLED = "DISABLED"


class ParkingRestriction(StrEnum):
    """Who may park at an EVSE. Locations, ParkingRestriction."""

    CUSTOMERS = "CUSTOMERS"
    DISABLED = "DISABLED"
    EMPLOYEES = "EMPLOYEES"
    EV_ONLY = "EV_ONLY"
    MOTORCYCLES = "MOTORCYCLES"
    PLUGGED = "PLUGGED"
    TAXIS = "TAXIS"
    TENANTS = "TENANTS"


AnyCapability = Annotated[str, open_enum(Capability)]
AnyConnectorCapability = Annotated[str, open_enum(ConnectorCapability)]
AnyConnectorType = Annotated[str, open_enum(ConnectorType)]
AnyEnvironmentalImpactCategory = Annotated[str, open_enum(EnvironmentalImpactCategory)]
AnyFacility = Annotated[str, open_enum(Facility)]
AnyImageCategory = Annotated[str, open_enum(ImageCategory)]
AnyParkingRestriction = Annotated[str, open_enum(ParkingRestriction)]
AnyParkingType = Annotated[str, open_enum(ParkingType)]
AnyVehicleType = Annotated[str, open_enum(VehicleType)]


class Image(Object, frozen=True, kw_only=True):
    """A picture on the web; sizes in pixels. Locations, Image."""

    url: URL
    thumbnail: URL | None = None
    category: AnyImageCategory
    type: CiString4
    width: Annotated[int, Meta(ge=0, le=99999)] | None = None
    height: Annotated[int, Meta(ge=0, le=99999)] | None = None


class BusinessDetails(Object, frozen=True, kw_only=True):
    """A company as its customers know it. Locations, BusinessDetails."""

    name: String100
    website: URL | None = None
    logo: Image | None = None


class EnvironmentalImpact(Object, frozen=True, kw_only=True):
    """An impact in g per kWh. Locations, EnvironmentalImpact."""

    category: AnyEnvironmentalImpactCategory
    amount: Number


class EnergyMix(Object, frozen=True, kw_only=True):
    """Where the energy comes from. Locations, EnergyMix."""

    is_green_energy: bool
    energy_sources: tuple[EnergySource, ...] = ()
    environ_impact: tuple[EnvironmentalImpact, ...] = ()
    supplier_name: String64 | None = None
    energy_product_name: String64 | None = None


class PublishTokenType(Object, frozen=True, kw_only=True):
    """Who may see an unpublished location: all fields that are set must match. Locations, PublishTokenType."""

    uid: CiString36 | None = None
    type: AnyTokenType | None = None
    visual_number: String64 | None = None
    issuer: String64 | None = None
    group_id: CiString36 | None = None


class Parking(Object, frozen=True, kw_only=True):
    """A parking place: weights in kg, lengths in m, `time_limit` in minutes. Locations, Parking."""

    id: CiString36
    physical_reference: String12 | None = None
    vehicle_types: Annotated[tuple[AnyVehicleType, ...], Meta(min_length=1)]
    max_vehicle_weight: Number | None = None
    max_vehicle_height: Number | None = None
    max_vehicle_length: Number | None = None
    max_vehicle_width: Number | None = None
    parking_space_length: Number | None = None
    parking_space_width: Number | None = None
    dangerous_goods_allowed: bool | None = None
    direction: ParkingDirection | None = None
    drive_through: bool | None = None
    restricted_to_type: bool
    reservation_required: bool
    time_limit: Number | None = None
    roofed: bool | None = None
    images: tuple[Image, ...] = ()
    lighting: bool | None = None
    refrigeration_outlet: bool | None = None
    standards: tuple[CiString36, ...] = ()
    apds_reference: CiString255 | None = None


class EVSEParking(Object, frozen=True, kw_only=True):
    """A parking place from which an EVSE can be reached. Locations, EVSEParking."""

    parking_id: CiString36
    evse_position: EVSEPosition | None = None


class Connector(Object, frozen=True, kw_only=True):
    """A socket or cable; voltage in V, amperage in A, power in W. Locations, Connector."""

    id: CiString36
    standard: AnyConnectorType
    format: ConnectorFormat
    power_type: PowerType
    max_voltage: int
    max_amperage: int
    max_electric_power: int | None = None
    tariff_ids: tuple[CiString36, ...] = ()
    terms_and_conditions: URL | None = None
    capabilities: tuple[AnyConnectorCapability, ...] = ()
    last_updated: DateTime


class EVSE(Object, frozen=True, kw_only=True):
    """What charges one vehicle at a time. Locations, EVSE."""

    uid: CiString36
    evse_id: CiString48 | None = None
    status: Status
    status_schedule: tuple[StatusSchedule, ...] = ()
    capabilities: tuple[AnyCapability, ...] = ()
    connectors: Annotated[tuple[Connector, ...], Meta(min_length=1)]
    floor_level: String4 | None = None
    coordinates: GeoLocation | None = None
    physical_reference: String16 | None = None
    directions: tuple[DisplayText, ...] = ()
    parking_restrictions: tuple[AnyParkingRestriction, ...] = ()
    parking: tuple[EVSEParking, ...] = ()
    images: tuple[Image, ...] = ()
    accepted_service_providers: tuple[String50, ...] = ()
    last_updated: DateTime


class Location(Object, frozen=True, kw_only=True):
    """A place with EVSEs under one address. Locations, Location object."""

    country_code: CountryCode
    party_id: PartyID
    id: CiString36
    publish: bool
    publish_allowed_to: tuple[PublishTokenType, ...] = ()
    name: String255 | None = None
    address: String255
    city: String45
    postal_code: String10 | None = None
    state: String45 | None = None
    country: Country
    coordinates: GeoLocation
    related_locations: tuple[AdditionalGeoLocation, ...] = ()
    parking_type: AnyParkingType | None = None
    evses: tuple[EVSE, ...] = ()
    parking_places: tuple[Parking, ...] = ()
    directions: tuple[DisplayText, ...] = ()
    operator: BusinessDetails | None = None
    suboperator: BusinessDetails | None = None
    owner: BusinessDetails | None = None
    facilities: tuple[AnyFacility, ...] = ()
    time_zone: String255
    opening_times: Hours | None = None
    charging_when_closed: bool | None = None
    images: tuple[Image, ...] = ()
    energy_mix: EnergyMix | None = None
    help_phone: CiString25 | None = None
    last_updated: DateTime
