from collections import Counter
from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from simulator.billing.settle import Balance, Claim, Difference, reconcile

claims = st.lists(
    st.builds(
        Claim,
        st.sampled_from(["NL-ABC", "NL-XYZ"]),
        st.sampled_from(["NL-EMA", "DE-EMB"]),
        st.sampled_from(["EUR", "SEK"]),
        st.sampled_from([D("1.0001"), D("1.00"), D("-2.5")]),
        st.sampled_from("abc"),
    ),
    max_size=12,
)


def claim(cdr_id: str, amount: str, emsp: str = "NL-EMA", currency: str = "EUR") -> Claim:
    return Claim("NL-ABC", emsp, currency, D(amount), cdr_id)


def test_equal_ledgers_settle_and_credits_count() -> None:
    ledger = (claim("1", "5.40"), claim("2", "3.10"), claim("1-credit", "-5.40"))
    outcome = reconcile(ledger, ledger[::-1])
    assert outcome.settled
    assert outcome.matched == ledger
    assert outcome.balances == (Balance("NL-ABC", "NL-EMA", "EUR", D("3.10"), D("3.10")),)
    assert outcome.balances[0].difference == 0
    assert reconcile((), ()).settled


def test_missing_unexpected_and_different_are_told_apart() -> None:
    receivables = (claim("1", "5.40"), claim("2", "3.10"), claim("3", "7.00"))
    payables = (claim("1", "5.40"), claim("3", "7.01"), claim("4", "1.00"))
    outcome = reconcile(receivables, payables)
    assert outcome.matched == (receivables[0],)
    assert outcome.missing == (receivables[1],)
    assert outcome.different == (Difference(receivables[2], payables[1]),)
    assert outcome.unexpected == (payables[2],)
    assert outcome.balances[0].difference == D("2.09")
    assert not outcome.settled


def test_a_cdr_booked_twice_on_one_side_shows() -> None:
    once, twice = (claim("1", "5.40"),), (claim("1", "5.40"), claim("1", "5.40"))
    assert reconcile(once, twice).unexpected == once
    assert reconcile(twice, once).missing == once


def test_a_claim_of_another_party_or_currency_does_not_match() -> None:
    outcome = reconcile((claim("1", "5"),), (claim("1", "5", emsp="DE-EMB"),))
    assert (len(outcome.missing), len(outcome.unexpected), len(outcome.balances)) == (1, 1, 2)
    assert len(reconcile((claim("1", "5"),), (claim("1", "5", currency="SEK"),)).different) == 1


@given(claims, claims)
def test_every_claim_is_accounted_for_once(receivables: list[Claim], payables: list[Claim]) -> None:
    outcome = reconcile(receivables, payables)
    assert Counter(receivables) == Counter(
        [*outcome.matched, *outcome.missing, *(pair.receivable for pair in outcome.different)]
    )
    assert Counter(payables) == Counter(
        [*outcome.matched, *outcome.unexpected, *(pair.payable for pair in outcome.different)]
    )
    mirrored = reconcile(payables, receivables)
    assert len(mirrored.matched) == len(outcome.matched)
    assert len(mirrored.different) == len(outcome.different)
    if outcome.settled:
        assert all(balance.difference == 0 for balance in outcome.balances)
