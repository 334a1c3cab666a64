"""What a party makes of 2.3.0 for its own books has all plugs, prices and bills; nobody else is sent to a stand-in."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ocpi_objects import objects
from ocpi_shared import parse

from simulator.ocpi import codec
from simulator.ocpi.translation import Setting, Translated, translate
from simulator.ocpi.translation.kinds import class_of

few = settings(max_examples=25, suppress_health_check=list(HealthCheck), database=None)
CONNECTOR = {
    "id": "1",
    "standard": "MCS",
    "format": "CABLE",
    "power_type": "DC",
    "max_voltage": 1000,
    "max_amperage": 1000,
    "last_updated": "2026-05-04T06:00:00Z",
}


def heard(kind: str, tree: dict[str, Any], **about: Any) -> Translated:
    return translate(kind, tree, "2.3.0", "2.2.1", Setting(stand_ins=True), **about)


@few
@given(data=st.data())
def test_every_evse_and_connector_is_there(data: st.DataObject) -> None:
    tree = data.draw(objects(class_of("location", "2.3.0")))
    said = heard("location", tree).tree
    assert said is not None
    codec.decode(codec.encode(said), class_of("location", "2.2.1"))
    assert shape(said) == shape(parse(codec.encode(tree)))


def shape(location: dict[str, Any]) -> list[tuple[str, list[str]]]:
    return [(evse["uid"], [each["id"] for each in evse["connectors"]]) for evse in location.get("evses", ())]


@pytest.mark.parametrize("kind", ["cdr", "tariff"])
@few
@given(data=st.data())
def test_every_bill_and_tariff_is_understood(kind: str, data: st.DataObject) -> None:
    said = heard(kind, data.draw(objects(class_of(kind, "2.3.0"))))
    assert said.withheld == ""
    codec.decode(codec.encode(said.tree), class_of(kind, "2.2.1"))


@pytest.mark.parametrize(
    ("standard", "power_type", "stands_for_it"),
    [
        ("MCS", "DC", "IEC_62196_T2_COMBO"),
        ("SAE_J3400", "AC_1_PHASE", "TESLA_S"),
        ("LATER", "DC", "IEC_62196_T2_COMBO"),
        ("LATER", "AC_3_PHASE", "IEC_62196_T2"),
        ("CHADEMO", "DC", "CHADEMO"),
    ],
)
def test_the_nearest_plug_stands_for_one_that_is_unknown(standard: str, power_type: str, stands_for_it: str) -> None:
    said = heard("connector", CONNECTOR | {"standard": standard, "power_type": power_type})
    assert said.tree is not None
    assert said.tree["standard"] == stands_for_it
    assert [loss.path for loss in said.losses] == ([] if standard == stands_for_it else ["$.standard"])


def test_a_patch_tells_of_a_plug_without_its_current() -> None:
    patch = {"standard": "LATER", "last_updated": "2026-05-04T06:00:00Z"}
    said = heard("connector", patch, patch=True)
    assert said.tree == patch | {"standard": "IEC_62196_T2"}


def test_without_stand_ins_nobody_is_told_of_another_plug() -> None:
    said = translate("connector", CONNECTOR, "2.3.0", "2.2.1", Setting())
    assert said.withheld == "OCPI 2.2.1 has no ConnectorType MCS."


TARIFF = {
    "country_code": "NL",
    "party_id": "ABC",
    "id": "T",
    "currency": "EUR",
    "tax_included": "YES",
    "elements": [{"price_components": [{"type": "ENERGY", "price": Decimal("0.6"), "vat": 21, "step_size": 1}]}],
    "last_updated": "2026-05-04T06:00:00Z",
}


def test_a_price_with_tax_is_its_nearest_net_but_not_in_a_bill() -> None:
    """A bill is worked out again from its tariff, which has to be exact for that, or not there."""
    said = heard("tariff", TARIFF).tree
    assert said is not None
    assert said["elements"][0]["price_components"][0]["price"] == Decimal("0.4959")
    assert translate("tariff", TARIFF, "2.3.0", "2.2.1", Setting()).tree is None
    cdr = {"tariffs": [TARIFF]}
    billed = heard("cdr", cdr)
    assert billed.tree is not None
    assert billed.tree["tariffs"] == []


def test_a_price_of_which_all_is_tax_stays_as_it_is() -> None:
    price = TARIFF["elements"][0]["price_components"][0] | {"vat": -100}  # type: ignore[index]
    said = heard("tariff", TARIFF | {"elements": [{"price_components": [price]}]}).tree
    assert said is not None
    assert said["elements"][0]["price_components"][0]["price"] == Decimal("0.6")
