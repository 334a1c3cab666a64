"""What is asked of taxes: rates that there can be, and amounts that come of their rate.

Source: OCPI 2.2.1, Tariffs, PriceComponent; OCPI 2.3.0, Types, TaxAmount.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from simulator.ocpi.findings import Finding, Severity
from simulator.ocpi.rules.measures import check_percentage, is_percentage
from simulator.ocpi.rules.remark import remark

_ROUNDED: Final = Decimal("0.01")
"""How far one amount may lie from the truth, for nothing is said about how amounts are rounded."""
_SECTION: Final = "types, TaxAmount"


def check_rates(tariff: Any, path: str = "$") -> Iterator[Finding]:
    """The VAT of a Tariff's components."""
    for index, element in enumerate(tariff.elements):
        for place, component in enumerate(element.price_components):
            if not is_percentage(getattr(component, "vat", None)):
                yield from check_rate(component, f"{path}.elements[{index}].price_components[{place}]")


def check_rate(component: Any, path: str = "$") -> Iterator[Finding]:
    """The VAT of a PriceComponent; that of 2.1.1 has none."""
    yield from check_percentage(getattr(component, "vat", None), f"{path}.vat", "tariffs, PriceComponent")


def check_tax(tax: Any, path: str = "$") -> Iterator[Finding]:
    """One tax, whatever it is on."""
    yield from check_percentage(tax.percentage, f"{path}.percentage", _SECTION)


def check_taxes(price: Any, path: str, sign: Severity) -> Iterator[Finding]:
    """The taxes on an amount, which only 2.3.0 lists; a tax may be due on other taxes, too, or on a part only.

    `sign` is how much another one than that of the amount matters.
    """
    taxes = getattr(price, "taxes", ())
    for index, tax in enumerate(taxes):
        where, rate = f"{path}.taxes[{index}]", tax.percentage
        yield from check_tax(tax, where)
        if tax.amount * price.before_taxes < 0:
            expected = f"an amount with the sign of before_taxes, {price.before_taxes}"
            yield remark("tax-amount", f"{where}.amount", str(tax.amount), expected, _SECTION, sign)
        elif rate is not None:
            others = sum((abs(other.amount) for place, other in enumerate(taxes) if place != index), Decimal(0))
            least, most = (rate * base / 100 for base in (abs(price.before_taxes), abs(price.before_taxes) + others))
            if abs(tax.amount) > most + _ROUNDED:
                expected = f"not more than {most.normalize():f}, {rate} % of {price.before_taxes} and of other taxes"
                yield remark("tax-amount", f"{where}.amount", str(tax.amount), expected, _SECTION, "warning")
            elif len(taxes) == 1 and abs(tax.amount) < least - _ROUNDED:
                expected = f"{least.normalize():f}, {rate} % of {price.before_taxes}, unless a part of it is not taxed"
                yield remark("tax-amount", f"{where}.amount", str(tax.amount), expected, _SECTION, "note")
