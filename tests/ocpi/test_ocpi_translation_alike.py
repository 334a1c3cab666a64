"""What goes over as it is, is found out for a list at once: that must never show in what becomes of an item."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ocpi_objects import objects
from ocpi_shared import sample
from ocpi_told import tree

from simulator.ocpi.translation import Setting, translate
from simulator.ocpi.v2_2_1.cdrs import ChargingPeriod

SESSION = sample("session_example_2_short_finished")
LOCATION = sample("location_example")
KNOWN = Setting(country_code="NL", party_id="ABC", location=lambda _: LOCATION)
ENERGY, POWER = {"type": "ENERGY", "volume": 1}, {"type": "POWER", "volume": 1}
PLAIN = {"start_date_time": "2015-06-29T22:39:09Z", "dimensions": [ENERGY]}
ODD = PLAIN | {"vendor": 1}
others = st.sampled_from([{}, {"tariff_id": None}, {"vendor": None}, {"vendor": 1}])
periods = st.lists(st.builds(lambda period, more: period | more, objects(ChargingPeriod), others), min_size=1)


@pytest.mark.parametrize("target", ["2.1.1", "2.3.0"])
@given(said=periods)
def test_an_item_becomes_the_same_whatever_stands_beside_it(target: str, said: list[dict[str, Any]]) -> None:
    alone = translate("session", SESSION | {"charging_periods": said}, "2.2.1", target, KNOWN)
    beside = translate("session", SESSION | {"charging_periods": [*said, ODD]}, "2.2.1", target, KNOWN)
    assert tree(beside)["charging_periods"] == [*tree(alone).get("charging_periods", []), PLAIN]
    told = [loss for loss in beside.losses if loss.path != f"$.charging_periods[{len(said)}].vendor"]
    assert told == list(alone.losses)


def test_what_goes_over_as_it_is_is_shared() -> None:
    said = [PLAIN] * 3
    for target in ("2.1.1", "2.3.0"):
        new = tree(translate("session", SESSION | {"charging_periods": said}, "2.2.1", target, KNOWN))
        assert new["charging_periods"] is said


@pytest.mark.parametrize("more", [{"tariff_id": None}, {"vendor": 1}, {"dimensions": [ENERGY, POWER]}])
def test_one_item_that_is_not_alike_is_enough(more: dict[str, Any]) -> None:
    said = [PLAIN, PLAIN, PLAIN | more]
    new = tree(translate("session", SESSION | {"charging_periods": said}, "2.2.1", "2.1.1", KNOWN))
    assert new["charging_periods"] == [PLAIN] * 3


def test_what_each_item_loses_is_told_path_by_path_and_the_source_keeps_it() -> None:
    named = PLAIN | {"tariff_id": "day"}
    for said in ([named] * 4, [named] * 9, [named, PLAIN, named | {"tariff_id": None}, named]):
        before = copy.deepcopy(said)
        new = translate("session", SESSION | {"charging_periods": said}, "2.2.1", "2.1.1", KNOWN)
        assert tree(new)["charging_periods"] == [PLAIN] * len(said)
        lost = [index for index, period in enumerate(said) if period.get("tariff_id")]
        told = [(loss.path, loss.what) for loss in new.losses if loss.path.startswith("$.charging_periods")]
        assert told == [(f"$.charging_periods[{index}].tariff_id", "lost") for index in lost]
        assert said == before
