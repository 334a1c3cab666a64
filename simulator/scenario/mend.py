"""What is commonly wrong in real dumps of Locations and Tariffs, and how each of it is mended.

These rules know the meaning of a field; faults of form are left to `repair`. Each changes the record in place.
"""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from msgspec import Struct

from simulator.ocpi.datatypes import format_datetime, parse_datetime
from simulator.ocpi.rules.codes import is_currency
from simulator.ocpi.v2_2_1.locations import Status
from simulator.ocpi.v2_2_1.tariffs import Tariff
from simulator.scenario.coordinates import degrees_text, mend_coordinates
from simulator.scenario.countries import alpha_3
from simulator.scenario.edition import sign_of_2_3_0
from simulator.scenario.instants import parse_zone
from simulator.scenario.ledger import Ledger, Record
from simulator.scenario.natives import HOME, RICHEST, class_in
from simulator.scenario.places import Gazetteer
from simulator.scenario.units import Unreadable
from simulator.scenario.unknown import forget_unknown_prices

_EVSE_ID = re.compile(r"([A-Z]{2})\*?([A-Z0-9]{3})\*?E", re.IGNORECASE)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DC_STANDARDS = ("CHADEMO", "CHAOJI", "GBT_DC", "IEC_62196_T1_COMBO", "IEC_62196_T2_COMBO", "MCS")
_ONE_PHASE_UP_TO_W = 7_400
_LEAST_WATTS = 1_000
_PARKING_TYPES = ("ON_STREET", "PARKING_GARAGE", "PARKING_LOT", "UNDERGROUND_GARAGE")
_MAINS_V, _DC_V, _DEFAULT_AC_A, _DEFAULT_DC_A = 230, 400, 16, 125


class Defaults(Struct, frozen=True):
    """What stands in for a missing value: the commonest time zone (else UTC) and the newest instant of the dump.

    `party` (such as NL-ABC) owns what does not say whose it is; `gazetteer` tells where a country is. `version` is that
    of the dump.
    """

    time_zone: str
    last_updated: str
    party: str | None
    gazetteer: Gazetteer
    version: str = HOME


class Survey:
    """Looks over a dump of Locations for the defaults that it gives by itself, and for a `sign` that it is of 2.3.0."""

    def __init__(self) -> None:
        self._zones: dict[str, int] = {}
        self._newest = "1970-01-01T00:00:00Z"
        self._newest_us = 0
        self.sign: str | None = None

    def look_at(self, record: Any) -> None:
        if not isinstance(record, dict):
            return
        zone = _zone(record.get("time_zone"))
        if zone is not None:
            self._zones[zone] = self._zones.get(zone, 0) + 1
        updated = _instant(record.get("last_updated"))
        if updated is not None and parse_datetime(updated) > self._newest_us:
            self._newest, self._newest_us = updated, parse_datetime(updated)
        self.sign = self.sign or sign_of_2_3_0(record, "Location")

    def defaults(self, party: str | None, gazetteer: Gazetteer, version: str) -> Defaults:
        zone = max(self._zones, key=lambda each: self._zones[each], default="UTC")
        return Defaults(zone, self._newest, party, gazetteer, version)


def mend_location(location: Record, defaults: Defaults, ledger: Ledger, name: str) -> None:
    """Mend a Location with its EVSEs and Connectors; what has no remedy here is left as it is."""

    def mend(rule: str, sentence: str) -> None:
        ledger.mend(location, rule, sentence, name)

    _mend_party(location, defaults.party, ledger, name)
    if "publish" not in location:
        location["publish"] = True
        mend("location-publish", "a Location did not say whether it is public and is taken as public")
    elif location["publish"] is False:
        ledger.note("location-private", "a Location is private (publish is false) and stays so", name)
    for field, default in (("address", str(location.get("name", "#NA"))), ("city", "#NA")):
        if not location.get(field):
            location[field] = default[:45]
            mend(f"location-{field}", f"a Location had no {field}; its name or #NA stands there")
    country = alpha_3(str(location.get("country", location.get("country_code", ""))))
    if country is not None and country != location.get("country"):
        location["country"] = country
        mend("location-country", "a country was missing or not written with the three letters of ISO 3166-1")
    if "type" in location and "parking_type" not in location:
        if (parking_type := str(location.pop("type")).upper()) in _PARKING_TYPES:
            location["parking_type"] = parking_type
        mend("location-type", "a Location had type of OCPI 2.1.1, which is parking_type now, or nothing where unknown")
    _mend_last_updated(location, defaults.last_updated, location, ledger, name)
    mend_coordinates(location, location, country or "", defaults.gazetteer, ledger, name)
    if _zone(location.get("time_zone")) is None:
        _give_zone(location, country, defaults, ledger, name)
    for evse in _records(location, "evses"):
        _mend_evse(evse, location, defaults.gazetteer, ledger, name)


