"""What is wrong with a message that one of our parties sent: its bodies against the classes and rules of its version,
its headers against the digest, sections 2.1 to 2.5. An own reading, beside the hints that a run makes by itself.
"""

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from simulator.ocpi import catalogue, codec, rules
from simulator.ocpi.envelope import decode_envelope
from simulator.ocpi.findings import Invalid
from simulator.ocpi.patch import partial
from simulator.ocpi.remarks import remarks
from simulator.recording.rows import Message

OLDEST: Final = "2.1.1"
CONFIGURATION: Final = ("versions", "credentials", "hubclientinfo")
ROUTING: Final = ("ocpi-to-country-code", "ocpi-to-party-id", "ocpi-from-country-code", "ocpi-from-party-id")
KINDS: Final = {
    "location": "Location",
    "evse": "EVSE",
    "connector": "Connector",
    "session": "Session",
    "cdr": "CDR",
    "tariff": "Tariff",
    "token": "Token",
    "client_info": "ClientInfo",
    "record": "InvoiceReconciliationRecord",
}
LISTED: Final = {
    "locations": "Location",
    "sessions": "Session",
    "cdrs": "CDR",
    "tariffs": "Tariff",
    "tokens": "Token",
    "hubclientinfo": "ClientInfo",
    "invoicereconciliation": "InvoiceReconciliationRecord",
    "versions": "Version",
}
SAID: Final = {
    "credentials.post": "Credentials",
    "credentials.put": "Credentials",
    "sessions.sender.put_charging_preferences": "ChargingPreferences",
    "tokens.sender.post_authorize": "LocationReferences",
    "commands.receiver.post_start_session": "StartSession",
    "commands.receiver.post_stop_session": "StopSession",
    "commands.receiver.post_reserve_now": "ReserveNow",
    "commands.receiver.post_cancel_reservation": "CancelReservation",
    "commands.receiver.post_unlock_connector": "UnlockConnector",
    "commands.sender.post_result": "CommandResult",
    "chargingprofiles.receiver.put_charging_profile": "SetChargingProfile",
    "chargingprofiles.sender.put_active_charging_profile": "ActiveChargingProfile",
    "chargingprofiles.sender.post_active_charging_profile_result": "ActiveChargingProfileResult",
    "chargingprofiles.sender.post_charging_profile_result": "ChargingProfileResult",
    "chargingprofiles.sender.post_clear_profile_result": "ClearProfileResult",
}
"""The body of a request that carries no object of its module."""
ANSWERED: Final = {
    "credentials.get": "Credentials",
    "credentials.post": "Credentials",
    "credentials.put": "Credentials",
    "versions.get_details": "VersionDetails",
    "tokens.sender.post_authorize": "AuthorizationInfo",
}


def faults(message: Message) -> list[str]:
    """Sentences; empty for a message that is in order."""
    found = [*_of_headers(message), *_of_request(message)]
    if message.final == "delivered":
        found += _of_answer(message)
    where = f"{message.sender} to {message.receiver}, OCPI {message.version}, {message.route}"
    return [f"{where}: {fault}" for fault in found]


def _of_request(message: Message) -> Iterator[str]:
    name = message.route.rpartition(".")[2]
    verb, _, kind = name.partition("_")
    cls_name = SAID.get(message.route) or (KINDS.get(kind) if verb in ("put", "patch", "post") else None)
    if cls_name is None:
        if message.request_body:
            yield f"a body that nobody expects: {message.request_body[:80]!r}"
    elif message.request_body or message.route != "tokens.sender.post_authorize":
        yield from _of_body(message.request_body, _class(cls_name, message.version), verb == "patch", message.version)


