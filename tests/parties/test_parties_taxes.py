"""The taxes in a bill: said by rate in OCPI 2.3.0, and worked out anew by who has to pay them."""

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace
from test_parties_money import MIN, UPDATED, session

from simulator.billing.price import Bill
from simulator.ocpi import rules
from simulator.ocpi.datatypes import Price
from simulator.ocpi.v2_2_1.cdrs import CDR
from simulator.ocpi.v2_2_1.tariffs import (
    PriceComponent,
    Tariff,
    TariffDimensionType,
    TariffElement,
    TariffRestrictions,
)
from simulator.ocpi.v2_3_0 import cdrs as v2_3_0
from simulator.ocpi.v2_3_0.tariffs import TaxIncluded
from simulator.ocpi.v2_3_0.types import TaxAmount
from simulator.parties.foreign import in_version
from simulator.parties.repricing import reprice
from simulator.parties.taxes import with_rates

ENERGY, FLAT, TIME = TariffDimensionType.ENERGY, TariffDimensionType.FLAT, TariffDimensionType.TIME
Part = tuple[TariffDimensionType, str, int | None]


def part(kind: TariffDimensionType, price: str, vat: int | None) -> PriceComponent:
    rate = None if vat is None else Decimal(vat)
    return PriceComponent(type=kind, price=Decimal(price), vat=rate, step_size=1)


def tariff(*parts: Part, at_night: Part | None = None, **limits: Price) -> Tariff:
    """A tariff of these prices, after the one of the hours from 17:00."""
    elements = [TariffElement(price_components=tuple([part(*each) for each in parts]))]
    if at_night is not None:
        hours = TariffRestrictions(start_time="18:35")
        elements.insert(0, TariffElement(price_components=(part(*at_night),), restrictions=hours))
    return Tariff(
        country_code="NL",
        party_id="ABC",
        id="t",
        currency="EUR",
        elements=tuple(elements),
        last_updated=UPDATED,
        **limits,
    )


def billed(tariff: Tariff) -> tuple[CDR, Bill]:
    """Ten kWh in ten minutes from 18:30 on."""
    return session([(5 * MIN, 5_000, "Charging"), (5 * MIN, 5_000, "Charging")], tariff).cdr("C1")


def told(tariff: Tariff) -> v2_3_0.CDR:
    cdr, bill = billed(tariff)
    said = with_rates(in_version(cdr, "2.3.0"), bill)
    assert [finding for finding in rules.check(said) if "tax" in finding.rule] == []
    return said


def vat(rate: str | None, amount: str) -> TaxAmount:
    return TaxAmount(name="VAT", percentage=None if rate is None else Decimal(rate), amount=Decimal(amount))


def limit(excl: str, incl: str | None = None) -> Price:
    return Price(excl_vat=Decimal(excl), incl_vat=None if incl is None else Decimal(incl))


def test_one_rate_for_all_is_said_of_each_cost_and_of_their_sum() -> None:
    said = told(tariff((ENERGY, "0.30", 21), (FLAT, "1", 21)))
    assert said.total_cost.before_taxes == 4
    assert said.total_cost.taxes == (vat("21", "0.84"),)
    assert said.total_energy_cost is not None
    assert said.total_energy_cost.taxes == (vat("21", "0.63"),)
    assert said.total_fixed_cost is not None
    assert said.total_fixed_cost.taxes == (vat("21", "0.21"),)


def test_each_rate_is_said_by_itself() -> None:
    said = told(tariff((ENERGY, "0.30", 21), (FLAT, "1", 9), (TIME, "6", 21)))
    assert said.total_cost.taxes == (vat("21", "0.84"), vat("9", "0.09"))


def test_what_is_not_taxed_has_no_tax_and_what_is_taxed_by_nothing_has_one() -> None:
    said = told(tariff((ENERGY, "0.30", 21), (FLAT, "1", None), (TIME, "6", 0)))
    assert said.total_fixed_cost is not None
    assert said.total_fixed_cost.taxes == ()
    assert said.total_time_cost is not None
    assert said.total_time_cost.taxes == (vat("0", "0"),)
    assert said.total_cost.taxes == (vat("21", "0.63"), vat("0", "0"))
    assert told(tariff((ENERGY, "0.30", None))).total_cost.taxes == ()


def test_a_line_of_two_rates_says_none() -> None:
    said = told(tariff((ENERGY, "0.30", 21), (FLAT, "1", 21), at_night=(ENERGY, "0.40", 9)))
    assert said.total_energy_cost is not None
    assert said.total_energy_cost.taxes == (vat(None, "0.495"),)
    assert said.total_cost.taxes == (vat(None, "0.495"), vat("21", "0.21"))


