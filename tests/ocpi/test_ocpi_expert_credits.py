"""Whether a Credit CDR is the CDR that it takes back, but for its negative total, and takes it back once."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from expert_seen import NOT_TAKEN, SOUND, refused, rules
from msgspec.structs import replace

from simulator.ocpi.expert import Expert, Seen

CDR: dict[str, Any] = {
    "country_code": "NL",
    "party_id": "ABC",
    "id": "C1",
    "start_date_time": "2026-05-04T06:00:00Z",
    "end_date_time": "2026-05-04T07:00:00Z",
    "currency": "EUR",
    "total_energy": 10.5,
    "total_time": 1,
    "total_cost": {"excl_vat": 4.2, "incl_vat": 5.08},
}
CREDIT = {
    **CDR,
    "id": "C1-C",
    "credit": True,
    "credit_reference_id": "C1",
    "total_cost": {"excl_vat": -4.20, "incl_vat": -5.08},
}


def post(tree: dict[str, Any], **changes: Any) -> Seen:
    headers = {**SOUND.response_headers, "location": "http://nl-ema.ocpi.test/ocpi/receiver/2.2.1/cdrs/1"}
    body = {name: value for name, value in {**tree, **changes}.items() if value is not None}
    return replace(
        SOUND,
        method="POST",
        module="cdrs",
        route="cdrs.receiver.post_cdr",
        request_body=json.dumps(body).encode(),
        response_headers=headers,
        version="2.3.0" if "before_taxes" in body["total_cost"] else "2.2.1",
    )


ELSEWHERE = replace(post(CREDIT, total_energy=9), receiver="NL-EMB")


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ([post(CDR), post(CREDIT), post(CDR, id="C2", total_energy=9)], []),
        ([post(CDR), post(CREDIT), post(CREDIT)], []),
        ([post(CDR), post(CREDIT, credit_reference_id="c1", total_energy=9)], ["credit-differs"]),
        ([post(CDR), post(CREDIT), post(CREDIT, id="C1-D")], ["credit-twice"]),
        ([post(CREDIT), post(CREDIT, id="C1-D")], ["credit-twice"]),
        ([post(CDR), post(CREDIT), refused(post(CREDIT, id="C1-D"))], []),
        ([post(CDR), post(CREDIT, total_cost={"excl_vat": 4})], []),
        ([post(CDR), post(CREDIT, total_cost={"excl_vat": 0})], ["credit-differs"]),
        ([post(CDR), post(CREDIT, session_id="OTHER")], ["credit-differs"]),
        ([post(CDR), post(CREDIT, total_energy=9, total_time=None)], ["credit-differs"] * 2),
        ([post(CDR), post(CREDIT, total_cost={"excl_vat": -4})], ["credit-differs"]),
        ([post(CDR), post(CREDIT, total_cost={"before_taxes": -4})], []),
        ([post(CDR, party_id="XYZ"), post(CREDIT, total_energy=9)], []),
        ([post(CDR), ELSEWHERE], []),
        ([post(CREDIT, total_energy=9)], []),
    ],
)
def test_a_credit_cdr_takes_back_what_it_refers_to(seen: list[Seen], expected: list[str]) -> None:
    assert rules(*seen) == expected


@pytest.mark.parametrize(
    ("bill", "credit"),
    [
        ({"session_id": "S1"}, {"session_id": "s1"}),
        ({}, {"start_date_time": "2026-05-04T06:00:00.000Z", "end_date_time": "2026-05-04T07:00:00"}),
        ({"total_parking_time": 0}, {}),
        ({}, {"total_parking_time": 0}),
        ({"total_energy": 10.0}, {"total_energy": 10}),
    ],
)
def test_what_is_the_same_may_be_written_otherwise(bill: dict[str, Any], credit: dict[str, Any]) -> None:
    assert rules(post({**CDR, "total_energy": 10}, **bill), post({**CREDIT, "total_energy": 10}, **credit)) == []


@pytest.mark.parametrize(
    ("bill", "credit", "expected"),
    [
        ({"total_parking_time": 2}, {"total_parking_time": 0}, ("0", "2, as in the CDR that it takes back")),
        ({"total_energy": 0}, {}, ("10.5", "0, as in the CDR that it takes back")),
        ({"session_id": "S1"}, {}, ("nothing", "S1, as in the CDR that it takes back")),
        ({}, {"start_date_time": "noon"}, ("noon", "2026-05-04T06:00:00Z, as in the CDR that it takes back")),
    ],
)
def test_nothing_and_zero_are_told_apart(
    bill: dict[str, Any], credit: dict[str, Any], expected: tuple[str, str]
) -> None:
    expert = Expert()
    expert.look(post(CDR, **bill))
    assert [(each.found, each.expected) for each in expert.look(post(CREDIT, **credit))] == [expected]


def test_prices_of_2_3_0_are_held_against_each_other_too() -> None:
    owed, back = {"total_cost": {"before_taxes": 4.2}}, {"total_cost": {"before_taxes": -4.1}}
    assert rules(post(CDR, **owed), post(CREDIT, **back)) == ["credit-differs"]


def test_what_differs_is_told_with_its_place() -> None:
    expert = Expert()
    expert.look(post(CDR))
    one, other = expert.look(post(CREDIT, total_time=None, total_cost={"excl_vat": -4}))
    assert (one.severity, one.path, one.found) == ("error", "$.total_time", "nothing")
    assert other.sentence() == (
        "$.total_cost.excl_vat: found -4, expected -4.2, the negative of what it takes back "
        "(OCPI 2.2.1 cdrs, Credit CDRs)."
    )


@NOT_TAKEN
def test_what_its_receiver_did_not_take_is_neither_a_bill_nor_a_credit(not_taken: Callable[[Seen], Seen]) -> None:
    assert rules(post(CDR), not_taken(post(CREDIT)), post(CREDIT, id="C1-D")) == []
    assert rules(not_taken(post(CDR, total_energy=9)), post(CREDIT)) == []
