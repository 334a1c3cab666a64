"""Dumps of locations and tariffs as operators publish them, made by hand, and what an import left of them."""

from collections.abc import Callable
from typing import Any

from simulator.ocpi.v2_2_1.locations import Location
from simulator.scenario.importer import ImportReport
from simulator.scenario.load import load

Dump = dict[str, Any]
Import = Callable[..., ImportReport]


def connector(**changes: Any) -> Dump:
    plain = {
        "id": "1",
        "standard": "IEC_62196_T2",
        "format": "SOCKET",
        "power_type": "AC_3_PHASE",
        "max_voltage": 230,
        "max_amperage": 16,
        "max_electric_power": 11000,
        "tariff_ids": ["T1"],
        "terms_and_conditions": None,
        "last_updated": "2026-06-05T07:14:48Z",
    }
    return _changed(plain, changes)


def evse(*connectors: Dump, uid: str = "1", **changes: Any) -> Dump:
    plain = {
        "uid": uid,
        "evse_id": f"NL*ABC*E{uid}",
        "status": "AVAILABLE",
        "images": None,
        "capabilities": ["RFID_READER"],
        "connectors": list(connectors or (connector(),)),
        "last_updated": "2026-06-05T07:14:48Z",
    }
    return _changed(plain, changes)


def location(*evses: Dump, **changes: Any) -> Dump:
    plain = {
        "country_code": "NL",
        "party_id": "ABC",
        "id": "L1",
        "publish": True,
        "name": "Square",
        "address": "Square 1",
        "city": "Leiden",
        "country": "NLD",
        "coordinates": {"latitude": "52.16000", "longitude": "4.48000"},
        "evses": list(evses or (evse(),)),
        "operator": {"name": "Alpha"},
        "time_zone": "Europe/Amsterdam",
        "last_updated": "2026-06-05T07:14:48Z",
    }
    return _changed(plain, changes)


def tariff(**changes: Any) -> Dump:
    plain = {
        "country_code": "NL",
        "party_id": "ABC",
        "id": "T1",
        "currency": "EUR",
        "elements": [
            {
                "price_components": [{"type": "ENERGY", "price": 0.45, "vat": None, "step_size": 1}],
                "restrictions": {"start_time": None},
            }
        ],
        "last_updated": "2026-06-05T07:14:48Z",
    }
    return _changed(plain, changes)


def _changed(plain: Dump, changes: Dump) -> Dump:
    return {key: value for key, value in {**plain, **changes}.items() if value != "ABSENT"}


def imported(report: ImportReport) -> list[Location]:
    return [location for network in load(report.scenario).networks for location in network.locations]
