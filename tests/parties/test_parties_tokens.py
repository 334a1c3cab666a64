"""Tokens as a CPO keeps them, and an eMSP's answer to whether one may charge.

Numbers of cases are those of the protocol digest, section 4.
"""

import json
from pathlib import Path

import pytest
from parties_objects import LATER, token
from run_town import OpenTown, Told, named, town

from simulator.engine.cause import TIME
from simulator.ocpi import codec
from simulator.ocpi.codec import encode
from simulator.ocpi.v2_2_1.tokens import AllowedType, Token
from simulator.ocpi.v2_2_1.types import TokenType

CPO, EMSP = "NL-ABC", "NL-EMA"
LATEST = "2026-05-04T10:00:00Z"


def url(desk: OpenTown, uid: str, query: str = "", owner: str = "NL/EMA") -> str:
    return desk.url(EMSP, CPO, "tokens", "RECEIVER", owner, uid) + query


def authorize(desk: OpenTown, uid: str, body: object = None, query: str = "") -> Told:
    where = desk.url(CPO, EMSP, "tokens", "SENDER", uid, "authorize") + query
    return desk.ask(CPO, EMSP, "POST", where, body)


def issue(desk: OpenTown, uid: str, **changes: object) -> Token:
    """Give NL-EMA a token of its own that no CPO knows."""
    made = codec.decode(json.dumps(token(uid, **changes)).encode(), Token)
    desk.world.emsps[EMSP].issue((made,))
    return made


def test_a_token_is_put_patched_and_read(desk: OpenTown) -> None:
    assert desk.ask(EMSP, CPO, "PUT", url(desk, "T1"), token("T1")).http == 201
    told = desk.ask(EMSP, CPO, "PATCH", url(desk, "T1"), {"valid": False, "last_updated": LATEST})
    assert (told.http, told.status) == (200, 1000)
    assert desk.ask(EMSP, CPO, "GET", url(desk, "t1")).data == token("T1", valid=False, last_updated=LATEST)
    assert desk.ask(EMSP, CPO, "DELETE", url(desk, "T1")).http == 405


def test_a_token_is_what_its_uid_and_type_say(desk: OpenTown) -> None:
    """The type is RFID unless the query names another; both are part of the key."""
    app = token("T2", type="APP_USER", whitelist="NEVER")
    assert desk.ask(EMSP, CPO, "PUT", url(desk, "T2", "?type=APP_USER"), app).http == 201
    assert desk.ask(EMSP, CPO, "GET", url(desk, "T2")).http == 404
    assert desk.ask(EMSP, CPO, "PUT", url(desk, "T2"), token("T2")).http == 201
    assert desk.ask(EMSP, CPO, "GET", url(desk, "T2", "?type=APP_USER")).data == app
    for query in ("?type=RFID", "?type=OTHER"):
        told = desk.ask(EMSP, CPO, "PUT", url(desk, "T2", query), app)
        assert (told.http, told.status) == (200, 2001)
    told = desk.ask(EMSP, CPO, "GET", url(desk, "T2", "?type=CARD"))
    assert (told.http, told.status) == (200, 2001)


@pytest.mark.parametrize(
    "changes", [{"uid": "T4"}, {"type": "OTHER"}, {"party_id": "NOM"}, {"country_code": "DE"}], ids=repr
)
def test_case_14_a_token_cannot_become_another(desk: OpenTown, changes: dict[str, object]) -> None:
    desk.ask(EMSP, CPO, "PUT", url(desk, "T3"), token("T3"))
    before = list(desk.world.cpos[CPO].tokens.store)
    for method, body in (("PUT", {**token("T3"), **changes}), ("PATCH", changes)):
        told = desk.ask(EMSP, CPO, method, url(desk, "T3"), {**body, "last_updated": LATEST})
        assert (told.http, told.status) == (200, 2001)
    assert list(desk.world.cpos[CPO].tokens.store) == before


def test_case_14_another_emsps_token_is_404(desk: OpenTown) -> None:
    told = desk.ask(EMSP, CPO, "PUT", url(desk, "T5", owner="NL/NOM"), token("T5", party_id="NOM"))
    assert told.http == 404
    assert not list(desk.world.cpos[CPO].tokens.find("T5", TokenType.RFID))


def test_case_10_a_patch_without_last_updated_is_2001(desk: OpenTown) -> None:
    desk.ask(EMSP, CPO, "PUT", url(desk, "T10"), token("T10"))
    told = desk.ask(EMSP, CPO, "PATCH", url(desk, "T10"), {"valid": False})
    assert (told.http, told.status) == (200, 2001)
    assert desk.ask(EMSP, CPO, "GET", url(desk, "T10")).data["valid"] is True


def test_a_block_is_not_undone_by_an_older_state(desk: OpenTown) -> None:
    desk.ask(EMSP, CPO, "PUT", url(desk, "T6"), token("T6"))
    desk.ask(EMSP, CPO, "PATCH", url(desk, "T6"), {"valid": False, "last_updated": LATEST})
    for method, body in (("PUT", token("T6")), ("PATCH", {"valid": True, "last_updated": LATER})):
        told = desk.ask(EMSP, CPO, method, url(desk, "T6"), body)
        assert (told.http, told.status) == (200, 1000)
        assert [hint.rule for hint in desk.hints(told.exchange)] == ["overtaken-update"]
    receiver = desk.world.cpos[CPO].tokens
    assert not receiver.take(codec.decode(json.dumps(token("T6")).encode(), Token), TIME)
    assert desk.ask(EMSP, CPO, "GET", url(desk, "T6")).data["valid"] is False


