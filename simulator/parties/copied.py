"""Copies of what peers own: a store in which those are doubted that were told in an earlier registration.

Who registers anew may have lost its books, or have gone back to earlier ones: then an older `last_updated` than that of
our copy says nothing. Until such an object is told again as a whole, whatever its owner says of it is news.

Source: OCPI 2.2.1, Credentials module, DELETE; Transport and format, Client Owned Object Push.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from simulator.parties.store import Store, join_key

T = TypeVar("T")


class Copies(Store[T]):
    """A store by country code, party id and id of the object."""

    __slots__ = ("_doubted",)

    def __init__(self) -> None:
        super().__init__()
        self._doubted: dict[str, None] = {}

    def doubt(self, owns: Callable[[str, str], bool], facade: str = "") -> None:
        """The owner of these has registered anew: over a facade, which ends the keys of what was told over it."""
        over = f"/{facade}".lower() if facade else ""
        for key in self.keys():
            country_code, party_id, _ = key.split("/", 2)
            if owns(country_code, party_id) and key.endswith(over):
                self._doubted[key] = None

    def doubts(self, *key: str) -> bool:
        """Whether the object with this key has not been told as a whole since its owner registered."""
        return bool(self._doubted) and join_key(key) in self._doubted

    def told(self, *key: str) -> T | None:
        """The object with this key, as its owner has told it in the present registration."""
        return None if self.doubts(*key) else self.get(*key)

    def again(self, original: Any, *key: str) -> None:
        """See Store."""
        self._trust(key)
        super().again(original, *key)

    def put(self, value: T, *key: str, original: Any = None) -> bool:
        """See Store."""
        return self.put_at(join_key(key), value, original)

    def put_at(self, joined: str, value: T, original: Any = None) -> bool:
        """The same under a key as `join_key` gives it."""
        if self._doubted:
            self._doubted.pop(joined, None)
        return self._put(joined, value, original)

    amend = Store._put
    """Keep an object of which a part has been told, under a key as `join_key` gives it: the rest stays as doubtful."""

    def drop(self, *key: str) -> T | None:
        """See Store."""
        self._trust(key)
        return super().drop(*key)

    def _trust(self, key: tuple[str, ...]) -> None:
        if self._doubted:
            self._doubted.pop(join_key(key), None)