@pytest.mark.parametrize(
    ("least", "taxes"),
    [
        (limit("10", "12.10"), vat("21", "2.10")),
        (limit("10"), vat("21", "2.10")),
        (limit("10", "13"), vat(None, "3")),
        (limit("4", "4.63"), vat(None, "0.63")),
    ],
)
def test_a_limit_says_the_rate_if_it_is_that_of_the_prices(least: Price, taxes: TaxAmount) -> None:
    assert told(tariff((ENERGY, "0.30", 21), min_price=least)).total_cost.taxes == (taxes,)


def test_a_session_that_costs_nothing_is_taxed_all_the_same() -> None:
    assert told(tariff((ENERGY, "0", 21))).total_cost.taxes == (vat("21", "0"),)


def test_a_credit_takes_its_taxes_back_by_rate() -> None:
    cdr, bill = billed(tariff((ENERGY, "0.30", 21), (FLAT, "1", 9)))
    assert cdr.total_cost.incl_vat is not None
    back = Price(excl_vat=-cdr.total_cost.excl_vat, incl_vat=-cdr.total_cost.incl_vat)
    credit = replace(cdr, id="C2", credit=True, credit_reference_id="C1", total_cost=back)
    said = with_rates(in_version(credit, "2.3.0"), bill)
    assert said.total_cost.taxes == (vat("21", "-0.63"), vat("9", "-0.09"))
    assert said.total_energy_cost is not None
    assert said.total_energy_cost.taxes == (vat("21", "0.63"),)
    assert list(rules.check(said)) == []


# What who has to pay makes of it


def objections(cdr: CDR, sold_by: Any = None, **cost: str) -> list[tuple[str, str]]:
    asked = replace(cdr, total_cost=replace(cdr.total_cost, **{name: Decimal(value) for name, value in cost.items()}))
    return list(reprice(asked, sold_by or cdr.tariffs, "Europe/Amsterdam").objections(asked))


PRICE = "The CDR asks {} EUR without taxes; its tariff and volumes make 4.0000."
TAX = "The CDR asks {} EUR of taxes; its tariff and volumes make 0.8400."


@pytest.mark.parametrize(
    ("cost", "told"),
    [
        ({}, []),
        ({"incl_vat": "4.86"}, [("cdr-tax", TAX.format("0.8600"))]),
        ({"excl_vat": "4.011", "incl_vat": "4.85"}, [("cdr-price", PRICE.format("4.011"))]),
        ({"excl_vat": "3.98", "incl_vat": "5"}, [("cdr-price", PRICE.format("3.98")), ("cdr-tax", TAX.format("1.02"))]),
        ({"excl_vat": "4.01", "incl_vat": "4.85"}, []),
        ({"incl_vat": "4.845"}, []),
    ],
)
def test_the_payer_says_which_of_amount_and_taxes_differs(cost: dict[str, str], told: list[tuple[str, str]]) -> None:
    cdr, _ = billed(tariff((ENERGY, "0.30", 21), (FLAT, "1", 21)))
    assert objections(cdr, **cost) == told


def test_a_credit_is_compared_with_what_it_takes_back() -> None:
    cdr, _ = billed(tariff((ENERGY, "0.30", 21)))
    credit = replace(cdr, credit=True, credit_reference_id="C1")
    assert objections(credit, excl_vat="-3", incl_vat="-3.63") == []
    ((rule, sentence),) = objections(credit, excl_vat="-3", incl_vat="-4")
    assert (rule, sentence) == ("cdr-tax", "The CDR asks -1 EUR of taxes; its tariff and volumes make -0.6300.")


def test_a_bill_that_says_no_taxes_and_a_price_that_says_no_rate_are_not_objected_to() -> None:
    cdr, _ = billed(tariff((ENERGY, "0.30", 21)))
    assert objections(replace(cdr, total_cost=Price(excl_vat=Decimal(3)))) == []
    cdr, _ = billed(tariff((ENERGY, "0.30", None)))
    assert objections(cdr, incl_vat="3.30") == []


def test_from_2_3_0_on_a_price_may_be_taxed_by_a_rate_that_nobody_says() -> None:
    cdr, _ = billed(tariff((ENERGY, "0.30", 21), (FLAT, "1", None)))
    assert [rule for rule, _ in objections(cdr, incl_vat="4.84")] == ["cdr-tax"]
    newer = in_version(cdr.tariffs[0], "2.3.0")
    assert objections(cdr, (newer,), incl_vat="4.84") == []
    free = replace(newer, tax_included=TaxIncluded.NOT_APPLICABLE)
    assert [rule for rule, _ in objections(cdr, (free,), incl_vat="4.84")] == ["cdr-tax"]
