"""Headers that many messages have in common are kept once, in the table `header`.

What differs from message to message are the two ids at the end, and these are in the message's row anyway.
"""

from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec import Raw

from simulator.recording.rows import EncodedMessage, Headers

_CORRELATION: Final = "X-Correlation-ID"
_REQUEST: Final = "X-Request-ID"
_CORRELATION_KEY: Final = _CORRELATION.lower()
_REQUEST_KEY: Final = _REQUEST.lower()
_REMEMBERED: Final = 20_000
_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(Headers).decode


def ids_of(correlation_id: str, request_id: str) -> Headers:
    """The headers that numbered headers are followed by."""
    return ((_CORRELATION, correlation_id), (_REQUEST, request_id))


def with_ids(headers: Mapping[str, str], correlation_id: str, request_id: str) -> dict[str, str]:
    """The headers that a number stands for, by their names in lower case, with the ids of one message."""
    return {**headers, _CORRELATION_KEY: correlation_id, _REQUEST_KEY: request_id}


class HeaderBook:
    """Numbers headers that many messages begin with."""

    def __init__(self) -> None:
        self.new: list[tuple[int, bytes]] = []
        self._known: dict[bytes, int] = {}
        self._next = 1

    def pack(self, row: EncodedMessage) -> tuple[int, int]:
        """The numbers of the request's and the response's headers, 0 for any that have none.

        Numbered are headers in canonical order (see digest.py) that end with the row's ids.
        """
        # Without its head, the array of the ids is what an array of headers that ends with them ends with.
        ids = _encode(ids_of(row.correlation_id, row.request_id))[1:]
        return self._number(row.request_headers, ids), self._number(row.response_headers, ids)

    def _number(self, headers: Raw, ids: bytes) -> int:
        encoded = bytes(headers)
        if not encoded.endswith(ids):
            return 0
        begin = encoded[: -len(ids)]
        return self._known.get(begin) or self._meet(begin, encoded, ids)

    def _meet(self, begin: bytes, encoded: bytes, ids: bytes) -> int:
        """Only what comes a second time is numbered: the Location of a CDR, say, never comes again."""
        if begin not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[begin] = 0
            return 0
        headers = _decode(encoded)
        names = [name.lower() for name, _ in headers]
        # The same bytes may also end a longer text.
        if sorted(names) != names or _encode(headers[-2:])[1:] != ids:
            return 0
        number = self._known[begin] = self._next
        self._next += 1
        self.new.append((number, msgspec.json.encode(headers[:-2])))
        return number
