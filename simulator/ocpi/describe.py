"""What an exchange is, in the words a trainer uses: for the message list, the sequence chart and lessons.

Each text is a whole phrase, never built from parts, so that it can be translated as it stands.
"""

from typing import Final

_ROUTES: Final = {
    "versions.get_list": "Which OCPI versions do you offer?",
    "versions.get_details": "Which modules do you offer in this version?",
    "credentials.get": "Which credentials do you hold out to me?",
    "credentials.post": "Register with the other platform",
    "credentials.put": "Renew credentials",
    "credentials.delete": "End the connection",
    "locations.sender.get_list": "Fetch the list of locations",
    "locations.sender.get_location": "Fetch one location",
    "locations.sender.get_evse": "Fetch one EVSE",
    "locations.sender.get_connector": "Fetch one connector",
    "locations.receiver.get_location": "Check the location that the other side has stored",
    "locations.receiver.get_evse": "Check the EVSE that the other side has stored",
    "locations.receiver.get_connector": "Check the connector that the other side has stored",
    "locations.receiver.put_location": "New or replaced location",
    "locations.receiver.put_evse": "New or replaced EVSE",
    "locations.receiver.put_connector": "New or replaced connector",
    "locations.receiver.patch_location": "Location update",
    "locations.receiver.patch_evse": "EVSE status",
    "locations.receiver.patch_connector": "Connector update",
    "sessions.sender.get_list": "Fetch the list of sessions",
    "sessions.sender.put_charging_preferences": "Driver's charging preferences",
    "sessions.receiver.get_session": "Check the session that the other side has stored",
    "sessions.receiver.put_session": "New or replaced session",
    "sessions.receiver.patch_session": "Session update",
    "cdrs.sender.get_list": "Fetch the list of CDRs",
    "cdrs.receiver.get_cdr": "Read back a CDR",
    "cdrs.receiver.post_cdr": "Bill for a session (CDR)",
    "tariffs.sender.get_list": "Fetch the list of tariffs",
    "tariffs.receiver.get_tariff": "Check the tariff that the other side has stored",
    "tariffs.receiver.put_tariff": "New or replaced tariff",
    "tariffs.receiver.patch_tariff": "Tariff update",
    "tariffs.receiver.delete_tariff": "Tariff withdrawn",
    "tokens.sender.get_list": "Fetch the list of tokens",
    "tokens.sender.post_authorize": "Ask the eMSP: may this token charge?",
    "tokens.receiver.get_token": "Check the token that the other side has stored",
    "tokens.receiver.put_token": "New or replaced token",
    "tokens.receiver.patch_token": "Token update",
    "commands.receiver.post_cancel_reservation": "Ask the CPO: cancel the reservation",
    "commands.receiver.post_reserve_now": "Ask the CPO: reserve an EVSE",
    "commands.receiver.post_start_session": "Ask the CPO: start a session",
    "commands.receiver.post_stop_session": "Ask the CPO: stop the session",
    "commands.receiver.post_unlock_connector": "Ask the CPO: unlock the connector",
    "commands.sender.post_result": "Result of a command",
    "chargingprofiles.receiver.get_active_charging_profile": "Ask the CPO: what limits apply to this session?",
    "chargingprofiles.receiver.put_charging_profile": "Ask the CPO: limit the power of this session",
    "chargingprofiles.receiver.delete_charging_profile": "Ask the CPO: lift the limits of this session",
    "chargingprofiles.sender.put_active_charging_profile": "The limits of a session have changed",
    "chargingprofiles.sender.post_active_charging_profile_result": "Result: the limits that apply",
    "chargingprofiles.sender.post_charging_profile_result": "Result of setting limits",
    "chargingprofiles.sender.post_clear_profile_result": "Result of lifting limits",
    "hubclientinfo.sender.get_list": "Ask the hub: which parties can be reached?",
    "hubclientinfo.receiver.get_client_info": "Check what the party knows about another party",
    "hubclientinfo.receiver.put_client_info": "The hub reports a party's connection",
    "invoicereconciliation.sender.get_list": "Fetch which CDRs the invoices cover",
    "invoicereconciliation.receiver.get_record": "Check the invoice record that the other side has stored",
    "invoicereconciliation.receiver.post_record": "An invoice covers these CDRs",
    "invoicereconciliation.receiver.put_record": "Corrected: an invoice covers these CDRs",
    "invoicereconciliation.receiver.delete_record": "An invoice record was wrong and is withdrawn",
}

