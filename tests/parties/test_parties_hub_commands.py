"""Commands with the card of another provider: nobody may use one, and 2.1.1 does not say whose a card is.

And those of who writes ids in other letter case, which counts in 2.1.1 alone.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from parties_hub import HOST, RECEIVER, hub_town, onward, say, with_an_old_network
from parties_objects import Json, token
from run_town import OpenTown
from test_parties_hub_cards import OLD, old, push
from test_parties_hub_sessions import old_session

ANOTHER_S, CONTRACT = "ANOTHER-S", "NL-EMA-ANOTHER-S"
COMMANDS = ["START_SESSION", "RESERVE_NOW"]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    """Everybody has heard of a card of NL-EMA."""
    folder: Path = tmp_path_factory.mktemp("hub")
    with hub_town(folder, "memory", with_an_old_network) as town:
        push(town, "NL-EMA", ANOTHER_S, CONTRACT)
        (kept,) = [each for each in town.world.cpos["NL-OLD"].tokens.store if each.uid == ANOTHER_S]
        assert kept.party_id == "EMA"
        yield town


def wish(desk: OpenTown, command: str, cpo: str, card: Json, emsp: str = "nl-vet", reservation_id: object = 7) -> Json:
    (place,) = desk.world.cpos[cpo].locations.store
    body: Json = {"response_url": f"http://{emsp}.ocpi.test/1", "token": card, "location_id": place.id}
    if command == "RESERVE_NOW":
        body |= {"reservation_id": reservation_id, "expiry_date": "2026-05-04T12:00:00Z"}
    return body


def in_2_1_1(uid: str, contract: str) -> Json:
    card = token(uid, whitelist="NEVER")
    kept = ("uid", "type", "issuer", "valid", "whitelist", "last_updated")
    return {"auth_id": contract, **{name: card[name] for name in kept}}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_card_said_to_be_another_s_goes_to_no_network_of_2_1_1(desk: OpenTown, command: str) -> None:
    body = wish(desk, command, "NL-OLD", token("ANY", party_id="NXT"), "nl-ema", "7")
    told = say(desk, "NL-EMA", "POST", f"{RECEIVER}/commands/{command}", body, to="NL-OLD")
    assert (told.status, told.data["result"], onward(desk, told)) == (2000, "NOT_SUPPORTED", [])
    assert "The Token is of NL-NXT, and would be taken for one of NL-EMA." in told.envelope["status_message"]


@pytest.mark.parametrize("command", COMMANDS)
def test_another_s_card_comes_from_2_1_1_as_another_s(desk: OpenTown, command: str) -> None:
    body = wish(desk, command, "NL-ABC", in_2_1_1(ANOTHER_S, CONTRACT))
    told = old(desk, "NL-VET", "NL-ABC", "POST", f"receiver/{OLD}/commands/{command}", body)
    (leg,) = onward(desk, told)
    assert json.loads(leg.request_body)["token"]["party_id"] == "EMA"
    assert [hint.path for hint in desk.hints(leg.exchange) if "NL-VET" in hint.sentence][:1] == ["$.token.country_code"]
    assert told.data["result"] == "REJECTED"


@pytest.mark.parametrize("command", COMMANDS)
def test_between_2_1_1_and_2_1_1_the_network_knows_whose_card_it_is(desk: OpenTown, command: str) -> None:
    body = wish(desk, command, "NL-OLD", in_2_1_1(ANOTHER_S, CONTRACT))
    told = old(desk, "NL-VET", "NL-OLD", "POST", f"receiver/{OLD}/commands/{command}", body)
    assert (told.status, told.data) == (2001, {"result": "REJECTED"})
    assert told.envelope["status_message"] == "The token is one of NL-EMA, not of yours."


def test_a_card_that_the_sender_has_too_is_its_own(desk: OpenTown) -> None:
    push(desk, "NL-EMA", "ALIKE", "C-ALIKE")
    card = in_2_1_1("ALIKE", "C-ALIKE")
    assert old(desk, "NL-VET", "NL-ABC", "PUT", f"receiver/{OLD}/tokens/NL/VET/ALIKE", card).status == 1000
    body = wish(desk, "START_SESSION", "NL-ABC", card)
    told = old(desk, "NL-VET", "NL-ABC", "POST", f"receiver/{OLD}/commands/START_SESSION", body)
    (leg,) = onward(desk, told)
    assert json.loads(leg.request_body)["token"]["party_id"] == "VET"
    assert told.data["result"] == "ACCEPTED"


@pytest.mark.parametrize("command", [*COMMANDS, "UNLOCK_CONNECTOR"])
def test_the_ids_of_a_place_reach_2_1_1_as_its_owner_writes_them(desk: OpenTown, command: str) -> None:
    (place,) = desk.world.cpos["NL-OLD"].locations.store
    ids = {"location_id": place.id, "evse_uid": place.evses[0].uid}
    body = wish(desk, command, "NL-OLD", token(ANOTHER_S, contract_id=CONTRACT), "nl-ema", "7")
    if command == "UNLOCK_CONNECTOR":
        del body["token"]
        ids["connector_id"] = place.evses[0].connectors[0].id
    body |= {name: id.lower() for name, id in ids.items()}
    assert body["evse_uid"] != ids["evse_uid"]
    told = say(desk, "NL-EMA", "POST", f"{RECEIVER}/commands/{command}", body, to="NL-OLD")
    (leg,) = onward(desk, told)
    assert json.loads(leg.request_body).items() >= ids.items()


def test_the_id_of_a_session_reaches_2_1_1_as_its_owner_writes_it(desk: OpenTown) -> None:
    line = desk.world.party("NL-OLD").office.connections["NL-EMA"]
    card = next(each for each in desk.world.emsps["NL-EMA"].tokens.store if each.uid != ANOTHER_S)
    session = old_session(desk, "S-Written", card.contract_id)
    url = f"{HOST}/ocpi/via/NL-EMA/receiver/2.1.1/sessions/NL/OLD/S-Written"
    assert say(desk, "NL-OLD", "PUT", url, session, to=None, raw=True, token=line.held).status == 1000
    for id, written in (("s-written", "S-Written"), ("s-unknown", "s-unknown")):
        body = {"response_url": "http://nl-ema.ocpi.test/1", "session_id": id}
        told = say(desk, "NL-EMA", "POST", f"{RECEIVER}/commands/STOP_SESSION", body, to="NL-OLD")
        (leg,) = onward(desk, told)
        assert json.loads(leg.request_body)["session_id"] == written
