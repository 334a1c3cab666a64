"""Sessions as an eMSP keeps them. Numbers of cases are those of the protocol digest, section 4."""

import json

import pytest
from parties_objects import LATER, Json, cdr_token, period, session
from run_town import OpenTown, Told

from simulator.engine.cause import TIME
from simulator.ocpi import codec
from simulator.ocpi.v2_2_1.sessions import Session
from simulator.parties.call import Refusal

CPO, EMSP = "NL-ABC", "NL-EMA"
LATEST = "2026-05-04T10:00:00Z"
P1, P2, P3 = (period(f"2026-05-04T08:{minute}:00Z") for minute in ("00", "10", "20"))


def url(desk: OpenTown, id: str, owner: str = "NL/ABC") -> str:
    return desk.url(CPO, EMSP, "sessions", "RECEIVER", owner, id)


def put(desk: OpenTown, id: str, **changes: object) -> Told:
    told = desk.ask(CPO, EMSP, "PUT", url(desk, id), session(id, **changes))
    assert told.status == 1000, told.body
    return told


def patch(desk: OpenTown, id: str, body: Json) -> Told:
    return desk.ask(CPO, EMSP, "PATCH", url(desk, id), body)


def get(desk: OpenTown, id: str) -> Json:
    told = desk.ask(CPO, EMSP, "GET", url(desk, id))
    assert told.status == 1000
    assert isinstance(told.data, dict)
    return told.data


def test_a_session_is_put_read_and_put_again(desk: OpenTown) -> None:
    assert put(desk, "S1").http == 201
    assert get(desk, "S1") == session("S1")
    assert put(desk, "S1", kwh=2.25, last_updated=LATEST).http == 200
    assert get(desk, "S1")["kwh"] == 2.25


def test_case_13_a_patch_adds_charging_periods(desk: OpenTown) -> None:
    put(desk, "S13", charging_periods=[P1])
    patch(desk, "S13", {"charging_periods": [P2], "kwh": 3, "last_updated": LATEST})
    assert get(desk, "S13")["charging_periods"] == [P1, P2]
    patch(desk, "S13", {"charging_periods": [], "last_updated": LATEST})
    assert get(desk, "S13")["charging_periods"] == [P1, P2]
    patch(desk, "S13", {"kwh": 4, "last_updated": LATEST})
    assert get(desk, "S13")["charging_periods"] == [P1, P2]
    assert get(desk, "S13")["kwh"] == 4


def test_case_13_a_put_without_charging_periods_clears_them(desk: OpenTown) -> None:
    put(desk, "S13B", charging_periods=[P1, P2])
    put(desk, "S13B", last_updated=LATEST)
    assert "charging_periods" not in get(desk, "S13B")


def test_a_patch_that_comes_twice_counts_once(desk: OpenTown) -> None:
    put(desk, "S13C", charging_periods=[P1])
    for _ in range(2):
        patch(desk, "S13C", {"charging_periods": [P2], "kwh": 3, "last_updated": LATEST})
    assert get(desk, "S13C")["charging_periods"] == [P1, P2]


def test_a_patch_that_was_overtaken_gives_its_periods_and_nothing_else(desk: OpenTown) -> None:
    put(desk, "S13D", charging_periods=[P1])
    newest = {"charging_periods": [P3], "kwh": 9, "status": "COMPLETED", "last_updated": "2026-05-04T11:00:00Z"}
    patch(desk, "S13D", newest)
    told = patch(desk, "S13D", {"charging_periods": [P2], "kwh": 5, "status": "ACTIVE", "last_updated": LATEST})
    assert (told.http, told.status) == (200, 1000)
    assert [hint.rule for hint in desk.hints(told.exchange)] == ["overtaken-update"]
    kept = get(desk, "S13D")
    assert kept["charging_periods"] == [P1, P2, P3]
    assert (kept["kwh"], kept["status"], kept["last_updated"]) == (9, "COMPLETED", "2026-05-04T11:00:00Z")


def test_a_put_that_was_overtaken_changes_nothing(desk: OpenTown) -> None:
    put(desk, "S13E", last_updated=LATEST, status="COMPLETED")
    told = put(desk, "S13E", last_updated=LATER)
    assert [hint.rule for hint in desk.hints(told.exchange)] == ["overtaken-update"]
    assert get(desk, "S13E")["status"] == "COMPLETED"


def test_a_pulled_session_does_not_replace_a_newer_one(desk: OpenTown) -> None:
    put(desk, "S13F", last_updated=LATEST, status="COMPLETED")
    older = codec.decode(json.dumps(session("S13F")).encode(), Session)
    receiver = desk.world.emsps[EMSP].sessions
    assert not receiver.take(older, desk.journal.event("test", "pull"))
    assert get(desk, "S13F")["status"] == "COMPLETED"


def test_case_10_a_patch_without_last_updated_is_2001(desk: OpenTown) -> None:
    put(desk, "S10")
    told = patch(desk, "S10", {"kwh": 99})
    assert (told.http, told.status) == (200, 2001)
    assert get(desk, "S10") == session("S10")


