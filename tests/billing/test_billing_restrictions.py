from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.billing.price import Bill, Usage, price
from simulator.billing.restrictions import Moment, applies
from simulator.billing.tariff import Component, Element, Limit, Restrictions, Tariff

MORNING = Moment("2026-05-04", "07:30", "MONDAY", "2026-05-04")
OVERNIGHT = Moment("2026-05-04", "22:00", "MONDAY", "2026-05-05")
HOUR_US = 3_600_000_000


@pytest.mark.parametrize(
    ("given", "at", "expected"),
    [
        ({}, MORNING, "always"),
        ({"start_time": "07:30", "end_time": "08:00"}, MORNING, "at the start"),
        ({"start_time": "07:00", "end_time": "07:30"}, MORNING, "not at the start"),
        ({"start_time": "07:31"}, MORNING, "not at the start"),
        ({"end_time": "07:31"}, MORNING, "at the start"),
        ({"start_time": "22:00", "end_time": "06:00"}, MORNING, "not at the start"),
        ({"start_time": "22:00", "end_time": "07:31"}, MORNING, "at the start"),
        ({"start_time": "22:00", "end_time": "06:00"}, OVERNIGHT, "at the start"),
        ({"start_time": "18:00", "end_time": "00:00"}, OVERNIGHT, "at the start"),
        ({"start_time": "18:00", "end_time": "00:00"}, MORNING, "not at the start"),
        ({"start_time": "18:00", "end_time": "18:00"}, MORNING, "at the start"),
        ({"start_time": "00:00", "end_time": "00:00"}, MORNING, "at the start"),
        ({"day_of_week": ("SUNDAY", "MONDAY")}, MORNING, "at the start"),
        ({"day_of_week": ("TUESDAY",)}, OVERNIGHT, "not at the start"),
        ({"start_date": "2026-05-04", "end_date": "2026-05-05"}, MORNING, "always"),
        ({"start_date": "2026-05-04", "end_date": "2026-05-05"}, OVERNIGHT, "at the start"),
        ({"start_date": "2026-05-04", "end_date": "2026-05-06"}, OVERNIGHT, "always"),
        ({"start_date": "2026-05-05"}, OVERNIGHT, "not at the start"),
        ({"start_date": "2026-05-05"}, MORNING, "never"),
        ({"end_date": "2026-05-04"}, MORNING, "never"),
        ({"start_date": "2026-05-01", "end_time": "12:00"}, MORNING, "at the start"),
        ({"min_energy_kwh": D(1)}, MORNING, "not at the start"),
        ({"min_duration_s": 1}, MORNING, "not at the start"),
        ({"min_energy_kwh": D(0), "min_duration_s": 0}, MORNING, "at the start"),
        ({"max_energy_kwh": D(1), "max_duration_s": 60}, MORNING, "at the start"),
        ({"min_power_kw": D(50), "max_current_a": D(1)}, MORNING, "at the start"),
        ({"start_date": "2026-05-04"}, None, "unknown"),
        ({}, None, "always"),
    ],
)
def test_restrictions_at_the_start(given: dict[str, object], at: Moment | None, expected: str) -> None:
    assert applies(Restrictions(**given), at) == expected  # type: ignore[arg-type]


def energy(price: str, **restrictions: object) -> Element:
    return Element((Component("ENERGY", D(price)),), Restrictions(**restrictions) if restrictions else None)  # type: ignore[arg-type]


def bill(*elements: Element, at: Moment | None = MORNING) -> Bill:
    return price(Tariff(id="t", currency="EUR", elements=elements), Usage(10_000, HOUR_US), at)


def test_the_evening_price_is_for_the_evening() -> None:
    elements = energy("0.50", start_time="18:00", end_time="23:00"), energy("0.30")
    day, evening, unknown = (bill(*elements, at=at) for at in (MORNING, OVERNIGHT, None))
    assert (day.total_excl, evening.total_excl, unknown.total_excl) == (D(3), D(5), D(5))
    assert day.reasons == (
        "ENERGY is not priced by element 1, which does not apply at the start, "
        "ignoring its restrictions (start_time, end_time) after that.",
    )
    assert evening.reasons == (
        "ENERGY is priced by element 1 throughout because it applies at the start, ignoring its restrictions "
        "(start_time, end_time) after that and any later element.",
    )
    assert unknown.reasons == (
        "ENERGY is priced by element 1 throughout, ignoring its restrictions (start_time, end_time) "
        "and any later element.",
    )


