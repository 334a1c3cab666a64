"""A hub between versions: what a party of 2.1.1 sees of it, and what becomes of messages that have to be translated."""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from parties_hub import (
    HOST,
    HUB,
    RECEIVER,
    SENDER,
    card_of,
    hub_town,
    onward,
    routing_of,
    say,
    square,
    with_an_old_network,
)
from parties_objects import session, token
from run_town import OpenTown, S, Told, WireName

from simulator.parties.connection import Connection

VIA = f"{HOST}/ocpi/via/NL-ABC"
OLD = "2.1.1"


@pytest.fixture(scope="module", params=["memory", "http"])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    wire: WireName = request.param
    with hub_town(tmp_path_factory.mktemp(wire), wire, with_an_old_network) as town:
        yield town


def facade(town: OpenTown, party: str, other: str) -> Connection:
    """A party's connection with another in whose place the hub stands."""
    return town.world.party(party).office.connections[other]


def old(town: OpenTown, party: str, other: str, method: str, path: str, body: object = None) -> Told:
    """What a party of 2.1.1 says to another, as it believes."""
    line = facade(town, party, other)
    return say(town, party, method, f"{HOST}/ocpi/via/{other}/{path}", body, to=None, raw=True, token=line.held)


def card_token(town: OpenTown, emsp: str) -> dict[str, object]:
    """A provider's card as sessions carry it."""
    (card,) = town.world.emsps[emsp].tokens.store
    names = ("country_code", "party_id", "uid", "contract_id")
    return {name: getattr(card, name) for name in names} | {"type": card.type.value}


def test_a_party_of_2_1_1_has_a_connection_with_each_party_and_none_with_the_hub(desk: OpenTown) -> None:
    office = desk.world.emsps["NL-VET"].office
    assert list(office.connections) == ["NL-ABC", "NL-OLD"]
    for line in office.connections.values():
        assert (line.registered, line.version, line.peer_platform) == (True, OLD, HUB)
    tokens = [line.held for line in office.connections.values()]
    assert len(dict.fromkeys(tokens)) == 2


def test_the_hub_shows_it_what_that_party_would_offer(desk: OpenTown) -> None:
    line = facade(desk, "NL-VET", "NL-ABC")
    told = say(desk, "NL-VET", "GET", f"{VIA}/versions", to=None, raw=True, token=line.held)
    assert told.data == [{"version": OLD, "url": f"{VIA}/{OLD}"}]
    details = say(desk, "NL-VET", "GET", f"{VIA}/{OLD}", to=None, raw=True, token=line.held).data["endpoints"]
    assert sorted(each["identifier"] for each in details) == [
        "cdrs",
        "commands",
        "credentials",
        "locations",
        "sessions",
        "tariffs",
        "tokens",
    ]
    assert all(each["url"].startswith(VIA) and "role" not in each for each in details)
    own = say(desk, "NL-VET", "GET", f"{VIA}/{OLD}/credentials", to=None, raw=True, token=line.held).data
    assert (own["country_code"], own["party_id"], own["business_details"]) == ("NL", "ABC", {"name": "Alpha Charging"})


@pytest.mark.parametrize(
    "url", [f"{HOST}/ocpi/via/NL-OLD/sender/{OLD}/locations", f"{HOST}/ocpi/sender/{OLD}/locations"]
)
def test_a_token_opens_the_one_place_that_it_is_for(desk: OpenTown, url: str) -> None:
    line = facade(desk, "NL-VET", "NL-ABC")
    assert say(desk, "NL-VET", "GET", url, to=None, raw=True, token=line.held).http == 404


