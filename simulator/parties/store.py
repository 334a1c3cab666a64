"""Where a party keeps OCPI objects: by CiString key, in the order of their creation, ready to be listed in pages."""

from collections.abc import Callable, ItemsView, Iterator, Sequence
from typing import Any, Generic, TypeVar

from msgspec import Struct

from simulator.ocpi.datatypes import parse_datetime
from simulator.ocpi.pagination import in_window, paginate, parse_query
from simulator.ocpi.unknown import known_class
from simulator.parties.call import Call, Reply
from simulator.wire.carrier import Headers

T = TypeVar("T")
S = TypeVar("S", bound=Struct)


class Store(Generic[T]):
    """Objects by key, compared as CiStrings. A list keeps the order of creation, on which crawls depend.

    Beside an object that came in another version lies its original, as it came. `mark` counts what has been put and
    dropped: what a list says is no news of what was `changed_since` the mark at which it was asked for.
    """

    __slots__ = ("_changed", "_objects", "_originals", "mark")

    def __init__(self) -> None:
        self._objects: dict[str, T] = {}
        self._originals: dict[str, Any] = {}
        self._changed: dict[str, int] = {}
        self.mark = 0

    def __len__(self) -> int:
        return len(self._objects)

    def __iter__(self) -> Iterator[T]:
        return iter(self._objects.values())

    def get(self, *key: str) -> T | None:
        """The object with this key, compared as CiStrings."""
        return self._objects.get("/".join(key).lower())

    @property
    def has_originals(self) -> bool:
        """Whether any object has one."""
        return bool(self._originals)

    def original(self, cls: type[Any] | None, *key: str) -> Any:
        """The original of the object with this key, when that is of this class (None: of any); else None."""
        found = self._originals.get("/".join(key).lower()) if self._originals else None
        return found if cls is None or known_class(type(found)) is known_class(cls) else None

    def again(self, original: Any, *key: str) -> None:
        """An object that is kept has come again: its original, if it has one, may say more than the one before."""
        if original is not None:
            self._originals["/".join(key).lower()] = original

    def put(self, value: T, *key: str, original: Any = None) -> bool:
        """Keep an object in place of what was there, and of the original of that; whether it is new."""
        return self._put("/".join(key).lower(), value, original)

    def _put(self, joined: str, value: T, original: Any = None) -> bool:
        new = joined not in self._objects
        self._objects[joined] = value
        self._changed[joined] = self.mark = self.mark + 1
        if original is not None:
            self._originals[joined] = original
        elif self._originals:
            self._originals.pop(joined, None)
        return new

    def are_news(self, joined: Sequence[str]) -> bool:
        """Whether keys as `join_key` makes them differ from each other, and never was an object under any of them."""
        return self._changed.keys().isdisjoint(joined) and len(dict.fromkeys(joined)) == len(joined)

    def put_news(self, values: Sequence[T], joined: Sequence[str]) -> None:
        """Keep objects under keys that `are_news`, all at once."""
        self.mark += 1
        self._objects.update(zip(joined, values, strict=True))
        self._changed.update(dict.fromkeys(joined, self.mark))

    def change(self, value: T, change: Callable[[Any], Any], *key: str) -> None:
        """Keep an object that has changed; `change` does the same to its original, if it has one."""
        joined = "/".join(key).lower()
        self._objects[joined] = value
        if joined in self._originals:
            self._originals[joined] = change(self._originals[joined])

    def drop(self, *key: str) -> T | None:
        """Forget an object; returns it."""
        joined = "/".join(key).lower()
        self._changed[joined] = self.mark = self.mark + 1
        self._originals.pop(joined, None)
        return self._objects.pop(joined, None)

    def touch(self, *key: str) -> None:
        """The object with this key has been changed in place."""
        self._changed["/".join(key).lower()] = self.mark = self.mark + 1

    def at(self, joined: str) -> T | None:
        """The object under a key as `join_key` makes it."""
        return self._objects.get(joined)

    def changed_since(self, mark: int, joined: str) -> bool:
        """Whether the object under a key as `join_key` makes it was put or dropped after a mark."""
        return self._changed.get(joined, 0) > mark

    def keys(self) -> Iterator[str]:
        """The keys, joined by a slash, in lower case."""
        return iter(self._objects)

    def items(self) -> ItemsView[str, T]:
        """The objects with those keys."""
        return self._objects.items()


def join_key(key: tuple[str, ...]) -> str:
    """The text under which an object with a key is kept."""
    return "/".join(key).lower()


def page(
    objects: list[T],
    last_updated: Callable[[T], str],
    call: Call,
    max_limit: int,
    date_from_required: bool = False,
) -> tuple[list[T], Headers]:
    """The objects of one page and its headers. Raises Invalid for a query that cannot be read."""
    query = parse_query(call.query, max_limit, date_from_required)
    if query.date_from_us is not None or query.date_to_us is not None:
        objects = [found for found in objects if in_window(parse_datetime(last_updated(found)), query)]
    base_url = call.url.partition("?")[0]
    headers = paginate(len(objects), query, base_url, call.query)
    return objects[query.offset : query.offset + query.limit], tuple(headers.items())


def listed(
    objects: list[S],
    last_updated: Callable[[S], str],
    call: Call,
    max_limit: int,
    original: Callable[[S], Any] | None = None,
) -> Reply:
    """The answer to a request for a page of a list; `original` finds that of an object, if any has one."""
    shown, headers = page(objects, last_updated, call, max_limit)
    return call.reply_list(shown, headers, original)
