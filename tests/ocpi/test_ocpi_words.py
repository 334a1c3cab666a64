"""Every route, status code and status has its words, and every module its place."""

import pytest

from simulator.ocpi import describe, status
from simulator.ocpi.modules import ModuleID, uses_routing_headers
from simulator.ocpi.routes import routes
from simulator.ocpi.status import Status
from simulator.ocpi.v2_2_1.chargingprofiles import ChargingProfileResultType
from simulator.ocpi.v2_2_1.commands import CommandResultType
from simulator.ocpi.v2_2_1.hubclientinfo import ConnectionStatus
from simulator.ocpi.v2_2_1.locations import Status as EVSEStatus
from simulator.ocpi.v2_2_1.sessions import SessionStatus
from simulator.ocpi.v2_2_1.tokens import AllowedType


def test_every_route_has_a_meaning_of_its_own() -> None:
    names = {route.name for version in ("2.1.1", "2.2.1", "2.3.0") for route in routes(version)}
    assert len({describe.meaning(name) for name in names}) == len(names)


@pytest.mark.parametrize(
    ("route_name", "values"),
    [
        ("locations.receiver.patch_evse", EVSEStatus),
        ("sessions.receiver.put_session", SessionStatus),
        ("sessions.receiver.patch_session", SessionStatus),
        ("tokens.sender.post_authorize", AllowedType),
        ("commands.sender.post_result", CommandResultType),
        ("chargingprofiles.sender.post_active_charging_profile_result", ChargingProfileResultType),
        ("chargingprofiles.sender.post_charging_profile_result", ChargingProfileResultType),
        ("chargingprofiles.sender.post_clear_profile_result", ChargingProfileResultType),
        ("hubclientinfo.receiver.put_client_info", ConnectionStatus),
    ],
)
def test_every_status_is_told_apart(route_name: str, values: type[EVSEStatus]) -> None:
    assert len({describe.meaning(route_name, value) for value in values}) == len(values)


def test_an_unknown_status_is_passed_over_and_an_unknown_route_is_not() -> None:
    assert describe.meaning("sessions.receiver.patch_session", "NEW") == "Session update"
    assert describe.meaning("cdrs.receiver.post_cdr", "ACTIVE") == describe.meaning("cdrs.receiver.post_cdr")
    with pytest.raises(ValueError, match="no route"):
        describe.meaning("locations.receiver.delete_location")


def test_every_status_code_has_a_sentence() -> None:
    assert len({status.meaning(code) for code in Status}) == len(Status)
    assert status.meaning(2950).startswith("The request is wrong")
    assert status.meaning(7) == "The code lies outside the ranges that OCPI defines."


def test_only_functional_modules_are_routed() -> None:
    unrouted = [module for module in ModuleID if not uses_routing_headers(module)]
    assert unrouted == [ModuleID.CREDENTIALS, ModuleID.HUB_CLIENT_INFO, ModuleID.VERSIONS]
