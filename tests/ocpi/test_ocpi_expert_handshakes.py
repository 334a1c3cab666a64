"""The expert's remarks on handshakes: who may come with which token, in whose name and to which path."""

from types import SimpleNamespace
from typing import Any

import pytest
from expert_seen import A_HUB_230, BACK, IDS, JSON, ROUTING, SOUND, body, less, read_back, rules, token
from msgspec.structs import asdict, replace

from simulator.ocpi.expert import Expert, Seen

TWO = {"token": "token-c", "roles": [{"country_code": "NL", "party_id": id} for id in ("EMA", "TWO")]}
A_HUB = {"token": "token-c", "roles": [{"country_code": "NL", "party_id": "EMA", "role": "HUB"}]}
POST = replace(
    SOUND,
    method="POST",
    url="http://nl-ema.ocpi.test/ocpi/2.2.1/credentials",
    module="credentials",
    route="credentials.post",
    start_us=10,
    end_us=20,
    request_headers={**token("token-a-of-people"), **IDS, **JSON},
    response_headers={**IDS, **JSON},
    request_body=b'{"token": "token-b", "roles": [{"country_code": "NL", "party_id": "ABC"}]}',
    response_body=body({"token": "token-c", "roles": [{"country_code": "nl", "party_id": "ema"}]}),
)


def later(text: str, start_us: int, http: int = 200, status: int = 1000) -> Seen:
    headers = {**SOUND.request_headers, **token(text)}
    return replace(
        SOUND,
        start_us=start_us,
        end_us=start_us + 1,
        method="GET",
        route="sessions.receiver.get_session",
        request_headers=headers,
        request_body=b"",
        http_status=http,
        response_body=body(status=status),
    )


@pytest.mark.parametrize(
    ("theirs", "said"),
    [(None, []), (TWO, ["routing-headers"]), (A_HUB, ["routing-headers"])],
    ids=["one", "two", "hub"],
)
def test_platforms_of_one_party_each_may_leave_the_routing_headers_out(theirs: object, said: list[str]) -> None:
    post = POST if theirs is None else replace(POST, response_body=body(theirs))
    asked = replace(later("token-c", 30), module="locations", route="locations.receiver.get_location")
    bare = replace(asked, request_headers=less(asked.request_headers, *ROUTING))
    assert rules(post, bare) == said
    assert rules(post, replace(asked, response_headers=less(asked.response_headers, *BACK))) == said
    back = replace(
        bare, sender="NL-EMA", receiver="NL-ABC", request_headers={**bare.request_headers, **token("token-b")}
    )
    assert rules(post, back) == said


def test_a_hub_of_2_3_0_may_lead_to_others_than_the_one_it_names() -> None:
    asked = later("token-c", 30)
    bare = replace(asked, request_headers=less(asked.request_headers, *ROUTING))
    assert rules(replace(POST, version="2.3.0", response_body=body(A_HUB_230)), bare) == ["routing-headers"]


def test_a_hub_of_2_3_0_is_who_it_names_as_the_hub() -> None:
    from_hub = replace(POST, version="2.3.0", receiver="NL-HUB", response_body=body(A_HUB_230))
    assert rules(from_hub) == []
    assert rules(replace(from_hub, receiver="NL-BUH")) == ["other-party"]


def test_a_token_is_dead_when_the_next_one_is_there() -> None:
    assert rules(POST, later("token-c", 30)) == []
    assert rules(POST, later("token-a-of-people", 30, 401, 2000)) == ["stale-token"]
    assert rules(POST, later("token-a-of-people", 30)) == ["stale-token", "stale-token-accepted"]
    assert rules(POST, later("token-a-of-people", 15)) == []


def test_a_token_is_good_again_at_one_who_no_longer_knows_the_next() -> None:
    refused = later("token-c", 30, 401, 2000)
    assert rules(POST, refused, later("token-a-of-people", 60)) == []


PUT = replace(
    POST,
    method="PUT",
    route="credentials.put",
    start_us=40,
    end_us=50,
    request_headers={**POST.request_headers, **token("token-c")},
    request_body=POST.request_body.replace(b"token-b", b"token-b2"),
    response_body=POST.response_body.replace(b"token-c", b"token-c2"),
)
DELETE = replace(PUT, method="DELETE", route="credentials.delete", request_body=b"", response_body=body())
STALE = ["stale-token", "stale-token-accepted"]


def back(text: str, start_us: int) -> Seen:
    return replace(later(text, start_us), sender="NL-EMA", receiver="NL-ABC")


def test_tokens_die_in_pairs_when_they_are_given_back() -> None:
    assert rules(POST, back("token-b", 60)) == []
    assert rules(POST, DELETE, back("token-b", 60)) == STALE
    assert rules(POST, DELETE, later("token-c", 60)) == STALE
    delete = replace(DELETE, start_us=60, end_us=70, request_headers={**DELETE.request_headers, **token("token-c2")})
    for each in (later("token-c", 80), later("token-c2", 80), back("token-b", 80), back("token-b2", 80)):
        assert rules(POST, PUT, delete, each) == STALE


def test_a_token_that_a_put_has_replaced_is_good_until_the_next_one_is_used() -> None:
    assert rules(POST, PUT, later("token-c", 60), later("token-c2", 70)) == []
    assert rules(POST, PUT, later("token-c2", 60), later("token-c", 70)) == STALE
    assert rules(POST, PUT, back("token-b", 60), back("token-b2", 70)) == []
    assert rules(POST, PUT, back("token-b2", 60), back("token-b", 70)) == STALE
    assert rules(POST, PUT, later("token-c", 60, 401, 2000)) == ["stale-token"], "who refuses it need not wait"
    unknown_yet = later("token-c2", 60, 401, 2000)
    assert rules(POST, PUT, unknown_yet, later("token-c", 70)) == []


