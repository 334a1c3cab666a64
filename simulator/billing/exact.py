"""Exact quantities that are whole numbers wherever they can be: almost all are, and fractions are slow."""

from decimal import Decimal
from fractions import Fraction

Quantity = int | Fraction
"""An exact number of Wh, microseconds or sessions."""

Quotient = tuple[int, int]
"""An exact price: a numerator and a denominator, not reduced."""

_WH_PER_KWH = 1_000


def quotient(numerator: Quantity, denominator: Quantity) -> Quantity:
    """The exact quotient."""
    if isinstance(numerator, int) and isinstance(denominator, int):
        whole, rest = divmod(numerator, denominator)
        return whole if not rest else Fraction(numerator, denominator)
    return exact(Fraction(numerator, denominator))


def exact(quantity: Quantity) -> Quantity:
    """The same quantity, as a whole number if it is one."""
    if isinstance(quantity, int):
        return quantity
    return quantity.numerator if quantity.denominator == 1 else quantity


def wh(energy_kwh: Decimal) -> Quantity:
    """Energy in Wh."""
    numerator, denominator = energy_kwh.as_integer_ratio()
    return quotient(numerator * _WH_PER_KWH, denominator)


def plus(one: Quotient, other: Quotient) -> Quotient:
    """A sum of prices."""
    if one[1] == other[1]:
        return one[0] + other[0], one[1]
    return one[0] * other[1] + other[0] * one[1], one[1] * other[1]
