"""Amounts: one number without VAT in 2.1.1, without and with VAT in 2.2.1, and each tax by itself in 2.3.0.

Sums are exact or are not made: an amount is money.
"""

from collections.abc import Mapping
from decimal import Context, Decimal, Inexact
from typing import Any, Final

from simulator.ocpi.datatypes import Price
from simulator.ocpi.translation.account import Account, Tree
from simulator.ocpi.translation.table import Made, Table
from simulator.ocpi.v2_3_0.tariffs import PriceLimit
from simulator.ocpi.v2_3_0.types import Price as TaxedPrice

VAT: Final = "VAT"
EXACT: Final = Context(prec=100, traps=[Inexact])
"""Amounts of any sensible size fit; what does not raises Inexact."""


def with_vat_unknown(amount: Decimal, _path: str, _account: Account) -> Tree:
    """The number of 2.1.1 as a Price of 2.2.1."""
    return {"excl_vat": amount}


def without_vat(price: Mapping[str, Any], path: str, account: Account) -> Decimal:
    """The number of 2.1.1 that a Price of 2.2.1 holds."""
    if price.get("incl_vat") is not None:
        account.change(path, "OCPI 2.1.1 has one amount, which is without VAT; that with VAT is not said.")
    amount: Decimal = price["excl_vat"]
    return amount


def _name_vat(price: Mapping[str, Any], path: str, account: Account) -> Tree:
    gross = price.get("incl_vat")
    if gross is None:
        return {}
    try:
        vat = EXACT.subtract(gross, price["excl_vat"])
    except Inexact:
        account.lose(f"{path}.incl_vat", "The VAT in it is no number of sensible length.")
        return {}
    return {"taxes": [{"name": VAT, "amount": vat}]}


def _add_taxes(price: Mapping[str, Any], path: str, account: Account) -> Tree:
    taxes = price.get("taxes") or ()
    if not taxes:
        return {}
    gross = price["before_taxes"]
    try:
        for tax in taxes:
            gross = EXACT.add(gross, tax["amount"])
    except Inexact:
        account.lose(f"{path}.taxes", "The sum with them is no number of sensible length.")
        return {}
    (first, *others) = taxes
    if others or first["name"] != VAT or any(value is not None and key not in _PLAIN for key, value in first.items()):
        account.change(f"{path}.taxes", "OCPI 2.2.1 has only the sum of all taxes, without names and percentages.")
    return {"incl_vat": gross}


_PLAIN: Final = ("name", "amount")

TO_2_3_0: Final = (
    Table(
        Price,
        TaxedPrice,
        renamed={"excl_vat": "before_taxes"},
        made=(Made(("incl_vat",), ("taxes",), _name_vat),),
    ),
    Table(Price, PriceLimit, renamed={"excl_vat": "before_taxes", "incl_vat": "after_taxes"}),
)

FROM_2_3_0: Final = (
    Table(
        TaxedPrice,
        Price,
        renamed={"before_taxes": "excl_vat"},
        made=(Made(("taxes",), ("incl_vat",), _add_taxes),),
    ),
    Table(PriceLimit, Price, renamed={"before_taxes": "excl_vat", "after_taxes": "incl_vat"}),
)
