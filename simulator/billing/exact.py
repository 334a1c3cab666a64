"""Exact quantities that are whole numbers wherever they can be: almost all are, and fractions are slow."""

from decimal import Decimal
from fractions import Fraction

Quantity = int | Fraction
"""An exact number of Wh, microseconds or sessions."""

_WH_PER_KWH = 1_000


def quotient(numerator: Quantity, denominator: Quantity) -> Quantity:
    """The exact quotient."""
    whole, rest = divmod(numerator, denominator)
    return whole if not rest else Fraction(numerator) / denominator


def wh(energy_kwh: Decimal) -> Quantity:
    """Energy in Wh."""
    numerator, denominator = energy_kwh.as_integer_ratio()
    return quotient(numerator * _WH_PER_KWH, denominator)
