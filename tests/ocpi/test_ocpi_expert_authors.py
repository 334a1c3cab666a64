"""Whose doing an error is that several legs of one way have, in whatever order they come to be looked at."""

import json
from typing import Any

import pytest
from expert_legs import Leg, recorded, remarks
from expert_seen import A_LIST, PAGE, SOUND, body
from msgspec.structs import replace

from simulator.ocpi.expert import Expert

WAY = ("NL-ABC", "NL-HUB", "BE-HUB", "NL-EMA")
"""From the CPO over two hubs to the eMSP."""
CPO, HUB, OTHER, EMSP = WAY
CREDIT = {"country_code": "NL", "party_id": "ABC", "credit": True, "credit_reference_id": "C1"}


def leg(hop: int, round: int, change: dict[str, Any] | None = None, **changes: Any) -> Leg:
    """A CDR on its way: how many hops it has behind it; each round is another CDR that takes back the same one."""
    exchange = 10 * round + hop
    seen = replace(
        SOUND,
        sender=WAY[hop],
        receiver=WAY[hop + 1],
        start_us=exchange,
        method="POST",
        module="cdrs",
        route="cdrs.receiver.post_cdr",
        request_body=json.dumps(CREDIT | {"id": f"C{round}"} | (change or {})).encode(),
        **changes,
    )
    return recorded(seen, exchange, exchange - 1 if hop else 0)


def blamed(*legs: Leg, rule: str = "credit-twice") -> dict[str, int]:
    """How many errors of this rule each has made."""
    expert = Expert()
    remarks(expert, *legs)
    return {party: by_rule[rule] for party, by_rule in expert.errors.items() if rule in by_rule}


TWICE = (2, 3)


@pytest.mark.parametrize(
    ("hops", "expected"),
    [
        ((1, 0), {CPO: 2}),
        ((0, 1), {CPO: 2}),
        ((2, 1, 0), {CPO: 3}),
        ((1, 2, 0), {CPO: 3}),
        ((1, 0, 2), {CPO: 3}),
        ((0, 1, 2), {CPO: 3}),
        ((2, 1), {HUB: 2}),
        ((2, 0), {OTHER: 1, CPO: 1}),
    ],
    ids=["addressed", "broadcast", "two hubs", "late", "last", "two hubs at leisure", "no first leg", "no second"],
)
def test_a_hub_is_not_to_blame_for_what_the_leg_before_shows_too(
    hops: tuple[int, ...], expected: dict[str, int]
) -> None:
    assert blamed(*(leg(hop, round) for round in TWICE for hop in hops)) == expected


def test_until_the_leg_before_is_there_the_hub_is_to_blame() -> None:
    ways = [leg(hop, round) for round in TWICE for hop in (1, 0)]
    assert blamed(*ways[:-1]) == {HUB: 1}
    assert blamed(*ways) == {CPO: 2}


def test_a_hub_is_to_blame_for_what_it_makes_of_a_sound_message() -> None:
    """The CPO has named another CDR, which nobody has taken back."""
    sound = leg(0, 3, {"credit_reference_id": "C9"})
    assert blamed(leg(1, 2), leg(0, 2), leg(1, 3), sound) == {HUB: 1}
    assert blamed(leg(1, 2), leg(0, 2), sound, leg(1, 3)) == {HUB: 1}


@pytest.mark.parametrize("hops", [(0, 1), (1, 0)])
@pytest.mark.parametrize(
    ("version", "name", "expected"),
    [("2.2.1", "excl_vat", {CPO: 2}), ("2.3.0", "before_taxes", {CPO: 2}), ("2.2.1", "before_taxes", {CPO: 1, HUB: 1})],
    ids=["the same", "a translation", "another place"],
)
def test_what_a_translation_names_otherwise_is_the_same(
    hops: tuple[int, ...], version: str, name: str, expected: dict[str, int]
) -> None:
    def told(round: int, hop: int, price: int) -> Leg:
        cdr = {"id": "C1", "credit": False} if price > 0 else {}
        told_of = {"version": version} if hop else {}
        return leg(hop, round, {**cdr, "total_cost": {name if hop else "excl_vat": price}}, **told_of)

    ways = [told(round, hop, price) for round, price in ((1, 3), (2, -2)) for hop in hops]
    assert blamed(*ways, rule="credit-differs") == expected


@pytest.mark.parametrize(("link", "expected"), [({"link": "2"}, {CPO: 1}), ({}, {CPO: 2}), ({"none": "1"}, {HUB: 1})])
def test_an_answer_that_a_hub_makes_of_an_odd_one_is_not_its_doing(
    link: dict[str, str], expected: dict[str, int]
) -> None:
    """A Link that cannot be read is odd; the hub, which cannot pass it on, leaves out what has to be there."""
    url = "http://nl-hub.ocpi.test/ocpi/sender/2.2.1/cdrs"
    page = replace(A_LIST, module="cdrs", route="cdrs.sender.get_list", url=url, response_body=body([{"id": "1"}]))
    short, whole = {**PAGE, "x-total-count": "2"}, {**PAGE, "x-total-count": "1"}
    theirs = whole if "none" in link else {**short, **link}
    onward = replace(page, sender=HUB, receiver=CPO, response_headers=theirs)
    answer = replace(page, sender=EMSP, receiver=HUB, response_headers=short)
    assert blamed(recorded(onward, 2, 1), recorded(answer, 1, 0), rule="link-header") == expected
