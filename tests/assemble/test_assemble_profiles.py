"""An eMSP limits its drivers' sessions; the charger obeys, and the eMSP hears of it. Cases 51 and 52 of the digest."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from run_town import MIN, SCENARIOS, OpenTown, S, alike_over_both_wires, named, town

from simulator.engine.cause import TIME
from simulator.ocpi.v2_2_1.chargingprofiles import ActiveChargingProfile
from simulator.ocpi.v2_2_1.locations import Capability
from simulator.ocpi.v2_2_1.sessions import SessionStatus
from simulator.ocpi.v2_2_1.tariffs import TariffType
from simulator.parties.roles.cpo_session import CpoSession
from simulator.recording.reader import Recording
from simulator.recording.rows import Message

SCENARIO = SCENARIOS / "smart_charging" / "charging_profiles.yaml"
PROFILES = "chargingprofiles"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return alike_over_both_wires(SCENARIO, tmp_path_factory.mktemp("profiles") / "run.ocpirun")


def _messages(path: Path) -> list[Message]:
    with Recording.open(path) as recording:
        return recording.messages(module=PROFILES, contents=True)


def _power(path: Path, evse: str, at_us: int) -> float:
    """The power in W at an instant: the last sample before it."""
    with Recording.open(path) as recording:
        times, values = recording.series(f"evse/{evse}", "power")[:2]
    return float(values[times <= at_us][-1])


def test_the_charger_obeys_the_limit_for_as_long_as_it_holds(path: Path) -> None:
    anna = "NL-ABC/NL-ABC-E0001"
    assert [_power(path, anna, at) for at in (59 * MIN, 61 * MIN, 119 * MIN, 121 * MIN)] == [
        11_000,
        4_200,
        4_200,
        11_000,
    ]


def test_a_limit_of_nothing_suspends_by_the_evse_until_it_is_lifted(path: Path) -> None:
    boris = "NL-ABC/NL-ABC-E0002"
    assert [_power(path, boris, at) for at in (89 * MIN, 91 * MIN, 119 * MIN, 121 * MIN)] == [11_000, 0, 0, 11_000]
    with Recording.open(path) as recording:
        told = [json.loads(e.data) for e in recording.events(kind="ocpp") if e.source.endswith("E0002")]
    states = {each["charging_state"] for each in told if each.get("charging_state", "").startswith("Suspended")}
    assert "SuspendedEVSE" in states


def test_what_is_held_back_is_not_parking(path: Path) -> None:
    """PARKING_TIME is when the car asks for nothing, not when the EVSE gives nothing."""
    with Recording.open(path) as recording:
        cdrs = [json.loads(m.request_body) for m in recording.messages(module="cdrs", contents=True, from_us=0)]
    (boris,) = [cdr for cdr in cdrs if cdr["cdr_token"]["party_id"] == "NOM"]
    held_h, full = Decimal("0.5"), boris.get("total_parking_time", 0)
    charging_h = Decimal(str(boris["total_time"])) - Decimal(str(full))
    assert charging_h > Decimal(str(boris["total_energy"])) / 11 + held_h - Decimal("0.05")


def test_the_answer_comes_at_once_the_result_later_and_then_the_limits_that_apply(path: Path) -> None:
    anna = [m for m in _messages(path) if "NL-EMA" in (m.sender, m.receiver)]
    assert [m.route.partition(".")[2] for m in anna] == [
        "receiver.put_charging_profile",
        "sender.post_charging_profile_result",
        "sender.put_active_charging_profile",
    ]
    asked, result, active = anna
    assert json.loads(asked.response_body)["data"] == {"result": "ACCEPTED", "timeout": 30}
    assert "data" not in json.loads(result.response_body)
    assert json.loads(result.request_body) == {"result": "ACCEPTED"}
    profile = json.loads(active.request_body)["charging_profile"]
    assert profile["charging_profile_period"] == [
        {"start_period": 0, "limit": 4200},
        {"start_period": 3599, "limit": 11000},
    ]


def test_2_3_0_says_it_in_the_same_words(path: Path) -> None:
    routes = [m.route.partition(".")[2] for m in _messages(path) if "NL-NOM" in (m.sender, m.receiver)]
    assert routes.count("receiver.put_charging_profile") == routes.count("receiver.delete_charging_profile") == 1
    assert routes.count("sender.put_active_charging_profile") == 2
    assert {m.version for m in _messages(path) if "NL-NOM" in (m.sender, m.receiver)} == {"2.3.0"}


def test_drivers_say_how_they_prefer_to_be_charged(path: Path) -> None:
    with Recording.open(path) as recording:
        told = [m for m in recording.messages(module="sessions", contents=True) if m.route.endswith("_preferences")]
        results = [json.loads(event.data)["result"] for event in recording.events(kind="charging_preferences_result")]
        known = recording.query("SELECT holder, value FROM v_state WHERE kind = 'charging_preferences'")
    assert [(m.method, m.version, m.sender) for m in told] == [("PUT", "2.2.1", "NL-EMA"), ("PUT", "2.3.0", "NL-NOM")]
    wanted = json.loads(told[0].request_body)
    assert wanted == {"profile_type": "GREEN", "departure_time": "2026-05-05T09:50:00Z", "energy_need": 20}
    assert [json.loads(m.response_body)["data"] for m in told] == results == ["ACCEPTED", "DEPARTURE_REQUIRED"]
    ((holder, value),) = known
    assert (holder, json.loads(value)) == ("NL-ABC", {**wanted, "energy_need": "20"})


# A stranger asks


@pytest.fixture(params=["memory", "http"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenTown]:
    """A town in which Vera is charging with a card of NL-EMA."""
    drivers = (named("Vera", arrives='"06:10"', stay="4 h", battery="10 %"),)
    with OpenTown(town(tmp_path, drivers=drivers), tmp_path / "desk.ocpirun", request.param) as desk:
        desk.run_until(lambda: any(emsp.active_session_ids() for emsp in desk.world.emsps.values()))
        yield desk


def _session(desk: OpenTown) -> str:
    (id,) = desk.world.emsps["NL-EMA"].active_session_ids()
    return id


def _put(desk: OpenTown, id: str, profile: dict[str, Any], response_url: str = "http://nl-ema.ocpi.test/x/1") -> Any:
    url = desk.url("NL-EMA", "NL-ABC", PROFILES, "RECEIVER", id)
    return desk.ask("NL-EMA", "NL-ABC", "PUT", url, {"charging_profile": profile, "response_url": response_url})


def _charger(desk: OpenTown) -> Any:
    return next(charger for charger in desk.world.street.chargers.values() if charger.transaction is not None)


def test_case_52_amperes_are_per_phase(desk: OpenTown) -> None:
    profile = {"charging_rate_unit": "A", "charging_profile_period": [{"start_period": 0, "limit": 16}]}
    assert _put(desk, _session(desk), profile).data["result"] == "ACCEPTED"
    desk.run_for(S)
    charger = _charger(desk)
    assert charger.limit.at(desk.now_us) == 16 * 230 * 3 == 11_040


def test_case_51_no_active_profile_is_told_before_one_was_set(desk: OpenTown) -> None:
    id = _session(desk)
    url = desk.url("NL-EMA", "NL-ABC", PROFILES, "RECEIVER", id)
    answer = desk.ask("NL-EMA", "NL-ABC", "DELETE", f"{url}?response_url=http%3A%2F%2Fnl-ema.ocpi.test%2Fx%2F1")
    assert answer.data["result"] == "ACCEPTED"
    desk.run_for(MIN)
    assert not [row for row in desk.rows.states if row.kind == "charging_profile"]
    profile = {"charging_rate_unit": "W", "charging_profile_period": [{"start_period": 0, "limit": 5000}]}
    desk.run_for(10 * S)
    assert _put(desk, id, profile).data["result"] == "ACCEPTED"
    desk.run_for(MIN)
    assert len([row for row in desk.rows.states if row.kind == "charging_profile"]) == 1


def test_case_51_who_has_set_a_profile_in_vain_hears_of_no_limits(desk: OpenTown) -> None:
    """Only the sender of a profile that the charge point has taken is told of each change from then on."""
    id, street = _session(desk), desk.world.street
    profile = {"charging_rate_unit": "W", "charging_profile_period": [{"start_period": 0, "limit": 5000}]}
    street.take_offline("NL-ABC/NL-ABC-L001")
    assert _put(desk, id, profile).data["result"] == "ACCEPTED"
    desk.run_for(2 * MIN)
    street.bring_online("NL-ABC/NL-ABC-L001", TIME)
    url = desk.url("NL-EMA", "NL-ABC", PROFILES, "RECEIVER", id)
    desk.ask("NL-EMA", "NL-ABC", "DELETE", f"{url}?response_url=http%3A%2F%2Fnl-ema.ocpi.test%2Fx%2F1")
    desk.run_for(MIN)
    assert not [row for row in desk.rows.states if row.kind == "charging_profile"]


def _tell(desk: OpenTown, teller: str, id: str) -> Any:
    """A CPO tells NL-EMA of the limits of a session."""
    url = desk.url(teller, "NL-EMA", PROFILES, "SENDER", id)
    active = {"start_date_time": "2026-05-04T04:00:00Z", "charging_profile": {"charging_rate_unit": "W"}}
    return desk.ask(teller, "NL-EMA", "PUT", url, active)


def _limits_known(desk: OpenTown) -> int:
    return len([row for row in desk.rows.states if (row.holder, row.kind) == ("NL-EMA", "charging_profile")])


def test_limits_are_heard_from_the_sessions_own_cpo_alone(desk: OpenTown) -> None:
    id = _session(desk)
    assert _tell(desk, "NL-ABC", "NO-SUCH-SESSION").http == 404
    assert _tell(desk, "NL-DUN", id).http == 404
    assert _limits_known(desk) == 0
    told = _tell(desk, "NL-ABC", id)
    assert (told.status, _limits_known(desk)) == (1000, 1)
    assert [hint.rule for hint in desk.hints(told.exchange)] == ["profile-not-set"]
    emsp = desk.world.emsps["NL-EMA"]
    session = emsp.active_session(_charger(desk).transaction.token.uid)
    assert session is not None
    emsp.limits.limit(session, 5000, None, TIME)
    desk.run_for(MIN)
    assert not desk.hints(_tell(desk, "NL-ABC", id.lower()).exchange)
    emsp.sessions.take(replace(session, status=SessionStatus.COMPLETED, last_updated="2026-05-05T00:00:00Z"), TIME)
    before = _limits_known(desk)
    assert (_tell(desk, "NL-ABC", id).status, _limits_known(desk)) == (2001, before)


def test_a_profile_that_was_rejected_is_no_profile_that_was_set(desk: OpenTown) -> None:
    emsp, charger = desk.world.emsps["NL-EMA"], _charger(desk)
    session = emsp.active_session(charger.transaction.token.uid)
    assert session is not None
    emsp.limits.limit(session, -1, None, TIME)
    desk.run_for(MIN)
    told = _tell(desk, "NL-ABC", session.id)
    assert [hint.rule for hint in desk.hints(told.exchange)] == ["profile-not-set"]


def test_what_a_profile_may_be_refused_for(desk: OpenTown) -> None:
    profile = {"charging_rate_unit": "W", "charging_profile_period": [{"start_period": 0, "limit": 5000}]}
    assert _put(desk, "NOT-MINE", profile).data["result"] == "UNKNOWN_SESSION"
    assert _put(desk, _session(desk), {"charging_rate_unit": "W"}).data["result"] == "REJECTED"
    assert _put(desk, _session(desk), profile).data["result"] == "ACCEPTED"
    assert _put(desk, _session(desk), profile).data["result"] == "TOO_OFTEN"
    assert _put(desk, _session(desk), {**profile, "charging_rate_unit": "V"}).status == 2001


def test_the_active_profile_is_asked_for_and_told(desk: OpenTown) -> None:
    emsp = desk.world.emsps["NL-EMA"]
    session = emsp.active_session(_charger(desk).transaction.token.uid)
    assert session is not None
    connection = desk.connection("NL-EMA", "NL-ABC")
    results: list[tuple[str, ActiveChargingProfile | None]] = []

    def work() -> Any:
        results.append((yield from emsp.limits.profiles.active(connection, session, 600, TIME)))

    emsp.office.spawn(work(), "ask")
    desk.run_for(10 * S)
    ((word, active),) = results
    assert word == "ACCEPTED"
    assert active is not None
    assert active.charging_profile.duration == 600
    (period,) = active.charging_profile.charging_profile_period
    assert (period.start_period, period.limit) == (0, _charger(desk).rating.power_w // 2)


def test_limits_that_were_asked_for_are_kept_as_if_they_were_pushed(desk: OpenTown) -> None:
    emsp = desk.world.emsps["NL-EMA"]
    session = emsp.active_session(_charger(desk).transaction.token.uid)
    assert session is not None
    emsp.limits.ask(session, TIME)
    desk.run_for(10 * S)
    (row,) = [row for row in desk.rows.states if row.kind == "charging_profile"]
    assert json.loads(row.value)["periods"] == [[0, str(_charger(desk).rating.power_w // 2)]]


def test_a_request_whose_result_could_not_be_told_is_refused(desk: OpenTown) -> None:
    profile = {"charging_rate_unit": "W", "charging_profile_period": [{"start_period": 0, "limit": 5000}]}
    assert _put(desk, _session(desk), profile, "http://nl-dun.ocpi.test/x/1").status == 2001
    url = desk.url("NL-EMA", "NL-ABC", PROFILES, "RECEIVER", _session(desk))
    query = "?duration=60&response_url=http%3A%2F%2Fnl-dun.ocpi.test%2Fx%2F1"
    assert [desk.ask("NL-EMA", "NL-ABC", method, url + query).status for method in ("GET", "DELETE")] == [2001, 2001]


def test_a_query_without_its_parameters_is_refused(desk: OpenTown) -> None:
    url = desk.url("NL-EMA", "NL-ABC", PROFILES, "RECEIVER", _session(desk))
    for query in ("", "?duration=60", "?duration=-1&response_url=http%3A%2F%2Fnl-ema.ocpi.test%2Fx"):
        assert desk.ask("NL-EMA", "NL-ABC", "GET", url + query).status == 2001


def _prefer(desk: OpenTown, id: str, **preferences: Any) -> Any:
    url = desk.url("NL-EMA", "NL-ABC", "sessions", "SENDER", id, "charging_preferences")
    return desk.ask("NL-EMA", "NL-ABC", "PUT", url, preferences)


def test_preferences_for_an_evse_that_heeds_none_are_404_and_2001(desk: OpenTown) -> None:
    answer = _prefer(desk, _session(desk), profile_type="FAST")
    assert (answer.http, answer.status) == (404, 2001)
    (hint,) = desk.hints(answer.exchange)
    assert (hint.rule, hint.section) == ("refused", "OCPI 2.2.1 status_codes, 2xxx: Client errors")
    nowhere = _prefer(desk, "NOT-MINE", profile_type="FAST")
    assert [hint.rule for hint in desk.hints(nowhere.exchange)] == ["unknown-object"]


def test_what_a_cpo_says_to_preferences(desk: OpenTown) -> None:
    session = _preferable(desk)
    leaves, need = {"departure_time": "2026-05-04T07:00:00Z"}, {"energy_need": 20}

    def said(profile: str, **more: Any) -> Any:
        return _prefer(desk, session.id, profile_type=profile, **more).data

    assert (said("REGULAR"), said("FAST")) == ("ACCEPTED", "ACCEPTED")
    assert (said("CHEAP"), said("GREEN", **need)) == ("DEPARTURE_REQUIRED", "DEPARTURE_REQUIRED")
    assert said("GREEN", **leaves) == "ENERGY_NEED_REQUIRED"
    assert said("GREEN", **leaves, **need) == "ACCEPTED"
    assert said("FAST", **leaves, energy_need=200) == "NOT_POSSIBLE"
    fast_only = replace(session.place.tariff, type=TariffType.PROFILE_FAST)
    session.place = replace(session.place, tariff=fast_only)
    assert (said("FAST"), said("GREEN", **leaves, **need)) == ("ACCEPTED", "PROFILE_TYPE_NOT_SUPPORTED")
    assert _prefer(desk, session.id, profile_type="SLOW").status == 2001
    assert _prefer(desk, "NOT-MINE", profile_type="FAST").http == 404


def _preferable(desk: OpenTown) -> Any:
    """Vera's session in the CPO's books, at an EVSE that heeds preferences."""
    (session,) = desk.world.cpos["NL-ABC"].sessions.by_peer["NL-EMA"]
    assert isinstance(session, CpoSession)
    evse = replace(session.place.evse, capabilities=(Capability.CHARGING_PREFERENCES_CAPABLE,))
    session.place = replace(session.place, evse=evse)
    return session
