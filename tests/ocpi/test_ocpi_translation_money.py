"""Money between versions: amounts stay exact, and a tariff that would be read wrong is not sent."""

from decimal import Decimal
from typing import Any

import pytest
from ocpi_shared import sample
from ocpi_told import paths, tree

from simulator.ocpi.translation import Setting, translate

SESSION = sample("session_example_2_short_finished")
CDR = sample("cdr_example")
TARIFF = sample("tariff_8_simple_025kwh") | {"type": None}
OWNER = Setting(country_code="NL", party_id="ABC")
ENERGY = {"type": "ENERGY", "price": Decimal("0.25"), "step_size": 1}


def priced(*components: dict[str, Any], **others: Any) -> dict[str, Any]:
    return TARIFF | {"elements": [{"price_components": list(components)}]} | others


def test_vat_of_a_price_is_exact_there_and_back() -> None:
    cdr = CDR | {"total_cost": {"excl_vat": Decimal("4.10"), "incl_vat": Decimal("4.961")}}
    new = tree(translate("cdr", cdr, "2.2.1", "2.3.0", OWNER))
    assert new["total_cost"] == {
        "before_taxes": Decimal("4.10"),
        "taxes": [{"name": "VAT", "amount": Decimal("0.861")}],
    }
    assert tree(translate("cdr", new, "2.3.0", "2.2.1", OWNER))["total_cost"] == cdr["total_cost"]


def test_several_taxes_become_one_sum() -> None:
    taxes = [{"name": "GST", "amount": Decimal("0.05")}, {"name": "QST", "percentage": 10, "amount": Decimal("0.10")}]
    new = tree(translate("session", SESSION, "2.2.1", "2.3.0", OWNER))
    said = translate("session", new | {"total_cost": {"before_taxes": 1, "taxes": taxes}}, "2.3.0", "2.2.1", OWNER)
    assert tree(said)["total_cost"] == {"excl_vat": 1, "incl_vat": Decimal("1.15")}
    assert paths(said, "changed") == ["$.total_cost.taxes"]


def test_prices_with_taxes_become_net_when_that_is_exact() -> None:
    tariff = priced(ENERGY | {"price": Decimal("0.30"), "vat": 20}, tax_included="YES")
    said = translate("tariff", tariff, "2.3.0", "2.2.1", OWNER)
    assert tree(said)["elements"][0]["price_components"][0]["price"] == Decimal("0.25")
    assert paths(said, "changed") == ["$.elements[0].price_components[0].price"]
    assert tariff["elements"][0]["price_components"][0]["price"] == Decimal("0.30")


def test_what_is_told_of_a_price_stands_at_the_place_that_it_has_in_the_tariff() -> None:
    """The element before it is left out."""
    booked = {"price_components": [ENERGY], "restrictions": {"booking": "BOOKING"}}
    taxed = {"price_components": [ENERGY | {"vat": 0}, ENERGY | {"price": Decimal("0.30"), "vat": 20}]}
    tariff = TARIFF | {"elements": [booked, {"price_components": [ENERGY | {"vat": 0}]}, booked, taxed]}
    said = translate("tariff", tariff | {"tax_included": "YES"}, "2.3.0", "2.2.1", OWNER)
    assert paths(said, "lost") == ["$.elements[0]", "$.elements[2]", "$.tax_included"]
    assert paths(said, "changed") == [
        "$.elements[1].price_components[0].price",
        "$.elements[3].price_components[0].price",
        "$.elements[3].price_components[1].price",
    ]


def test_tariff_without_taxes_says_no_vat() -> None:
    said = translate("tariff", priced(ENERGY | {"vat": 21}, tax_included="N/A"), "2.3.0", "2.2.1", OWNER)
    assert tree(said)["elements"] == [{"price_components": [ENERGY]}]
    assert paths(said, "lost") == ["$.tax_included", "$.elements[0].price_components[0].vat"]


@pytest.mark.parametrize("vat", [19, None, -100])
def test_prices_with_taxes_that_have_no_exact_net_are_withheld(vat: int | None) -> None:
    tariff = priced(ENERGY | {"vat": vat}, tax_included="YES")
    assert "contains taxes" in translate("tariff", tariff, "2.3.0", "2.2.1", OWNER).withheld


