"""Which requests OCPI knows, a table a version: method and path of every module and side.

Segments in braces are parameters. Two places are a party's own choice in OCPI and are fixed here for our own parties:
the URLs behind `response_url` (a literal kind and an id), and where a CDR is read back (with its owner, as ids repeat
across owners). 2.1.1 has no sides in its endpoints; its CPO and eMSP interfaces are the two sides of later versions.

Source: the interface tables of all modules of OCPI 2.1.1, 2.2.1 and 2.3.0 (edition 2).
"""

from typing import Final

from msgspec import Struct

from simulator.ocpi.modules import InterfaceRole, ModuleID

WITHOUT_SIDES: Final = ("credentials", "versions")
"""The modules whose two sides are the same."""


class Route(Struct, frozen=True, gc=False):
    """One kind of request. `name` is stable: recordings, filters and descriptions refer to it."""

    name: str
    module: ModuleID
    interface: InterfaceRole
    method: str
    template: tuple[str, ...]
    paginated: bool = False


def _side(
    module: ModuleID, interface: InterfaceRole, *rows: tuple[str, str, str] | tuple[str, str, str, bool]
) -> tuple[Route, ...]:
    prefix = str(module) if module in WITHOUT_SIDES else f"{module}.{interface.lower()}"
    return tuple(
        Route(f"{prefix}.{name}", module, interface, method, tuple(filter(None, path.split("/"))), *paginated)
        for name, method, path, *paginated in rows
    )


_S: Final = InterfaceRole.SENDER
_R: Final = InterfaceRole.RECEIVER
_OWNER: Final = "{country_code}/{party_id}"
_LOCATION: Final = _OWNER + "/{location_id}"
_EVSE: Final = _LOCATION + "/{evse_uid}"
_CONNECTOR: Final = _EVSE + "/{connector_id}"

