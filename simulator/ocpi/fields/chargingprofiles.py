"""The words for the objects of ChargingProfiles."""

from typing import Final

from msgspec import Struct

from simulator.ocpi.v2_2_1.chargingprofiles import (
    ActiveChargingProfile,
    ActiveChargingProfileResult,
    ChargingProfile,
    ChargingProfilePeriod,
    ChargingProfileResponse,
    ChargingProfileResult,
    ClearProfileResult,
    SetChargingProfile,
)

WORDS: Final[dict[type[Struct], dict[str, str]]] = {
    SetChargingProfile: {
        "charging_profile": "The limits to impose on this session.",
        "response_url": "Where the CPO posts whether the charger took over the limits.",
    },
    ChargingProfile: {
        "start_date_time": "When the limits begin, in UTC; absent means with the start of charging.",
        "duration": "Length of the whole profile in seconds; absent, its last limit stays in force.",
        "charging_rate_unit": "Unit of the limits: W in total, or A per phase (16 A on three phases is about 11 kW).",
        "min_charging_rate": "Below this rate charging the car makes little sense; helps to share scarce power.",
        "charging_profile_period": "The limits one after the other.",
    },
    ChargingProfilePeriod: {
        "start_period": "Seconds from the profile's start until this limit begins; it holds until the next one.",
        "limit": "The most the car may draw, in the profile's unit; it is free to draw less.",
    },
    ActiveChargingProfile: {
        "start_date_time": "When the charger worked these limits out, in UTC; seconds in the profile count from here.",
        "charging_profile": "The limits that really apply, once all profiles and local limits are combined.",
    },
    ChargingProfileResponse: {
        "result": "The CPO's first answer; after ACCEPTED the charger's own verdict still follows.",
        "timeout": "Seconds within which the charger's verdict should come; later, it is given up.",
    },
    ActiveChargingProfileResult: {
        "result": "Whether the charger could tell its limits; only with ACCEPTED do they come along.",
        "profile": "The limits as the charger reports them.",
    },
    ChargingProfileResult: {
        "result": "Whether the charger took over the limits.",
    },
    ClearProfileResult: {
        "result": "Whether the charger dropped the limits; UNKNOWN means that it had none.",
    },
}
