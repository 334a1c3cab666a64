"""The taxes in a bill as OCPI 2.3.0 says them: each rate by itself, which 2.2.1 and 2.1.1 have no words for.

Source: OCPI 2.3.0, Types, Price and TaxAmount; CDRs, CDR.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from simulator.billing.price import Bill, LineKind
from simulator.ocpi.v2_3_0.cdrs import CDR
from simulator.ocpi.v2_3_0.types import Price, TaxAmount

VAT: Final = "VAT"
_LEAST: Final = Decimal("0.0001")
_COSTS: Final[dict[str, LineKind]] = {
    "total_energy_cost": "ENERGY",
    "total_fixed_cost": "FLAT",
    "total_parking_cost": "PARKING_TIME",
    "total_reservation_cost": "RESERVATION",
    "total_time_cost": "TIME",
}


def with_rates(cdr: CDR, bill: Bill) -> CDR:
    """A CDR with the rates by which its taxes came about in the bill; a line without a rate that is known has none."""
    rates = dict(bill.rates)
    costs = {name: price for name in _COSTS if (price := getattr(cdr, name)) is not None}
    told = {name: _with_rate(price, rates.get(_COSTS[name])) for name, price in costs.items()}
    return replace(cdr, **told, total_cost=replace(cdr.total_cost, taxes=tuple(_total_taxes(cdr, told, rates))))


def _with_rate(price: Price, rate: Decimal | None) -> Price:
    """An amount with at most one tax. A line that nothing is said of is not taxed, which is not a tax of nothing."""
    if rate is None:
        return replace(price, taxes=tuple([tax for tax in price.taxes if tax.amount]))
    return replace(price, taxes=tuple([replace(tax, percentage=rate) for tax in price.taxes]))


def _total_taxes(cdr: CDR, lines: dict[str, Price], rates: dict[LineKind, Decimal]) -> Iterator[TaxAmount]:
    """The taxes of all lines, by rate; or that on the whole, where a limit of the tariff has moved the sum of them."""
    total = cdr.total_cost
    if not total.taxes:
        return
    amount = sum((tax.amount for tax in total.taxes), Decimal(0))
    by_rate: dict[Decimal | None, Decimal] = {}
    for tax in (tax for price in lines.values() for tax in price.taxes):
        by_rate[tax.percentage] = by_rate.get(tax.percentage, Decimal(0)) + tax.amount
    untaxed = sum((price.before_taxes for price in lines.values()), Decimal(0))
    if by_rate and (untaxed, sum(by_rate.values())) == (abs(total.before_taxes), abs(amount)):
        sign = 1 if sum(by_rate.values()) == amount else -1
        for rate, part in by_rate.items():
            yield TaxAmount(name=VAT, percentage=rate, amount=sign * part)
        return
    known = list(dict.fromkeys(rates.values()))
    exact = len(known) == 1 and abs(total.before_taxes * known[0] / 100 - amount) <= _LEAST
    yield TaxAmount(name=VAT, percentage=known[0] if exact else None, amount=amount)
