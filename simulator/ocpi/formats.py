"""Whether DateTimes and coordinates in a decoded object are such: looked up afterwards, for patterns would be slow.

msgspec asks Python for each text with a pattern, 0.5 us each. Instants and places are written again and again, so here
each text is looked for among those that were found good of late. The function that does so is compiled for a class,
as dataclasses are: a third of what it costs to walk through an object along a plan (0.6 us against 1.7 for a Session of
2.1.1 with its Location).
"""

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Final

import msgspec
from msgspec import UNSET, Struct

from simulator.ocpi import typeinfo

_MOST_KNOWN: Final = 1_000
"""So few that they stay near the processor: to look among 100,000 took up to five times as long as to match anew, and
most instants are new."""
_ABSENT: Final = (None, UNSET)


class Format:
    """One pattern, and of the texts that have it those last seen; what stands for an absent one is known, too.

    Where a thread of the same process writes the recording, two threads look texts up: a set that is looked into is
    never without what stands for an absent one.
    """

    def __init__(self, pattern: str) -> None:
        self._match = re.compile(pattern).match
        self.known: set[object] = {*_ABSENT}

    def takes(self, text: str) -> bool:
        """Whether a text has the pattern."""
        if self._match(text) is None:
            return False
        if len(self.known) > _MOST_KNOWN:
            self.known = {*_ABSENT}
        self.known.add(text)
        return True


@cache
def format_of(pattern: str) -> Format:
    """The one Format of a pattern."""
    return Format(pattern)


def checker(type_: Any) -> Callable[[Any], bool] | None:
    """A function that tells whether all looked-up texts in a value of a type are good; None if it has none."""
    source = _Source()
    statements = source.statements(type_, "value", certain=True)
    if not statements:
        return None
    function = ("def are_good(value):", *_indented(statements), "    return True")
    exec("\n".join(function), source.names)
    are_good: Callable[[Any], bool] = source.names["are_good"]
    return are_good


class _Source:
    """Python statements that return False for a bad text in a value, and what their names stand for."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {}
        self._formats: dict[str, int] = {}
        self._variables = 0

    def statements(self, type_: Any, value: str, *, certain: bool) -> list[str]:
        """Those for what the expression `value` gives; unless that is `certain`, it may be nothing."""
        shape = typeinfo.shape(type_)
        if shape.format:
            form = self._name(shape.format)
            return [f"if {value} not in {form}.known and not {form}.takes({value}): return False"]
        if shape.item is not None:
            item = self._variable()
            inside = self.statements(shape.item, item, certain=True)
            return [f"for {item} in {value} or ():", *_indented(inside)] if inside else []
        if not (isinstance(shape.base, type) and issubclass(shape.base, Struct)):
            return []
        member = value if certain else self._variable()
        fields = msgspec.structs.fields(shape.base)
        inside = [
            statement
            for field in fields
            for statement in self.statements(field.type, f"{member}.{field.name}", certain=field.required)
        ]
        return inside if certain or not inside else [f"if {member} := {value}:", *_indented(inside)]

    def _variable(self) -> str:
        self._variables += 1
        return f"part{self._variables}"

    def _name(self, pattern: str) -> str:
        name = f"format{self._formats.setdefault(pattern, len(self._formats))}"
        self.names[name] = format_of(pattern)
        return name


def _indented(statements: Iterable[str]) -> list[str]:
    return [f"    {statement}" for statement in statements]
