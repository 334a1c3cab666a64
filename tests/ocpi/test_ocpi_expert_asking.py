"""Whether a CPO asks about a token as its whitelist says, and not about one that a command has let charge."""

import json
from typing import Any

import pytest
from expert_seen import A_LIST, BACK, IDS, JSON, PAGE, ROUTING, SOUND, body, lost, refused, rules, token
from msgspec.structs import replace

from simulator.ocpi.expert import Seen

FROM_EMA = {**token("a-token-of-ours"), **IDS, **BACK, **JSON}
CARD: dict[str, Any] = {"uid": "Card 1", "type": "RFID"}
SENDER = "http://nl-ema.ocpi.test/ocpi/sender/2.2.1/tokens"
RECEIVER = "http://nl-abc.ocpi.test/ocpi/receiver/2.2.1/tokens/NL/EMA"
MIN = 60_000_000


def of_emsp(seen: Seen) -> Seen:
    """NL-EMA asks NL-ABC."""
    back = {**IDS, **ROUTING, **JSON}
    return replace(seen, sender="NL-EMA", receiver="NL-ABC", request_headers=FROM_EMA, response_headers=back)


def put(whitelist: str, **changes: str) -> Seen:
    tree = {**CARD, "whitelist": whitelist, "last_updated": "2026-05-04T06:00:00Z", **changes}
    kind = "" if tree["type"] == "RFID" else f"?type={tree['type']}"
    seen = replace(
        SOUND,
        module="tokens",
        route="tokens.receiver.put_token",
        url=f"{RECEIVER}/Card%201{kind}",
        request_body=json.dumps(tree).encode(),
    )
    return of_emsp(seen)


def patch(query: str = "", **changes: str) -> Seen:
    tree = {**changes, "last_updated": "2026-05-04T06:01:00Z"}
    seen = replace(
        put("ALWAYS"), method="PATCH", route="tokens.receiver.patch_token", request_body=json.dumps(tree).encode()
    )
    return replace(seen, url=f"{RECEIVER}/card%201{query}")


def listed(whitelist: str) -> Seen:
    tokens = replace(A_LIST, module="tokens", route="tokens.sender.get_list", url=SENDER)
    return replace(tokens, response_headers={**PAGE}, response_body=body([{**CARD, "whitelist": whitelist}]))


def asks(query: str = "", at_us: int = MIN, place: str = "L1", **changes: Any) -> Seen:
    seen = replace(
        SOUND,
        start_us=at_us,
        method="POST",
        module="tokens",
        route="tokens.sender.post_authorize",
        url=f"{SENDER}/Card%201/authorize{query}",
        request_body=json.dumps({"location_id": place}).encode(),
        response_body=body({"allowed": "ALLOWED"}),
    )
    return replace(seen, **changes)


def asking(*seen: Seen) -> list[str]:
    return [rule for rule in rules(*seen) if rule in ("asked-needlessly", "asked-again", "never-asked")]


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ([put("ALWAYS"), asks()], ["asked-needlessly"]),
        ([listed("ALWAYS"), asks()], ["asked-needlessly"]),
        ([put("ALLOWED"), asks()], []),
        ([put("ALWAYS"), put("NEVER"), asks()], []),
        ([put("ALWAYS"), listed("ALLOWED_OFFLINE"), asks()], []),
        ([put("NEVER"), patch(whitelist="ALWAYS"), asks()], ["asked-needlessly"]),
        ([put("ALWAYS"), patch(valid="false"), asks()], ["asked-needlessly"]),
        ([refused(put("ALWAYS")), asks()], []),
        ([lost(put("ALWAYS")), asks()], []),
        ([put("ALWAYS"), lost(put("ALLOWED")), asks()], []),
        ([put("ALWAYS"), asks("?type=OTHER")], []),
        ([put("ALWAYS", type="OTHER"), asks("?type=OTHER")], ["asked-needlessly"]),
        (
            [put("NEVER", type="OTHER"), patch("?type=OTHER", whitelist="ALWAYS"), asks("?type=OTHER")],
            ["asked-needlessly"],
        ),
        ([replace(put("ALWAYS", type="OTHER"), version="2.1.1", url=f"{RECEIVER}/Card%201"), asks()], []),
        ([put("ALWAYS"), asks(follows=True)], []),
        ([put("ALWAYS"), asks(sender="NL-XYZ")], []),
        ([replace(listed("ALWAYS"), response_body=body(7)), asks()], []),
    ],
)
def test_nobody_is_asked_about_what_is_always_allowed(seen: list[Seen], expected: list[str]) -> None:
    assert asking(*seen) == expected


