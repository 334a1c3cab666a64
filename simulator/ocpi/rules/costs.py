"""What is asked of the amounts of Sessions and CDRs: signs that go with what they are, parts that go with their sum."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from simulator.ocpi.findings import Finding, Severity
from simulator.ocpi.rules.remark import remark
from simulator.ocpi.rules.taxes import check_taxes

_PARTS: Final = (
    "total_fixed_cost",
    "total_energy_cost",
    "total_time_cost",
    "total_parking_cost",
    "total_reservation_cost",
)
_ROUNDED: Final = Decimal("0.01")
"""How far one amount may lie from the truth, for nothing is said about how amounts are rounded."""


def net(price: Any) -> Decimal | None:
    """An amount without taxes, in whichever way the version writes it."""
    if price is None or isinstance(price, Decimal):
        return price
    amount: Decimal = price.excl_vat if hasattr(price, "excl_vat") else price.before_taxes
    return amount


def check_price(price: Any, path: str, section: str, sign: Severity = "warning") -> Iterator[Finding]:
    """VAT does not make an amount less, nor a credit more, nor is it more than the amount itself.

    `sign` is how much it matters that it makes a credit of an amount, or the other way round.
    """
    with_vat = getattr(price, "incl_vat", None)
    if with_vat is not None and with_vat * price.excl_vat < 0:
        expected = f"an amount with the sign of excl_vat, {price.excl_vat}"
        yield remark("price-vat", f"{path}.incl_vat", str(with_vat), expected, section, sign)
    elif with_vat is not None and abs(with_vat) < abs(price.excl_vat):
        expected = f"at least what it is without VAT, {price.excl_vat}"
        yield remark("price-vat", f"{path}.incl_vat", str(with_vat), expected, section, "warning")
    elif with_vat is not None and abs(with_vat) > 2 * abs(price.excl_vat) + _ROUNDED:
        expected = f"at most twice what it is without VAT, {price.excl_vat}"
        yield remark("price-vat", f"{path}.incl_vat", str(with_vat), expected, section, "warning")
    yield from check_taxes(price, path, sign)


def check_any_price(price: Any) -> Iterator[Finding]:
    """A Price of any version that stands by itself, of which nobody knows whether it is an amount or a credit."""
    yield from check_price(price, "$", "types, Price")


def check_costs(cdr: Any) -> Iterator[Finding]:
    """The costs of a CDR of any version; a Credit CDR is the CDR that it takes back, but for its negative total."""
    section = "cdrs, CDR"
    total, is_credit = net(cdr.total_cost) or Decimal(0), bool(getattr(cdr, "credit", None))
    path = "$.total_cost" if isinstance(cdr.total_cost, Decimal) else f"$.total_cost.{_net_name(cdr.total_cost)}"
    if is_credit and total > 0:
        expected = "a negative amount, as a Credit CDR takes it back"
        yield remark("credit-total", path, str(total), expected, "cdrs, Credit CDRs")
    elif total < 0 and not is_credit:
        expected = "0 or more, unless it is a Credit CDR"
        yield remark("negative", path, str(total), expected, section, "warning")
    yield from check_price(cdr.total_cost, "$.total_cost", section, "error")
    parts = [(name, getattr(cdr, name)) for name in _PARTS if getattr(cdr, name, None) is not None]
    for name, part in parts:
        yield from check_price(part, f"$.{name}", section)
        if (net(part) or 0) < 0:
            where, found = f"$.{name}.{_net_name(part)}", str(net(part))
            yield remark(
                "negative", where, found, "0 or more; of a credit only the total is negative", section, "warning"
            )
    yield from _check_sum(cdr, abs(total), [net(part) or Decimal(0) for _, part in parts], path)


def _check_sum(cdr: Any, total: Decimal, parts: list[Decimal], path: str) -> Iterator[Finding]:
    """Costs that are absent are not broken out, so that the total may be more; a limit of a tariff changes it, too."""
    together = sum(parts, Decimal(0))
    tolerance = _ROUNDED * len(parts)
    too_little = total < together - tolerance and not _has(cdr, "max_price")
    too_much = len(parts) == len(_PARTS) and total > together + tolerance and not _has(cdr, "min_price")
    if parts and (too_little or too_much):
        expected = f"the costs that it consists of together, {together}"
        yield remark("cost-sum", path, str(net(cdr.total_cost)), expected, "cdrs, CDR", "warning")


def _has(cdr: Any, limit: str) -> bool:
    return any(getattr(tariff, limit, None) is not None for tariff in cdr.tariffs)


def _net_name(price: Any) -> str:
    return "excl_vat" if hasattr(price, "excl_vat") else "before_taxes"
