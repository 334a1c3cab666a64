"""A file cut into the values of its list is what a whole parse of it gives, wherever the pieces are torn apart."""

import io
import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.ocpi import scan
from simulator.ocpi.scan import Broken, Item, Place, items

values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.sampled_from(['"', "\\", '\\"', "[{", "}]"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def torn(raw: bytes, size: int) -> Callable[[int], bytes]:
    """A file that gives its bytes in pieces of one size, whatever is asked for."""
    file = io.BytesIO(raw)
    return lambda _: file.read(size)


def cut(raw: bytes, size: int = 1 << 20) -> list[Item]:
    return list(items(torn(raw, size)))


@given(st.lists(values, max_size=6), st.integers(1, 9), st.sampled_from([None, 1]), st.booleans())
def test_a_list_is_cut_into_its_values(tree: list[Any], size: int, indent: int | None, ascii_only: bool) -> None:
    raw = json.dumps(tree, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    found = cut(raw, size)
    assert [json.loads(item.raw) for item in found] == tree
    assert [item.path for item in found] == [f"$[{index}]" for index in range(len(tree))]
    assert all(raw.splitlines()[item.place.line - 1][item.place.column - 1 :][:1] == item.raw[:1] for item in found)


objects = st.dictionaries(st.text().filter(lambda name: name not in ("data", "status_code")), values)


@given(objects, st.integers(1, 9))
def test_an_object_is_one_value(tree: dict[str, Any], size: int) -> None:
    raw = b" \n" + json.dumps(tree).encode() + b"\r\n"
    assert cut(raw, size) == [Item("$", raw.strip(), Place(2, 1))]


@given(st.lists(values, max_size=4), st.integers(1, 9), st.permutations(["data", "status_code", "timestamp", "x"]))
def test_an_envelope_is_taken_off_its_list(data: list[Any], size: int, order: list[str]) -> None:
    tree = {"data": data, "status_code": 1000, "timestamp": "2026-05-04T06:00:00Z", "x": [{"data": [1]}]}
    *found, envelope = cut(json.dumps({name: tree[name] for name in order}).encode(), size)
    assert [json.loads(item.raw) for item in found] == data
    assert [item.path for item in found] == [f"$.data[{index}]" for index in range(len(data))]
    assert envelope.is_envelope
    assert json.loads(envelope.raw) == {**tree, "data": []}


def test_an_envelope_is_taken_off_one_object() -> None:
    found = cut(b'{"status_code": 1000,\n "data": {"id": 1}}')
    assert [(item.path, item.raw, item.place) for item in found[:1]] == [("$.data", b'{"id": 1}', Place(2, 10))]
    assert [item.is_envelope for item in found] == [False, True]
    assert [item.is_envelope for item in cut(b'{"status_code": 2001}')] == [True]
    assert [item.path for item in cut(b'{"data": {"id": 1}}')] == ["$"]


@pytest.mark.parametrize(
    ("raw", "place", "found"),
    [
        (b"", (1, 1), "nothing"),
        (b" \n ", (2, 2), "nothing"),
        (b"[1", (1, 3), "the end of the file"),
        (b"[1,]", (1, 4), "“]”"),
        (b"[1 2]", (1, 4), "“2”"),
        (b"[1],", (1, 4), "something behind the end of the JSON"),
        (b'{"a":1} {"a":2}', (1, 9), "something behind the end of the JSON"),
        (b'{"a":\n1}\n{"a":2}', (3, 1), "something behind the end of the JSON"),
        (b"7 8", (1, 1), "“7”"),
        (b'[{"a":\n1', (1, 2), "the end of the file"),
        (b'["a', (1, 2), "the end of the file"),
        (b'{"a" 1}', (1, 6), "“1”"),
        (b'{"a":1\n"b"}', (2, 1), '“"”'),
        (b"\xef\xbb\xbf[]", (1, 1), "a byte order mark"),
        ("[1]".encode("utf-16"), (1, 1), "UTF-16"),
        ("[1]".encode("utf-16-le"), (1, 1), "UTF-16"),
        ("[1]".encode("utf-16-be"), (1, 1), "UTF-16"),
        ("[1]".encode("utf-32"), (1, 1), "UTF-32"),
    ],
)
@pytest.mark.parametrize("size", [1, 1 << 20])
def test_where_the_json_breaks_is_told(raw: bytes, place: tuple[int, int], found: str, size: int) -> None:
    with pytest.raises(Broken) as caught:
        cut(raw, max(size, 3))
    assert caught.value.place == place
    assert caught.value.found == found


def test_what_was_before_the_break_is_given_out() -> None:
    found = items(torn(b'[{"a":1},{"a":2} {"a":3}]', 4))
    assert [next(found).raw, next(found).raw] == [b'{"a":1}', b'{"a":2}']
    with pytest.raises(Broken):
        next(found)


@given(st.lists(objects, min_size=2, max_size=6), st.integers(1, 40), st.sampled_from(["\n", "\r\n\n"]))
def test_a_file_of_lines_is_cut_at_them(trees: list[dict[str, Any]], size: int, end: str) -> None:
    raws = [json.dumps(tree).encode() for tree in trees]
    found = cut(end.encode().join(raws) + b"\n", size)
    step = end.count("\n")
    assert [item.raw for item in found] == raws
    assert [item.path for item in found] == [f"line {1 + step * index}: $" for index in range(len(raws))]
    assert [item.place for item in found] == [Place(1 + step * index, 1) for index in range(len(raws))]


def test_a_file_of_lines_may_hold_envelopes() -> None:
    lines = (
        b'{"status_code":1000,"data":[{"a":1}]}',
        b'{"data":[{"a":',
        b'  {"data":{"a":2},"status_code":1000}',
        b'{"a":3}',
    )
    *first, broken, inner, envelope, bare = cut(b"\n".join(lines))
    assert [(item.path, item.is_envelope) for item in first] == [("$.data[0]", False), ("$", True)]
    assert broken == Item("line 2: $", lines[1], Place(2, 1))
    assert inner == Item("line 3: $.data", b'{"a":2}', Place(3, 11))
    assert (envelope.path, envelope.is_envelope, envelope.place) == ("line 3: $", True, Place(3, 3))
    assert bare == Item("line 4: $", lines[3], Place(4, 1))


@pytest.mark.parametrize("size", [1, 1 << 20])
def test_an_envelope_over_several_lines_is_alone(size: int) -> None:
    with pytest.raises(Broken, match="behind the end"):
        cut(b'{"data":[],\n"status_code":1000}\n{"data":[],"status_code":1000}', max(size, 4))


def test_a_long_list_does_not_stay_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "_CHUNK", 1_000)
    count = 20_000
    pieces = iter([b"[", *(b'{"id":%d},' % number for number in range(count)), b'{"id":%d}]' % count])
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for index, item in enumerate(items(lambda _: next(pieces, b""))):
            assert item.raw == b'{"id":%d}' % index
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert index == count
    assert peak - before < 50_000 < count * 10


def test_a_value_beyond_all_measure_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "MOST_BYTES", 5_000)
    with pytest.raises(Broken, match="a value of more than"):
        cut(b"[" * 20_000, 1_000)
