"""A Session is billed once, and a bill is taken back once and as it was: nothing is paid, or paid back, twice.

The case is that of the digest, section 4.
"""

import pytest
from parties_lister import Lister, read
from parties_objects import Json, cdr
from run_town import OpenTown, S, Told

CPO, EMSP = "NL-ABC", "NL-EMA"
BACK = {"excl_vat": -4.5}


def post(desk: OpenTown, body: object) -> Told:
    return desk.ask(CPO, EMSP, "POST", desk.url(CPO, EMSP, "cdrs", "RECEIVER"), body)


def credit(id: str, of: str, **changes: object) -> Json:
    """A credit that takes a bill back as it was."""
    return cdr(of) | {"id": id, "credit": True, "credit_reference_id": of, "total_cost": BACK, **changes}


def booked(desk: OpenTown, *ids: str) -> str:
    return str(sum(row.amount for row in desk.ledger.payables if row.cdr_id in ids))


def remarks(desk: OpenTown, told: Told) -> list[tuple[str, str, str]]:
    return [(hint.rule, hint.severity, hint.path) for hint in desk.hints(told.exchange)]


def test_case_37_a_credit_takes_a_bill_back_and_its_session_is_billed_anew(desk: OpenTown) -> None:
    told = [post(desk, body) for body in (cdr("B1"), credit("B1-C", "b1"), cdr("B1-2", session_id="session-of-B1"))]
    assert [each.http for each in told] == [201, 201, 201]
    assert [remarks(desk, each) for each in told] == [[], [], []]
    assert booked(desk, "B1", "B1-C", "B1-2") == "4.5"
    assert post(desk, credit("B1-C", "b1")).http == 200, "it came again"


def test_a_second_bill_of_a_session_is_taken_but_not_booked(desk: OpenTown) -> None:
    """It may replace a bill whose credit was lost, so that its CPO is asked; if it lists no credit, that is wrong."""
    with Lister(desk, CPO) as lister:
        second = cdr("B2-2", session_id="SESSION-OF-B2")
        lister.lists["cdrs"] = [cdr("B2"), second]
        post(desk, cdr("B2"))
        told = post(desk, second)
        assert (told.http, remarks(desk, told)) == (201, [("bill-early", "note", "$.session_id")])
        assert post(desk, second).http == 200, "it came again"
        before = desk.kernel.exchanges
        desk.run_for(S * 5)
        exchanges = range(before + 1, desk.kernel.exchanges + 1)
    assert desk.ask(CPO, EMSP, "GET", told.headers["location"]).data == second
    assert booked(desk, "B2", "B2-2") == "4.5"
    odd = [hint for at in exchanges for hint in desk.hints(at) if hint.rule == "session-billed-twice"]
    assert [(hint.severity, hint.path) for hint in odd] == [("error", "$.session_id")]
    assert odd[0].sentence == (
        "CDR 'B2-2' is not booked: NL-ABC does not list the credit of CDR 'B2', which bills the same Session."
    )


def test_a_bill_that_replaces_another_is_booked_when_the_lost_credit_is_read(desk: OpenTown) -> None:
    bills = [cdr("B9"), credit("B9-C", "B9"), cdr("B9-2", session_id="session-of-B9")]
    with Lister(desk, CPO) as lister:
        lister.lists["cdrs"] = bills
        for body in (bills[0], bills[2]):
            assert post(desk, body).http == 201
        assert [booked(desk, id) for id in ("B9", "B9-2")] == ["4.5", "0"]
        desk.run_for(S * 5)
    assert [booked(desk, each["id"]) for each in bills] == ["4.5", "-4.5", "4.5"]
    assert desk.events("synchronise", EMSP)[-1]["reason"] == "a CDR that has come waits for another"


def test_a_credit_is_not_booked_before_its_bill(desk: OpenTown) -> None:
    """Nobody is paid back what was never asked of him; its CPO is asked for the bill, and may not have it."""
    with Lister(desk, CPO) as lister:
        lister.lists["cdrs"] = [credit("B10-C", "B10")]
        post(desk, credit("B10-C", "B10"))
        before = desk.kernel.exchanges
        desk.run_for(S * 5)
        exchanges = range(before + 1, desk.kernel.exchanges + 1)
        assert booked(desk, "B10-C") == "0"
        (odd,) = [hint for at in exchanges for hint in desk.hints(at) if hint.rule == "credit-without-bill"]
        assert (odd.severity, odd.path) == ("warning", "$.credit_reference_id")
    post(desk, cdr("B10"))
    assert [booked(desk, id) for id in ("B10", "B10-C")] == ["4.5", "-4.5"]


def test_bills_that_name_no_session_are_each_for_themselves(desk: OpenTown) -> None:
    """As those of reservations may, and all of OCPI 2.1.1."""
    assert [post(desk, cdr(id, session_id=None)).http for id in ("B3", "B3-2")] == [201, 201]


