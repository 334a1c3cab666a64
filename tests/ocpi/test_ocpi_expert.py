"""The expert's remarks: none on an exchange as OCPI wants it, one on each thing that is not."""

import base64
import json
from collections.abc import Mapping
from typing import Any

import pytest
from msgspec.structs import replace

from simulator.ocpi.expert import Expert, Seen

URL = "http://nl-ema.ocpi.test/ocpi/receiver/2.2.1/sessions/NL/ABC/1"
IDS = {"x-request-id": "r1", "x-correlation-id": "c1"}
ROUTING = {"ocpi-from-country-code": "NL", "ocpi-from-party-id": "ABC"}
JSON = {"content-type": "application/json"}


def token(text: str) -> dict[str, str]:
    return {"authorization": f"Token {base64.b64encode(text.encode()).decode()}"}


def body(data: object = None, status: int = 1000) -> bytes:
    said = {"status_code": status, "timestamp": "2026-05-04T06:00:00Z"}
    return json.dumps(said if data is None else {"data": data, **said}).encode()


SOUND = Seen(
    sender="NL-ABC",
    receiver="NL-EMA",
    start_us=0,
    end_us=1,
    method="PUT",
    url=URL,
    module="sessions",
    route="sessions.receiver.put_session",
    version="2.2.1",
    request_headers={**token("a-token-of-ours"), **IDS, **ROUTING, **JSON},
    request_body=b"{}",
    http_status=200,
    response_headers={**IDS, **JSON},
    response_body=body(),
)
PAGE = {**JSON, **IDS, "x-total-count": "0", "x-limit": "100"}
A_LIST = replace(
    SOUND,
    method="GET",
    route="sessions.sender.get_list",
    request_body=b"",
    response_headers=PAGE,
    response_body=body([]),
)


def rules(*seen: Seen) -> list[str]:
    expert = Expert()
    return [finding.rule for each in seen for finding in expert.look(each)]


def less(headers: Mapping[str, str], *names: str) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in names}


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
        ({"url": URL + "/"}, "trailing-slash"),
        ({"request_body": b'{"country_code": "NL", "end_date_time": null}'}, "null-field"),
        ({"response_headers": JSON | {"x-request-id": "r1"}}, "ids-echoed"),
        ({"response_headers": IDS | JSON | {"x-request-id": "r2"}}, "ids-echoed"),
        ({"response_headers": IDS | {"content-type": "text/html"}}, "content-type"),
        ({"http_status": 422, "response_body": body(status=2001)}, "http-status"),
        ({"http_status": 403, "response_body": body(status=2000)}, "http-status"),
        ({"http_status": 400, "response_body": body(status=2001)}, "http-status"),
        ({"http_status": 404}, "http-status"),
        ({"http_status": 500, "response_body": b"Oops"}, "no-envelope"),
        ({"http_status": 204, "response_body": b"", "response_headers": IDS}, "http-status"),
    ],
)
def test_each_thing_that_is_not_right_is_remarked_on(changes: dict[str, Any], rule: str) -> None:
    assert rule in rules(replace(SOUND, **changes))


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"response_headers": PAGE | {"link": ""}}, "link-header"),
        ({"response_headers": less(PAGE, "x-limit")}, "page-headers"),
        ({"response_body": body()}, "list-data"),
    ],
)
def test_pages_have_rules_of_their_own(changes: dict[str, Any], rule: str) -> None:
    assert rules(replace(A_LIST, **changes)) == [rule]


def test_a_refusal_of_what_is_no_json_may_be_400() -> None:
    assert rules(replace(SOUND, request_body=b"{", http_status=400, response_body=body(status=2001))) == []


# Handshakes

POST = replace(
    SOUND,
    method="POST",
    url="http://nl-ema.ocpi.test/ocpi/2.2.1/credentials",
    module="credentials",
    route="credentials.post",
    start_us=10,
    end_us=20,
    request_headers={**token("token-a-of-people"), **IDS, **JSON},
    request_body=b'{"token": "token-b", "roles": [{"country_code": "NL", "party_id": "ABC"}]}',
    response_body=body({"token": "token-c", "roles": [{"country_code": "nl", "party_id": "ema"}]}),
)


def later(text: str, start_us: int, http: int = 200, status: int = 1000) -> Seen:
    headers = {**SOUND.request_headers, **token(text)}
    return replace(
        SOUND,
        start_us=start_us,
        end_us=start_us + 1,
        request_headers=headers,
        http_status=http,
        response_body=body(status=status),
    )


TWO = {"token": "token-c", "roles": [{"country_code": "NL", "party_id": id} for id in ("EMA", "TWO")]}
A_HUB = {"token": "token-c", "roles": [{"country_code": "NL", "party_id": "EMA", "role": "HUB"}]}
A_HUB_230 = {"token": "token-c", "hub_party_id": "NLHUB", "roles": [{"country_code": "NL", "party_id": "EMA"}]}


