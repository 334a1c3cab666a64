"""The specification's worked prices, and the published tariffs of three municipalities."""

from decimal import Decimal
from typing import Any

from billing_vectors import agrees, equal, read, tariff

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


def test_bills_out_of_scope_say_what_they_ignored() -> None:
    bills = [
        (v["id"], price(tariff(v["tariff"]), usage(v))) for v in read("ocpi/tariff_vectors.json") if not in_scope(v)
    ]
    assert [name for name, bill in bills if not bill.approximate] == []


def test_the_scope_is_34_of_62() -> None:
    given = read("ocpi/tariff_vectors.json")
    assert (len(given), sum(map(in_scope, given))) == (62, 34)


def test_prices_with_an_unknown_tax_inside_keep_their_gross_total() -> None:
    vector = next(vector for vector in read("ocpi/tariff_vectors.json") if vector["id"] == "2.3.0-10")
    bill = price(tariff(vector["tariff"]), usage(vector))
    assert agrees(bill.total_incl, vector["expected_total_incl_tax"])


def test_every_published_tariff_is_priced_and_a_restricted_one_is_marked() -> None:
    session = Usage(20_000, 7_200_000_000, 1_800_000_000)
    exact = total = 0
    for municipality in ("ameland", "breda", "haarlemmermeer"):
        for published in read(f"data/ndw/{municipality}.tariffs.json"):
            ours = tariff(published)
            bill = price(ours, session)
            assert bill.total_excl >= 0
            restricted = any(element.restrictions and element.restrictions.names() for element in ours.elements)
            assert restricted or not bill.approximate
            exact += not bill.approximate
            total += 1
    assert total == 466
    assert exact > 350
