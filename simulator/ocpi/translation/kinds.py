"""What can be translated, by the words that the hub and the recording have for it."""

from typing import Final

from msgspec import Struct

from simulator.ocpi import catalogue

KINDS: Final = {
    "location": "Location",
    "evse": "EVSE",
    "connector": "Connector",
    "session": "Session",
    "cdr": "CDR",
    "tariff": "Tariff",
    "token": "Token",
    "location_references": "LocationReferences",
    "authorization_info": "AuthorizationInfo",
    "start_session": "StartSession",
    "stop_session": "StopSession",
    "reserve_now": "ReserveNow",
    "cancel_reservation": "CancelReservation",
    "unlock_connector": "UnlockConnector",
    "command_response": "CommandResponse",
    "command_result": "CommandResult",
    "charging_preferences": "ChargingPreferences",
    "set_charging_profile": "SetChargingProfile",
    "charging_profile_response": "ChargingProfileResponse",
    "charging_profile_result": "ChargingProfileResult",
    "clear_profile_result": "ClearProfileResult",
    "active_charging_profile": "ActiveChargingProfile",
    "active_charging_profile_result": "ActiveChargingProfileResult",
    "client_info": "ClientInfo",
    "invoice_reconciliation_record": "InvoiceReconciliationRecord",
}
"""What can be translated, and the name of its class. Credentials are each platform's own and are not."""

_OTHER_NAMES: Final = {("2.1.1", "command_result"): "CommandResponse"}


def class_of(kind: str, version: str) -> type[Struct] | None:
    """The class of a kind in a version, None when the version has no such thing.

    Raises KeyError for a kind or a version that is not known here.
    """
    name = _OTHER_NAMES.get((version, kind)) or KINDS[kind]
    return catalogue.types(version).get(name)
