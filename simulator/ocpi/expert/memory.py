"""How the expert remembers without end of time and with an end of space: what was not told of for long is forgotten."""

from collections import OrderedDict
from typing import Final, TypeVar

K = TypeVar("K")
V = TypeVar("V")

_REMEMBERED: Final = 20_000


class Memory(OrderedDict[K, V]):
    """A dict of the keys that were written last. To forget one costs a remark at most.

    Of an ordinary dict the oldest key is found by a look at all that were before it.
    """

    @property
    def is_full(self) -> bool:
        """Whether it may have forgotten something."""
        return len(self) >= _REMEMBERED

    def __setitem__(self, key: K, value: V) -> None:
        """Also makes the key the one that was written last."""
        if key in self:
            self.move_to_end(key)
        elif len(self) >= _REMEMBERED:
            self.popitem(last=False)
        super().__setitem__(key, value)
