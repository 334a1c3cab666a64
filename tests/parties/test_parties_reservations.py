"""Reservations: strangers' commands, the Session that tells of each, and how it ends. Cases 32 to 34 of the digest."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from parties_objects import Json, issue, token
from run_town import MIN, H, OpenTown, Told, WireName, named, town

from simulator.engine.cause import TIME, Cause
from simulator.ocpi.codec import decode
from simulator.ocpi.v2_2_1.sessions import Session
from simulator.ocpi.v2_2_1.tokens import Token
from simulator.ocpp.messages import IdToken
from simulator.recording.reader import Recording
from simulator.recording.rows import Message
from simulator.world.battery import Battery
from simulator.world.vehicle import VEHICLES

CPO, EMSP, OTHER = "NL-ABC", "NL-EMA", "NL-NOM"
SQUARE, E1, E2 = "NL-ABC-L001", "NL-ABC-E0001", "NL-ABC-E0002"
AT_SEVEN, AT_EIGHT = "2026-05-04T05:00:00Z", "2026-05-04T06:00:00Z"
CARD = IdToken("CARD", "ISO14443")


@pytest.fixture(params=["memory", "http"])
def street(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenTown]:
    """A town at six o'clock, in which nobody charges."""
    wire: WireName = request.param
    drivers = (named("Vera", arrives="11 h"), named("Wim", OTHER, arrives="11 h"))
    scenario = town(tmp_path, drivers=drivers, link="latency: 50 ms", duration="12 h")
    with OpenTown(scenario, tmp_path / "run.ocpirun", wire) as open_town:
        issue(open_town, "CARD", "ELSE")
        issue(open_town, "CARD", emsp=OTHER)
        yield open_town


def command(street: OpenTown, what: str, body: Json, emsp: str = EMSP) -> Told:
    """Send a command, and wait until what came of it has been told."""
    back = f"http://{emsp.lower()}.ocpi.test/ocpi/sender/2.2.1/commands/{what}/mine"
    url = street.url(emsp, CPO, "commands", "RECEIVER", what)
    told = street.ask(emsp, CPO, "POST", url, {"response_url": back} | body)
    street.run_for(MIN)
    return told


def reserve(street: OpenTown, emsp: str = EMSP, **changes: object) -> Told:
    card = token("CARD", party_id=emsp.partition("-")[2])
    body = {"token": card, "expiry_date": AT_SEVEN, "reservation_id": "R1", "location_id": SQUARE, "evse_uid": E1}
    return command(street, "RESERVE_NOW", {key: value for key, value in (body | changes).items() if value}, emsp)


def cancel(street: OpenTown, id: str = "R1", emsp: str = EMSP) -> Told:
    return command(street, "CANCEL_RESERVATION", {"reservation_id": id}, emsp)


def posted(street: OpenTown) -> list[Message]:
    street.recorder.flush()
    with Recording.open(street.path) as recording:
        rows = recording.messages(module="commands", contents=True, from_us=0)
        return [row for row in rows if row.route == "commands.sender.post_result"]


def results(street: OpenTown) -> list[str]:
    return [json.loads(row.request_body)["result"] for row in posted(street)]


def sessions(street: OpenTown, emsp: str = EMSP) -> list[Session]:
    """What the eMSP has been told."""
    return list(street.world.emsps[emsp].sessions.store)


def status(street: OpenTown, uid: str = E1) -> str:
    """What the eMSP shows of an EVSE."""
    (square,) = (each for each in street.world.emsps[EMSP].locations.store if each.id == SQUARE)
    return next(evse.status.value for evse in square.evses if evse.uid == uid)


def plug_and_tap(street: OpenTown, uid: str = E1) -> None:
    charger = street.world.street.chargers[f"{CPO}/{uid}"]
    assert charger.plug(Battery(VEHICLES["compact"], 200, 800), TIME)
    charger.tap(CARD, lambda _: None, TIME)
    street.run_for(MIN)


def test_case_34_a_reservation_is_a_session_of_its_own_status(street: OpenTown) -> None:
    told = reserve(street, authorization_reference="REF-34")
    assert (told.http, told.status, told.data) == (200, 1000, {"result": "ACCEPTED", "timeout": 30})
    assert results(street) == ["ACCEPTED"]
    (session,) = sessions(street)
    assert (session.status, session.kwh, session.total_cost) == ("RESERVATION", 0, None)
    assert (session.evse_uid, session.connector_id) == (E1, "1")
    assert (session.auth_method, session.authorization_reference) == ("COMMAND", "REF-34")
    assert status(street) == "RESERVED"


def test_case_34_a_session_names_no_evse_where_none_was_asked_for(street: OpenTown) -> None:
    reserve(street, evse_uid=None)
    (session,) = sessions(street)
    assert (session.status, session.location_id) == ("RESERVATION", SQUARE)
    assert (session.evse_uid, session.connector_id) == ("#NA", "#NA")
    assert status(street) == "RESERVED"


