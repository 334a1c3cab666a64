"""The words a scenario may use where only certain words mean something.

Mixes, vehicles and arrival profiles are those of simulator.world; a test compares, so that a typo needs no catalogue.
"""

from typing import get_args

from simulator.scenario.model import (
    Authorise,
    ChangeKind,
    ChargingProfileType,
    CurrentType,
    FaultKind,
    Keeps,
    PartyRole,
    SiteChange,
    Stop,
    TokenEncoding,
    WantedEnergy,
    Whitelist,
)

ROLES: tuple[PartyRole, ...] = ("cpo", "emsp", "hub", "scsp")
WHITELISTS: tuple[Whitelist, ...] = ("ALWAYS", "ALLOWED", "ALLOWED_OFFLINE", "NEVER")
CURRENT_TYPES: tuple[CurrentType, ...] = ("ac1", "ac3", "dc")
CAPABILITIES = (
    "CHARGING_PROFILE_CAPABLE",
    "CHARGING_PREFERENCES_CAPABLE",
    "CHIP_CARD_SUPPORT",
    "CONTACTLESS_CARD_SUPPORT",
    "CREDIT_CARD_PAYABLE",
    "DEBIT_CARD_PAYABLE",
    "PED_TERMINAL",
    "REMOTE_START_STOP_CAPABLE",
    "RESERVABLE",
    "RFID_READER",
    "START_SESSION_CONNECTOR_REQUIRED",
    "TOKEN_GROUP_CAPABLE",
    "UNLOCK_CAPABLE",
)
TOKEN_ENCODINGS: tuple[TokenEncoding, ...] = ("base64", "raw")
AUTHORISE: tuple[Authorise, ...] = ("rfid", "app")
STOPS: tuple[Stop, ...] = ("app", "card", "unplug")
KEEPS: tuple[Keeps, ...] = ("yes", "no", "cancels")
WANTED_ENERGIES: tuple[WantedEnergy, ...] = ("delivered", "requested")
FAULT_KINDS: tuple[FaultKind, ...] = (
    "party_offline",
    "link_down",
    "latency",
    "loss",
    "duplicates",
    "charger_offline",
)
CHANGE_KINDS: tuple[ChangeKind, ...] = get_args(ChangeKind)
CHARGING_PROFILE_TYPES: tuple[ChargingProfileType, ...] = ("CHEAP", "FAST", "GREEN", "REGULAR")
SITE_CHANGES: tuple[SiteChange, ...] = ("name", "published", "evse", "connector", "tariff")
KNOWN_VERSIONS = ("2.1.1", "2.2.1", "2.3.0")
USUAL_VERSIONS = ("2.2.1",)
TOKEN_LISTS = ("keep", "ask")
ARRIVALS = ("commuter", "residential", "workplace", "shopping", "highway", "flat")
MIXES = ("compact", "mixed", "fleet")
VEHICLES = ("compact", "city", "sedan", "suv", "van", "plug_in_hybrid")
QUIRKS = (
    "raw_token",
    "newline_in_token",
    "no_message_ids",
    "no_routing_headers",
    "no_content_type",
    "trailing_slashes",
    "hard_wired_paths",
    "keeps_first_token",
    "explicit_nulls",
    "vendor_fields",
    "patch_without_last_updated",
    "offset_timestamps",
    "numbers_as_text",
    "coordinates_as_numbers",
    "no_ids_echoed",
    "http_403",
    "http_422",
    "http_400",
    "bare_errors",
    "empty_link",
    "no_page_headers",
    "null_for_empty_list",
    "no_command_timeout",
    "no_cdr_location",
    "registers_twice",
    "second_registration_accepted",
    "old_tokens_accepted",
)