@pytest.mark.parametrize(
    ("others", "reason"),
    [
        ({"tax_included": "YES"}, "contain taxes"),
        ({"min_price": {"before_taxes": 1}}, "min_price"),
        ({"max_price": {"before_taxes": 9}}, "max_price"),
        ({"type": "AD_HOC_PAYMENT"}, "AD_HOC_PAYMENT"),
        ({"end_date_time": "2030-01-01T00:00:00Z"}, "ends"),
        ({"start_date_time": "2030-01-01T00:00:00Z"}, "not known to have begun"),
    ],
)
def test_tariff_that_2_1_1_would_read_wrong_is_withheld(others: dict[str, Any], reason: str) -> None:
    plain = priced(ENERGY | {"price": Decimal("0.30"), "vat": 20}, tax_included="NO")
    known = Setting(now="2026-05-04T06:00:00Z")
    assert translate("tariff", plain, "2.3.0", "2.1.1", known).tree is not None
    assert reason in translate("tariff", plain | others, "2.3.0", "2.1.1", known).withheld


def test_tariff_that_has_begun_goes_to_2_1_1_without_vat() -> None:
    tariff = priced(ENERGY | {"vat": 21}, start_date_time="2026-01-01T00:00:00Z")
    said = translate("tariff", tariff, "2.2.1", "2.1.1", Setting(now="2026-05-04T06:00:00Z"))
    assert tree(said)["elements"] == [{"price_components": [ENERGY]}]
    assert paths(said, "lost") == ["$.start_date_time", "$.elements[0].price_components[0].vat"]


@pytest.mark.parametrize(("kind", "target"), [("reservation", "2.1.1"), ("booking", "2.2.1"), ("booking", "2.1.1")])
def test_element_for_what_is_no_charging_is_withheld_and_the_others_go(kind: str, target: str) -> None:
    only = {"price_components": [ENERGY], "restrictions": {kind: kind.upper()}}
    element = {"price_components": [ENERGY]}
    tariff = TARIFF | {"elements": [only, element], "tax_included": "NO"}
    said = translate("tariff", tariff, "2.3.0", target, Setting())
    assert tree(said)["elements"] == [element]
    assert paths(said, "lost") == ["$.elements[0]"]
    assert "no charging" in translate("tariff", tariff | {"elements": [only]}, "2.3.0", target, OWNER).withheld


def test_what_is_told_of_an_element_behind_one_that_is_left_out_names_its_own_place() -> None:
    only = {"price_components": [ENERGY | {"vat": 9}], "restrictions": {"booking": "BOOKING"}}
    tariff = TARIFF | {"elements": [only, {"price_components": [ENERGY | {"vat": 21}]}], "tax_included": "N/A"}
    said = translate("tariff", tariff, "2.3.0", "2.2.1", OWNER)
    assert paths(said, "lost") == ["$.elements[0]", "$.tax_included", "$.elements[1].price_components[0].vat"]


@pytest.mark.parametrize(
    ("restriction", "source", "target"),
    [("max_current", "2.2.1", "2.1.1"), ("phase_of_moon", "2.3.0", "2.2.1"), ("phase_of_moon", "2.1.1", "2.2.1")],
)
def test_element_without_its_restriction_would_price_too_much(restriction: str, source: str, target: str) -> None:
    tariff = TARIFF | {"elements": [{"price_components": [ENERGY], "restrictions": {restriction: 16}}]}
    assert "estriction" in translate("tariff", tariff | {"tax_included": "NO"}, source, target, OWNER).withheld


def test_tariff_that_cannot_be_said_costs_a_cdr_only_itself() -> None:
    capped = TARIFF | {"max_price": {"excl_vat": 9}}
    said = translate("cdr", CDR | {"tariffs": [capped, TARIFF]}, "2.2.1", "2.1.1", OWNER)
    assert [each["id"] for each in tree(said)["tariffs"]] == [TARIFF["id"]]
    assert "$.tariffs[0]" in paths(said, "lost")


@pytest.mark.parametrize("target", ["2.2.1", "2.1.1"])
def test_a_bill_names_the_nearest_plug_and_its_net_prices_and_says_so(target: str) -> None:
    """It has to name a plug, and what is owed does not depend on it. Digest, section 6.2: required single values."""
    new = tree(translate("cdr", CDR, "2.2.1", "2.3.0", OWNER))
    tariff = priced(ENERGY | {"price": Decimal("0.30"), "vat": 20}, tax_included="YES")
    plug = {"connector_standard": "MCS", "connector_power_type": "DC"}
    said = translate(
        "cdr", new | {"cdr_location": new["cdr_location"] | plug, "tariffs": [tariff]}, "2.3.0", target, OWNER
    )
    (billed_by,) = tree(said)["tariffs"]
    assert billed_by["elements"][0]["price_components"][0]["price"] == Decimal("0.25")
    changed = paths(said, "changed")
    assert "$.cdr_location.connector_standard" in changed
    assert "$.tariffs[0].elements[0].price_components[0].price" in changed
    assert "never do" in translate("tariff", tariff, "2.3.0", "2.1.1", OWNER).withheld


