"""Locations at three levels: what a Receiver keeps of what it is pushed, and what it refuses.

Numbers of cases are those of the protocol digest, section 4.
"""

import json

import pytest
from parties_objects import LATER, Json, evse, location
from run_town import OpenTown, Told

from simulator.engine.cause import TIME
from simulator.ocpi.codec import decode, encode
from simulator.ocpi.v2_2_1.locations import Location

CPO, EMSP = "NL-ABC", "NL-EMA"
LATEST = "2026-05-04T10:00:00Z"


def url(desk: OpenTown, *ids: str, owner: str = "NL/ABC") -> str:
    return desk.url(CPO, EMSP, "locations", "RECEIVER", owner, *ids)


def put(desk: OpenTown, body: Json, *ids: str) -> Told:
    told = desk.ask(CPO, EMSP, "PUT", url(desk, *ids), body)
    assert told.status == 1000, told.body
    return told


def get(desk: OpenTown, *ids: str) -> Told:
    return desk.ask(CPO, EMSP, "GET", url(desk, *ids))


def patch(desk: OpenTown, body: Json, *ids: str) -> Told:
    return desk.ask(CPO, EMSP, "PATCH", url(desk, *ids), body)


def test_a_new_location_is_201_and_a_known_one_200(desk: OpenTown) -> None:
    body = location(desk, "NEW")
    assert put(desk, body, "NEW").http == 201
    assert put(desk, body, "NEW").http == 200
    assert get(desk, "NEW").data == body


def test_case_12_a_put_without_an_optional_field_removes_it(desk: OpenTown) -> None:
    put(desk, location(desk, "L12", postal_code="2311 AB", facilities=["CAFE"]), "L12")
    assert get(desk, "L12").data["facilities"] == ["CAFE"]
    without = location(desk, "L12")
    without.pop("postal_code", None)
    put(desk, without, "L12")
    assert "postal_code" not in get(desk, "L12").data
    assert "facilities" not in get(desk, "L12").data


def test_case_11_a_newer_connector_makes_its_parents_newer(desk: OpenTown) -> None:
    put(desk, location(desk, "L11"), "L11")
    connector = {**location(desk, "L11")["evses"][1]["connectors"][0], "last_updated": LATEST}
    put(desk, connector, "L11", "NL-ABC-E0002", "1")
    assert get(desk, "L11", "NL-ABC-E0002", "1").data["last_updated"] == LATEST
    assert get(desk, "L11", "NL-ABC-E0002").data["last_updated"] == LATEST
    whole = get(desk, "L11").data
    assert whole["last_updated"] == LATEST
    assert [each["last_updated"] == LATEST for each in whole["evses"]] == [False, True, False, False]


def test_an_older_connector_time_leaves_its_parents_as_they_are(desk: OpenTown) -> None:
    put(desk, location(desk, "L11B", last_updated=LATEST), "L11B")
    connector = {**location(desk, "L11B")["evses"][0]["connectors"][0], "last_updated": LATER, "id": "2"}
    assert put(desk, connector, "L11B", "NL-ABC-E0001", "2").http == 201
    assert get(desk, "L11B").data["last_updated"] == LATEST
    assert [each["id"] for each in get(desk, "L11B", "NL-ABC-E0001").data["connectors"]] == ["1", "2"]


def test_an_evse_can_be_added_and_patched(desk: OpenTown) -> None:
    put(desk, location(desk, "LE"), "LE")
    assert put(desk, evse(desk, "E9", status="BLOCKED"), "LE", "E9").http == 201
    assert len(get(desk, "LE").data["evses"]) == 5
    told = patch(desk, {"status": "CHARGING", "last_updated": LATEST}, "LE", "E9")
    assert (told.http, told.status) == (200, 1000)
    assert "data" not in told.envelope
    assert get(desk, "LE", "E9").data["status"] == "CHARGING"
    assert get(desk, "LE").data["last_updated"] == LATEST


def test_a_patch_changes_what_it_names_and_nothing_else(desk: OpenTown) -> None:
    body = location(desk, "LP", facilities=["CAFE", "MALL"])
    put(desk, body, "LP")
    assert patch(desk, {"name": "Other", "facilities": ["HOTEL"], "last_updated": LATEST}, "LP").status == 1000
    assert get(desk, "LP").data == {**body, "name": "Other", "facilities": ["HOTEL"], "last_updated": LATEST}
    connector = {"tariff_ids": ["night"], "last_updated": LATEST}
    assert patch(desk, connector, "LP", "NL-ABC-E0001", "1").status == 1000
    assert get(desk, "LP", "NL-ABC-E0001", "1").data["tariff_ids"] == ["night"]


