"""Who may charge: the truth table of whitelist, validity and whether the eMSP can be asked.

Numbers of cases are those of the protocol digest, section 4.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from parties_objects import token
from run_town import MIN, OpenTown, S, json_answer, named, town

from simulator.assemble.begin import begin
from simulator.engine.cause import TIME
from simulator.ocpi import codec
from simulator.ocpi.v2_2_1.tokens import Token
from simulator.ocpp.messages import Answer, Authorize, AuthorizeAnswer, IdToken
from simulator.recording.reader import Recording
from simulator.wire.carrier import Response

CPO, EMSP = "NL-ABC", "NL-EMA"
E1 = "NL-ABC-E0001"
WHITELISTS = ("ALWAYS", "ALLOWED", "ALLOWED_OFFLINE", "NEVER")


def uid(whitelist: str, valid: bool) -> str:
    return f"{whitelist}-{'GOOD' if valid else 'BAD'}"


@pytest.fixture
def club(tmp_path: Path) -> Iterator[OpenTown]:
    """NL-EMA has a card of each kind, and the CPOs have heard of them all."""
    scenario = town(tmp_path, drivers=(named("Vera", arrives="2 h"),), link="latency: 50 ms", duration="3 h")
    with OpenTown(scenario, tmp_path / "run.ocpirun", registered=False) as open_town:
        for whitelist in WHITELISTS:
            for valid in (True, False):
                issue(open_town, uid(whitelist, valid), whitelist=whitelist, valid=valid)
        begin(open_town.world)
        open_town.run_to(0)
        yield open_town


def issue(open_town: OpenTown, uid: str, emsp: str = EMSP, **changes: object) -> None:
    party_id = emsp.partition("-")[2]
    made = codec.decode(json.dumps(token(uid, party_id=party_id, **changes)).encode(), Token)
    open_town.world.emsps[emsp].issue((made,))


def present(club: OpenTown, uid: str, kind: Any = "ISO14443") -> str:
    """What the charge point is told about a card that is held to it."""
    said: list[Answer] = []
    club.world.cpos[CPO].on_call(E1, Authorize(IdToken(uid, kind)), said.append, TIME)
    club.run_for(2 * MIN)
    (answer,) = said
    assert isinstance(answer, AuthorizeAnswer)
    return answer.status


def questions(club: OpenTown, emsp: str = EMSP) -> list[str]:
    """The uids that the eMSP was asked about, or would have been if it were there."""
    club.recorder.flush()
    with Recording.open(club.path) as recording:
        rows = recording.messages(module="tokens", receiver=emsp)
    return [row.object_id for row in rows if row.route == "tokens.sender.post_authorize"]


TABLE = [
    # whitelist, valid, eMSP up, what the charge point is told, whether the eMSP is asked, how it was decided
    ("ALWAYS", True, True, "Accepted", False, "WHITELIST"),
    ("ALWAYS", True, False, "Accepted", False, "WHITELIST"),
    ("ALWAYS", False, True, "Invalid", False, ""),
    ("ALWAYS", False, False, "Invalid", False, ""),
    ("ALLOWED", True, True, "Accepted", False, "WHITELIST"),
    ("ALLOWED", True, False, "Accepted", False, "WHITELIST"),
    ("ALLOWED", False, True, "Invalid", False, ""),
    ("ALLOWED", False, False, "Invalid", False, ""),
    ("ALLOWED_OFFLINE", True, True, "Accepted", True, "AUTH_REQUEST"),
    ("ALLOWED_OFFLINE", True, False, "Accepted", True, "WHITELIST"),
    ("ALLOWED_OFFLINE", False, True, "Blocked", True, ""),
    ("ALLOWED_OFFLINE", False, False, "Invalid", True, ""),
    ("NEVER", True, True, "Accepted", True, "AUTH_REQUEST"),
    ("NEVER", True, False, "Unknown", True, ""),
    ("NEVER", False, True, "Blocked", True, ""),
    ("NEVER", False, False, "Unknown", True, ""),
]


@pytest.mark.parametrize(("whitelist", "valid", "up", "status", "asked", "method"), TABLE)
@pytest.mark.parametrize("outage", ["party", "link"])
def test_cases_27_and_28_the_truth_table(
    club: OpenTown, whitelist: str, valid: bool, up: bool, status: str, asked: bool, method: str, outage: str
) -> None:
    if not up and outage == "party":
        club.kernel.take_down(club.world.emsps[EMSP].office.node)
    elif not up:
        club.world.links.between(EMSP, CPO).cuts += 1
    elif outage == "link":
        club.world.links.between(EMSP, "NL-DUN").cuts += 1  # another link is no business of this pair
    card = uid(whitelist, valid)
    assert present(club, card) == status
    assert questions(club) == ([card] if asked else [])
    assert questions(club, "NL-NOM") == []
    decided = club.events("authorised" if method else "refused", CPO)[-1]
    assert (decided["token"], decided["status"]) == (card, status)
    if method:
        assert decided["method"] == method


def test_a_question_that_gets_no_answer_in_time_counts_as_out_of_reach(club: OpenTown) -> None:
    club.world.links.between(EMSP, CPO).losses.append([1.0])
    assert present(club, uid("ALLOWED_OFFLINE", True)) == "Accepted"
    assert present(club, uid("NEVER", True)) == "Unknown"


@pytest.mark.parametrize(
    ("answer", "offline", "never"),
    [
        (lambda: json_answer(None, 2004, 404), "Invalid", "Invalid"),
        (lambda: json_answer(None, 2001), "Invalid", "Invalid"),
        (lambda: json_answer(None, 3000), "Accepted", "Unknown"),
        (lambda: json_answer(None, 3000, 500), "Accepted", "Unknown"),
        (lambda: Response(502, (), b"<html>"), "Accepted", "Unknown"),
        (lambda: json_answer({"allowed": "PERHAPS"}), "Accepted", "Unknown"),
        (lambda: json_answer({"allowed": "ALLOWED", "token": token("X", party_id="NOM")}), "Accepted", "Unknown"),
    ],
    ids=["unknown", "wrong", "out of order", "500", "no envelope", "unreadable", "another's customer"],
)
def test_a_refusal_is_obeyed_and_an_emsp_that_is_out_of_order_is_as_if_away(
    club: OpenTown, answer: Callable[[], Response], offline: str, never: str
) -> None:
    club.server(EMSP, lambda _: answer())
    assert present(club, uid("ALLOWED_OFFLINE", True)) == offline
    assert present(club, uid("NEVER", True)) == never


@pytest.mark.parametrize(
    ("allowed", "status"),
    [
        ("ALLOWED", "Accepted"),
        ("BLOCKED", "Blocked"),
        ("EXPIRED", "Expired"),
        ("NO_CREDIT", "NoCredit"),
        ("NOT_ALLOWED", "NotAtThisLocation"),
    ],
)
def test_the_emsps_reason_is_told_in_the_charge_points_words(club: OpenTown, allowed: str, status: str) -> None:
    card = uid("NEVER", True)
    info = {"allowed": allowed, "token": token(card)}
    club.server(EMSP, lambda _: json_answer(info))
    assert present(club, card) == status


@pytest.mark.parametrize(
    ("evse_uids", "status"), [([], "Accepted"), ([E1.lower(), "X"], "Accepted"), (["X"], "NotAtThisLocation")]
)
def test_case_26_only_the_places_that_the_answer_names_are_open(
    club: OpenTown, evse_uids: list[str], status: str
) -> None:
    card = uid("NEVER", True)
    where = {"location_id": "NL-ABC-L001", "evse_uids": evse_uids}
    club.server(EMSP, lambda _: json_answer({"allowed": "ALLOWED", "token": token(card), "location": where}))
    assert present(club, card) == status


def test_the_question_names_the_place(club: OpenTown) -> None:
    present(club, uid("NEVER", True))
    club.recorder.flush()
    with Recording.open(club.path) as recording:
        (row,) = (
            row
            for row in recording.messages(module="tokens", contents=True)
            if row.route == "tokens.sender.post_authorize"
        )
    assert json.loads(row.request_body) == {"location_id": "NL-ABC-L001", "evse_uids": [E1]}
    assert row.path.endswith("/tokens/NEVER-GOOD/authorize?type=RFID")


def test_a_token_that_nobody_sent_is_asked_of_each_partner_in_turn(club: OpenTown) -> None:
    assert present(club, "UNHEARD-OF") == "Unknown"
    assert questions(club) == questions(club, "NL-NOM") == ["UNHEARD-OF"]
    issue(club, "NEW-AT-NOM", "NL-NOM", whitelist="NEVER")
    assert present(club, "NEW-AT-NOM") == "Accepted"
    club.kernel.take_down(club.world.emsps[EMSP].office.node)
    assert present(club, "NEW-AT-NOM") == "Accepted"


def test_a_card_that_two_emsps_know_is_asked_of_both(club: OpenTown) -> None:
    """No copy can say whose customer stands there, not even one that may be let in always."""
    for emsp, valid in ((EMSP, False), ("NL-NOM", True)):
        issue(club, "TWIN", emsp, whitelist="ALWAYS", valid=valid)
        club.world.cpos[CPO].sync.soon(club.connection(CPO, emsp), "new cards")
    club.run_for(10 * S)
    assert present(club, "TWIN") == "Blocked"
    assert questions(club) == ["TWIN"]


def test_an_app_account_is_another_token_than_a_card_with_the_same_number(club: OpenTown) -> None:
    assert present(club, uid("ALWAYS", True), "Central") == "Unknown"
    assert questions(club) == [uid("ALWAYS", True)]


def test_a_card_is_known_in_any_letter_case(club: OpenTown) -> None:
    assert present(club, "always-good") == "Accepted"
    assert questions(club) == []


def test_case_35_the_reference_of_the_answer_reaches_session_and_cdr(tmp_path: Path) -> None:
    drivers = (named("Vera", stay="20 min"),)
    with OpenTown(town(tmp_path, drivers=drivers, duration="2 h"), tmp_path / "run.ocpirun") as open_town:
        open_town.run_to(60 * MIN)
        emsp = open_town.world.emsps[EMSP]
        (session,), (cdr,) = emsp.sessions.store, emsp.cdrs.store
        assert session.authorization_reference == cdr.authorization_reference == "NL-EMA-A1"
        assert session.auth_method == cdr.auth_method == "AUTH_REQUEST"
