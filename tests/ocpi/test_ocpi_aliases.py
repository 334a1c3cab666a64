"""Ids that one version has no room for: what stands for them there, and that it leads back to them."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from ocpi_shared import sample
from ocpi_told import paths, tree

from simulator.ocpi.aliases import Aliases, alias_of, in_path, is_short
from simulator.ocpi.translation import Setting, translate

PLACE, PLUG = "NL*ABC*A*LOCATION*WITH*A*LONG*NAME*0001", "NL*ABC*E*AN*EVSE*WITH*A*LONG*NAME*00001"
CLASH = ("NL*OLD*LONG*STATION*NAM0000000008666739", "NL*OLD*LONG*STATION*NAM0000000009338898")
"""Two of ten million ids, whose digests are alike."""
LOCATION = sample("location_example")
BY_FILE = Setting(country_code="NL", party_id="ABC")

ids = st.text(string.printable[:94] + "éß電", min_size=1, max_size=39)


def hub() -> Setting:
    return replace(BY_FILE, aliases=Aliases())


def old_location() -> dict[str, object]:
    """The sample of 2.2.1 as 2.1.1, its place and its first EVSE under ids that only this has room for."""
    old = tree(translate("location", LOCATION, "2.2.1", "2.1.1", BY_FILE))
    first, *others = old["evses"]
    return {**old, "id": PLACE, "evses": [{**first, "uid": PLUG}, *others]}


@given(ids)
def test_an_alias_has_room_in_every_version_and_leads_back(id: str) -> None:
    aliases = Aliases()
    alias = aliases.give(id)
    assert is_short(alias)
    assert (alias == id) == is_short(id)
    assert (alias, aliases.meant(alias)) == (alias_of(id), id)
    if alias != id:
        assert aliases.meant(alias.upper()) == id


def test_an_alias_is_known_again_by_its_beginning() -> None:
    assert alias_of(PLUG) == "NL*ABC*E*AN*EVSE*WITH*A-6461bf85dd79"
    assert alias_of("Łódź 1").startswith("__d_ 1-")
    assert alias_of("\ud800").startswith("_-"), "also of what is no text, which a path may hold"


def test_two_ids_never_have_one_alias() -> None:
    one, other = CLASH
    assert alias_of(one) == alias_of(other)
    aliases = Aliases()
    aliases.give(one)
    with pytest.raises(ValueError, match="same alias"):
        aliases.give(other)
    assert aliases.meant(alias_of(other)) == one


@given(st.text(string.printable[:94], min_size=37, max_size=39))
def test_ids_that_differ_in_letter_case_only_have_one_alias(id: str) -> None:
    aliases = Aliases()
    given = [aliases.give(each) for each in (id, id.upper(), id.lower())]
    assert len({alias.lower() for alias in given}) == 1
    assert [aliases.meant(alias) for alias in given] == [id] * 3, "as it was heard first"


def test_only_the_ids_of_places_have_aliases_in_a_path() -> None:
    params = {"session_id": PLUG, "location_id": PLACE, "evse_uid": "E1"}
    assert in_path(params, alias_of) == {**params, "location_id": alias_of(PLACE)}
    short = {"location_id": "L1"}
    assert in_path(short, alias_of) is short


@pytest.mark.parametrize("target", ["2.2.1", "2.3.0"])
def test_a_location_goes_over_under_aliases_and_comes_back_under_its_ids(target: str) -> None:
    setting, old = hub(), old_location()
    said = translate("location", old, "2.1.1", target, setting)
    assert (tree(said)["id"], tree(said)["evses"][0]["uid"]) == (alias_of(PLACE), alias_of(PLUG))
    assert paths(said, "alias") == ["$.id", "$.evses[0].uid"]
    back = translate("location", tree(said), target, "2.1.1", setting)
    assert (tree(back)["id"], tree(back)["evses"][0]["uid"]) == (PLACE, PLUG)
    assert paths(back, "alias") == ["$.id", "$.evses[0].uid"]


def test_who_knows_no_aliases_leaves_out_what_has_no_room() -> None:
    old = old_location()
    assert "36 characters" in translate("location", old, "2.1.1", "2.2.1", BY_FILE).withheld
    said = translate("location", {**old, "id": "L1"}, "2.1.1", "2.2.1", BY_FILE)
    assert paths(said, "lost")[0] == "$.evses[0]"
    assert len(tree(said)["evses"]) == len(LOCATION["evses"]) - 1


def test_a_patch_of_an_evse_may_name_it() -> None:
    patch = {"uid": PLUG, "status": "CHARGING", "last_updated": "2026-05-04T09:00:00Z"}
    said = translate("evse", patch, "2.1.1", "2.3.0", hub(), patch=True)
    assert tree(said) == {**patch, "uid": alias_of(PLUG)}


def test_a_permission_names_every_evse_by_its_alias_or_is_withheld() -> None:
    one, other = CLASH
    asked = {"location_id": "L", "evse_uids": ["1", one]}
    setting = hub()
    said = translate("location_references", asked, "2.1.1", "2.2.1", setting)
    assert tree(said)["evse_uids"] == ["1", alias_of(one)]
    assert tree(translate("location_references", tree(said), "2.2.1", "2.1.1", setting)) == asked
    both = {**asked, "evse_uids": [one, other]}
    assert "same alias" in translate("location_references", both, "2.1.1", "2.2.1", setting).withheld
