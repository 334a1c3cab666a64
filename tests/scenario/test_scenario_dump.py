"""Dumps as they come: large, cut off, wrapped, in pages, in other encodings; what is wrong is told with its place."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.scenario import dump
from simulator.scenario.dump import Dump, ImportRefused
from simulator.scenario.importer import import_network
from simulator.scenario.load import load


def read(path: Path) -> list[Any]:
    return [record for record, _ in Dump(path, "Locations")]


def written(folder: Path, content: bytes) -> Path:
    path = folder / "dump.json"
    path.write_bytes(content)
    return path


PACKED = gzip.compress(json.dumps([{"id": str(number)} for number in range(999)]).encode())

BROKEN = [
    (b'[{"id": "1"},\n {"id": "2"', r"is cut off: it ends at line 2, byte 25, after 1 whole Locations"),
    (b'[{"id": "1"},\n {"id": "tw', r"is cut off: it ends at line 2"),
    (b'[{"id": 1},\n {"id": tr', r"is cut off: it ends at line 2"),
    (b'[{"id": "1"}', r"is cut off: it ends at line 1, byte 12, after 1 whole"),
    (b'[{"id": "1"}, ', r"is cut off"),
    (b'{"data": [{"id": "1"}]', r"is cut off: it ends at line 1, byte 22, after 1 whole"),
    (b'[{"id": "1"},\n{"id" "2"}, {"id": "3"}' + b" " * 200, r"is not JSON \(.*\) at line 2, byte 20, after 1 whole"),
    (b'[{"id": "1"},\n{"id" "2"}]', r"is not JSON \(.*\) at line 2, byte 20, after 1 whole"),
    (b'[{"id": "1"} {"id": "2"}]', r"is not JSON \(a comma or \] is expected\) at line 1, byte 13, after 1 whole"),
    (b'[{"id": NaN}]', r"is not JSON \(NaN is no number in JSON\)"),
    (b"[" * 100_000, r"is not JSON \(it is nested without end\)"),
    (b'[{"id": "1"}, ' + b'{"evses":[' * 250 + b"]}" * 250 + b"]", r"nested without end\).*byte 14, after 1 whole"),
    (b'{"next": ' + b"[" * 101 + b"]" * 101 + b', "data": []}', r"is not JSON \(it is nested without end\)"),
    (b'{"data":' * 5_000 + b"[]" + b"}" * 5_000, r"is not JSON \(it is nested without end\) at line 1, byte 800,"),
    (b'[{"id": "1"}] []', r"goes on after its list of Locations at line 1, byte 14"),
    (b'[{"id": "1"},\n{"id": "\xe9t\xe9"}]', r"not UTF-8 text: byte 0xe9 stands at line 2, byte 22, after 1 whole"),
    (b'[{"id": "1"},\n{"id": "2"},\n\n{"id":\xff', r"byte 0xff stands at line 4, byte 34, after 2 whole"),
    ("[{}]".encode("utf-16"), r"not UTF-8 text: byte 0xff stands at line 1, byte 0"),
    (
        b'[{"id": "\\ud83d\\ude00"},\n{"id": "\\ud83d"}]',
        r"json has half a character \(U\+D83D\) at line 2, byte 33, after 1 whole",
    ),
    (b"", "is empty"),
    (b'"text"', 'holds no list of Locations.*found is "text"'),
    (b'{"id": "1", "evses": []}', "holds no list of Locations.*keys id, evses"),
    (b'{"data": {"items": {}}, "next": []}', "holds no list of Locations.*keys data, next"),
    (b'{"data": {"items": [{"id": "1"}]', r"is cut off: it ends at line 1, byte 32, after 1 whole"),
    (b'{"status_code": 2001, "status_message": "no"}', r"an answer of status 2001 \(no\)"),
    (b'{"data": [], "status_code": 2001, "status_message": "no"}', r"an answer of status 2001 \(no\)"),
    (b'{"id": "1", "evses": []}\n{"id": "2", "evses": []}\n', "JSON Lines"),
    (PACKED[:900], "cannot be read on"),
    (PACKED[:500] + b"\xff" * 9 + PACKED[509:], r"cannot be read on \(error -3 while decompressing.*, after \d+ whole"),
    (PACKED[:-8] + b"\xff" * 4 + PACKED[-4:], r"cannot be read on \(crc check failed"),
]


@pytest.mark.parametrize(("content", "sentence"), BROKEN, ids=[str(number) for number in range(len(BROKEN))])
@pytest.mark.parametrize("chunk", [7, 2**20])
def test_a_broken_file_is_refused_at_its_place_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, sentence: str, chunk: int
) -> None:
    """However it falls into chunks."""
    monkeypatch.setattr(dump, "_CHUNK_BYTES", chunk)
    with pytest.raises(ImportRefused, match=sentence):
        import_network(written(tmp_path, content), None, 10, 1, tmp_path / "net.yaml")
    assert [path.name for path in tmp_path.iterdir()] == ["dump.json"]


TWICE = [
    (b'[{"id": 1, "id": 2}, {"id": 3, "evses": [{"uid": 4, "uid": 5}]}, {"id": 6}]', [("id",), ("uid",), ()]),
    (b'{"next": {"a": 1, "a": 2}, "data": [{"id": 1}]}', [()]),
    (b'{"data": {"id": 1, "evses": [{"uid": 4, "uid": 5}], "id": 2}}', [("uid", "id")]),
]


@pytest.mark.parametrize(("content", "names"), TWICE, ids=[str(number) for number in range(len(TWICE))])
@pytest.mark.parametrize("chunk", [7, 2**20])
def test_names_that_stand_twice_are_told_of_their_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, names: list[tuple[str, ...]], chunk: int
) -> None:
    monkeypatch.setattr(dump, "_CHUNK_BYTES", chunk)
    found = Dump(written(tmp_path, content), "Locations")
    assert [found.twice for _ in found] == names


def test_an_object_beyond_all_measure_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dump, "MAX_OBJECT_CHARACTERS", 2**20)
    path = written(tmp_path, b'[{"id": "' + b"x" * 3 * 2**20 + b'"}]')
    with pytest.raises(ImportRefused, match="an object of more than 1 MB at line 1, byte 1, after 0 whole"):
        read(path)


WRAPPED = [
    b'[{"id": "1"}, {"id": "2"}]',
    b'{"data": [{"id": "1"}, {"id": "2"}], "status_code": 1000, "timestamp": "2026-01-01T00:00:00Z"}',
    b'{"status_code": 1000, "status_message": null, "data": [{"id": "1"}, {"id": "2"}]}',
    b'{"locations": [{"id": "1"}, {"id": "2", "name": null, "evses": [null]}]}',
    b'{"items": [{"id": "1"}, {"id": "2"}], "total": 2, "next": null}',
    b'{"page": {"number": 0}, "content": [{"id": "1"}, {"id": "2"}], "links": [{"rel": "self"}]}',
    b'{"data": {"total": 2, "items": [{"id": "1"}, {"id": "2"}]}, "status_code": 1000}',
    b'{"result": {"Locations": [{"id": "1"}, {"id": "2"}]}}',
    b'{"data": [], "locations": [{"id": "1"}, {"id": "2"}]}',
    b'{"content": [{"id": "1"}], "page": {"number": 0}, "items": [{"id": "2"}], "records": []}',
    b'{"data": {"items": [{"id": "1"}], "total": 2}, "results": [{"id": "2"}]}',
    b'\xef\xbb\xbf [ {"id":"1"}\r\n,{"id":"2"} ] \n',
    gzip.compress(b'[{"id": "1"}, {"id": "2"}]'),
]


@pytest.mark.parametrize("content", WRAPPED, ids=[str(number) for number in range(len(WRAPPED))])
@pytest.mark.parametrize("chunk", [1, 5, 2**20])
def test_lists_and_envelopes_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, chunk: int
) -> None:
    monkeypatch.setattr(dump, "_CHUNK_BYTES", chunk)
    assert [record["id"] for record in read(written(tmp_path, content))] == ["1", "2"]


def test_several_lists_are_told_by_name_and_count(tmp_path: Path) -> None:
    path = tmp_path / "both.json"
    lists = {"content": [location(1)], "value": [], "items": [location(2), location(3)]}
    path.write_text(json.dumps(lists))
    report = import_network(path, None, 10, 1, tmp_path / "net.yaml")
    assert report.locations.kept == 3
    (told,) = (each for each in report.sentences if "several lists" in each)
    assert told.endswith("both.json holds several lists, all of which are read: “content” (1), “items” (2).")
    report = import_network(page(tmp_path, 1, items=[]), None, 10, 1, tmp_path / "net.yaml")
    assert not any("several lists" in each for each in report.sentences)


def test_one_object_in_an_envelope_is_a_list_of_one(tmp_path: Path) -> None:
    assert read(written(tmp_path, b'{"data": {"id": "1"}, "status_code": 1000}')) == [{"id": "1"}]


def test_places_are_numbers_and_lines(tmp_path: Path) -> None:
    path = written(tmp_path, b'[\n  {"id": "1"},\n\n  {\n "id": "2"},{"id": "3"}]')
    assert [place for _, place in Dump(path, "Locations")] == [
        "number 1, line 2",
        "number 2, line 4",
        "number 3, line 5",
    ]


def test_a_file_is_read_in_parts_and_tells_how_far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dump, "_CHUNK_BYTES", 1000)
    path = written(tmp_path, json.dumps([{"id": str(number)} for number in range(1000)]).encode())
    told: list[tuple[Path, int, int]] = []
    records = iter(Dump(path, "Locations", lambda *far: told.append(far)))
    next(records)
    assert len(told) == 1
    assert sum(1 for _ in records) == 999
    size = path.stat().st_size
    assert told[-1] == (path, size, size)
    assert [read for _, read, _ in told] == sorted(read for _, read, _ in told)


def test_a_pipe_is_refused_as_it_cannot_be_read_twice(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="is not a file"):
        read(tmp_path)


# Several pages


def location(number: int) -> dict[str, Any]:
    plug = {"id": "1", "standard": "IEC_62196_T2", "format": "SOCKET", "power_type": "AC_3_PHASE"}
    connector = {**plug, "max_voltage": 230, "max_amperage": 16, "last_updated": "2026-06-05T07:14:48Z"}
    evse = {
        "uid": f"{number}",
        "status": "AVAILABLE",
        "connectors": [connector],
        "last_updated": "2026-06-05T07:14:48Z",
    }
    place = {
        "address": "Square 1",
        "city": "Leiden",
        "country": "NLD",
        "time_zone": "Europe/Amsterdam",
        "publish": True,
    }
    at = {"coordinates": {"latitude": "52.16000", "longitude": "4.48000"}, "last_updated": "2026-06-05T07:14:48Z"}
    return {"country_code": "NL", "party_id": "ABC", "id": f"L{number}", **place, **at, "evses": [evse]}


def page(folder: Path, number: int, **beside: Any) -> Path:
    path = folder / f"page{number}.json"
    path.write_text(json.dumps({"data": [location(number)], "status_code": 1000, **beside}))
    return path


def test_pages_are_one_dump(tmp_path: Path) -> None:
    pages = [page(tmp_path, number, total=3, next="more") for number in (1, 2)]
    report = import_network(pages, None, 10, 1, tmp_path / "net.yaml")
    assert report.locations.kept == 2
    assert any("there are 3 Locations; here are 2. Give all pages" in each for each in report.sentences)
    third = page(tmp_path, 3, total=3)
    report = import_network([*pages, third], None, 10, 1, tmp_path / "net.yaml")
    assert report.locations.kept == 3
    assert not any("pages" in each for each in report.sentences)


def test_what_a_page_says_of_others_around_its_list_is_told(tmp_path: Path) -> None:
    path = tmp_path / "page.json"
    path.write_text(json.dumps({"data": {"total": 7, "items": [location(1)]}}))
    report = import_network(path, None, 10, 1, tmp_path / "net.yaml")
    assert any("there are 7 Locations; here are 1." in each for each in report.sentences)


@pytest.mark.parametrize("beside", [{"next": "https://x/?offset=1"}, {"links": {"next": "https://x/?offset=1"}}])
def test_a_page_that_names_the_next_is_told(tmp_path: Path, beside: dict[str, Any]) -> None:
    report = import_network(page(tmp_path, 1, **beside), None, 10, 1, tmp_path / "net.yaml")
    (told,) = (each for each in report.sentences if "is not the last page" in each)
    assert "https://x/?offset=1" in told


def test_an_id_on_two_pages_is_told_with_both_places(tmp_path: Path) -> None:
    first = page(tmp_path, 1)
    second = tmp_path / "page2.json"
    second.write_bytes(first.read_bytes())
    report = import_network([first, second], None, 10, 1, tmp_path / "net.yaml")
    assert report.rules["location-duplicate"] == report.locations.left_out == 1
    (told,) = (each for each in report.sentences if "the one updated last is kept" in each)
    assert "Location L1 (page2.json, number 1, line 1); kept is Location L1 (page1.json" in told
    with pytest.raises(ImportRefused, match="named twice"):
        import_network([first, first], None, 10, 1, tmp_path / "net.yaml")


def test_of_an_id_on_two_pages_the_one_updated_last_is_kept(tmp_path: Path) -> None:
    older, newer = ({**location(1), "last_updated": f"2026-06-0{day}T00:00:00Z"} for day in (1, 2))
    for first, second in ((older, newer), (newer, older)):
        paths = [tmp_path / "page1.json", tmp_path / "page2.json"]
        for path, found in zip(paths, (first, second), strict=True):
            path.write_text(json.dumps([{**found, "name": f"updated {found['last_updated']}"}]))
        report = import_network(paths, None, 10, 1, tmp_path / "net.yaml")
        (kept,) = (each for network in load(report.scenario).networks for each in network.locations)
        assert kept.name == "updated 2026-06-02T00:00:00Z"
        assert report.rules["location-duplicate"] == report.locations.left_out == 1


# The reading in parts agrees with the reading in one

_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60)
@given(records=st.lists(_values, max_size=5), chunk=st.integers(1, 40), indent=st.sampled_from([None, 1]))
def test_any_list_reads_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, records: list[Any], chunk: int, indent: int | None
) -> None:
    path = tmp_path_factory.mktemp("dump") / "dump.json"
    path.write_text(json.dumps(records, indent=indent, ensure_ascii=False), encoding="utf-8", errors="replace")
    expected = [dump._without_nulls(each) for each in json.loads(path.read_text(encoding="utf-8"))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dump, "_CHUNK_BYTES", chunk)
        assert read(path) == expected
