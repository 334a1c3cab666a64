"""A crawl must visit each object once, and the filters must mean what the specification says."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.ocpi.datatypes import parse_datetime
from simulator.ocpi.findings import Invalid
from simulator.ocpi.pagination import in_window, next_url, paginate, parse_query

BASE = "http://nl-abc.ocpi.test/ocpi/2.2.1/tokens"


@given(st.integers(0, 60), st.integers(1, 12), st.none() | st.integers(1, 30), st.integers(0, 70))
def test_a_crawl_visits_each_object_once(total: int, max_limit: int, limit: int | None, start: int) -> None:
    seen: list[int] = []
    raw_query = f"offset={start}" + ("" if limit is None else f"&limit={limit}")
    pages = 0
    while True:
        query = parse_query(raw_query, max_limit)
        seen += range(total)[query.offset : query.offset + query.limit]
        headers = paginate(total, query, BASE, raw_query)
        assert headers["X-Total-Count"] == str(total)
        assert headers["X-Limit"] == str(max_limit)
        pages += 1
        following = next_url(headers.get("Link"))
        if following is None:
            break
        raw_query = urlsplit(following).query
    assert seen == list(range(start, total))
    assert pages == max(1, -(-len(seen) // min(max_limit, limit or max_limit)))


def test_the_limit_is_capped_and_the_filters_are_kept() -> None:
    raw_query = "date_from=2026-05-04T06:00:00Z&vendor=a%20%26b&limit=2000&type=RFID"
    query = parse_query(raw_query, max_limit=100)
    headers = paginate(250, query, BASE, raw_query)
    assert (query.limit, headers["X-Limit"]) == (100, "100")
    following = next_url(headers["Link"])
    assert following is not None
    assert parse_qsl(urlsplit(following).query) == [
        ("date_from", "2026-05-04T06:00:00Z"),
        ("vendor", "a &b"),
        ("type", "RFID"),
        ("offset", "100"),
        ("limit", "100"),
    ]


@pytest.mark.parametrize("digits", [3, 18, 19, 23, 5000])
def test_a_limit_of_any_size_is_capped(digits: int) -> None:
    assert parse_query("limit=" + "9" * digits, max_limit=100).limit == 100


@pytest.mark.parametrize("offset", ["3", "0" * 23 + "3", "9" * 18, "9" * 23, "9" * 5000])
def test_an_offset_of_any_size_is_past_the_end(offset: str) -> None:
    query = parse_query(f"offset={offset}", max_limit=100)
    assert not range(3)[query.offset : query.offset + query.limit]
    assert paginate(3, query, BASE, f"offset={offset}") == {"X-Total-Count": "3", "X-Limit": "100"}


def test_the_last_page_has_no_link() -> None:
    assert "Link" not in paginate(100, parse_query("", 100), BASE, "")
    assert "Link" in paginate(101, parse_query("", 100), BASE, "")


def test_date_from_is_inclusive_and_date_to_exclusive() -> None:
    query = parse_query("date_from=2026-05-04T06:00:00Z&date_to=2026-05-04T07:00:00Z", 10)
    begin, end = parse_datetime("2026-05-04T06:00:00Z"), parse_datetime("2026-05-04T07:00:00Z")
    assert [in_window(at, query) for at in (begin - 1, begin, end - 1, end)] == [False, True, True, False]
    assert in_window(-1, parse_query("", 10))


@pytest.mark.parametrize(
    ("raw_query", "names"),
    [
        ("limit=0", ["?limit"]),
        ("limit=-1", ["?limit"]),
        ("limit=ten", ["?limit"]),
        ("offset=-1&limit=1.5", ["?offset", "?limit"]),
        ("limit=-" + "9" * 23, ["?limit"]),
        ("limit=" + "0" * 23, ["?limit"]),
        ("offset=%C2%B2", ["?offset"]),
        ("offset=-" + "9" * 23, ["?offset"]),
        ("date_from=2026-05-04T06:00:00%2B00:00", ["?date_from"]),
        ("date_from=yesterday&date_to=tomorrow", ["?date_from", "?date_to"]),
    ],
)
def test_an_unreadable_parameter_is_named(raw_query: str, names: list[str]) -> None:
    with pytest.raises(Invalid) as caught:
        parse_query(raw_query, 10)
    assert [finding.path for finding in caught.value.findings] == names
    assert not caught.value.broken


def test_sessions_are_never_listed_without_date_from() -> None:
    with pytest.raises(Invalid, match="date_from"):
        parse_query("limit=5", 10, date_from_required=True)
    assert parse_query("date_from=2026-05-04T06:00:00Z", 10, date_from_required=True).offset == 0


@pytest.mark.parametrize(
    ("header", "url"),
    [
        ('<http://x/a?offset=5>; rel="next"', "http://x/a?offset=5"),
        ("<http://x/a>;rel=next", "http://x/a"),
        ('<http://x/p>; rel="prev", <http://x/n,1>; title="b"; REL="last Next"', "http://x/n,1"),
        ('<http://x/p>; rel="prev"', None),
        ("http://x/a; rel=next", None),
        ("", None),
        (None, None),
    ],
)
def test_a_link_is_read_however_it_is_spelled(header: str | None, url: str | None) -> None:
    assert next_url(header) == url
