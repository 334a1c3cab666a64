"""The expert's remarks: none on an exchange as OCPI wants it, one on each thing that is not."""

import json
from typing import Any

import pytest
from expert_objects import AGAIN_ITSELF, BELOW, CONNECTOR, ENDLESS, EVSE, LOCATION, SESSION, put, sent, tariff
from expert_seen import A_HUB_230, A_LIST, BACK, IDS, JSON, ROUTING, SOUND, URL, body, less, rules, token
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from simulator.ocpi.expert import Expert, Seen
from simulator.ocpi.fields.bodies import BODIES


@pytest.mark.parametrize("sound", [SOUND, A_LIST], ids=["put", "list"])
def test_there_is_nothing_to_say_against_what_is_right(sound: Seen) -> None:
    assert rules(sound) == []


def test_2_1_1_has_no_ids_no_routing_and_no_encoding() -> None:
    headers = {"authorization": "Token raw-token", **JSON}
    assert rules(replace(SOUND, version="2.1.1", request_headers=headers, response_headers=JSON)) == []


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"request_headers": less(SOUND.request_headers, "x-request-id")}, "message-ids"),
        ({"request_headers": less(SOUND.request_headers, "ocpi-from-party-id")}, "routing-headers"),
        ({"request_headers": less(SOUND.request_headers, "content-type")}, "content-type"),
        ({"request_headers": less(SOUND.request_headers, "authorization")}, "authorization"),
        ({"request_headers": {**SOUND.request_headers, "authorization": "Token a-raw-token!"}}, "token-encoding"),
        ({"request_headers": {**SOUND.request_headers, **token("a-token-of-ours\n")}}, "token-encoding"),
        ({"request_body": b'{"country_code": "NL", "end_date_time": null}'}, "null-field"),
        ({"response_headers": JSON | {"x-request-id": "r1"}}, "ids-echoed"),
        ({"response_headers": IDS | JSON | {"x-request-id": "r2"}}, "ids-echoed"),
        ({"response_headers": less(SOUND.response_headers, "ocpi-to-party-id")}, "routing-headers"),
        ({"response_headers": {**SOUND.response_headers, "ocpi-to-party-id": "EMA"}}, "routing-headers"),
        ({"response_headers": {**SOUND.response_headers, "ocpi-from-country-code": "DE"}}, "routing-headers"),
        ({"module": "credentials", "request_headers": less(SOUND.request_headers, *ROUTING)}, "routing-headers"),
        ({"response_headers": IDS | {"content-type": "text/html"}}, "content-type"),
        ({"http_status": 422, "response_body": body(status=2001)}, "http-status"),
        ({"http_status": 403, "response_body": body(status=2000)}, "http-status"),
        ({"http_status": 400, "response_body": body(status=2001)}, "http-status"),
        ({"http_status": 404}, "http-status"),
        ({"http_status": 500, "response_body": b"Oops"}, "no-envelope"),
        ({"http_status": 500, "response_body": b'{"detail":"Oops"}'}, "no-envelope"),
        ({"response_body": b'{"status_code":1000}'}, "envelope-field"),
        ({"response_body": body(status=7)}, "envelope-field"),
        ({"http_status": 204, "response_body": b"", "response_headers": IDS}, "http-status"),
    ],
)
def test_each_thing_that_is_not_right_is_remarked_on(changes: dict[str, Any], rule: str) -> None:
    assert rule in rules(replace(SOUND, **changes))


def test_an_answer_goes_back_the_way_that_its_request_came() -> None:
    """Letter case does not matter. A hub that has to refuse says so itself; who refuses at the door may know nobody."""
    in_lower_case = {name: value.lower() for name, value in BACK.items()}
    assert rules(replace(SOUND, response_headers=SOUND.response_headers | in_lower_case)) == []
    by_a_hub = SOUND.response_headers | {"ocpi-from-party-id": "HUB"}
    assert rules(replace(SOUND, response_headers=by_a_hub)) == ["routing-headers"]
    assert rules(replace(SOUND, response_headers=by_a_hub, response_body=body(status=4001))) == []
    at_the_door = less(SOUND.response_headers, *BACK)
    assert rules(replace(SOUND, response_headers=at_the_door, http_status=404, response_body=body(status=2000))) == []
    to_whom_it_concerns = less(SOUND.request_headers, "ocpi-to-country-code", "ocpi-to-party-id")
    assert rules(replace(SOUND, request_headers=to_whom_it_concerns)) == []


def test_a_refusal_of_what_is_no_json_may_be_400() -> None:
    assert rules(replace(SOUND, request_body=b"{", http_status=400, response_body=body(status=2001))) == []


def test_what_is_known_to_be_sound_is_looked_at_again_where_it_differs() -> None:
    numbered = replace(SOUND, asked=1, answered=1)
    assert rules(numbered, numbered) == []
    assert rules(numbered, replace(numbered, request_headers={**ROUTING, **JSON}, asked=2)) == [
        "authorization",
        *["message-ids"] * 2,
    ]
    assert rules(numbered, replace(numbered, http_status=404)) == ["http-status"]
    assert rules(numbered, replace(numbered, http_status=422, response_body=body(status=2001))) == ["http-status"]
    assert rules(numbered, replace(numbered, response_headers={}, answered=2))[0] == "content-type"
    unanswered = replace(numbered, http_status=None, response_headers={}, response_body=b"", answered=0)
    assert rules(numbered, unanswered) == []
    odd = replace(numbered, request_headers=less(SOUND.request_headers, "x-request-id"), asked=3)
    assert rules(odd, odd, odd) == ["message-ids"] * 3


# Bodies


