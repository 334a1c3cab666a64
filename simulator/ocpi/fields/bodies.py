"""Which class stands in the request and in the answer of each route; the envelope around an answer is left aside.

Acknowledgements carry nothing: OCPI leaves open what a PUT or a PATCH is answered with, and ours say no more than the
status. Source: the interface tables of all modules of OCPI 2.1.1, 2.2.1 and 2.3.0 (edition 2).
"""

from typing import Final

from simulator.ocpi.datatypes import Object
from simulator.ocpi.v2_2_1.cdrs import CDR
from simulator.ocpi.v2_2_1.chargingprofiles import (
    ActiveChargingProfile,
    ActiveChargingProfileResult,
    ChargingProfileResponse,
    ChargingProfileResult,
    ClearProfileResult,
    SetChargingProfile,
)
from simulator.ocpi.v2_2_1.commands import (
    CancelReservation,
    CommandResponse,
    CommandResult,
    ReserveNow,
    StartSession,
    StopSession,
    UnlockConnector,
)
from simulator.ocpi.v2_2_1.credentials import Credentials
from simulator.ocpi.v2_2_1.hubclientinfo import ClientInfo
from simulator.ocpi.v2_2_1.locations import EVSE, Connector, Location
from simulator.ocpi.v2_2_1.sessions import ChargingPreferences, Session
from simulator.ocpi.v2_2_1.tariffs import Tariff
from simulator.ocpi.v2_2_1.tokens import AuthorizationInfo, LocationReferences, Token
from simulator.ocpi.v2_2_1.versions import Version, VersionDetails
from simulator.ocpi.v2_3_0.invoicereconciliation import InvoiceReconciliationRecord

BODIES: Final[dict[str, tuple[type[Object] | None, type[Object] | None]]] = {
    "versions.get_list": (None, Version),
    "versions.get_details": (None, VersionDetails),
    "credentials.get": (None, Credentials),
    "credentials.post": (Credentials, Credentials),
    "credentials.put": (Credentials, Credentials),
    "credentials.delete": (None, None),
    "locations.sender.get_list": (None, Location),
    "locations.sender.get_location": (None, Location),
    "locations.sender.get_evse": (None, EVSE),
    "locations.sender.get_connector": (None, Connector),
    "locations.receiver.get_location": (None, Location),
    "locations.receiver.get_evse": (None, EVSE),
    "locations.receiver.get_connector": (None, Connector),
    "locations.receiver.put_location": (Location, None),
    "locations.receiver.put_evse": (EVSE, None),
    "locations.receiver.put_connector": (Connector, None),
    "locations.receiver.patch_location": (Location, None),
    "locations.receiver.patch_evse": (EVSE, None),
    "locations.receiver.patch_connector": (Connector, None),
    "sessions.sender.get_list": (None, Session),
    # The answer to preferences is a bare word, ChargingPreferencesResponse, and no object.
    "sessions.sender.put_charging_preferences": (ChargingPreferences, None),
    "sessions.receiver.get_session": (None, Session),
    "sessions.receiver.put_session": (Session, None),
    "sessions.receiver.patch_session": (Session, None),
    "cdrs.sender.get_list": (None, CDR),
    "cdrs.receiver.get_cdr": (None, CDR),
    "cdrs.receiver.post_cdr": (CDR, None),
    "tariffs.sender.get_list": (None, Tariff),
    "tariffs.receiver.get_tariff": (None, Tariff),
    "tariffs.receiver.put_tariff": (Tariff, None),
    "tariffs.receiver.delete_tariff": (None, None),
    # Only 2.1.1 has this one.
    "tariffs.receiver.patch_tariff": (Tariff, None),
    "tokens.sender.get_list": (None, Token),
    "tokens.sender.post_authorize": (LocationReferences, AuthorizationInfo),
    "tokens.receiver.get_token": (None, Token),
    "tokens.receiver.put_token": (Token, None),
    "tokens.receiver.patch_token": (Token, None),
    "commands.receiver.post_cancel_reservation": (CancelReservation, CommandResponse),
    "commands.receiver.post_reserve_now": (ReserveNow, CommandResponse),
    "commands.receiver.post_start_session": (StartSession, CommandResponse),
    "commands.receiver.post_stop_session": (StopSession, CommandResponse),
    "commands.receiver.post_unlock_connector": (UnlockConnector, CommandResponse),
    "commands.sender.post_result": (CommandResult, None),
    "chargingprofiles.receiver.get_active_charging_profile": (None, ChargingProfileResponse),
    "chargingprofiles.receiver.put_charging_profile": (SetChargingProfile, ChargingProfileResponse),
    "chargingprofiles.receiver.delete_charging_profile": (None, ChargingProfileResponse),
    "chargingprofiles.sender.put_active_charging_profile": (ActiveChargingProfile, None),
    "chargingprofiles.sender.post_active_charging_profile_result": (ActiveChargingProfileResult, None),
    "chargingprofiles.sender.post_charging_profile_result": (ChargingProfileResult, None),
    "chargingprofiles.sender.post_clear_profile_result": (ClearProfileResult, None),
    "hubclientinfo.sender.get_list": (None, ClientInfo),
    "hubclientinfo.receiver.get_client_info": (None, ClientInfo),
    "hubclientinfo.receiver.put_client_info": (ClientInfo, None),
    # Only 2.3.0 has these.
    "invoicereconciliation.sender.get_list": (None, InvoiceReconciliationRecord),
    "invoicereconciliation.receiver.get_record": (None, InvoiceReconciliationRecord),
    "invoicereconciliation.receiver.post_record": (InvoiceReconciliationRecord, None),
    "invoicereconciliation.receiver.put_record": (InvoiceReconciliationRecord, None),
    "invoicereconciliation.receiver.delete_record": (None, None),
}