@pytest.mark.parametrize(
    ("second", "remark"),
    [
        (credit("B4-C2", "B4"), ("credit-twice", "error", "$.credit_reference_id")),
        (credit("B4-CC", "B4-C"), ("credit-of-credit", "warning", "$.credit_reference_id")),
    ],
)
def test_nothing_is_paid_back_that_was_not_paid(desk: OpenTown, second: Json, remark: tuple[str, str, str]) -> None:
    for body in (cdr("B4"), credit("B4-C", "B4")):
        post(desk, body)
    told = post(desk, second)
    assert (told.http, told.status) == (200, 2001)
    assert remarks(desk, told) == [remark]
    assert booked(desk, second["id"]) == "0"


def test_a_credit_may_come_before_the_bill_that_it_takes_back(desk: OpenTown) -> None:
    """The bill was lost on its way, and is read later: by then its Session has been billed anew."""
    early = post(desk, credit("B5-C", "b5"))
    assert (early.http, remarks(desk, early)) == (201, [("credit-early", "note", "$.credit_reference_id")])
    later = [post(desk, body) for body in (cdr("B5-2", session_id="session-of-B5"), cdr("B5"))]
    assert [(each.http, remarks(desk, each)) for each in later] == [(201, []), (201, [])]
    assert booked(desk, "B5-C", "B5-2", "B5") == "4.5"
    again = [post(desk, body) for body in (credit("B5-C2", "B5"), cdr("B5-3", session_id="session-of-B5"))]
    assert [each.status for each in again] == [2001, 1000]
    assert booked(desk, "B5-C2", "B5-3") == "0", "it is still paid back once, and the Session billed once"


def test_a_credit_of_a_credit_that_came_before_it_takes_nothing_back(desk: OpenTown) -> None:
    for body in (cdr("B7"), credit("B7-CC", "B7-C"), credit("B7-C", "B7")):
        assert post(desk, body).status == 1000
    assert [booked(desk, id) for id in ("B7", "B7-C", "B7-CC")] == ["4.5", "-4.5", "0"]


def test_a_list_is_held_to_the_same(desk: OpenTown) -> None:
    with Lister(desk, CPO) as lister:
        lister.lists["cdrs"] = [cdr("B6"), credit("B6-C", "B6"), credit("B6-C2", "B6")]
        before = desk.kernel.exchanges
        read(desk, EMSP, CPO)
        exchanges = range(before + 1, desk.kernel.exchanges + 1)
    assert booked(desk, "B6", "B6-C", "B6-C2") == "0.0"
    (told,) = [hint.sentence for at in exchanges for hint in desk.hints(at) if hint.rule == "not-taken"]
    assert "'B6', which CDR 'B6-C' has taken back" in told


def test_a_list_may_bring_a_bill_and_its_credit_after_what_replaces_both(desk: OpenTown) -> None:
    again = cdr("B8-2", session_id="session-of-B8")
    post(desk, again)
    with Lister(desk, CPO) as lister:
        lister.lists["cdrs"] = [cdr("B8"), credit("B8-C", "B8"), again]
        before = desk.kernel.exchanges
        read(desk, EMSP, CPO)
        exchanges = range(before + 1, desk.kernel.exchanges + 1)
    assert booked(desk, "B8", "B8-C", "B8-2") == "4.5"
    assert "not-taken" not in [hint.rule for at in exchanges for hint in desk.hints(at)]


def test_what_is_refused_when_it_is_posted_is_not_taken_from_a_list_and_blocks_nothing(desk: OpenTown) -> None:
    """A credit that asks for money once more is neither, nor one that does not say what it takes back."""
    more, of_nothing = credit("B11-X", "B11", total_cost={"excl_vat": 4.5}), credit("B11-Y", "B11")
    del of_nothing["credit_reference_id"]
    assert [post(desk, body).status for body in (cdr("B11"), more, of_nothing)] == [1000, 2001, 2001]
    with Lister(desk, CPO) as lister:
        lister.lists["cdrs"] = [cdr("B11"), more, of_nothing]
        before = desk.kernel.exchanges
        read(desk, EMSP, CPO)
        exchanges = range(before + 1, desk.kernel.exchanges + 1)
    told = [hint.sentence for at in exchanges for hint in desk.hints(at) if hint.rule == "not-taken"]
    assert [sentence.partition(":")[0] for sentence in told] == ["$.total_cost.excl_vat", "$.credit_reference_id"]
    assert post(desk, credit("B11-C", "B11")).status == 1000
    assert [booked(desk, id) for id in ("B11", "B11-C", "B11-X", "B11-Y")] == ["4.5", "-4.5", "0", "0"]
