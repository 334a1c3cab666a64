"""A network and a provider of 2.1.1 that speak with each other and with no hub between them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from parties_objects import Json, issue, token
from run_town import OpenTown, Told, named, town

CPO, EMSP = "NL-ABC", "NL-EMA"
START, LATER = "2026-05-04T08:00:00Z", "2026-05-04T09:00:00Z"


def _old_and_asking(text: str) -> str:
    """All speak 2.1.1, which names no connector, and all EVSEs ask for one."""
    asking = "{capabilities: [REMOTE_START_STOP_CAPABLE, START_SESSION_CONNECTOR_REQUIRED], count:"
    return text.replace("role:", "ocpi: 2.1.1, role:").replace("evses: {count:", f"evses: {asking}")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    folder: Path = tmp_path_factory.mktemp("oldest")
    scenario = town(
        folder,
        drivers=(named("Ada", arrives="11 h"),),
        link="latency: 50 ms",
        duration="12 h",
        change=_old_and_asking,
    )
    with OpenTown(scenario, folder / "oldest.ocpirun") as open_town:
        yield open_town


def say(desk: OpenTown, ours: str, other: str, method: str, url: str, body: object = None) -> Told:
    return desk.ask(
        ours, other, method, url, body, headers={"Authorization": f"Token {desk.connection(ours, other).held}"}
    )


def bill(desk: OpenTown, id: str, auth_id: str) -> Json:
    """A CDR of the network."""
    place = say(desk, EMSP, CPO, "GET", desk.url(EMSP, CPO, "locations", "SENDER")).data[0]
    return {
        "id": id,
        "start_date_time": START,
        "stop_date_time": LATER,
        "auth_id": auth_id,
        "auth_method": "WHITELIST",
        "location": {**place, "evses": place["evses"][:1]},
        "currency": "EUR",
        "charging_periods": [{"start_date_time": START, "dimensions": [{"type": "ENERGY", "volume": 1.5}]}],
        "total_cost": 1,
        "total_energy": 1.5,
        "total_time": 1,
        "last_updated": LATER,
    }


def test_a_contract_with_two_cards_is_billed_like_any_other(desk: OpenTown) -> None:
    issue(desk, "PAIR-1", "PAIR-2", contract_id="PAIR")
    told = say(desk, CPO, EMSP, "POST", desk.url(CPO, EMSP, "cdrs", "RECEIVER"), bill(desk, "B1", "pair"))
    assert (told.http, told.status) == (201, 1000)
    assert say(desk, CPO, EMSP, "GET", told.headers["location"]).data["auth_id"] == "pair"
    kept = desk.world.emsps[EMSP].cdrs.store.get("NL", "ABC", "B1")
    assert kept is not None
    assert (kept.cdr_token.contract_id, kept.cdr_token.uid) == ("PAIR", "#NA")


def test_a_connector_that_the_network_fills_in_is_told_each_time(desk: OpenTown) -> None:
    (place, *_) = desk.world.cpos[CPO].locations.store
    kept = ("uid", "type", "issuer", "valid", "whitelist", "last_updated")
    card = {"auth_id": "C1", **{name: value for name, value in token("STARTS").items() if name in kept}}
    body = {"response_url": "http://nl-ema.ocpi.test/1", "token": card, "location_id": place.id}
    for evse in place.evses[:2]:
        told = say(
            desk,
            EMSP,
            CPO,
            "POST",
            desk.url(EMSP, CPO, "commands", "RECEIVER", "START_SESSION"),
            {**body, "evse_uid": evse.uid},
        )
        assert (told.status, told.data) == (1000, {"result": "ACCEPTED"})
        invented = [hint.path for hint in desk.hints(told.exchange) if hint.rule == "translation-invented"]
        assert invented == ["$.connector_id"]


def test_who_speaks_2_1_1_is_answered_in_its_fields(desk: OpenTown) -> None:
    told = say(desk, CPO, EMSP, "POST", desk.url(CPO, EMSP, "cdrs", "RECEIVER"), bill(desk, "B2", "NOBODY"))
    assert told.status == 2001
    sentence = (
        "$.auth_id: found 'NOBODY', expected the contract or the uid of a token that is known here "
        "(OCPI 2.1.1 status_codes, 2xxx: Client errors)."
    )
    assert told.envelope["status_message"] == sentence
    (hint,) = desk.hints(told.exchange)
    assert (hint.rule, hint.severity, hint.path, hint.sentence) == ("refused", "warning", "$.auth_id", sentence)
    asked = say(desk, CPO, EMSP, "POST", desk.url(CPO, EMSP, "tokens", "SENDER", "ANY", "authorize") + "?type=XX")
    assert asked.envelope["status_message"] == "Token type 'XX' is not one of OTHER, RFID."


def test_what_our_books_cannot_hold_is_no_error_of_who_sent_it(desk: OpenTown) -> None:
    issue(desk, "SHARED", contract_id="SHARED-1")
    issue(desk, "SHARED", type="OTHER", contract_id="SHARED-2")
    told = say(desk, CPO, EMSP, "POST", desk.url(CPO, EMSP, "cdrs", "RECEIVER"), bill(desk, "B3", "SHARED"))
    assert told.status == 2001
    (hint,) = desk.hints(told.exchange)
    assert (hint.rule, hint.severity, hint.section) == (
        "not-understood",
        "warning",
        "Books of OCPI 2.2.1 (no part of OCPI)",
    )
    assert "2 Tokens with the name “SHARED” are known here" in hint.sentence
