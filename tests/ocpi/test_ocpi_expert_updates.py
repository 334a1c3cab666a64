"""What becomes of objects from push to push: their time runs forward, and what was removed or has ended stays so."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from expert_seen import JSON, NOT_TAKEN, SOUND, rules
from msgspec.structs import replace

from simulator.ocpi.expert import Expert, Seen
from simulator.ocpi.expert.memory import _REMEMBERED, Memory

HOST = "http://nl-ema.ocpi.test/ocpi/receiver/2.2.1"


def push(route: str, path: str, tree: dict[str, Any], at_s: int, version: str = "2.2.1") -> Seen:
    method = route.partition("_")[0].upper()
    module = path.partition("/")[0]
    seen = replace(
        SOUND,
        start_us=at_s * 1_000_000,
        end_us=at_s * 1_000_000 + 80_000,
        method=method,
        module=module,
        route=f"{module}.receiver.{route}",
        url=f"{HOST}/{path}",
        request_body=json.dumps(tree).encode(),
    )
    if version == "2.1.1":
        plain = {"authorization": "Token a-token-of-ours", **JSON}
        return replace(seen, version=version, request_headers=plain, response_headers=JSON)
    return seen


BEHIND_HUB = {**SOUND.request_headers, "ocpi-to-party-id": "EMB"}
FROM_BEHIND = {**SOUND.response_headers, "ocpi-from-party-id": "EMB"}


def minute(number: int) -> str:
    return f"2026-05-04T06:{number:02}:00Z"


def tariff(at_s: int, number: int, path: str = "tariffs/NL/ABC/T1") -> Seen:
    return push("put_tariff", path, {"last_updated": minute(number)}, at_s)


@pytest.mark.parametrize(
    ("pushes", "expected"),
    [
        ([tariff(0, 1), tariff(60, 2)], []),
        ([tariff(0, 2), tariff(60, 2)], []),
        ([tariff(0, 2), tariff(60, 1)], ["last-updated-back"]),
        ([tariff(0, 2), tariff(60, 1), tariff(90, 1), tariff(99, 2)], ["last-updated-back"] * 2),
        ([tariff(0, 2), tariff(60, 1, "tariffs/NL/ABC/T2")], []),
        ([tariff(0, 2), tariff(60, 1, "tariffs/nl/abc/t1")], ["last-updated-back"]),
        ([tariff(60, 2), tariff(0, 1)], []),
        ([tariff(0, 2), replace(tariff(60, 1), receiver="NL-EMB")], []),
        ([tariff(0, 2), replace(tariff(60, 1), request_headers=BEHIND_HUB, response_headers=FROM_BEHIND)], []),
    ],
    ids=[
        "on",
        "again",
        "back",
        "still back",
        "another",
        "the same id",
        "overtaken on its way",
        "to another",
        "behind one hub",
    ],
)
def test_the_time_of_an_object_runs_forward(pushes: list[Seen], expected: list[str]) -> None:
    assert rules(*pushes) == expected


def test_a_time_that_runs_backward_is_told_with_the_one_before() -> None:
    expert = Expert()
    expert.look(tariff(0, 2))
    (finding,) = expert.look(tariff(60, 1))
    assert (finding.severity, finding.path, finding.section) == (
        "warning",
        "$.last_updated",
        "OCPI 2.2.1 tariffs, Tariff",
    )
    assert minute(2) in finding.expected


# EVSEs


def evse(at_s: int, status: str, uid: str = "E1") -> Seen:
    tree = {"status": status, "last_updated": minute(at_s // 60)}
    return push("patch_evse", f"locations/NL/ABC/L1/{uid}", tree, at_s)


def location(at_s: int, status: str, uid: str = "E1") -> Seen:
    tree = {"evses": [{"uid": "E0", "status": "AVAILABLE"}, {"uid": uid, "status": status}]}
    return push("patch_location", "locations/NL/ABC/L1", {**tree, "last_updated": minute(at_s // 60)}, at_s)


@pytest.mark.parametrize(
    ("pushes", "expected"),
    [
        ([evse(0, "AVAILABLE"), evse(60, "REMOVED")], []),
        ([evse(0, "REMOVED"), evse(60, "REMOVED")], []),
        ([evse(0, "REMOVED"), evse(60, "AVAILABLE")], ["removed-revived"]),
        ([evse(0, "REMOVED"), evse(60, "AVAILABLE"), evse(90, "CHARGING")], ["removed-revived"]),
        ([evse(0, "REMOVED"), evse(60, "AVAILABLE", "E2")], []),
        ([evse(60, "REMOVED"), evse(0, "AVAILABLE")], []),
        ([location(0, "REMOVED"), evse(60, "AVAILABLE", "e1")], ["removed-revived"]),
        ([evse(0, "REMOVED"), location(60, "BLOCKED")], ["removed-revived"]),
        ([evse(0, "REMOVED", "E%201"), location(60, "BLOCKED", "E 1")], ["removed-revived"]),
        ([evse(0, "REMOVED"), location(60, "BLOCKED", "E2")], []),
    ],
)
def test_an_evse_that_was_removed_stays_so(pushes: list[Seen], expected: list[str]) -> None:
    assert rules(*pushes) == expected


def test_a_removed_evse_that_is_there_again_is_told_with_its_place() -> None:
    expert = Expert()
    expert.look(evse(0, "REMOVED"))
    (finding,) = expert.look(location(60, "BLOCKED"))
    assert (finding.path, finding.found) == ("$.evses[1].status", "BLOCKED")


# Sessions


def put(at_s: int, version: str = "2.2.1", **changes: Any) -> Seen:
    start = "start_datetime" if version == "2.1.1" else "start_date_time"
    tree = {"status": "ACTIVE", "kwh": 1.5, start: minute(0), "last_updated": minute(at_s // 60)}
    return push("put_session", "sessions/NL/ABC/1", {**tree, **changes}, at_s, version)


def patch(at_s: int, version: str = "2.2.1", **changes: Any) -> Seen:
    changes = {"last_updated": minute(at_s // 60), **changes}
    return push("patch_session", "sessions/NL/ABC/1", changes, at_s, version)


def period(number: int) -> dict[str, Any]:
    return {"start_date_time": minute(number), "dimensions": [{"type": "ENERGY", "volume": 1}]}


END = {"status": "COMPLETED", "end_date_time": minute(2)}


@pytest.mark.parametrize(
    ("pushes", "expected"),
    [
        ([put(0, status="PENDING"), patch(60, status="ACTIVE"), patch(120, **END)], []),
        ([put(0), patch(120, **END), put(180, **END, last_updated=minute(2))], []),
        ([put(0), patch(120, **END), patch(180, total_cost={"excl_vat": 2})], ["session-ended"]),
        ([put(0), patch(120, **END), patch(180, status="ACTIVE")], ["session-ended"]),
        ([put(0), patch(120, **END), patch(180, status="ACTIVE", last_updated=minute(2))], []),
        ([put(0), patch(120, **END), patch(180, status="ACTIVE", last_updated=minute(1))], ["last-updated-back"]),
        ([put(120), put(180, last_updated=minute(1)), patch(240, last_updated=minute(1))], ["last-updated-back"] * 2),
        ([put(0, status="INVALID"), put(60)], ["session-ended"]),
        ([put(0), patch(60, status="PENDING")], ["session-status"]),
        ([put(0), put(60, status="RESERVATION")], ["session-status"]),
        ([patch(60, status="ACTIVE"), put(0, status="PENDING")], []),
    ],
)
def test_a_session_begins_and_ends_once(pushes: list[Seen], expected: list[str]) -> None:
    assert rules(*pushes) == expected


@pytest.mark.parametrize(
    ("pushes", "expected"),
    [
        ([put(0), patch(60, kwh=1.5), patch(120, kwh=2)], []),
        ([put(0), patch(60, kwh=1.4)], ["energy-falls"]),
        ([put(0), patch(60, kwh="NaN")], []),
        ([put(120), patch(180, kwh=1.4, last_updated=minute(1))], ["last-updated-back"]),
        ([put(0), put(60, kwh=1.4)], []),
        ([put(0), patch(60, kwh=3), patch(120, last_updated=minute(2)), patch(180, kwh=2)], ["energy-falls"]),
        ([patch(60, kwh=-1)], ["negative"]),
        ([put(-60, kwh=2, last_updated=minute(0)), patch(60, kwh=1)], ["energy-falls"]),
        ([patch(60, kwh=2), patch(0, kwh=1, last_updated=minute(1))], []),
    ],
)
def test_the_energy_of_a_session_grows(pushes: list[Seen], expected: list[str]) -> None:
    assert rules(*pushes) == expected


@pytest.mark.parametrize("version", ["2.1.1", "2.2.1"])
def test_the_currency_of_a_session_stays(version: str) -> None:
    begun = put(0, version, currency="EUR")
    assert rules(begun, patch(60, version, kwh=2), patch(120, version, currency="eur")) == []
    assert rules(begun, patch(60, version, kwh=2), patch(120, version, currency="USD")) == ["session-currency"]
    assert rules(begun, put(60, version, currency="USD")) == ["session-currency"]
    assert rules(put(0, version), patch(60, version, currency="USD")) == []


@pytest.mark.parametrize(("version", "name"), [("2.1.1", "start_datetime"), ("2.2.1", "start_date_time")])
def test_a_patch_moves_no_session_to_before_there_was_roaming(version: str, name: str) -> None:
    expert = Expert()
    assert expert.look(put(0, version)) + expert.look(patch(60, version, **{name: minute(1)})) == []
    (finding,) = expert.look(patch(120, version, **{name: "1970-01-01T00:00:00Z"}))
    assert (finding.rule, finding.severity, finding.path) == ("instant-too-old", "warning", f"$.{name}")


@pytest.mark.parametrize("version", ["2.1.1", "2.2.1"])
def test_a_patch_that_ends_a_session_says_when(version: str) -> None:
    end = "end_datetime" if version == "2.1.1" else "end_date_time"
    done = {"status": "COMPLETED"}

    def after_start(**changes: Any) -> list[str]:
        return rules(put(60, version, **{end.replace("end", "start"): minute(1)}), patch(120, version, **changes))

    assert after_start(**done, **{end: minute(1)}) == []
    assert after_start(**done) == ["session-end"]
    assert after_start(**done, **{end: minute(0)}) == ["period-order"]
    assert rules(put(0, version), patch(60, version, **{end: minute(1)}), patch(120, version, **done)) == []
    # Of what nobody has told before, it may have been said.
    assert rules(patch(120, version, **done)) == []


@pytest.mark.parametrize(
    ("pushes", "expected"),
    [
        ([put(0, charging_periods=[period(0)]), patch(60, charging_periods=[period(1)])], []),
        (
            [put(0, charging_periods=[period(0)]), patch(60, charging_periods=[period(0), period(1)])],
            ["periods-told-again"],
        ),
        (
            [put(0), patch(60, charging_periods=[period(1)]), patch(120, charging_periods=[period(1)])],
            ["periods-told-again"],
        ),
        (
            [put(0, charging_periods=[period(0), period(1)]), patch(60, charging_periods=[period(1)])],
            ["periods-told-again"],
        ),
        ([put(0, charging_periods=[period(0)]), put(60, charging_periods=[period(0), period(1)])], []),
        ([put(0, charging_periods=[period(5)]), put(60), patch(120, charging_periods=[period(1)])], []),
        ([put(0, charging_periods=[period(0)]), patch(60, charging_periods=[])], []),
        ([patch(60, charging_periods=[period(0)]), patch(60, charging_periods=[period(0)])], []),
        (
            [
                put(0, "2.1.1", charging_periods=[period(0)]),
                patch(60, "2.1.1", charging_periods=[period(0), period(1)]),
            ],
            [],
        ),
    ],
    ids=["new", "all", "last", "last of several", "put", "put without", "none", "delivered twice", "2.1.1"],
)
def test_a_patch_has_new_periods_only(pushes: list[Seen], expected: list[str]) -> None:
    assert rules(*pushes) == expected


@NOT_TAKEN
def test_a_push_that_was_not_taken_may_be_followed_by_a_better_one(not_taken: Callable[[Seen], Seen]) -> None:
    begun, end = put(0), patch(60, charging_periods=[period(1)], **END)
    again = patch(120, charging_periods=[period(1)], **END)
    assert rules(begun, end, again) == ["session-ended", "periods-told-again"]
    assert rules(begun, not_taken(end), again) == []
    assert rules(not_taken(tariff(0, 2)), tariff(60, 1)) == []
    assert rules(not_taken(evse(0, "REMOVED")), evse(60, "AVAILABLE")) == []
    revived = not_taken(evse(60, "AVAILABLE"))
    assert rules(evse(0, "REMOVED"), revived, evse(120, "AVAILABLE")) == ["removed-revived"] * 2


def test_what_cannot_be_read_is_for_others_to_remark_on() -> None:
    torn = [
        replace(each, request_body=b'{"last_updated": 7, "kwh": "') for each in (put(60), patch(120), evse(180, "X"))
    ]
    assert rules(put(0), *torn) == []


def test_memory_has_an_end_of_space() -> None:
    memory: Memory[int, int] = Memory()
    for number in range(_REMEMBERED):
        memory[number] = number
    memory[0] = 7
    memory[-1] = -1
    assert len(memory) == _REMEMBERED
    assert (memory[0], memory[-1], memory.get(1)) == (7, -1, None)