def test_a_session_reaches_2_1_1_whole_whatever_has_changed_of_it(desk: OpenTown) -> None:
    url = f"{RECEIVER}/sessions/NL/ABC/S-OLD"
    patch = {"kwh": 3.5, "last_updated": "2026-05-04T09:10:00Z"}
    lost = say(desk, "NL-ABC", "PATCH", url, patch, to="NL-VET")
    assert (lost.http, onward(desk, lost)) == (404, []), "of a session that it has not seen the hub asks for the whole"
    whole = session("S-OLD", cdr_token=card_token(desk, "NL-VET"), location_id=square(desk)["id"])
    assert say(desk, "NL-ABC", "PUT", url, whole, to="NL-VET").http == 201
    told = say(desk, "NL-ABC", "PATCH", url, patch, to="NL-VET")
    (leg,) = onward(desk, told)
    body = json.loads(leg.request_body)
    assert (leg.method, leg.route, leg.version) == ("PUT", "sessions.receiver.put_session", OLD)
    assert (body["kwh"], body["last_updated"]) == (3.5, "2026-05-04T09:10:00Z")
    assert body["auth_id"] == whole["cdr_token"]["contract_id"]
    assert body["location"]["evses"][0]["uid"] == "NL-ABC-E0001"
    rules = [hint.rule for hint in desk.hints(leg.exchange)]
    assert "translation-lost" in rules
    assert "translation-invented" in rules


def paths(desk: OpenTown, told: Told) -> list[str]:
    """Where NL-VET hears of it, from the module on."""
    return [leg.path.partition("2.1.1/")[2] for leg in onward(desk, told) if leg.receiver == "NL-VET"]


@pytest.mark.parametrize("to", [HUB, "NL-VET"])
def test_ids_reach_2_1_1_as_their_object_has_them(desk: OpenTown, to: str) -> None:
    """From 2.2 on their letter case does not matter, in 2.1.1 it does."""
    id = f"Mixed-{to}"
    place = square(desk, id=id)
    base = f"{RECEIVER}/locations/nl/abc/{id.upper()}"
    patch = {"max_amperage": 16, "last_updated": "2026-05-04T10:00:00Z"}
    tariff = {
        "country_code": "NL",
        "party_id": "ABC",
        "id": id,
        "currency": "EUR",
        "last_updated": "2026-05-04T10:00:00Z",
    }
    tariff["elements"] = [{"price_components": [{"type": "ENERGY", "price": 0.5, "step_size": 1}]}]
    for method, url, body, path in (
        ("PUT", base, place, f"locations/NL/ABC/{id}"),
        ("PATCH", f"{base}/nl-abc-e0001/1", patch, f"locations/NL/ABC/{id}/NL-ABC-E0001/1"),
        ("PUT", f"{RECEIVER}/tariffs/NL/ABC/{id.lower()}", tariff, f"tariffs/NL/ABC/{id}"),
    ):
        told = say(desk, "NL-ABC", method, url, body, to=to)
        desk.run_for(S)
        assert paths(desk, told) == [path]
    told = say(desk, "NL-ABC", "DELETE", f"{RECEIVER}/tariffs/NL/ABC/{id.lower()}", to="NL-VET")
    assert paths(desk, told) == [f"tariffs/NL/ABC/{id}"]


def test_a_session_reaches_2_1_1_by_the_id_that_it_has(desk: OpenTown) -> None:
    whole = session("S-Mixed", cdr_token=card_token(desk, "NL-VET"), location_id=square(desk)["id"])
    for method, body in (("PUT", whole), ("PATCH", {"kwh": 3.5, "last_updated": "2026-05-04T09:10:00Z"})):
        told = say(desk, "NL-ABC", method, f"{RECEIVER}/sessions/NL/ABC/s-mixed", body, to="NL-VET")
        assert paths(desk, told) == ["sessions/NL/ABC/S-Mixed"]


def new_card(desk: OpenTown, uid: str, type: str) -> Told:
    """A card of NL-NXT, in 2.3.0, told to everybody."""
    card = token(uid, party_id="NXT", type=type)
    url = f"{HOST}/ocpi/receiver/2.3.0/tokens/NL/NXT/{uid}?type={type}"
    told = say(desk, "NL-NXT", "PUT", url, card)
    desk.run_for(S)
    return told


