"""What OCPI asks of an object as a whole and no field can say by itself; used by receivers, hints and `check`.

A receiver refuses an object with an error (status code 2001); a warning or a note is a remark for the sender. The rules
lie beside, a file for each kind of object; they hold for all versions, as far as the versions have the fields.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from msgspec.structs import replace

from simulator.ocpi import catalogue
from simulator.ocpi.datatypes import ci_key
from simulator.ocpi.findings import Finding, Invalid
from simulator.ocpi.rules import (
    bills,
    commands,
    connectors,
    costs,
    credentials,
    locations,
    measures,
    profiles,
    tariffs,
    taxes,
    tokens,
)
from simulator.ocpi.rules.remark import remark

_CHECKS: Final[Mapping[str, Callable[[Any], Iterator[Finding]]]] = {
    "Location": locations.check_location,
    "EVSE": locations.check_evse,
    "Connector": connectors.check_connector,
    "GeoLocation": locations.check_point,
    "PublishTokenType": locations.check_viewer,
    "StatusSchedule": locations.check_planned,
    "Hours": locations.check_hours,
    "RegularHours": locations.check_regular_hours,
    "ExceptionalPeriod": locations.check_exception,
    "EnergyMix": measures.check_energy_mix,
    "EnergySource": measures.check_energy_source,
    "EnvironmentalImpact": measures.check_impact,
    "Session": bills.check_session,
    "CDR": bills.check_cdr,
    "ChargingPeriod": bills.check_charging_period,
    "CdrDimension": bills.check_dimension,
    "Tariff": tariffs.check_tariff,
    "TariffElement": tariffs.check_element,
    "TariffRestrictions": tariffs.check_restrictions,
    "PriceComponent": taxes.check_rate,
    "Token": tokens.check_token,
    "StartSession": commands.check_start_session,
    "Credentials": credentials.check_credentials,
    "VersionDetails": credentials.check_endpoints,
    "SetChargingProfile": profiles.check_request,
    "ActiveChargingProfile": profiles.check_request,
    "ActiveChargingProfileResult": profiles.check_result,
    "ChargingProfile": profiles.check_profile,
    "ChargingProfilePeriod": profiles.check_profile_period,
    "Price": costs.check_any_price,
    "TaxAmount": taxes.check_tax,
}

_ID_PARAMETERS: Final = {
    "country_code": "country_code",
    "party_id": "party_id",
    "location_id": "id",
    "session_id": "id",
    "tariff_id": "id",
    "record_id": "id",
    "token_uid": "uid",
}
_EVSE_PARAMETERS: Final = {"evse_uid": "uid"}
_CONNECTOR_PARAMETERS: Final = {"connector_id": "id"}


def ask_of(cls: type) -> bool:
    """Whether there are rules for objects of a class, be it together with others."""
    return cls.__name__ in _CHECKS


def check(obj: object) -> tuple[Finding, ...]:
    """What is wrong or odd about a decoded object beyond its fields; empty for one that is in order."""
    examine = _CHECKS.get(type(obj).__name__)
    return () if examine is None else _in_version(catalogue.version_of(type(obj)), examine(obj))


def must_be_right(obj: object) -> None:
    """Raises Invalid for a decoded object that breaks a rule as a whole; what is only odd may be taken."""
    errors = tuple([finding for finding in check(obj) if finding.severity == "error"])
    if errors:
        raise Invalid(errors)


def check_connector_tariffs(place: object, tariffs: Iterable[object]) -> tuple[Finding, ...]:
    """Tariffs of one type that a Connector (of an EVSE, of a Location) has at a time, as far as tariffs are known."""
    version = catalogue.version_of(type(place)) or ""
    return _in_version(version, connectors.check_connector_tariffs(place, tariffs))


def connector_wanted(version: str, evse_uid: str) -> tuple[Finding, ...]:
    """What is wrong with a START_SESSION without connector for an EVSE that asks for one."""
    return _in_version(version, commands.connector_wanted(evse_uid))


def _in_version(version: str, findings: Iterator[Finding]) -> tuple[Finding, ...]:
    """With the version in the section, but for what versions share: who shows that knows which is meant."""
    start = f"OCPI {version}" if version else "OCPI"
    return tuple(replace(each, section=f"{start} {each.section}") for each in findings)


def check_identity(params: Mapping[str, str], obj: Any) -> tuple[Finding, ...]:
    """Where the ids in a URL and those in the body differ; letter case does not matter.

    `params` are those of the matched route, `obj` the object that is put there: of a Location, EVSE or Connector URL
    only the innermost id is the body's, and in 2.1.1 no body names its owner. Source: OCPI 2.2.1, Transport and
    format, Client Owned Object.
    """
    if "connector_id" in params:
        fields = _CONNECTOR_PARAMETERS
    elif "evse_uid" in params:
        fields = _EVSE_PARAMETERS
    else:
        fields = _ID_PARAMETERS
    return tuple(
        remark(
            "url-identity",
            f"$.{field}",
            repr(value),
            f"{params[name]!r} as in the URL",
            "OCPI transport_and_format, PUT",
        )
        for name, field in fields.items()
        if name in params and (value := getattr(obj, field, None)) is not None and ci_key(params[name]) != ci_key(value)
    )
