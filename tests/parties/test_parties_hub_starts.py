"""A hub between a provider of 2.1.1, which can name no connector, and EVSEs of 2.2.1 that ask for one."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from parties_hub import RECEIVER, card_of, hub_town, onward, say, square
from parties_objects import Json
from run_town import OpenTown, S, Told, WireName
from test_parties_hub_versions import OLD, old

ASKING = "capabilities: [REMOTE_START_STOP_CAPABLE, START_SESSION_CONNECTOR_REQUIRED]"
ONE, TWO = "NL-ABC-E0001", "NL-ABC-E0002"


def asking(text: str) -> str:
    return text.replace("{count: 2, power: 22 kW, tariff: day}", f"{{count: 2, power: 22 kW, tariff: day, {ASKING}}}")


@pytest.fixture(scope="module", params=["memory", "http"])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    """The first EVSE of the Square has one plug, the second two."""
    wire: WireName = request.param
    folder: Path = tmp_path_factory.mktemp(wire)
    with hub_town(folder, wire, asking) as town:
        books = town.world.cpos["NL-ABC"].locations.store
        (place,) = books
        first, second = place.evses
        (plug,) = second.connectors
        second = replace(second, connectors=(plug, replace(plug, id="2")))
        books.put(replace(place, evses=(first, second), last_updated="2026-05-04T04:30:00Z"), place.id)
        told = say(town, "NL-ABC", "PUT", f"{RECEIVER}/locations/NL/ABC/{place.id}", square(town))
        assert told.status == 1000
        town.run_for(S)
        yield town


def start(desk: OpenTown, evse_uid: str) -> Told:
    uid = card_of(desk, "NL-VET")
    card: Json = {"uid": uid, "type": "RFID", "auth_id": "A1", "issuer": "Veteran", "valid": True, "whitelist": "NEVER"}
    body = {
        "response_url": "http://nl-vet.ocpi.test/ocpi/sender/2.1.1/commands/START_SESSION/1",
        "token": {**card, "last_updated": "2026-05-04T04:00:00Z"},
        "location_id": square(desk)["id"],
        "evse_uid": evse_uid,
    }
    return old(desk, "NL-VET", "NL-ABC", "POST", f"receiver/{OLD}/commands/START_SESSION", body)


def test_2_1_1_reads_of_remote_starts_only_where_there_is_one_connector(desk: OpenTown) -> None:
    (place,) = old(desk, "NL-VET", "NL-ABC", "GET", f"sender/{OLD}/locations").data
    assert [evse["capabilities"] for evse in place["evses"]] == [["REMOTE_START_STOP_CAPABLE"], []]


def test_a_start_goes_on_with_the_only_connector_that_there_is(desk: OpenTown) -> None:
    told = start(desk, ONE)
    (leg,) = onward(desk, told)
    assert json.loads(leg.request_body)["connector_id"] == "1"
    assert (told.status, told.data["result"]) == (1000, "ACCEPTED")
    invented = [hint.path for hint in desk.hints(leg.exchange) if hint.rule == "translation-invented"]
    assert "$.connector_id" in invented


def test_a_start_where_one_of_several_has_to_be_named_is_not_supported(desk: OpenTown) -> None:
    told = start(desk, TWO)
    assert (told.data, onward(desk, told)) == ({"result": "NOT_SUPPORTED"}, [])
    assert [hint.rule for hint in desk.hints(told.exchange)] == ["translation-withheld", "refused"]
