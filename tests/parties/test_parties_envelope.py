"""Who may come in, what every answer looks like, and which headers go with it.

Numbers of cases are those of the protocol digest, section 4.
"""

import base64
import json
import re

import pytest
from parties_objects import LATER, location, session, token
from run_town import OpenTown, Told

from simulator.ocpi.codec import encode
from simulator.recording.reader import Recording
from simulator.wire.carrier import MAX_BODY_BYTES

CPO, EMSP = "NL-ABC", "NL-EMA"
UTC = re.compile(r"2026-05-04T\d\d:\d\d:\d\d(\.\d{3})?Z")


def locations_url(desk: OpenTown) -> str:
    return desk.url(EMSP, CPO, "locations", "SENDER")


def refused(desk: OpenTown, told: Told, http: int, status: int, rule: str, said: str = "OCPI 2.2.1 ") -> None:
    """The answer is a whole envelope without data, and the recording has a hint on it, with what said so."""
    assert (told.http, told.status) == (http, status)
    assert set(told.envelope) == {"status_code", "status_message", "timestamp"}
    assert UTC.fullmatch(told.envelope["timestamp"])
    assert told.headers["content-type"] == "application/json"
    hints = desk.hints(told.exchange)
    assert rule in [hint.rule for hint in hints]
    assert all(hint.sentence for hint in hints)
    assert all(hint.section.startswith(said) for hint in hints if hint.rule == rule)


# Tokens


def test_case_1_the_token_is_sent_in_base64_without_a_newline(desk: OpenTown) -> None:
    held = desk.connection(EMSP, CPO).held
    desk.recorder.flush()
    with Recording.open(desk.path) as recording:
        row = recording.messages(module="locations", sender=EMSP, receiver=CPO, contents=True)[0]
    sent = dict(row.request_headers)["Authorization"]
    assert base64.b64decode(sent.removeprefix("Token "), validate=True) == held.encode()


@pytest.mark.parametrize(
    "value",
    ["", "Token", "Token ", "Bearer abc", "Token a b", "Token abc", "Token YWJj", "Token  YWJj", "Token \u00e9"],
    ids=repr,
)
def test_a_token_that_is_missing_malformed_or_unknown_is_401(desk: OpenTown, value: str) -> None:
    told = desk.ask(EMSP, CPO, "GET", locations_url(desk), headers={"Authorization": value})
    refused(desk, told, 401, 2000, "unauthorised")


def test_the_token_of_another_pair_is_401(desk: OpenTown) -> None:
    elsewhere = desk.connection(EMSP, "NL-DUN").held
    refused(desk, desk.ask(EMSP, CPO, "GET", locations_url(desk), token=elsewhere), 401, 2000, "unauthorised")
    ours = desk.connection(EMSP, CPO).issued
    refused(desk, desk.ask(EMSP, CPO, "GET", locations_url(desk), token=ours), 401, 2000, "unauthorised")


@pytest.mark.parametrize("spell", ["Token {raw}", "token {base64}", "TOKEN {base64}", "Token {newline}"])
def test_what_peers_of_other_makes_send_is_understood(desk: OpenTown, spell: str) -> None:
    held = desk.connection(EMSP, CPO).held
    value = spell.format(
        raw=held,
        base64=base64.b64encode(held.encode()).decode(),
        newline=base64.b64encode(f"{held}\n".encode()).decode(),
    )
    assert desk.ask(EMSP, CPO, "GET", locations_url(desk), headers={"Authorization": value}).http == 200


def test_the_token_is_asked_for_before_anything_else_is_told(desk: OpenTown) -> None:
    for url in (f"http://nl-abc.ocpi.test/{path}" for path in ("", "nowhere", "ocpi/receiver/2.2.1/tokens/x")):
        told = desk.ask(EMSP, CPO, "PUT", url, b"{", token="wrong")
        refused(desk, told, 401, 2000, "unauthorised", "OCPI 2.2.1 " if "2.2.1" in url else "OCPI transport")


# Paths, methods, sizes