def test_case_14_ids_and_owners_that_differ_are_refused(desk: OpenTown) -> None:
    put(desk, "S14")
    before = list(desk.world.emsps[EMSP].sessions.store)
    for method, changes in (
        ("PUT", {"id": "S15"}),
        ("PUT", {"party_id": "DUN"}),
        ("PATCH", {"id": "S15"}),
        ("PATCH", {"party_id": "DUN"}),
        ("PATCH", {"country_code": "DE"}),
    ):
        body = {**(session("S14") if method == "PUT" else {}), **changes, "last_updated": LATEST}
        told = desk.ask(CPO, EMSP, method, url(desk, "S14"), body)
        assert (told.http, told.status) == (200, 2001)
    for method in ("GET", "PUT", "PATCH"):
        told = desk.ask(CPO, EMSP, method, url(desk, "S14", "NL/DUN"), session("S14", party_id="DUN"))
        assert told.http == 404
    assert list(desk.world.emsps[EMSP].sessions.store) == before


def test_an_unknown_session_is_404_and_no_session_is_deleted(desk: OpenTown) -> None:
    assert desk.ask(CPO, EMSP, "GET", url(desk, "UNKNOWN")).http == 404
    assert patch(desk, "UNKNOWN", {"kwh": 1, "last_updated": LATEST}).http == 404
    put(desk, "S45")
    assert desk.ask(CPO, EMSP, "DELETE", url(desk, "S45")).http == 405


@pytest.mark.parametrize("kwh", ["1.5", None, True])
def test_energy_that_is_no_number_is_2001(desk: OpenTown, kwh: object) -> None:
    told = desk.ask(CPO, EMSP, "PUT", url(desk, "SX"), session("SX", kwh=kwh))
    assert (told.http, told.status) == (200, 2001)
    assert [hint.path for hint in desk.hints(told.exchange)] == ["$.kwh"]


def test_a_sender_shows_each_partner_its_own_sessions_only(desk: OpenTown) -> None:
    """Nobody has charged yet, so neither sees any; a stranger's session does not come back from another side."""
    put(desk, "SV")
    for emsp in (EMSP, "NL-NOM"):
        where = desk.url(emsp, CPO, "sessions", "SENDER")
        assert desk.ask(emsp, CPO, "GET", f"{where}?date_from=2020-01-01T00:00:00Z").data == []
    assert desk.ask(CPO, "NL-NOM", "GET", desk.url(CPO, "NL-NOM", "sessions", "RECEIVER", "NL/ABC/SV")).http == 404


def test_a_session_of_somebody_elses_customer_is_2001(desk: OpenTown) -> None:
    """The eMSP that has issued the token hears of its sessions, and no other."""
    sessions = desk.world.emsps[EMSP].sessions
    for foreign in (cdr_token("CARD-1", party_id="NOM"), cdr_token("NEVER-ISSUED")):
        theirs = session("S90", cdr_token=foreign)
        told = desk.ask(CPO, EMSP, "PUT", url(desk, "S90"), theirs)
        assert (told.http, told.status) == (200, 2001)
        with pytest.raises(Refusal, match="no token of ours"):
            sessions.take(codec.decode(json.dumps(theirs).encode(), Session), TIME)
        put(desk, "S91")
        told = patch(desk, "S91", {"cdr_token": foreign, "last_updated": LATEST})
        assert (told.http, told.status) == (200, 2001)
    assert sessions.store.get("NL", "ABC", "S90") is None
    assert get(desk, "S91") == session("S91")


@pytest.mark.parametrize("status", ["COMPLETED", "INVALID"])
def test_a_session_that_has_ended_never_changes_again(desk: OpenTown, status: str) -> None:
    ended = session(f"S50{status[0]}", status=status, end_date_time=LATER)
    assert desk.ask(CPO, EMSP, "PUT", url(desk, ended["id"]), ended).status == 1000
    for changes in ({"status": "ACTIVE"}, {"status": status, "kwh": 2}, {"kwh": 500}):
        later = {**changes, "last_updated": LATEST}
        for told in (
            patch(desk, ended["id"], later),
            desk.ask(CPO, EMSP, "PUT", url(desk, ended["id"]), {**ended, **later}),
        ):
            assert (told.http, told.status) == (200, 2001)
            assert "does not change any more" in told.envelope["status_message"]
    assert get(desk, ended["id"]) == ended


def test_how_a_session_ended_may_be_told_again_and_more_fully(desk: OpenTown) -> None:
    """The PATCH that brought its last period was lost; a PUT makes the copy whole."""
    ended: Json = {"status": "COMPLETED", "end_date_time": LATER}
    put(desk, "S51", charging_periods=[P1], **ended)
    assert put(desk, "S51", charging_periods=[P1, P2], **ended).status == 1000
    assert get(desk, "S51")["charging_periods"] == [P1, P2]


@pytest.mark.parametrize("status", ["PENDING", "RESERVATION"])
def test_a_session_that_is_running_was_begun(desk: OpenTown, status: str) -> None:
    put(desk, f"S52{status}", status=status)
    assert patch(desk, f"S52{status}", {"status": "ACTIVE", "last_updated": "2026-05-04T09:30:00Z"}).status == 1000
    assert patch(desk, f"S52{status}", {"status": status, "last_updated": LATEST}).status == 2001
    assert get(desk, f"S52{status}")["status"] == "ACTIVE"
