"""The words for fields of OCPI 2.1.1 that 2.2.1 does not have, or in which something else stands there."""

from typing import Final

WORDS: Final[dict[str, dict[str, str]]] = {
    "Location": {
        "id": "The CPO's own id for this location; commands refer to it, letter case included.",
        "type": "What kind of place it is, such as ON_STREET or PARKING_GARAGE; UNKNOWN if nobody knows.",
        "postal_code": "Postal code; must be there even where the country has none.",
        "time_zone": "Time zone such as Europe/Amsterdam, if told; opening hours and tariff hours are meant in it.",
    },
    "Connector": {
        "voltage": "Voltage in V; with three phases, between one phase and neutral.",
        "amperage": "Highest current in A, of each phase.",
        "tariff_id": "The one tariff that applies here; a connector cannot name a second.",
    },
    "GeoLocation": {
        "latitude": "Degrees north of the equator, negative to the south; a text in quotes, such as 52.370216.",
        "longitude": "Degrees east of Greenwich, negative to the west; a text in quotes, such as 4.895168.",
    },
    "Hours": {
        "regular_hours": "The usual hours, weekday by weekday; left out when the site is open around the clock.",
        "twentyfourseven": "True: open day and night, all week; then there are no regular hours.",
    },
    "EnvironmentalImpact": {
        "source": "What is left behind: CARBON_DIOXIDE or NUCLEAR_WASTE; called category in later versions.",
    },
    "Session": {
        "id": "The CPO's id of this session; a stop command refers to it, the CDR does not.",
        "start_datetime": "When the session became active, in UTC.",
        "end_datetime": "When the session ended, in UTC; absent while it goes on.",
        "auth_id": "The driver's contract, as in the token's auth_id; shows which eMSP will pay.",
        "auth_method": "How the driver got permission: AUTH_REQUEST asked the eMSP, WHITELIST did not.",
        "location": "The whole location, cut down to the EVSE and connector in use.",
        "charging_periods": "The session's course so far; a new list takes the place of the old one.",
        "total_cost": "Cost so far without VAT; absent means not known yet, only 0 means free.",
        "status": "Where the session stands: PENDING, ACTIVE, COMPLETED or INVALID.",
        "last_updated": "When the session's data last changed, in UTC; a PATCH may lack it in this version.",
    },
    "CDR": {
        "id": "The CPO's id of this CDR, used only once.",
        "start_date_time": "When the billed session started, in UTC.",
        "stop_date_time": "When the billed session was over, in UTC; called end_date_time in later versions.",
        "auth_id": "The contract on which the session was charged; its eMSP has to pay.",
        "auth_method": "How the session was permitted: AUTH_REQUEST or WHITELIST.",
        "location": "Where it took place, as a whole location with only the EVSE and connector that were used.",
        "total_cost": "What the eMSP owes the CPO, without VAT and not split into parts.",
    },
    "CdrDimension": {
        "volume": "The measured amount: kWh for ENERGY, hours for times, A for currents.",
    },
    "Token": {
        "type": "What it is: an RFID card or OTHER; this version knows no more kinds.",
        "auth_id": "The driver's contract with the eMSP; called contract_id in later versions.",
    },
    "LocationReferences": {
        "connector_ids": "The connectors in question, within the EVSEs; later versions do without.",
    },
    "ReserveNow": {
        "response_url": "Where the CPO posts the result, once the charger has taken or refused the reservation.",
        "reservation_id": "The eMSP's number of the reservation; used again at the location, it replaces the old one.",
    },
    "StartSession": {
        "evse_uid": "The EVSE at which to start; absent leaves the choice to the charger.",
    },
    "CommandResponse": {
        "result": "The CPO's first answer; posted to response_url, the same object is the charger's verdict.",
    },
    "Credentials": {
        "business_details": "The company behind this platform: name, website, logo.",
        "party_id": "The one party on this platform, in three characters.",
        "country_code": "Country of the party in two letters; with party_id it stands in URLs.",
    },
    "Endpoint": {
        "url": "The address of the module; it is read here, never guessed.",
    },
}