ROUTES_2_2_1: Final = (
    *_side(ModuleID.VERSIONS, _S, ("get_list", "GET", ""), ("get_details", "GET", "{version}")),
    *_side(
        ModuleID.CREDENTIALS,
        _S,
        ("get", "GET", ""),
        ("post", "POST", ""),
        ("put", "PUT", ""),
        ("delete", "DELETE", ""),
    ),
    *_side(
        ModuleID.LOCATIONS,
        _S,
        ("get_list", "GET", "", True),
        ("get_location", "GET", "{location_id}"),
        ("get_evse", "GET", "{location_id}/{evse_uid}"),
        ("get_connector", "GET", "{location_id}/{evse_uid}/{connector_id}"),
    ),
    *_side(
        ModuleID.LOCATIONS,
        _R,
        ("get_location", "GET", _LOCATION),
        ("get_evse", "GET", _EVSE),
        ("get_connector", "GET", _CONNECTOR),
        ("put_location", "PUT", _LOCATION),
        ("put_evse", "PUT", _EVSE),
        ("put_connector", "PUT", _CONNECTOR),
        ("patch_location", "PATCH", _LOCATION),
        ("patch_evse", "PATCH", _EVSE),
        ("patch_connector", "PATCH", _CONNECTOR),
    ),
    *_side(
        ModuleID.SESSIONS,
        _S,
        ("get_list", "GET", "", True),
        ("put_charging_preferences", "PUT", "{session_id}/charging_preferences"),
    ),
    *_side(
        ModuleID.SESSIONS,
        _R,
        ("get_session", "GET", _OWNER + "/{session_id}"),
        ("put_session", "PUT", _OWNER + "/{session_id}"),
        ("patch_session", "PATCH", _OWNER + "/{session_id}"),
    ),
    *_side(ModuleID.CDRS, _S, ("get_list", "GET", "", True)),
    *_side(ModuleID.CDRS, _R, ("get_cdr", "GET", _OWNER + "/{cdr_id}"), ("post_cdr", "POST", "")),
    *_side(ModuleID.TARIFFS, _S, ("get_list", "GET", "", True)),
    *_side(
        ModuleID.TARIFFS,
        _R,
        ("get_tariff", "GET", _OWNER + "/{tariff_id}"),
        ("put_tariff", "PUT", _OWNER + "/{tariff_id}"),
        ("delete_tariff", "DELETE", _OWNER + "/{tariff_id}"),
    ),
    *_side(ModuleID.TOKENS, _S, ("get_list", "GET", "", True), ("post_authorize", "POST", "{token_uid}/authorize")),
    *_side(
        ModuleID.TOKENS,
        _R,
        ("get_token", "GET", _OWNER + "/{token_uid}"),
        ("put_token", "PUT", _OWNER + "/{token_uid}"),
        ("patch_token", "PATCH", _OWNER + "/{token_uid}"),
    ),
    *_side(
        ModuleID.COMMANDS,
        _R,
        ("post_cancel_reservation", "POST", "CANCEL_RESERVATION"),
        ("post_reserve_now", "POST", "RESERVE_NOW"),
        ("post_start_session", "POST", "START_SESSION"),
        ("post_stop_session", "POST", "STOP_SESSION"),
        ("post_unlock_connector", "POST", "UNLOCK_CONNECTOR"),
    ),
    *_side(ModuleID.COMMANDS, _S, ("post_result", "POST", "{command}/{id}")),
    *_side(
        ModuleID.CHARGING_PROFILES,
        _R,
        ("get_active_charging_profile", "GET", "{session_id}"),
        ("put_charging_profile", "PUT", "{session_id}"),
        ("delete_charging_profile", "DELETE", "{session_id}"),
    ),
    *_side(
        ModuleID.CHARGING_PROFILES,
        _S,
        ("put_active_charging_profile", "PUT", "{session_id}"),
        ("post_active_charging_profile_result", "POST", "active_charging_profile/{id}"),
        ("post_charging_profile_result", "POST", "charging_profile/{id}"),
        ("post_clear_profile_result", "POST", "clear_profile/{id}"),
    ),
    *_side(ModuleID.HUB_CLIENT_INFO, _S, ("get_list", "GET", "", True)),
    *_side(
        ModuleID.HUB_CLIENT_INFO,
        _R,
        ("get_client_info", "GET", _OWNER),
        ("put_client_info", "PUT", _OWNER),
    ),
)

_ADDED_IN_2_3_0: Final = (
    *_side(ModuleID.INVOICE_RECONCILIATION, _S, ("get_list", "GET", "", True)),
    *_side(
        ModuleID.INVOICE_RECONCILIATION,
        _R,
        ("get_record", "GET", _OWNER + "/{record_id}"),
        ("post_record", "POST", ""),
        ("put_record", "PUT", _OWNER + "/{record_id}"),
        ("delete_record", "DELETE", _OWNER + "/{record_id}"),
    ),
)

_NOT_IN_2_1_1: Final = (
    "sessions.sender.put_charging_preferences",
    "commands.receiver.post_cancel_reservation",
)
_MODULES_NOT_IN_2_1_1: Final = (ModuleID.CHARGING_PROFILES, ModuleID.HUB_CLIENT_INFO)
_ONLY_IN_2_1_1: Final = _side(ModuleID.TARIFFS, _R, ("patch_tariff", "PATCH", _OWNER + "/{tariff_id}"))

TABLES: Final[dict[str, tuple[Route, ...]]] = {
    "2.1.1": (
        *(
            route
            for route in ROUTES_2_2_1
            if route.name not in _NOT_IN_2_1_1 and route.module not in _MODULES_NOT_IN_2_1_1
        ),
        *_ONLY_IN_2_1_1,
    ),
    "2.2.1": ROUTES_2_2_1,
    "2.3.0": (*ROUTES_2_2_1, *_ADDED_IN_2_3_0),
}
"""The routes of each version, in the order of the specification's modules."""
