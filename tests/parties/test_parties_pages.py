"""Lists in pages: limits, filters and the headers that lead from one page to the next.

Numbers of cases are those of the protocol digest, section 4.
"""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from msgspec.structs import replace
from run_town import OpenTown, Told, json_answer, named, town
from simpy import Event

from simulator.engine.cause import TIME
from simulator.engine.node import Inbound
from simulator.ocpi.datatypes import format_datetime
from simulator.ocpi.modules import ModuleID
from simulator.ocpi.pagination import next_url
from simulator.ocpi.v2_2_1.locations import Location
from simulator.parties.call import fewer
from simulator.parties.pull import Crawl, crawl
from simulator.wire.carrier import Response

CPO, EMSP = "NL-ABC", "NL-EMA"
COUNT = 230
FIRST_US = 1_775_000_000_000_000


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    """NL-ABC with 230 locations, each dated a minute after the one before; the last was created first."""
    folder: Path = tmp_path_factory.mktemp("many")
    scenario = town(folder, drivers=(named("Vera", arrives="11 h"),), link="latency: 50 ms", duration="12 h")
    with OpenTown(scenario, folder / "many.ocpirun") as open_town:
        store = open_town.world.cpos[CPO].locations.store
        (square,) = store
        store.drop(square.id)
        for number in reversed(range(COUNT)):
            store.put(replace(square, id=f"L{number}", last_updated=dated(number)), f"L{number}")
        yield open_town


def dated(number: int) -> str:
    return format_datetime(FIRST_US + number * 60_000_000)


def ask(many: OpenTown, query: str = "") -> Told:
    url = many.url(EMSP, CPO, "locations", "SENDER")
    return many.ask(EMSP, CPO, "GET", f"{url}?{query}" if query else url)


def ids(told: Told) -> list[str]:
    return [each["id"] for each in told.data]


def test_case_16_a_list_comes_in_pages_with_the_filters_kept(many: OpenTown) -> None:
    query = f"date_from={dated(10)}&limit=2000&date_to={dated(225)}"
    told = ask(many, query)
    assert (told.headers["x-limit"], told.headers["x-total-count"]) == ("100", "215")
    pages = [told]
    while (following := next_url(pages[-1].headers.get("link"))) is not None:
        asked = dict(parse_qsl(urlsplit(following).query))
        assert asked == {
            "date_from": dated(10),
            "date_to": dated(225),
            "limit": "100",
            "offset": str(100 * len(pages)),
        }
        assert following.startswith("http://nl-abc.ocpi.test/ocpi/sender/2.2.1/locations?")
        pages.append(many.ask(EMSP, CPO, "GET", following))
    assert [len(page.data) for page in pages] == [100, 100, 15]
    assert "link" not in pages[-1].headers
    assert {page.headers["x-total-count"] for page in pages} == {"215"}
    # Oldest created first, whatever was changed last; each once.
    assert [id for page in pages for id in ids(page)] == [f"L{number}" for number in reversed(range(10, 225))]


@pytest.mark.parametrize(
    ("query", "expected"),
    [("limit=3", ["L229", "L228", "L227"]), ("limit=1&offset=229", ["L0"]), ("offset=230", []), ("offset=9999", [])],
)
def test_offset_and_limit_choose_the_page(many: OpenTown, query: str, expected: list[str]) -> None:
    told = ask(many, query)
    assert ids(told) == expected
    assert told.headers["x-total-count"] == "230"
    assert ("link" in told.headers) == (query == "limit=3")


def test_case_17_date_from_is_included_and_date_to_excluded(many: OpenTown) -> None:
    assert ids(ask(many, f"date_from={dated(5)}&date_to={dated(8)}")) == ["L7", "L6", "L5"]
    assert ids(ask(many, f"date_from={dated(5)}&date_to={dated(5)}")) == []
    a_millisecond_on = format_datetime(FIRST_US + 5 * 60_000_000 + 1_000)
    assert ids(ask(many, f"date_from={a_millisecond_on}&date_to={dated(7)}")) == ["L6"]
    assert ids(ask(many, f"date_to={a_millisecond_on}&limit=2")) == ["L5", "L4"]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=many", "limit"),
        ("offset=-1", "offset"),
        ("offset=1.5", "offset"),
        ("date_from=yesterday", "date_from"),
        ("date_to=2026-05-04T06:00:00%2B02:00", "date_to"),
    ],
)
def test_a_parameter_that_cannot_be_read_is_2001(many: OpenTown, query: str, parameter: str) -> None:
    told = ask(many, query)
    assert (told.http, told.status) == (200, 2001)
    assert [hint.path for hint in many.hints(told.exchange)] == [f"?{parameter}"]
    assert "link" not in told.headers


@pytest.mark.parametrize("module", ["sessions", "cdrs", "tariffs"])
def test_every_list_of_a_cpo_has_the_headers(many: OpenTown, module: str) -> None:
    url = many.url(EMSP, CPO, module, "SENDER")
    told = many.ask(EMSP, CPO, "GET", f"{url}?date_from=2026-01-01T00:00:00Z")
    assert told.status == 1000
    assert told.headers["x-limit"] == "100"
    assert told.headers["x-total-count"] == str(len(told.data))


def test_case_18_sessions_without_date_from_are_2001(many: OpenTown) -> None:
    told = many.ask(EMSP, CPO, "GET", many.url(EMSP, CPO, "sessions", "SENDER"))
    assert (told.http, told.status) == (200, 2001)
    assert "date_from" in told.envelope["status_message"]


