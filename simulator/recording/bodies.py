"""Headers and bodies, packed many to a compressed chunk, so that lists and filters never read them.

A chunk is a zstd frame over the concatenated contents of about 256 KiB of messages; a content is the msgpack array
[request headers, request body, response headers, response body]. A message row knows its chunk, offset and length.
Small contents that resemble each other compress far better together, and one chunk is decoded within a millisecond.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

import msgspec
import zstandard

from simulator.recording.rows import Headers

Content: TypeAlias = tuple[Headers, bytes, Headers, bytes]

CHUNK_BYTES: Final = 256 * 1024
NO_CONTENT: Final[Content] = ((), b"", (), b"")
_KEPT_CHUNKS: Final = 8


class ChunkBuilder:
    """Collects contents and closes a chunk whenever enough have come together; numbers its chunks from 1."""

    def __init__(self) -> None:
        self.finished: list[tuple[int, bytes]] = []
        self._number = 1
        self._contents: list[bytes] = []
        self._size = 0
        self._encoder = msgspec.msgpack.Encoder()
        self._compressor = zstandard.ZstdCompressor(level=1)

    def add(self, content: Content) -> tuple[int, int, int]:
        """Where the content will lie: chunk, offset and length in bytes."""
        if self._size >= CHUNK_BYTES:
            self.finish()
        encoded = self._encoder.encode(content)
        self._contents.append(encoded)
        offset = self._size
        self._size = offset + len(encoded)
        return self._number, offset, len(encoded)

    def finish(self) -> None:
        """Close the chunk begun, if any."""
        if self._contents:
            self.finished.append((self._number, self._compressor.compress(b"".join(self._contents))))
            self._contents.clear()
            self._size = 0
            self._number += 1


class ChunkCache:
    """Reads contents, and keeps the last few chunks since neighbours are usually asked for together."""

    def __init__(self, load: Callable[[int], bytes]) -> None:
        self._load = load
        self._chunks: dict[int, bytes] = {}
        self._decoder = msgspec.msgpack.Decoder(Content)

    def content(self, number: int, offset: int, length: int) -> Content:
        """The content at a place that `ChunkBuilder.add` gave; chunk 0 holds nothing."""
        if number == 0:
            return NO_CONTENT
        chunk = self._chunks.pop(number, None)
        if chunk is None:
            chunk = zstandard.ZstdDecompressor().decompress(self._load(number))
            if len(self._chunks) >= _KEPT_CHUNKS:
                del self._chunks[next(iter(self._chunks))]
        self._chunks[number] = chunk
        content: Content = self._decoder.decode(memoryview(chunk)[offset : offset + length])
        return content
