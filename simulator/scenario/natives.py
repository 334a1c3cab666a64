"""Reads OCPI files of any version: as they are written, and as the 2.2.1 that a CPO works with.

What 2.3.0 says beyond that is kept for partners of that version and for the bill, and so is what even it does not know,
as who shows an object again is to have that. A plug that 2.2.1 lacks has a stand-in there, so that vehicles can charge
at it, and so has a price that it cannot say exactly. A tariff whose prices contain a tax of unknown rate cannot be
billed, as every bill says what is due without taxes, and is a finding; and so is one with a field that decides a price
and is not of its version, as a reader would pass over it. An element with an unknown restriction is kept as everywhere,
and billed to nobody; of 2.1.1, whose files are not kept, it is a finding.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Final, TypeVar, cast

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from simulator.ocpi.codec import decode, decode_list, decode_whole, decode_whole_list
from simulator.ocpi.findings import Finding, Invalid
from simulator.ocpi.remarks import remarks
from simulator.ocpi.v2_2_1.tariffs import Tariff

T = TypeVar("T", bound=Struct)

HOME: Final = "2.2.1"
RICHEST: Final = "2.3.0"
"""The version of which something would be lost if it were not kept as it is; all of 2.1.1 is in 2.2.1."""

ANYBODY: Final = ("XX", "ANY")
"""The owner of what does not say whose it is, as nothing of 2.1.1 does, until somebody takes it over."""

_NOTHING_IS_LEFT: Final = -100
"""Percent: no tax is that, or less."""

DECIDES_A_PRICE: Final = frozenset(
    ("tax_included", "vat", "min_price", "max_price", "type", "start_date_time", "end_date_time", "restrictions")
)
"""Fields of a tariff that make another price of it, by their own names or that of what they are in."""


def read_object(raw: bytes, cls: type[T], version: str) -> tuple[T, Any]:
    """The object of a file as 2.2.1, and as it is written if that is 2.3.0. Raises Invalid."""
    passed_over = tuple(_passed_over(raw, cls, version))
    try:
        written = (decode_whole if version == RICHEST else decode)(raw, class_in(version, cls))
    except Invalid as invalid:
        raise Invalid((*passed_over, *invalid.findings)) from None
    if passed_over:
        raise Invalid(passed_over)
    return at_home(written, cls, version), written if version == RICHEST else None


def read_list(raw: bytes, cls: type[T], version: str) -> tuple[list[T], list[Any], list[Finding]]:
    """The objects of a file as 2.2.1, the same as written if that is 2.3.0, and what is wrong with others.

    Raises Invalid.
    """
    objects: list[T] = []
    kept: list[Any] = []
    written, findings = (decode_whole_list if version == RICHEST else decode_list)(raw, class_in(version, cls))
    if cls is Tariff:
        for index, each in enumerate(msgspec.json.decode(raw, type=list[msgspec.Raw])):
            findings += _inside(index, _passed_over(bytes(each), cls, version))
    for index, obj in enumerate(written):
        try:
            objects.append(at_home(obj, cls, version))
        except Invalid as invalid:
            findings += _inside(index, invalid.findings)
        else:
            kept.append(obj)
    return objects, kept if version == RICHEST else [], findings


def _inside(index: int, findings: Iterable[Finding]) -> Iterator[Finding]:
    return (replace(finding, path=f"$[{index}]{finding.path[1:]}") for finding in findings)


def _passed_over(raw: bytes, cls: type[Struct], version: str) -> Iterator[Finding]:
    """The fields of a tariff that its version does not have, and without which it would read otherwise."""
    if cls is not Tariff:
        return
    rules = ("unknown-field",) if version in (HOME, RICHEST) else ("unknown-field", "unknown-restriction")
    for remark in remarks(raw, class_in(version, cls)):
        *around, name = (part.partition("[")[0] for part in remark.path.split("."))
        if remark.rule in rules and not DECIDES_A_PRICE.isdisjoint((*around, name)):
            expected = f"a field of {version}, or beside the file the version it is of, such as “ocpi: {RICHEST}”"
            yield replace(remark, severity="error", found=f"the field {name}", expected=expected)


def at_home(written: Struct, cls: type[T], version: str) -> T:
    """An object of another version as 2.2.1. Raises Invalid for what that has no words for."""
    if version == HOME:
        assert isinstance(written, cls)
        return written
    if cls is Tariff and (untold := tuple(_untold_rates(written))):
        raise Invalid(untold)
    # The tables of translation are loaded for such files only.
    from simulator.ocpi.translation import Setting, translate

    country_code, party_id = ANYBODY
    setting = Setting(country_code=country_code, party_id=party_id, stand_ins=True)
    tree = msgspec.to_builtins(written, builtin_types=(Decimal,))
    said = translate(cls.__name__.lower(), tree, version, HOME, setting)
    if said.tree is None:
        raise Invalid((_unsayable(cls, version, said.withheld),))
    return msgspec.convert(said.tree, cls)


def _untold_rates(tariff: Any) -> Iterator[Finding]:
    """The prices that contain a tax and do not say how much of them it is."""
    if getattr(tariff, "tax_included", "NO") != "YES":
        return
    for index, element in enumerate(tariff.elements):
        for place, component in enumerate(element.price_components):
            vat = component.vat
            if vat is None or vat <= _NOTHING_IS_LEFT:
                beside = f"beside a price of {component.price} that contains taxes"
                yield Finding(
                    rule="unknown-tax",
                    severity="error",
                    path=f"$.elements[{index}].price_components[{place}].vat",
                    found=f"{'nothing' if vat is None else vat}, {beside}",
                    expected="their rate, without which nobody can bill what is due before taxes",
                    section=f"OCPI {RICHEST} tariffs, TaxIncluded",
                )


def class_in(version: str, cls: type[T]) -> type[T]:
    """The class of another version. That of 2.3.0 has all fields of the one of 2.2.1, and is taken for it here."""
    from simulator.ocpi.catalogue import types

    return cast(type[T], types(version)[cls.__name__])


def _unsayable(cls: type[Struct], version: str, why: str) -> Finding:
    return Finding(
        rule=f"not-in-{HOME}",
        severity="error",
        path="$",
        found=f"a {cls.__name__} of {version}",
        expected=f"one that {HOME} can say: {why.rstrip('.')}",
        section=f"OCPI {version}",
    )