def test_who_keeps_its_own_token_in_a_put_has_replaced_nothing() -> None:
    same = replace(PUT, request_body=POST.request_body)
    assert rules(POST, same, back("token-b", 60), back("token-b", 70)) == []


def test_a_token_of_earlier_may_be_offered_again_by_who_registers_anew() -> None:
    """The other side reads the versions with it before the handshake is over."""
    anew = replace(POST, start_us=60, end_us=80, request_headers={**POST.request_headers, **token("token-a-again")})
    read = replace(back("token-b", 65), method="GET", module="versions", route="versions.get_list", request_body=b"")
    read = replace(read, request_headers=less(read.request_headers, *ROUTING))
    read = replace(read, response_headers=less(read.response_headers, *BACK), follows=True)
    assert rules(POST, DELETE, read, anew, back("token-b", 90)) == []
    assert rules(POST, DELETE, replace(read, follows=False)) == STALE, "nobody has offered it again"
    refused = replace(read, http_status=401, response_body=body(status=2000))
    assert rules(POST, DELETE, refused) == ["stale-token"]


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
    again = replace(again, response_body=body({**TWO, "token": "token-c2"}))
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
    posted = replace(
        SOUND,
        method="POST",
        route="cdrs.receiver.post_cdr",
        module="cdrs",
        request_body=b"",
        response_headers={**SOUND.response_headers, "location": "/emsp/2.2.1/sessions/NL/ABC/1"},
    )
    assert "hard-wired-path" not in rules(details, posted, elsewhere), "it was told where to look"


def test_a_handshake_gives_a_new_token() -> None:
    for post in (POST, replace(POST, response_body=body({**TWO, "token": "token-a-of-people"}))):
        found = [each for each in Expert().look(post) if each.rule == "same-token"]
        assert [(each.severity, each.path) for each in found] == ([] if post is POST else [("error", "$.data.token")])
    kept = replace(PUT, response_body=body({**TWO, "token": "token-c"}))
    assert "same-token" in rules(POST, kept)
    assert "same-token" not in rules(POST, PUT)


def unread(*seen: Seen) -> list[tuple[str, str, str]]:
    expert = Expert()
    found = [finding for each in seen for finding in expert.look(each)]
    return [(each.severity, each.path, each.section) for each in found if each.rule == "endpoints-unread"]


UNREAD = [("error", "$.status_code", "OCPI 2.2.1 credentials, POST")]
READ = read_back(POST)


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ([READ], []),
        ([replace(READ, request_headers={"authorization": "Token token-b"})], []),
        ([], UNREAD),
        ([replace(READ, start_us=9)], UNREAD),
        ([replace(READ, receiver="NL-XYZ")], UNREAD),
        ([replace(READ, route="versions.get_list")], UNREAD),
        ([replace(READ, request_headers={**token("token-a"), **IDS})], UNREAD),
        ([replace(READ, http_status=500, response_body=body(status=3000))], UNREAD),
    ],
    ids=["read", "raw token", "not at all", "earlier", "another's", "versions only", "with another token", "in vain"],
)
def test_who_answers_a_registration_has_read_what_the_other_has(
    before: list[Seen], expected: list[tuple[str, str, str]]
) -> None:
    assert unread(*before, POST) == expected
    assert unread(*before, replace(POST, response_body=body(status=3001))) == []
    assert unread(*before, replace(POST, http_status=None, response_body=b"")) == []


def test_a_put_of_credentials_has_the_endpoints_read_again() -> None:
    assert unread(READ, POST, read_back(PUT), PUT) == []
    assert unread(READ, POST, PUT) == [("error", "$.status_code", "OCPI 2.2.1 credentials, PUT")]
    kept = replace(PUT, request_body=POST.request_body)
    assert len(unread(READ, POST, kept)) == 1, "what was read before is out of date"
    assert unread(READ, POST, read_back(kept), kept) == []


LOST = replace(
    SOUND,
    method="GET",
    url="http://nl-ema.ocpi.test/ocpi/2.1.1/stuff",
    module="",
    route="",
    version="",
    request_headers={"authorization": "Token raw-token-of-theirs"},
    request_body=b"",
    http_status=404,
    response_headers=JSON,
    response_body=body(status=2000),
)


@pytest.mark.parametrize(
    ("spoken", "said"),
    [("2.1.1", []), ("2.2.1", ["token-encoding", "message-ids", "message-ids"]), (None, [])],
    ids=["old", "new", "unknown"],
)
def test_a_path_that_is_none_of_ocpi_s_is_asked_for_as_the_version_of_the_handshake_has_it(
    spoken: str | None, said: list[str]
) -> None:
    """Where it leads does not tell the version. Nothing can be said of ids and tokens as long as nobody knows it."""
    expert = Expert()
    if spoken is not None:
        expert.look(replace(POST, version=spoken))
    leg = {"exchange": 1, "cause_kind": "", "cause": 0, "correlation_id": ""}
    row: Any = SimpleNamespace(**asdict(LOST), **leg, host="nl-ema.ocpi.test", path="/ocpi/2.1.1/stuff")
    found = list(expert.look_at(row, 0, LOST.request_headers, 0, LOST.response_headers))
    assert [finding.rule for finding in found] == said
    assert all(finding.section.startswith(f"OCPI {spoken} transport") for finding in found)
    wrong = replace(LOST, http_status=403)
    assert [finding.section for finding in Expert().look(wrong)] == ["OCPI status_codes"]
