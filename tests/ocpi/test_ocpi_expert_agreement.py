"""What in one exchange does not go together: each sound pair of question and answer, and ways to spoil it."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from expert_seen import BACK, IDS, JSON, SOUND, body, less, rules
from msgspec.structs import replace

from simulator.ocpi.expert import Seen

AT = "2026-05-04T06:00:00Z"
UID = "Card 1/A"
TOKEN: dict[str, Any] = {
    "country_code": "NL",
    "party_id": "ABC",
    "uid": UID,
    "type": "RFID",
    "contract_id": "C1",
    "issuer": "Emma",
    "valid": True,
    "whitelist": "NEVER",
    "last_updated": AT,
}
HOST = "http://nl-ema.ocpi.test/ocpi"


def asked(route: str, url: str, tree: Any, method: str = "POST", data: Any = None, status: int = 1000) -> Seen:
    """A request of NL-ABC, whatever its role, and its answer."""
    return replace(
        SOUND,
        method=method,
        url=f"{HOST}/{url}",
        module=route.partition(".")[0],
        route=route,
        request_body=json.dumps(tree).encode(),
        response_body=body(data, status),
    )


def put(query: str = "", version: str = "2.2.1", **changes: Any) -> Seen:
    url = f"receiver/2.2.1/tokens/NL/ABC/{quote(UID, safe='')}{query}"
    seen = asked("tokens.receiver.put_token", url, TOKEN | changes, "PUT")
    if version == "2.1.1":
        plain = {"authorization": "Token a-token-of-ours", **JSON}
        return replace(seen, version=version, request_headers=plain, response_headers=JSON)
    return seen


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (put(), []),
        (put("?type=APP_USER", type="APP_USER"), []),
        (put(type="APP_USER"), ["token-type"]),
        (put("?type=OTHER"), ["token-type"]),
    ],
)
def test_a_url_and_the_token_that_is_put_there_name_one_type(seen: Seen, expected: list[str]) -> None:
    assert rules(seen) == expected


def test_in_2_1_1_a_url_says_no_type() -> None:
    assert "token-type" not in rules(put(version="2.1.1", type="OTHER"))


def command(data: Any = None, status: int = 1000, **token: Any) -> Seen:
    tree = {"response_url": f"{HOST}/back", "token": TOKEN | token, "location_id": "L1"}
    answer = {"result": "ACCEPTED", "timeout": 30} if data is None else data
    return asked(
        "commands.receiver.post_start_session", "receiver/2.2.1/commands/START_SESSION", tree, "POST", answer, status
    )


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (command(), []),
        (command(country_code="nl", party_id="abc"), []),
        (command(party_id="XYZ"), ["foreign-token"]),
        (command({"result": "REJECTED", "timeout": 0}, 2003), []),
        (command({"result": "ACCEPTED", "timeout": 30}, 2003), ["command-answer"]),
        (command({}, 2003), ["command-answer"]),
        (command({"result": "REJECTED", "timeout": 0}, 2001), []),
        (command({"result": "ACCEPTED", "timeout": 30}, 3000), ["command-answer"]),
    ],
)
def test_a_command_is_for_ones_own_token_and_its_answer_says_one_thing(seen: Seen, expected: list[str]) -> None:
    assert rules(seen) == expected


def test_who_does_not_say_who_it_is_may_own_any_token() -> None:
    seen = command(party_id="XYZ")
    headers = less(seen.request_headers, "ocpi-from-country-code", "ocpi-from-party-id")
    assert "foreign-token" not in rules(replace(seen, request_headers=headers))


def authorisation(where: Any = None, location: Any = None, status: int = 1000, **token: Any) -> Seen:
    said = {"allowed": "ALLOWED", "token": TOKEN | token} | ({} if location is None else {"location": location})
    url = f"sender/2.2.1/tokens/{quote(UID, safe='')}/authorize?type=RFID"
    seen = asked("tokens.sender.post_authorize", url, {} if where is None else where, "POST", said, status)
    return seen if where is not None else replace(seen, request_body=b"")


L1, TWO = {"location_id": "L1"}, {"location_id": "L1", "evse_uids": ["E1", "E2"]}


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (authorisation(), []),
        (authorisation(uid="card 1/a"), []),
        (authorisation(uid="Card 2"), ["authorized-token"]),
        (authorisation(TWO, TWO), []),
        (authorisation(TWO, TWO | {"evse_uids": ["e2"]}), []),
        (authorisation(L1, TWO), []),
        (authorisation(None, TWO), ["authorized-place"]),
        (authorisation(L1, {"location_id": "L2"}), ["authorized-place"]),
        (authorisation(TWO, TWO | {"evse_uids": ["E1", "E3"]}), ["authorized-place"]),
        (authorisation(None, TWO, 2004), []),
    ],
)
def test_an_authorisation_is_about_what_was_asked(seen: Seen, expected: list[str]) -> None:
    assert rules(seen) == expected


def test_what_cannot_be_read_is_for_others_to_remark_on() -> None:
    strange = b'{"token": null, "location": 7, "evse_uids": null}'
    for seen in (put(), command(), authorisation(TWO, TWO)):
        for url in ("", "http://[/?type", f"{HOST}/x"):
            rules(replace(seen, url=url, request_body=strange, response_body=body([7])))
            rules(replace(seen, url=url, request_body=b"\xff", response_body=b"", response_headers={**IDS, **BACK}))
