"""Prices along a session's course: the specification's worked examples, and what must not matter to a price."""

from datetime import datetime, timedelta
from decimal import Decimal as D
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from billing_vectors import equal, read, tariff
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from simulator.billing.course import Course, price_course
from simulator.billing.pieces import Activity, Period
from simulator.billing.price import Bill, Usage, price
from simulator.billing.tariff import Component, Element, Limit, Restrictions, Tariff

S_US = 1_000_000
MIN_US = 60 * S_US
MIDNIGHT_US = 1_777_852_800 * S_US
"""2026-05-04, a Monday, in UTC."""


def epoch_us(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp()) * S_US


def periods_of(vector: dict[str, Any]) -> list[Period]:
    session = vector["session"]
    starts = [epoch_us(period["start_date_time"]) for period in vector["charging_periods"]]
    ends = [*starts[1:], epoch_us(session["end_date_time"])]
    reserved: Activity = "RESERVATION_EXPIRES" if session["reservation"] == "expired" else "RESERVATION"
    found = []
    for start_us, end_us, period in zip(starts, ends, vector["charging_periods"], strict=True):
        volumes = {dimension["type"]: D(dimension["volume"]) for dimension in period["dimensions"]}
        charging: Activity = "PARKING" if "PARKING_TIME" in volumes else "CHARGING"
        found.append(
            Period(
                start_epoch_us=start_us,
                end_epoch_us=end_us,
                energy_kwh=volumes.get("ENERGY", D(0)),
                activity=reserved if "RESERVATION_TIME" in volumes else charging,
                min_power_kw=volumes.get("MIN_POWER"),
                max_power_kw=volumes.get("MAX_POWER"),
                min_current_a=volumes.get("MIN_CURRENT"),
                max_current_a=volumes.get("MAX_CURRENT"),
            )
        )
    return found


@pytest.mark.shared
def test_every_worked_price_of_the_specification_is_met() -> None:
    vectors = [v for v in read("ocpi/tariff_vectors.json") if v["status"] != "superseded_do_not_test"]
    bills = [price_course(tariff(v["tariff"]), periods_of(v), v["session"]["time_zone"]) for v in vectors]
    assert [v["id"] for v, bill in zip(vectors, bills, strict=True) if not equal(bill, v)] == []
    # of one alone the tax is unknown
    assert [v["id"] for v, bill in zip(vectors, bills, strict=True) if bill.approximate] == ["2.3.0-10"]
    assert len(vectors) == 61


@pytest.mark.shared
def test_what_the_superseded_text_says_otherwise_is_not_met() -> None:
    (vector,) = [v for v in read("ocpi/tariff_vectors.json") if v["status"] == "superseded_do_not_test"]
    bill = price_course(tariff(vector["tariff"]), periods_of(vector), "UTC")
    assert equal(bill, vector)
    assert bill.total_excl != D(vector["expected_total_excl_tax"])


@pytest.mark.shared
def test_periods_that_the_specification_cuts_at_the_clock_need_not_be_cut() -> None:
    for v in read("ocpi/tariff_vectors.json"):
        if v["id"] in ("2.2.1-21", "2.2.1-22", "2.2.1-23"):
            whole = merged(periods_of(v))
            assert len(whole) < len(v["charging_periods"])
            assert equal(price_course(tariff(v["tariff"]), whole, "UTC"), v)


def merged(periods: list[Period]) -> list[Period]:
    """Neighbours of one activity together."""
    found = periods[:1]
    for period in periods[1:]:
        last = found[-1]
        if period.activity == last.activity:
            found[-1] = Period(
                start_epoch_us=last.start_epoch_us,
                end_epoch_us=period.end_epoch_us,
                energy_kwh=last.energy_kwh + period.energy_kwh,
                activity=last.activity,
            )
        else:
            found.append(period)
    return found


def stretch(minutes: float, energy_wh: int = 0, activity: Activity = "CHARGING", at_us: int = 0) -> Period:
    start_us = MIDNIGHT_US + at_us
    return Period(
        start_epoch_us=start_us,
        end_epoch_us=start_us + int(minutes * MIN_US),
        energy_kwh=D(energy_wh) / 1000,
        activity=activity,
    )


def session(*stretches: tuple[float, int, Activity], at_us: int = 0) -> list[Period]:
    found = []
    for minutes, energy_wh, activity in stretches:
        found.append(stretch(minutes, energy_wh, activity, at_us))
        at_us += found[-1].duration_us
    return found


