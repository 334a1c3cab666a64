"""What each route carries: the kind of object in the request and in the answer, for translating and for recording.

Source: the interface tables of OCPI 2.2.1 and 2.3.0; kinds are those of `simulator.ocpi.translation`.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from simulator.engine.exchange import Subject
from simulator.ocpi import codec
from simulator.ocpi.modules import InterfaceRole, ModuleID
from simulator.ocpi.route_tables import Route
from simulator.ocpi.translation.kinds import KINDS
from simulator.parties.call import Call

_REMEMBERED = 2_048


class Cargo(Struct, frozen=True):
    """The kinds of a route's request (`sent`) and answer (`told`), empty for none; `many`: the answer is a list."""

    sent: str = ""
    told: str = ""
    patch: bool = False
    many: bool = False


def _levels() -> dict[str, Cargo]:
    cargo: dict[str, Cargo] = {}
    for level in ("location", "evse", "connector"):
        cargo[f"locations.sender.get_{level}"] = cargo[f"locations.receiver.get_{level}"] = Cargo(told=level)
        cargo[f"locations.receiver.put_{level}"] = Cargo(sent=level)
        cargo[f"locations.receiver.patch_{level}"] = Cargo(sent=level, patch=True)
    for module, kind in (("sessions", "session"), ("tariffs", "tariff"), ("tokens", "token")):
        cargo[f"{module}.receiver.get_{kind}"] = Cargo(told=kind)
        cargo[f"{module}.receiver.put_{kind}"] = Cargo(sent=kind)
        cargo[f"{module}.receiver.patch_{kind}"] = Cargo(sent=kind, patch=True)
    for module, kind in (*_SHARED_LISTS, ("sessions", "session"), ("cdrs", "cdr")):
        cargo[f"{module}.sender.get_list"] = Cargo(told=kind, many=True)
    for command in ("start_session", "stop_session", "reserve_now", "cancel_reservation", "unlock_connector"):
        cargo[f"commands.receiver.post_{command}"] = Cargo(sent=command, told="command_response")
    return cargo


_SHARED_LISTS: Final = (("locations", "location"), ("tariffs", "tariff"), ("tokens", "token"))
SHARED: Final = dict(_SHARED_LISTS)
"""The modules whose objects are meant for everybody, and the kind of each. OCPI 2.2.1, Broadcast Push."""
MODULES: Final = {kind: ModuleID(module) for module, kind in _SHARED_LISTS}
"""The same the other way."""

_PROFILE: Final = "charging_profile_response"
CARGO: Final[dict[str, Cargo]] = {
    **_levels(),
    "cdrs.receiver.get_cdr": Cargo(told="cdr"),
    "cdrs.receiver.post_cdr": Cargo(sent="cdr"),
    "sessions.sender.put_charging_preferences": Cargo(sent="charging_preferences"),
    "tokens.sender.post_authorize": Cargo(sent="location_references", told="authorization_info"),
    "commands.sender.post_result": Cargo(sent="command_result"),
    "chargingprofiles.receiver.get_active_charging_profile": Cargo(told=_PROFILE),
    "chargingprofiles.receiver.put_charging_profile": Cargo(sent="set_charging_profile", told=_PROFILE),
    "chargingprofiles.receiver.delete_charging_profile": Cargo(told=_PROFILE),
    "chargingprofiles.sender.put_active_charging_profile": Cargo(sent="active_charging_profile"),
    "chargingprofiles.sender.post_active_charging_profile_result": Cargo(sent="active_charging_profile_result"),
    "chargingprofiles.sender.post_charging_profile_result": Cargo(sent="charging_profile_result"),
    "chargingprofiles.sender.post_clear_profile_result": Cargo(sent="clear_profile_result"),
    "invoicereconciliation.sender.get_list": Cargo(told="invoice_reconciliation_record", many=True),
    "invoicereconciliation.receiver.get_record": Cargo(told="invoice_reconciliation_record"),
    "invoicereconciliation.receiver.post_record": Cargo(sent="invoice_reconciliation_record"),
    "invoicereconciliation.receiver.put_record": Cargo(sent="invoice_reconciliation_record"),
}
NOTHING: Final = Cargo()
_CHANGED: Final = {**SHARED, ModuleID.SESSIONS.value: "session"}


def is_shared(call: Call) -> bool:
    """Whether an owner tells a receiver of what it has for everybody, or that it has something no more."""
    route = call.route
    return route.interface is InterfaceRole.RECEIVER and route.method != "GET" and route.module.value in SHARED


def is_change(call: Call) -> bool:
    """Whether an owner tells a receiver of what it has and changes: Sessions, and what is meant for everybody."""
    route = call.route
    return (
        route.interface is InterfaceRole.RECEIVER
        and route.method in ("PUT", "PATCH")
        and route.module.value in _CHANGED
    )


class _Named(Struct, gc=False):
    id: str = ""
    session_id: str | None = ""


_read_names = msgspec.json.Decoder(_Named).decode


def subject_of(call: Call, version: str, ids: Mapping[str, str]) -> Subject:
    """What a request that is passed on is about, recorded as the inbound one was; `ids` are those in the path there."""
    if call.route.name == "cdrs.receiver.post_cdr":
        try:
            named = _read_names(call.body)
        except codec.UNREADABLE:
            named = _Named()
        return _subject(call.route, (named.id,), (("session_id", named.session_id or ""),), version)
    return _subject(call.route, tuple(ids.values()), tuple(ids.items()), version)


def whole_of(subject: Subject, method: str, id: str) -> Subject:
    """What a request is about that is sent with another method, or of a whole object in place of a part of it."""
    kind = _CHANGED[subject.module]
    route = f"{subject.module}.receiver.{method.lower()}_{kind}"
    return replace(subject, route=route, object_kind=KINDS[kind], object_id=id)


def subject_of_kept(kind: str, method: str, id: str, version: str) -> Subject:
    """What a request is about that the hub sends of a whole object by itself; `id` is that in the path there."""
    return Subject(
        module=MODULES[kind].value,
        interface=InterfaceRole.RECEIVER.value,
        route=f"{MODULES[kind].value}.receiver.{method.lower()}_{kind}",
        version=version,
        object_kind=KINDS[kind],
        object_id=id,
        token_uid=id if kind == "token" else "",
        location_id=id if kind == "location" else "",
    )


@lru_cache(maxsize=_REMEMBERED)
def _subject(route: Route, ids: tuple[str, ...], params: tuple[tuple[str, str], ...], version: str) -> Subject:
    cargo = CARGO.get(route.name, NOTHING)
    named = dict(params)
    if route.name == "tokens.sender.post_authorize":
        kind = "Token"
    else:
        kind = KINDS.get(cargo.sent or cargo.told, "")
    command = route.name.removeprefix("commands.receiver.post_").upper()
    return Subject(
        module=route.module.value,
        interface=route.interface.value,
        route=route.name,
        version=version,
        object_kind=kind,
        object_id=(ids[-1] if ids else "") if command.islower() or "." in command else command,
        session_id=named.get("session_id", ""),
        token_uid=named.get("token_uid", ""),
        location_id=named.get("location_id", ""),
    )
