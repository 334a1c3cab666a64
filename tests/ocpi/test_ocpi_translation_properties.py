"""Whatever the object: what comes out is valid in its version, and coming back only what was told is otherwise."""

from collections.abc import Iterator
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ocpi_objects import objects
from ocpi_shared import parse, sample

from simulator.ocpi import catalogue, codec
from simulator.ocpi.patch import partial
from simulator.ocpi.translation import Setting, Translated, translate
from simulator.ocpi.translation.kinds import KINDS, class_of

LOCATION = sample("location_example")
TOKEN = sample("token_example_2_full_rfid")
PATCHED = ("location", "evse", "connector", "session", "token")
WAYS = [
    (kind, source, target)
    for kind in KINDS
    for source, target in permutations(catalogue.VERSIONS, 2)
    if class_of(kind, source) and class_of(kind, target)
]
few = settings(max_examples=8, suppress_health_check=list(HealthCheck), database=None)


def setting_for(tree: dict[str, Any]) -> Setting:
    """One that knows all that the object speaks of, as the hub does through which it came."""
    owned = tree.get("token", tree)
    place = {"evse_uid": "1", "connector_id": "1"} | tree.get("cdr_location", tree)
    evse = LOCATION["evses"][0]
    connector = evse["connectors"][0] | {"id": place["connector_id"]}
    here = LOCATION | {"evses": [evse | {"uid": place["evse_uid"], "connectors": [connector]}]}
    token = TOKEN | {"type": "RFID"}
    return Setting(
        country_code=owned.get("country_code", "NL"),
        party_id=owned.get("party_id", "ABC"),
        location=lambda location_id: here | {"id": location_id},
        token=lambda contract_id: token | {"contract_id": contract_id} if contract_id.isascii() else None,
        asked_token=TOKEN,
        now="2026-05-04T07:00:00Z",
    )


@pytest.mark.parametrize(("kind", "source", "target"), WAYS)
@few
@given(data=st.data())
def test_object_is_valid_there_and_comes_back_but_for_what_was_told(
    kind: str, source: str, target: str, data: st.DataObject
) -> None:
    tree = data.draw(objects(class_of(kind, source)))
    if data.draw(st.booleans()):
        tree = made_sayable(kind, tree, source, data)
    check_way(kind, tree, source, target, patch=False)


@pytest.mark.parametrize(("kind", "source", "target"), [way for way in WAYS if way[0] in PATCHED])
@few
@given(data=st.data())
def test_patch_is_valid_there_and_comes_back_but_for_what_was_told(
    kind: str, source: str, target: str, data: st.DataObject
) -> None:
    tree = data.draw(objects(class_of(kind, source)))
    named = data.draw(st.sets(st.sampled_from(sorted(tree)), min_size=1)) | {"last_updated"}
    check_way(kind, {name: tree[name] for name in tree if name in named}, source, target, patch=True)


def made_sayable(kind: str, tree: dict[str, Any], version: str, data: st.DataObject) -> dict[str, Any]:
    """Without what nearly always withholds an object, so that the rest of it is seen to go over."""
    if kind == "location":
        return tree | {"id": "LOC1", "country": "NLD"} | ({"publish": True} if "publish" in tree else {})
    if kind == "tariff":
        gone = ("type", "min_price", "max_price", "end_date_time", "start_date_time")
        net = {"tax_included": "NO"} if "tax_included" in tree else {}
        return {name: value for name, value in tree.items() if name not in gone} | net
    if kind == "cdr" and version == "2.1.1":
        evse = data.draw(objects(class_of("evse", version))) | {"uid": "1", "evse_id": "NL*ABC*E1"}
        one = evse | {"connectors": [evse["connectors"][0] | {"id": "1"}]}
        location = made_sayable("location", tree["location"], version, data) | {"evses": [one]}
        return tree | {"auth_id": "NL-EMA-1", "location": location}
    if kind == "cdr":
        energy = {"type": "ENERGY", "volume": 1}
        periods = [period | {"dimensions": [energy, *period["dimensions"]]} for period in tree["charging_periods"]]
        gone = ("credit", "home_charging_compensation")
        kept = {name: value for name, value in tree.items() if name not in gone}
        return kept | {"id": "CDR1", "charging_periods": periods}
    return tree


def check_way(kind: str, tree: dict[str, Any], source: str, target: str, *, patch: bool) -> None:
    setting = setting_for(tree)
    before = codec.encode(tree)
    said = translate(kind, tree, source, target, setting, patch=patch)
    assert codec.encode(tree) == before
    assert (said.tree is None) == bool(said.withheld)
    if said.tree is None:
        return
    check_valid(kind, said.tree, target, patch=patch)
    back = translate(kind, said.tree, target, source, setting, patch=patch)
    if back.tree is None:
        return
    check_valid(kind, back.tree, source, patch=patch)
    differences = list(untold(tree, back.tree, "$", "$", Told(said, back)))
    assert differences == []


def check_valid(kind: str, tree: dict[str, Any], version: str, *, patch: bool) -> None:
    cls: Any = class_of(kind, version)
    raw = codec.encode(tree)
    cls = partial(cls, last_updated_required=version != "2.1.1") if patch else cls
    assert without_empty(parse(codec.encode(codec.decode(raw, cls)))) == without_empty(parse(raw))


class Told:
    """The paths of which something was said, on the way there and on the way back."""

    def __init__(self, said: Translated, back: Translated) -> None:
        self.there = {loss.path for loss in said.losses}
        self.lost = {loss.path for loss in said.losses if loss.what == "lost"}
        self.back = {loss.path for loss in back.losses}


def untold(first: Any, again: Any, path: str, place: str, told: Told) -> Iterator[str]:
    """Where an object came back otherwise; `path` is where it was, `place` where it is now."""
    if path in told.there or place in told.back:
        return
    if isinstance(first, dict):
        for name in {**first, **again}:
            yield from untold(first.get(name), again.get(name), f"{path}.{name}", f"{place}.{name}", told)
    elif isinstance(first, list):
        kept = [(index, item) for index, item in enumerate(first) if f"{path}[{index}]" not in told.lost]
        again = again or []
        if len(kept) != len(again):
            yield f"{path} has {len(again)} items instead of {len(kept)}"
            return
        for now, ((index, item), other) in enumerate(zip(kept, again, strict=True)):
            yield from untold(item, other, f"{path}[{index}]", f"{place}[{now}]", told)
    elif first != again and not (first is None and again == []):
        yield f"{path}: {first!r} came back as {again!r}"


def without_empty(tree: Any) -> Any:
    """An empty list says no more than its absence, and a number is one however it is written."""
    if isinstance(tree, dict):
        return {key: without_empty(value) for key, value in tree.items() if value != []}
    return [without_empty(item) for item in tree] if isinstance(tree, list) else tree
