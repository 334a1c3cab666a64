"""The specification's worked prices, and the published tariffs of three municipalities."""

import json
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from simulator.billing.price import Bill, Usage, price, usage_from_volumes
from simulator.billing.tariff import Component, Element, Limit, Restrictions, Tariff

SHARED = Path(__file__).parents[3] / "shared"
RENAMED = {
    "min_kwh": "min_energy_kwh",
    "max_kwh": "max_energy_kwh",
    "min_current": "min_current_a",
    "max_current": "max_current_a",
    "min_power": "min_power_kw",
    "max_power": "max_power_kw",
    "min_duration": "min_duration_s",
    "max_duration": "max_duration_s",
}


def read(path: str) -> Any:
    file = SHARED / path
    assert file.is_file(), f"Expected the shared material at {file}: it is handed out beside the repository."
    return json.loads(file.read_text(), parse_float=Decimal)


def decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value)


def restrictions(given: dict[str, Any] | None) -> Restrictions | None:
    if given is None:
        return None
    named = {RENAMED.get(name, name): value for name, value in given.items() if value is not None}
    return Restrictions(**(named | {"day_of_week": tuple(named.get("day_of_week", ()))}))


def limit(given: dict[str, Any] | None) -> Limit | None:
    if given is None:
        return None
    return Limit(
        decimal(given.get("excl_vat", given.get("before_taxes"))),
        decimal(given.get("incl_vat", given.get("after_taxes"))),
    )


def tariff(given: dict[str, Any]) -> Tariff:
    return Tariff(
        id=given["id"],
        currency=given["currency"],
        elements=tuple(
            Element(
                tuple(
                    Component(part["type"], Decimal(part["price"]), part["step_size"], decimal(part.get("vat")))
                    for part in element["price_components"]
                ),
                restrictions(element.get("restrictions")),
            )
            for element in given["elements"]
        ),
        min_price=limit(given.get("min_price")),
        max_price=limit(given.get("max_price")),
        tax_included=given.get("tax_included", "NO"),
    )


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


def expected(vector: dict[str, Any]) -> tuple[str | None, str | None]:
    corrected = vector.get("expected_recomputed")
    if corrected is not None:
        return corrected["excl"], corrected["incl"]
    return vector["expected_total_excl_tax"], vector["expected_total_incl_tax"]


def agrees(amount: Decimal | None, printed: str | None) -> bool:
    if printed is None:
        return True
    return amount is not None and amount.quantize(Decimal(printed), ROUND_HALF_UP) == Decimal(printed)


def equal(bill: Bill, vector: dict[str, Any]) -> bool:
    excl, incl = expected(vector)
    return agrees(bill.total_excl, excl) and agrees(bill.total_incl, incl)


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
