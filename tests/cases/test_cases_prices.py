"""What a session costs, where the specification's rules are most often read otherwise.

Numbers are those of the digest, section 4; the worked prices of tests/billing go further. Cases 39 and 41 need a
session's course (which energy at which price, at what power) and are not held yet.
"""

from datetime import UTC, datetime
from decimal import Decimal as D

import pytest

from simulator.billing.price import Usage, price
from simulator.billing.restrictions import Moment, applies
from simulator.billing.tariff import Component, Element, Limit, Restrictions, Tariff
from simulator.parties.pricing import local_moment

MIN_US = 60_000_000
US_PER_S = 1_000_000


def tariff(*elements: Element, **fields: object) -> Tariff:
    return Tariff(id="T", currency="EUR", elements=elements, **fields)  # type: ignore[arg-type]


def test_case_38_charging_stays_exact_and_parking_is_rounded_up() -> None:
    """21 minutes of charging and then 7 of parking, in steps of 5 minutes, are billed as 21 and 10."""
    steps = Element((Component("TIME", D(60), 300), Component("PARKING_TIME", D(60), 300)))
    bill = price(tariff(steps), Usage(0, 21 * MIN_US, 7 * MIN_US))
    assert (bill.time, bill.parking) == (D(21), D(10))


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
    at = Moment("2026-05-04", time, "MONDAY", "2026-05-04")
    found = applies(Restrictions(start_time=start, end_time=end), at)
    assert found == ("at the start" if holds else "not at the start")


@pytest.mark.parametrize(
    ("utc", "zone", "day", "time"),
    [
        ("2026-03-29T00:59", "Europe/Amsterdam", "2026-03-29", "01:59"),
        ("2026-03-29T01:00", "Europe/Amsterdam", "2026-03-29", "03:00"),
        ("2026-10-25T00:30", "Europe/Amsterdam", "2026-10-25", "02:30"),
        ("2026-10-25T01:30", "Europe/Amsterdam", "2026-10-25", "02:30"),
        ("2026-03-28T23:30", "Europe/Amsterdam", "2026-03-29", "00:30"),
        ("2026-03-28T23:30", "Europe/Lisbon", "2026-03-28", "23:30"),
    ],
)
def test_case_42_hours_are_those_of_the_clocks_at_the_location(utc: str, zone: str, day: str, time: str) -> None:
    """Also on the days when these are changed."""
    epoch_us = int(datetime.fromisoformat(utc).replace(tzinfo=UTC).timestamp()) * US_PER_S
    moment = local_moment(zone, epoch_us, epoch_us)
    assert (moment.date, moment.time) == (day, time)


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