def mend_tariff(tariff: Record, user: str | None, defaults: Defaults, ledger: Ledger, name: str) -> None:
    """Mend a Tariff. A restriction that cannot be read takes its element along: without it, it would price more.

    `user` is the CPO whose Connectors name the Tariff, which owns it when it does not say whose it is.
    """
    _mend_party(tariff, user or defaults.party, ledger, name)
    _mend_last_updated(tariff, defaults.last_updated, tariff, ledger, name)
    _mend_currency(tariff, ledger, name)
    if defaults.version == RICHEST:
        _mend_taxes(tariff, ledger, name)
    forget_unknown_prices(tariff, class_in(defaults.version, Tariff), defaults.version, ledger, name)
    for element in _records(tariff, "elements"):
        restrictions = element.get("restrictions")
        if restrictions == {}:
            del element["restrictions"]
        elif isinstance(restrictions, dict) and restrictions.get("end_time") == "24:00":
            restrictions["end_time"] = "00:00"
            ledger.mend(tariff, "tariff-midnight", "a restriction ended at 24:00, which OCPI writes 00:00", name)
        for component in _records(element, "price_components"):
            if "step_size" not in component:
                component["step_size"] = 1
                ledger.mend(tariff, "tariff-step-size", "a price had no step_size; it is billed in steps of 1", name)


def _mend_currency(tariff: Record, ledger: Ledger, name: str) -> None:
    value = tariff.get("currency")
    code = value.strip().upper() if isinstance(value, str) else ""
    if is_currency(code) and code != value:
        tariff["currency"] = code
        sentence = "a currency was not written with the three letters of ISO 4217"
        ledger.mend(tariff, "tariff-currency", sentence, f"{name}, found {value}")


def _mend_taxes(tariff: Record, ledger: Ledger, name: str) -> None:
    """What a Tariff of an older version, among those of 2.3.0, says of taxes: its prices are without them."""
    if "tax_included" not in tariff:
        tariff["tax_included"] = "NO"
        sentence = "a Tariff did not say whether its prices include taxes; they are without, as before OCPI 2.3.0"
        ledger.mend(tariff, "tariff-tax-included", sentence, name)
    for limit in (tariff.get("min_price"), tariff.get("max_price")):
        for old, new in (("excl_vat", "before_taxes"), ("incl_vat", "after_taxes")):
            if isinstance(limit, dict) and old in limit and new not in limit:
                limit[new] = limit.pop(old)
                sentence = f"a Tariff's limit had {old} of OCPI 2.2.1, which is {new} now"
                ledger.mend(tariff, f"tariff-{new}", sentence, name)


def _mend_party(record: Record, fallback: str | None, ledger: Ledger, name: str) -> None:
    """Capitals; a missing party is that of an EVSE's id (its eMI3 operator), else `fallback`."""
    evses = _records(record, "evses")
    match = next((m for evse in evses if (m := _EVSE_ID.match(str(evse.get("evse_id", ""))))), None)
    derived = match.groups() if match else tuple(fallback.split("-")) if fallback else (None, None)
    source = "an EVSE's id" if match else "the CPO that uses it or --party"
    for field, stand_in in zip(("country_code", "party_id"), derived, strict=True):
        value = record.get(field, stand_in)
        if not isinstance(value, str) or record.get(field) == value.strip().upper():
            continue
        if field in record:
            ledger.mend(record, f"party-{field}", f"the {field} was not in capitals", name)
        else:
            rule = f"party-{field}-missing" if match else f"party-{field}-given"
            ledger.mend(record, rule, f"the {field} was missing and is taken from {source}", f"{name}, now {value}")
        record[field] = value.strip().upper()


def _mend_evse(evse: Record, location: Record, gazetteer: Gazetteer, ledger: Ledger, name: str) -> None:
    if "uid" not in evse and evse.get("evse_id"):
        evse["uid"] = evse["evse_id"]
        ledger.mend(evse, "evse-uid", "an EVSE had no uid; its evse_id stands there", name)
    status = str(evse.get("status", "")).upper()
    if status not in [each.value for each in Status]:
        evse["status"] = Status.UNKNOWN.value
        sentence = "an EVSE's status was missing or is none that OCPI knows; it is UNKNOWN"
        ledger.mend(evse, "evse-status", sentence, f"{name}, found {status or 'nothing'}")
    _mend_last_updated(evse, str(location["last_updated"]), evse, ledger, name)
    mend_coordinates(evse, evse, str(location.get("country")), gazetteer, ledger, name)
    for connector in _records(evse, "connectors"):
        _mend_connector(connector, ledger, name)
        _mend_last_updated(connector, str(evse["last_updated"]), connector, ledger, name)


