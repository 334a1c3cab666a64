"""How the expert remembers without end of time and with an end of space: what was not told of for long is forgotten."""

from typing import Final, TypeVar

K = TypeVar("K")
V = TypeVar("V")

_REMEMBERED: Final = 20_000


class Memory(dict[K, V]):
    """A dict of the keys that were written last. To forget one costs a remark at most."""

    def __setitem__(self, key: K, value: V) -> None:
        """Also makes the key the one that was written last."""
        if key in self:
            del self[key]
        elif len(self) >= _REMEMBERED:
            del self[next(iter(self))]
        super().__setitem__(key, value)
