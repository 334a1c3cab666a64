"""Members of a dump that OCPI does not know of its version: an import accounts for each by its name.

Those of 2.3.0 are kept, as who shows an object again is to have them; before that receivers pass over them.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from simulator.ocpi import typeinfo
from simulator.ocpi.codec import encode
from simulator.ocpi.unknown import forbids, knows_all
from simulator.scenario.ledger import Ledger, Record
from simulator.scenario.natives import DECIDES_A_PRICE, RICHEST


class Unknown(NamedTuple):
    """A member that its holder's class does not know, told by the names of both, and whether it is of a price."""

    holder: Record
    name: str
    told: str
    decides_a_price: bool


def unknown_in(record: Record, cls: type[Struct]) -> tuple[Unknown, ...]:
    """The members of a record that pass for unknown, at every depth; nulls are absent.

    An unknown restriction never passes (see ocpi/unknown.py).
    """
    return () if knows_all(encode(record), cls) else tuple(_look(record, cls, False))


def note_unknown(record: Record, cls: type[Struct], version: str, ledger: Ledger, name: str) -> None:
    """Count the unknown members of a record that is kept."""
    fate = "kept for whoever knows it" if version == RICHEST else "dropped, as readers pass over it"
    for each in unknown_in(record, cls):
        ledger.note(f"unknown-field:{each.told}", f"{each.told} is no field of OCPI {version}, and is {fate}", name)


def forget_unknown_prices(tariff: Record, cls: type[Struct], version: str, ledger: Ledger, name: str) -> None:
    """Take away what would make another price of a Tariff for whoever knew it: no reader of its version does."""
    for each in unknown_in(tariff, cls):
        if each.decides_a_price:
            del each.holder[each.name]
            sentence = f"{each.told} may change a price, but readers of OCPI {version} pass over it, so it is dropped"
            ledger.mend(tariff, f"unknown-price:{each.told}", sentence, name)


def _look(value: Any, type_: Any, decides_a_price: bool) -> Iterator[Unknown]:
    shape = typeinfo.shape(type_)
    if shape.item is not None:
        for item in value if isinstance(value, list) else ():
            yield from _look(item, shape.item, decides_a_price)
    elif isinstance(value, dict) and isinstance(shape.base, type) and issubclass(shape.base, Struct):
        types = {field.encode_name: field.type for field in msgspec.structs.fields(shape.base)}
        for name, member in value.items():
            of_a_price = decides_a_price or name in DECIDES_A_PRICE
            if name in types:
                yield from _look(member, types[name], of_a_price)
            elif member is not None and not forbids(shape.base):
                yield Unknown(value, name, f"{shape.base.__name__} {name}", of_a_price)
