"""ChargingProfiles of OCPI 2.2.1: limits over time that a third party sets on a session, for smart charging."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from simulator.ocpi.datatypes import URL, DateTime, Number, Object


class ChargingRateUnit(StrEnum):
    """The unit of a limit: W in total, or A per phase. ChargingProfiles, ChargingRateUnit."""

    W = "W"
    A = "A"


class ChargingProfileResponseType(StrEnum):
    """The CPO's direct answer. ChargingProfiles, ChargingProfileResponseType."""

    ACCEPTED = "ACCEPTED"
    NOT_SUPPORTED = "NOT_SUPPORTED"
    REJECTED = "REJECTED"
    TOO_OFTEN = "TOO_OFTEN"
    UNKNOWN_SESSION = "UNKNOWN_SESSION"


class ChargingProfileResultType(StrEnum):
    """What the EVSE made of it. ChargingProfiles, ChargingProfileResultType."""

    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    UNKNOWN = "UNKNOWN"


class ChargingProfilePeriod(Object, frozen=True, kw_only=True):
    """From `start_period` seconds after the profile's start, at most `limit`. ChargingProfilePeriod."""

    start_period: Annotated[int, Meta(ge=0)]
    limit: Number


class ChargingProfile(Object, frozen=True, kw_only=True):
    """Limits over time; `duration` in seconds. A limit is a ceiling, not a target. ChargingProfile."""

    start_date_time: DateTime | None = None
    duration: Annotated[int, Meta(ge=0)] | None = None
    charging_rate_unit: ChargingRateUnit
    min_charging_rate: Number | None = None
    charging_profile_period: tuple[ChargingProfilePeriod, ...] = ()


class SetChargingProfile(Object, frozen=True, kw_only=True):
    """The body that sets a profile. SetChargingProfile."""

    charging_profile: ChargingProfile
    response_url: URL


class ActiveChargingProfile(Object, frozen=True, kw_only=True):
    """The limits as the EVSE will apply them, all sources taken together. ActiveChargingProfile."""

    start_date_time: DateTime
    charging_profile: ChargingProfile


class ChargingProfileResponse(Object, frozen=True, kw_only=True):
    """The direct answer; `timeout` is how many seconds the result may take. ChargingProfileResponse."""

    result: ChargingProfileResponseType
    timeout: Annotated[int, Meta(ge=0)]


class ActiveChargingProfileResult(Object, frozen=True, kw_only=True):
    """The result of asking for the active profile. ActiveChargingProfileResult."""

    result: ChargingProfileResultType
    profile: ActiveChargingProfile | None = None


class ChargingProfileResult(Object, frozen=True, kw_only=True):
    """The result of setting a profile. ChargingProfileResult."""

    result: ChargingProfileResultType


class ClearProfileResult(Object, frozen=True, kw_only=True):
    """The result of clearing a profile. ClearProfileResult."""

    result: ChargingProfileResultType