def test_case_14_the_url_of_a_token_says_the_type_that_the_body_has(desk: OpenTown) -> None:
    told = new_card(desk, "CAR-1", "EMAID")
    legs = {leg.receiver: leg for leg in onward(desk, told)}
    for cpo, query in (("NL-ABC", "?type=OTHER"), ("NL-OLD", "")):
        leg = legs[cpo]
        assert leg.path.endswith(f"/tokens/NL/NXT/CAR-1{query}")
        assert (json.loads(leg.request_body)["type"], leg.http_status, leg.ocpi_status) == ("OTHER", 201, 1000)
    change = {"valid": False, "last_updated": "2026-05-04T09:00:00Z"}
    url = f"{HOST}/ocpi/receiver/2.3.0/tokens/NL/NXT/CAR-1?type=EMAID"
    for to in (HUB, "NL-ABC"):
        told = say(desk, "NL-NXT", "PATCH", url, change, to=to)
        desk.run_for(S)
        (leg,) = (leg for leg in onward(desk, told) if leg.receiver == "NL-ABC")
        assert leg.path.endswith("/CAR-1?type=OTHER")
        assert (leg.http_status, leg.ocpi_status) == (200, 1000)


def test_a_token_is_asked_for_by_its_owner_s_own_word_for_its_type(desk: OpenTown) -> None:
    new_card(desk, "CAR-2", "EMAID")
    url = f"{SENDER}/tokens/CAR-2/authorize?type=OTHER"
    asked = [say(desk, "NL-ABC", "POST", url, to=to) for to in ("NL-NXT", None)]
    asked += [
        old(desk, "NL-OLD", "NL-NXT", "POST", f"sender/{OLD}/tokens/CAR-2/authorize{query}")
        for query in ("", "?type=OTHER", "?type=RFID")
    ]
    for told in asked:
        (leg,) = onward(desk, told)
        assert (leg.receiver, leg.version) == ("NL-NXT", "2.3.0")
        assert leg.path.endswith("/tokens/CAR-2/authorize?type=EMAID")
    wrong = say(desk, "NL-ABC", "POST", f"{SENDER}/tokens/CAR-2/authorize?type=RFID", to="NL-NXT")
    (leg,) = onward(desk, wrong)
    assert leg.path.endswith("?type=RFID")


@pytest.mark.parametrize("kind", ["OTHER", "RFID"])
def test_a_session_names_its_owner_s_token_by_the_type_that_this_has(desk: OpenTown, kind: str) -> None:
    uid = f"CAR-{kind}"
    new_card(desk, uid, "EMAID" if kind == "OTHER" else kind)
    by = {"country_code": "NL", "party_id": "NXT", "uid": uid, "type": kind, "contract_id": f"NL-NXT-{uid}"}
    url = f"{RECEIVER}/sessions/NL/ABC/S-{uid}"
    told = say(desk, "NL-ABC", "PUT", url, session(f"S-{uid}", cdr_token=by), to="NL-NXT")
    again = say(desk, "NL-ABC", "PATCH", url, {"cdr_token": by, "last_updated": "2026-05-04T09:00:00Z"}, to="NL-NXT")
    for each in (told, again):
        (leg,) = onward(desk, each)
        assert json.loads(leg.request_body)["cdr_token"] == {**by, "type": "EMAID" if kind == "OTHER" else kind}
        restored = [hint.rule for hint in desk.hints(leg.exchange) if hint.path == "$.cdr_token.type"]
        assert ("translation-invented" in restored) == (kind == "OTHER")


def test_what_cannot_be_said_is_withheld_with_the_reason(desk: OpenTown) -> None:
    unknown = session("S-NOWHERE", cdr_token=card_token(desk, "NL-VET"), location_id="NOWHERE")
    told = say(desk, "NL-ABC", "PUT", f"{RECEIVER}/sessions/NL/ABC/S-NOWHERE", unknown, to="NL-VET")
    assert (told.http, told.status, onward(desk, told)) == (200, 2000, [])
    assert "NOWHERE is not known here" in told.envelope["status_message"]
    assert [hint.rule for hint in desk.hints(told.exchange)] == ["translation-withheld", "refused"]


