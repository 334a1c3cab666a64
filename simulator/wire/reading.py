"""What aiohttp read, as a party of the run sees it: both halves of the wire over HTTP read alike."""

from collections.abc import Mapping, Sequence
from typing import Final

import aiohttp

from simulator.wire.carrier import MAX_BODY_BYTES, TRANSPORT_HEADERS, Headers, cut, name_of

UNTYPED: Final = ("Content-Type", "")
"""Stands on a body that its party gave no type; no party sees it."""


class AsSeen:
    """The headers a party sees, as their sender wrote them, from the bytes that aiohttp read: it writes UTF-8.

    Knows by heart which of a list of names a party sees, since a run has few such lists.
    """

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: dict[tuple[bytes, ...], list[tuple[int, str]]] = {}

    def __call__(self, raw: Sequence[tuple[bytes, bytes]], parsed: Mapping[str, str]) -> Headers:
        """`raw` and `parsed` are the same headers in the same order: the names as written, the values as text."""
        names = tuple(map(name_of, raw))
        kept = self._kept.get(names)
        if kept is None:
            texts = [name.decode("utf-8", "surrogateescape") for name in names]
            kept = [(index, name) for index, name in enumerate(texts) if name.lower() not in TRANSPORT_HEADERS]
            self._kept[names] = kept
        values = list(parsed.values())
        seen = tuple([(name, values[index]) for index, name in kept])
        return tuple([pair for pair in seen if pair != UNTYPED]) if "" in values else seen


async def read_body(content: aiohttp.StreamReader) -> bytes:
    """The body, or as much of it as shows that it is over the limit; the rest is read and let go."""
    parts: list[bytes] = []
    size = 0
    while part := await content.readany():
        if size <= MAX_BODY_BYTES:
            parts.append(part)
            size += len(part)
    return cut(b"".join(parts))
