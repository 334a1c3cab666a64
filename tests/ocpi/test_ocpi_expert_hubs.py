"""What goes through a hub: whether it may go that way, and whether the hub passes on what it got."""

import json
from typing import Any

import pytest
from expert_legs import Leg, recorded, remarks
from expert_seen import IDS, JSON, PAGE, SOUND, body, rules, token
from msgspec.structs import replace

from simulator.ocpi.expert import Expert, Seen

HUB = "NL-HUB"
AS_HUB = {"token": "token-c", "roles": [{"country_code": "NL", "party_id": "HUB", "role": "HUB"}]}
AS_BOTH = {"token": "token-c", "roles": [*AS_HUB["roles"], {"country_code": "NL", "party_id": "HUB", "role": "EMSP"}]}
OF_2_3_0 = {
    "token": "token-c",
    "hub_party_id": "NLHUB",
    "roles": [{"country_code": "NL", "party_id": "EMA", "role": "EMSP"}],
}


def registered(credentials: dict[str, Any]) -> Seen:
    """NL-ABC with the hub."""
    return replace(
        SOUND,
        receiver=HUB,
        start_us=-9,
        end_us=-8,
        method="POST",
        url="http://nl-hub.ocpi.test/ocpi/2.2.1/credentials",
        module="credentials",
        route="credentials.post",
        request_headers={**token("token-a-of-people"), **IDS, **JSON},
        response_headers={**IDS, **JSON},
        request_body=b'{"token": "token-b", "roles": [{"country_code": "NL", "party_id": "ABC", "role": "CPO"}]}',
        response_body=body(credentials),
    )


def push(to: str, module: str = "sessions", route: str = "sessions.receiver.put_session", method: str = "PUT") -> Seen:
    """NL-ABC sends to the hub what is for a party, or for nobody that it names."""
    asked = {**SOUND.request_headers, **token("token-c"), "ocpi-to-party-id": to}
    back = {**SOUND.response_headers, "ocpi-from-party-id": to}
    if not to:
        asked = {name: value for name, value in asked.items() if not name.startswith("ocpi-to")}
    return replace(
        SOUND, receiver=HUB, method=method, module=module, route=route, request_headers=asked, response_headers=back
    )


def pull(to: str, module: str = "tariffs") -> Seen:
    seen = push(to, module, f"{module}.sender.get_list", "GET")
    return replace(seen, request_body=b"", response_body=body([]), response_headers={**PAGE, **seen.response_headers})


def ways(*seen: Seen) -> list[str]:
    return [rule for rule in rules(*seen) if rule in ("broadcast", "open-routing")]


LOCATION = ("locations", "locations.receiver.put_location")


@pytest.mark.parametrize("hub", [AS_HUB, OF_2_3_0], ids=["role", "hub_party_id"])
@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (push("EMA"), []),
        (push("HUB"), ["broadcast"]),
        (push("hub"), ["broadcast"]),
        (push("HUB", "cdrs", "cdrs.receiver.post_cdr", "POST"), ["broadcast"]),
        (push("HUB", *LOCATION), []),
        (push("", *LOCATION), []),
        (push(""), []),
        (push("HUB", "sessions", "sessions.sender.put_charging_preferences"), []),
        (pull("EMA"), []),
        (pull("HUB"), []),
        (pull(""), ["open-routing"]),
        (pull("", "hubclientinfo"), []),
        (push("HUB", route="sessions.receiver.get_session", method="GET"), []),
    ],
)
def test_a_hub_is_asked_for_what_it_may_do(hub: dict[str, Any], seen: Seen, expected: list[str]) -> None:
    assert ways(registered(hub), seen) == expected


def test_only_a_hub_that_is_nothing_else_is_not_a_party_to_send_to() -> None:
    assert ways(registered(AS_BOTH), push("HUB")) == []
    assert ways(push("HUB")) == [], "nobody has said that it is a hub"
    old = replace(push("HUB"), version="2.1.1")
    assert ways(registered(AS_HUB), old) == [], "2.1.1 has no headers to say so"


# Two legs


def leg(exchange: int, cause: int, request_id: str = "", at: str = "2026-05-04T06:00:00Z", **changes: Any) -> Leg:
    """A push by a CPO to the hub, or with a cause the hub's to an eMSP."""
    seen = replace(SOUND, request_body=json.dumps({"last_updated": at}).encode(), **changes)
    ends = {"sender": HUB, "receiver": "NL-EMA"} if cause else {"receiver": HUB}
    return recorded(replace(seen, **ends), exchange, cause, request_id)


def told(*legs: Leg) -> list[tuple[str, str, str]]:
    """What is remarked on the two, each time after the party whose doing it is."""
    expert = Expert()
    found = [each for each in remarks(expert, *legs) if each.rule in ("request-id-kept", "last-updated-touched")]
    whose = {rule: party for party, by_rule in expert.errors.items() for rule in by_rule}
    return [(whose[each.rule], each.rule, each.path) for each in found]


KEPT = (HUB, "request-id-kept", "X-Request-ID")
TOUCHED = (HUB, "last-updated-touched", "$.last_updated")
LATER = "2026-05-04T06:00:01Z"
WHOLE: dict[str, Any] = {"module": "locations", "route": "locations.receiver.put_location"}
PART: dict[str, Any] = {"module": "locations", "route": "locations.receiver.put_evse"}
CHANGE: dict[str, Any] = {"module": "locations", "route": "locations.receiver.patch_location", "method": "PATCH"}


