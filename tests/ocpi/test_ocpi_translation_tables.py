"""No field of either side is forgotten: a table that leaves one out, or makes one up, is refused with its name."""

from decimal import Decimal
from itertools import permutations
from typing import Annotated, Any

import msgspec
import pytest
from msgspec import Meta

from simulator.ocpi import catalogue
from simulator.ocpi.datatypes import CiString36, Object, String10, String255
from simulator.ocpi.translation.account import Account, Setting, Unsayable
from simulator.ocpi.translation.countries import three_letters
from simulator.ocpi.translation.kinds import KINDS, class_of
from simulator.ocpi.translation.plan import Leg
from simulator.ocpi.translation.table import FIT, WHOLE, Made, Table
from simulator.ocpi.translation.translate import LEGS
from simulator.ocpi.v2_1_1.types import Id36

WAYS = [
    (kind, leg) for leg in LEGS.values() for kind in KINDS if class_of(kind, leg.source) and class_of(kind, leg.target)
]
NOT_BY_THEMSELVES = {
    "Credentials": "are each platform's own",
    "CredentialsRole": "part of Credentials",
    "Version": "is each platform's own",
    "VersionDetails": "is each platform's own",
    "Endpoint": "part of VersionDetails",
}


@pytest.mark.parametrize(("kind", "leg"), WAYS, ids=lambda each: each if isinstance(each, str) else each.source)
def test_every_field_of_both_sides_has_its_place(kind: str, leg: Leg) -> None:
    source, target = class_of(kind, leg.source), class_of(kind, leg.target)
    assert source is not None
    assert target is not None
    leg.plan(source, target)


@pytest.mark.parametrize("version", catalogue.VERSIONS)
def test_every_object_of_a_version_is_a_kind_or_inside_of_one(version: str) -> None:
    reached: set[str] = set()
    for kind in KINDS:
        cls = class_of(kind, version)
        if cls is not None:
            reached |= names_inside(cls)
    assert sorted(set(catalogue.types(version)) - reached) == sorted(
        name for name in NOT_BY_THEMSELVES if name in catalogue.types(version)
    )


def names_inside(cls: type[msgspec.Struct]) -> set[str]:
    names = {cls.__name__}
    for field in msgspec.inspect.type_info(cls).fields:  # type: ignore[attr-defined]
        for each in parts(field.type):
            names |= names_inside(each)
    return names


def parts(shape: Any) -> list[type[msgspec.Struct]]:
    if isinstance(shape, msgspec.inspect.StructType):
        return [shape.cls]
    inner = getattr(shape, "types", None) or [getattr(shape, "item_type", None)]
    return [part for each in inner if each is not None for part in parts(each)]


def test_two_legs_lead_from_every_version_to_every_other() -> None:
    for source, target in permutations(catalogue.VERSIONS, 2):
        assert (source, target) in LEGS or {(source, "2.2.1"), ("2.2.1", target)} <= LEGS.keys()


class Old(Object, frozen=True, kw_only=True):
    name: String255
    note: String255 | None = None


class New(Object, frozen=True, kw_only=True):
    name: String255
    size: Decimal


class Foreign(Object, frozen=True, kw_only=True):
    name: Id36


class Ascii(Object, frozen=True, kw_only=True):
    name: CiString36


class Narrow(Object, frozen=True, kw_only=True):
    name: String10
    note: CiString36 | None = None


def nothing(_tree: Any, _path: str, _account: Account) -> dict[str, Any]:
    return {}


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (Table(Old, New, made=(Made((), ("size",), nothing),)), "does not say what becomes of note"),
        (Table(Old, New, lost={"note": "So."}), "does not say where size comes from"),
        (Table(Old, New, lost={"note": "So."}, unsaid=("size",)), "leaves size unsaid"),
        (Table(Old, Old, lost={"remark": "So."}), "names remark"),
        (Table(Old, Narrow, mapped={"note": FIT}), "has to say FIT"),
        (Table(Foreign, Ascii), "has to say FIT"),
    ],
)
def test_wrong_table_is_refused(table: Table, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Leg("1", "2", (table,)).plan(table.source, table.target)


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        (Annotated[str, Meta(pattern="^a")], Annotated[str, Meta(pattern="^b")], "other numbers or another pattern"),
        (str, Annotated[str, Meta(max_length=9)], ""),
        (int, Annotated[int, Meta(ge=0)], "other numbers"),
        (str, str, "must not say FIT"),
        (tuple[str, ...], str, "the other is not"),
        (tuple[Old, ...], tuple[Narrow, ...], "has to say FIT"),
    ],
)
def test_what_no_table_can_leave_to_itself(first: Any, second: Any, sentence: str) -> None:
    source, target = msgspec.defstruct("A", [("field", first)]), msgspec.defstruct("B", [("field", second)])
    leg = Leg("1", "2", (Table(source, target, mapped={"field": FIT}),))
    if sentence:
        with pytest.raises(ValueError, match=sentence):
            leg.plan(source, target)
    else:
        assert leg.plan(source, target)
        with pytest.raises(ValueError, match="FIT"):
            Leg("1", "2", ()).plan(source, target)


def test_list_that_must_not_be_empty_there_needs_a_function() -> None:
    source = msgspec.defstruct("A", [("field", tuple[bool, ...])])
    target = msgspec.defstruct("B", [("field", Annotated[tuple[bool, ...], Meta(min_length=1)])])
    with pytest.raises(ValueError, match="may be empty"):
        Leg("1", "2", ()).plan(source, target)


def test_what_does_not_fit_costs_the_smallest_part_that_may_be_left_out() -> None:
    class Box(Object, frozen=True, kw_only=True):
        items: tuple[Old, ...] = ()

    class NarrowBox(Object, frozen=True, kw_only=True):
        items: tuple[Narrow, ...] = ()

    table = Table(Old, Narrow, mapped={"name": FIT, "note": FIT})
    tree = {"items": [{"name": "x" * 11}, {"name": "y", "note": "é"}]}
    leg = Leg("1", "2", (table,))
    account = Account(leg, Setting(), "2", patch=False)
    assert leg.plan(Box, NarrowBox).say(tree, "$", account) == {"items": [{"name": "y"}]}
    assert [(loss.path, loss.what) for loss in account.losses] == [("$.items[0]", "lost"), ("$.items[1].note", "lost")]
    strict = Leg("1", "2", (table, Table(Box, NarrowBox, mapped={"items": WHOLE})))
    with pytest.raises(Unsayable, match=r"0 to 10 characters of OCPI 2"):
        strict.plan(Box, NarrowBox).say(tree, "$", account)


@pytest.mark.parametrize(("country", "expected"), [("NL", "NLD"), ("be", "BEL"), ("DEU", "DEU"), ("ZW", "ZWE")])
def test_countries(country: str, expected: str) -> None:
    account = Account(LEGS["2.1.1", "2.2.1"], Setting(), "2.2.1", patch=False)
    assert three_letters(country, "$.country", account) == expected
    assert len(account.losses) == (len(country) == 2)