def component(kind: Any, price: Any, step_size: int = 1, vat: D | None = None) -> Component:
    return Component(kind, D(price), step_size, vat)


def restricted(component: Component, **restrictions: Any) -> Element:
    return Element((component,), Restrictions(**restrictions) if restrictions else None)


def tariff_of(*elements: Element, **fields: Any) -> Tariff:
    return Tariff(id="t", currency="EUR", elements=elements, **fields)


def bill_of(elements: tuple[Element, ...], *periods: Period, zone: str = "UTC") -> Bill:
    return price_course(tariff_of(*elements), periods, zone)


@pytest.mark.shared
@pytest.mark.parametrize("id", ["q01", "q04", "q05", "q06"])
def test_times_that_the_specification_rounds_up(id: str) -> None:
    """As money: a minute costs 1."""
    (vector,) = [vector for vector in read("ocpi/tariff_quantity_vectors.json") if vector["id"] == id]
    given, billed, kinds = vector["input"], vector["expected_billed"], ("TIME", "PARKING_TIME")
    steps = given["step_s"] if isinstance(given["step_s"], dict) else dict.fromkeys(kinds, given["step_s"])
    elements = (Element(tuple(component(kind, 60, steps[kind]) for kind in kinds)),)
    minutes = [given.get(f"{kind}_min", 0) for kind in kinds]
    bill = bill_of(elements, *session((minutes[0], 0, "CHARGING"), (minutes[1], 0, "PARKING")))
    assert (bill.time, bill.parking) == tuple(billed.get(f"{kind}_min", 0) for kind in kinds)


@pytest.mark.shared
@pytest.mark.parametrize(("id", "kind"), [("q02", "ENERGY"), ("q03", "TIME")])
def test_what_is_rounded_up_is_paid_by_the_last_price(id: str, kind: str) -> None:
    (vector,) = [vector for vector in read("ocpi/tariff_quantity_vectors.json") if vector["id"] == id]
    given = vector["input"]
    early, late = (component(kind, price, given.get("step_wh") or given["step_s"]) for price in given["price"])
    minutes = given.get("TIME_min", [30, 30])
    energies_wh = [int(energy * 1_000) for energy in given.get("ENERGY_kwh", [0, 0])]
    at_us = (17 * 60 - minutes[0]) * MIN_US
    parts = [(length, energy_wh, "CHARGING") for length, energy_wh in zip(minutes, energies_wh, strict=True)]
    bill = bill_of((restricted(early, end_time="17:00"), restricted(late)), *session(*parts, at_us=at_us))
    assert bill.total_excl == D(vector["expected_billed"]["_cost_excl_computed_by_us"])


DAY_AND_NIGHT = (
    restricted(component("TIME", 60), start_time="06:00", end_time="22:00"),
    restricted(component("TIME", 600)),
)


@pytest.mark.parametrize(
    ("date", "zone", "day_minutes", "night_minutes"),
    [
        ("2026-05-04", "Europe/Amsterdam", 16 * 60, 8 * 60),
        ("2026-03-29", "Europe/Amsterdam", 16 * 60, 7 * 60),
        ("2026-10-25", "Europe/Amsterdam", 16 * 60, 9 * 60),
        ("2026-05-04", "Asia/Kathmandu", 16 * 60, 8 * 60),
    ],
)
def test_a_local_day_has_the_hours_that_its_clocks_show(
    date: str, zone: str, day_minutes: int, night_minutes: int
) -> None:
    """Also when clocks are changed; the session lasts from midnight to midnight at the location."""
    start = datetime.fromisoformat(f"{date}T00:00").replace(tzinfo=ZoneInfo(zone))
    end = (start + timedelta(days=1)).timestamp()  # a day by the clocks
    whole = Period(start_epoch_us=int(start.timestamp()) * S_US, end_epoch_us=int(end) * S_US)
    assert bill_of(DAY_AND_NIGHT, whole, zone=zone).time == day_minutes + 10 * night_minutes


