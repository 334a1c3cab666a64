"""The digest of a run: one number that is equal when everything that was simulated is equal.

BLAKE2b (32 bytes) over the msgpack encoding of every message, event, state, money and fault row in the order of
their sequence, each an array that begins with its kind and then has the fields of rows.py in order. Headers are
sorted by name without regard to case (HTTP gives no meaning to the order of different names, RFC 9110 section 5.3;
equal names keep theirs). Rows are hashed before the level decides what is kept, and the stream knows nothing of
batches, so neither can change the digest. Commands, hints, samples and meta are left out.
"""

import hashlib
from typing import Final

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from simulator.recording.rows import EncodedMessage, Headers

_FORMAT: Final = b"ocpirun digest 2"
_LONG_HEADS: Final = {0xDC: 3, 0xDD: 5}
_headers_of: Final = msgspec.msgpack.Decoder(Headers).decode


def in_order(row: EncodedMessage) -> EncodedMessage:
    """The row itself if its headers are in canonical order, else one whose headers are."""
    request, response = _sorted(row.request_headers), _sorted(row.response_headers)
    if request is row.request_headers and response is row.response_headers:
        return row
    return replace(row, request_headers=request, response_headers=response)


def _sorted(encoded: Raw) -> Raw:
    headers = _headers_of(encoded)
    wanted = tuple(sorted(headers, key=lambda header: header[0].lower()))
    return encoded if wanted == headers else Raw(msgspec.msgpack.encode(wanted))


class Digest:
    """A running digest: `add` all sequenced rows in order, in lists of any length, then read `hex`."""

    def __init__(self) -> None:
        self._hash = hashlib.blake2b(_FORMAT, digest_size=32)

    def add(self, rows: Raw | bytes) -> None:
        """Take in rows whose headers are in canonical order, encoded as a msgpack array."""
        encoded = memoryview(rows)
        # The array's head would tell how many there are.
        self._hash.update(encoded[_LONG_HEADS.get(encoded[0], 1) :])

    def hex(self) -> str:
        """The digest of all rows so far, in hexadecimal."""
        return self._hash.hexdigest()
