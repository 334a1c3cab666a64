"""A hub between 2.1.1, whose ids may have 39 characters, and later versions, where they may have 36."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from parties_hub import HOST, HUB, RECEIVER, SENDER, card_of, hub_town, messages, onward, say, square
from parties_objects import cdr
from run_town import OpenTown, S, Told, WireName
from test_parties_hub_versions import OLD, card_token, facade, old, with_an_old_network

from simulator.ocpi.aliases import alias_of
from simulator.ocpi.codec import encode
from simulator.ocpi.v2_2_1.commands import UnlockConnector
from simulator.parties.foreign import in_version
from simulator.recording.rows import Hint, Message

PLACE, PLUG = "NL*OLD*A*LOCATION*WITH*A*LONG*NAME*0001", "NL*OLD*E*AN*EVSE*WITH*A*LONG*NAME*00001"
PLACE_ALIAS, PLUG_ALIAS = alias_of(PLACE), alias_of(PLUG)
FROM_OLD = f"receiver/{OLD}/locations/NL/OLD/{PLACE}"


@pytest.fixture(scope="module", params=["memory", "http"])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    wire: WireName = request.param
    folder: Path = tmp_path_factory.mktemp(wire)
    with hub_town(folder, wire, with_an_old_network) as town:
        for emsp in ("NL-EMA", "NL-NXT", "NL-VET"):
            told = old(town, "NL-OLD", emsp, "PUT", FROM_OLD, long_place(town))
            assert (told.http, told.status) == (201, 1000), told.body
        yield town


def long_place(desk: OpenTown) -> dict[str, object]:
    """NL-OLD's Harbour under longer ids, as it writes it itself."""
    (harbour,) = desk.world.cpos["NL-OLD"].locations.store
    written = json.loads(encode(in_version(harbour, OLD)))
    (evse,) = written["evses"]
    return {**written, "id": PLACE, "evses": [{**evse, "uid": PLUG}]}


def the_leg(desk: OpenTown, told: Told) -> Message:
    (leg,) = onward(desk, told)
    return leg


def books(desk: OpenTown) -> list[Hint]:
    """What was remarked on the first push of the long place to NL-VET, and on those after it."""
    pushes = [each for each in messages(desk, sender=HUB, receiver="NL-VET") if each.object_id == PLACE]
    assert len(pushes) > 1
    return [hint for push in pushes for hint in desk.hints(push.exchange)]


def aliases_told(desk: OpenTown, exchange: int) -> list[tuple[str, str]]:
    return [(hint.path, hint.sentence) for hint in desk.hints(exchange) if hint.rule == "translation-alias"]


@pytest.mark.parametrize("emsp", ["NL-EMA", "NL-NXT"])
def test_a_location_of_2_1_1_reaches_later_versions_under_aliases(desk: OpenTown, emsp: str) -> None:
    leg = the_leg(desk, old(desk, "NL-OLD", emsp, "PUT", FROM_OLD, long_place(desk)))
    body = json.loads(leg.request_body)
    assert (body["id"], [evse["uid"] for evse in body["evses"]]) == (PLACE_ALIAS, [PLUG_ALIAS])
    assert leg.path.endswith(f"/NL/OLD/{PLACE_ALIAS}".replace("*", "%2A")) or leg.path.endswith(PLACE_ALIAS)
    assert (leg.http_status, leg.ocpi_status, leg.object_id) == (200, 1000, PLACE_ALIAS)
    told = aliases_told(desk, leg.exchange)
    assert [path for path, _ in told] == ["$.id", "$.evses[0].uid"]
    assert PLACE in told[0][1]
    assert PLACE_ALIAS in told[0][1]


def test_a_receiver_of_the_same_version_gets_the_original(desk: OpenTown) -> None:
    leg = the_leg(desk, old(desk, "NL-OLD", "NL-VET", "PUT", FROM_OLD, long_place(desk)))
    assert json.loads(leg.request_body)["evses"][0]["uid"] == PLUG
    assert leg.path.endswith("0001")
    known = desk.world.emsps["NL-VET"].locations.store.get("NL", "OLD", PLACE_ALIAS)
    assert known is not None
    assert known.evses[0].uid == PLUG_ALIAS, "NL-VET itself thinks in 2.2.1"