def test_a_command_that_2_1_1_does_not_know_is_not_supported(desk: OpenTown) -> None:
    url = "http://nl-nxt.ocpi.test/ocpi/sender/2.3.0/commands/CANCEL_RESERVATION/1"
    body = {"response_url": url, "reservation_id": "R1"}
    told = say(desk, "NL-NXT", "POST", f"{HOST}/ocpi/receiver/2.3.0/commands/CANCEL_RESERVATION", body, to="NL-OLD")
    assert (told.data["result"], onward(desk, told)) == ("NOT_SUPPORTED", [])


def test_a_change_of_what_2_1_1_was_never_told_is_withheld_as_well_and_told_once(desk: OpenTown) -> None:
    """Of a plug that 2.1.1 does not know; the EVSE with it is left out of the location that NL-VET has."""
    url, at = f"{RECEIVER}/locations/NL/ABC/CHAOJI", "2026-05-04T09:{:02}:00Z".format
    place = square(desk, id="CHAOJI", last_updated=at(0))
    known, (strange, *_) = place["evses"][0], json.loads(json.dumps(place["evses"]))
    strange["uid"] = "STRANGE"
    strange["connectors"][0]["standard"] = "CHAOJI"
    told = say(desk, "NL-ABC", "PUT", url, {**place, "evses": [known, strange]})
    desk.run_for(S)
    (leg,) = (leg for leg in onward(desk, told) if leg.receiver == "NL-VET")
    assert [each["uid"] for each in json.loads(leg.request_body)["evses"]] == [known["uid"]]
    remarks, paths = [], ("STRANGE", "STRANGE/1", "STRANGE")
    for minute, (path, changes) in enumerate(
        zip(paths, ({"status": "CHARGING"}, {"max_amperage": 16}, {"status": "AVAILABLE"}), strict=True), start=1
    ):
        patch = {**changes, "last_updated": at(minute)}
        told = say(desk, "NL-ABC", "PATCH", f"{url}/{path}", patch)
        desk.run_for(S)
        assert [leg.receiver for leg in onward(desk, told)] == ["NL-EMA", "NL-NXT"]
        remarks.append([hint.rule for hint in desk.hints(told.exchange)])
        told = say(desk, "NL-ABC", "PATCH", f"{url}/{path}", patch, to="NL-VET")
        assert (told.status, onward(desk, told)) == (2000, [])
        assert "It cannot be said in OCPI 2.1.1: Nothing of $.connectors" in told.envelope["status_message"]
    assert remarks == [["translation-withheld"], ["translation-withheld"], []]


def told_again(desk: OpenTown, path: str, changes: dict[str, object], method: str = "PATCH") -> list[tuple[str, str]]:
    """Change the location SHRINKS by a push of its owner; which EVSEs and Connectors NL-VET has of it then.

    A change that is withheld from it comes as the whole location, with what that lacks in the hints on it.
    """
    url, at = f"{RECEIVER}/locations/NL/ABC/SHRINKS{path}", f"2026-05-04T09:{next(MINUTES):02}:00Z"
    told = say(desk, "NL-ABC", method, url, {**changes, "last_updated": at})
    desk.run_for(S)
    for leg in onward(desk, told):
        if leg.receiver != "NL-VET":
            assert (leg.method, leg.ocpi_status) == (method, 1000)
        elif leg.method == "PUT" and path:
            assert leg.route == "locations.receiver.put_location"
            assert "translation-lost" in [hint.rule for hint in desk.hints(leg.exchange)]
    location = desk.world.emsps["NL-VET"].locations.store.get("NL", "ABC", "SHRINKS")
    assert location is not None
    return [(evse.uid, connector.id) for evse in location.evses for connector in evse.connectors]


MINUTES = itertools.count(1)


