"""What the expert says of pages: each leads to the next one but the last, and none has an object twice."""

from typing import Any

import pytest
from expert_objects import SESSION
from expert_seen import A_LIST, PAGE, URL, body, less, rules
from msgspec.structs import replace

from simulator.ocpi.expert import Expert


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"response_headers": PAGE | {"link": ""}}, "link-header"),
        ({"response_headers": less(PAGE, "x-limit")}, "page-headers"),
        ({"response_body": body()}, "list-data"),
        ({"response_headers": PAGE | {"x-total-count": "1"}}, "link-header"),
        ({"response_headers": PAGE | {"x-total-count": "12"}, "url": URL + "?offset=11&limit=1"}, "link-header"),
    ],
)
def test_pages_have_rules_of_their_own(changes: dict[str, Any], rule: str) -> None:
    assert rules(replace(A_LIST, **changes)) == [rule]


@pytest.mark.parametrize("link", ["http://nl-ema.ocpi.test/next/2", "/next/2", "?cursor=2"])
def test_of_a_page_that_only_its_link_tells_the_place_of_nobody_knows_what_lies_before_it(link: str) -> None:
    counts = PAGE | {"x-total-count": "12"}
    first = replace(A_LIST, response_headers=counts | {"link": f'<{link}>; rel="next"'})
    url = f"{URL}{link}" if link[0] == "?" else "http://nl-ema.ocpi.test/next/2"
    last = replace(A_LIST, url=url, response_headers=counts, response_body=body([SESSION]))
    assert "link-header" not in rules(first, last)
    assert "link-header" in rules(last), "nothing has led there"


def test_the_last_page_leads_nowhere_and_any_other_to_the_next() -> None:
    last = replace(A_LIST, url=URL + "?offset=12&limit=1", response_headers=PAGE | {"x-total-count": "12"})
    assert rules(last) == []
    first = PAGE | {"x-total-count": "12", "link": f'<{URL}?offset=1>; rel="next"'}
    assert rules(replace(A_LIST, response_headers=first)) == []


@pytest.mark.parametrize(
    ("query", "total", "link", "said"),
    [
        ("", "1", "offset=1", "a Link though all 1 have been shown"),
        ("?offset=17", "1", "offset=18", "a Link though all 1 have been shown"),
        ("?offset=11&limit=1", "12", "offset=12", "a Link though all 12 have been shown"),
        ("?offset=10&limit=1", "12", "offset=11", ""),
        ("", "many", "offset=1", ""),
    ],
)
def test_a_link_past_the_end_is_seen(query: str, total: str, link: str, said: str) -> None:
    headers = PAGE | {"x-total-count": total, "link": f'<{URL}?{link}>; rel="next"'}
    page = replace(A_LIST, url=URL + query, response_headers=headers, response_body=body([SESSION]))
    assert [each.found for each in Expert().look(page) if each.rule == "link-header"] == [said] * bool(said)


@pytest.mark.parametrize("offset", ["12", "9" * 23])
def test_past_the_end_there_is_nothing_to_lead_to(offset: str) -> None:
    page = replace(A_LIST, url=f"{URL}?offset={offset}", response_headers=PAGE | {"x-total-count": "12"})
    assert rules(page) == []


def test_a_link_to_another_host_is_seen() -> None:
    headers = PAGE | {"x-total-count": "2", "link": '<http://169.254.169.254/latest>; rel="next"'}
    page = replace(A_LIST, response_headers=headers, response_body=body([SESSION]))
    assert [each.found for each in Expert().look(page)] == ["http://169.254.169.254/latest"]
    same = headers | {"link": f'<{URL.replace("nl-ema", "NL-EMA")}?page=2>; rel="next"'}
    assert rules(replace(page, response_headers=same)) == []


@pytest.mark.parametrize(
    ("asked", "link", "is_same"),
    [
        ("http://h/x", "http://h:80/x?page=2", True),
        ("http://h:80/x", "http://H/x?page=2", True),
        ("https://h/x", "https://h:443/x?page=2", True),
        ("http://h/x", "http://h:443/x?page=2", False),
        ("http://h:8080/x", "http://h/x?page=2", False),
        ("http://h/x", "http://[/x?page=2", False),
    ],
)
def test_a_host_may_be_written_with_the_usual_port(asked: str, link: str, is_same: bool) -> None:
    headers = PAGE | {"x-total-count": "2", "link": f'<{link}>; rel="next"'}
    page = replace(A_LIST, url=asked, response_headers=headers, response_body=body([SESSION]))
    assert ("link-header" not in rules(page)) == is_same


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, ["$[1]"]),
        ({"id": "2"}, []),
        ({"party_id": "XYZ"}, []),
        ({"kwh": 2}, ["$[1]"]),
        ({"party_id": "abc"}, ["$[1]"]),
    ],
)
def test_an_object_is_on_a_page_once(changes: dict[str, Any], said: list[str]) -> None:
    headers = PAGE | {"x-total-count": "2"}
    page = replace(A_LIST, response_headers=headers, response_body=body([SESSION, SESSION | changes]))
    assert [each.path for each in Expert().look(page) if each.rule == "listed-twice"] == said


@pytest.mark.parametrize(
    ("module", "objects", "said"),
    [
        ("sessions", [SESSION, SESSION], "NL ABC 1"),
        ("tokens", [{"country_code": "NL", "uid": "A1"}, {"country_code": "NL", "uid": "a1"}], "NL a1"),
        ("hubclientinfo", [{"country_code": "NL", "party_id": "ABC", "role": "CPO"}] * 2, "NL ABC CPO"),
    ],
)
def test_what_is_listed_twice_is_told_by_the_names_that_it_has(module: str, objects: list[object], said: str) -> None:
    changes = {"module": module, "route": f"{module}.sender.get_list"}
    page = replace(A_LIST, **changes, response_headers=PAGE | {"x-total-count": "2"}, response_body=body(objects))
    assert [each.found for each in Expert().look(page) if each.rule == "listed-twice"] == [said]


def test_what_has_no_name_cannot_be_told_apart() -> None:
    page = replace(A_LIST, response_headers=PAGE | {"x-total-count": "2"}, response_body=body([{}, {}]))
    assert "listed-twice" not in rules(page)
