"""Objects for the expert to look at, and exchanges that push them."""

import json

from expert_seen import SOUND
from msgspec.structs import replace

from simulator.ocpi.expert import Seen

SESSION = {
    "country_code": "NL",
    "party_id": "ABC",
    "id": "1",
    "start_date_time": "2026-05-04T06:00:00Z",
    "kwh": 1.5,
    "cdr_token": {"country_code": "NL", "party_id": "EMA", "uid": "1", "type": "RFID", "contract_id": "C1"},
    "auth_method": "WHITELIST",
    "location_id": "L1",
    "evse_uid": "E1",
    "connector_id": "1",
    "currency": "EUR",
    "status": "ACTIVE",
    "last_updated": "2026-05-04T06:10:00Z",
}
ENDLESS = {**SESSION, "status": "COMPLETED"}
AGAIN_ITSELF = {
    **{name: SESSION[name] for name in ("country_code", "party_id", "id", "currency", "last_updated", "auth_method")},
    "start_date_time": "2026-05-04T06:00:00Z",
    "end_date_time": "2026-05-04T07:00:00Z",
    "session_id": "1",
    "cdr_token": SESSION["cdr_token"],
    "cdr_location": {
        "id": "L1",
        "address": "A",
        "city": "B",
        "country": "NLD",
        "connector_id": "1",
        "coordinates": {"latitude": "52.10000", "longitude": "4.30000"},
        "evse_uid": "E1",
        "evse_id": "NL*ABC*E1",
        "connector_standard": "IEC_62196_T2",
        "connector_format": "SOCKET",
        "connector_power_type": "AC_3_PHASE",
    },
    "charging_periods": [
        {"start_date_time": "2026-05-04T06:00:00Z", "dimensions": [{"type": "ENERGY", "volume": 1.5}]}
    ],
    "total_cost": {"excl_vat": -1.0},
    "total_energy": 1.5,
    "total_time": 1,
    "credit": True,
    "credit_reference_id": "1",
}


def sent(tree: object) -> Seen:
    return replace(SOUND, request_body=json.dumps(tree).encode())


def tariff(id: str, **changes: object) -> dict[str, object]:
    elements = [{"price_components": [{"type": "FLAT", "price": 1, "step_size": 1}]}]
    owner = {"country_code": "NL", "party_id": "ABC"}
    return {
        **owner,
        "id": id,
        "currency": "EUR",
        "elements": elements,
        "last_updated": SESSION["last_updated"],
        **changes,
    }


CONNECTOR = {
    "id": "1",
    "standard": "IEC_62196_T2",
    "format": "SOCKET",
    "power_type": "AC_3_PHASE",
    "max_voltage": 230,
    "max_amperage": 16,
    "last_updated": SESSION["last_updated"],
    "tariff_ids": ["day", "night"],
}
EVSE = {"uid": "E1", "status": "AVAILABLE", "connectors": [CONNECTOR], "last_updated": SESSION["last_updated"]}
LOCATION = {
    "country_code": "NL",
    "party_id": "ABC",
    "id": "L1",
    "publish": True,
    "address": "A",
    "city": "B",
    "country": "NLD",
    "coordinates": {"latitude": "52.10000", "longitude": "4.30000"},
    "time_zone": "Europe/Amsterdam",
    "evses": [EVSE],
    "last_updated": SESSION["last_updated"],
}
BELOW = "http://nl-ema.ocpi.test/ocpi/receiver/2.2.1"


def put(kind: str, tree: object, path: str) -> Seen:
    module = "tariffs" if kind == "tariff" else "locations"
    return replace(sent(tree), module=module, route=f"{module}.receiver.put_{kind}", url=f"{BELOW}/{module}/{path}")
