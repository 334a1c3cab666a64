from decimal import Decimal as D
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.billing.price import Usage, price, usage_from_volumes
from simulator.billing.tariff import Component, Element, Limit, Restrictions, Tariff

MIN_US = 60_000_000
money = st.decimals(0, 20, places=4)
vats = st.none() | st.sampled_from([D(0), D(21), D("5.5")])
usages = st.builds(
    lambda wh, charging_s, parking_s: Usage(wh, charging_s * 1_000_000, parking_s * 1_000_000),
    st.integers(0, 200_000),
    st.integers(0, 90_000),
    st.integers(0, 90_000),
)
steps = st.sampled_from([0, 1, 60, 300, 500])
components = st.lists(
    st.builds(Component, st.sampled_from(["ENERGY", "TIME", "FLAT", "PARKING_TIME"]), money, steps, vats),
    max_size=4,
    unique_by=lambda component: component.kind,
)


def tariff(*components: Component, **fields: object) -> Tariff:
    return Tariff(id="t", currency="EUR", elements=(Element(components),), **fields)


def test_a_third_of_an_hour_is_rounded_once_and_lines_add_up() -> None:
    bill = price(tariff(Component("ENERGY", D("0.3333")), Component("TIME", D(1))), Usage(1_001, 20 * MIN_US))
    assert (bill.energy, bill.time, bill.total_excl) == (D("0.3336"), D("0.3333"), D("0.6669"))
    assert bill.total_incl is None
    assert not bill.approximate


def test_halves_round_away_from_zero() -> None:
    for sign in (1, -1):
        assert price(tariff(Component("ENERGY", D("0.05") * sign)), Usage(1)).energy == D("0.0001") * sign


@pytest.mark.parametrize(
    ("components", "usage", "total"),
    [
        # OCPI CDRs, step_size; tariff_quantity_vectors q01, q04, q05, q06
        ((Component("TIME", D(1), 300), Component("PARKING_TIME", D(2), 300)), (0, 21, 7), 21 * 1 + 10 * 2),
        ((Component("TIME", D(1), 600), Component("PARKING_TIME", D(2), 600)), (0, 21, 16), 21 * 1 + 20 * 2),
        ((Component("TIME", D(1), 300),), (0, 6, 0), 10),
        ((Component("PARKING_TIME", D(1), 300),), (0, 0, 8), 10),
        # parking without a price leaves TIME its step; a parking price without parking, too
        ((Component("TIME", D(1), 600),), (0, 21, 16), 30),
        ((Component("TIME", D(1), 600), Component("PARKING_TIME", D(2), 600)), (0, 21, 0), 30),
        ((Component("TIME", D(1), 0),), (0, 7, 0), 7),
    ],
)
def test_step_sizes_of_time(components, usage, total: int) -> None:
    energy_wh, charging_min, parking_min = usage
    bill = price(tariff(*components), Usage(energy_wh, charging_min * MIN_US, parking_min * MIN_US))
    assert bill.total_excl == (D(total) / 60).quantize(D("0.0001"))


def test_energy_is_billed_up_to_its_step() -> None:
    per_step = {0: "0.0288", 1: "0.0288", 25: "0.0313", 500: "0.1250"}
    for step_size, total in per_step.items():
        assert price(tariff(Component("ENERGY", D("0.25"), step_size)), Usage(115)).total_excl == D(total)


def test_a_stray_microsecond_costs_no_further_block() -> None:
    per_block = tariff(Component("TIME", D(6), 600))
    assert price(per_block, Usage(0, 600_000_001)) == price(per_block, Usage(0, 600_000_000))
    assert price(per_block, Usage(0, 601_000_000)).time == D(2)


def test_missing_vat_differs_from_none_of_the_prices_having_any() -> None:
    mixed = tariff(Component("ENERGY", D("0.50"), 1, D(20)), Component("FLAT", D(1)))
    assert price(mixed, Usage(10_000)).total_incl == D("7.0")
    assert price(tariff(Component("FLAT", D(1), 1, D(0))), Usage(0)).total_incl == D(1)
    assert price(tariff(Component("FLAT", D(1))), Usage(0)).total_incl is None
    assert price(tariff(Component("FLAT", D(1), 1, D(20)), tax_included="N/A"), Usage(0)).total_incl is None


def test_prices_that_include_tax() -> None:
    bill = price(tariff(Component("ENERGY", D("0.605"), 1, D(21)), tax_included="YES"), Usage(10_000))
    assert (bill.total_excl, bill.total_incl, bill.approximate) == (D(5), D("6.05"), False)
    unknown = price(tariff(Component("ENERGY", D("0.605")), tax_included="YES"), Usage(10_000))
    assert (unknown.total_incl, unknown.approximate) == (D("6.05"), True)
    assert "rate is not given" in unknown.reasons[0]


def test_limits_bound_net_and_gross_independently() -> None:
    bounded = tariff(
        Component("ENERGY", D("0.25"), 1, D(10)), min_price=Limit(D("0.50"), D("0.60")), max_price=Limit(D(10), D(12))
    )
    totals = [(bill.total_excl, bill.total_incl) for bill in (price(bounded, Usage(wh)) for wh in (0, 2_100, 99_000))]
    assert totals == [(D("0.50"), D("0.60")), (D("0.525"), D("0.60")), (D(10), D(12))]
    assert price(bounded, Usage(0)).energy == 0


