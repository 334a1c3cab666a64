"""SCSPs limit sessions that they do not pay for: at the CPO itself, and by way of an eMSP that passes on both ways."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from run_town import MIN, SCENARIOS, OpenTown, S, alike_over_both_wires, named, town

from simulator.engine.cause import TIME
from simulator.recording.reader import Recording
from simulator.recording.rows import Message
from simulator.report.web import Web

SCENARIO = SCENARIOS / "smart_charging" / "service_provider.yaml"
PROFILES = "chargingprofiles"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return alike_over_both_wires(SCENARIO, tmp_path_factory.mktemp("scsp") / "run.ocpirun")


def _between(path: Path, a: str, b: str, module: str = "") -> list[Message]:
    """What two parties said to each other, in the order in which it was sent."""
    with Recording.open(path) as recording:
        found = [m for m in recording.messages(contents=True) if {m.sender, m.receiver} == {a, b}]
    return sorted((m for m in found if module in ("", m.module)), key=lambda m: (m.start_us, m.exchange))


def _names(messages: list[Message]) -> list[str]:
    return [message.route.partition(".")[2] for message in messages]


def test_an_scsp_registers_as_one_and_hears_of_nothing_but_sessions_and_limits(path: Path) -> None:
    told = _between(path, "NL-SGL", "NL-ABC")
    assert {message.module for message in told} == {"versions", "credentials", "sessions", PROFILES}
    (post,) = [message for message in told if message.method == "POST" and message.module == "credentials"]
    assert [role["role"] for role in json.loads(post.request_body)["roles"]] == ["SCSP"]
    with Recording.open(path) as recording:
        assert not recording.query("SELECT 1 FROM v_cdr WHERE 'NL-SGL' IN (creditor, debtor)")
        rounds = [json.loads(event.data) for event in recording.events(kind="synchronised")]
    assert {"NL-SGL", "NL-ABC", "NL-NSC"} <= {each["peer"] for each in rounds}
    assert not any(each["problems"] for each in rounds)


def test_a_cpo_tells_its_scsp_of_every_session_and_an_emsp_of_its_own(path: Path) -> None:
    with Recording.open(path) as recording:
        rows = recording.query("SELECT holder, session_id, status, kwh FROM v_session ORDER BY session_id")
        owners = recording.query("SELECT DISTINCT cpo FROM v_session")
    assert owners == [("NL-ABC",)]
    held: dict[str, list[Any]] = {}
    for holder, *session in rows:
        held.setdefault(holder, []).append(session)
    assert len(held["NL-ABC"]) == 2
    assert held["NL-SGL"] == held["NL-ABC"]
    assert held["NL-NSC"] == held["NL-NOM"] == held["NL-ABC"][1:]
    assert {status for _, status, _ in held["NL-ABC"]} == {"COMPLETED"}


def test_the_cpo_takes_a_profile_of_its_scsp_and_tells_it_the_limits(path: Path) -> None:
    told = _between(path, "NL-SGL", "NL-ABC", PROFILES)
    assert _names(told) == [
        "receiver.put_charging_profile",
        "sender.post_charging_profile_result",
        "sender.put_active_charging_profile",
    ]
    periods = json.loads(told[2].request_body)["charging_profile"]["charging_profile_period"]
    assert periods == [{"start_period": 0, "limit": 4200}, {"start_period": 3599, "limit": 11000}]


def test_an_emsp_passes_on_what_its_scsp_wants_and_what_the_cpo_says(path: Path) -> None:
    beyond, here = _between(path, "NL-NOM", "NL-ABC", PROFILES), _between(path, "NL-NSC", "NL-NOM", PROFILES)
    asked = ["put_charging_profile", "get_active_charging_profile", "delete_charging_profile"]
    for messages in (here, beyond):
        assert [name for name in _names(messages) if "receiver" in name] == [f"receiver.{name}" for name in asked]
    assert sorted(_names(here)) == sorted(_names(beyond))
    at_its_door = {message.exchange for message in here}
    assert all(m.cause in at_its_door for m in beyond if "receiver" in m.route)
    limits = [
        [json.loads(m.request_body) for m in part if m.route.endswith("put_active_charging_profile")]
        for part in (here, beyond)
    ]
    assert limits[0] == limits[1]
    assert len(limits[0]) == 2
    ours = [json.loads(m.request_body) for m in _between(path, "NL-NSC", "NL-NOM", "sessions") if m.method == "PUT"]
    assert {(session["country_code"], session["party_id"]) for session in ours} == {("NL", "NOM")}


def test_the_charger_obeys_them(path: Path) -> None:
    with Recording.open(path) as recording:
        curves = {evse: recording.series(f"evse/NL-ABC/NL-ABC-{evse}", "power")[:2] for evse in ("E0001", "E0002")}

    def power(evse: str, at_min: int) -> float:
        times, values = curves[evse]
        return float(values[times <= at_min * MIN][-1])

    assert [power("E0001", at) for at in (59, 61, 119, 121)] == [11_000, 4_200, 4_200, 11_000]
    assert [power("E0002", at) for at in (89, 91, 119, 121)] == [11_000, 0, 0, 11_000]


def test_the_story_of_a_driver_tells_what_an_scsp_did_to_the_car(path: Path) -> None:
    with Recording.open(path) as recording:
        rows = Web(recording).of_driver("Anna").rows
    told = [row for row in rows if isinstance(row, Message) and row.module == PROFILES]
    assert [{row.sender, row.receiver} for row in told] == [{"NL-SGL", "NL-ABC"}] * 3


# A town with two SCSPs: NL-SCP at the CPO NL-ABC, NL-NSC at the eMSP NL-EMA.


def _with_scsps(text: str) -> str:
    parties = "parties:\n  NL-SCP: {role: scsp}\n  NL-NSC: {role: scsp}\n"
    links = "connections:\n  - {between: [NL-SCP, NL-ABC]}\n  - {between: [NL-NSC, NL-EMA]}\n"
    return text.replace("parties:\n", parties).replace("connections:\n", links)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[OpenTown]:
    """Vera is charging with a card of NL-EMA, Otto with one of NL-NOM."""
    drivers = (
        named("Vera", arrives='"06:10"', stay="4 h", battery="10 %"),
        named("Otto", "NL-NOM", arrives='"06:10"', stay="4 h", battery="10 %"),
    )
    with OpenTown(town(tmp_path, drivers=drivers, change=_with_scsps), tmp_path / "desk.ocpirun") as desk:
        desk.run_until(lambda: len(desk.world.scsps["NL-SCP"].sessions.store) == 2)
        desk.run_for(MIN)
        yield desk


def _session(desk: OpenTown, emsp: str = "NL-EMA") -> str:
    (id,) = desk.world.emsps[emsp].active_session_ids()
    return id


def _put(desk: OpenTown, ours: str, peer: str, id: str, limit_w: int = 5000) -> Any:
    url = desk.url(ours, peer, PROFILES, "RECEIVER", id)
    profile = {"charging_rate_unit": "W", "charging_profile_period": [{"start_period": 0, "limit": limit_w}]}
    body = {"charging_profile": profile, "response_url": f"http://{ours.lower()}.ocpi.test/x/1"}
    return desk.ask(ours, peer, "PUT", url, body).data["result"]


def _knows(desk: OpenTown, holder: str) -> int:
    """How often a party has heard of limits."""
    return len([row for row in desk.rows.states if (row.holder, row.kind) == (holder, "charging_profile")])


def test_case_51_an_scsp_whose_profile_came_to_nothing_hears_of_no_limits(desk: OpenTown) -> None:
    street, emsp = desk.world.street, desk.world.emsps["NL-EMA"]
    street.take_offline("NL-ABC/NL-ABC-L001")
    assert _put(desk, "NL-NSC", "NL-EMA", _session(desk)) == "ACCEPTED"
    desk.run_for(2 * MIN)
    street.bring_online("NL-ABC/NL-ABC-L001", TIME)
    (own,) = [session for session in emsp.sessions.store if session.id == _session(desk)]
    emsp.limits.limit(own, 5000, None, TIME)
    desk.run_for(MIN)
    assert (_knows(desk, "NL-EMA"), _knows(desk, "NL-NSC")) == (1, 0)


def test_the_limits_of_another_cpos_session_of_the_same_id_are_not_passed_on(desk: OpenTown) -> None:
    id, emsp = _session(desk), desk.world.emsps["NL-EMA"]
    assert _put(desk, "NL-NSC", "NL-EMA", id) == "ACCEPTED"
    desk.run_for(MIN)
    (own,) = [session for session in emsp.sessions.store if session.id == id]
    emsp.sessions.take(replace(own, party_id="DUN"), TIME)
    before = _knows(desk, "NL-NSC")
    active = {"start_date_time": own.start_date_time, "charging_profile": {"charging_rate_unit": "W"}}
    for cpo, told in (("NL-DUN", 0), ("NL-ABC", 1)):
        assert desk.ask(cpo, "NL-EMA", "PUT", desk.url(cpo, "NL-EMA", PROFILES, "SENDER", id), active).status == 1000
        desk.run_for(MIN)
        assert _knows(desk, "NL-NSC") == before + told


def test_a_list_of_sessions_shows_an_scsp_all_and_an_emsp_its_own(desk: OpenTown) -> None:
    both = {_session(desk), _session(desk, "NL-NOM")}
    for asker, expected in (("NL-SCP", both), ("NL-EMA", {_session(desk)})):
        url = desk.url(asker, "NL-ABC", "sessions", "SENDER")
        answer = desk.ask(asker, "NL-ABC", "GET", f"{url}?date_from=2026-05-01T00:00:00Z")
        assert {session["id"] for session in answer.data} == expected


def test_an_scsp_may_limit_any_session_and_an_emsp_none_of_another(desk: OpenTown) -> None:
    assert _put(desk, "NL-EMA", "NL-ABC", _session(desk, "NL-NOM")) == "UNKNOWN_SESSION"
    assert _put(desk, "NL-SCP", "NL-ABC", _session(desk, "NL-NOM")) == "ACCEPTED"
    assert _put(desk, "NL-SCP", "NL-ABC", _session(desk)) == "ACCEPTED"


def test_an_scsp_may_not_start_or_stop_what_it_may_limit(desk: OpenTown) -> None:
    url = desk.url("NL-SCP", "NL-ABC", "commands", "RECEIVER", "STOP_SESSION")
    body = {"response_url": "http://nl-scp.ocpi.test/x/1", "session_id": _session(desk)}
    assert desk.ask("NL-SCP", "NL-ABC", "POST", url, body).data["result"] == "UNKNOWN_SESSION"


def test_whoever_has_limited_a_session_hears_of_what_another_does_to_it(desk: OpenTown) -> None:
    id = _session(desk)
    assert _put(desk, "NL-EMA", "NL-ABC", id) == "ACCEPTED"
    desk.run_for(10 * S)
    assert (_knows(desk, "NL-EMA"), _knows(desk, "NL-SCP")) == (1, 0)
    assert _put(desk, "NL-SCP", "NL-ABC", id, 3000) == "ACCEPTED"
    desk.run_for(10 * S)
    assert (_knows(desk, "NL-EMA"), _knows(desk, "NL-SCP")) == (2, 1)


def test_an_emsp_passes_nothing_on_for_those_who_are_no_scsp(desk: OpenTown) -> None:
    assert _put(desk, "NL-ABC", "NL-EMA", _session(desk)) == "UNKNOWN_SESSION"
    assert _put(desk, "NL-NSC", "NL-EMA", _session(desk, "NL-NOM")) == "UNKNOWN_SESSION"


def test_what_the_cpo_does_not_take_is_rejected_by_the_emsp(desk: OpenTown) -> None:
    scsp = desk.world.scsps["NL-NSC"]
    session = scsp.sessions.store.get("NL", "EMA", _session(desk))
    assert session is not None
    for _ in range(2):
        scsp.limits.limit(session, 4000, None, TIME)
        desk.run_for(3 * S)
    assert [event["result"] for event in desk.events("charging_profile_result")] == ["ACCEPTED", "REJECTED"]
    assert _knows(desk, "NL-NSC") == 1


def test_an_emsp_tells_limits_to_those_only_whose_profile_the_cpo_took(desk: OpenTown) -> None:
    scsp, emsp, id = desk.world.scsps["NL-NSC"], desk.world.emsps["NL-EMA"], _session(desk)
    seen, own = scsp.sessions.store.get("NL", "EMA", id), emsp.sessions.store.get("NL", "ABC", id)
    assert seen is not None
    assert own is not None
    emsp.limits.limit(own, 5000, None, TIME)
    desk.run_for(3 * S)
    scsp.limits.limit(seen, 4000, None, TIME)
    desk.run_for(10 * S)
    emsp.limits.limit(own, 6000, None, TIME)
    desk.run_for(10 * S)
    assert [event["result"] for event in desk.events("charging_profile_result")] == ["ACCEPTED", "REJECTED", "ACCEPTED"]
    assert (_knows(desk, "NL-EMA"), _knows(desk, "NL-NSC")) == (2, 0)


def test_an_scsp_that_was_away_has_its_copies_mended(desk: OpenTown) -> None:
    scsp, node = desk.world.scsps["NL-SCP"], desk.world.party("NL-SCP").office.node
    desk.kernel.take_down(node)
    desk.run_for(15 * MIN)
    (running,) = desk.world.cpos["NL-ABC"].sessions.by_peer["NL-EMA"]
    known = scsp.sessions.store.get("NL", "ABC", running.id)
    assert known is not None
    assert known != running.whole()
    desk.kernel.bring_up(node)
    desk.run_for(15 * MIN)
    assert scsp.sessions.store.get("NL", "ABC", running.id) == running.whole()
