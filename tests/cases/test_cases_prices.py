"""What a session costs, where the specification's rules are most often read otherwise.

Numbers are those of the digest, section 4; the worked prices of tests/billing go further.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal as D
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from simulator.billing.course import price_course
from simulator.billing.pieces import Period
from simulator.billing.price import Usage, price
from simulator.billing.tariff import Component, Element, Limit, Restrictions, Tariff

MIN_US = 60_000_000
US_PER_S = 1_000_000


def tariff(*elements: Element, **fields: object) -> Tariff:
    return Tariff(id="T", currency="EUR", elements=elements, **fields)  # type: ignore[arg-type]


def test_case_38_charging_stays_exact_and_parking_is_rounded_up() -> None:
    """21 minutes of charging and then 7 of parking, in steps of 5 minutes, are billed as 21 and 10."""
    steps = Element((Component("TIME", D(60), 300), Component("PARKING_TIME", D(60), 300)))
    bill = price(tariff(steps), Usage(0, 21 * MIN_US, 7 * MIN_US))
    assert (bill.time, bill.parking) == (D(21), D(10))


def charged(energy_kwh: str, at: str, minutes: int) -> Period:
    start_us = int(datetime.fromisoformat(f"2026-05-04T{at}").replace(tzinfo=UTC).timestamp()) * US_PER_S
    return Period(start_epoch_us=start_us, end_epoch_us=start_us + minutes * MIN_US, energy_kwh=D(energy_kwh))


def test_case_38_a_change_of_price_does_not_change_that() -> None:
    """Parking alone is rounded, also after charging at two prices."""
    elements = (
        Element((Component("TIME", D(60), 300),), Restrictions(end_time="17:00")),
        Element((Component("TIME", D(120), 300), Component("PARKING_TIME", D(60), 300))),
    )
    parked = replace(charged("0", "17:06", 7), activity="PARKING")
    bill = price_course(tariff(*elements), [charged("5", "16:45", 21), parked], "UTC")
    assert (bill.time, bill.parking) == (D(15 + 2 * 6), D(10))


def test_case_39_a_step_over_two_prices_is_paid_by_the_later() -> None:
    """4.3 and then 1.1 kWh in steps of 500 Wh are 5.5 kWh, of which 1.2 at the later price."""
    elements = (
        Element((Component("ENERGY", D("0.20"), 500),), Restrictions(end_time="17:00")),
        Element((Component("ENERGY", D("0.27"), 500),)),
    )
    bill = price_course(tariff(*elements), [charged("4.3", "16:00", 60), charged("1.1", "17:00", 20)], "UTC")
    assert bill.energy == D("4.3") * D("0.20") + D("1.2") * D("0.27")
    assert not bill.approximate


@pytest.mark.parametrize(
    ("restrictions", "applies_below", "applies_at"),
    [
        (Restrictions(max_power_kw=D(16)), True, False),
        (Restrictions(min_power_kw=D(16)), False, True),
    ],
    ids=["max_power", "min_power"],
)
def test_case_41_a_bound_of_power_is_in_at_the_bottom_and_out_at_the_top(
    restrictions: Restrictions, applies_below: bool, applies_at: bool
) -> None:
    """Charging at exactly 16 kW is not below a max_power of 16, and reaches a min_power of 16."""
    only = tariff(Element((Component("ENERGY", D(1)),), restrictions))
    at_16_kw, below = charged("16", "12:00", 60), charged("15.999", "12:00", 60)
    assert price_course(only, [at_16_kw], "UTC").energy == (16 if applies_at else 0)
    assert price_course(only, [below], "UTC").energy == (D("15.999") if applies_below else 0)


def test_case_40_each_dimension_finds_its_own_element() -> None:
    """FLAT stands in the first element, TIME in the third: both count."""
    elements = (
        Element((Component("FLAT", D(2)),)),
        Element((Component("ENERGY", D(1)),)),
        Element((Component("TIME", D(60)),)),
    )
    bill = price(tariff(*elements), Usage(3_000, 10 * MIN_US))
    assert (bill.fixed, bill.energy, bill.time, bill.total_excl) == (D(2), D(3), D(10), D(15))
    assert not bill.approximate


@pytest.mark.parametrize(
    ("start", "end", "time", "holds"),
    [
        ("20:00", "00:00", "23:59", True),
        ("20:00", "00:00", "00:00", False),
        ("20:00", "00:00", "19:59", False),
        ("22:00", "06:00", "23:00", True),
        ("22:00", "06:00", "05:59", True),
        ("22:00", "06:00", "06:00", False),
        ("22:00", "06:00", "12:00", False),
    ],
)
def test_case_42_hours_end_at_midnight_or_run_past_it(start: str, end: str, time: str, holds: bool) -> None:
    """An end at 00:00 is that of the day, and one before the start that of the next."""
    hours = tariff(Element((Component("FLAT", D(1)),), Restrictions(start_time=start, end_time=end)))
    bill = price_course(hours, [charged("0", time, 0)], "UTC")
    assert bill.fixed == (1 if holds else 0)


@pytest.mark.parametrize(
    ("date", "night_hours"),
    [("2026-05-04", 8), ("2026-03-29", 7), ("2026-10-25", 9)],
    ids=["usual", "spring", "autumn"],
)
def test_case_42_a_night_costs_the_hours_that_it_has(date: str, night_hours: int) -> None:
    """From 22:00 to 06:00 by the clocks at the location, priced along the night."""
    evening = datetime.fromisoformat(f"{date}T12:00").replace(tzinfo=ZoneInfo("Europe/Amsterdam")) - timedelta(days=1)
    noon = evening + timedelta(days=1)
    whole = Period(start_epoch_us=int(evening.timestamp()) * US_PER_S, end_epoch_us=int(noon.timestamp()) * US_PER_S)
    nights = tariff(Element((Component("TIME", D(1)),), Restrictions(start_time="22:00", end_time="06:00")))
    assert price_course(nights, [whole], "Europe/Amsterdam").time == night_hours


def test_case_43_net_and_gross_are_bound_each_on_its_own() -> None:
    """Here the net price is above its minimum, and the gross price is below its own."""
    energy = Element((Component("ENERGY", D("0.25"), 1, D(10)),))
    bill = price(tariff(energy, min_price=Limit(D("0.50"), D("0.60"))), Usage(2_100))
    assert (bill.total_excl, bill.total_incl) == (D("0.525"), D("0.60"))


def test_case_44_no_tax_is_invented_and_none_is_added_twice() -> None:
    """Net prices without a rate have no gross total; prices that include the tax are the gross total."""
    untaxed = price(tariff(Element((Component("ENERGY", D("0.30")),)), tax_included="NO"), Usage(10_000))
    assert (untaxed.total_excl, untaxed.total_incl) == (D(3), None)
    taxed = price(tariff(Element((Component("ENERGY", D("0.363"), 1, D(21)),)), tax_included="YES"), Usage(10_000))
    assert (taxed.total_excl, taxed.total_incl) == (D(3), D("3.63"))
    unknown_rate = price(tariff(Element((Component("ENERGY", D("0.363")),)), tax_included="YES"), Usage(10_000))
    assert unknown_rate.total_incl == D("3.63")
    assert unknown_rate.approximate
