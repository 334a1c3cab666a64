"""What OCPI asks of an object as a whole and no field can say by itself; used by receivers, hints and `check`.

A receiver refuses an object with an error (status code 2001); a warning or a note is a remark for the sender.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from simulator.ocpi.datatypes import ci_key, parse_datetime
from simulator.ocpi.findings import Finding, Severity
from simulator.ocpi.v2_2_1.cdrs import CDR
from simulator.ocpi.v2_2_1.commands import StartSession
from simulator.ocpi.v2_2_1.credentials import Credentials
from simulator.ocpi.v2_2_1.locations import Hours, Location
from simulator.ocpi.v2_2_1.sessions import Session
from simulator.ocpi.v2_2_1.tariffs import Tariff

_ID_PARAMETERS: Final = {
    "country_code": "country_code",
    "party_id": "party_id",
    "location_id": "id",
    "session_id": "id",
    "tariff_id": "id",
    "token_uid": "uid",
}
_EVSE_PARAMETERS: Final = {"evse_uid": "uid"}
_CONNECTOR_PARAMETERS: Final = {"connector_id": "id"}


def check(obj: object) -> tuple[Finding, ...]:
    """What is wrong or odd about a decoded object beyond its fields; empty for one that is in order."""
    match obj:
        case Credentials():
            return tuple(_check_credentials(obj))
        case Location():
            return tuple(_check_location(obj))
        case Hours():
            return tuple(_check_hours(obj, "$"))
        case Tariff():
            return tuple(_check_period(obj.start_date_time, obj.end_date_time, "tariffs, Tariff"))
        case Session():
            return tuple(_check_period(obj.start_date_time, obj.end_date_time, "sessions, Session"))
        case CDR():
            return tuple(_check_cdr(obj))
        case StartSession():
            return tuple(_check_start_session(obj))
        case _:
            return ()


def check_identity(params: Mapping[str, str], obj: Any) -> tuple[Finding, ...]:
    """Where the ids in a URL and those in the body differ; letter case does not matter.

    `params` are those of the matched route, `obj` the object that is put there: of a Location, EVSE or Connector URL
    only the innermost id is the body's. Source: OCPI 2.2.1, Transport and format, Client Owned Object.
    """
    if "connector_id" in params:
        fields = _CONNECTOR_PARAMETERS
    elif "evse_uid" in params:
        fields = _EVSE_PARAMETERS
    else:
        fields = _ID_PARAMETERS
    return tuple(
        _finding("url-identity", f"$.{field}", repr(getattr(obj, field)), f"{params[name]!r} as in the URL", "PUT")
        for name, field in fields.items()
        if name in params and ci_key(params[name]) != ci_key(getattr(obj, field))
    )


def _check_credentials(credentials: Credentials) -> Iterator[Finding]:
    seen: list[tuple[str, str, str]] = []
    for index, role in enumerate(credentials.roles):
        key = (role.role.value, ci_key(role.country_code), ci_key(role.party_id))
        if key in seen:
            found = f"{role.role} {role.country_code}-{role.party_id} a second time"
            yield _finding("unique-roles", f"$.roles[{index}]", found, "each role of a party once", "credentials")
        seen.append(key)


def _check_location(location: Location) -> Iterator[Finding]:
    uids: list[str] = []
    for index, evse in enumerate(location.evses):
        if ci_key(evse.uid) in uids:
            path = f"$.evses[{index}].uid"
            yield _finding("unique-evses", path, repr(evse.uid), "a uid that no other EVSE has", "locations, EVSE")
        uids.append(ci_key(evse.uid))
        ids = [ci_key(connector.id) for connector in evse.connectors]
        if len(ids) != len(dict.fromkeys(ids)):
            path = f"$.evses[{index}].connectors"
            yield _finding("unique-connectors", path, "an id twice", "each id once", "locations, Connector")
    if location.publish_allowed_to and location.publish:
        found, expected = "a list though publish is true", "a list only for an unpublished location"
        yield _finding("publish-allowed-to", "$.publish_allowed_to", found, expected, "locations, Location", "note")
    if location.opening_times is not None:
        yield from _check_hours(location.opening_times, "$.opening_times")


def _check_hours(hours: Hours, path: str) -> Iterator[Finding]:
    if hours.twentyfourseven and hours.regular_hours:
        found, expected = "regular hours though open 24/7", "either regular hours or twentyfourseven"
        yield _finding("hours-choice", f"{path}.regular_hours", found, expected, "locations, Hours", "warning")


def _check_cdr(cdr: CDR) -> Iterator[Finding]:
    yield from _check_period(cdr.start_date_time, cdr.end_date_time, "cdrs, CDR")
    if bool(cdr.credit) != (cdr.credit_reference_id is not None):
        found = f"credit {cdr.credit} and credit_reference_id {cdr.credit_reference_id!r}"
        yield _finding("credit-reference", "$.credit_reference_id", found, "both or neither", "cdrs, Credit CDRs")
    known = [ci_key(tariff.id) for tariff in cdr.tariffs]
    for index, period in enumerate(cdr.charging_periods):
        if period.tariff_id is not None and ci_key(period.tariff_id) not in known:
            path = f"$.charging_periods[{index}].tariff_id"
            expected = "the id of a tariff in the list `tariffs`"
            yield _finding("cdr-tariffs", path, repr(period.tariff_id), expected, "cdrs, CDR", "warning")


def _check_start_session(command: StartSession) -> Iterator[Finding]:
    if command.connector_id is not None and command.evse_uid is None:
        expected = "an evse_uid, for a connector_id is set"
        yield _finding("start-session-evse", "$.evse_uid", "nothing", expected, "commands, StartSession")


def _check_period(start: str | None, end: str | None, section: str) -> Iterator[Finding]:
    if start is not None and end is not None and parse_datetime(end) < parse_datetime(start):
        yield _finding("period-order", "$.end_date_time", end, f"an instant not before {start}", section, "warning")


def _finding(rule: str, path: str, found: str, expected: str, section: str, severity: Severity = "error") -> Finding:
    return Finding(
        rule=rule,
        severity=severity,
        path=path,
        found=found,
        expected=expected,
        section=f"OCPI 2.2.1 {section}",
    )
