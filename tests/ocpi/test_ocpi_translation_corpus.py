"""The specification's own samples, each said in every other version, are valid there or withheld for a known reason."""

from pathlib import Path
from typing import Any

import pytest
from ocpi_shared import parse, read_json

from simulator.ocpi import catalogue, codec
from simulator.ocpi.patch import partial
from simulator.ocpi.translation import Setting, translate
from simulator.ocpi.translation.kinds import KINDS, class_of

KIND_OF = {name: kind for kind, name in KINDS.items()}
LOCATION = read_json("corpus/2.2.1/location_example.json")
TOKEN = read_json("corpus/2.2.1/token_example_1_app_user.json")
SETTING = Setting(
    country_code="NL",
    party_id="ABC",
    location=lambda location_id: LOCATION | {"id": location_id},
    token=lambda auth_id: TOKEN | {"contract_id": auth_id},
    now="2026-05-04T06:00:00Z",
)
SAMPLES = [
    entry
    for entry in read_json("corpus/index.json")
    if entry["version"] in catalogue.VERSIONS and entry["usable_as_valid"] and entry["object_type"] in KIND_OF
]
HIDDEN, OTHER_TYPE = "The Location is not to be published", "OCPI 2.1.1 would take a tariff of type"
WITHHELD_FROM_2_1_1 = {
    "location_example_uc3_destination_charger_not_published": HIDDEN,
    "location_example_uc4_limited_visibility": HIDDEN,
    "location_example_uc5_home_charge_point": HIDDEN,
    "session_patch_example_charging_period": "A PATCH with charging periods adds them",
    "tariff_2_alt_text": OTHER_TYPE,
    "tariff_3_alt_url": OTHER_TYPE,
    "tariff_4_complex": "An element has the restriction max_current",
    "tariff_6_025kwh_start_max_price": "The tariff has a max_price",
    "tariff_11_not_possible_alt_text": OTHER_TYPE,
    "tariff_12_025kwh_min_price": "The tariff has a min_price",
    "tariff_20_simple_north_american_inclusive": "The prices contain taxes",
}
WITHHELD_FROM_2_2_1 = {
    "mod_tariffs_2_example_change_tariff_to_2_50": "Not every version changes a Tariff by PATCH",
    "tariff_20_simple_north_american_inclusive": "The price at $.elements[0].price_components[0] contains taxes",
}
WITHHELD_FROM_2_3_0 = {
    "mod_tariffs_2_example_change_tariff_to_2_50": "Not every version changes a Tariff by PATCH",
}
WITHHELD = {"2.1.1": WITHHELD_FROM_2_1_1, "2.2.1": WITHHELD_FROM_2_2_1, "2.3.0": WITHHELD_FROM_2_3_0}


def trees(entry: dict[str, Any]) -> list[Any]:
    tree = read_json(f"corpus/{entry['file']}")
    match entry["kind"]:
        case "envelope":
            return [tree["data"]]
        case "envelope-list":
            return list(tree["data"])
        case "list":
            return list(tree)
        case _:
            return [tree]


@pytest.mark.parametrize("target", catalogue.VERSIONS)
@pytest.mark.parametrize("entry", SAMPLES, ids=lambda entry: entry["file"])
def test_sample_is_valid_in_every_version(entry: dict[str, Any], target: str) -> None:
    kind, source, patch = KIND_OF[entry["object_type"]], entry["version"], entry["kind"] == "patch"
    for tree in trees(entry):
        before = codec.encode(tree)
        said = translate(kind, tree, source, target, SETTING, patch=patch)
        assert codec.encode(tree) == before
        reason = WITHHELD[target].get(Path(entry["file"]).stem, "") if source != target else ""
        assert (said.tree is None) == bool(reason)
        assert said.withheld.startswith(reason)
        if said.tree is not None:
            assert again(said.tree, kind, target, patch=patch) == without_empty_lists(said.tree)


def again(tree: dict[str, Any], kind: str, version: str, *, patch: bool) -> Any:
    """What the version's own class reads; it refuses what is not valid and drops what it does not know."""
    cls: Any = class_of(kind, version)
    cls = partial(cls, last_updated_required=version != "2.1.1") if patch else cls
    return parse(codec.encode(codec.decode(codec.encode(tree), cls)))


def without_empty_lists(tree: Any) -> Any:
    """An empty list for an optional field says no more than its absence, and is written as such."""
    if isinstance(tree, dict):
        return {key: without_empty_lists(value) for key, value in tree.items() if value != []}
    return [without_empty_lists(item) for item in tree] if isinstance(tree, list) else tree
