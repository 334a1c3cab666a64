"""The digest of a run: one number that is equal when everything that was simulated is equal.

BLAKE2b (32 bytes) over the msgpack encoding of every message, event, state, money and fault row in the order of
their sequence, each an array that begins with its kind and then has the fields of rows.py in order. Headers are
sorted by name without regard to case (HTTP gives no meaning to the order of different names, RFC 9110 section 5.3;
equal names keep theirs). Rows are hashed before the level decides what is kept, and the stream knows nothing of
batches, so neither can change the digest. Commands, hints, samples and meta are left out.
"""

import hashlib
from collections.abc import Sequence
from operator import itemgetter
from typing import Final

import msgspec
from msgspec.structs import replace

from simulator.recording.rows import Headers, MessageRow, SequencedRow

_FORMAT: Final = b"ocpirun digest 2"
_name_of = itemgetter(0)


class HeaderOrder:
    """Sorts headers by name; remembers the order for each list of names, of which a run knows only a few."""

    def __init__(self) -> None:
        self._orders: dict[tuple[str, ...], tuple[int, ...] | None] = {}

    def canonical(self, row: MessageRow) -> MessageRow:
        """The row itself if its headers are in order, else one whose headers are; cheaper if the caller sorts them."""
        request, response = self._sort(row.request_headers), self._sort(row.response_headers)
        if request is row.request_headers and response is row.response_headers:
            return row
        return replace(row, request_headers=request, response_headers=response)

    def _sort(self, headers: Headers) -> Headers:
        names = tuple(map(_name_of, headers))
        try:
            order = self._orders[names]
        except KeyError:
            places = range(len(names))
            wanted = tuple(sorted(places, key=lambda place: names[place].lower()))
            order = self._orders[names] = None if wanted == tuple(places) else wanted
        return headers if order is None else tuple([headers[place] for place in order])


class Digest:
    """A running digest: `add` all sequenced rows in order, in lists of any length, then read `hex`."""

    def __init__(self) -> None:
        self._hash = hashlib.blake2b(_FORMAT, digest_size=32)
        self._encoder = msgspec.msgpack.Encoder()

    def add(self, rows: Sequence[SequencedRow]) -> None:
        """Take in rows whose headers are in canonical order."""
        # One call encodes them all, as a msgpack array; its head (1, 3 or 5 bytes) would tell the length of the list.
        head = 1 if len(rows) < 1 << 4 else 3 if len(rows) < 1 << 16 else 5
        self._hash.update(memoryview(self._encoder.encode(rows))[head:])

    def hex(self) -> str:
        """The digest of all rows so far, in hexadecimal."""
        return self._hash.hexdigest()