def test_what_can_no_longer_be_said_of_an_evse_leaves_the_copy_of_a_receiver(desk: OpenTown) -> None:
    place = square(desk, id="SHRINKS")
    first, second = place["evses"]
    (plug,) = first["connectors"]
    plugs = [plug, {**plug, "id": "2"}]
    first, second = {**first, "uid": "A", "connectors": plugs}, {**second, "uid": "B"}
    everything = [("A", "1"), ("A", "2"), ("B", "1")]
    assert told_again(desk, "", {**place, "evses": [first, second]}, "PUT") == everything
    assert told_again(desk, "/A/2", {"standard": "CHAOJI"}) == [("A", "1"), ("B", "1")]
    assert told_again(desk, "/A/2", {"max_amperage": 20}) == [("A", "1"), ("B", "1")]
    assert told_again(desk, "/A/1", {**plug, "standard": "NEMA_5_20"}, "PUT") == [("B", "1")]
    assert told_again(desk, "/A/2", {"standard": "IEC_62196_T2"}) == [("A", "2"), ("B", "1")], "and comes back"
    assert told_again(desk, "/B", {**second, "connectors": [{**plug, "standard": "CHAOJI"}]}, "PUT") == [("A", "2")]
    assert told_again(desk, "/B", {"status": "CHARGING"}) == [("A", "2")]


def test_a_copy_that_never_had_it_is_left_in_peace(desk: OpenTown) -> None:
    url, at = f"{RECEIVER}/locations/NL/ABC/QUIET", "2026-05-04T09:{:02}:00Z".format
    place = square(desk, id="QUIET", last_updated=at(0))
    (strange, _) = place["evses"]
    strange = {**strange, "uid": "STRANGE", "connectors": [{**strange["connectors"][0], "standard": "CHAOJI"}]}
    say(desk, "NL-ABC", "PUT", url, place)
    for minute in (1, 2):
        told = say(desk, "NL-ABC", "PUT", f"{url}/STRANGE", {**strange, "last_updated": at(minute)})
        desk.run_for(S)
        assert [leg.receiver for leg in onward(desk, told)] == ["NL-EMA", "NL-NXT"]


@pytest.mark.parametrize("literal", [b"1" * 9_000, b"0." + b"1" * 9_000, b"1e" + b"9" * 9_000])
def test_digits_without_end_in_a_field_that_nobody_knows_hinder_no_translation(desk: OpenTown, literal: bytes) -> None:
    body = json.dumps(square(desk, id="DIGITS", last_updated="2026-05-04T09:00:00Z", digits=0)).encode()
    body = body.replace(b'"digits": 0', b'"digits": %b' % literal)
    told = say(desk, "NL-ABC", "PUT", f"{RECEIVER}/locations/NL/ABC/DIGITS", body)
    assert told.status == 1000
    desk.run_for(S)
    assert [leg.ocpi_status for leg in onward(desk, told)] == [1000, 1000, 1000]


def test_a_change_in_a_location_that_is_withheld_is_withheld(desk: OpenTown) -> None:
    url, at = f"{RECEIVER}/locations/NL/ABC/DEPOT", "2026-05-04T09:{:02}:00Z".format
    place = square(desk, id="DEPOT", publish=False, last_updated=at(0))
    for minute, (method, path, body) in enumerate(
        (("PUT", "", place), ("PATCH", f"/{place['evses'][0]['uid']}", {"status": "CHARGING"})), start=1
    ):
        told = say(desk, "NL-ABC", method, url + path, {**body, "last_updated": at(minute)})
        desk.run_for(S)
        assert [leg.receiver for leg in onward(desk, told)] == ["NL-EMA", "NL-NXT"]
        assert "translation-withheld" in [hint.rule for hint in desk.hints(told.exchange)]


def test_an_answer_of_2_1_1_gets_what_it_lacks(desk: OpenTown) -> None:
    uid = card_of(desk, "NL-VET")
    told = say(desk, "NL-ABC", "POST", f"{SENDER}/tokens/{uid}/authorize?type=RFID", to="NL-VET")
    assert (told.data["allowed"], told.data["token"]["uid"]) == ("ALLOWED", uid)
    assert told.data["token"]["party_id"] == "VET"
    (leg,) = onward(desk, told)
    names = [name for name, _ in leg.request_headers]
    assert names == ["Authorization", "Content-Type"], "2.1.1 has neither message ids nor routing headers"
    assert ("translation-invented", "$.token") in [(hint.rule, hint.path) for hint in desk.hints(leg.exchange)]