def test_a_limit_without_tax_binds_the_other_side_where_one_rate_says_how() -> None:
    energy, flat = Component("ENERGY", D("0.25"), 1, D(10)), Component("FLAT", D(1), 1, D(20))
    one_rate = price(tariff(energy, min_price=Limit(excl=D(2))), Usage(0))
    assert (one_rate.total_excl, one_rate.total_incl, one_rate.reasons) == (D(2), D("2.2"), ())
    gross_only = price(tariff(energy, max_price=Limit(incl=D("2.2"))), Usage(50_000))
    assert (gross_only.total_excl, gross_only.total_incl) == (D(2), D("2.2"))
    two_rates = price(tariff(energy, flat, min_price=Limit(excl=D(2))), Usage(0))
    assert two_rates.reasons == ("min_price is given without tax only; the total with tax is not bound by it.",)
    assert not price(tariff(energy, flat, min_price=Limit(excl=D("0.5"))), Usage(0)).approximate


def test_unrestricted_elements_are_exact_and_the_first_of_a_dimension_counts() -> None:
    elements = (
        Element((Component("ENERGY", D("0.30")),)),
        Element((Component("ENERGY", D("9")), Component("FLAT", D(1))), Restrictions()),
    )
    bill = price(Tariff(id="t", currency="EUR", elements=elements), Usage(10_000))
    assert (bill.total_excl, bill.reasons) == (D(4), ())


def test_a_second_price_of_one_element_is_ignored_and_that_is_said() -> None:
    twice = Element((Component("ENERGY", D("0.50")), Component("FLAT", D(1)), Component("FLAT", D(2))))
    bill = price(Tariff(id="t", currency="EUR", elements=(twice,)), Usage(10_000))
    assert bill.total_excl == D(6)
    assert bill.reasons == ("Element 1 has FLAT more than once; only its first price is used.",)


def test_prices_that_depend_on_the_course_of_a_session_are_not_guessed() -> None:
    elements = (
        Element((Component("FLAT", D(1)),)),
        Element((Component("ENERGY", D("0.20")),), Restrictions(max_power_kw=D(16), day_of_week=("MONDAY",))),
    )
    with pytest.raises(ValueError, match=r"Element 2 of tariff t is restricted \(max_power_kw, day_of_week\)"):
        price(Tariff(id="t", currency="EUR", elements=elements), Usage(10_000))


def test_lines_are_given_with_tax_too_where_there_is_one() -> None:
    parts = Component("ENERGY", D("0.30"), 1, D(20)), Component("TIME", D(1), 1, D(10)), Component("FLAT", D(2))
    taxed = price(tariff(*parts), Usage(10_000, 60 * MIN_US))
    incl = taxed.energy_incl, taxed.time_incl, taxed.parking_incl, taxed.fixed_incl
    assert incl == (D("3.6"), D("1.1"), D(0), D(2))
    untaxed = price(tariff(Component("ENERGY", D("0.30"))), Usage(10_000))
    assert (untaxed.energy_incl, untaxed.time_incl, untaxed.parking_incl, untaxed.fixed_incl) == (None,) * 4


@given(components, usages, st.sampled_from(["YES", "NO", "N/A"]))
def test_lines_add_up_and_each_is_the_exact_amount_rounded_once(parts, usage: Usage, tax_included) -> None:
    bill = price(tariff(*parts, tax_included=tax_included), usage)
    assert bill.energy + bill.time + bill.parking + bill.fixed == bill.total_excl
    if bill.total_incl is not None:
        assert bill.total_incl >= bill.total_excl
    for part in parts:
        if part.kind == "ENERGY" and (tax_included != "YES" or part.vat is None):
            billed_wh = -(-usage.energy_wh // max(part.step_size, 1)) * max(part.step_size, 1)
            assert abs(Fraction(bill.energy) - Fraction(part.price) * billed_wh / 1000) <= Fraction(1, 20_000)
    assert all(-amount.as_tuple().exponent <= 4 for amount in (bill.energy, bill.time, bill.parking, bill.fixed))


@given(components, usages)
def test_a_peer_that_reads_rounded_volumes_bills_the_same(parts, usage: Usage) -> None:
    places = D("0.0001")
    read = usage_from_volumes(
        D(usage.energy_wh) / 1000,
        (D(usage.charging_us) / 3_600_000_000).quantize(places),
        (D(usage.parking_us) / 3_600_000_000).quantize(places),
    )
    assert read == usage
    assert price(tariff(*parts), read) == price(tariff(*parts), usage)


def test_ten_minutes_written_as_decimal_hours_are_ten_minutes() -> None:
    assert usage_from_volumes(D("0.1152"), D("0.166667"), D("0.1667")) == Usage(116, 600_000_000, 600_000_000)


def test_negative_quantities_are_refused() -> None:
    with pytest.raises(ValueError, match="no negative quantity"):
        Usage(-1)
