"""Who pays, through a hub to and from 2.1.1, where Sessions and CDRs name a contract only and not whose it is."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from parties_hub import HOST, RECEIVER, SENDER, hub_town, onward, say, square, with_an_old_network
from parties_objects import cdr, cdr_token, issue, period, session, token
from run_town import OpenTown, S, Told

from simulator.wire.carrier import Response

OLD = "2.1.1"
OPEN = f"{HOST}/ocpi/receiver/2.3.0"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    with hub_town(tmp_path_factory.mktemp("hub"), "memory", with_an_old_network) as town:
        yield town


def old(desk: OpenTown, ours: str, other: str, method: str, path: str, body: object = None) -> Told:
    """What a party of 2.1.1 says to another, as it believes."""
    line = desk.world.party(ours).office.connections[other]
    return say(desk, ours, method, f"{HOST}/ocpi/via/{other}/{path}", body, to=None, raw=True, token=line.held)


def push(desk: OpenTown, emsp: str, uid: str, contract: str) -> None:
    """Let an eMSP tell everybody of a card."""
    party_id = emsp.partition("-")[2]
    card = token(uid, party_id=party_id, contract_id=contract)
    base = OPEN if emsp == "NL-NXT" else RECEIVER
    told = say(desk, emsp, "PUT", f"{base}/tokens/NL/{party_id}/{uid}?type=RFID", card)
    assert told.status == 1000
    desk.run_for(S)


def old_bills(desk: OpenTown, id: str, auth_id: str) -> list[tuple[str, str, dict[str, Any]]]:
    """A CDR and a Session of NL-OLD."""
    (location,) = old(desk, "NL-VET", "NL-OLD", "GET", f"sender/{OLD}/locations").data
    said = period("2026-05-04T08:00:00Z")
    both = {
        "id": id,
        "kwh": 1.5,
        "auth_id": auth_id,
        "auth_method": "WHITELIST",
        "location": location,
        "currency": "EUR",
        "charging_periods": [{name: said[name] for name in ("start_date_time", "dimensions")}],
        "last_updated": "2026-05-04T09:30:00Z",
    }
    bill = {
        "start_date_time": "2026-05-04T08:00:00Z",
        "stop_date_time": "2026-05-04T09:00:00Z",
        "total_cost": 1,
        "total_energy": 1.5,
        "total_time": 1,
    }
    under_way = {"start_datetime": "2026-05-04T08:00:00Z", "status": "ACTIVE"}
    return [("POST", "cdrs", both | bill), ("PUT", f"sessions/NL/OLD/{id}", both | under_way)]


def test_another_s_token_by_the_name_of_a_contract_stops_nobody_s_bills(desk: OpenTown) -> None:
    contract = "NL-EMA-BILLED"
    issue(desk, "BILLED-1")
    push(desk, "NL-EMA", "BILLED-1", contract)
    push(desk, "NL-NXT", contract, "NL-NXT-OTHER")
    push(desk, "NL-NXT", "SAME", contract)
    push(desk, "NL-EMA", contract, "NL-EMA-FURTHER")
    for method, path, body in old_bills(desk, "BILLED", contract.lower()):
        told = old(desk, "NL-OLD", "NL-EMA", method, f"receiver/{OLD}/{path}", body)
        (leg,) = onward(desk, told)
        paid_by = json.loads(leg.request_body)["cdr_token"]
        assert (paid_by["party_id"], paid_by["uid"]) == ("EMA", "BILLED-1")


def test_a_uid_in_the_place_of_a_contract_means_the_payer_s_token(desk: OpenTown) -> None:
    for emsp in ("NL-NXT", "NL-EMA"):
        push(desk, emsp, "SAME-UID", f"{emsp}-C1")
    for method, path, body in old_bills(desk, "BY-UID", "SAME-UID"):
        told = old(desk, "NL-OLD", "NL-EMA", method, f"receiver/{OLD}/{path}", body)
        (leg,) = onward(desk, told)
        assert json.loads(leg.request_body)["cdr_token"]["party_id"] == "EMA"


def test_of_a_contract_with_two_tokens_it_is_not_said_which_it_was(desk: OpenTown) -> None:
    issue(desk, "PAIR-1", "PAIR-2", contract_id="NL-EMA-PAIR")
    for uid in ("PAIR-1", "PAIR-2"):
        push(desk, "NL-EMA", uid, "NL-EMA-PAIR")
    for method, path, body in old_bills(desk, "PAIR", "NL-EMA-PAIR"):
        told = old(desk, "NL-OLD", "NL-EMA", method, f"receiver/{OLD}/{path}", body)
        (leg,) = onward(desk, told)
        assert json.loads(leg.request_body)["cdr_token"] == cdr_token("#NA", contract_id="NL-EMA-PAIR")
        assert (told.status, leg.ocpi_status) == (1000, 1000)
        assert "$.cdr_token.uid" in [hint.path for hint in desk.hints(leg.exchange)]


def test_of_a_contract_the_token_that_is_valid_is_meant(desk: OpenTown) -> None:
    issue(desk, "LOST", "FOUND", contract_id="NL-EMA-AGAIN")
    push(desk, "NL-EMA", "LOST", "NL-EMA-AGAIN")
    push(desk, "NL-EMA", "FOUND", "NL-EMA-AGAIN")
    blocked = {**token("LOST", contract_id="NL-EMA-AGAIN", valid=False), "last_updated": "2026-05-04T09:30:00Z"}
    assert say(desk, "NL-EMA", "PUT", f"{RECEIVER}/tokens/NL/EMA/LOST?type=RFID", blocked).status == 1000
    for method, path, body in old_bills(desk, "AGAIN", "NL-EMA-AGAIN"):
        (leg,) = onward(desk, old(desk, "NL-OLD", "NL-EMA", method, f"receiver/{OLD}/{path}", body))
        assert json.loads(leg.request_body)["cdr_token"]["uid"] == "FOUND"


def test_whoever_refuses_a_bill_says_so_in_the_fields_of_who_wrote_it(desk: OpenTown) -> None:
    push(desk, "NL-EMA", "UNISSUED", "NL-EMA-UNISSUED")
    for method, path, body in old_bills(desk, "UNISSUED", "NL-EMA-UNISSUED"):
        told = old(desk, "NL-OLD", "NL-EMA", method, f"receiver/{OLD}/{path}", body)
        (leg,) = onward(desk, told)
        assert json.loads(leg.response_body)["status_message"].startswith("$.cdr_token: 'UNISSUED'")
        assert told.status == 2001
        assert told.envelope["status_message"] == "$.auth_id: 'UNISSUED' of NL-EMA is no token of ours."


def test_a_uid_of_two_contracts_is_nobody_s_bill(desk: OpenTown) -> None:
    for kind, contract in (("RFID", "NL-EMA-ONE"), ("OTHER", "NL-EMA-TWO")):
        card = token("TWICE", type=kind, contract_id=contract)
        assert say(desk, "NL-EMA", "PUT", f"{RECEIVER}/tokens/NL/EMA/TWICE?type={kind}", card).status == 1000
    for method, path, body in old_bills(desk, "TWICE", "TWICE"):
        told = old(desk, "NL-OLD", "NL-EMA", method, f"receiver/{OLD}/{path}", body)
        assert (told.status, onward(desk, told)) == (2000, [])
        assert "2 Tokens with the name “TWICE” are known here" in told.envelope["status_message"]


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_token_is_found_by_the_contract_that_it_has_now(desk: OpenTown, method: str) -> None:
    was, now, moves, stays = (f"NL-EMA-{method}-{name}" for name in ("WAS", "NOW", "MOVES", "STAYS"))
    issue(desk, moves, stays)
    for uid in (moves, stays):
        push(desk, "NL-EMA", uid, was)
    changes = {"contract_id": now, "last_updated": "2026-05-04T09:30:00Z"}
    body = {**token(moves), **changes} if method == "PUT" else changes
    assert say(desk, "NL-EMA", method, f"{RECEIVER}/tokens/NL/EMA/{moves}?type=RFID", body).status == 1000
    desk.run_for(S)
    for auth_id, uid in ((was, stays), (now, moves)):
        for verb, path, bill in old_bills(desk, f"{uid}-BILL", auth_id):
            (leg,) = onward(desk, old(desk, "NL-OLD", "NL-EMA", verb, f"receiver/{OLD}/{path}", bill))
            assert json.loads(leg.request_body)["cdr_token"]["uid"] == uid


def test_an_answer_of_2_1_1_has_the_token_of_who_was_asked_whoever_has_one_alike(desk: OpenTown) -> None:
    (card,) = desk.world.emsps["NL-VET"].tokens.store
    push(desk, "NL-NXT", card.uid, "NL-NXT-ALIKE")
    told = say(desk, "NL-ABC", "POST", f"{SENDER}/tokens/{card.uid}/authorize?type=RFID", to="NL-VET")
    assert (told.status, told.data["token"]["party_id"]) == (1000, "VET")


@pytest.mark.parametrize("payer", [{"party_id": "EMA"}, {"country_code": "BE", "party_id": "XXX"}])
def test_2_1_1_is_not_told_what_another_is_to_pay(desk: OpenTown, payer: dict[str, str]) -> None:
    (card,) = desk.world.emsps["NL-VET"].tokens.store
    own = cdr_token(card.uid, party_id="VET", contract_id=card.contract_id)
    place, id = square(desk)["id"], "-".join(payer.values())
    for paid_by, is_own in ((own, True), ({**own, **payer}, False)):
        name = f"{id}-{is_own}"
        under_way = session(name, cdr_token=paid_by, location_id=place)
        for method, path, body in (
            ("PUT", f"sessions/NL/ABC/{name}", under_way),
            ("POST", "cdrs", cdr(name, cdr_token=paid_by)),
        ):
            told = say(desk, "NL-ABC", method, f"{RECEIVER}/{path}", body, to="NL-VET")
            assert (told.status, len(onward(desk, told))) == ((1000, 1) if is_own else (2000, 0))
            if not is_own:
                whose = f"{payer.get('country_code', 'NL')}-{payer['party_id']}"
                assert told.envelope["status_message"] == (
                    f"It cannot be said in OCPI 2.1.1: The Token is of {whose}, and NL-VET would take it for its own."
                )


def test_of_a_list_2_1_1_is_told_its_own_bills_only(tmp_path: Path) -> None:
    with hub_town(tmp_path, "memory") as town:
        (card,) = town.world.emsps["NL-VET"].tokens.store
        own = cdr_token(card.uid, party_id="VET", contract_id=card.contract_id)
        bills = [cdr("OWN", cdr_token=own), cdr("OTHER", cdr_token={**own, "party_id": "EMA"})]
        body = json.dumps({"status_code": 1000, "timestamp": "2026-05-04T04:00:00Z", "data": bills}).encode()
        town.server("NL-ABC", lambda inbound: Response(200, (("Content-Type", "application/json"),), body))
        told = old(town, "NL-VET", "NL-ABC", "GET", f"sender/{OLD}/cdrs")
        assert [each["id"] for each in told.data] == ["OWN"]