def _mend_connector(connector: Record, ledger: Ledger, name: str) -> None:
    def mend(rule: str, sentence: str) -> None:
        ledger.mend(connector, rule, sentence, name)

    for old, new in (("voltage", "max_voltage"), ("amperage", "max_amperage")):
        if old in connector and new not in connector:
            connector[new] = connector.pop(old)
            mend(f"connector-{new}", f"a Connector had {old} of OCPI 2.1.1, which is {new} now")
    if "tariff_id" in connector and "tariff_ids" not in connector:
        connector["tariff_ids"] = [connector.pop("tariff_id")]
        mend("connector-tariff-id", "a Connector had tariff_id of OCPI 2.1.1, which is tariff_ids now")
    power_w = connector.get("max_electric_power")
    if isinstance(power_w, int | Decimal) and power_w <= 0:
        del connector["max_electric_power"]
        mend("connector-no-power", "a Connector's max_electric_power was 0 or less and is dropped")
    elif isinstance(power_w, int | Decimal) and power_w < _LEAST_WATTS:
        connector["max_electric_power"] = int(power_w * 1000)
        mend("connector-kilowatts", "a Connector's max_electric_power was written in kW and is in W now")
    _mend_plug(connector, ledger, name)
    direct = connector.get("power_type") == "DC"
    voltage_v, current_a = (_DC_V, _DEFAULT_DC_A) if direct else (_MAINS_V, _DEFAULT_AC_A)
    for field, default in (("max_voltage", voltage_v), ("max_amperage", current_a)):
        value = connector.get(field)
        if value is None or (isinstance(value, int | Decimal) and value <= 0):
            connector[field] = default
            mend(f"{field}-missing", f"a Connector's {field} was missing or 0; the usual value stands there")


def _mend_plug(connector: Record, ledger: Ledger, name: str) -> None:
    """Derive what is missing of standard, power_type and format from the others."""
    power_w = connector.get("max_electric_power", 0)
    if "standard" not in connector and "power_type" in connector:
        direct = connector["power_type"] == "DC"
        connector["standard"] = "IEC_62196_T2_COMBO" if direct else "IEC_62196_T2"
        ledger.mend(connector, "connector-standard", "a Connector's standard was missing; it is Type 2 or CCS", name)
    direct = connector.get("standard") in _DC_STANDARDS
    known = ("AC_1_PHASE", "AC_2_PHASE", "AC_2_PHASE_SPLIT", "AC_3_PHASE", "DC")
    if "standard" in connector and str(connector.get("power_type")).upper() not in known:
        weak = isinstance(power_w, int | Decimal) and 0 < power_w <= _ONE_PHASE_UP_TO_W
        one_phase = weak or not str(connector["standard"]).startswith("IEC_62196_T2")
        connector["power_type"] = "DC" if direct else "AC_1_PHASE" if one_phase else "AC_3_PHASE"
        sentence = "a Connector's power_type was missing or unknown; it is derived from its standard and power"
        ledger.mend(connector, "connector-power-type", sentence, name)
    if "format" not in connector:
        connector["format"] = "CABLE" if connector.get("power_type") == "DC" else "SOCKET"
        ledger.mend(connector, "connector-format", "a Connector's format was missing; it follows its current", name)


def _give_zone(location: Record, country: str | None, defaults: Defaults, ledger: Ledger, name: str) -> None:
    """The zone of where a Location is; its coordinates are mended."""
    coordinates = location.get("coordinates")
    place = coordinates if isinstance(coordinates, dict) else {}
    latitude, longitude = degrees_text(place.get("latitude"), 90), degrees_text(place.get("longitude"), 180)
    zone = None
    if country is not None and latitude is not None and longitude is not None:
        zone = defaults.gazetteer.zone_at(country, float(latitude), float(longitude))
    location["time_zone"] = zone or defaults.time_zone
    if zone is not None:
        sentence = "a time zone was missing or unknown; that of the nearest principal place of its country stands there"
        ledger.mend(location, "location-time-zone", sentence, f"{name}, now {zone}")
    else:
        sentence = f"a time zone was missing or unknown, and so was the place; {defaults.time_zone} stands there"
        ledger.mend(location, "location-time-zone-unknown", sentence, name)


def _mend_last_updated(record: Record, default: str, owner: Record, ledger: Ledger, name: str) -> None:
    value = record.get("last_updated")
    instant = _instant(value)
    if instant is None or instant != value:
        record["last_updated"] = instant or default
        sentence = "a last_updated was missing or not UTC as OCPI writes it; it is converted or its parent's"
        ledger.mend(owner, "last-updated", sentence, name)


def _instant(value: Any) -> str | None:
    """`value` as an OCPI DateTime; other ISO 8601 forms, such as those with an offset, are converted to UTC."""
    if not isinstance(value, str):
        return None
    try:
        parse_datetime(value)
    except ValueError:
        return _converted_instant(value)
    return value


def _converted_instant(text: str) -> str | None:
    try:
        instant = datetime.fromisoformat(text.strip())
        utc = instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return format_datetime((utc - _EPOCH) // timedelta(microseconds=1))


def _zone(value: Any) -> str | None:
    try:
        return parse_zone(value) if isinstance(value, str) else None
    except Unreadable:
        return None


def _records(record: Record, key: str) -> list[Record]:
    items = record.get(key)
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