_EVSE_STATUS: Final = {
    "AVAILABLE": "EVSE status: free",
    "BLOCKED": "EVSE status: blocked by an obstacle",
    "CHARGING": "EVSE status: in use",
    "INOPERATIVE": "EVSE status: not in operation yet or for now",
    "OUTOFORDER": "EVSE status: out of order",
    "PLANNED": "EVSE status: planned",
    "REMOVED": "EVSE status: removed",
    "RESERVED": "EVSE status: reserved",
    "UNKNOWN": "EVSE status: unknown, charger not connected",
}
_SESSION_STATUS: Final = {
    "ACTIVE": "Session running",
    "COMPLETED": "Session ended",
    "INVALID": "Session declared invalid",
    "PENDING": "Session announced, not yet charging",
    "RESERVATION": "Session reserved",
}

_WITH_STATUS: Final = {
    "locations.receiver.patch_evse": _EVSE_STATUS,
    "sessions.receiver.put_session": _SESSION_STATUS,
    "sessions.receiver.patch_session": {**_SESSION_STATUS, "ACTIVE": "Session update"},
    "tokens.sender.post_authorize": {
        "ALLOWED": "Ask the eMSP: may this token charge? Yes",
        "BLOCKED": "Ask the eMSP: may this token charge? No, the token is blocked",
        "EXPIRED": "Ask the eMSP: may this token charge? No, the token has expired",
        "NO_CREDIT": "Ask the eMSP: may this token charge? No, the account lacks credit",
        "NOT_ALLOWED": "Ask the eMSP: may this token charge? No, not here",
    },
    "commands.sender.post_result": {
        "ACCEPTED": "Result: the charger carried out the command",
        "CANCELED_RESERVATION": "Result: the CPO has cancelled the reservation",
        "EVSE_OCCUPIED": "Result: the EVSE is occupied",
        "EVSE_INOPERATIVE": "Result: the EVSE is not in operation",
        "FAILED": "Result: the charger failed to carry out the command",
        "NOT_SUPPORTED": "Result: the charger does not support the command",
        "REJECTED": "Result: the charger rejected the command",
        "TIMEOUT": "Result: the charger did not answer in time",
        "UNKNOWN_RESERVATION": "Result: the charger does not know the reservation",
    },
    "chargingprofiles.sender.post_active_charging_profile_result": {
        "ACCEPTED": "Result: the limits that apply",
        "REJECTED": "Result: the EVSE did not tell its limits",
        "UNKNOWN": "Result: the EVSE knows no limits",
    },
    "chargingprofiles.sender.post_charging_profile_result": {
        "ACCEPTED": "Result: the EVSE accepted the limits",
        "REJECTED": "Result: the EVSE rejected the limits",
        "UNKNOWN": "Result: the charger failed to answer about the limits",
    },
    "chargingprofiles.sender.post_clear_profile_result": {
        "ACCEPTED": "Result: the limits are lifted",
        "REJECTED": "Result: the EVSE kept its limits",
        "UNKNOWN": "Result: there were no limits to lift",
    },
    "hubclientinfo.receiver.put_client_info": {
        "CONNECTED": "The hub reports: this party can be reached",
        "OFFLINE": "The hub reports: this party is offline",
        "PLANNED": "The hub reports: this party will be connected",
        "SUSPENDED": "The hub reports: this party is gone for good",
    },
}


def meaning(route_name: str, status: str | None = None) -> str:
    """What an exchange is, as plain English to show or to translate.

    `status` is the one that the message carries or the answer gives (EVSE or session status, `allowed`, a result);
    one that is not known here is passed over. Raises ValueError for a route that OCPI does not have.
    """
    text = _ROUTES.get(route_name)
    if text is None:
        raise ValueError(f"There is no route {route_name!r}: expected a name from the route table.")
    return text if status is None else _WITH_STATUS.get(route_name, {}).get(status, text)
