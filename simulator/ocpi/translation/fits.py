"""Values that are neither objects nor lists: which of them go over as they are, always or each by itself."""

import enum
from collections.abc import Callable
from typing import Any, NamedTuple

from simulator.ocpi.translation.account import Account, Unsayable
from simulator.ocpi.translation.alike import Alike, of_values
from simulator.ocpi.translation.table import Mapper
from simulator.ocpi.typeinfo import Shape

Fits = Callable[[Any], bool]


class Said(NamedTuple):
    """How values of a type are said: one that `fits` goes over as it is, others through `mapper`.

    `alike` tells of many at once whether they all fit.
    """

    mapper: Mapper
    fits: Fits | None = None
    alike: Alike | None = None


def takes_all(target: Shape, source: Shape) -> bool:
    """Whether every value of one type that is neither object nor list is also one of the other."""
    if issubclass(source.base, enum.Enum) and source.known is None:
        if issubclass(target.base, enum.Enum):
            return {member.value for member in source.base} <= {member.value for member in target.base}
        return target.known is not None
    if source.base is not target.base or issubclass(target.base, enum.Enum):
        return False
    return (
        longest(source) <= longest(target)
        and shortest(source) >= shortest(target)
        and target.patterns <= source.patterns
        and _bounds(target) <= _bounds(source)
        and (source.is_ci or not target.is_ci)
        and target.is_datetime == source.is_datetime
    )


def fit(target: Shape) -> Said:
    """How a text is said whose target takes fewer: as it is, or not at all."""
    if issubclass(target.base, enum.Enum):
        values = frozenset(member.value for member in target.base)
        name = target.base.__name__

        def fit_value(value: str, _path: str, account: Account) -> str:
            if value not in values:
                raise Unsayable(f"OCPI {account.leg.target} has no {name} {value}.")
            return value

        return Said(fit_value, values.__contains__, of_values(values))
    most, least, is_ci = longest(target), shortest(target), target.is_ci

    def fit_text(value: str, path: str, account: Account) -> str:
        if not least <= len(value) <= most:
            raise Unsayable(f"“{value}” at {path} has not the {least} to {most} characters of {_of(account)}.")
        if is_ci and not value.isascii():
            raise Unsayable(f"“{value}” at {path} is not ASCII, as {_of(account)} asks.")
        return value

    def fits(value: str) -> bool:
        return least <= len(value) <= most and (not is_ci or value.isascii())

    return Said(fit_text, fits, lambda values: all(map(fits, values)))


def _of(account: Account) -> str:
    return f"OCPI {account.leg.target}"


def longest(shape: Shape) -> float:
    """The most characters of a text, or items of a list."""
    return min((meta.max_length for meta in shape.metas if meta.max_length is not None), default=float("inf"))


def shortest(shape: Shape) -> int:
    """The least characters of a text, or items of a list."""
    return max((meta.min_length or 0 for meta in shape.metas), default=0)


def _bounds(shape: Shape) -> frozenset[tuple[Any, Any]]:
    return frozenset((meta.ge, meta.le) for meta in shape.metas if meta.ge is not None or meta.le is not None)