def test_what_no_element_prices_costs_nothing_and_says_so() -> None:
    nothing = bill(energy("0.50", start_time="18:00"), energy("0.40", min_energy_kwh=D(5)))
    assert nothing.total_excl == 0
    assert nothing.reasons[-1] == "No element for ENERGY applies at the start; it costs nothing."
    assert len(nothing.reasons) == 3


def test_dates_that_hold_for_the_whole_session_leave_nothing_to_guess() -> None:
    last_year, this_year = {"end_date": "2026-01-01"}, {"start_date": "2026-01-01", "end_date": "2027-01-01"}
    prices = bill(energy("0.20", **last_year), energy("0.25", **this_year), energy("0.30"))
    assert (prices.total_excl, prices.reasons) == (D("2.5"), ())
    over = bill(energy("0.20", **last_year))
    assert (over.total_excl, over.reasons) == (D(0), ())
    until_midnight = bill(energy("0.20", end_date="2026-05-05"), energy("0.30"), at=OVERNIGHT)
    assert (until_midnight.total_excl, until_midnight.approximate) == (D(2), True)


def test_reservations_are_never_billed_to_a_session() -> None:
    reserved = Element((Component("ENERGY", D(9)),), Restrictions(reservation="RESERVATION"))
    assert bill(reserved, energy("0.30")).total_excl == D(3)


def test_restrictions_on_what_was_not_used_leave_nothing_to_guess() -> None:
    parking = Element((Component("PARKING_TIME", D(2), 1, D(21)),), Restrictions(start_time="18:00"))
    for at in (MORNING, OVERNIGHT, None):
        prices = bill(energy("0.30"), parking, at=at)
        assert (prices.total_excl, prices.total_incl, prices.reasons) == (D(3), D(3), ())


def test_lines_are_given_with_tax_too_where_there_is_one() -> None:
    parts = Component("ENERGY", D("0.30"), 1, D(20)), Component("TIME", D(1), 1, D(10)), Component("FLAT", D(2))
    taxed = bill(Element(parts))
    incl = taxed.energy_incl, taxed.time_incl, taxed.parking_incl, taxed.fixed_incl
    assert incl == (D("3.6"), D("1.1"), D(0), D(2))
    untaxed = bill(energy("0.30"))
    assert (untaxed.energy_incl, untaxed.time_incl, untaxed.parking_incl, untaxed.fixed_incl) == (None,) * 4


elements = st.lists(
    st.builds(
        Element,
        st.lists(
            st.builds(
                Component,
                st.sampled_from(["ENERGY", "TIME", "FLAT", "PARKING_TIME"]),
                st.decimals(0, 5, places=2),
                st.sampled_from([1, 300]),
                st.none() | st.sampled_from([D(0), D(21)]),
            ),
            min_size=1,
            max_size=2,
            unique_by=lambda component: component.kind,
        ).map(tuple),
        st.none()
        | st.builds(
            Restrictions,
            start_time=st.none() | st.sampled_from(["00:00", "06:00", "18:00"]),
            end_date=st.none() | st.sampled_from(["2026-05-04", "2026-05-05", "2027-01-01"]),
            min_energy_kwh=st.none() | st.just(D(5)),
        ),
    ),
    min_size=1,
    max_size=4,
).map(tuple)
usages = st.builds(Usage, st.sampled_from([0, 9_999]), st.sampled_from([0, HOUR_US]), st.sampled_from([0, HOUR_US]))


@given(elements, usages, st.sampled_from([MORNING, OVERNIGHT]))
def test_a_peer_that_does_not_know_the_start_never_contradicts_with_an_exact_bill(
    elements: tuple[Element, ...], usage: Usage, at: Moment
) -> None:
    tariff = Tariff(id="t", currency="EUR", elements=elements, max_price=Limit(incl=D(3)))
    unaware = price(tariff, usage)
    if not unaware.approximate:
        assert price(tariff, usage, at) == unaware
    aware = price(tariff, usage, at)
    gross = aware.energy_incl, aware.time_incl, aware.parking_incl, aware.fixed_incl
    if aware.total_incl is not None:
        assert min(sum(amount for amount in gross if amount is not None), D(3)) == aware.total_incl
