"""What it costs to read an object: bytes to a checked object of each version, beside the same through pydantic models.

pydantic is here for this comparison only. Its models are built from the very same classes: equal fields, lengths,
patterns and value lists.
"""

import gc
import time
from collections.abc import Callable
from pathlib import Path
from types import GenericAlias
from typing import Annotated, Any

import msgspec
from msgspec import NODEFAULT, Struct
from pydantic import ConfigDict, Field, create_model

from simulator.ocpi import catalogue, codec, rules, typeinfo

ROUNDS = 7
REPEATS = 2_000
EVSES = 10
TIME = "2026-05-04T06:00:00Z"


def samples(version: str) -> dict[str, dict[str, Any]]:
    """A Session in the middle of charging and a Location of ten EVSEs, as a peer of the version sends them."""
    old = version == "2.1.1"
    owner = {} if old else {"country_code": "NL", "party_id": "ABC"}
    coordinates = {"latitude": "52.163400", "longitude": "4.481200"}
    connector: dict[str, Any] = {
        "id": "1",
        "standard": "IEC_62196_T2",
        "format": "SOCKET",
        "power_type": "AC_3_PHASE",
        "last_updated": TIME,
    }
    if old:
        connector |= {"voltage": 230, "amperage": 32, "tariff_id": "day"}
    else:
        connector |= {"max_voltage": 230, "max_amperage": 32, "max_electric_power": 22_000, "tariff_ids": ["day"]}
    evses = [
        {
            "uid": f"EVSE-{number}",
            "evse_id": f"NL*ABC*E{number}",
            "status": "AVAILABLE",
            "capabilities": ["RFID_READER", "REMOTE_START_STOP_CAPABLE"],
            "connectors": [connector],
            "physical_reference": str(number),
            "last_updated": TIME,
        }
        for number in range(EVSES)
    ]
    location: dict[str, Any] = {
        **owner,
        "id": "LOC1",
        "name": "Station square",
        "address": "Stationsplein 1",
        "city": "Leiden",
        "postal_code": "2312 AJ",
        "country": "NLD",
        "coordinates": coordinates,
        "evses": evses,
        "operator": {"name": "Alpha Charging"},
        "time_zone": "Europe/Amsterdam",
        "opening_times": {"twentyfourseven": True},
        "last_updated": TIME,
        **({"type": "ON_STREET"} if old else {"publish": True, "parking_type": "ON_STREET"}),
    }
    period = {
        "start_date_time": TIME,
        "dimensions": [{"type": "ENERGY", "volume": 2.5}, {"type": "TIME", "volume": 0.5}],
    }
    session: dict[str, Any] = {
        **owner,
        "id": "5c1e2f60-77aa-4b10-9f3e-2f9b2a1c7d55",
        "kwh": 5.0,
        "auth_method": "WHITELIST",
        "currency": "EUR",
        "charging_periods": [period, period],
        "status": "ACTIVE",
        "last_updated": TIME,
    }
    if old:
        place = {**location, "evses": evses[:1]}
        session |= {"start_datetime": TIME, "auth_id": "NLEMA123456", "location": place, "total_cost": 1.25}
    else:
        token = {"country_code": "NL", "party_id": "EMA", "uid": "04A2B3", "type": "RFID", "contract_id": "NLEMA123456"}
        session |= {"start_date_time": TIME, "cdr_token": token, "location_id": "LOC1"}
        session |= {"evse_uid": "EVSE-1", "connector_id": "1"}
        session["total_cost"] = (
            {"excl_vat": 1.25, "incl_vat": 1.5125}
            if version == "2.2.1"
            else {"before_taxes": 1.25, "taxes": [{"name": "VAT", "percentage": 21, "amount": 0.2625}]}
        )
    return {"Session": session, f"Location of {EVSES} EVSEs": location}


def pydantic_model(cls: type[Struct], known: dict[type[Struct], Any]) -> Any:
    """A frozen pydantic model with the same fields and constraints as a class of ours."""
    if cls not in known:
        members: dict[str, Any] = {}
        for field in msgspec.structs.fields(cls):
            type_ = _pydantic_type(field.type, known)
            shape = typeinfo.shape(field.type)
            default = ... if field.default is NODEFAULT else field.default
            members[field.encode_name] = (type_ | None if shape.nullable else type_, default)
        known[cls] = create_model(cls.__name__, __config__=ConfigDict(frozen=True), **members)
    return known[cls]


def _pydantic_type(type_: Any, known: dict[type[Struct], Any]) -> Any:
    shape = typeinfo.shape(type_)
    limits: dict[str, Any] = {}
    for meta in shape.metas:
        named = {"min_length": meta.min_length, "max_length": meta.max_length, "ge": meta.ge, "le": meta.le}
        limits |= {name: value for name, value in named.items() if value is not None}
    for pattern in shape.patterns:
        # Rust's regular expressions know neither look-ahead nor \Z: the pattern of a DateTime is told by its type.
        if "(?!" not in pattern:
            limits["pattern"] = pattern.replace(r"\Z", "$")
    if shape.item is not None:
        base: Any = GenericAlias(tuple, (_pydantic_type(shape.item, known), ...))
    elif isinstance(shape.base, type) and issubclass(shape.base, Struct):
        base = pydantic_model(shape.base, known)
    else:
        base = shape.base
    if limits and (shape.item is not None or base in (str, int)):
        return Annotated[base, Field(**limits)]
    return base


def least_us(act: Callable[[], object]) -> float:
    """The least microseconds of processor time of one call, over rounds: noise only ever adds."""
    rounds = []
    gc.disable()
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(REPEATS):
            act()
        rounds.append(1e6 * (time.process_time() - began) / REPEATS)
    gc.enable()
    return min(rounds)


def report(_folder: Path) -> None:
    """Print microseconds an object: read and checked, its rules, written; and the same read through pydantic."""
    for version in catalogue.VERSIONS:
        for name, tree in samples(version).items():
            raw = msgspec.json.encode(tree)
            line = _line(raw, catalogue.types(version)[name.split()[0]])
            print(f"{version} {name}, {len(raw):,} bytes: {line}", flush=True)


def _line(raw: bytes, cls: type[Struct]) -> str:
    obj = codec.decode(raw, cls)
    figures = {
        "read and checked": least_us(lambda: codec.decode(raw, cls)),
        "its rules": least_us(lambda: rules.check(obj)),
        "written": least_us(lambda: codec.encode(obj)),
    }
    model = pydantic_model(cls, {})
    figures["read by pydantic"] = least_us(lambda: model.model_validate_json(raw))
    return ", ".join(f"{what} {us:.1f} us" for what, us in figures.items())