def test_blocking_a_token_is_told_to_every_cpo(desk: OpenTown) -> None:
    """An eMSP PATCHes `valid`; as OCPI knows no DELETE of a token, that is how a contract ends."""
    emsp = desk.world.emsps[EMSP]
    uid = next(each.uid for each in emsp.tokens.store if each.visual_number == "Vera")
    emsp.block(uid, AllowedType.NO_CREDIT, TIME)
    desk.run_for(1_000_000)
    for cpo in desk.world.cpos.values():
        (copy,) = cpo.tokens.find(uid, TokenType.RFID)
        assert copy == emsp.token(uid)
        assert not copy.valid
    assert authorize(desk, uid).data["allowed"] == "NO_CREDIT"


# Real-time authorisation


def test_case_25_an_unknown_token_is_404_with_2004_and_no_data(desk: OpenTown) -> None:
    issue(desk, "A25")
    for told in (authorize(desk, "A26"), authorize(desk, "A25", query="?type=APP_USER")):
        assert (told.http, told.status) == (404, 2004)
        assert "data" not in told.envelope


def test_case_25_a_blocked_token_is_an_answer(desk: OpenTown) -> None:
    issue(desk, "A27", valid=False)
    told = authorize(desk, "A27", {"location_id": "L", "evse_uids": ["E1"]})
    assert (told.http, told.status) == (200, 1000)
    assert told.data["allowed"] == "BLOCKED"
    assert "authorization_reference" not in told.data
    # It names where the driver may charge: nowhere.
    assert "location" not in told.data


def test_case_26_the_answer_names_places_only_if_the_question_did(desk: OpenTown) -> None:
    made = issue(desk, "A28")
    where = {"location_id": "NL-ABC-L001", "evse_uids": ["NL-ABC-E0001", "NL-ABC-E0002"]}
    first, second = authorize(desk, "A28", where), authorize(desk, "a28")
    assert first.data["location"] == where
    assert "location" not in second.data
    for told in (first, second):
        assert told.data["allowed"] == "ALLOWED"
        assert told.data["token"] == json.loads(encode(made))
    assert first.data["authorization_reference"] != second.data["authorization_reference"]


def test_case_29_an_evse_that_is_shown_as_closed_is_no_reason_to_refuse(desk: OpenTown) -> None:
    issue(desk, "A29")
    store = desk.world.emsps[EMSP].locations.store
    (square,) = (each for each in store if each.id == "NL-ABC-L001")
    evse_url = desk.url(CPO, EMSP, "locations", "RECEIVER", "NL/ABC", square.id, "NL-ABC-E0004")
    desk.ask(CPO, EMSP, "PATCH", evse_url, {"status": "OUTOFORDER", "last_updated": LATEST})
    told = authorize(desk, "A29", {"location_id": square.id, "evse_uids": ["NL-ABC-E0004"]})
    assert told.data["allowed"] == "ALLOWED"


def test_a_question_that_cannot_be_read_is_2001(desk: OpenTown) -> None:
    issue(desk, "A30")
    told = authorize(desk, "A30", {"evse_uids": ["E1"]})
    assert (told.http, told.status) == (200, 2001)
    assert [hint.path for hint in desk.hints(told.exchange)] == ["$.location_id"]
    assert authorize(desk, "A30", b"{").http == 400


@pytest.mark.parametrize("query", ["", "?type=OTHER", "?type=RFID"])
def test_2_1_1_may_ask_for_a_token_of_a_type_that_it_has_no_word_for(tmp_path: Path, query: str) -> None:
    """It was told of an app account as OTHER, and asks as it was told, or without a type."""
    scenario = town(
        tmp_path,
        drivers=(named("Ada", authorise="app"),),
        change=lambda text: text.replace("role:", "ocpi: 2.1.1, role:"),
    )
    with OpenTown(scenario, tmp_path / "old.ocpirun") as old:
        bare = {"Authorization": f"Token {old.connection(CPO, EMSP).held}"}
        (account,) = old.world.emsps[EMSP].tokens.store
        assert account.type is TokenType.APP_USER
        told = old.ask(CPO, EMSP, "GET", old.url(CPO, EMSP, "tokens", "SENDER"), headers=bare)
        assert [each["type"] for each in told.data] == ["OTHER"]
        where = old.url(CPO, EMSP, "tokens", "SENDER", account.uid, "authorize") + query
        asked = old.ask(CPO, EMSP, "POST", where, headers=bare)
        assert (asked.http, asked.data["allowed"]) == (200, "ALLOWED")
        where = old.url(CPO, EMSP, "tokens", "SENDER", "NOBODY-S", "authorize") + query
        assert old.ask(CPO, EMSP, "POST", where, headers=bare).http == 404