@pytest.mark.parametrize(
    "path",
    [
        "",
        "ocpi",
        "ocpi/2.2.1/locations",
        "ocpi/sender/2.2.1/nothing",
        "ocpi/sender/2.2.1/locations/a/b/c/d",
        "ocpi/sender/2.2.1/%2e%2e",
    ],
)
def test_a_path_that_leads_nowhere_is_404(desk: OpenTown, path: str) -> None:
    told = desk.ask(EMSP, CPO, "GET", f"http://nl-abc.ocpi.test/{path}")
    assert told.http == 404
    assert told.envelope["status_code"] >= 2000


def test_a_version_that_is_not_spoken_is_404_with_3002(desk: OpenTown) -> None:
    refused(desk, desk.ask(EMSP, CPO, "GET", "http://nl-abc.ocpi.test/ocpi/3.0"), 404, 3002, "unknown-object")


def test_a_slash_at_the_end_changes_nothing(desk: OpenTown) -> None:
    told = desk.ask(EMSP, CPO, "GET", f"{locations_url(desk)}/")
    assert told.data == desk.ask(EMSP, CPO, "GET", locations_url(desk)).data


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_method_that_the_path_does_not_know_is_405(desk: OpenTown, method: str) -> None:
    refused(desk, desk.ask(EMSP, CPO, method, locations_url(desk), {}), 405, 2000, "method-not-allowed")


def test_a_body_of_10_mb_is_read_and_one_byte_more_is_413(desk: OpenTown) -> None:
    url = desk.url(EMSP, CPO, "tokens", "RECEIVER", "NL", "EMA", "HUGE")
    whole = json.dumps(token("HUGE")).encode()
    fits = whole + b" " * (MAX_BODY_BYTES - len(whole))
    assert (told := desk.ask(EMSP, CPO, "PUT", url, fits)).http == 201, told.body
    assert desk.ask(EMSP, CPO, "GET", url).data == token("HUGE")
    refused(desk, desk.ask(EMSP, CPO, "PUT", url, fits + b" "), 413, 2000, "body-too-large", "RFC 9110, ")


# Bodies


@pytest.mark.parametrize("body", [b"", b"{", b'{"uid":}', b"\xff\xfe", b"null x", b'{"a":1}{'], ids=repr)
def test_case_8_broken_json_is_400_and_stores_nothing(desk: OpenTown, body: bytes) -> None:
    tokens = desk.world.cpos[CPO].tokens.store
    before = list(tokens)
    told = desk.ask(EMSP, CPO, "PUT", desk.url(EMSP, CPO, "tokens", "RECEIVER", "NL", "EMA", "T8"), body)
    assert (told.http, told.status) == (400, 2001)
    assert list(tokens) == before
    (hint,) = desk.hints(told.exchange)
    assert hint.severity == "error"


WRONG: dict[str, tuple[dict[str, object], str, str]] = {
    "a number for a text": ({"contract_id": 7}, "wrong-type", "$.contract_id"),
    "a text for a boolean": ({"valid": "true"}, "wrong-type", "$.valid"),
    "too long": ({"issuer": "x" * 65}, "text-length", "$.issuer"),
    "too short": ({"uid": ""}, "text-length", "$.uid"),
    "not ASCII in a CiString": ({"contract_id": "caf\u00e9"}, "text-characters", "$.contract_id"),
    "case 46, an unknown value of a closed list": ({"whitelist": "MAYBE"}, "unknown-value", "$.whitelist"),
    "an enum in lower case": ({"type": "rfid"}, "unknown-value", "$.type"),
    "case 47, an offset": ({"last_updated": "2026-05-04T09:00:00+00:00"}, "text-format", "$.last_updated"),
    "case 47, local time": ({"last_updated": "2026-05-04T11:00:00+02:00"}, "text-format", "$.last_updated"),
    "null for what is required": ({"valid": None}, "wrong-type", "$.valid"),
}


@pytest.mark.parametrize("name", WRONG)
def test_case_8_a_wrong_field_is_200_with_2001_and_stores_nothing(desk: OpenTown, name: str) -> None:
    changes, rule, path = WRONG[name]
    tokens = desk.world.cpos[CPO].tokens.store
    before = list(tokens)
    url = desk.url(EMSP, CPO, "tokens", "RECEIVER", "NL", "EMA", "T8")
    told = desk.ask(EMSP, CPO, "PUT", url, {**token("T8"), **changes})
    refused(desk, told, 200, 2001, rule)
    assert path in told.envelope["status_message"]
    assert [(hint.rule, hint.severity, hint.path) for hint in desk.hints(told.exchange)] == [(rule, "error", path)]
    assert list(tokens) == before