def test_charging_goes_on_under_the_id_of_the_reservation(street: OpenTown) -> None:
    _allow_card(street)
    reserve(street)
    (reserved,) = sessions(street)
    plug_and_tap(street)
    (running,) = sessions(street)
    assert (running.id, running.status, running.evse_uid) == (reserved.id, "ACTIVE", E1)
    assert running.start_date_time > reserved.start_date_time
    street.world.street.chargers[f"{CPO}/{E1}"].unplug(TIME)
    street.run_for(2 * H)
    (over,) = sessions(street)
    (cdr,) = street.world.emsps[EMSP].cdrs.store
    assert (over.status, cdr.session_id) == ("COMPLETED", reserved.id)
    assert results(street) == ["ACCEPTED"]
    assert all(street.audit().checks.values())


def test_case_32_the_same_id_at_the_same_location_replaces(street: OpenTown) -> None:
    reserve(street)
    (first,) = sessions(street)
    assert reserve(street, reservation_id="r1", expiry_date=AT_EIGHT).data["result"] == "ACCEPTED"
    assert results(street) == ["ACCEPTED", "ACCEPTED"]
    (second,) = sessions(street)
    assert (second.id, second.status) == (first.id, "RESERVATION")
    assert second.last_updated > first.last_updated
    street.run_to(H + 10 * MIN)  # past seven
    assert status(street) == "RESERVED"
    street.run_to(2 * H + MIN)
    assert (status(street), sessions(street)[0].status) == ("AVAILABLE", "COMPLETED")


def test_case_32_a_replacement_may_move_to_another_evse(street: OpenTown) -> None:
    reserve(street)
    reserve(street, evse_uid=E2)
    assert (status(street, E1), status(street, E2)) == ("AVAILABLE", "RESERVED")
    (session,) = sessions(street)
    assert (session.status, session.evse_uid) == ("RESERVATION", E2)
    cancel(street)
    assert status(street, E2) == "AVAILABLE"
    assert results(street) == ["ACCEPTED"] * 3


def test_case_32_two_emsps_with_one_reservation_id_stay_apart(street: OpenTown) -> None:
    reserve(street)
    reserve(street, OTHER, evse_uid=E2)
    assert (status(street, E1), status(street, E2)) == ("RESERVED", "RESERVED")
    cancel(street, emsp=OTHER)
    assert (status(street, E1), status(street, E2)) == ("RESERVED", "AVAILABLE")
    assert ([each.status for each in sessions(street)], [each.status for each in sessions(street, OTHER)]) == (
        ["RESERVATION"],
        ["COMPLETED"],
    )


def test_a_card_with_the_uid_of_another_emsps_does_not_take_over_its_session(street: OpenTown) -> None:
    reserve(street, OTHER)
    _allow_card(street)
    plug_and_tap(street)
    (theirs,), (ours,) = sessions(street, OTHER), sessions(street)
    assert (theirs.status, ours.status) == ("COMPLETED", "ACTIVE")
    assert theirs.id != ours.id


def test_case_33_what_the_cpo_takes_back_is_told_at_the_first_response_url(street: OpenTown) -> None:
    reserve(street)
    street.world.cpos[CPO].reservations.withdraw("CARD", TIME)
    street.run_for(MIN)
    assert results(street) == ["ACCEPTED", "CANCELED_RESERVATION"]
    first, second = posted(street)
    assert (first.host, first.path) == (second.host, second.path)
    (session,) = sessions(street)
    assert (session.status, session.end_date_time is not None) == ("COMPLETED", True)
    assert session.total_cost is not None
    assert session.total_cost.excl_vat == 0
    assert status(street) == "AVAILABLE"


def test_case_33_the_app_hears_of_it(street: OpenTown) -> None:
    emsp = street.world.emsps[EMSP]
    said: list[str] = []
    lost: list[Cause] = []
    emsp.app.reserve(_vera(street), f"{CPO}/{E1}", H, said.append, lost.append, TIME)
    street.run_for(MIN)
    assert (said, lost) == (["ACCEPTED"], [])
    street.world.cpos[CPO].reservations.withdraw(_vera(street), TIME)
    street.run_for(MIN)
    assert (said, len(lost)) == (["ACCEPTED"], 1)
    emsp.app.cancel(_vera(street), said.append, TIME)
    assert said == ["ACCEPTED", "UNKNOWN_RESERVATION"]


def test_what_is_cancelled_is_over_without_a_bill(street: OpenTown) -> None:
    reserve(street)
    assert cancel(street, "r1").data["result"] == "ACCEPTED"
    assert cancel(street).data["result"] == "ACCEPTED"
    assert results(street) == ["ACCEPTED", "ACCEPTED", "UNKNOWN_RESERVATION"]
    assert [each.status for each in sessions(street)] == ["COMPLETED"]
    assert status(street) == "AVAILABLE"
    street.run_for(2 * H)
    assert not list(street.world.emsps[EMSP].cdrs.store)
    assert all(street.audit().checks.values())


