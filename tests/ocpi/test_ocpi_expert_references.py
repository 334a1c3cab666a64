"""Whether the reference that an authorisation gave comes back in the Session and in the CDR."""

import json
from typing import Any

import pytest
from expert_seen import BACK, IDS, JSON, ROUTING, SOUND, body, rules, token
from msgspec.structs import replace

from simulator.ocpi.expert import Expert, Seen

CARD = {"country_code": "NL", "party_id": "EMA", "uid": "Card 1"}
BACKWARD = {**token("a-token-of-ours"), **IDS, **BACK, **JSON}
WITH_LOCATION = {**IDS, **BACK, **JSON, "location": "http://nl-ema.ocpi.test/ocpi/receiver/2.2.1/cdrs/1"}


def asked(reference: str | None, allowed: str = "ALLOWED", **card: str) -> Seen:
    """NL-ABC asks NL-EMA for a card."""
    told = {"allowed": allowed, "token": {**CARD, **card}, "authorization_reference": reference}
    return replace(
        SOUND,
        method="POST",
        module="tokens",
        route="tokens.sender.post_authorize",
        url="http://nl-ema.ocpi.test/ocpi/sender/2.2.1/tokens/Card%201/authorize",
        request_body=b"",
        response_body=body({name: value for name, value in told.items() if value is not None}),
    )


def started(reference: str | None, route: str = "start_session") -> Seen:
    """NL-EMA asks NL-ABC to let its driver charge."""
    told = {"response_url": "http://nl-ema.ocpi.test/1", "token": CARD, "authorization_reference": reference}
    return replace(
        SOUND,
        sender="NL-EMA",
        receiver="NL-ABC",
        method="POST",
        module="commands",
        route=f"commands.receiver.post_{route}",
        url="http://nl-abc.ocpi.test/ocpi/receiver/2.2.1/commands/X",
        request_headers=BACKWARD,
        request_body=json.dumps({name: value for name, value in told.items() if value is not None}).encode(),
        response_headers={**IDS, **ROUTING, **JSON},
        response_body=body({"result": "ACCEPTED", "timeout": 30}),
    )


def session(reference: str | None, method: str = "AUTH_REQUEST", **card: str) -> Seen:
    told: dict[str, Any] = {"cdr_token": {**CARD, **card}, "auth_method": method}
    return replace(
        SOUND, request_body=json.dumps(told | ({"authorization_reference": reference} if reference else {})).encode()
    )


def cdr(reference: str | None, method: str = "AUTH_REQUEST") -> Seen:
    seen = session(reference, method)
    return replace(seen, method="POST", module="cdrs", route="cdrs.receiver.post_cdr", response_headers=WITH_LOCATION)


LOST = ["authorization-reference"]


def lost(*seen: Seen) -> list[str]:
    return [rule for rule in rules(*seen) if rule in LOST]


@pytest.mark.parametrize("told", [session, cdr])
@pytest.mark.parametrize(
    ("before", "reference", "method", "expected"),
    [
        ([asked("A1")], "A1", "AUTH_REQUEST", []),
        ([asked("A1")], None, "AUTH_REQUEST", LOST),
        ([asked("A1")], "A2", "AUTH_REQUEST", LOST),
        ([asked("A1")], None, "WHITELIST", []),
        ([asked(None)], None, "AUTH_REQUEST", []),
        ([asked(None)], "A2", "AUTH_REQUEST", []),
        ([asked("A1", "BLOCKED")], None, "AUTH_REQUEST", []),
        ([asked("A1", uid="Card 2")], None, "AUTH_REQUEST", []),
        ([asked("A1", uid="CARD 1")], None, "AUTH_REQUEST", LOST),
        ([asked("A1"), asked("A2")], "A1", "AUTH_REQUEST", []),
        ([asked("A1"), asked("A2")], "A2", "AUTH_REQUEST", []),
        ([asked("A1"), asked(None)], None, "AUTH_REQUEST", []),
        ([started("A1")], "A1", "COMMAND", []),
        ([started("A1")], None, "COMMAND", LOST),
        ([started("A1", "reserve_now")], None, "COMMAND", LOST),
        ([started("A1")], None, "AUTH_REQUEST", []),
        ([started(None)], None, "COMMAND", []),
        ([started("A1"), asked("A2")], "A1", "AUTH_REQUEST", []),
        ([], None, "AUTH_REQUEST", []),
    ],
)
def test_the_reference_of_an_authorisation_comes_back(
    told: Any, before: list[Seen], reference: str | None, method: str, expected: list[str]
) -> None:
    assert lost(*before, told(reference, method)) == expected


def test_the_last_reference_is_the_one_that_was_expected() -> None:
    expert = Expert()
    for each in (asked("A1"), asked("A2")):
        expert.look(each)
    (finding,) = expert.look(session(None))
    assert (finding.severity, finding.path) == ("warning", "$.authorization_reference")
    assert "'A2'" in finding.expected


def in_2_1_1(seen: Seen) -> Seen:
    plain = {"authorization": "Token a-token-of-ours", **JSON}
    return replace(seen, version="2.1.1", request_headers=plain, response_headers=JSON)


def test_a_hub_may_lose_what_it_could_not_say_in_2_1_1() -> None:
    """It asks the eMSP in place of a CPO of 2.1.1, and tells of that CPO's Session."""
    of_hub = replace(asked("A1"), sender="NL-HUB")
    of_old_cpo = in_2_1_1(replace(asked(None), receiver="NL-HUB", response_body=body({"allowed": "ALLOWED"})))
    told = replace(session(None), sender="NL-HUB")
    assert lost(of_hub, told) == LOST
    assert lost(of_hub, of_old_cpo, told) == []
    assert lost(of_hub, of_old_cpo, session(None)) == LOST
    start = in_2_1_1(replace(started(None), sender="NL-HUB"))
    assert lost(started("A1"), start, replace(session(None, "COMMAND"), sender="NL-HUB")) == []
    assert lost(of_hub, in_2_1_1(session(None))) == []