@pytest.mark.parametrize("ids", [("L10",), ("L10", "NL-ABC-E0001"), ("L10", "NL-ABC-E0001", "1")])
def test_case_10_a_patch_without_last_updated_is_2001_and_changes_nothing(desk: OpenTown, ids: tuple[str, ...]) -> None:
    put(desk, location(desk, "L10"), "L10")
    told = patch(desk, {"name": "Other"}, *ids)
    assert (told.http, told.status) == (200, 2001)
    (hint,) = desk.hints(told.exchange)
    assert (hint.rule, hint.path) == ("missing-field", "$.last_updated")
    assert get(desk, "L10").data == location(desk, "L10")


@pytest.mark.parametrize(
    ("ids", "changes"),
    [
        (("L14",), {"id": "L15"}),
        (("L14",), {"party_id": "DUN"}),
        (("L14",), {"country_code": "DE"}),
        (("L14", "NL-ABC-E0001"), {"uid": "NL-ABC-E0002"}),
        (("L14", "NL-ABC-E0001", "1"), {"id": "2"}),
    ],
)
def test_case_14_ids_that_differ_are_2001_in_put_and_patch(desk: OpenTown, ids: tuple[str, ...], changes: Json) -> None:
    put(desk, location(desk, "L14"), "L14")
    levels = [location(desk, "L14"), evse(desk, "NL-ABC-E0001"), evse(desk, "x")["connectors"][0]]
    count = len(desk.world.emsps[EMSP].locations.store)
    for method, body in (("PUT", levels[len(ids) - 1]), ("PATCH", {})):
        told = desk.ask(CPO, EMSP, method, url(desk, *ids), {**body, **changes, "last_updated": LATEST})
        assert (told.http, told.status) == (200, 2001)
        assert next(iter(changes)) in told.envelope["status_message"]
        assert len(desk.hints(told.exchange)) == 1
    assert get(desk, "L14").data == location(desk, "L14")
    assert len(desk.world.emsps[EMSP].locations.store) == count


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH"])
@pytest.mark.parametrize("owner", ["NL/DUN", "NL/EMA", "DE/ABC", "NL/XXX"])
def test_case_14_a_foreign_party_in_the_path_is_404(desk: OpenTown, method: str, owner: str) -> None:
    country_code, party_id = owner.split("/")
    body = location(desk, "L14F", country_code=country_code, party_id=party_id)
    before = list(desk.world.emsps[EMSP].locations.store)
    told = desk.ask(CPO, EMSP, method, url(desk, "L14F", owner=owner), body)
    assert told.http == 404
    assert "data" not in told.envelope
    assert [hint.rule for hint in desk.hints(told.exchange)] == ["unknown-object"]
    assert list(desk.world.emsps[EMSP].locations.store) == before


def test_case_15_letter_case_of_ids_does_not_matter(desk: OpenTown) -> None:
    put(desk, location(desk, "Case-Fifteen"), "Case-Fifteen")
    for ids in (("CASE-FIFTEEN",), ("case-fifteen", "nl-abc-e0001"), ("Case-fifteen", "NL-abc-E0001", "1")):
        assert get(desk, *ids).http == 200
    assert desk.ask(CPO, EMSP, "GET", url(desk, "CASE-FIFTEEN", owner="nl/abc")).http == 200
    count = len(desk.world.emsps[EMSP].locations.store)
    assert put(desk, location(desk, "CASE-FIFTEEN", last_updated=LATEST), "case-FIFTEEN").http == 200
    assert patch(desk, {"status": "BLOCKED", "last_updated": LATEST}, "case-fifteen", "nl-abc-e0003").status == 1000
    assert len(desk.world.emsps[EMSP].locations.store) == count
    assert [each["status"] for each in get(desk, "Case-Fifteen").data["evses"]][2] == "BLOCKED"
    # What a Sender serves is found as well.
    square = next(iter(desk.world.cpos[CPO].locations.store)).id
    assert desk.ask(EMSP, CPO, "GET", desk.url(EMSP, CPO, "locations", "SENDER", square.lower())).http == 200


@pytest.mark.parametrize("ids", [("LX",), ("LX", "E1"), ("LX", "E1", "1")])
def test_an_unknown_object_is_404_and_the_owner_may_put_it(desk: OpenTown, ids: tuple[str, ...]) -> None:
    for told in (get(desk, *ids), patch(desk, {"last_updated": LATEST}, *ids)):
        assert (told.http, told.status) == (404, 2000)
        assert [hint.rule for hint in desk.hints(told.exchange)] == ["unknown-object"]
    if len(ids) > 1:
        body = evse(desk, "E1") if len(ids) == 2 else evse(desk, "E1")["connectors"][0]
        assert desk.ask(CPO, EMSP, "PUT", url(desk, *ids), body).http == 404