# The rates of taxes, which 2.2.1 says in tariffs only


def price(net: str, vat: str) -> dict[str, Decimal]:
    return {"excl_vat": Decimal(net), "incl_vat": Decimal(net) + Decimal(vat)}


def rates_of(cdr: dict[str, Any]) -> list[tuple[Any, str]]:
    """Rate and amount of each tax on the total of a CDR as 2.3.0 has it."""
    said = tree(translate("cdr", CDR | cdr, "2.2.1", "2.3.0", OWNER))
    return [(tax.get("percentage"), f"{tax['amount']:f}") for tax in said["total_cost"]["taxes"]]


def sold_at(*vats: int | None) -> dict[str, Any]:
    parts = [ENERGY if vat is None else ENERGY | {"vat": vat} for vat in vats]
    no_costs = dict.fromkeys([name for name in CDR if name.startswith("total_") and name.endswith("_cost")])
    return {**no_costs, "tariffs": [priced(*parts)]}


@pytest.mark.parametrize(
    ("vats", "total", "expected"),
    [
        ((21,), price("4", "0.84"), [(21, "0.84")]),
        ((21, 21), price("4", "0.84"), [(21, "0.84")]),
        ((9, 21, None), price("4", "0.36"), [(9, "0.36")]),
        ((21,), price("0.3333", "0.07"), [(21, "0.0700")]),
        ((21,), price("0.3333", "0.0702"), [(None, "0.0702")]),
        ((21,), price("4", "0.63"), [(None, "0.63")]),
        ((None,), price("4", "0.84"), [(None, "0.84")]),
        ((9, 21), price("0", "0"), [(None, "0")]),
        ((21,), price("0", "0"), [(21, "0")]),
        ((0, 21), price("4", "0"), [(0, "0")]),
        ((21,), price("-4", "-0.84"), [(21, "-0.84")]),
    ],
)
def test_a_tax_has_the_rate_of_the_tariff_by_which_it_comes_about(
    vats: tuple[int | None, ...], total: dict[str, Decimal], expected: list[tuple[Any, str]]
) -> None:
    assert rates_of(sold_at(*vats) | {"total_cost": total}) == expected


LINES = {"total_energy_cost": price("3", "0.63"), "total_fixed_cost": price("1", "0.09")}
ROUNDED = {
    "total_energy_cost": price("1.0002", "0.2100"),
    "total_fixed_cost": price("1.0002", "0.2100"),
    "total_time_cost": price("0.4644", "0.0975"),
}
"""By 21 percent, of each line."""


@pytest.mark.parametrize(
    ("total", "lines", "expected"),
    [
        (price("4", "0.72"), LINES, [(9, "0.09"), (21, "0.63")]),
        (price("-4", "-0.72"), LINES, [(9, "-0.09"), (21, "-0.63")]),
        (price("5", "0.72"), LINES, [(None, "0.72")]),
        (price("4", "0.73"), LINES, [(None, "0.73")]),
        (price("4", "0.72"), LINES | {"total_fixed_cost": price("1", "0.1")}, [(None, "0.72")]),
        (price("4", "0.73"), LINES | {"total_fixed_cost": price("1", "0.1")}, [(None, "0.73")]),
        (price("4", "0.84"), LINES | {"total_fixed_cost": price("1", "0.21")}, [(21, "0.84")]),
        (price("2.4648", "0.5175"), ROUNDED, [(21, "0.5175")]),
    ],
    ids=["sum", "credit", "more", "more tax", "less tax", "a line of no rate", "one rate", "each rounded"],
)
def test_a_total_has_a_tax_for_each_rate_of_its_lines(
    total: dict[str, Decimal], lines: dict[str, Any], expected: list[tuple[Any, str]]
) -> None:
    assert rates_of(sold_at(9, 21) | lines | {"total_cost": total}) == expected


def test_each_cost_of_a_cdr_has_its_rate_and_goes_back_as_it_was() -> None:
    cdr = CDR | sold_at(9, 21) | LINES | {"total_cost": price("4", "0.72")}
    said = tree(translate("cdr", cdr, "2.2.1", "2.3.0", OWNER))
    assert said["total_energy_cost"]["taxes"] == [{"name": "VAT", "percentage": 21, "amount": Decimal("0.63")}]
    assert said["total_fixed_cost"]["taxes"] == [{"name": "VAT", "percentage": 9, "amount": Decimal("0.09")}]
    back = tree(translate("cdr", said, "2.3.0", "2.2.1", OWNER))
    assert {name: back[name] for name in (*LINES, "total_cost")} == {**LINES, "total_cost": cdr["total_cost"]}