def _of_answer(message: Message) -> Iterator[str]:
    try:
        envelope = decode_envelope(message.response_body)
    except Invalid as invalid:
        yield f"no envelope: {invalid}"
        return
    headers = _lower(message.response_headers)
    is_list = message.route.endswith("get_list")
    if envelope.status_code >= 2000:
        return
    if message.http_status not in (200, 201):
        yield f"HTTP {message.http_status} for status {envelope.status_code}"
    if is_list and message.module != "versions" and not {"x-total-count", "x-limit"} <= set(headers):
        yield "a list without X-Total-Count and X-Limit"
    if message.route == "cdrs.receiver.post_cdr" and "location" not in headers:
        yield "a CDR was taken without saying where it can be read"
    name = _answered(message)
    if name is None:
        if envelope.data is not msgspec.UNSET and not message.route.endswith("put_charging_preferences"):
            yield "data where nothing is to be told"
    elif envelope.data is msgspec.UNSET:
        yield f"no data, expected {name}"
    else:
        cls = _class(name, message.version)
        for item in msgspec.json.decode(envelope.data, type=list[msgspec.Raw]) if is_list else [envelope.data]:
            yield from _of_body(bytes(item), cls, False, message.version)


def _answered(message: Message) -> str | None:
    name = message.route.rpartition(".")[2]
    if name == "get_list":
        return LISTED.get(message.module)
    if message.route.startswith("commands.receiver"):
        return "CommandResponse"
    if message.route.startswith("chargingprofiles.receiver"):
        return "ChargingProfileResponse"
    return ANSWERED.get(message.route) or (KINDS.get(name[4:]) if name.startswith("get_") else None)


def _of_body(raw: bytes, cls: Any, is_patch: bool, version: str) -> Iterator[str]:
    try:
        obj = codec.decode(raw, partial(cls, version != OLDEST) if is_patch else cls)
    except Invalid as invalid:
        yield from (finding.sentence() for finding in invalid.findings)
        return
    found = () if is_patch else rules.check(obj)
    for finding in (*found, *remarks(raw, cls)):
        if finding.severity != "note":
            yield finding.sentence()


def _class(name: str, version: str) -> Any:
    types = catalogue.types(version)
    return types["CommandResponse"] if (name, version) == ("CommandResult", OLDEST) else types[name]


def _of_headers(message: Message) -> Iterator[str]:
    asked, answered = _lower(message.request_headers), _lower(message.response_headers)
    word, _, token = asked.get("authorization", "").partition(" ")
    if word != "Token" or not _is_token(token, message.version):
        yield f"Authorization {word}, its token is not written as in {message.version}"
    sides = [asked] if message.final != "delivered" else [asked, answered]
    for headers in sides:
        if (message.request_body if headers is asked else True) and headers.get("content-type") != "application/json":
            yield f"Content-Type {headers.get('content-type')}"
    if message.version == OLDEST:
        # The version may not be settled yet: then ids do no harm.
        names = () if message.module in CONFIGURATION else ("x-request-id", "x-correlation-id", *ROUTING)
        yield from (f"{name} in 2.1.1" for headers in sides for name in names if name in headers)
        return
    for name in ("x-request-id", "x-correlation-id"):
        if not asked.get(name):
            yield f"no {name}"
        elif answered and answered.get(name) != asked[name]:
            yield f"{name} is not echoed"
    expected = () if message.module in CONFIGURATION else ROUTING
    for headers in sides:
        there = [name for name in ROUTING if name in headers]
        if there != list(expected) and not _open_routing(headers, asked, message):
            yield f"routing headers {there}"


def _open_routing(headers: Mapping[str, str], asked: Mapping[str, str], message: Message) -> bool:
    """Without a receiver named a hub finds one."""
    return headers is asked and message.module not in CONFIGURATION and not any("-to-" in name for name in asked)


def _is_token(token: str, version: str) -> bool:
    if version == OLDEST:
        return token.isascii() and token.isprintable() and 0 < len(token) <= 64
    try:
        return base64.b64decode(token, validate=True).decode("ascii").isprintable()
    except (binascii.Error, UnicodeDecodeError):
        return False


def _lower(headers: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers}
