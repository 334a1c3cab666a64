"""In whatever order bills and their credits come: at no time is a Session owed twice, or anything paid back unasked."""

from decimal import Decimal

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from parties_objects import cdr, cdr_token, session

from simulator.ocpi import codec
from simulator.ocpi.v2_2_1.cdrs import CDR
from simulator.ocpi.v2_2_1.sessions import Session
from simulator.parties.modules.bills import Bills
from simulator.parties.store import Store

CORRECTIONS = 3


def bill(number: int) -> CDR:
    body = cdr(f"B{number}", session_id="S", total_cost={"excl_vat": 10 + number})
    return codec.decode(msgspec.json.encode(body), CDR)


def credit(number: int) -> CDR:
    body = cdr(f"B{number}-C", session_id="S", credit=True, credit_reference_id=f"b{number}")
    return codec.decode(msgspec.json.encode(body | {"total_cost": {"excl_vat": -10 - number}}), CDR)


BILLS = [bill(number) for number in range(CORRECTIONS + 1)]
CREDITS = [credit(number) for number in range(CORRECTIONS)]
"""A bill that was corrected three times: all but the last have been taken back."""


@given(st.permutations([*BILLS, *CREDITS]))
def test_the_last_bill_stands_alone_in_the_end_and_one_at_most_before(arriving: list[CDR]) -> None:
    store: Store[CDR] = Store()
    bills = Bills(store)
    books: list[CDR] = []
    for each in arriving:
        books += bills.add(each)
        store.put(each, each.country_code, each.party_id, each.id)
        owed = sum((booked.total_cost.excl_vat for booked in books), Decimal(0))
        assert owed in (0, *(one.total_cost.excl_vat for one in BILLS)), "nothing, or one bill"
        ids = [booked.id for booked in books]
        assert all(booked.credit is None or booked.credit_reference_id.upper() in ids for booked in books)
    assert sorted(booked.id for booked in books) == sorted(each.id for each in arriving), "each once"
    assert owed == BILLS[-1].total_cost.excl_vat


def test_a_session_is_billed_by_name_or_by_a_bill_of_its_token_that_names_none() -> None:
    bills = Bills(Store())

    def ended(**changes: object) -> bool:
        body = session("S", status="COMPLETED", **changes)
        return bills.has_bill_of(codec.decode(msgspec.json.encode(body), Session))

    assert not ended()
    bills.add(codec.decode(msgspec.json.encode(cdr("B", session_id=None)), CDR))
    assert ended(), "it charged from eight to nine"
    assert not ended(start_date_time="2026-05-04T09:30:00Z"), "the bill is of an earlier one"
    assert not ended(cdr_token=cdr_token("CARD-2"))
    bills.add(bill(0))
    assert ended(cdr_token=cdr_token("CARD-2")), "by its name"