def test_a_bill_of_no_sensible_size_has_no_rates() -> None:
    net, gross = (Decimal(f"{digit}{'0' * 95}.000{digit}") for digit in (1, 2))
    said = rates_of(sold_at(9, 21) | {"total_cost": {"excl_vat": net, "incl_vat": gross}})
    assert [rate for rate, _ in said] == [None]


KNOWN_TARIFFS = {
    "LOW": priced(ENERGY | {"vat": 9}),
    "HIGH": priced(ENERGY | {"vat": 21}, ENERGY),
    "NONE": priced(ENERGY),
}


@pytest.mark.parametrize("patch", [False, True])
@pytest.mark.parametrize(
    ("named", "total", "rate", "told"),
    [
        (["HIGH"], price("4", "0.84"), 21, {"invented": "$.total_cost.taxes[0].percentage"}),
        (["LOW", "HIGH", None], price("4", "0.36"), 9, {"invented": "$.total_cost.taxes[0].percentage"}),
        (["HIGH"], price("2.4648", "0.5175"), 21, {"invented": "$.total_cost.taxes[0].percentage"}),
        (["HIGH"], price("2.4648", "0.5170"), None, {"changed": "$.total_cost"}),
        (["LOW", "HIGH"], price("4", "0.60"), None, {"changed": "$.total_cost"}),
        (["LOW"], price("4", "0.84"), None, {"changed": "$.total_cost"}),
        (["NONE", "UNKNOWN", None], price("4", "0.84"), None, {"changed": "$.total_cost"}),
        ([], price("4", "0.84"), None, {"changed": "$.total_cost"}),
        (["HIGH"], price("0", "0"), None, {}),
        (["HIGH"], {"excl_vat": Decimal(4)}, None, {}),
        (["HIGH"], None, None, {}),
    ],
)
def test_the_cost_of_a_session_has_the_rate_of_the_tariff_that_its_periods_name(
    patch: bool, named: list[str | None], total: dict[str, Decimal] | None, rate: int | None, told: dict[str, str]
) -> None:
    period = {"start_date_time": "2026-05-04T08:00:00Z", "dimensions": [{"type": "ENERGY", "volume": 1}]}
    changes = {"total_cost": total, "charging_periods": [period | {"tariff_id": id} for id in named]}
    session = changes | {"last_updated": "2026-05-04T08:01:00Z"} if patch else SESSION | changes
    said = translate("session", session, "2.2.1", "2.3.0", Setting(tariff=KNOWN_TARIFFS.get), patch=patch)
    cost = tree(said).get("total_cost") or {}
    assert [tax.get("percentage") for tax in cost.get("taxes", ())] == ([rate] if "incl_vat" in (total or {}) else [])
    assert {loss.what: loss.path for loss in said.losses} == told
    assert len(tree(said)["charging_periods"]) == len(named)


def test_the_cost_of_a_session_without_periods_has_the_rate_of_the_tariff_of_its_connector() -> None:
    session = SESSION | {"total_cost": price("4", "0.84"), "charging_periods": [], "connector_id": "1"}
    plug = {"id": "1", "tariff_ids": ["LOW", "HIGH"]}
    rates = []
    for connectors in ([plug], [{"id": "1"}], [{**plug, "id": "2"}]):
        place = {"evses": [{"uid": session["evse_uid"], "connectors": connectors}]}
        known = Setting(tariff=KNOWN_TARIFFS.get, location={session["location_id"]: place}.get)
        said = translate("session", session, "2.2.1", "2.3.0", known)
        rates.append(tree(said)["total_cost"]["taxes"][0].get("percentage"))
    assert rates == [21, None, None]


def test_the_cost_of_a_session_of_no_sensible_size_has_no_rate() -> None:
    net, gross = (Decimal(f"{digit}{'0' * 95}.000{digit}") for digit in (1, 2))
    session = SESSION | {"total_cost": {"excl_vat": net, "incl_vat": gross}}
    session["charging_periods"] = [{**SESSION["charging_periods"][0], "tariff_id": "HIGH"}]
    said = translate("session", session, "2.2.1", "2.3.0", Setting(tariff=KNOWN_TARIFFS.get))
    assert "percentage" not in tree(said)["total_cost"]["taxes"][0]
