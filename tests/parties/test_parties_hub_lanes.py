"""Who is slow to answer holds up nobody but itself, and whoever waits for it is answered in time.

NL-EMA is slow; in a town with a second hub it is there, and NL-FAR with it.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from parties_hub import HUB, RECEIVER, ask, heard, hub_town, square
from run_town import MIN, OpenTown, S

from simulator.engine.exchange import Exchange
from simulator.engine.node import Handling, Inbound

CPO, EMSP, FAR = "NL-ABC", "NL-EMA", "NL-FAR"
STATUSES = ("CHARGING", "BLOCKED", "RESERVED", "INOPERATIVE", "AVAILABLE", "OUTOFORDER")
FAR_HUB = "  NL-HU2: {role: hub, name: Far Hub}\n  NL-FAR: {role: emsp, name: Far Mobility}\n  NL-EMA: {"
LINES = "".join(f"  - {{between: [NL-HU2, {each}], latency: 50 ms, timeout: 30 s}}\n" for each in (HUB, FAR))


def with_far_hub(text: str) -> str:
    text = text.replace("  NL-EMA: {", FAR_HUB).replace("connections:\n", "connections:\n" + LINES)
    return text.replace("[NL-EMA, NL-HUB]", "[NL-EMA, NL-HU2]")


@pytest.fixture
def far(tmp_path: Path) -> Iterator[OpenTown]:
    with hub_town(tmp_path, "memory", with_far_hub) as town:
        town.run_for(MIN)
        yield town


def hears(town: OpenTown, party: str, wait_us: int = 0) -> list[tuple[int, str]]:
    """When a party hears of which status of an EVSE from now on; it answers a PATCH only after a while."""
    heard: list[tuple[int, str]] = []
    answer, since_us = town.world.party(party).office.node.server, town.now_us

    def late(inbound: Inbound) -> Handling:
        yield town.kernel.env.timeout(wait_us)
        return answer(inbound)  # type: ignore[return-value]

    def server(inbound: Inbound) -> object:
        if inbound.request.method != "PATCH":
            return answer(inbound)
        heard.append(((town.now_us - since_us) // S, json.loads(inbound.request.body).get("status", "")))
        return late(inbound)

    town.server(party, server)  # type: ignore[arg-type]
    return heard


def patch(town: OpenTown, number: int, to: str = HUB) -> Exchange:
    """The CPO tells one or all of the next status of an EVSE."""
    url = f"{RECEIVER}/locations/NL/ABC/{square(town)['id']}/NL-ABC-E0001"
    body = {"status": STATUSES[number], "last_updated": f"2026-05-04T05:{number:02}:00Z"}
    return ask(town, CPO, "PATCH", url, body, to=to)


def test_one_behind_another_hub_holds_up_nobody_else_there(far: OpenTown) -> None:
    slow, other = hears(far, EMSP, 12 * S), hears(far, FAR)
    for number in range(2):
        patch(far, number, EMSP)
        far.run_for(S)
    assert heard(far, patch(far, 2)).status == 1000
    far.run_for(S)
    assert [status for _, status in other] == ["RESERVED"]
    far.run_for(MIN)
    assert [status for _, status in slow] == ["CHARGING", "BLOCKED", "RESERVED"], "each after the one before"


@pytest.fixture
def near(tmp_path: Path) -> Iterator[OpenTown]:
    with hub_town(tmp_path, "memory") as town:
        yield town


def test_what_waits_too_long_is_answered_in_time_and_does_not_arrive_later(near: OpenTown) -> None:
    slow = hears(near, EMSP, 9 * S)
    for number in range(5):
        assert heard(near, patch(near, number)).status == 1000
    asked = patch(near, 5, EMSP)
    told = heard(near, asked)
    assert (told.status, asked.end_us - asked.start_us) == (4002, 20 * S + 100_000)
    near.run_for(MIN)
    assert [status for _, status in slow] == list(STATUSES[:5])


def test_what_has_waited_is_given_the_time_that_is_left(near: OpenTown) -> None:
    slow = hears(near, EMSP, 12 * S)
    asked = [patch(near, number, EMSP) for number in range(3)]
    assert [heard(near, each).status for each in asked] == [1000, 4002, 4002]
    assert [each.end_us - asked[0].start_us for each in asked[1:]] == [20 * S + 100_000] * 2
    near.run_for(MIN)
    assert [status for _, status in slow] == list(STATUSES[:2])


def test_what_waits_for_one_that_does_not_answer_at_all_is_not_sent_with_no_time_left(near: OpenTown) -> None:
    slow = hears(near, EMSP, MIN)
    asked = [patch(near, number, EMSP) for number in range(2)]
    assert [heard(near, each).status for each in asked] == [4002, 4002]
    near.run_for(MIN)
    assert [status for _, status in slow] == list(STATUSES[:1])
