"""Whether a page holds what was asked for, and its Link goes on asking for it."""

from typing import Any

import pytest
from expert_seen import A_LIST, JSON, PAGE, URL, body, rules
from msgspec.structs import replace

from simulator.ocpi.expert import Expert, Seen


def page(query: str, *minutes: int, **headers: str) -> Seen:
    """A page of Sessions that were updated at these minutes."""
    items: list[Any] = [{"last_updated": f"2026-05-04T06:{minute:02}:00Z"} for minute in minutes]
    said = (
        PAGE | {"x-total-count": str(len(items))} | {name.replace("_", "-"): value for name, value in headers.items()}
    )
    return replace(A_LIST, url=f"{URL}?{query}", response_body=body(items), response_headers=said)


EARLY = "2026-05-04T06:09:00Z"
FROM, TO = "date_from=2026-05-04T06:10:00Z", "date_to=2026-05-04T06:20:00Z"


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (page("limit=2", 1, 2), []),
        (page("limit=2", 1, 2, 3), ["page-size"]),
        (page("", 1, 2, x_limit="2"), []),
        (page("", 1, 2, x_limit="1"), ["page-size"]),
        (page("limit=5", 1, 2, x_limit="1"), ["page-size"]),
        (page("limit=any", 1, 2), []),
        (page(f"{FROM}&{TO}", 10, 19), []),
        (page(FROM, 9, 12), ["page-dates"]),
        (page(TO, 20), ["page-dates"]),
        (page(f"{FROM}&{TO}", 9, 10, 20, 21), ["page-dates"]),
        (page("date_from=yesterday", 1), []),
        (replace(page(FROM, 9), http_status=404, response_body=body([{"last_updated": EARLY}], 2001)), []),
    ],
)
def test_a_page_holds_what_was_asked_for(seen: Seen, expected: list[str]) -> None:
    assert rules(seen) == expected


def test_the_first_object_from_outside_is_told_with_how_many_there_are() -> None:
    (finding,) = Expert().look(page(f"{FROM}&{TO}", 12, 20, 21))
    assert (finding.path, finding.found) == ("$[1].last_updated", "2026-05-04T06:20:00Z, and 1 more")
    assert finding.expected == "date_from 2026-05-04T06:10:00Z and date_to 2026-05-04T06:20:00Z kept to"


def test_2_1_1_does_not_say_whether_the_end_belongs_to_what_is_asked_for() -> None:
    plain = {"authorization": "Token a-token-of-ours", **JSON}
    old = [replace(page(TO, minute), version="2.1.1", request_headers=plain) for minute in (20, 21)]
    assert [rules(each) for each in old] == [[], ["page-dates"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (f"{FROM}&{TO}&offset=1", []),
        (f"{FROM.replace(':', '%3A')}&{TO}&offset=1", []),
        (f"{FROM}&offset=1", ["link-dates"]),
        ("offset=1", ["link-dates"] * 2),
        (f"date_from=2026-05-04T06:11:00Z&{TO}&offset=1", ["link-dates"]),
        ("page=b7", []),
    ],
)
def test_a_link_goes_on_asking_for_the_same(query: str, expected: list[str]) -> None:
    assert rules(page(f"{FROM}&{TO}", 12, x_total_count="2", link=f'<{URL}?{query}>; rel="next"')) == expected


def test_items_that_cannot_be_read_are_for_others_to_remark_on() -> None:
    assert "page-size" not in rules(replace(page("limit=1"), response_body=body([7, 8])))
