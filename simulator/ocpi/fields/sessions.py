"""The words for the objects of Sessions."""

from typing import Final

from msgspec import Struct

from simulator.ocpi.v2_2_1.sessions import ChargingPreferences, Session

WORDS: Final[dict[type[Struct], dict[str, str]]] = {
    Session: {
        "country_code": "Country of the CPO at whose charger the session runs, in two letters.",
        "party_id": "The CPO at whose charger the session runs, in three characters.",
        "id": "The CPO's id of this session; a stop command and the CDR refer to it.",
        "start_date_time": "When the session became active, in UTC; while PENDING, when the charger created it.",
        "end_date_time": "When the session ended, in UTC; charging may have stopped before, with the car still parked.",
        "kwh": "Energy charged up to this update, in kWh.",
        "cdr_token": "The token that started the session, as it was then; it shows which eMSP will pay.",
        "auth_method": "How the driver got permission: AUTH_REQUEST asked the eMSP, COMMAND, or WHITELIST.",
        "authorization_reference": "The eMSP's mark for its permission, repeated so that it recognises the session.",
        "location_id": "The location where the car charges; its address comes from the Locations module.",
        "evse_uid": "The EVSE in use, by its technical id; #NA while a reservation has no EVSE yet.",
        "connector_id": "The connector in use at that EVSE; #NA while a reservation has none yet.",
        "meter_id": "Id of the electricity meter that counts this session, if known.",
        "currency": "Currency of the costs so far, such as EUR.",
        "charging_periods": "The session's course so far; a PATCH adds periods, a PUT replaces them all.",
        "total_cost": "Cost so far; absent means not known yet, only an amount of 0 means free.",
        "status": "Where the session stands: PENDING, ACTIVE, COMPLETED, INVALID or RESERVATION.",
        "last_updated": "When the session's data last changed, in UTC; every PATCH must carry it.",
    },
    ChargingPreferences: {
        "profile_type": "What matters most to the driver: CHEAP, FAST, GREEN or REGULAR; it also selects the tariff.",
        "departure_time": "When the driver wants to leave, in UTC; charging should be done by then.",
        "energy_need": "Energy the driver wants to have charged by departure, in kWh.",
        "discharge_allowed": "Whether energy may flow back from the car's battery; absent counts as no.",
    },
}
