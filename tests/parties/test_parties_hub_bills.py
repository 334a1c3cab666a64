"""A Session is billed once to a payer of 2.1.1 behind a hub, who could not be told that a bill is taken back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from parties_hub import RECEIVER, hub_town, onward, say
from parties_objects import Json, cdr, cdr_token
from run_town import OpenTown, Told, json_answer
from test_parties_hub_cards import OLD, old


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[OpenTown]:
    with hub_town(tmp_path, "memory") as town:
        yield town


def bill(desk: OpenTown, id: str, session_id: str, **changes: object) -> Json:
    """A bill of NL-ABC, of 2.2.1, for NL-VET, of 2.1.1."""
    (card,) = desk.world.emsps["NL-VET"].tokens.store
    own = cdr_token(card.uid, party_id="VET", contract_id=card.contract_id)
    return cdr(id, session_id=session_id, cdr_token=own, **changes)


def credit(desk: OpenTown, of: str, session_id: str) -> Json:
    back = {"credit": True, "credit_reference_id": of, "total_cost": {"excl_vat": -4.5}}
    return bill(desk, f"{of}-C", session_id, **back)


def post(desk: OpenTown, body: Json) -> Told:
    return say(desk, "NL-ABC", "POST", f"{RECEIVER}/cdrs", body, to="NL-VET")


def booked(desk: OpenTown) -> list[str]:
    return [each.id for each in desk.world.emsps["NL-VET"].cdrs.store]


def test_the_bill_after_a_credit_that_was_withheld_is_withheld_too(desk: OpenTown) -> None:
    assert post(desk, bill(desk, "B1", "S1")).status == 1000
    for body in (credit(desk, "B1", "S1"), bill(desk, "B2", "s1")):
        told = post(desk, body)
        assert (told.status, onward(desk, told)) == (2000, [])
    assert told.envelope["status_message"] == (
        "It cannot be said in OCPI 2.1.1: Session 's1' was billed by CDR 'B1', "
        "which OCPI 2.1.1 has no credit to take back."
    )
    assert "translation-withheld" in [hint.rule for hint in desk.hints(told.exchange)]
    assert booked(desk) == ["B1"]


def test_the_same_bill_comes_again_and_that_of_another_session_as_ever(desk: OpenTown) -> None:
    bills = [bill(desk, "B1", "S1"), bill(desk, "b1", "S1"), bill(desk, "B2", "S2")]
    told = [post(desk, body) for body in bills]
    assert [len(onward(desk, each)) for each in told] == [1, 1, 1]


def test_a_bill_that_its_payer_has_refused_is_none(desk: OpenTown) -> None:
    node = desk.world.party("NL-VET").office.node
    ours, node.server = node.server, lambda inbound: json_answer(None, 2001)
    assert post(desk, bill(desk, "B1", "S1")).status == 2001
    node.server = ours
    assert post(desk, bill(desk, "B2", "S1")).status == 1000
    assert booked(desk) == ["B2"]


def test_a_bill_that_was_taken_stands_though_it_is_refused_when_it_comes_again(desk: OpenTown) -> None:
    assert post(desk, bill(desk, "B1", "S1")).status == 1000
    assert post(desk, bill(desk, "B1", "S1", total_cost={"excl_vat": 5})).status == 2001
    assert post(desk, bill(desk, "B2", "S1")).status == 2000


def test_of_a_list_it_is_told_the_first_bill_only(desk: OpenTown) -> None:
    bills = [bill(desk, "B1", "S1"), credit(desk, "B1", "S1"), bill(desk, "B2", "S1")]
    desk.server("NL-ABC", lambda inbound: json_answer(bills))
    for _ in range(2):
        told = old(desk, "NL-VET", "NL-ABC", "GET", f"sender/{OLD}/cdrs")
        assert [each["id"] for each in told.data] == ["B1"]


def test_of_a_list_it_is_told_no_bill_after_that_which_was_posted(desk: OpenTown) -> None:
    assert post(desk, bill(desk, "B1", "S1")).status == 1000
    bills = [credit(desk, "B1", "S1"), bill(desk, "B2", "S1"), bill(desk, "B3", "S3")]
    desk.server("NL-ABC", lambda inbound: json_answer(bills))
    told = old(desk, "NL-VET", "NL-ABC", "GET", f"sender/{OLD}/cdrs")
    assert [each["id"] for each in told.data] == ["B3"]