def test_every_wrong_field_is_a_hint_of_its_own(desk: OpenTown) -> None:
    wrong = {**token("T8", valid="yes", whitelist="MAYBE", issuer="x" * 65)}
    del wrong["contract_id"]
    url = desk.url(EMSP, CPO, "tokens", "RECEIVER", "NL", "EMA", "T8")
    told = desk.ask(EMSP, CPO, "PUT", url, wrong)
    assert [hint.path for hint in desk.hints(told.exchange)] == ["$.contract_id", "$.issuer", "$.valid", "$.whitelist"]


@pytest.mark.parametrize("body", [[], "text", 7, None], ids=repr)
def test_a_body_that_is_no_object_is_2001(desk: OpenTown, body: object) -> None:
    url = desk.url(EMSP, CPO, "tokens", "RECEIVER", "NL", "EMA", "T8")
    told = desk.ask(EMSP, CPO, "PUT", url, json.dumps(body).encode())
    refused(desk, told, 200, 2001, "wrong-type")


@pytest.mark.parametrize("literal", [b"1" * 9_000, b"0." + b"1" * 9_000])
def test_a_number_of_too_many_digits_is_2001(desk: OpenTown, literal: bytes) -> None:
    """It is JSON, which HTTP 400 would deny."""
    body = json.dumps(session("LONG", kwh=0)).encode().replace(b'"kwh": 0', b'"kwh": %b' % literal)
    told = desk.ask(CPO, EMSP, "PUT", desk.url(CPO, EMSP, "sessions", "RECEIVER", "NL", "ABC", "LONG"), body)
    refused(desk, told, 200, 2001, "out-of-range")
    assert "$.kwh: found a number that is too long to be read, expected" in told.envelope["status_message"]


def test_case_46_an_unknown_field_is_ignored(desk: OpenTown) -> None:
    url = desk.url(EMSP, CPO, "tokens", "RECEIVER", "NL", "EMA", "T46")
    assert desk.ask(EMSP, CPO, "PUT", url, token("T46", colour="green", nested={"a": [1]})).http == 201
    assert desk.ask(EMSP, CPO, "GET", url).data == token("T46")


def test_case_47_a_time_without_designator_is_utc(desk: OpenTown) -> None:
    url = desk.url(EMSP, CPO, "tokens", "RECEIVER", "NL", "EMA", "T47")
    assert desk.ask(EMSP, CPO, "PUT", url, token("T47", last_updated=LATER[:-1])).http == 201
    told = desk.ask(EMSP, CPO, "PATCH", url, {"valid": False, "last_updated": "2026-05-04T08:59:59.999Z"})
    assert [hint.rule for hint in desk.hints(told.exchange)] == ["overtaken-update"]


def test_case_48_coordinates_as_numbers_are_2001(desk: OpenTown) -> None:
    url = desk.url(CPO, EMSP, "locations", "RECEIVER", "NL", "ABC", "L48")
    for latitude in (52.16, "52.16", "52.1600000000", "north"):
        wrong = location(desk, "L48", coordinates={"latitude": latitude, "longitude": "4.480000"})
        told = desk.ask(CPO, EMSP, "PUT", url, wrong)
        assert (told.http, told.status) == (200, 2001)
        assert [hint.path for hint in desk.hints(told.exchange)] == ["$.coordinates.latitude"]
    assert desk.ask(CPO, EMSP, "GET", url).http == 404


# Every answer


def test_case_9_every_answer_is_an_envelope_with_its_time_in_utc(desk: OpenTown) -> None:
    empty = f"{locations_url(desk)}?date_from=2030-01-01T00:00:00Z"
    assert desk.ask(EMSP, CPO, "GET", empty).data == []
    for told in (
        desk.ask(EMSP, CPO, "GET", locations_url(desk)),
        desk.ask(EMSP, CPO, "GET", empty),
        desk.ask(EMSP, CPO, "GET", f"{locations_url(desk)}/unknown"),
        desk.ask(EMSP, CPO, "DELETE", locations_url(desk)),
        desk.ask(EMSP, CPO, "GET", locations_url(desk), token="wrong"),
    ):
        assert UTC.fullmatch(told.envelope["timestamp"])
        assert isinstance(told.envelope["status_code"], int)


