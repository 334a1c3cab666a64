"""What no single field can say: identity with the URL, uniqueness, and fields that belong together."""

from typing import Any

import pytest
from ocpi_shared import sample

from simulator.ocpi import codec
from simulator.ocpi.rules import check, check_identity
from simulator.ocpi.v2_2_1.cdrs import CDR
from simulator.ocpi.v2_2_1.commands import StartSession
from simulator.ocpi.v2_2_1.credentials import Credentials
from simulator.ocpi.v2_2_1.locations import EVSE, Connector, Hours, Location
from simulator.ocpi.v2_2_1.sessions import Session
from simulator.ocpi.v2_2_1.tariffs import Tariff
from simulator.ocpi.v2_2_1.tokens import Token

OWNER = {"country_code": "BE", "party_id": "BEC"}


def build(cls: Any, tree: dict[str, Any], **changes: Any) -> Any:
    return codec.decode(codec.encode({**tree, **changes}), cls)


def rules(obj: object) -> list[str]:
    return [finding.rule for finding in check(obj)]


def test_a_body_must_bear_the_ids_of_its_url() -> None:
    location = build(Location, sample("location_example"))
    assert check_identity({**OWNER, "location_id": "LOC1"}, location) == ()
    findings = check_identity({**OWNER, "party_id": "XYZ", "location_id": "LOC2"}, location)
    assert [finding.path for finding in findings] == ["$.party_id", "$.id"]


def test_letter_case_in_the_url_does_not_matter() -> None:
    location = build(Location, sample("location_example"))
    assert check_identity({"country_code": "be", "party_id": "bec", "location_id": "loc1"}, location) == ()


def test_inner_objects_are_compared_by_their_own_id_only() -> None:
    tree = sample("location_example")["evses"][0]
    params = {**OWNER, "location_id": "ANY", "evse_uid": "3256"}
    assert check_identity(params, build(EVSE, tree)) == ()
    assert len(check_identity({**params, "evse_uid": "1"}, build(EVSE, tree))) == 1
    connector = build(Connector, tree["connectors"][0])
    assert check_identity({**params, "connector_id": "1"}, connector) == ()
    assert [finding.path for finding in check_identity({**params, "connector_id": "2"}, connector)] == ["$.id"]


def test_a_token_is_compared_by_its_uid() -> None:
    token = build(Token, sample("token_example_2_full_rfid"))
    params = {"country_code": token.country_code, "party_id": token.party_id, "token_uid": token.uid}
    assert check_identity(params, token) == ()
    assert [finding.path for finding in check_identity({**params, "token_uid": "x"}, token)] == ["$.uid"]


def test_each_role_of_a_party_is_named_once() -> None:
    tree = sample("credentials_example")
    assert rules(build(Credentials, tree)) == []
    assert rules(build(Credentials, tree, roles=[tree["roles"][0], tree["roles"][0]])) == ["unique-roles"]


def test_evses_and_connectors_are_unique_in_their_parents() -> None:
    tree = sample("location_example")
    evse = tree["evses"][0]
    assert rules(build(Location, tree)) == []
    assert rules(build(Location, tree, evses=[evse, evse])) == ["unique-evses"]
    doubled = {**evse, "connectors": [evse["connectors"][0]] * 2}
    assert rules(build(Location, tree, evses=[doubled])) == ["unique-connectors"]


def test_hours_are_either_regular_or_around_the_clock() -> None:
    hours = sample("location_hours_opening_hours_with_exceptional_closing")
    assert rules(build(Hours, hours, twentyfourseven=False)) == []
    assert rules(build(Hours, hours, twentyfourseven=True)) == ["hours-choice"]
    location = build(Location, sample("location_example"), opening_times={**hours, "twentyfourseven": True})
    assert [finding.path for finding in check(location)] == ["$.opening_times.regular_hours"]


def test_a_list_of_viewers_is_pointless_for_a_published_location() -> None:
    tree = sample("location_example_uc4_limited_visibility")
    assert rules(build(Location, tree)) == []
    assert rules(build(Location, tree, publish=True)) == ["publish-allowed-to"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"credit": True}, ["credit-reference"]),
        ({"credit_reference_id": "12345"}, ["credit-reference"]),
        ({"credit": True, "credit_reference_id": "12345"}, []),
        ({"tariffs": []}, ["cdr-tariffs"]),
        ({"end_date_time": "2000-01-01T00:00:00Z"}, ["period-order"]),
    ],
)
def test_a_cdr_is_complete_in_itself(changes: dict[str, Any], expected: list[str]) -> None:
    assert rules(build(CDR, sample("cdr_example"), **changes)) == expected


def test_periods_do_not_end_before_they_start() -> None:
    session = build(Session, sample("session_example_2_short_finished"), end_date_time="2000-01-01T00:00:00Z")
    assert rules(session) == ["period-order"]
    period = {"start_date_time": "2026-01-02T00:00:00Z", "end_date_time": "2026-01-01T00:00:00Z"}
    assert rules(build(Tariff, sample("tariff_1_simple_2hour"), **period)) == ["period-order"]


def test_a_connector_to_start_at_needs_its_evse() -> None:
    tree = {"response_url": "http://x/1", "token": sample("token_example_1_app_user"), "location_id": "LOC1"}
    assert rules(build(StartSession, tree)) == []
    assert rules(build(StartSession, tree, connector_id="1")) == ["start-session-evse"]
    assert rules(build(StartSession, tree, connector_id="1", evse_uid="3256")) == []


def test_an_object_without_rules_is_in_order() -> None:
    assert check(build(Token, sample("token_example_1_app_user"))) == ()
