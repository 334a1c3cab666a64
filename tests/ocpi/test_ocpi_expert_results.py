"""Whether the result of a command or of a charging profile comes in time, once, and only if it was promised."""

import json

import pytest
from expert_seen import BACK, IDS, JSON, ROUTING, SOUND, body, lost, refused, rules, token
from msgspec.structs import replace

from simulator.ocpi.expert import Expert, Seen

BACK_URL = "http://nl-abc.ocpi.test/ocpi/sender/2.2.1/commands/START_SESSION/1"
S = 1_000_000


def asked(result: str = "ACCEPTED", timeout: object = 30, at_s: int = 0, status: int = 1000, **how: str) -> Seen:
    """NL-ABC, whatever its role, sends a command that is answered after a second."""
    said = {"result": result} | ({"timeout": timeout} if timeout is not None else {})
    return replace(
        SOUND,
        start_us=at_s * S,
        end_us=(at_s + 1) * S,
        method="POST",
        module="commands",
        route="commands.receiver.post_reserve_now",
        url="http://nl-ema.ocpi.test/ocpi/receiver/2.2.1/commands/RESERVE_NOW",
        request_body=json.dumps({"response_url": how.get("url", BACK_URL)}).encode(),
        response_body=body(said, status),
    )


def told(at_s: float, result: str = "ACCEPTED", sender: str = "NL-EMA", url: str = BACK_URL) -> Seen:
    return replace(
        SOUND,
        sender=sender,
        receiver="NL-ABC",
        start_us=int(at_s * S),
        end_us=int(at_s * S) + 1,
        method="POST",
        module="commands",
        route="commands.sender.post_result",
        url=url,
        request_headers={**token("a-token-of-ours"), **IDS, **BACK, **JSON},
        request_body=json.dumps({"result": result}).encode(),
        response_headers={**IDS, **ROUTING, **JSON},
    )


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ([asked(), told(31)], []),
        ([asked(), told(31.1)], ["result-late"]),
        ([asked(), told(31.1, "FAILED")], ["result-late"]),
        ([asked(timeout=None), told(999)], []),
        ([asked("REJECTED"), told(3)], ["result-unasked"]),
        ([asked(status=2003), told(3)], ["result-unasked"]),
        ([asked(), told(3), told(4)], ["result-again"]),
        ([asked(), told(3), told(3)], []),
        ([asked(), refused(told(3)), lost(told(4)), told(5)], []),
        ([asked(), told(3), told(4), told(5)], ["result-again"] * 2),
        ([asked(), told(3), told(999, "CANCELED_RESERVATION")], []),
        ([asked(), told(3), asked(at_s=10), told(13)], []),
        ([asked(url="http://nl-abc.ocpi.test/other"), told(999)], []),
        ([asked(), told(999, sender="NL-XYZ")], []),
        ([told(3)], []),
        ([asked(timeout=0)], ["result-timeout"]),
        ([asked("REJECTED", timeout=0)], []),
    ],
)
def test_a_result_comes_as_it_was_promised(seen: list[Seen], expected: list[str]) -> None:
    assert [rule for rule in rules(*seen) if rule != "command-answer"] == expected


def test_how_late_a_result_is_stands_in_the_remark() -> None:
    expert = Expert()
    expert.look(asked())
    (finding,) = expert.look(told(45.5, "FAILED"))
    assert (finding.severity, finding.path, finding.section) == ("warning", "$.result", "OCPI 2.2.1 commands, Flow")
    assert (finding.found, finding.expected[:37]) == (
        "FAILED 44.5 s after the answer",
        "a result within its timeout, 30 s, af",
    )


def test_a_wish_for_a_charging_profile_has_its_response_url_in_the_query() -> None:
    back = "http://nl-abc.ocpi.test/ocpi/sender/2.2.1/chargingprofiles/clear_profile/1"
    wish = replace(
        asked(),
        method="DELETE",
        module="chargingprofiles",
        route="chargingprofiles.receiver.delete_charging_profile",
        url=f"http://nl-ema.ocpi.test/ocpi/receiver/2.2.1/chargingprofiles/S1?response_url={back}",
        request_body=b"",
    )
    result = replace(
        told(40, url=back), module="chargingprofiles", route="chargingprofiles.sender.post_clear_profile_result"
    )
    assert rules(wish, result) == ["result-late"]
    assert rules(wish, replace(result, start_us=30 * S)) == []


def test_what_cannot_be_read_promises_nothing() -> None:
    torn = replace(asked(), request_body=b"{", response_body=body(7))
    assert "result-late" not in rules(torn, told(999))