@pytest.mark.parametrize("emsp", ["NL-EMA", "NL-NXT", "NL-VET"])
def test_a_change_by_path_finds_what_it_changes_and_is_read_back_as_it_was_said(desk: OpenTown, emsp: str) -> None:
    where, patch = f"{FROM_OLD}/{PLUG}", {"status": "CHARGING", "last_updated": "2026-05-04T09:01:00Z"}
    assert old(desk, "NL-OLD", emsp, "PATCH", where, patch).status == 1000
    known = desk.world.emsps[emsp].locations.store.get("NL", "OLD", PLACE_ALIAS)
    assert known is not None
    assert known.evses[0].status == "CHARGING"
    shown = old(desk, "NL-OLD", emsp, "GET", where)
    assert (shown.data["uid"], shown.data["status"]) == (PLUG, "CHARGING")
    assert old(desk, "NL-OLD", emsp, "GET", FROM_OLD).data["id"] == PLACE


@pytest.mark.parametrize("emsp", ["NL-EMA", "NL-VET"])
def test_a_long_id_in_another_letter_case_is_the_same_place(desk: OpenTown, emsp: str) -> None:
    place = long_place(desk)
    (evse,) = place["evses"]
    written = {**place, "id": PLACE.lower(), "evses": [{**evse, "uid": PLUG.lower()}]}
    before = len(desk.world.emsps[emsp].locations.store)
    assert old(desk, "NL-OLD", emsp, "PUT", FROM_OLD.replace(PLACE, PLACE.lower()), written).http == 200
    assert len(desk.world.emsps[emsp].locations.store) == before
    for where in (f"{PLACE}/{PLUG}", f"{PLACE}/{PLUG}".lower()):
        assert old(desk, "NL-OLD", emsp, "GET", FROM_OLD.replace(PLACE, where)).http == 200
    assert old(desk, "NL-OLD", emsp, "PUT", FROM_OLD, place).http == 200


