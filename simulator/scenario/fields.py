"""Takes a table of the tree apart key by key, and notes everything wrong with it instead of stopping at the first."""

import difflib
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from simulator.scenario.errors import ScenarioError
from simulator.scenario.tree import Entry, Items, Place, Scalar, Table, Value
from simulator.scenario.units import Unreadable

T = TypeVar("T")

_MOST_LISTED = 30


class Problems:
    """The mistakes found so far; what single values were `read` as, each with its place and text; and what those that
    are short for a list or a table were written for, in `long`.
    """

    def __init__(self) -> None:
        self.errors: list[ScenarioError] = []
        self.read: list[tuple[Place, str, object]] = []
        self.long: dict[tuple[Place, str], Items | Table] = {}

    def add(self, place: Place, found: str, expected: str, sentence: str) -> None:
        self.errors.append(place.error(found, expected, sentence))

    def scalar(self, value: Value, parse: Callable[[str], T], fallback: T) -> T:
        """`value` read by `parse`; where it refuses, the problem is noted and `fallback` stands in."""
        if not isinstance(value, Scalar):
            sentence = f"{_sentence_case(_shape(value))} stands where a single value is expected."
            self.add(value.place, _shape(value), "a single value", sentence)
            return fallback
        try:
            read = parse(value.text)
        except Unreadable as refusal:
            self.add(value.place, refusal.found, refusal.expected, str(refusal))
            return fallback
        self.read.append((value.place, value.text, read))
        return read

    def items(self, value: Value | None) -> tuple[Value, ...]:
        """The items of a list; nothing for a key that is absent."""
        if value is None or isinstance(value, Items):
            return value.items if value is not None else ()
        sentence = f"{_sentence_case(_shape(value))} stands where a list is expected; begin each item with “- ”."
        self.add(value.place, _shape(value), "a list", sentence)
        return ()

    def one_or_more(self, value: Value | None) -> tuple[Value, ...]:
        """The items of a list, or what stands there as its only item; nothing for a key that is absent."""
        if value is None or isinstance(value, Items):
            return value.items if value is not None else ()
        if isinstance(value, Scalar):
            self.long[value.place, value.text] = Items((value,), value.place)
        return (value,)

    def in_full(self, short: Scalar, key: str, value: Scalar) -> Table:
        """The table with nothing but `value` under `key`, to be read where `short` stands for it."""
        table = Table({key: Entry(short.place, value)}, short.place)
        self.long[short.place, short.text] = table
        return table

    def table(self, value: Value | None) -> dict[str, Entry]:
        """The entries of a table; nothing for a key that is absent."""
        if value is None or isinstance(value, Table):
            return value.entries if value is not None else {}
        sentence = f"{_sentence_case(_shape(value))} stands where keys with values are expected."
        self.add(value.place, _shape(value), "a table of keys", sentence)
        return {}

    def reference(
        self, place: Place, name: str, known: Sequence[str], noun: str, write: Callable[[str], str] = str
    ) -> bool:
        """Whether `name` is one of the `known` things of that noun; if not, that is noted, each as one `write`s it."""
        if name in known:
            return True
        more = f" and {len(known) - _MOST_LISTED:,} more" if len(known) > _MOST_LISTED else ""
        listed = (", ".join(write(each) for each in known[:_MOST_LISTED]) or "there is none") + more
        sentence = f"There is no {noun} “{name}”{did_you_mean(name, known, write)}; known: {listed}."
        self.add(place, name, f"a {noun}: {listed}", sentence)
        return False


class Fields:
    """The keys of one table. Keys that nobody reads are refused on the spot, with the nearest known one."""

    def __init__(self, problems: Problems, value: Value, what: str, keys: Sequence[str]) -> None:
        self.place = value.place
        self._problems = problems
        self._what = what
        self._broken = not isinstance(value, Table)
        self._meant: list[str] = []
        self._entries = problems.table(value)
        for key, entry in self._entries.items():
            if key not in keys:
                sentence = f"{_sentence_case(what)} has no key “{key}”{did_you_mean(key, keys)}."
                self._meant += [nearest] if (nearest := _nearest(key, keys)) else []
                problems.add(entry.key_place, key, f"one of {', '.join(keys)}", sentence)

    def value(self, key: str) -> Value | None:
        """What stands under `key`; None when nothing does."""
        entry = self._entries.get(key)
        if entry is None or (isinstance(entry.value, Scalar) and entry.value.absent):
            return None
        return entry.value

    def place_of(self, key: str) -> Place:
        """Where the value of `key` stands, or the table when it is absent."""
        value = self.value(key)
        return value.place if value is not None else self.place

    def optional(self, key: str, parse: Callable[[str], T], default: T) -> T:
        value = self.value(key)
        return default if value is None else self._problems.scalar(value, parse, default)

    def maybe(self, key: str, parse: Callable[[str], T]) -> T | None:
        value = self.value(key)
        return None if value is None else self._problems.scalar(value, _or_none(parse), None)

    def required(self, key: str, parse: Callable[[str], T], fallback: T) -> T:
        return self.optional(key, parse, fallback) if self.require(key) else fallback

    def require(self, key: str) -> bool:
        """Whether `key` is there; if not, that is noted."""
        if self.value(key) is not None:
            return True
        if not self._broken and key not in self._meant:
            sentence = f"{_sentence_case(self._what)} needs the key “{key}”."
            self._problems.add(self.place, "nothing", f"the key {key}", sentence)
        return False


def did_you_mean(word: str, known: Iterable[str], write: Callable[[str], str] = str) -> str:
    """The nearest known word, as one `write`s it, as a question in brackets, or nothing."""
    nearest = _nearest(word, known)
    return f" (did you mean “{write(nearest)}”?)" if nearest else ""


def _nearest(word: str, known: Iterable[str]) -> str | None:
    by_case = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(word.casefold(), by_case, n=1, cutoff=0.6)
    return by_case[near[0]] if near else None


def _sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]


def _or_none(parse: Callable[[str], T]) -> Callable[[str], T | None]:
    return parse


def _shape(value: Value) -> str:
    if isinstance(value, Table):
        return "a table of keys"
    if isinstance(value, Items):
        return "a list"
    return f"“{value.text}”" if not value.absent else "nothing"