def test_case_19_both_ids_are_echoed_in_every_answer(desk: OpenTown) -> None:
    ids = {"X-Request-ID": "r-\u007e-1", "X-Correlation-ID": "c 2"}
    url = desk.url(EMSP, CPO, "tokens", "RECEIVER", "NL", "EMA", "T19")
    for http, method, where, body, held in (
        (200, "GET", locations_url(desk), None, None),
        (404, "GET", f"{locations_url(desk)}/unknown", None, None),
        (405, "DELETE", locations_url(desk), None, None),
        (401, "GET", locations_url(desk), None, "wrong"),
        (400, "PUT", url, b"{", None),
        (200, "PUT", url, token("other"), None),
        (200, "GET", "http://nl-abc.ocpi.test/ocpi/versions", None, None),
    ):
        told = desk.ask(EMSP, CPO, method, where, body, token=held, headers=ids)
        assert told.http == http
        assert (told.headers["x-request-id"], told.headers["x-correlation-id"]) == ("r-\u007e-1", "c 2")


def test_case_19_what_was_not_sent_is_not_echoed(desk: OpenTown) -> None:
    told = desk.ask(EMSP, CPO, "GET", locations_url(desk), headers={"X-Request-ID": "", "X-Correlation-ID": ""})
    assert told.http == 200
    assert "x-request-id" not in told.headers


def test_case_19_our_own_requests_have_ids_of_their_own(desk: OpenTown) -> None:
    desk.recorder.flush()
    with Recording.open(desk.path) as recording:
        rows = [row for row in recording.messages(contents=True) if row.request_id]
    ids = [row.request_id for row in rows]
    assert len(ids) == len(dict.fromkeys(ids)) >= 40
    for row in rows:
        sent, answered = dict(row.request_headers), dict(row.response_headers)
        assert sent["X-Request-ID"] == answered["X-Request-ID"] == row.request_id
        assert sent["X-Correlation-ID"] == answered["X-Correlation-ID"] == row.correlation_id
        assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}", row.request_id)


ROUTING = ("ocpi-to-country-code", "ocpi-to-party-id", "ocpi-from-country-code", "ocpi-from-party-id")


def test_case_21_the_answer_to_a_functional_module_turns_to_and_from_around(desk: OpenTown) -> None:
    for url in (locations_url(desk), f"{locations_url(desk)}/unknown"):
        told = desk.ask(EMSP, CPO, "GET", url)
        assert [told.headers[name] for name in ROUTING] == ["NL", "EMA", "NL", "ABC"]


def test_case_20_configuration_modules_carry_no_routing_headers(desk: OpenTown) -> None:
    for path in ("ocpi/versions", "ocpi/2.2.1", "ocpi/2.2.1/credentials"):
        told = desk.ask(EMSP, CPO, "GET", f"http://nl-abc.ocpi.test/{path}")
        assert told.http == 200
        assert not [name for name in ROUTING if name in told.headers]
    desk.recorder.flush()
    with Recording.open(desk.path) as recording:
        rows = [row for row in recording.messages(contents=True) if row.request_id]
    kinds = set()
    for row in rows:
        names = [name.lower() for name, _ in row.request_headers + row.response_headers]
        expected = 0 if row.module in ("versions", "credentials") else 8
        assert sum(name in ROUTING for name in names) == expected
        kinds.add(row.module)
    assert kinds >= {"versions", "credentials", "locations", "tokens"}


def test_what_is_recorded_is_what_was_sent(desk: OpenTown) -> None:
    told = desk.ask(EMSP, CPO, "GET", locations_url(desk))
    desk.recorder.flush()
    with Recording.open(desk.path) as recording:
        row = recording.message(told.exchange)
    assert row.response_body == told.body
    assert told.data == json.loads(encode(list(desk.world.cpos[CPO].locations.store)))