COMMANDS = {
    "START_SESSION": {},
    "UNLOCK_CONNECTOR": {"connector_id": "1"},
    "RESERVE_NOW": {"reservation_id": "7", "expiry_date": "2026-05-04T12:00:00Z"},
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("to", ["NL-OLD", None])
def test_a_command_reaches_the_evse_that_its_alias_stands_for(desk: OpenTown, command: str, to: str | None) -> None:
    (card,) = desk.world.emsps["NL-EMA"].tokens.store
    url = "http://nl-ema.ocpi.test/ocpi/sender/2.2.1/commands/x/1"
    body = {"response_url": url, "location_id": PLACE_ALIAS, "evse_uid": PLUG_ALIAS, **COMMANDS[command]}
    if command != "UNLOCK_CONNECTOR":
        body["token"] = json.loads(encode(card))
    told = say(desk, "NL-EMA", "POST", f"{RECEIVER}/commands/{command}", body, to=to)
    leg = the_leg(desk, told)
    asked = json.loads(leg.request_body)
    assert (leg.receiver, asked["location_id"], asked["evse_uid"]) == ("NL-OLD", PLACE, PLUG)
    assert [path for path, _ in aliases_told(desk, leg.exchange)] == ["$.location_id", "$.evse_uid"]


@pytest.mark.parametrize("rest", ["", f"/{PLUG_ALIAS}", f"/{PLUG_ALIAS}/1"])
def test_what_is_read_by_an_alias_is_asked_for_by_its_id(desk: OpenTown, rest: str) -> None:
    told = say(desk, "NL-EMA", "GET", f"{SENDER}/locations/{PLACE_ALIAS}{rest}", to="NL-OLD")
    leg = the_leg(desk, told)
    assert leg.path.replace("%2A", "*").endswith(f"/locations/{PLACE}{rest.replace(PLUG_ALIAS, PLUG)}")
    assert told.http == 404, "NL-OLD has told us of what its network does not have"


def test_who_is_nobody_to_2_1_1_reads_by_alias_what_the_hub_has_been_shown(desk: OpenTown) -> None:
    listed = say(desk, "NL-ABC", "GET", f"{SENDER}/locations", to="NL-OLD")
    assert PLACE_ALIAS in [location["id"] for location in listed.data]
    shown = say(desk, "NL-ABC", "GET", f"{SENDER}/locations/{PLACE_ALIAS}/{PLUG_ALIAS}", to="NL-OLD")
    assert shown.data["uid"] == PLUG_ALIAS


def test_an_authorisation_is_asked_for_and_given_at_the_same_evse(desk: OpenTown) -> None:
    uid = card_of(desk, "NL-NXT")
    where = {"location_id": PLACE, "evse_uids": [PLUG]}
    told = old(desk, "NL-OLD", "NL-NXT", "POST", f"sender/{OLD}/tokens/{uid}/authorize", where)
    leg = the_leg(desk, told)
    assert json.loads(leg.request_body) == {"location_id": PLACE_ALIAS, "evse_uids": [PLUG_ALIAS]}
    assert told.data["allowed"] == "ALLOWED"
    assert told.data["location"] == where


def test_a_session_and_a_bill_of_2_1_1_name_the_place_by_its_aliases(desk: OpenTown) -> None:
    (card,) = desk.world.emsps["NL-EMA"].tokens.store
    at = "2026-05-04T08:00:00Z"
    session = {"id": "S-LONG", "start_datetime": at, "kwh": 1.5, "auth_id": card.contract_id}
    session |= {"auth_method": "WHITELIST", "location": long_place(desk), "currency": "EUR", "status": "ACTIVE"}
    session["last_updated"] = "2026-05-04T09:00:00Z"
    where = f"receiver/{OLD}/sessions/NL/OLD/S-LONG"
    leg = the_leg(desk, old(desk, "NL-OLD", "NL-EMA", "PUT", where, session))
    body = json.loads(leg.request_body)
    assert (body["location_id"], body["evse_uid"], leg.ocpi_status) == (PLACE_ALIAS, PLUG_ALIAS, 1000)
    shown = old(desk, "NL-OLD", "NL-EMA", "GET", where).data
    assert (shown["location"]["id"], shown["location"]["evses"][0]["uid"]) == (PLACE, PLUG)

    bill = {name: session[name] for name in ("auth_id", "auth_method", "location", "currency", "last_updated")}
    period = {"start_date_time": at, "dimensions": [{"type": "ENERGY", "volume": 1.5}]}
    bill |= {"id": "C-LONG", "start_date_time": at, "stop_date_time": "2026-05-04T09:00:00Z"}
    bill |= {"charging_periods": [period], "total_cost": 1.0, "total_energy": 1.5, "total_time": 1.0}
    told = old(desk, "NL-OLD", "NL-EMA", "POST", f"receiver/{OLD}/cdrs", bill)
    leg = the_leg(desk, told)
    at_place = json.loads(leg.request_body)["cdr_location"]
    assert (at_place["id"], at_place["evse_uid"], leg.ocpi_status) == (PLACE_ALIAS, PLUG_ALIAS, 1000)
    back = old(desk, "NL-OLD", "NL-EMA", "GET", told.headers["location"].partition("/via/NL-EMA/")[2]).data
    assert (back["location"]["id"], back["location"]["evses"][0]["uid"]) == (PLACE, PLUG)


def test_the_id_of_a_bill_has_less_room_in_2_1_1(desk: OpenTown) -> None:
    id = "NL-ABC-CDR-WITH-A-LONG-NUMBER-000000001"
    bill = cdr(id, cdr_token=card_token(desk, "NL-VET"))
    bill["cdr_location"]["id"] = square(desk)["id"]
    told = say(desk, "NL-ABC", "POST", f"{RECEIVER}/cdrs", bill, to="NL-VET")
    leg = the_leg(desk, told)
    assert json.loads(leg.request_body)["id"] == alias_of(id)
    assert aliases_told(desk, leg.exchange)[0][0] == "$.id"
    back = say(desk, "NL-ABC", "GET", told.headers["location"], to="NL-VET")
    assert (back.http, back.data["id"]) == (200, id)


def test_a_party_that_hears_2_1_1_itself_says_the_ids_that_its_aliases_stand_for(desk: OpenTown) -> None:
    """NL-VET works with 2.2.1, and names EVSEs of 2.1.1 by its own aliases."""
    wish = UnlockConnector(response_url=HOST, location_id=PLACE_ALIAS, evse_uid=PLUG_ALIAS.upper(), connector_id="1")
    said = json.loads(facade(desk, "NL-VET", "NL-OLD").dialect.encode(wish))
    assert (said["location_id"], said["evse_uid"]) == (PLACE, PLUG)
    old(desk, "NL-OLD", "NL-VET", "PUT", FROM_OLD, long_place(desk))
    told = [hint.path for hint in books(desk) if hint.rule == "books-alias"]
    assert told == ["$.id", "$.evses[0].uid"], "each once, at the first PUT"


def test_aliases_are_the_same_after_the_hub_and_the_network_have_been_down(desk: OpenTown) -> None:
    for party in ("NL-OLD", "NL-HUB"):
        node = (desk.world.cpos.get(party) or desk.world.hubs[party]).office.node
        desk.kernel.take_down(node)
        desk.run_for(S)
        desk.kernel.bring_up(node)
    desk.run_for(600 * S)
    body = {
        "response_url": "http://nl-ema.ocpi.test/x",
        "location_id": PLACE_ALIAS,
        "evse_uid": PLUG_ALIAS,
        "connector_id": "1",
    }
    told = say(desk, "NL-EMA", "POST", f"{RECEIVER}/commands/UNLOCK_CONNECTOR", body, to="NL-OLD")
    assert json.loads(the_leg(desk, told).request_body)["evse_uid"] == PLUG
