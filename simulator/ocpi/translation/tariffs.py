"""Tariffs between versions: a price that would be read wrong is not sent at all.

Prices are net in 2.1.1 and 2.2.1; in 2.3.0 the tariff says. One with taxes in it is said in 2.2.1 if its exact net can
be, with the rate beside it, and never in 2.1.1, which has no word for that. Who is told the net by a hub between has a
tariff of 2.2.1 like any other, and tells it on as that.

An element for reservations or bookings applies to nothing else, so without it the others still price every charging
session rightly; no other element can be left out. Only in a party's own books, which keep the original beside, one with
an unknown restriction is: nobody knows when it applies.

Source: OCPI 2.1.1, 2.2.1 and 2.3.0, Tariffs.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any, Final

import msgspec
from msgspec import Struct

from simulator.ocpi.datatypes import later
from simulator.ocpi.translation.account import Account, Tree, Unsayable
from simulator.ocpi.translation.owner import FROM_URL, IN_URL
from simulator.ocpi.translation.prices import EXACT
from simulator.ocpi.translation.table import FIT, WHOLE, Made, Mapper, Otherwise, Table
from simulator.ocpi.v2_1_1 import tariffs as v2_1_1
from simulator.ocpi.v2_2_1 import tariffs as v2_2_1
from simulator.ocpi.v2_3_0 import tariffs as v2_3_0

_NOT_CHARGING: Final = ("reservation", "booking")
_NOT_IN: Final = {"2.1.1": ("min_current", "max_current", "reservation"), "2.2.1": ("booking",)}
"""The restrictions that a version lacks and the next one has."""
_SMALLEST: Final = Decimal("0.0001")
_UNKNOWN_RESTRICTION: Final = "Without a restriction that is not known here the element would price too much."
_NO_PRICE: Final = {"price_components": [{"type": "FLAT", "price": Decimal(0), "step_size": 0}]}
"""How OCPI says that charging costs nothing. Tariffs, free of charge."""


Numbered = list[tuple[int, Tree]]
"""Elements in the target, each after the place that it had in the source."""


def _elements(source: type[Struct], target: type[Struct], restrictions: type[Struct]) -> Mapper:
    """All elements but those for what the target has no restriction for and that price no charging."""
    say_numbered = _numbered(source, target, restrictions)

    def say(elements: list[Mapping[str, Any]], path: str, account: Account) -> list[Tree]:
        return [element for _, element in say_numbered(elements, path, account)]

    return say


def _numbered(
    source: type[Struct], target: type[Struct], restrictions: type[Struct]
) -> Callable[[list[Mapping[str, Any]], str, Account], Numbered]:
    """See `_elements`."""
    known = {field.encode_name for field in msgspec.structs.fields(restrictions)}
    gone = tuple(name for name in _NOT_CHARGING if name not in known)

    def say(elements: list[Mapping[str, Any]], path: str, account: Account) -> Numbered:
        out: Numbered = []
        in_books = account.setting.stand_ins
        for index, element in enumerate(elements):
            where = f"{path}[{index}]"
            asked = element.get("restrictions") or {}
            only_for = next((name for name in gone if asked.get(name) is not None), "")
            if only_for:
                account.lose(
                    where,
                    f"OCPI {account.leg.target} cannot price a {only_for}, and would read it as a price of charging.",
                )
                continue
            try:
                out.append((index, account.say(source, target, element, where)))
            except Unsayable as why:
                if not in_books:
                    raise
                account.lose(where, str(why))
        if not out and not in_books:
            raise Unsayable(f"The tariff prices no charging, and OCPI {account.leg.target} has no other prices.")
        return out or [(0, _NO_PRICE)]

    return say


_to_2_2_1: Final = _numbered(v2_3_0.TariffElement, v2_2_1.TariffElement, v2_2_1.TariffRestrictions)


def _say_net(tariff: Mapping[str, Any], path: str, account: Account) -> Tree:
    included = tariff["tax_included"]
    # In a bill it stands beside what is owed without taxes, and explains that.
    if included == v2_3_0.TaxIncluded.YES and account.target == "2.1.1" and path == "$":
        raise Unsayable("The prices contain taxes, and those of OCPI 2.1.1 never do.")
    elements = _to_2_2_1(tariff["elements"], f"{path}.elements", account)
    if included == v2_3_0.TaxIncluded.NO:
        return {"elements": [element for _, element in elements]}
    account.lose(f"{path}.tax_included", "Prices of OCPI 2.2.1 are always without VAT.")
    # Inside a bill it has to be exact: whoever reads that works the amount out again.
    nearly = account.setting.stand_ins and path == "$"
    say = partial(_net_component, nearly=nearly) if included == v2_3_0.TaxIncluded.YES else _component_without_vat
    return {
        "elements": [
            {
                **element,
                "price_components": [
                    say(component, f"{path}.elements[{index}].price_components[{place}]", account)
                    for place, component in enumerate(element["price_components"])
                ],
            }
            for index, element in elements
        ]
    }


def _net_component(component: Tree, path: str, account: Account, *, nearly: bool) -> Tree:
    return {**component, "price": _net(component, path, account, nearly=nearly)}


def _component_without_vat(component: Tree, path: str, account: Account) -> Tree:
    if component.get("vat") is not None:
        account.lose(f"{path}.vat", "The tariff itself says that taxes do not apply.")
    return {name: value for name, value in component.items() if name != "vat"}


def _net(component: Mapping[str, Any], path: str, account: Account, *, nearly: bool) -> Decimal:
    """The price without VAT; with `nearly` the nearest that can be written, or the price as it is."""
    price: Decimal = component["price"]
    vat = component.get("vat")
    net = _exact_net(price, vat) if vat is not None else None
    if net is not None:
        account.change(f"{path}.price", "OCPI 2.2.1 has prices without VAT; this is the exact one.")
        return net
    if nearly:
        net = _nearest_net(price, vat) if vat is not None else None
        nearest = "the nearest of four decimals" if net is not None else "that with VAT, of which the rate is not known"
        account.change(f"{path}.price", f"OCPI 2.2.1 has prices without VAT; this is {nearest}.")
        return price if net is None else net
    if vat is None:
        raise Unsayable(f"The price at {path} contains taxes of an unknown rate, and those of OCPI 2.2.1 are without.")
    raise Unsayable(f"The price at {path} contains taxes, and has no exact net of four decimals.")


def _exact_net(price: Decimal, vat: Decimal) -> Decimal | None:
    try:
        net = EXACT.divide(EXACT.multiply(price, 100), EXACT.add(100, vat))
        return None if net % _SMALLEST else net
    except ArithmeticError:
        return None


def _nearest_net(price: Decimal, vat: Decimal) -> Decimal | None:
    try:
        return (price * 100 / (100 + vat)).quantize(_SMALLEST)
    except ArithmeticError:
        return None


def _prices_are_net(_tariff: Mapping[str, Any], path: str, account: Account) -> Tree:
    account.invent(f"{path}.tax_included", "Prices of OCPI 2.2.1 are without VAT.")
    return {"tax_included": v2_3_0.TaxIncluded.NO.value}


def _withhold_other_totals(tariff: Mapping[str, Any], path: str, account: Account) -> Tree:
    if tariff.get("type") not in (None, "REGULAR"):
        raise Unsayable(f"OCPI 2.1.1 would take a tariff of type {tariff['type']} for one that always applies.")
    for name in ("min_price", "max_price"):
        if tariff.get(name) is not None:
            raise Unsayable(f"The tariff has a {name}, and without it a total in OCPI 2.1.1 would be wrong.")
    if tariff.get("end_date_time") is not None:
        raise Unsayable("The tariff ends, and OCPI 2.1.1 would apply it after that too.")
    start, now = tariff.get("start_date_time"), account.setting.now
    if start is not None and (not now or later(now, start) != now):
        raise Unsayable("The tariff is not known to have begun, and OCPI 2.1.1 would apply it at once.")
    for name in ("type", "start_date_time"):
        if tariff.get(name) is not None:
            account.lose(f"{path}.{name}", "OCPI 2.1.1 has no types of tariffs and no time from which one is valid.")
    return {}


def _withhold_other_restrictions(restrictions: Mapping[str, Any], _path: str, account: Account) -> Tree:
    target = account.leg.target
    for name in _NOT_IN[target]:
        if restrictions.get(name) is not None:
            raise Unsayable(
                f"An element has the restriction {name}, and without it OCPI {target} would apply it too often."
            )
    return {}


FROM_2_1_1: Final = (
    Table(
        v2_1_1.Tariff,
        v2_2_1.Tariff,
        mapped={
            "id": FIT,
            "elements": Otherwise(_elements(v2_1_1.TariffElement, v2_2_1.TariffElement, v2_2_1.TariffRestrictions)),
        },
        made=(FROM_URL,),
        unsaid=("type", "min_price", "max_price", "start_date_time", "end_date_time"),
    ),
    Table(
        v2_1_1.TariffElement,
        v2_2_1.TariffElement,
        mapped={"price_components": WHOLE, "restrictions": WHOLE},
    ),
    Table(v2_1_1.PriceComponent, v2_2_1.PriceComponent, unsaid=("vat",)),
    Table(
        v2_1_1.TariffRestrictions,
        v2_2_1.TariffRestrictions,
        unsaid=_NOT_IN["2.1.1"],
        refused=_UNKNOWN_RESTRICTION,
    ),
)

TO_2_1_1: Final = (
    Table(
        v2_2_1.Tariff,
        v2_1_1.Tariff,
        mapped={"elements": _elements(v2_2_1.TariffElement, v2_1_1.TariffElement, v2_1_1.TariffRestrictions)},
        made=(
            IN_URL,
            Made(("type", "min_price", "max_price", "start_date_time", "end_date_time"), (), _withhold_other_totals),
        ),
    ),
    Table(
        v2_2_1.TariffElement,
        v2_1_1.TariffElement,
        mapped={"price_components": WHOLE, "restrictions": WHOLE},
    ),
    Table(
        v2_2_1.PriceComponent,
        v2_1_1.PriceComponent,
        lost={"vat": "OCPI 2.1.1 has no VAT; the price is without it in both versions."},
    ),
    Table(
        v2_2_1.TariffRestrictions,
        v2_1_1.TariffRestrictions,
        made=(Made(_NOT_IN["2.1.1"], (), _withhold_other_restrictions),),
        refused=_UNKNOWN_RESTRICTION,
    ),
)

TO_2_3_0: Final = (
    Table(
        v2_2_1.TariffElement,
        v2_3_0.TariffElement,
        mapped={"price_components": WHOLE, "restrictions": WHOLE},
    ),
    Table(
        v2_2_1.TariffRestrictions,
        v2_3_0.TariffRestrictions,
        unsaid=_NOT_IN["2.2.1"],
        refused=_UNKNOWN_RESTRICTION,
    ),
    Table(
        v2_2_1.Tariff,
        v2_3_0.Tariff,
        mapped={"elements": WHOLE},
        made=(Made((), ("tax_included",), _prices_are_net),),
    ),
)

FROM_2_3_0: Final = (
    Table(
        v2_3_0.TariffElement,
        v2_2_1.TariffElement,
        mapped={"price_components": WHOLE, "restrictions": WHOLE},
    ),
    Table(
        v2_3_0.TariffRestrictions,
        v2_2_1.TariffRestrictions,
        made=(Made(_NOT_IN["2.2.1"], (), _withhold_other_restrictions),),
        refused=_UNKNOWN_RESTRICTION,
    ),
    Table(v2_3_0.Tariff, v2_2_1.Tariff, made=(Made(("tax_included", "elements"), ("elements",), _say_net),)),
)