@pytest.mark.parametrize(
    ("theirs", "said"),
    [(None, []), (TWO, ["routing-headers"]), (A_HUB, ["routing-headers"])],
    ids=["one", "two", "hub"],
)
def test_platforms_of_one_party_each_may_leave_the_routing_headers_out(theirs: object, said: list[str]) -> None:
    post = POST if theirs is None else replace(POST, response_body=body(theirs))
    asked = later("token-c", 30)
    bare = replace(asked, request_headers=less(asked.request_headers, *ROUTING))
    assert rules(post, bare) == said
    back = replace(
        bare, sender="NL-EMA", receiver="NL-ABC", request_headers={**bare.request_headers, **token("token-b")}
    )
    assert rules(post, back) == said


def test_a_hub_of_2_3_0_may_lead_to_others_than_the_one_it_names() -> None:
    asked = later("token-c", 30)
    bare = replace(asked, request_headers=less(asked.request_headers, *ROUTING))
    assert rules(replace(POST, version="2.3.0", response_body=body(A_HUB_230)), bare) == ["routing-headers"]


def test_a_token_is_dead_when_the_next_one_is_there() -> None:
    assert rules(POST, later("token-c", 30)) == []
    assert rules(POST, later("token-a-of-people", 30, 401, 2000)) == ["stale-token"]
    assert rules(POST, later("token-a-of-people", 30)) == ["stale-token", "stale-token-accepted"]
    assert rules(POST, later("token-a-of-people", 15)) == []


def test_tokens_die_in_pairs_when_they_are_replaced_or_given_back() -> None:
    put = replace(
        POST,
        method="PUT",
        route="credentials.put",
        start_us=40,
        end_us=50,
        request_headers={**POST.request_headers, **token("token-c")},
        request_body=POST.request_body.replace(b"token-b", b"token-b2"),
        response_body=POST.response_body.replace(b"token-c", b"token-c2"),
    )
    back = replace(later("token-b", 60), sender="NL-EMA", receiver="NL-ABC")
    assert rules(POST, back) == []
    assert rules(POST, put, later("token-c2", 60)) == []
    assert rules(POST, put, later("token-c", 60, 401, 2000)) == ["stale-token"]
    assert rules(POST, put, back) == ["stale-token", "stale-token-accepted"]
    delete = replace(put, method="DELETE", route="credentials.delete", request_body=b"", response_body=body())
    assert rules(POST, delete, back) == ["stale-token", "stale-token-accepted"]


def test_another_connection_of_the_same_two_is_another_matter() -> None:
    """A hub stands in the place of several parties towards one of 2.1.1."""
    other = replace(
        POST,
        request_headers={**POST.request_headers, **token("another-token-a")},
        request_body=POST.request_body.replace(b"token-b", b"another-token-b"),
        response_body=POST.response_body.replace(b"token-c", b"another-token-c"),
    )
    assert rules(POST, other, later("token-c", 30), later("another-token-c", 30)) == []


def test_only_one_who_came_by_a_handshake_can_register_a_second_time() -> None:
    again = replace(POST, start_us=40, request_headers={**POST.request_headers, **token("token-c")})
    assert rules(POST, again) == ["second-registration"]
    refused = replace(again, http_status=405, response_body=body(status=2000))
    assert rules(POST, refused) == []
    anew = replace(POST, start_us=40, request_headers={**POST.request_headers, **token("token-of-people-again")})
    assert rules(POST, anew) == []


def test_a_platform_is_the_party_that_its_people_said() -> None:
    stranger = replace(POST, request_body=POST.request_body.replace(b"ABC", b"XYZ"))
    assert rules(stranger) == ["other-party"]
    oldest = replace(
        POST,
        version="2.1.1",
        request_body=b'{"token": "t", "country_code": "NL", "party_id": "ABC"}',
        response_body=body({"token": "u", "country_code": "NL", "party_id": "EMA"}),
    )
    assert rules(oldest) == []


def test_a_path_that_nobody_published_is_one_only_when_it_is_not_found() -> None:
    details = replace(
        POST,
        method="GET",
        module="versions",
        route="versions.get_details",
        request_body=b"",
        response_body=body({"endpoints": [{"url": "http://nl-ema.ocpi.test/ocpi/receiver/2.2.1/sessions"}]}),
    )
    lost = replace(SOUND, http_status=404, response_body=body(status=2000))
    assert rules(details, lost) == []
    elsewhere = replace(lost, url="http://nl-ema.ocpi.test/emsp/2.2.1/sessions/NL/ABC/1")
    assert rules(details, elsewhere) == ["hard-wired-path"]
    assert rules(elsewhere) == []
