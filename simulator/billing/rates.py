"""What a unit costs, exactly, and the one place where an exact amount is rounded to money.

Prices are for a kWh or an hour, quantities are counted in Wh and seconds; a third of an hour has no decimal. So a rate
is a quotient of integers, and an amount becomes one with 4 decimals, half up, only when its line is complete.
"""

from decimal import Decimal

from msgspec import Struct

from simulator.billing.tariff import Component, ComponentKind, Tariff

_S_PER_H = 3_600
_WH_PER_KWH = 1_000
_TEN_THOUSANDTH = Decimal("0.0001")

_UNIT: dict[ComponentKind, int] = {"ENERGY": _WH_PER_KWH, "TIME": _S_PER_H, "PARKING_TIME": _S_PER_H, "FLAT": 1}
"""How many of a dimension's smallest units (Wh, s, sessions) its price is for."""


class Rate(Struct, frozen=True, gc=False):
    """What one dimension costs: `net` and `gross` are quotients of integers, in money for its smallest unit.

    It is `free` when both are nothing.
    """

    kind: ComponentKind
    step_size: int
    net: tuple[int, int]
    gross: tuple[int, int]
    free: bool


def rate_of(tariff: Tariff, component: Component) -> Rate:
    """What a component of this tariff costs without and with tax."""
    numerator, denominator = component.price.as_integer_ratio()
    denominator *= _UNIT[component.kind]
    net = gross = numerator, denominator
    if component.vat is not None and tariff.tax_included != "N/A":
        taxed, hundred = gross_ratio(component.vat)
        if tariff.tax_included == "YES":
            net = numerator * hundred, denominator * taxed
        else:
            gross = numerator * taxed, denominator * hundred
    return Rate(component.kind, component.step_size, net, gross, not (net[0] or gross[0]))


def gross_ratio(vat: Decimal) -> tuple[int, int]:
    """Gross to net as a quotient of integers: 110 to 100 for a VAT of 10 percent."""
    numerator, denominator = vat.as_integer_ratio()
    return 100 * denominator + numerator, 100 * denominator


def ten_thousandths(numerator: int, denominator: int) -> int:
    """The quotient in the smallest unit of money, halves away from zero."""
    if numerator < 0:
        return -ten_thousandths(-numerator, denominator)
    return (numerator * 20_000 + denominator) // (2 * denominator)


def money(amount: int) -> Decimal:
    """An amount in ten-thousandths, with 4 decimals."""
    return Decimal(amount) * _TEN_THOUSANDTH
