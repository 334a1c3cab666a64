"""The rates of the taxes in CDRs and Sessions of 2.2.1, which only 2.3.0 has a word for: they stand in the tariffs.

A rate is said where the amounts show it: it is the one rate in those tariffs by which a tax comes about. A total of
costs that are taxed by several rates has a tax for each. A CDR holds its tariffs. A Session names them in its charging
periods, and before it has any by its Connector; a PATCH only by what it holds of them. Who translates may know them.
Source: OCPI 2.2.1, CDRs, CDR and ChargingPeriod, Sessions, and Tariffs, PriceComponent; OCPI 2.3.0, Types, TaxAmount.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from decimal import Decimal, Inexact
from typing import Any, Final

from simulator.ocpi.datatypes import Price
from simulator.ocpi.translation.account import Account, Tree
from simulator.ocpi.translation.places import find_connector
from simulator.ocpi.translation.prices import EXACT, VAT
from simulator.ocpi.translation.table import Made
from simulator.ocpi.v2_3_0.types import Price as TaxedPrice

_TOTAL: Final = "total_cost"
_LINES: Final = (
    "total_fixed_cost",
    "total_energy_cost",
    "total_time_cost",
    "total_parking_cost",
    "total_reservation_cost",
)
_NEAR: Final = Decimal("0.01")
"""How far an amount of four decimals may lie from the truth, in hundredths as a percentage makes them."""
_NEAR_IN_ALL: Final = _NEAR * len(_LINES)
"""The same of a total without its lines, of which each is rounded by itself."""


def _say_costs(cdr: Mapping[str, Any], path: str, account: Account) -> Tree:
    told = [name for name in (_TOTAL, *_LINES) if cdr.get(name) is not None]
    costs = {name: account.say(Price, TaxedPrice, cdr[name], f"{path}.{name}") for name in told}
    rates = _rates(cdr.get("tariffs") or ())
    try:
        for cost in costs.values():
            for tax in cost.get("taxes", ()):
                _add_rate(tax, cost["before_taxes"], rates)
        total = costs[_TOTAL]
        total |= _by_rate(total, [costs[name] for name in told if name != _TOTAL])
    except Inexact:
        pass  # No bill of a sensible size; what has been said so far is right.
    return costs


def _say_cost_so_far(session: Mapping[str, Any], path: str, account: Account) -> Tree:
    if session.get(_TOTAL) is None:
        return {}
    path = f"{path}.{_TOTAL}"
    cost = account.say(Price, TaxedPrice, session[_TOTAL], path)
    tax = next((tax for tax in cost.get("taxes", ()) if tax["amount"]), None)
    if tax is None:
        return {_TOTAL: cost}
    with suppress(Inexact):
        _add_rate(tax, cost["before_taxes"], _rates(_tariffs_of(session, account)), _NEAR_IN_ALL)
    if "percentage" in tax:
        account.invent(f"{path}.taxes[0].percentage", "It is the rate in the Tariff known here that makes this amount.")
    else:
        account.change(path, "OCPI 2.3.0 has percentages for taxes; no Tariff that is named and known here shows it.")
    return {_TOTAL: cost}


def _tariffs_of(session: Mapping[str, Any], account: Account) -> Iterator[Tree]:
    periods = session.get("charging_periods") or ()
    named = [id for period in periods if (id := period.get("tariff_id")) is not None]
    for id in dict.fromkeys(named or _sold_by(session, account)):
        tariff = account.setting.tariff(id)
        if tariff is not None:
            yield tariff


def _sold_by(session: Mapping[str, Any], account: Account) -> Iterable[str]:
    """The tariffs of the Connector that is charged at."""
    location = account.setting.location(session["location_id"]) if session.get("location_id") else None
    if location is None or not session.get("evse_uid") or not session.get("connector_id"):
        return ()
    _, connector = find_connector(location, session["evse_uid"], session["connector_id"])
    return connector.get("tariff_ids") or () if connector is not None else ()


def _rates(tariffs: Iterable[Mapping[str, Any]]) -> list[Decimal]:
    """All rates in some tariffs, each once."""
    components = (
        component for tariff in tariffs for element in tariff["elements"] for component in element["price_components"]
    )
    return list(dict.fromkeys(rate for component in components if (rate := component.get("vat")) is not None))


def _add_rate(tax: Tree, net: Decimal, rates: Iterable[Decimal], near: Decimal = _NEAR) -> None:
    hundredfold = EXACT.multiply(tax["amount"], 100)
    fits = [rate for rate in rates if abs(EXACT.subtract(EXACT.multiply(net, rate), hundredfold)) <= near]
    if len(fits) == 1:
        tax["percentage"] = fits[0]


def _by_rate(total: Tree, lines: Iterable[Tree]) -> Tree:
    """The taxes of all lines, by rate, if each is known and they make up that on the total; else nothing."""
    sums: dict[Decimal | None, Decimal] = {}
    net = vat = Decimal(0)
    for line in lines:
        net = EXACT.add(net, line["before_taxes"])
        for tax in line.get("taxes", ()):
            vat = EXACT.add(vat, tax["amount"])
            rate = tax.get("percentage")
            sums[rate] = EXACT.add(sums.get(rate, 0), tax["amount"])
    asked = [tax["amount"] for tax in total.get("taxes", ())]
    if not sums or None in sums or net != abs(total["before_taxes"]) or [vat] != [abs(amount) for amount in asked]:
        return {}
    sign = 1 if asked == [vat] else -1  # A credit takes back what its lines say.
    return {"taxes": [{"name": VAT, "percentage": rate, "amount": sign * part} for rate, part in sums.items()]}


COSTS_WITH_RATES: Final = Made((_TOTAL, *_LINES), (_TOTAL, *_LINES), _say_costs)
COST_WITH_RATE: Final = Made((_TOTAL,), (_TOTAL,), _say_cost_so_far)
