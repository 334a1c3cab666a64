"""What rows have in common is written once and then meant by a small number, so that a row is small.

Calls are few and kept for the whole run. Names, what exchanges are about, topics, subjects and values grow with the
run: when too many of one sort are remembered, all of that sort are forgotten, and what comes again gets a new number.
"""

from collections.abc import Callable, Hashable
from typing import Any, Final, Generic, TypeAlias, TypeVar

REMEMBERED: Final = 200_000

Columns: TypeAlias = tuple[Any, ...]
K = TypeVar("K", bound=Hashable)


class Numbers(dict[K, int], Generic[K]):
    """From a key to its number; a missing key gets the next, and its row, as laid out by `columns`, goes into `new`."""

    def __init__(self, columns: Callable[[K], Columns]) -> None:
        super().__init__()
        self.new: list[Columns] = []
        self._columns = columns
        self._next = 1

    def __missing__(self, key: K) -> int:
        number = self[key] = self._next
        self._next = number + 1
        self.new.append((number, *self._columns(key)))
        return number


class Names(Numbers[str]):
    """Texts; the empty text is 0."""

    def __init__(self) -> None:
        super().__init__(lambda text: (text,))
        self[""] = 0

    def clear(self) -> None:
        """Forget all but the empty text."""
        super().clear()
        self[""] = 0


class NameBook:
    """What one recording has in common so far: the tables `name`, `call`, `about`, `topic`, `subject` and `value`.

    The keys: a call's are all its columns; of `about` its path, object, session, token and location; of a topic its
    source, kind, party and subject; of a subject the number of its holding, its entity and what is fixed.
    """

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self.names = names = Names()
        self.calls: Numbers[tuple[str, ...]] = Numbers(lambda key: key)
        self.about: Numbers[tuple[str, str, str, str, str]] = Numbers(
            lambda key: (key[0], names[key[1]], names[key[2]], names[key[3]], names[key[4]])
        )
        self.topics: Numbers[tuple[str, str, str, str]] = Numbers(lambda key: tuple([names[text] for text in key]))
        self.values: Numbers[bytes] = Numbers(lambda text: (text,))
        self.new_subjects: list[Columns] = []
        self._subjects: dict[tuple[int, str, bytes], int] = {}
        self._growing: tuple[dict[Any, int], ...] = (names, self.about, self.topics, self.values, self._subjects)
        self._remembered = remembered

    def subject(self, seq: int, holding: int, entity: str, fixed: bytes) -> int:
        """The number of a subject: the sequence of the first state row that is about it."""
        key = (holding, entity, fixed)
        number = self._subjects.get(key)
        if number is None:
            number = self._subjects[key] = seq
            self.new_subjects.append((seq, holding, self.names[entity], fixed))
        return number

    def trim(self) -> None:
        """Forget what has become too much; called between batches."""
        for numbers in self._growing:
            if len(numbers) > self._remembered:
                numbers.clear()