def test_tokens_come_in_pages_too(many: OpenTown) -> None:
    url = many.url(CPO, EMSP, "tokens", "SENDER")
    told = many.ask(CPO, EMSP, "GET", f"{url}?limit=1")
    assert (told.headers["x-limit"], told.headers["x-total-count"], len(told.data)) == ("500", "1", 1)


def test_a_crawl_follows_the_pages_and_keeps_the_good_objects(many: OpenTown) -> None:
    found = crawled(many)
    assert found.complete
    assert [location.id for location in found.objects] == [f"L{number}" for number in reversed(range(COUNT))]


def crawled(many: OpenTown, date_from: str | None = None) -> Crawl[Location]:
    office = many.world.emsps[EMSP].office
    connection = many.connection(EMSP, CPO)
    done: list[Crawl[Location]] = []

    def work() -> Generator[Event, Any, None]:
        done.append((yield from crawl(office, connection, ModuleID.LOCATIONS, Location, TIME, date_from)))

    office.spawn(work(), "a crawl of the test")
    many.run_until(lambda: bool(done))
    return done[0]


def test_a_crawl_that_is_led_in_a_circle_or_astray_ends(many: OpenTown) -> None:
    honest = many.world.cpos[CPO].office.node.server
    link = ""

    def astray(inbound: Inbound) -> Response:
        answer = json_answer([])
        return Response(200, (*answer.headers, ("Link", f'<{link}>; rel="next"')), answer.body)

    try:
        many.server(CPO, astray)
        url = many.url(EMSP, CPO, "locations", "SENDER")
        link = url
        found = crawled(many)
        assert (found.complete, found.problem) == (False, f"The pages of NL-ABC lead in a circle at {url}.")
        for link in ("http://nl-nom.ocpi.test/ocpi/sender/2.2.1/locations", "http://elsewhere/", f"{url}#top"):
            found = crawled(many)
            assert (found.complete, found.problem) == (False, "the URL does not lead to the peer")
            assert many.events("unusable_url")[-1] == {"url": link}
    finally:
        many.server(CPO, honest)


@pytest.mark.parametrize(
    ("total", "empty", "asked", "ends"),
    [
        ("1", False, 2, True),
        ("1", True, 2, True),
        ("0", True, 1, True),
        ("2", False, 101, False),
        (None, True, 101, False),
    ],
)
def test_a_crawl_that_is_led_on_for_ever_ends(
    many: OpenTown, total: str | None, empty: bool, asked: int, ends: bool
) -> None:
    """After one page that brings nothing new if all have been shown, else after a hundred in a row."""
    honest = many.world.cpos[CPO].office.node.server
    one = ask(many, "limit=1").data
    url = many.url(EMSP, CPO, "locations", "SENDER")
    urls: list[str] = []

    def endless(inbound: Inbound) -> Response:
        urls.append(inbound.request.url)
        answer = json_answer([] if empty and (len(urls) > 1 or total == "0") else one)
        counted = (("X-Total-Count", total),) if total is not None else ()
        more = ("Link", f'<{url}?offset={len(urls)}>; rel="next"')
        return Response(200, (*answer.headers, *counted, more), answer.body)

    try:
        many.server(CPO, endless)
        found = crawled(many)
    finally:
        many.server(CPO, honest)
    assert (len(urls), found.complete) == (asked, ends)
    assert ends or found.problem == f"The pages of NL-ABC lead in a circle at {urls[-1]}."
    assert {location.id for location in found.objects} <= {each["id"] for each in one}


@pytest.mark.parametrize("link", ["/next/2", "?cursor=2"])
def test_a_link_may_be_relative_to_the_page_that_it_is_on(many: OpenTown, link: str) -> None:
    honest = many.world.cpos[CPO].office.node.server
    pages = [ask(many, "limit=1").data, ask(many, "offset=1&limit=1").data]
    asked: list[str] = []

    def relative(inbound: Inbound) -> Response:
        asked.append(inbound.request.url)
        answer = json_answer(pages[len(asked) - 1])
        more = (("Link", f'<{link}>; rel="next"'),) if len(asked) == 1 else ()
        return Response(200, (*answer.headers, *more), answer.body)

    try:
        many.server(CPO, relative)
        found = crawled(many)
    finally:
        many.server(CPO, honest)
    assert found.complete
    assert [location.id for location in found.objects] == [each["id"] for page in pages for each in page]
    first = many.url(EMSP, CPO, "locations", "SENDER")
    assert asked[1] == (first + link if link[0] == "?" else first[: first.index("/ocpi")] + link)


def test_bad_objects_of_a_list_cost_only_themselves(many: OpenTown) -> None:
    honest = many.world.cpos[CPO].office.node.server
    good = ask(many, "limit=2").data
    bad = {**good[0], "id": "BAD", "publish": "yes"}
    try:
        many.server(CPO, lambda _: json_answer([good[0], bad, good[1]]))
        found = crawled(many)
    finally:
        many.server(CPO, honest)
    assert [location.id for location in found.objects] == [each["id"] for each in good]
    assert found.complete
    assert "$[1].publish" in [hint.path for hint in many.hints(many.kernel.exchanges)]


@pytest.mark.parametrize(
    ("total", "withheld", "said"),
    [("5", 0, "5"), ("5", 2, "3"), ("1", 2, "0"), ("9" * 5_000, 1, None), ("many", 1, None)],
)
def test_what_is_withheld_from_a_reader_does_not_count_for_it(total: str, withheld: int, said: str | None) -> None:
    headers = (("X-Limit", "100"), ("X-Total-Count", total))
    assert fewer(headers, withheld) == (headers[0], ("X-Total-Count", total if said is None else said))
