"""The specification's worked prices, and the published tariffs of three municipalities."""

from decimal import Decimal
from typing import Any

import pytest
from billing_vectors import agrees, equal, read, tariff

from simulator.billing.course import price_course
from simulator.billing.pieces import Period
from simulator.billing.price import Usage, price, usage_from_volumes


def usage(vector: dict[str, Any]) -> Usage:
    volumes = dict.fromkeys(("ENERGY", "TIME", "PARKING_TIME"), Decimal(0))
    for period in vector["charging_periods"]:
        for dimension in period["dimensions"]:
            if dimension["type"] in volumes:
                volumes[dimension["type"]] += Decimal(dimension["volume"])
    return usage_from_volumes(*volumes.values())


def in_scope(vector: dict[str, Any]) -> bool:
    """This step prices exactly what always applies and whose tax is known."""
    elements = vector["tariff"]["elements"]
    return all(not element.get("restrictions") for element in elements) and vector["id"] != "2.3.0-10"


def test_worked_prices_in_scope_are_met_exactly() -> None:
    bills = {
        v["id"]: (price(tariff(v["tariff"]), usage(v)), v) for v in read("ocpi/tariff_vectors.json") if in_scope(v)
    }
    assert [name for name, (bill, vector) in bills.items() if bill.approximate or not equal(bill, vector)] == []


def test_prices_out_of_scope_are_not_guessed() -> None:
    """The course of the session tells them: see test_billing_course."""
    for vector in read("ocpi/tariff_vectors.json"):
        if not in_scope(vector) and vector["id"] != "2.3.0-10":
            with pytest.raises(ValueError, match="is restricted"):
                price(tariff(vector["tariff"]), usage(vector))


def test_the_scope_is_34_of_62() -> None:
    given = read("ocpi/tariff_vectors.json")
    assert (len(given), sum(map(in_scope, given))) == (62, 34)


def test_prices_with_an_unknown_tax_inside_keep_their_gross_total() -> None:
    vector = next(vector for vector in read("ocpi/tariff_vectors.json") if vector["id"] == "2.3.0-10")
    bill = price(tariff(vector["tariff"]), usage(vector))
    assert agrees(bill.total_incl, vector["expected_total_incl_tax"])


def test_every_published_tariff_is_priced_by_its_course_and_one_without_restrictions_alike_without() -> None:
    session = Usage(20_000, 7_200_000_000, 1_800_000_000)
    hour_us = 3_600_000_000
    charged = Period(start_epoch_us=0, end_epoch_us=2 * hour_us, energy_kwh=Decimal(20))
    parked = Period(start_epoch_us=2 * hour_us, end_epoch_us=5 * hour_us // 2, activity="PARKING")
    exact = total = 0
    for municipality in ("ameland", "breda", "haarlemmermeer"):
        for published in read(f"data/ndw/{municipality}.tariffs.json"):
            ours = tariff(published)
            bill = price_course(ours, (charged, parked), "Europe/Amsterdam")
            assert bill.total_excl >= 0
            if not any(element.restrictions and element.restrictions.names() for element in ours.elements):
                assert bill == price(ours, session)
                exact += 1
            total += 1
    assert total == 466
    assert exact > 350
