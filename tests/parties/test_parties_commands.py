"""Commands: the CPO's answer at once, the charge point's result later, and what an eMSP makes of either.

Numbers of cases are those of the protocol digest, section 4.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from parties_objects import Json, issue, token
from run_town import MIN, MS, OpenTown, S, Told, WireName, named, town

from simulator.engine.cause import TIME
from simulator.engine.links import Latency
from simulator.ocpi.v2_2_1.locations import Status
from simulator.ocpi.v2_2_1.sessions import SessionStatus
from simulator.recording.reader import Recording
from simulator.recording.rows import Message
from simulator.world.app import KnownEvse
from simulator.world.battery import Battery
from simulator.world.vehicle import VEHICLES

CPO, EMSP = "NL-ABC", "NL-EMA"
SQUARE, E1, E2, E3, E4 = "NL-ABC-L001", *(f"NL-ABC-E000{number}" for number in range(1, 5))
BACK = "http://nl-ema.ocpi.test/ocpi/sender/2.2.1/commands/START_SESSION/nobody-waits"


def result(word: str, why: str) -> bytes:
    """A result with what it says to a person."""
    return json.dumps({"result": word, "message": [{"language": "en", "text": why}]}, separators=(",", ":")).encode()


@pytest.fixture(params=["memory", "http"])
def street(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenTown]:
    """A town of its own for each test, with cars plugged in at the first two EVSEs of the Square."""
    wire: WireName = request.param
    drivers = (named("Vera", arrives="11 h", authorise="app"),)
    scenario = town(tmp_path, drivers=drivers, link="latency: 50 ms", duration="12 h")
    with OpenTown(scenario, tmp_path / "run.ocpirun", wire) as open_town:
        for uid in (E1, E2):
            assert open_town.world.street.chargers[f"NL-ABC/{uid}"].plug(Battery(VEHICLES["compact"], 200, 800), TIME)
        issue(open_town, "NEW-CARD", "GUEST-1", "OTHER")
        open_town.run_for(10 * S)
        yield open_town


def command(street: OpenTown, what: str, body: Json, emsp: str = EMSP) -> Told:
    return street.ask(emsp, CPO, "POST", street.url(emsp, CPO, "commands", "RECEIVER", what), body)


def start(**changes: object) -> Json:
    return {"response_url": BACK, "token": token("NEW-CARD"), "location_id": SQUARE, "evse_uid": E1, **changes}


def sent(street: OpenTown, **wanted: str) -> list[Message]:
    street.recorder.flush()
    with Recording.open(street.path) as recording:
        return recording.messages(contents=True, from_us=0, **wanted)


def results(street: OpenTown) -> list[bytes]:
    return [row.request_body for row in sent(street, module="commands") if row.route == "commands.sender.post_result"]


def test_case_30_a_token_that_nobody_knows_starts_a_session_without_a_question(street: OpenTown) -> None:
    app_user = token("GUEST-1", type="APP_USER", whitelist="NEVER", valid=False)
    told = command(street, "START_SESSION", start(token=app_user, authorization_reference="REF-35"))
    assert (told.http, told.status) == (200, 1000)
    assert told.data == {"result": "ACCEPTED", "timeout": 30}
    street.run_for(25 * MIN)
    assert not [row for row in sent(street, module="tokens") if row.method == "POST"]
    (running,) = street.world.cpos[CPO].sessions.by_peer[EMSP]
    session = street.world.emsps[EMSP].sessions.store.get("NL", "ABC", running.id)
    assert session is not None
    assert session.auth_method == "COMMAND"
    expected = {key: app_user[key] for key in ("country_code", "party_id", "uid", "type", "contract_id")}
    assert {key: getattr(session.cdr_token, key) for key in expected} == expected
    assert results(street) == [b'{"result":"ACCEPTED"}']


def test_case_35_the_authorization_reference_reaches_session_and_cdr(street: OpenTown) -> None:
    command(street, "START_SESSION", start(authorization_reference="REF-35"))
    street.run_for(MIN)
    emsp = street.world.emsps[EMSP]
    (session,) = emsp.sessions.store
    assert session.authorization_reference == "REF-35"
    told = command(street, "STOP_SESSION", {"response_url": BACK, "session_id": session.id.upper()})
    assert told.data["result"] == "ACCEPTED"
    street.run_for(MIN)
    (session,) = emsp.sessions.store
    assert session.status is SessionStatus.COMPLETED
    (cdr,) = emsp.cdrs.store
    assert (cdr.authorization_reference, cdr.session_id, cdr.auth_method) == ("REF-35", session.id, "COMMAND")
    assert cdr.cdr_token.uid == "NEW-CARD"
    assert all(street.audit().checks.values())


@pytest.mark.parametrize(
    "changes",
    [
        {"location_id": "ELSEWHERE"},
        {"evse_uid": "ELSEWHERE"},
        {"location_id": "NL-DUN-L001", "evse_uid": None},
        {"connector_id": "7"},
    ],
    ids=repr,
)
def test_an_unknown_place_is_2003_and_rejected(street: OpenTown, changes: Json) -> None:
    told = command(street, "START_SESSION", start(**changes))
    assert (told.http, told.status) == (200, 2003)
    assert told.data["result"] == "REJECTED"
    street.run_for(MIN)
    assert not results(street)
    assert street.world.street.chargers[f"NL-ABC/{E1}"].transaction is None


def test_ids_in_another_letter_case_are_the_same(street: OpenTown) -> None:
    told = command(street, "START_SESSION", start(location_id=SQUARE.lower(), evse_uid=E1.lower(), connector_id="1"))
    assert told.data["result"] == "ACCEPTED"
    street.run_for(MIN)
    assert street.world.street.chargers[f"NL-ABC/{E1}"].transaction is not None


def test_a_token_of_another_emsp_is_2001_and_rejected(street: OpenTown) -> None:
    told = command(street, "START_SESSION", start(token=token("NEW-CARD", party_id="NOM")))
    assert (told.http, told.status) == (200, 2001)
    assert told.data["result"] == "REJECTED"


def test_a_token_that_writes_its_party_in_lower_case_is_billed_to_it(street: OpenTown) -> None:
    command(street, "START_SESSION", start(token=token("NEW-CARD", country_code="nl", party_id="ema")))
    street.run_for(MIN)
    assert len(street.world.emsps[EMSP].sessions.store) == 1


def test_without_an_evse_the_cpo_chooses_a_free_one_or_rejects(street: OpenTown) -> None:
    without = start()
    del without["evse_uid"]
    assert command(street, "START_SESSION", without).data["result"] == "ACCEPTED"
    street.run_for(MIN)
    # The third EVSE is the first that is free; it waits for the plug, and no session is there before.
    assert results(street) == [b'{"result":"ACCEPTED"}']
    assert len(street.world.emsps[EMSP].sessions.store) == 0
    for uid in (E3, E4):
        street.world.street.chargers[f"NL-ABC/{uid}"].plug(Battery(VEHICLES["compact"], 200, 800), TIME)
    street.run_for(MIN)
    (session,) = street.world.emsps[EMSP].sessions.store
    assert (session.evse_uid, session.cdr_token.uid) == (E3, "NEW-CARD")
    told = command(street, "START_SESSION", without)
    assert (told.status, told.data["result"]) == (1000, "REJECTED")
    assert told.data["message"][0]["text"] == f"No EVSE of Location {SQUARE} is free."


def test_of_remote_starts_that_wait_for_a_plug_the_oldest_is_forgotten(
    street: OpenTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.parties.roles.cpo_commands._KEPT", 2)
    for uid in (E3, E4, E1):
        assert command(street, "START_SESSION", start(evse_uid=uid)).data["result"] == "ACCEPTED"
        street.run_for(S)
    for uid in (E3, E4):
        street.world.street.chargers[f"NL-ABC/{uid}"].plug(Battery(VEHICLES["compact"], 200, 800), TIME)
    street.run_for(MIN)
    assert [session.evse_uid for session in street.world.emsps[EMSP].sessions.store] == [E1, E4]
    assert len(street.events("unauthorised_transaction")) == 1


def test_an_evse_that_is_charging_already_is_occupied(street: OpenTown) -> None:
    command(street, "START_SESSION", start())
    street.run_for(MIN)
    assert command(street, "START_SESSION", start(token=token("OTHER"))).data["result"] == "ACCEPTED"
    street.run_for(MIN)
    assert results(street) == [b'{"result":"ACCEPTED"}', result("EVSE_OCCUPIED", "A transaction is under way.")]
    assert len(street.world.emsps[EMSP].sessions.store) == 1


def test_a_charge_point_that_is_out_of_reach_is_told_as_a_timeout(street: OpenTown) -> None:
    street.world.street.take_offline(f"NL-ABC/{SQUARE}")
    assert command(street, "START_SESSION", start()).data["result"] == "ACCEPTED"
    street.run_for(MIN)
    assert results(street) == [result("TIMEOUT", "The charge point cannot be reached.")]


def test_only_its_owner_stops_a_session(street: OpenTown) -> None:
    command(street, "START_SESSION", start())
    street.run_for(MIN)
    (session,) = street.world.emsps[EMSP].sessions.store
    stop = {"response_url": BACK, "session_id": session.id}
    theirs = stop | {"response_url": BACK.replace("nl-ema", "nl-nom")}
    for emsp, body in (("NL-NOM", theirs), (EMSP, {**stop, "session_id": "UNKNOWN"})):
        told = command(street, "STOP_SESSION", body, emsp)
        assert (told.http, told.status, told.data["result"]) == (200, 1000, "UNKNOWN_SESSION")
    assert command(street, "STOP_SESSION", stop).data["result"] == "ACCEPTED"
    street.run_for(MIN)
    assert command(street, "STOP_SESSION", stop).data["result"] == "UNKNOWN_SESSION"


def test_a_command_that_cannot_be_read_starts_nothing(street: OpenTown) -> None:
    for body, http in ((b"{", 400), ({"response_url": BACK, "location_id": SQUARE}, 200)):
        told = street.ask(EMSP, CPO, "POST", street.url(EMSP, CPO, "commands", "RECEIVER", "START_SESSION"), body)
        assert (told.http, told.status) == (http, 2001)
    assert command(street, "DANCE", {}).http == 404
    street.run_for(MIN)
    assert street.world.street.chargers[f"NL-ABC/{E1}"].transaction is None


@pytest.mark.parametrize(
    "response_url",
    [
        "http://nl-nom.ocpi.test/ocpi/sender/2.2.1/commands/START_SESSION/1",
        "http://nl-dun.ocpi.test/x",
        "http://elsewhere.example/x",
        "https://nl-ema.ocpi.test/x",
        "http://nl-ema.ocpi.test",
        "http://nl-ema.ocpi.test/a b",
        "http://nl-ema.ocpi.test/a#b",
        "http://nl-ema.ocpi.test/a/../b",
        "http://nl-ema.ocpi.test/a/.",
        "http://nl-ema.ocpi.test/%zz",
        "http://nl-ema.ocpi.test/caf\u00e9",
        "http://nl-ema.ocpi.test/a\\b",
        "nowhere",
    ],
)
def test_a_command_whose_result_could_not_be_told_is_refused(street: OpenTown, response_url: str) -> None:
    """The eMSP's token is for the eMSP's platform alone, and no URL of a partner may end the run."""
    told = command(street, "START_SESSION", start(response_url=response_url))
    assert (told.http, told.status) == (200, 2001)
    assert "response_url" in told.envelope["status_message"]
    street.run_for(MIN)
    assert not results(street)
    assert not street.world.emsps[EMSP].sessions.store
    assert street.kernel.handler_failures == 0


def test_a_response_url_with_signs_of_its_own_is_used_as_it_stands(street: OpenTown) -> None:
    response_url = "http://nl-ema.ocpi.test/ocpi/sender/2.2.1/commands/X/a%2Fb%20c~'(1);d=*@:!$?q=..%2e&r=/./"
    command(street, "START_SESSION", start(response_url=response_url))
    street.run_for(MIN)
    (row,) = (row for row in sent(street, module="commands") if row.route == "commands.sender.post_result")
    assert f"http://{row.host}{row.path}" == response_url
    assert row.http_status == 404


# The eMSP's side


def known(street: OpenTown, uid: str) -> KnownEvse:
    app = street.world.emsps[EMSP].app
    return next(each for each in app.near(52.16, 4.48, 60, 3_000) if each.key == f"NL-ABC/{uid}")


def begin(street: OpenTown, uid: str = E1) -> list[str]:
    """Vera asks her app to start; what it says is put into the list that is returned."""
    emsp = street.world.emsps[EMSP]
    vera, *_ = emsp.tokens.store
    said: list[str] = []
    emsp.start(vera.uid, known(street, uid), said.append, TIME)
    return said


def test_an_app_hears_what_came_of_its_command(street: OpenTown) -> None:
    said = begin(street)
    street.run_for(MIN)
    assert said == ["ACCEPTED"]
    (session,) = street.world.emsps[EMSP].sessions.store
    assert session.authorization_reference == "NL-EMA-A1"
    (answer,) = (row for row in sent(street) if row.route == "commands.sender.post_result")
    assert answer.path == "/ocpi/sender/2.2.1/commands/START_SESSION/NL-EMA-1"
    assert answer.http_status == 200
    said = begin(street, E1)
    street.run_for(MIN)
    assert said == ["EVSE_OCCUPIED"]


def test_case_31_without_a_result_in_time_the_command_is_over_and_not_repeated(street: OpenTown) -> None:
    link = street.world.links.between(EMSP, CPO)
    said = begin(street)
    street.run_for(120 * MS)  # the answer is here, the charge point's result is not
    link.cuts += 1
    street.run_for(30 * S)
    assert said == ["TIMEOUT"]
    link.cuts -= 1
    street.run_for(MIN)
    starts = [row for row in sent(street) if row.route == "commands.receiver.post_start_session"]
    assert [row.final for row in starts] == ["delivered"]
    # A result that comes late all the same is acknowledged, and changes nothing any more.
    late = "http://nl-ema.ocpi.test/ocpi/sender/2.2.1/commands/START_SESSION/NL-EMA-1"
    told = street.ask(CPO, EMSP, "POST", late, {"result": "ACCEPTED"})
    assert (told.http, told.status) == (200, 1000)
    assert "data" not in told.envelope
    assert said == ["TIMEOUT"]


def test_a_result_is_taken_from_the_one_who_was_asked(street: OpenTown) -> None:
    street.world.links.between(EMSP, CPO).latencies.append([Latency(5 * S, 5 * S)])
    said = begin(street)
    street.run_for(S)
    url = "http://nl-ema.ocpi.test/ocpi/sender/2.2.1/commands/START_SESSION/"
    for id, http in (("NL-EMA-1", 404), ("unknown", 404)):
        assert street.ask("NL-DUN", EMSP, "POST", url + id, {"result": "REJECTED"}).http == http
    told = street.ask("NL-DUN", EMSP, "POST", f"{url}NL-EMA-1", {"result": "PERHAPS"})
    assert (told.http, told.status) == (200, 2001)
    assert said == []
    street.run_for(MIN)
    assert said == ["ACCEPTED"]


def test_a_command_to_a_cpo_that_is_down_is_unreachable(street: OpenTown) -> None:
    street.kernel.take_down(street.world.cpos[CPO].office.node)
    said = begin(street)
    street.run_for(MIN)
    assert said == ["UNREACHABLE"]
    street.kernel.take_down(street.world.emsps[EMSP].office.node)
    assert begin(street) == ["UNREACHABLE"]


def test_evse_statuses_follow_the_plug_not_the_command(street: OpenTown) -> None:
    """A car is plugged in: the EVSE is in use before any session begins."""
    (square,) = (each for each in street.world.emsps[EMSP].locations.store if each.id == SQUARE)
    assert [evse.status for evse in square.evses] == [Status.CHARGING] * 2 + [Status.AVAILABLE] * 2
