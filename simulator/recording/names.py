"""Texts that repeat are written once and then meant by a small number, so that a message row is small.

Two vocabularies share the table `name`. Words (kinds, parties, holders) are few and kept for the whole run. Ids (of
sessions, tokens, paths, ...) grow with the run: when too many are remembered they are all forgotten, and a text
that comes again simply gets a second number.
"""

from itertools import count
from typing import Final

REMEMBERED_IDS: Final = 200_000

CallKey = tuple[str, str, str, str, str, str, str, str, str]


class Names(dict[str, int]):
    """From text to number; a missing text gets the next number and is noted in `new`. The empty text is 0."""

    def __init__(self, numbers: "count[int]", new: list[tuple[int, str]]) -> None:
        super().__init__()
        self._numbers = numbers
        self._new = new
        self[""] = 0

    def __missing__(self, text: str) -> int:
        number = self[text] = next(self._numbers)
        self._new.append((number, text))
        return number

    def forget(self) -> None:
        """Forget all texts but the empty one."""
        self.clear()
        self[""] = 0


class Calls(dict[CallKey, int]):
    """From what the exchanges of one kind have in common to its number in the table `call`."""

    def __init__(self) -> None:
        super().__init__()
        self.new: list[tuple[int | str, ...]] = []

    def __missing__(self, key: CallKey) -> int:
        number = self[key] = len(self) + 1
        self.new.append((number, *key))
        return number


class NameBook:
    """The words, ids and calls of one recording."""

    def __init__(self, remembered_ids: int = REMEMBERED_IDS) -> None:
        self.new: list[tuple[int, str]] = []
        numbers = count(1)
        self.words = Names(numbers, self.new)
        self.ids = Names(numbers, self.new)
        self.calls = Calls()
        self._remembered_ids = remembered_ids

    def trim(self) -> None:
        """Forget the ids when they have become too many; called between batches."""
        if len(self.ids) > self._remembered_ids:
            self.ids.forget()