def test_that_there_is_no_such_reservation_is_told_after_the_direct_answer(street: OpenTown) -> None:
    asked = cancel(street, "NONE")
    assert asked.data["result"] == "ACCEPTED"
    (result,) = posted(street)
    with Recording.open(street.path) as recording:
        (command,) = recording.messages(exchange=asked.exchange)
    assert command.end_us < result.start_us


def test_nobody_cancels_the_reservation_of_another(street: OpenTown) -> None:
    reserve(street)
    cancel(street, emsp=OTHER)
    assert results(street) == ["ACCEPTED", "UNKNOWN_RESERVATION"]
    assert status(street) == "RESERVED"


def test_a_place_that_is_kept_or_used_is_occupied(street: OpenTown) -> None:
    reserve(street)
    reserve(street, reservation_id="R2")
    plugged = street.world.street.chargers[f"{CPO}/{E2}"]
    plugged.plug(Battery(VEHICLES["compact"], 200, 800), TIME)
    reserve(street, reservation_id="R3", evse_uid=E2)
    assert results(street) == ["ACCEPTED", "EVSE_OCCUPIED", "EVSE_OCCUPIED"]
    assert len(sessions(street)) == 1


def test_a_session_is_not_started_where_a_place_is_kept_for_another(street: OpenTown) -> None:
    reserve(street)
    street.world.street.chargers[f"{CPO}/{E1}"].plug(Battery(VEHICLES["compact"], 200, 800), TIME)
    command(street, "START_SESSION", {"token": token("ELSE"), "location_id": SQUARE, "evse_uid": E1})
    command(street, "START_SESSION", {"token": token("CARD"), "location_id": SQUARE, "evse_uid": E1})
    assert results(street) == ["ACCEPTED", "EVSE_OCCUPIED", "ACCEPTED"]
    assert [each.status for each in sessions(street)] == ["ACTIVE"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"location_id": "ELSEWHERE"}, 2003),
        ({"evse_uid": "ELSEWHERE"}, 2003),
        ({"token": token("CARD", party_id="NOM")}, 2001),
        ({"expiry_date": "2026-05-04T03:00:00Z"}, 2001),
        ({"expiry_date": "tomorrow"}, 2001),
    ],
    ids=repr,
)
def test_what_cannot_be_reserved(street: OpenTown, changes: Json, code: int) -> None:
    told = reserve(street, **changes)
    assert (told.http, told.status) == (200, code)
    assert not results(street)
    assert not sessions(street)
    assert status(street) == "AVAILABLE"


def test_an_id_that_is_in_use_at_another_location_is_refused(street: OpenTown) -> None:
    reserve(street)
    cpo = street.world.cpos[CPO]
    (square,) = cpo.locations.store
    cpo.locations.store.put(replace(square, id="L2"), "L2")
    told = reserve(street, location_id="L2")
    assert (told.status, told.data["result"]) == (2001, "REJECTED")


def test_a_charge_point_out_of_reach_is_told_as_a_timeout_and_its_expiry_when_it_is_back(street: OpenTown) -> None:
    reserve(street)
    street.world.street.take_offline(f"{CPO}/{SQUARE}")
    reserve(street, reservation_id="R2", evse_uid=E2)
    cancel(street)
    assert results(street) == ["ACCEPTED", "TIMEOUT", "TIMEOUT"]
    street.run_to(2 * H)
    assert [each.status for each in sessions(street)] == ["RESERVATION"]
    street.world.street.bring_online(f"{CPO}/{SQUARE}", TIME)
    street.run_for(MIN)
    assert [each.status for each in sessions(street)] == ["COMPLETED"]


def test_a_connector_is_unlocked_when_nobody_charges_there(street: OpenTown) -> None:
    body = {"location_id": SQUARE, "evse_uid": E1, "connector_id": "1"}
    assert command(street, "UNLOCK_CONNECTOR", body).data["result"] == "ACCEPTED"
    _allow_card(street)
    plug_and_tap(street)
    command(street, "UNLOCK_CONNECTOR", body)
    assert results(street) == ["ACCEPTED", "REJECTED"]
    assert command(street, "UNLOCK_CONNECTOR", body | {"connector_id": "7"}).status == 2003


def _vera(street: OpenTown) -> str:
    vera, *_ = street.world.emsps[EMSP].tokens.store
    return vera.uid


def _allow_card(street: OpenTown) -> None:
    """The CPO has got NL-EMA's CARD, and may decide on it alone."""
    street.world.cpos[CPO].tokens.take(decode(json.dumps(token("CARD")).encode(), Token), TIME)
