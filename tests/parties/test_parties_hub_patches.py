"""What a PATCH makes of an object that a hub keeps is asked of it as if it came whole: no wrong object goes on.

Nor does a PATCH that leaves a receiver with a value that is no more, as its version says only by absence.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from parties_hub import HOST, HUB, RECEIVER, SENDER, hub_town, onward, say, square
from run_town import OpenTown, S, Told


def with_a_network_of_2_3_0(text: str) -> str:
    text = text.replace("  NL-EMA: {", "  NL-TRK: {role: cpo, name: Trucks, ocpi: 2.3.0}\n  NL-EMA: {")
    return text.replace("connections:\n", "connections:\n  - {between: [NL-HUB, NL-TRK], latency: 50 ms}\n")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    with hub_town(tmp_path_factory.mktemp("hub"), "memory", with_a_network_of_2_3_0) as town:
        yield town


AT = "2026-05-04T09:00:00Z"
TAKEN = "NL-VET gets the whole: a PATCH cannot take away a value that it was told before."
POINT = {"latitude": "91.000000", "longitude": "4.480000"}


def shown(desk: OpenTown, id: str) -> Any:
    """A location as everybody reads it from the hub."""
    (found,) = [each for each in say(desk, "NL-EMA", "GET", f"{SENDER}/locations").data if each["id"] == id]
    return found


def errors(desk: OpenTown, told: Told) -> list[tuple[str, str]]:
    return [(hint.rule, hint.path) for hint in desk.hints(told.exchange) if hint.severity == "error"]


@pytest.mark.parametrize("to", [HUB, "NL-EMA", "NL-NXT"])
@pytest.mark.parametrize(
    ("path", "name", "value", "wrong"),
    [
        ("", "coordinates", POINT, ("coordinates-range", "$.coordinates.latitude")),
        ("", "publish_allowed_to", [{"uid": "CARD-1"}], ("publish-token", "$.publish_allowed_to[0].type")),
        ("", "evses", "twice", ("unique-evses", "$.evses[1].uid")),
        ("/EVSE", "coordinates", POINT, ("coordinates-range", "$.coordinates.latitude")),
        ("/EVSE", "connectors", "twice", ("unique-connectors", "$.connectors")),
    ],
    ids=["place", "viewers", "evses", "place of an EVSE", "plugs"],
)
def test_a_change_that_would_make_it_wrong_is_refused_and_goes_nowhere(
    desk: OpenTown, to: str, path: str, name: str, value: object, wrong: tuple[str, str]
) -> None:
    place = square(desk)
    evse = place["evses"][0]
    if value == "twice":
        value = [evse, evse] if name == "evses" else evse["connectors"] * 2
    before = shown(desk, place["id"])
    url = f"{RECEIVER}/locations/NL/ABC/{place['id']}{path.replace('EVSE', evse['uid'])}"
    blamed = len(desk.journal.errors)
    told = say(desk, "NL-ABC", "PATCH", url, {name: value, "last_updated": AT}, to=to)
    desk.run_for(S)
    assert (told.http, told.status, onward(desk, told)) == (200, 2001, [])
    assert errors(desk, told) == [wrong]
    assert desk.journal.errors[blamed:] == [("NL-ABC", wrong[0])]
    assert shown(desk, place["id"]) == before


def test_what_is_only_odd_is_passed_on(desk: OpenTown) -> None:
    place = square(desk)
    url = f"{RECEIVER}/locations/NL/ABC/{place['id']}"
    told = say(desk, "NL-ABC", "PATCH", url, {"time_zone": "Mars/Olympus", "colour": "red", "last_updated": AT})
    desk.run_for(S)
    assert (told.status, len(onward(desk, told))) == (1000, 3)
    assert shown(desk, place["id"])["time_zone"] == "Mars/Olympus"


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_a_parking_place_that_its_location_does_not_have_is_refused(desk: OpenTown, method: str) -> None:
    id = f"LORRIES-{method}"
    receiver = f"{HOST}/ocpi/receiver/2.3.0/locations/NL/TRK/{id}"
    place = json.loads(json.dumps(square(desk, id=id, party_id="TRK", last_updated=AT)))
    parking = {"id": "P1", "vehicle_types": ["SEMI_TRACTOR"], "restricted_to_type": True, "reservation_required": False}
    assert say(desk, "NL-TRK", "PUT", receiver, {**place, "parking_places": [parking]}).http == 201
    evse = place["evses"][1]
    for where, wrong in (("P2", [("parking-place", "$.parking[0].parking_id")]), ("P1", [])):
        change = {"parking": [{"parking_id": where}], "last_updated": AT}
        body = change if method == "PATCH" else {**evse, **change}
        told = say(desk, "NL-TRK", method, f"{receiver}/{evse['uid']}", body)
        desk.run_for(S)
        assert (told.status, errors(desk, told)) == (2001 if wrong else 1000, wrong)
        assert bool(onward(desk, told)) == (not wrong)


@pytest.mark.parametrize("to", [HUB, "NL-VET"])
def test_a_price_that_is_gone_and_has_no_word_there_is_taken_back_by_the_whole(desk: OpenTown, to: str) -> None:
    """A Connector of 2.1.1 has one tariff, and says that it has none by leaving the field out."""
    place = square(desk, id=f"UNSOLD-{to}", last_updated=AT)
    url = f"{RECEIVER}/locations/NL/ABC/{place['id']}"
    say(desk, "NL-ABC", "PUT", url, place, to=to)
    told = []
    for minute, ids in enumerate((["night"], [], ["day"], ["cheap", "terminal"]), start=1):
        change = {"tariff_ids": ids, "last_updated": f"2026-05-04T09:0{minute}:00Z"}
        passed = say(desk, "NL-ABC", "PATCH", f"{url}/{place['evses'][0]['uid']}/1", change, to=to)
        desk.run_for(S)
        (leg,) = [each for each in onward(desk, passed) if each.receiver == "NL-VET"]
        known = desk.world.emsps["NL-VET"].locations.store.get("NL", "ABC", place["id"])
        assert known is not None
        told.append((leg.method, known.evses[0].connectors[0].tariff_ids))
        whys = [hint.sentence for hint in desk.hints(leg.exchange) if hint.rule == "translation-whole"]
        assert whys == ([TAKEN] if leg.method == "PUT" else [])
    assert told == [("PATCH", ("night",)), ("PUT", ()), ("PATCH", ("day",)), ("PUT", ())]


@pytest.mark.parametrize("level", ["evses", "connectors"])
@pytest.mark.parametrize("to", [HUB, "NL-VET"])
def test_what_a_list_in_a_patch_has_no_more_comes_back_with_the_whole(desk: OpenTown, to: str, level: str) -> None:
    """A list takes the place of the one before: what of it 2.1.1 has no words for is gone there."""
    place = square(desk, id=f"RELISTED-{level}-{to}", last_updated=AT)
    first, second = place["evses"]
    (plug,) = first["connectors"]
    first["connectors"] = [plug, {**plug, "id": "2"}]
    url = f"{RECEIVER}/locations/NL/ABC/{place['id']}"
    say(desk, "NL-ABC", "PUT", url, place, to=to)
    for_lorries = {**plug, "id": "2", "standard": "CHAOJI"}
    if level == "evses":
        path, change = "", {"evses": [{**first, "connectors": [for_lorries]}, second]}
    else:
        path, change = f"/{first['uid']}", {"connectors": [plug, for_lorries]}
    told = []
    for minute, (where, body) in enumerate(
        ((path, change), (f"/{first['uid']}/2", {"standard": "IEC_62196_T2"})), start=1
    ):
        at = {"last_updated": f"2026-05-04T09:0{minute}:00Z"}
        passed = say(desk, "NL-ABC", "PATCH", f"{url}{where}", body | at, to=to)
        desk.run_for(S)
        (leg,) = [each for each in onward(desk, passed) if each.receiver == "NL-VET"]
        known = desk.world.emsps["NL-VET"].locations.store.get("NL", "ABC", place["id"])
        assert known is not None
        told.append((leg.method, leg.http_status, [plug.id for evse in known.evses for plug in evse.connectors]))
    left, back = (["1"], ["2", "1"]) if level == "evses" else (["1", "1"], ["1", "2", "1"])
    assert told == [("PATCH", 200, left), ("PUT", 200, back)]