def test_a_tariff_that_2_1_1_patches_goes_on_whole(desk: OpenTown) -> None:
    patch = {"currency": "SEK", "last_updated": "2026-05-04T09:00:00Z"}
    told = old(desk, "NL-OLD", "NL-EMA", "PATCH", f"receiver/{OLD}/tariffs/NL/OLD/day", patch)
    (leg,) = onward(desk, told)
    assert (leg.method, leg.version, json.loads(leg.request_body)["currency"]) == ("PUT", "2.2.1", "SEK")
    tariff = desk.world.emsps["NL-EMA"].tariffs.store.get("NL", "OLD", "day")
    assert tariff is not None
    assert tariff.currency == "SEK"


def test_what_2_1_1_says_of_a_request_that_it_does_not_have_is_passed_on(desk: OpenTown) -> None:
    told = say(desk, "NL-EMA", "PUT", f"{SENDER}/sessions/S1/charging_preferences", to="NL-OLD")
    (leg,) = onward(desk, told)
    assert (leg.http_status, told.http, told.status) == (404, 404, 2000)


def test_2_1_1_is_told_of_hub_errors_by_the_code_that_it_has(tmp_path: Path) -> None:
    with hub_town(tmp_path, "memory") as town:
        town.kernel.take_down(town.world.cpos["NL-ABC"].office.node)
        told = old(town, "NL-VET", "NL-ABC", "GET", f"sender/{OLD}/locations")
        assert told.status == 3000


def test_an_object_of_another_type_keeps_its_type_in_urls_from_2_2_on(desk: OpenTown) -> None:
    card = token("VET-OTHER", type="OTHER", party_id="VET")
    body = {"uid": "VET-OTHER", "type": "OTHER", "auth_id": "NL-VET-C99", "issuer": "Veteran Card", "valid": True}
    body |= {"whitelist": "ALLOWED", "last_updated": card["last_updated"]}
    told = old(desk, "NL-VET", "NL-ABC", "PUT", f"receiver/{OLD}/tokens/NL/VET/VET-OTHER", body)
    (leg,) = onward(desk, told)
    assert leg.path.endswith("?type=OTHER")
    assert leg.http_status == 201


def test_between_2_1_1_and_2_1_1_nothing_is_touched(desk: OpenTown) -> None:
    body = json.dumps({"currency": "NOK"}, indent=4).encode()
    told = old(desk, "NL-OLD", "NL-VET", "PATCH", f"receiver/{OLD}/tariffs/NL/OLD/day", body)
    (leg,) = onward(desk, told)
    assert (leg.request_body, leg.method) == (body, "PATCH")


def test_everybody_has_read_everything(desk: OpenTown) -> None:
    desk.run_for(S)
    for emsp in desk.world.emsps.values():
        assert {location.party_id for location in emsp.locations.store} == {"ABC", "OLD"}
    for cpo in desk.world.cpos.values():
        assert {"EMA", "NXT", "VET"} <= {card.party_id for card in cpo.tokens.store}


def test_who_is_nobody_to_2_1_1_reads_what_it_has_shown_the_hub(desk: OpenTown) -> None:
    """Towards NL-OLD the hub stands in the place of eMSPs only."""
    listed = say(desk, "NL-ABC", "GET", f"{SENDER}/locations", to="NL-OLD")
    (location,) = listed.data
    assert (location["party_id"], listed.headers["x-total-count"], onward(desk, listed)) == ("OLD", "1", [])
    assert routing_of(listed.headers.items()) == ("NL-OLD", "NL-ABC")
    (evse,) = location["evses"]
    path = f"{SENDER}/locations/{location['id']}"
    for url, shown in (
        (path, location),
        (f"{path}/{evse['uid']}", evse),
        (f"{path}/{evse['uid']}/1", evse["connectors"][0]),
    ):
        assert say(desk, "NL-ABC", "GET", url, to="NL-OLD").data == shown
    for url in (f"{SENDER}/locations/{square(desk)['id']}", f"{path}/NOTHING"):
        assert say(desk, "NL-ABC", "GET", url, to="NL-OLD").http == 404