@pytest.mark.parametrize(
    ("legs", "expected"),
    [
        ([leg(2, 1), leg(1, 0)], []),
        ([leg(2, 1, "r1"), leg(1, 0)], [KEPT]),
        ([leg(1, 0), leg(2, 1, "r1"), leg(3, 1, "r1")], [KEPT] * 2),
        ([leg(2, 1, "r1"), leg(3, 1, "r1"), leg(1, 0)], [KEPT] * 2),
        ([leg(2, 1, at=LATER), leg(1, 0)], [TOUCHED]),
        ([leg(1, 0, at=LATER), leg(2, 1)], [TOUCHED]),
        ([leg(1, 0), leg(2, 1, at="2026-05-04T06:00:00.000")], []),
        ([leg(1, 0), leg(2, 1, at="")], []),
        ([leg(1, 0), leg(2, 9, "r1", at=LATER)], []),
        ([leg(1, 0, "none"), leg(2, 1, "none", at=LATER)], []),
        ([leg(1, 0, **PART), leg(2, 1, at=LATER, **WHOLE)], []),
        ([leg(1, 0, at=LATER, **PART), leg(2, 1, **WHOLE)], []),
        ([leg(1, 0, **CHANGE), leg(2, 1, at=LATER, **WHOLE)], []),
        ([leg(1, 0, at=LATER, **CHANGE), leg(2, 1, **WHOLE)], [TOUCHED]),
        ([leg(1, 0, **CHANGE), leg(2, 1, at=LATER, **CHANGE)], [TOUCHED]),
    ],
    ids=[
        *("sound", "id", "to two", "to two first", "time", "earlier", "written so", "unsaid", "of another", "2.1.1"),
        *("Location for EVSE", "of an earlier time", "whole for part", "whole without the part", "part for part"),
    ],
)
def test_a_hub_passes_on_what_it_got(legs: list[Any], expected: list[tuple[str, str, str]]) -> None:
    assert told(*legs) == expected


# Who is there


def told_of(status: str, at_us: int = 5, at: str = "2026-05-04T06:00:00Z", **changes: Any) -> Seen:
    """The hub tells NL-ABC how NL-EMA stands."""
    info = {"country_code": "NL", "party_id": "ema", "role": "EMSP", "status": status, "last_updated": at}
    told = replace(
        SOUND,
        sender=HUB,
        receiver="NL-ABC",
        start_us=at_us - 1,
        end_us=at_us,
        url="http://nl-abc.ocpi.test/ocpi/receiver/2.2.1/hubclientinfo/NL/EMA",
        module="hubclientinfo",
        route="hubclientinfo.receiver.put_client_info",
        request_headers={**token("token-b"), **IDS, **JSON},
        request_body=json.dumps(info).encode(),
        response_headers={**IDS, **JSON},
    )
    return replace(told, **changes)


def listed(*statuses: str) -> Seen:
    """NL-ABC reads how NL-EMA stands."""
    infos = [json.loads(told_of(status).request_body) for status in statuses]
    way = {"sender": "NL-ABC", "receiver": HUB, "method": "GET", "route": "hubclientinfo.sender.get_list"}
    return told_of("", **way, request_body=b"", response_body=body(infos))


def sent(to: str = "EMA", at_us: int = 9, status: int = 4003) -> Seen:
    return replace(push(to), start_us=at_us, response_body=body(status=status))


UNTAKEN = {"http_status": None, "response_headers": {}, "response_body": b""}


@pytest.mark.parametrize("hub", [AS_HUB, OF_2_3_0], ids=["role", "hub_party_id"])
@pytest.mark.parametrize(
    ("before", "request_sent", "count"),
    [
        ([told_of("OFFLINE")], sent(), 1),
        ([told_of("SUSPENDED")], sent(), 1),
        ([told_of("PLANNED")], sent(), 1),
        ([told_of("CONNECTED")], sent(), 0),
        ([], sent(), 0),
        ([listed("OFFLINE")], sent(), 1),
        ([listed("CONNECTED")], sent(), 0),
        ([told_of("OFFLINE")], sent("emb"), 0),
        ([told_of("OFFLINE")], sent(""), 0),
        ([told_of("OFFLINE")], sent(at_us=5), 0),
        ([told_of("OFFLINE")], sent(status=1000), 0),
        ([told_of("OFFLINE")], sent(status=2001), 0),
        ([told_of("OFFLINE", receiver="NL-XYZ")], sent(), 0),
        ([told_of("OFFLINE", sender="NL-BUH")], sent(), 0),
        ([told_of("OFFLINE", **UNTAKEN)], sent(), 0),
        ([told_of("OFFLINE"), told_of("CONNECTED", 6)], sent(), 0),
        ([told_of("OFFLINE"), told_of("CONNECTED", 6, **UNTAKEN)], sent(), 0),
        ([told_of("CONNECTED"), told_of("OFFLINE", 6, "2026-05-04T05:00:00Z")], sent(), 0),
    ],
)
def test_nothing_is_sent_to_who_is_not_there(
    hub: dict[str, Any], before: list[Seen], request_sent: Seen, count: int
) -> None:
    assert rules(registered(hub), *before, request_sent).count("not-connected") == count


def test_who_is_not_there_is_named_with_how_it_stands() -> None:
    expert = Expert()
    expert.look(told_of("SUSPENDED"))
    (finding,) = expert.look(sent())
    assert (finding.severity, finding.path) == ("warning", "OCPI-to-party-id")
    assert finding.found == "a request to NL-EMA"
    assert finding.expected == "none, for NL-HUB has told that it is SUSPENDED"