@pytest.mark.parametrize(
    ("hours", "minutes_dear"),
    [
        (("02:00", "03:00"), 0),  # left out in spring
        (("02:30", "04:00"), 60),  # begins when clocks jump over it
        (("00:00", "02:30"), 120),  # ends when clocks jump over it
    ],
)
def test_hours_that_clocks_jump_over_begin_and_end_when_they_do(hours: tuple[str, str], minutes_dear: int) -> None:
    elements = (
        restricted(component("TIME", 600), start_time=hours[0], end_time=hours[1]),
        restricted(component("TIME", 60)),
    )
    start_us = epoch_us("2026-03-28T23:00:00Z")
    night = Period(start_epoch_us=start_us, end_epoch_us=start_us + 4 * 60 * MIN_US)
    assert bill_of(elements, night, zone="Europe/Amsterdam").time == 240 + 9 * minutes_dear


def test_hours_that_clocks_show_twice_count_twice() -> None:
    elements = (restricted(component("TIME", 60), start_time="02:30", end_time="02:45"),)
    start_us = epoch_us("2026-10-24T22:00:00Z")
    night = Period(start_epoch_us=start_us, end_epoch_us=start_us + 6 * 60 * MIN_US)
    assert bill_of(elements, night, zone="Europe/Amsterdam").time == 30


def test_days_and_dates_change_at_midnight_of_the_location() -> None:
    over_midnight = stretch(120, 4_000, at_us=-60 * MIN_US)
    monday = restricted(component("ENERGY", 1), day_of_week=("MONDAY",)), restricted(component("ENERGY", 2))
    assert bill_of(monday, over_midnight).energy == 2 * 2 + 2 * 1
    from_monday = restricted(component("ENERGY", 1), start_date="2026-05-04"), restricted(component("ENERGY", 2))
    assert bill_of(from_monday, over_midnight).energy == 6
    until_monday = restricted(component("ENERGY", 1), end_date="2026-05-04"), restricted(component("ENERGY", 2))
    assert bill_of(until_monday, over_midnight).energy == 6
    assert bill_of(monday, over_midnight, zone="Europe/Amsterdam").energy == 4
    assert bill_of(monday, over_midnight, zone="America/New_York").energy == 8


def test_energy_and_duration_are_those_of_the_session_and_not_of_a_period() -> None:
    first_kwh = restricted(component("ENERGY", 1), max_energy_kwh=D(3)), restricted(component("ENERGY", 2))
    assert bill_of(first_kwh, stretch(30, 2_000), stretch(30, 2_000, at_us=30 * MIN_US)).energy == 3 + 2
    late = (restricted(component("TIME", 60), min_duration_s=45 * 60),)
    assert bill_of(late, stretch(30), stretch(30, at_us=30 * MIN_US)).time == 15
    gap = (stretch(30), stretch(30, at_us=60 * MIN_US))
    assert bill_of(late, *gap).time == 30


def test_energy_in_no_time_is_cut_at_its_bounds_too() -> None:
    first_kwh = restricted(component("ENERGY", 1), max_energy_kwh=D(3)), restricted(component("ENERGY", 2))
    assert bill_of(first_kwh, stretch(0, 5_000)).energy == 3 + 4


