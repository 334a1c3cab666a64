"""Who has to be told of a token that is not in Base64: its sender, or a receiver that wants it so. Case 2."""

from expert_seen import JSON, SOUND, body, token
from msgspec.structs import replace

from simulator.ocpi.expert import Expert, Seen

HELD = "a-raw-token!"
RAW = {"authorization": f"Token {HELD}"}
VERSIONS = replace(
    SOUND,
    method="GET",
    url="http://nl-ema.ocpi.test/ocpi/versions",
    module="versions",
    route="versions.get_list",
    request_headers=token(HELD),
    request_body=b"",
    response_headers=JSON,
    response_body=body([]),
)
REFUSED = replace(VERSIONS, http_status=401, response_body=body(status=2001))
LET_IN = replace(VERSIONS, request_headers=RAW)
PUT = replace(SOUND, request_headers={**SOUND.request_headers, **RAW})


def blamed(*seen: Seen) -> list[str]:
    """Who is told of the encoding in each of these exchanges."""
    expert = Expert()
    told = []
    for each in seen:
        for who, found in (("sender", expert.look_at_request(each)), ("receiver", expert.look_at_answer(each))):
            told += [who for finding in found if finding.rule == "token-encoding"]
    return told


def test_a_sender_that_writes_tokens_as_they_are_is_told() -> None:
    assert blamed(LET_IN, PUT, PUT) == ["sender", "sender"]


def test_who_refuses_base64_is_told_once_and_not_who_then_does_without() -> None:
    assert blamed(REFUSED, LET_IN, PUT, PUT) == ["receiver"]


def test_a_receiver_of_the_oldest_version_does_right() -> None:
    put = replace(PUT, version="2.1.1")
    assert blamed(REFUSED, LET_IN, put, put) == []


def test_a_token_that_is_refused_is_not_one_that_is_wanted_otherwise() -> None:
    """It was wrong; the one that is let in later is another."""
    other = replace(REFUSED, request_headers=token("another-token!"))
    assert blamed(other, LET_IN, PUT) == ["sender"]


def test_one_receiver_says_nothing_of_another() -> None:
    assert blamed(REFUSED, LET_IN, PUT, replace(PUT, receiver="NL-NOM")) == ["receiver", "sender"]
