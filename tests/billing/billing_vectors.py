"""The specification's worked prices as they lie in ../shared, in the words of the billing room."""

import json
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from simulator.billing.price import Bill
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