def test_a_start_price_is_paid_once_and_when_it_first_applies() -> None:
    fees = (
        restricted(component("FLAT", 5), min_energy_kwh=D(1), max_energy_kwh=D(2)),
        restricted(component("FLAT", 1), min_duration_s=60),
    )
    assert bill_of(fees, stretch(0.5)).fixed == 0
    assert bill_of(fees, stretch(1, 500), stretch(10, 5_000, at_us=MIN_US)).fixed == 1
    assert bill_of(fees, stretch(1, 5_000)).fixed == 5
    assert bill_of(fees, stretch(0.5, 1_000), stretch(10, 500, at_us=MIN_US // 2)).fixed == 5


def test_time_without_a_price_is_not_rounded_up_with_the_rest() -> None:
    first_hour = (restricted(component("TIME", 60, 600), max_duration_s=25 * 60),)
    assert bill_of(first_hour, stretch(41)).time == 30


def test_parking_that_is_free_leaves_charging_its_step() -> None:
    elements = (
        restricted(component("TIME", 60, 600)),
        restricted(component("PARKING_TIME", 60), start_time="09:00", end_time="18:00"),
    )
    assert bill_of(elements, *session((21, 0, "CHARGING"), (16, 0, "PARKING"))).time == 30
    by_day = bill_of(elements, *session((21, 0, "CHARGING"), (16, 0, "PARKING"), at_us=10 * 60 * MIN_US))
    assert (by_day.time, by_day.parking) == (21, 16)


def test_power_is_that_of_the_energy_and_what_is_not_known_is_said() -> None:
    slow = restricted(component("ENERGY", 1), max_power_kw=D(16)), restricted(component("ENERGY", 2))
    assert [bill_of(slow, stretch(60, wh)).energy for wh in (15_999, 16_000)] == [D("15.999"), 32]
    weak = restricted(component("ENERGY", 1), max_current_a=D(16)), restricted(component("ENERGY", 2))
    guess = bill_of(weak, stretch(60, 1_000))
    assert guess.energy == 1
    assert guess.reasons == ("ENERGY is priced by element 1, though its power or current is not known.",)


def test_without_energy_there_is_no_current() -> None:
    weak = restricted(component("TIME", 60), max_current_a=D(16)), restricted(component("TIME", 600))
    idle = bill_of(weak, stretch(60))
    assert (idle.time, idle.approximate) == (60, False)


@pytest.mark.parametrize(
    ("least", "most", "price", "sure"),
    [
        ("10", "15", 1, True),
        ("10", "16", 1, False),
        ("16", "20", 2, True),
        (None, "16", 2, True),
        ("15", None, 1, True),
    ],
)
def test_a_current_on_both_sides_of_a_bound_leaves_a_doubt(
    least: str | None, most: str | None, price: int, sure: bool
) -> None:
    weak = restricted(component("ENERGY", 1), max_current_a=D(16)), restricted(component("ENERGY", 2))
    period = replace(
        stretch(60, 1_000),
        min_current_a=D(least) if least is not None else None,
        max_current_a=D(most) if most is not None else None,
    )
    bill = bill_of(weak, period)
    assert (bill.energy, bill.approximate) == (price, not sure)


def test_the_tax_is_that_of_the_prices_paid_or_else_of_the_first() -> None:
    elements = (
        restricted(component("ENERGY", 1, vat=D(20)), end_time="12:00"),
        restricted(component("ENERGY", 1)),
    )
    untaxed = bill_of(elements, stretch(60, 1_000, at_us=13 * 60 * MIN_US))
    assert (untaxed.total_excl, untaxed.total_incl) == (1, None)
    assert bill_of(elements, stretch(60)).total_incl == 0


def test_a_session_that_was_not_booked_is_priced_exactly_without_the_elements_for_bookings() -> None:
    late = restricted(component("FLAT", 9), booking="BOOKING_OVERTIME"), restricted(component("FLAT", 1))
    bill = bill_of(late, stretch(10))
    assert (bill.total_excl, bill.approximate, bill.reasons) == (1, False, ())


def test_an_element_with_an_unknown_restriction_is_left_out_and_named() -> None:
    odd = restricted(component("FLAT", 9), unknown=("moon", "tide")), restricted(component("FLAT", 1))
    bill = bill_of(odd, stretch(10))
    why = "Element 1 has a restriction that is not known here (moon, tide); it is not billed."
    assert (bill.total_excl, bill.reasons) == (1, (why,))


def test_rounding_to_whole_seconds_pays_nothing_back() -> None:
    elements = (
        restricted(component("TIME", 0), end_time="10:00"),
        restricted(component("TIME", 60), start_time="10:00"),
    )
    ten_us = MIDNIGHT_US + 600 * MIN_US
    period = Period(start_epoch_us=ten_us - 100_400_000, end_epoch_us=ten_us + 50_000, energy_kwh=D(1))
    assert bill_of(elements, period).time == 0


def test_the_least_price_is_that_of_charging_and_not_of_a_reservation_alone() -> None:
    elements = (
        Element((component("TIME", 6),)),
        restricted(component("TIME", 5), reservation="RESERVATION"),
    )
    capped = replace(tariff_of(*elements), min_price=Limit(D(20)))
    reserved = session((12, 0, "RESERVATION"))
    assert price_course(capped, reserved, "UTC").total_excl == D("1.0000")
    used = session((12, 0, "RESERVATION"), (30, 0, "CHARGING"))
    assert price_course(capped, used, "UTC").total_excl == 20


def test_a_reservation_that_expires_falls_back_on_the_price_of_any() -> None:
    elements = (
        Element((component("TIME", 60, 600, D(20)), component("FLAT", 3)), Restrictions(reservation="RESERVATION")),
        restricted(component("FLAT", 7), reservation="RESERVATION_EXPIRES"),
        restricted(component("FLAT", 1)),
    )
    used = bill_of(elements, *session((12, 0, "RESERVATION"), (10, 1_000, "CHARGING")))
    assert (used.reservation, used.fixed, used.total_excl, used.total_incl) == (23, 1, 24, 28)
    expired = bill_of(elements, stretch(12, activity="RESERVATION_EXPIRES"))
    assert (expired.reservation, expired.reservation_incl, expired.fixed) == (27, 31, 0)


def test_what_nobody_can_mean_is_refused() -> None:
    with pytest.raises(ValueError, match="expected an end that is not before the start"):
        stretch(-1)


money = st.decimals(0, 20, places=4)
vats = st.none() | st.sampled_from([D(0), D(21), D("5.5")])
kinds = st.sampled_from(["ENERGY", "TIME", "FLAT", "PARKING_TIME"])
components = st.lists(
    st.builds(Component, kinds, money, st.sampled_from([0, 1, 60, 300, 500]), vats),
    min_size=1,
    max_size=4,
    unique_by=lambda component: component.kind,
).map(tuple)
limits = st.none() | st.builds(Limit, st.none() | money, st.none() | money)
activities = st.sampled_from(["CHARGING", "PARKING"])
times = st.sampled_from(["00:00", "00:20", "06:00", "18:30"])
restrictions = st.none() | st.builds(
    Restrictions,
    start_time=st.none() | times,
    end_time=st.none() | times,
    start_date=st.none() | st.just("2026-05-05"),
    end_date=st.none() | st.just("2026-05-05"),
    min_energy_kwh=st.none() | st.sampled_from([D(0), D("1.5")]),
    max_energy_kwh=st.none() | st.sampled_from([D(3), D("4.4")]),
    min_power_kw=st.none() | st.just(D(2)),
    max_power_kw=st.none() | st.just(D(4)),
    min_duration_s=st.none() | st.just(600),
    max_duration_s=st.none() | st.just(5_400),
    day_of_week=st.sampled_from([(), ("MONDAY",)]),
)


@given(
    st.lists(components, min_size=1, max_size=2),
    st.lists(st.tuples(st.integers(0, 40_000), st.integers(0, 20_000), activities), min_size=1, max_size=4),
    limits,
    limits,
    st.sampled_from(["YES", "NO", "N/A"]),
)
def test_without_restrictions_the_course_does_not_matter(
    elements: list[tuple[Component, ...]],
    parts: list[tuple[int, int, Activity]],
    least: Limit | None,
    most: Limit | None,
    tax_included: Any,
) -> None:
    priced = tariff_of(*map(Element, elements), min_price=least, max_price=most, tax_included=tax_included)
    periods = session(*[(ms / 60_000, energy_wh, activity) for ms, energy_wh, activity in parts])
    lasted = {kind: sum(p.duration_us for p in periods if p.activity == kind) for kind in ("CHARGING", "PARKING")}
    usage = Usage(sum(energy_wh for _, energy_wh, _ in parts), lasted["CHARGING"], lasted["PARKING"])
    assert price_course(priced, periods, "Europe/Amsterdam") == price(priced, usage)


@given(
    st.lists(st.builds(Element, components, restrictions), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(1, 60), st.integers(0, 8), activities), min_size=1, max_size=3),
    st.lists(st.integers(1, 59), max_size=3),
    st.integers(-8, 3),
)
def test_how_a_session_is_cut_into_periods_does_not_matter(
    elements: list[Element], parts: list[tuple[int, int, Activity]], cuts: list[int], hour: int
) -> None:
    """Parts are some minutes at some even power, in units of 10 Wh a second; cut anywhere, they cost the same."""
    whole, cut = Course(tariff_of(*elements), "Europe/Amsterdam"), Course(tariff_of(*elements), "Europe/Amsterdam")
    start_us = MIDNIGHT_US + hour * 60 * MIN_US
    for minutes, deca_wh_a_minute, activity in parts:
        at = [0, *sorted({cut * minutes for cut in cuts}), 60 * minutes]
        for course, seconds in ((whole, [0, 60 * minutes]), (cut, at)):
            for begin, end in pairwise(seconds):
                course.add(
                    Period(
                        start_epoch_us=start_us + begin * S_US,
                        end_epoch_us=start_us + end * S_US,
                        energy_kwh=D((end - begin) * deca_wh_a_minute) / 6_000,
                        activity=activity,
                    )
                )
        start_us += minutes * MIN_US
    assert cut.bill() == whole.bill()
