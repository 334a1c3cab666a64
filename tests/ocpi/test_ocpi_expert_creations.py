"""201 for what is new, 200 for what was there: between two that have registered within the recording."""

from collections.abc import Callable
from typing import Any

import pytest
from expert_objects import LOCATION, SESSION, sent, tariff
from expert_seen import A_LIST, NOT_TAKEN, SOUND, body, lost, read_back
from msgspec.structs import replace

from simulator.ocpi.expert import Expert, Seen

BELOW = "http://nl-ema.ocpi.test/ocpi/receiver/2.2.1"
REGISTERED = replace(
    SOUND,
    method="POST",
    url="http://nl-ema.ocpi.test/ocpi/2.2.1/credentials",
    module="credentials",
    route="credentials.post",
    request_body=b'{"token": "token-b", "roles": [{"country_code": "NL", "party_id": "ABC"}]}',
    response_body=body({"token": "token-c", "roles": [{"country_code": "NL", "party_id": "EMA"}]}),
)
CDR = {"country_code": "NL", "party_id": "ABC", "id": "1"}


def put(kind: str, http: int, id: str = "1", **changes: Any) -> Seen:
    module, trees = f"{kind}s", {"location": LOCATION, "session": SESSION, "tariff": tariff("1")}
    seen = replace(
        sent({**trees[kind], "id": id}),
        module=module,
        route=f"{module}.receiver.put_{kind}",
        url=f"{BELOW}/{module}/NL/ABC/{id}",
        http_status=http,
    )
    return replace(seen, **changes)


def post(http: int, **changes: Any) -> Seen:
    seen = replace(sent(CDR), method="POST", module="cdrs", route="cdrs.receiver.post_cdr", url=f"{BELOW}/cdrs")
    return replace(seen, http_status=http, **changes)


def listed(module: str, *objects: Any) -> Seen:
    """NL-EMA reads what NL-ABC has."""
    route = f"{module}.sender.get_list"
    return replace(
        A_LIST, sender="NL-EMA", receiver="NL-ABC", module=module, route=route, response_body=body(list(objects))
    )


def said(*seen: Seen) -> list[str]:
    """The codes that should have been others."""
    expert = Expert()
    found = [finding for each in seen for finding in expert.look(each)]
    return [each.found for each in found if each.rule == "http-created"]


def looked_at(*seen: Seen) -> list[str]:
    return said(read_back(REGISTERED), REGISTERED, *seen)


SENT = [lambda http, kind=kind: put(kind, http) for kind in ("location", "session", "tariff")]


@pytest.mark.parametrize("send", [*SENT, post], ids=["location", "session", "tariff", "cdr"])
def test_what_is_new_is_created_and_what_was_there_is_not(send: Callable[[int], Seen]) -> None:
    assert looked_at(send(201)) == []
    assert looked_at(send(200)) == ["200"]
    assert looked_at(send(201), send(200)) == []
    assert looked_at(send(201), send(201)) == ["201"]
    assert said(send(200), send(201), send(201)) == [], "who has registered before may have had it before"


@NOT_TAKEN
def test_what_was_sent_in_vain_may_be_there_all_the_same(not_taken: Callable[[Seen], Seen]) -> None:
    for code in (200, 201):
        assert looked_at(not_taken(put("session", 201)), put("session", code)) == []
        assert looked_at(put("session", 201), not_taken(put("session", 200)), put("session", code)) == (
            ["201"] if code == 201 else []
        )


@pytest.mark.parametrize("code", [200, 201])
def test_what_was_read_may_be_known_or_left(code: int) -> None:
    session = {**SESSION, "id": "a 1"}
    pushed = put("session", code, "A%201")
    assert looked_at(listed("sessions", session), pushed) == []
    assert looked_at(listed("cdrs", CDR), post(code)) == []
    one = replace(
        listed("locations"), route="locations.sender.get_location", response_body=body({**LOCATION, "id": "1"})
    )
    assert looked_at(one, put("location", code)) == []
    assert looked_at(listed("sessions", session), put("session", 200, "b")) == ["200"]


def test_what_the_expert_may_have_forgotten_is_not_new() -> None:
    many = [{**CDR, "id": f"{number}"} for number in range(20_000)]
    assert looked_at(listed("cdrs", *many[1:]), put("session", 200)) == ["200"]
    assert looked_at(listed("cdrs", *many), put("session", 200)) == []


def test_whoever_may_have_forgotten_may_create_again() -> None:
    first, again = put("tariff", 201), put("tariff", 201)
    delete = replace(first, method="DELETE", route="tariffs.receiver.delete_tariff", request_body=b"", http_status=200)
    another = replace(REGISTERED, sender="NL-XYZ", route="credentials.delete", request_body=b"", response_body=body())
    told = replace(SOUND, module="hubclientinfo", route="hubclientinfo.receiver.put_client_info", sender="NL-HUB")
    asked = replace(told, sender="NL-EMA", receiver="NL-HUB", route="hubclientinfo.sender.get_list")
    for between in (delete, another, told, asked, listed("tariffs")):
        assert looked_at(first, between, again) == []
    assert looked_at(first, lost(put("tariff", 200)), again) == ["201"]


@pytest.mark.parametrize("code", [200, 201])
def test_nobody_answers_for_another_or_in_the_oldest_version(code: int) -> None:
    to_another = {**SOUND.request_headers, "ocpi-to-party-id": "XYZ"}
    passed_on = put("session", code, request_headers=to_another)
    assert looked_at(passed_on, passed_on) == []
    assert looked_at(put("session", code, version="2.1.1"), put("session", code, version="2.1.1")) == []
    unsaid = {name: value for name, value in SOUND.request_headers.items() if not name.startswith("ocpi-to")}
    alone = put("session", code, request_headers=unsaid)
    assert looked_at(alone, alone) == [str(code)]


def test_the_code_is_only_advised() -> None:
    expert = Expert()
    for each in (read_back(REGISTERED), REGISTERED):
        expert.look(each)
    finding = next(each for each in expert.look(put("session", 200)) if each.rule == "http-created")
    assert (finding.severity, finding.path, finding.section) == ("note", "HTTP", "OCPI 2.2.1 status_codes")
    assert finding.expected == "201, as it was new"