def session(method: str, minutes: int = 1, **card: str) -> Seen:
    """One that began so many minutes after all that is told of tokens."""
    tree = {"cdr_token": {**CARD, **card}, "auth_method": method, "start_date_time": f"2026-05-04T06:{minutes:02}:00Z"}
    return replace(SOUND, request_body=json.dumps(tree).encode())


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ([put("NEVER"), session("WHITELIST")], ["never-asked"]),
        ([put("NEVER"), session("WHITELIST", uid="CARD 1")], ["never-asked"]),
        ([put("NEVER"), session("AUTH_REQUEST")], []),
        ([put("ALLOWED"), session("WHITELIST")], []),
        ([put("NEVER"), session("WHITELIST", 0)], []),
        ([put("ALWAYS"), session("WHITELIST")], []),
        ([put("NEVER"), put("ALLOWED"), session("WHITELIST")], []),
        ([put("NEVER"), replace(session("WHITELIST"), follows=True)], []),
        ([put("NEVER"), session("WHITELIST", type="OTHER")], []),
    ],
)
def test_a_copy_is_not_enough_for_what_is_never_allowed_by_it(seen: list[Seen], expected: list[str]) -> None:
    assert asking(*seen) == expected


def in_211(seen: Seen) -> Seen:
    return replace(seen, version="2.1.1")


def session_in_211(method: str = "WHITELIST", minutes: int = 1, auth_id: str = "c-1") -> Seen:
    tree = {"auth_id": auth_id, "auth_method": method, "start_datetime": f"2026-05-04T06:{minutes:02}:00Z"}
    return in_211(replace(SOUND, request_body=json.dumps(tree).encode()))


def card_in_211(whitelist: str, uid: str = "Card%201", **changes: str) -> Seen:
    return replace(in_211(put(whitelist, auth_id="C-1", **changes)), url=f"{RECEIVER}/{uid}")


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ([card_in_211("NEVER"), session_in_211()], ["never-asked"]),
        ([card_in_211("ALLOWED"), in_211(patch(whitelist="NEVER")), session_in_211()], ["never-asked"]),
        ([card_in_211("NEVER", type="OTHER"), session_in_211()], ["never-asked"]),
        ([card_in_211("NEVER", type="OTHER"), in_211(patch(whitelist="ALLOWED")), session_in_211()], []),
        ([card_in_211("NEVER"), card_in_211("NEVER"), session_in_211()], ["never-asked"]),
        ([card_in_211("NEVER"), card_in_211("ALLOWED", "Card%202"), session_in_211()], []),
        ([card_in_211("NEVER"), card_in_211("ALLOWED", "Card%202"), card_in_211("NEVER"), session_in_211()], []),
        ([card_in_211("NEVER"), session_in_211("AUTH_REQUEST")], []),
        ([card_in_211("NEVER"), session_in_211(minutes=0)], []),
        ([card_in_211("NEVER"), session_in_211(auth_id="C-2")], []),
        ([card_in_211("ALLOWED"), session_in_211()], []),
    ],
)
def test_a_session_of_2_1_1_names_its_token_by_a_contract_that_it_may_share(
    seen: list[Seen], expected: list[str]
) -> None:
    assert asking(*seen) == expected


def start(kind: str = "RFID") -> Seen:
    """Answered at the first minute."""
    seen = replace(
        SOUND,
        end_us=MIN,
        method="POST",
        module="commands",
        route="commands.receiver.post_start_session",
        url="http://nl-abc.ocpi.test/ocpi/receiver/2.2.1/commands/START_SESSION",
        request_body=json.dumps({"token": {**CARD, "type": kind}, "location_id": "l1"}).encode(),
        response_body=body({"result": "ACCEPTED", "timeout": 30}),
    )
    return of_emsp(seen)


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ([start(), asks()], ["asked-again"]),
        ([start(), asks(at_us=16 * MIN)], ["asked-again"]),
        ([start(), asks(at_us=16 * MIN + 1)], []),
        ([start(), asks(at_us=MIN - 1)], []),
        ([refused(start()), asks()], []),
        ([start(), asks(place="L2")], []),
        ([start(), asks("?type=OTHER")], []),
        ([start("OTHER"), asks("?type=OTHER")], []),
        ([start("APP_USER"), asks("?type=APP_USER", at_us=99 * MIN, place="L2")], ["asked-again"]),
        ([start("AD_HOC_USER"), asks("?type=AD_HOC_USER")], ["asked-again"]),
        ([start("APP_USER"), asks("?type=APP_USER", at_us=0)], []),
        ([asks("?type=APP_USER")], []),
    ],
)
def test_what_a_command_has_allowed_is_not_asked_about_again(seen: list[Seen], expected: list[str]) -> None:
    assert asking(*seen) == expected