def test_case_45_a_removed_evse_can_still_be_read_and_nothing_is_deleted(desk: OpenTown) -> None:
    put(desk, location(desk, "L45"), "L45")
    assert patch(desk, {"status": "REMOVED", "last_updated": LATEST}, "L45", "NL-ABC-E0001").status == 1000
    assert get(desk, "L45", "NL-ABC-E0001").data["status"] == "REMOVED"
    for ids in (("L45",), ("L45", "NL-ABC-E0001")):
        assert desk.ask(CPO, EMSP, "DELETE", url(desk, *ids)).http == 405
    assert get(desk, "L45").http == 200


def test_an_older_state_that_comes_late_is_acknowledged_and_changes_nothing(desk: OpenTown) -> None:
    put(desk, location(desk, "LO", last_updated=LATEST), "LO")
    put(desk, evse(desk, "E1", status="CHARGING", last_updated=LATEST), "LO", "E1")
    before = get(desk, "LO").data
    for told in (
        desk.ask(CPO, EMSP, "PUT", url(desk, "LO"), location(desk, "LO", name="Old")),
        desk.ask(CPO, EMSP, "PUT", url(desk, "LO", "E1"), evse(desk, "E1", status="AVAILABLE")),
        patch(desk, {"status": "AVAILABLE", "last_updated": LATER}, "LO", "E1"),
    ):
        assert (told.http, told.status) == (200, 1000)
        assert [(hint.rule, hint.severity) for hint in desk.hints(told.exchange)] == [("overtaken-update", "warning")]
    assert get(desk, "LO").data == before


def test_of_a_page_that_was_overtaken_only_the_newer_evses_are_taken(desk: OpenTown) -> None:
    """The page was read before the second EVSE changed; the push about the first was lost."""
    put(desk, location(desk, "LM"), "LM")
    patch(desk, {"status": "CHARGING", "last_updated": "2026-05-04T10:30:00Z"}, "LM", "NL-ABC-E0002")
    page = location(desk, "LM", last_updated=LATEST)
    page["evses"][0] |= {"status": "BLOCKED", "last_updated": LATEST}
    receiver = desk.world.emsps[EMSP].locations
    pulled = decode(json.dumps(page).encode(), Location)
    assert receiver.take(pulled, TIME)
    kept = get(desk, "LM").data
    assert [each["status"] for each in kept["evses"]][:2] == ["BLOCKED", "CHARGING"]
    assert kept["last_updated"] == "2026-05-04T10:30:00Z"
    assert not receiver.take(pulled, TIME)


def test_what_a_sender_serves_at_three_levels(desk: OpenTown) -> None:
    (square,) = desk.world.cpos[CPO].locations.store
    whole = json.loads(encode(square))

    def read(*ids: str) -> Told:
        return desk.ask(EMSP, CPO, "GET", desk.url(EMSP, CPO, "locations", "SENDER", *ids))

    assert read(square.id).data == whole
    assert read(square.id, "NL-ABC-E0002").data == whole["evses"][1]
    assert read(square.id, "NL-ABC-E0002", "1").data == whole["evses"][1]["connectors"][0]
    for ids in (("other",), (square.id, "other"), (square.id, "NL-ABC-E0002", "other")):
        assert read(*ids).http == 404


def test_what_is_pushed_is_what_drivers_see(desk: OpenTown) -> None:
    app = desk.world.emsps[EMSP].app
    body = location(desk, "LAPP", coordinates={"latitude": "51.000000", "longitude": "4.000000"})
    body["evses"] = [evse(desk, "APP-1"), evse(desk, "APP-2", status="CHARGING")]
    put(desk, body, "LAPP")
    assert [(known.key, known.status) for known in app.near(51.0, 4.0, 10, 500)] == [
        ("NL-ABC/APP-1", "AVAILABLE"),
        ("NL-ABC/APP-2", "CHARGING"),
    ]
    patch(desk, {"status": "OUTOFORDER", "last_updated": LATEST}, "LAPP", "APP-1")
    assert app.near(51.0, 4.0, 1, 500)[0].status == "OUTOFORDER"
    put(desk, {**body, "publish": False, "last_updated": LATEST}, "LAPP")
    assert not app.near(51.0, 4.0, 10, 500)


def test_what_no_field_can_say_by_itself_is_refused_as_well(desk: OpenTown) -> None:
    twice = [evse(desk, "SAME"), evse(desk, "same")]
    told = desk.ask(CPO, EMSP, "PUT", url(desk, "L-TWICE"), location(desk, "L-TWICE", evses=twice))
    assert (told.http, told.status) == (200, 2001)
    assert get(desk, "L-TWICE").http == 404
