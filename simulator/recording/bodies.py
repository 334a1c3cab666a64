"""Headers and bodies, packed many to a compressed chunk, so that lists and filters never read them.

A chunk is a zstd frame over a msgpack array: how far each row's sequence is from the one before (0 for the first, whose
sequence is the chunk's id), and the content of each row. A message's content is the array [request headers, request
body, response headers, response body]; an event's is its data. Headers are an array of pairs, or the id of a row of
`header` if they are those followed by X-Correlation-ID and X-Request-ID, which the message's row knows.

What is written each 20 ms is too little to compress well alone. Contents resemble those before them, so each chunk is
compressed with a dictionary: a sample of contents that came earlier, taken anew now and then.
"""

from collections.abc import Callable, Iterator
from itertools import accumulate, islice, pairwise
from typing import Any, Final, TypeAlias

import msgspec
import zstandard
from msgspec import Raw

from simulator.recording.headers import ids_of
from simulator.recording.rows import Headers

Content: TypeAlias = tuple[Headers, bytes, Headers, bytes]
PackedContent: TypeAlias = tuple[int | Raw, bytes, int | Raw, bytes] | bytes

CHUNK_BYTES: Final = 256 * 1024
NO_CONTENT: Final[Content] = ((), b"", (), b"")
_LEVEL: Final = 3
_KEPT_CHUNKS: Final = 8
_DICTIONARY_BYTES: Final = 256 * 1024
_MOST_BEFORE_RENEWAL: Final = 16 * 1024 * 1024
_LARGE_BYTES: Final = 4_096
_MESSAGE: Final = 0x94
"""How an array of four begins in msgpack; an event's data do not."""

_bodies: Final = msgspec.msgpack.Decoder(tuple[Raw, bytes, Raw, bytes]).decode


def is_of_message(content: Raw) -> bool:
    """Whether what a chunk keeps is of a message, not of an event."""
    return memoryview(content)[0] == _MESSAGE


def bodies_of(content: Raw) -> tuple[bytes, bytes]:
    """The bodies of request and response in what a chunk keeps of a message. Raises msgspec.DecodeError."""
    _, request, _, response = _bodies(content)
    return request, response


class ChunkBuilder:
    """Collects contents, in order of sequence, and closes a chunk whenever enough have come together."""

    def __init__(self) -> None:
        self.finished: list[tuple[int, int, bytes]] = []
        self.dictionaries: list[tuple[int, bytes]] = []
        self._seqs: list[int] = []
        self._contents: list[PackedContent] = []
        self._size = 0
        self._encoder = msgspec.msgpack.Encoder()
        self._plain = self._compressor = zstandard.ZstdCompressor(level=_LEVEL)
        self._dictionary = 0
        self._samples: list[bytes] = []
        self._sampled = 0
        self._seen = 0
        self._next_sample = 0

    def add(self, seq: int, content: PackedContent, size: int) -> None:
        """Keep the content of a row; `size` is about how many bytes it has."""
        if self._size >= CHUNK_BYTES:
            self.finish()
        self._seqs.append(seq)
        self._contents.append(content)
        self._size += size

    def finish(self) -> None:
        """Close the chunk begun, if any."""
        seqs = self._seqs
        if not seqs:
            return
        distances = [seq - before for before, seq in pairwise([seqs[0], *seqs])]
        data = self._encoder.encode((distances, self._contents))
        self.finished.append((seqs[0], self._dictionary, self._compressor.compress(data)))
        self._sample(data, len(seqs))
        seqs.clear()
        self._contents.clear()
        self._size = 0

    def _sample(self, data: bytes, count: int) -> None:
        self._seen += len(data)
        if self._seen < self._next_sample or len(data) > count * _LARGE_BYTES:
            return
        self._samples.append(data)
        self._sampled += len(data)
        if self._sampled >= _DICTIONARY_BYTES:
            sample = b"".join(self._samples)[-_DICTIONARY_BYTES:]
            self._dictionary += 1
            self.dictionaries.append((self._dictionary, self._plain.compress(sample)))
            made = _dictionary(sample)
            made.precompute_compress(level=_LEVEL)
            self._compressor = zstandard.ZstdCompressor(level=_LEVEL, dict_data=made)
            self._samples.clear()
            self._sampled = 0
            # The beginning of a run is not like the rest of it.
            self._next_sample = self._seen + min(self._seen, _MOST_BEFORE_RENEWAL)


