"""What a tariff's min_price and max_price do to the totals of a session.

Source: OCPI 2.2.1 Tariffs, min_price and max_price; 2.3.0 Tariffs, PriceLimit.
"""

from decimal import Decimal

from simulator.billing.rates import gross_ratio, money, ten_thousandths
from simulator.billing.tariff import Limit, Tariff


def limited(
    tariff: Tariff, excl: Decimal, incl: Decimal, vat: Decimal | None, taxed: bool, reasons: list[str]
) -> tuple[Decimal, Decimal]:
    """Both totals within min_price and max_price; without one VAT rate for all, one-sided limits bind one side.

    A side that should have been bound and was not is named in `reasons`.
    """
    for name, limit, bound in (("min_price", tariff.min_price, max), ("max_price", tariff.max_price, min)):
        if limit is None:
            continue
        limit = _both_sides(limit, vat)
        bounded_excl = excl if limit.excl is None else bound(excl, limit.excl)
        bounded_incl = incl if limit.incl is None else bound(incl, limit.incl)
        if taxed and ((limit.incl is None and bounded_excl != excl) or (limit.excl is None and bounded_incl != incl)):
            given, other = ("without", "with") if limit.incl is None else ("with", "without")
            reasons.append(f"{name} is given {given} tax only; the total {other} tax is not bound by it.")
        excl, incl = bounded_excl, bounded_incl
    return excl, incl


def _both_sides(limit: Limit, vat: Decimal | None) -> Limit:
    if vat is None:
        return limit
    rate, hundred = gross_ratio(vat)
    if limit.incl is None and limit.excl is not None:
        numerator, denominator = limit.excl.as_integer_ratio()
        return Limit(limit.excl, money(ten_thousandths(numerator * rate, denominator * hundred)))
    if limit.excl is None and limit.incl is not None:
        numerator, denominator = limit.incl.as_integer_ratio()
        return Limit(money(ten_thousandths(numerator * hundred, denominator * rate)), limit.incl)
    return limit