def test_what_is_odd_about_an_object_is_remarked_on_and_what_is_wrong_left_to_who_refuses_it() -> None:
    assert rules(sent(SESSION)) == []
    assert rules(sent(ENDLESS)) == ["session-end"]
    # A PATCH has a part of the object only.
    assert rules(replace(sent({"status": "COMPLETED"}), method="PATCH")) == []
    post = {"module": "cdrs", "route": "cdrs.receiver.post_cdr", "method": "POST"}
    located = SOUND.response_headers | {"location": "http://nl-ema.ocpi.test/ocpi/receiver/2.2.1/cdrs/1"}
    assert rules(replace(sent(AGAIN_ITSELF), **post, response_headers=located)) == []


def test_what_was_asked_for_is_held_to_the_rules_whole() -> None:
    """Nobody refuses an answer, so that nobody else remarks on what is wrong in it."""
    cdrs = replace(A_LIST, module="cdrs", route="cdrs.sender.get_list")
    wrong = replace(cdrs, response_body=body([{"id": 1}, AGAIN_ITSELF]))
    (finding,) = Expert().look(wrong)
    assert (finding.rule, finding.severity, finding.path) == ("credit-id", "error", "$[1].credit_reference_id")
    assert rules(replace(A_LIST, response_body=body([SESSION, {**ENDLESS, "id": "2"}]))) == ["session-end"]
    assert rules(replace(cdrs, response_body=body("none"))) == ["list-data"]


RECORD = {
    "country_code": "NL",
    "party_id": "ABC",
    "id": "R1",
    "invoice_id": "2026-1",
    "cdrs": ["1"],
    "last_updated": SESSION["last_updated"],
}


def test_the_records_of_invoices_are_looked_over() -> None:
    """Only 2.3.0 has them."""
    newest = {"version": "2.3.0", "module": "invoicereconciliation"}
    put = replace(sent(RECORD), **newest, route="invoicereconciliation.receiver.put_record")
    assert rules(put) == []
    (finding,) = Expert().look(replace(put, request_body=json.dumps({**RECORD, "total": 12}).encode()))
    assert (finding.rule, finding.path) == ("unknown-field", "$.total")
    pulled = replace(A_LIST, **newest, route="invoicereconciliation.sender.get_list")
    assert rules(replace(pulled, response_body=body([RECORD, {**RECORD, "id": "R2", "invoice": None}]))) == [
        "unknown-field"
    ]


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["token", "roles", "data", "endpoints", "url", "id", "hub_party_id"]), inner)
    ),
    max_leaves=6,
)
BODIES_OF_STRANGERS = st.one_of(
    st.binary(max_size=10),
    st.just(b"[" * 2_000),
    JSON_VALUES.map(lambda tree: json.dumps(tree).encode()),
    st.sampled_from([SESSION, ENDLESS, LOCATION, EVSE, CONNECTOR, tariff("DAY"), A_HUB_230])
    .flatmap(lambda tree: st.sampled_from([tree, {"data": [tree]}, {"data": tree}]))
    .map(lambda tree: json.dumps({"status_code": 1000, "timestamp": "2026-05-04T06:00:00Z", **tree}).encode()),
)


@settings(max_examples=300)
@given(
    route=st.sampled_from(["", *BODIES]),
    version=st.sampled_from(["", "2.1.1", "2.2.1", "2.3.0", "9"]),
    method=st.sampled_from(["GET", "PUT", "PATCH"]),
    url=st.sampled_from(["", URL, BELOW, "http://h/"]) | st.text(max_size=8),
    asked=BODIES_OF_STRANGERS,
    answered=BODIES_OF_STRANGERS,
    http_status=st.sampled_from([None, 200, 201, 400, 404, 500]),
    authorization=st.text(max_size=8).map(lambda text: f"Token {text}"),
)
def test_nothing_that_comes_from_outside_is_too_strange_to_be_looked_at(
    route: str,
    version: str,
    method: str,
    url: str,
    asked: bytes,
    answered: bytes,
    http_status: int | None,
    authorization: str,
) -> None:
    """An expert who fails would end the recording."""
    seen = replace(
        SOUND,
        route=route,
        module=route.partition(".")[0],
        version=version,
        method=method,
        url=url,
        request_headers={"authorization": authorization},
        request_body=asked,
        http_status=http_status,
        response_body=answered,
    )
    for finding in Expert().look(seen):
        assert finding.sentence()


@pytest.mark.parametrize("version", ["2.2.1", "2.3.0"])
def test_what_is_said_of_an_object_names_the_version_that_is_spoken(version: str) -> None:
    """Also of a list, and of a class that a later version took over as it was."""

    def sections(seen: Seen) -> list[str]:
        return [finding.section for finding in Expert().look(replace(seen, version=version))]

    pulled = body([{**ENDLESS, "meter_id": None}])
    assert sections(replace(A_LIST, response_body=pulled))[0] == f"OCPI {version} sessions, Session"
    period = {"start_period": 0, "limit": 11.05, "of_ours": 1}
    asked = {"charging_profile": {"charging_rate_unit": "W", "charging_profile_period": [period]}}
    profile = {"module": "chargingprofiles", "route": "chargingprofiles.receiver.put_charging_profile"}
    told = sections(replace(sent({**asked, "response_url": "http://h/"}), **profile))
    assert len(told) == 2
    assert all(section.startswith(f"OCPI {version} chargingprofiles, ") for section in told)
    assert sections(put("connector", {**CONNECTOR, "of_ours": 1}, "NL/ABC/L1/E1/1")) == [
        f"OCPI {version} locations, Connector"
    ]
