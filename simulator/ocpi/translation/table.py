"""What the tables of translation are made of: for one class of one version, where each field goes in another version.

A field that both classes have, where the target takes all that the source can say, goes over as it is and stands in no
table. All else has to be named; `plan` refuses a table that forgets a field or names one that does not exist.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, Final

from msgspec import Struct

from simulator.ocpi.translation.account import Account, Tree, Unsayable

Mapper = Callable[[Any, str, Account], Any]
"""Turns a field's value, at a path of the source, into that of the target. Raises Unsayable."""


class Way(Enum):
    """How a value goes over whose type the table need not repeat."""

    FIT = "fit"
    """As it is if the target takes it; else it is lost, and with it what cannot be without it."""
    WHOLE = "whole"
    """An object or list, wholly or not at all: to leave it out, or an item of it, would say something else."""
    ALIAS = "alias"
    """An id, or a list of them: where the target has no room for one, its alias; else as WHOLE."""


FIT: Final = Way.FIT
WHOLE: Final = Way.WHOLE
ALIAS: Final = Way.ALIAS


class Otherwise(Struct, frozen=True):
    """A function for what does not go over just as it is; most does, and is found out fast (see alike.py)."""

    say: Mapper


class Made(Struct, frozen=True):
    """Fields of the target that come from several of the source, or from none.

    `make` gets the source, its path and the account, and gives the fields written, none for one that only refuses. In
    a PATCH it is called only when that names one of the fields read. Raises Unsayable.
    """

    reads: tuple[str, ...]
    writes: tuple[str, ...]
    make: Callable[[Mapping[str, Any], str, Account], Tree]


class Table(Struct, frozen=True):
    """Where the fields of `source` go.

    `renamed` and `mapped` are by the source's names; `lost` gives the sentence why; `unsaid` are optional fields of the
    target that nothing tells. With `refused`, a sentence, an unknown field is not lost but makes the object unsayable.
    """

    source: type[Struct]
    target: type[Struct]
    renamed: Mapping[str, str] = {}
    mapped: Mapping[str, Mapper | Way | Otherwise] = {}
    lost: Mapping[str, str] = {}
    made: tuple[Made, ...] = ()
    unsaid: tuple[str, ...] = ()
    refused: str = ""


def substitute(others: Mapping[str, str], known: type[Enum]) -> Mapper:
    """A mapper for values of which some have another name in the target; the rest has to be in `known`.

    Under the key "" stands the name for all values that are not in `known`, if there is such a name.
    """
    values = frozenset(member.value for member in known)

    def say(value: str, path: str, account: Account) -> str:
        other = others.get(value)
        if other is None:
            if value in values:
                return value
            other = others.get("")
            if other is None:
                raise Unsayable(f"OCPI {account.leg.target} has no {known.__name__} {value}.")
        account.change(path, f"OCPI {account.leg.target} has no {known.__name__} {value}; {other} is said instead.")
        return other

    return say
