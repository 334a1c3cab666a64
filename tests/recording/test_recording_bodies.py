"""What bounds memory: chunks that are let go, and ids that are forgotten."""

from hashlib import sha256

from recording_rows import encoded, message

from simulator.recording.bodies import ChunkBuilder, ChunkCache, Content
from simulator.recording.headers import HeaderBook
from simulator.recording.names import NameBook
from simulator.recording.rows import Headers

CONTENT: Content = ((("Link", "next"),), b"{}", (), b"[]")


class Reader:
    """Reads what a builder has made."""

    def __init__(self, builder: ChunkBuilder, headers: HeaderBook | None = None) -> None:
        self.loaded: list[int] = []
        self._chunks = {seq: (seq, dictionary, data) for seq, dictionary, data in builder.finished}
        self._dictionaries = dict(builder.dictionaries)
        self._headers = dict(headers.new) if headers is not None else {}
        self.cache = ChunkCache(self._load, self._dictionaries.__getitem__, lambda id: self._headers[id].decode())

    def _load(self, seq: int) -> tuple[int, int, bytes]:
        number = max(first for first in self._chunks if first <= seq)
        self.loaded.append(number)
        return self._chunks[number]


def test_a_cache_keeps_only_the_last_chunks() -> None:
    builder = ChunkBuilder()
    for seq in range(1, 21):
        builder.add(seq, CONTENT, 10)
        builder.finish()
    reader = Reader(builder)
    for seq in [*range(1, 21), 20, 1]:
        assert reader.cache.content(seq, "", "") == CONTENT
    assert reader.loaded == [*range(1, 21), 1]


def test_a_chunk_closes_by_itself_when_it_is_large() -> None:
    builder = ChunkBuilder()
    for seq in range(1, 8):
        builder.add(seq, ((), bytes(100_000), (), b""), 100_000)
    builder.finish()
    assert [seq for seq, *_ in builder.finished] == [1, 4, 7]


def test_contents_like_those_before_take_little_and_come_back() -> None:
    builder = ChunkBuilder()
    fields = b",".join(b'"%s":null' % sha256(b"%d" % i).hexdigest()[:20].encode() for i in range(20))
    bodies = [b'{"kwh":%d,%b}' % (i, fields) for i in range(5_000)]
    for seq, body in enumerate(bodies, 1):
        builder.add(2 * seq, ((), body, (), b""), len(body))
        builder.add(2 * seq + 1, body, len(body))
        if seq % 5 == 0:
            builder.finish()
    assert len(builder.dictionaries) > 1
    first, last = builder.finished[0], builder.finished[-1]
    assert (first[1], last[1]) == (0, len(builder.dictionaries))
    assert len(last[2]) < len(first[2]) / 2
    reader = Reader(builder)
    for seq in (1, 2, 1_000, 2_500, 5_000):
        assert reader.cache.content(2 * seq, "", "")[1] == bodies[seq - 1]
        assert reader.cache.data(2 * seq + 1) == bodies[seq - 1]


def test_headers_that_come_again_are_numbered_and_come_back_whole() -> None:
    book, builder = HeaderBook(), ChunkBuilder()
    ids = (("X-Correlation-ID", "c"), ("X-Request-ID", "r"))
    ordinary: Headers = (("Authorization", "Token"), ("Content-Type", "application/json"), *ids)
    unsorted: Headers = (("Content-Type", "application/json"), ("Authorization", "Token"), *ids)

    def packed(request: Headers, response: Headers, request_id: str = "r") -> tuple[int, int]:
        row = message(1, correlation_id="c", request_id=request_id, request_headers=request, response_headers=response)
        return book.pack(encoded(row))

    assert [packed(ordinary, ids) for _ in range(3)] == [(0, 0), (1, 2), (1, 2)]
    assert [packed(unsorted, (*ids, ("X-Z", ""))) for _ in range(3)] == [(0, 0)] * 3
    assert packed(ordinary, ids, "other") == (0, 0)
    builder.add(1, (1, b"", ordinary, b""), 10)
    builder.finish()
    assert Reader(builder, book).cache.content(1, "c", "r") == (ordinary, b"", ordinary, b"")


def test_ids_are_forgotten_and_numbered_anew() -> None:
    book = NameBook(remembered=3)
    numbers = [book.names[text] for text in ("a", "b", "c")]
    about = book.about["/path", "a", "", "", "b"]
    book.trim()
    assert list(book.names) == [""]
    assert book.names["a"] not in numbers
    assert [text for _, text in book.names.new] == ["a", "b", "c", "a"]
    assert book.about["/path", "a", "", "", "b"] == about
    assert book.about.new == [(about, "/path", numbers[0], 0, 0, numbers[1])]


def test_a_subject_has_the_sequence_of_its_first_row() -> None:
    book = NameBook()
    assert [book.subject(seq, 1, "E1", b"") for seq in (7, 8)] == [7, 7]
    assert book.new_subjects == [(7, 1, book.names["E1"], b"")]
