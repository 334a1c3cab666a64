"""Reads Locations and Tariffs that are written in OCPI 2.3.0: as they are, and as the 2.2.1 that a CPO works with.

A plug that 2.2.1 lacks has a stand-in there, so that vehicles can charge at it. A tariff whose prices 2.2.1 cannot say
exactly cannot be billed, and is a finding.
"""

from decimal import Decimal
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct

from simulator.ocpi.codec import decode_list
from simulator.ocpi.findings import Finding
from simulator.ocpi.v2_2_1.tariffs import Tariff

T = TypeVar("T", bound=Struct)
_NATIVE: Final = "2.3.0"


def read_native(raw: bytes, cls: type[T]) -> tuple[list[T], list[Any], list[Finding]]:
    """The objects as 2.2.1, the same as 2.3.0, and what is wrong with those that are left out. Raises Invalid."""
    from simulator.ocpi.translation import Setting, translate
    from simulator.ocpi.translation.kinds import class_of

    kind = cls.__name__.lower()
    native = class_of(kind, _NATIVE)
    assert native is not None
    originals, findings = decode_list(raw, native)
    objects: list[T] = []
    kept: list[Any] = []
    setting = Setting(stand_ins=cls is not Tariff)
    for index, original in enumerate(originals):
        tree = msgspec.to_builtins(original, builtin_types=(Decimal,))
        said = translate(kind, tree, _NATIVE, "2.2.1", setting)
        if said.tree is not None:
            objects.append(msgspec.convert(said.tree, cls))
            kept.append(original)
        else:
            findings.append(_unsayable(index, cls, said.withheld))
    return objects, kept, findings


def _unsayable(index: int, cls: type[Struct], why: str) -> Finding:
    return Finding(
        rule="not-in-2.2.1",
        severity="error",
        path=f"$[{index}]",
        found=f"a {cls.__name__} of {_NATIVE}",
        expected=f"one that 2.2.1 can say: {why}",
        section=f"OCPI {_NATIVE}",
    )