class ChunkCache:
    """Reads contents, and keeps the last few chunks since neighbours are usually asked for together.

    `load` finds the chunk that holds a sequence (its id, dictionary and data), `load_dictionary` a dictionary's data,
    `load_headers` the JSON of headers.
    """

    def __init__(
        self,
        load: Callable[[int], tuple[int, int, bytes]],
        load_dictionary: Callable[[int], bytes],
        load_headers: Callable[[int], str],
    ) -> None:
        self._load = load
        self._load_dictionary = load_dictionary
        self._load_headers = load_headers
        self._chunks: dict[int, dict[int, msgspec.Raw]] = {}
        self._decompressors = {0: zstandard.ZstdDecompressor()}
        self._headers: dict[int, Headers] = {}
        self._chunk_decoder = msgspec.msgpack.Decoder(tuple[list[int], list[msgspec.Raw]])
        self._decoder = msgspec.msgpack.Decoder(tuple[int | Headers, bytes, int | Headers, bytes])
        self._data_decoder = msgspec.msgpack.Decoder(bytes)

    def content(self, seq: int, correlation_id: str, request_id: str) -> Content:
        """The headers and bodies of a message. Raises msgspec.DecodeError if there are none."""
        request, request_body, response, response_body = self._decoder.decode(self._raw(seq))
        ids = ids_of(correlation_id, request_id)
        return self._unpack(request, ids), request_body, self._unpack(response, ids), response_body

    def contents(self, number: int, dictionary: int, data: bytes) -> Iterator[tuple[int, Raw]]:
        """What is kept in a chunk, each with the sequence of its row, in order."""
        distances, contents = self._chunk_decoder.decode(self._decompressor(dictionary).decompress(data))
        return zip(islice(accumulate(distances, initial=number), 1, None), contents, strict=True)

    def data(self, seq: int) -> bytes:
        """The data of an event. Raises msgspec.DecodeError if there are none."""
        return self._data_decoder.decode(self._raw(seq))

    def _unpack(self, headers: int | Headers, ids: Headers) -> Headers:
        if not isinstance(headers, int):
            return headers
        begin = self._headers.get(headers)
        if begin is None:
            begin = self._headers[headers] = msgspec.json.decode(self._load_headers(headers), type=Headers)
        return begin + ids

    def _raw(self, seq: int) -> msgspec.Raw:
        for number, chunk in reversed(self._chunks.items()):
            if seq in chunk:
                self._chunks[number] = self._chunks.pop(number)
                return chunk[seq]
        number, dictionary, data = self._load(seq)
        if number not in self._chunks:
            contents = self.contents(number, dictionary, data)
            if len(self._chunks) >= _KEPT_CHUNKS:
                del self._chunks[next(iter(self._chunks))]
            self._chunks[number] = dict(contents)
        if seq not in self._chunks[number]:
            raise msgspec.DecodeError(f"the content of row {seq} is missing")
        return self._chunks[number][seq]

    def _decompressor(self, dictionary: int) -> zstandard.ZstdDecompressor:
        if dictionary not in self._decompressors:
            sample = self._decompressors[0].decompress(self._load_dictionary(dictionary))
            self._decompressors[dictionary] = zstandard.ZstdDecompressor(dict_data=_dictionary(sample))
        return self._decompressors[dictionary]


def _dictionary(sample: bytes) -> Any:
    return zstandard.ZstdCompressionDict(sample, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
