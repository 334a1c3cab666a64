"""Whether Sessions are at Locations that their receiver was told of."""

import json
from typing import Any

import pytest
from expert_seen import A_LIST, PAGE, SOUND, body, refused
from msgspec.structs import replace

from simulator.ocpi.expert import Expert, Seen

OWNER = {"country_code": "NL", "party_id": "ABC"}


def session(location_id: str = "L1", **changes: Any) -> Seen:
    return replace(SOUND, request_body=json.dumps({**OWNER, "location_id": location_id, **changes}).encode())


def pushed(id: str, **owner: str) -> Seen:
    tree = {**OWNER, **owner, "id": id}
    route = "locations.receiver.put_location"
    return replace(SOUND, module="locations", route=route, request_body=json.dumps(tree).encode())


def listed(total: int, *ids: str, query: str = "") -> Seen:
    """The eMSP has asked for what there is."""
    items = [{**OWNER, "id": id} for id in ids]
    return replace(
        A_LIST,
        sender="NL-EMA",
        receiver="NL-ABC",
        module="locations",
        route="locations.sender.get_list",
        url=f"http://nl-abc.ocpi.test/ocpi/sender/2.2.1/locations{query}",
        response_headers=PAGE | {"x-total-count": str(total)},
        response_body=body(items),
    )


OBJECT = replace(listed(0), route="locations.sender.get_location", response_body=body({**OWNER, "id": "L1"}))


@pytest.mark.parametrize(
    ("before", "told", "is_odd"),
    [
        ([], session(), False),
        ([pushed("L1")], session(), False),
        ([pushed("L1")], session("l1"), False),
        ([pushed("L2"), refused(pushed("L1"))], session(), True),
        ([refused(pushed("L2"))], session(), False),
        ([pushed("L2")], session(), True),
        ([pushed("L2")], replace(session(), receiver="NL-EMB"), False),
        ([pushed("L2")], replace(session(), version="2.1.1"), False),
        ([pushed("L2")], session(""), False),
        ([pushed("L1", party_id="XYZ")], session(), False),
        ([listed(2, "L1", "L2")], session(), False),
        ([listed(2, "L2", "L3")], session(), True),
        ([listed(2, "L2")], session(), False),
        ([listed(2, "L2"), listed(2, "L3", query="?offset=1")], session(), True),
        ([listed(2, "L2"), listed(1, "L3", query="?date_from=2026-05-04T06:00:00Z")], session(), True),
        ([pushed("L2"), OBJECT], session(), False),
        ([pushed("L2"), session()], session(), False),
        ([replace(listed(2, "L2", "L3"), response_body=body([{"id": 7}]))], session(), False),
    ],
)
def test_a_session_is_at_a_location_that_was_told(before: list[Seen], told: Seen, is_odd: bool) -> None:
    expert = Expert()
    for each in before:
        expert.look(each)
    found = [(each.path, each.found) for each in expert.look(told) if each.rule == "unknown-location"]
    assert found == ([("$.location_id", "'L1'")] if is_odd else [])
