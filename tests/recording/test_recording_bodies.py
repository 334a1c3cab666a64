"""What bounds memory: chunks that are let go, and ids that are forgotten."""

from simulator.recording.bodies import ChunkBuilder, ChunkCache, Content
from simulator.recording.names import NameBook

CONTENT: Content = ((("Link", "next"),), b"{}", (), b"[]")


def test_a_cache_keeps_only_the_last_chunks() -> None:
    builder = ChunkBuilder()
    places = []
    for _ in range(20):
        places.append(builder.add(CONTENT))
        builder.finish()
    chunks = dict(builder.finished)
    loaded = []

    def load(number: int) -> bytes:
        loaded.append(number)
        return chunks[number]

    cache = ChunkCache(load)
    for place in [*places, places[-1], places[0]]:
        assert cache.content(*place) == CONTENT
    assert loaded == [*range(1, 21), 1]


def test_a_chunk_closes_by_itself_when_it_is_large() -> None:
    builder = ChunkBuilder()
    places = [builder.add(((), bytes(100_000), (), b"")) for _ in range(7)]
    assert [number for number, *_ in places] == [1, 1, 1, 2, 2, 2, 3]


def test_ids_are_forgotten_but_words_stay() -> None:
    book = NameBook(remembered_ids=3)
    word = book.words["session"]
    numbers = [book.ids[text] for text in ("a", "b", "c")]
    book.trim()
    assert len(book.ids) == 1
    assert book.ids[""] == 0
    assert book.words["session"] == word
    assert book.ids["a"] not in numbers
    assert [text for _, text in book.new] == ["session", "a", "b", "c", "a"]
    assert len({number for number, _ in book.new}) == 5


def test_a_call_is_numbered_once() -> None:
    book = NameBook()
    key = ("NL-ABC", "NL-EMA", "sessions", "RECEIVER", "r", "PATCH", "host", "2.2.1", "session")
    assert book.calls[key] == book.calls[key] == 1
    assert book.calls.new == [(1, *key)]
