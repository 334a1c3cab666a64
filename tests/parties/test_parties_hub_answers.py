"""What a hub makes of answers that are not as they should be: it loses nothing good and passes on nothing broken."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from parties_hub import HOST, HUB, RECEIVER, hints, hub_town, onward, say, square
from run_town import OpenTown

from simulator.wire.carrier import Response

LOCATIONS = f"{HOST}/ocpi/sender/2.3.0/locations"
NOW = "2026-05-04T04:00:00Z"
DEEP = b"[" * 1_000 + b"]" * 1_000


@pytest.fixture
def own(tmp_path: Path) -> Iterator[OpenTown]:
    with hub_town(tmp_path, "memory") as town:
        yield town


def answered(town: OpenTown, party: str, body: object, *headers: tuple[str, str]) -> None:
    """From now on a party answers everything with this."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    town.server(party, lambda inbound: Response(200, (("Content-Type", "application/json"), *headers), raw))


@pytest.mark.parametrize("time", [{}, {"timestamp": None}, {"timestamp": "yesterday"}], ids=["none", "null", "wrong"])
def test_an_answer_is_none_the_worse_without_a_timestamp(own: OpenTown, time: dict[str, object]) -> None:
    answered(own, "NL-ABC", {"status_code": 1000, "data": [square(own)], **time})
    told = say(own, "NL-NXT", "GET", LOCATIONS, to="NL-ABC")
    assert (told.status, [each["id"] for each in told.data]) == (1000, [square(own)["id"]])
    (leg,) = onward(own, told)
    told_of = [(hint.rule, hint.severity) for hint in hints(own, leg.exchange) if hint.path == "$.timestamp"]
    assert ("envelope-field", "error") in told_of


@pytest.mark.parametrize(
    "body",
    [
        {"status_code": 5, "timestamp": NOW, "data": []},
        {"status_code": 99_999, "timestamp": NOW},
        {"status_code": 0, "data": []},
        b'{"status_code":1000,"timestamp":"2026-05-04T04:00:00Z","data":%b}' % DEEP,
        DEEP,
    ],
    ids=["5", "99999", "0", "deep data", "deep"],
)
def test_an_answer_without_a_status_that_ocpi_has_is_a_hub_error(own: OpenTown, body: object) -> None:
    answered(own, "NL-ABC", body)
    told = say(own, "NL-NXT", "GET", LOCATIONS, to="NL-ABC")
    assert (told.http, told.status) == (200, 4000)
    assert "no usable answer" in told.envelope["status_message"]


def test_a_bad_object_of_a_list_costs_only_itself_between_versions(own: OpenTown) -> None:
    good = square(own)
    bad = {**good, "id": "BAD", "publish": "yes"}
    body = {"status_code": 1000, "timestamp": NOW, "data": [bad, good]}
    answered(own, "NL-ABC", body, ("X-Total-Count", "2"), ("X-Limit", "50"))
    told = say(own, "NL-NXT", "GET", LOCATIONS, to="NL-ABC")
    assert [each["id"] for each in told.data] == [good["id"]]
    assert told.headers["x-total-count"] == "1", "for this reader the other does not exist"
    (leg,) = onward(own, told)
    assert "$[0].publish" in [hint.path for hint in hints(own, leg.exchange)]


@pytest.mark.parametrize("data", [{}, 7, "text"])
def test_what_is_no_list_is_a_hub_error_between_versions(own: OpenTown, data: object) -> None:
    answered(own, "NL-ABC", {"status_code": 1000, "timestamp": NOW, "data": data})
    assert say(own, "NL-NXT", "GET", LOCATIONS, to="NL-ABC").status == 4000


@pytest.mark.parametrize("body", [DEEP, b'{"response_url":%b}' % DEEP, b'{"a":%b}' % DEEP, b'{"response_url":"\xff"}'])
def test_a_command_that_nobody_can_read_is_refused(own: OpenTown, body: bytes) -> None:
    told = say(own, "NL-EMA", "POST", f"{RECEIVER}/commands/STOP_SESSION", body, to="NL-ABC")
    assert 2000 <= told.status < 3000
    assert not onward(own, told)
    assert own.world.hubs[HUB].office.connections["NL-EMA"].registered


@pytest.mark.parametrize(
    ("method", "query"), [("GET", "?duration=60"), ("GET", "?duration=60&response_url="), ("DELETE", ""), ("PUT", "")]
)
def test_who_asks_without_a_response_url_is_told_that_it_is_lacking(own: OpenTown, method: str, query: str) -> None:
    body = {"charging_profile": {"charging_rate_unit": "W"}} if method == "PUT" else None
    told = say(own, "NL-EMA", method, f"{RECEIVER}/chargingprofiles/S1{query}", body, to="NL-ABC")
    assert (told.http, told.status, onward(own, told)) == (200, 2001, [])
    assert told.envelope["status_message"] == "The request lacks a response_url."


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"status_code": 5}, "$.status_code"),
        ({"status_code": 99_999}, "$.status_code"),
        ({"timestamp": None}, "$.timestamp"),
        ({"timestamp": "yesterday"}, "$.timestamp"),
        ({"timestamp": "2026-05-04T06:00:00+02:00"}, "$.timestamp"),
    ],
)
def test_between_equal_versions_an_odd_answer_passes_as_it_came_and_its_author_is_named(
    own: OpenTown, wrong: dict[str, object], path: str
) -> None:
    body = json.dumps({"status_code": 1000, "data": [square(own)], "timestamp": NOW} | wrong, indent=1).encode()
    answered(own, "NL-ABC", body, ("X-Total-Count", "1"), ("X-Limit", "50"))
    told = say(own, "NL-EMA", "GET", LOCATIONS.replace("2.3.0", "2.2.1"), to="NL-ABC")
    assert (told.http, told.body, told.headers["x-total-count"]) == (200, body, "1")
    (leg,) = onward(own, told)
    for exchange in (leg.exchange, told.exchange):
        assert [(hint.rule, hint.path) for hint in hints(own, exchange) if hint.path[:1] == "$"] == [
            ("envelope-field", path)
        ]
    assert own.recorder.errors["NL-ABC"]["envelope-field"] == 2, "once on each leg"
    assert HUB not in own.recorder.errors


@pytest.mark.parametrize(
    "body", [{"status_code": "1000"}, {"data": []}, [], DEEP], ids=["text", "none", "list", "deep"]
)
def test_what_has_no_status_code_is_no_answer_between_equal_versions_either(own: OpenTown, body: object) -> None:
    answered(own, "NL-ABC", body)
    told = say(own, "NL-EMA", "GET", LOCATIONS.replace("2.3.0", "2.2.1"), to="NL-ABC")
    assert (told.http, told.status) == (200, 4000)
    (leg,) = onward(own, told)
    assert ("no-envelope", "$") in [(hint.rule, hint.path) for hint in hints(own, leg.exchange)]
    assert HUB not in own.recorder.errors
