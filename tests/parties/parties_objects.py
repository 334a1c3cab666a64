"""OCPI objects as JSON, as a platform of another make might write them."""

import json
from typing import Any

from run_town import OpenTown

from simulator.ocpi.codec import decode, encode
from simulator.ocpi.v2_2_1.tokens import Token

LATER = "2026-05-04T09:00:00Z"
"""Later than anything the town itself says while the messages are tested."""

Json = dict[str, Any]


def location(desk: OpenTown, id: str, **changes: object) -> Json:
    """A copy of the Square under another id, as NL-ABC would push it."""
    (square,) = desk.world.cpos["NL-ABC"].locations.store
    return {**json.loads(encode(square)), "id": id, "last_updated": LATER, **changes}


def evse(desk: OpenTown, uid: str, **changes: object) -> Json:
    """One of the Square's EVSEs under another uid."""
    return {**location(desk, "any")["evses"][0], "uid": uid, "last_updated": LATER, **changes}


def token(uid: str, **changes: object) -> Json:
    """A card of NL-EMA."""
    return {
        "country_code": "NL",
        "party_id": "EMA",
        "uid": uid,
        "type": "RFID",
        "contract_id": "NL-EMA-C12345678",
        "issuer": "Emma Mobility",
        "valid": True,
        "whitelist": "ALLOWED",
        "last_updated": LATER,
        **changes,
    }


def issue(town: OpenTown, *uids: str, emsp: str = "NL-EMA", **changes: object) -> None:
    """Let an eMSP have issued such cards: it takes no sessions and no bills for others."""
    cards = [token(uid, party_id=emsp.partition("-")[2], **changes) for uid in uids]
    town.world.emsps[emsp].issue([decode(json.dumps(card).encode(), Token) for card in cards])


def cdr_token(uid: str, **changes: object) -> Json:
    """That card as sessions and CDRs carry it."""
    return {key: token(uid)[key] for key in ("country_code", "party_id", "uid", "type", "contract_id")} | changes


def period(start: str, kwh: float = 1.5) -> Json:
    """A charging period."""
    return {"start_date_time": start, "dimensions": [{"type": "ENERGY", "volume": kwh}], "tariff_id": "day"}


def session(id: str, **changes: object) -> Json:
    """A session of NL-ABC with a card of NL-EMA."""
    return {
        "country_code": "NL",
        "party_id": "ABC",
        "id": id,
        "start_date_time": "2026-05-04T08:00:00Z",
        "kwh": 1.5,
        "cdr_token": cdr_token("CARD-1"),
        "auth_method": "WHITELIST",
        "location_id": "NL-ABC-L001",
        "evse_uid": "NL-ABC-E0001",
        "connector_id": "1",
        "currency": "EUR",
        "status": "ACTIVE",
        "last_updated": LATER,
        **changes,
    }


def cdr(id: str, **changes: object) -> Json:
    """A bill of NL-ABC for NL-EMA."""
    return {
        "country_code": "NL",
        "party_id": "ABC",
        "id": id,
        "start_date_time": "2026-05-04T08:00:00Z",
        "end_date_time": "2026-05-04T09:00:00Z",
        "session_id": f"session-of-{id}"[:36],
        "cdr_token": cdr_token("CARD-1"),
        "auth_method": "WHITELIST",
        "cdr_location": {
            "id": "NL-ABC-L001",
            "address": "Square 1",
            "city": "Leiden",
            "country": "NLD",
            "coordinates": {"latitude": "52.160000", "longitude": "4.480000"},
            "evse_uid": "NL-ABC-E0001",
            "evse_id": "NL*ABC*E0001",
            "connector_id": "1",
            "connector_standard": "IEC_62196_T2",
            "connector_format": "SOCKET",
            "connector_power_type": "AC_3_PHASE",
        },
        "currency": "EUR",
        "charging_periods": [period("2026-05-04T08:00:00Z", 10)],
        "total_cost": {"excl_vat": 4.5},
        "total_energy": 10,
        "total_time": 1,
        "last_updated": LATER,
        **changes,
    }
