"""Platforms of another make take part in a run: both ways of registering, each version, and whoever does harm."""

import json
from pathlib import Path
from typing import Any

import pytest
from outside_run import JOINS, Served, scene, served
from outside_stranger import Stranger
from run_town import MIN, SCENARIOS, named

from simulator.recording.reader import Recording
from simulator.scenario.load import load
from simulator.scenario.model import Scenario

VERSIONS = ["2.2.1", "2.1.1", "2.3.0"]
CARD = "04AABBCCDD"


def card(version: str) -> dict[str, Any]:
    """The token of the outsider's driver, which it asks to be authorised each time."""
    said = {"uid": CARD, "type": "RFID", "issuer": "External", "valid": True, "whitelist": "NEVER"}
    said["last_updated"] = "2026-05-04T03:00:00Z"
    if version == "2.1.1":
        return {**said, "auth_id": "DE-EXT-C1"}
    return {**said, "country_code": "DE", "party_id": "EXT", "contract_id": "DE-EXT-C1"}


@pytest.mark.parametrize("version", VERSIONS)
def test_an_outside_emsp_joins_and_its_driver_charges(tmp_path: Path, version: str) -> None:
    visitor = named("Otto", "DE-EXT", token=f'"{CARD}"', arrives="4 min", stay="10 min")
    scenario = served(tmp_path, JOINS.format(version=version), visitor, named("Vera", arrives="2 min"))
    stranger = Stranger(version)
    stranger.objects["tokens"] = [card(version)]
    answers: list[Any] = []

    async def part(run: Served) -> None:
        async with stranger:
            (invitation,) = await run.invited()
            await stranger.register(invitation.versions_url, invitation.token)
            start = {"response_url": f"{stranger.base}/ocpi/{version}/commands/1", "token": card(version)}
            start |= {"location_id": "NL-ABC-L001", "evse_uid": "NL-ABC-E0004"}
            answers.append(await stranger.ask("GET", stranger.endpoints["locations"] + "?limit=1"))
            answers.append(await stranger.ask("POST", stranger.endpoints["commands"] + "/START_SESSION", start))
            await stranger.until("POST", "commands")
            await stranger.until("POST", "cdrs")

    result = scene(scenario, tmp_path / "served.ocpirun", part)
    http, told, headers = answers[0]
    assert (http, told["status_code"], headers["X-Total-Count"]) == (200, 1000, "1")
    http, told, _ = answers[1]
    assert (http, told["data"]["result"]) == (200, "ACCEPTED")
    assert stranger.bodies("POST", "commands") == [{"result": "ACCEPTED"}], "a session only when a car is plugged in"
    assert not [url for url in stranger.endpoints.values() if not url.startswith("http://127.0.0.1:")]
    assert len(stranger.bodies("POST", "tokens")) == 1
    session = stranger.bodies("PUT", "sessions")[0]
    (cdr,) = stranger.bodies("POST", "cdrs")
    assert (session["auth_id"] if version == "2.1.1" else session["cdr_token"]["uid"]) in (CARD, "DE-EXT-C1")
    assert float(cdr["total_energy"]) > 0
    assert ".ocpi.test" not in json.dumps(stranger.heard)
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]
    assert result.summary["energy_wh"]["held_back"] == 0  # type: ignore[index]
    assert result.summary["digest"] == ""
    with Recording.open(tmp_path / "served.ocpirun") as recording:
        assert recording.meta["live"] == "true"
        messages = recording.messages(contents=True)
        theirs = [row for row in messages if row.sender == "DE-EXT"]
        assert {row.version for row in theirs if row.module == "locations"} == {version}
        (post,) = [row for row in theirs if row.route == "credentials.post"]
        assert b"http://de-ext.ocpi.test/ocpi/versions" in post.request_body
        assert b"127.0.0.1" not in post.request_body + post.response_body
        assert not [hint for hint in recording.hints() if hint.severity == "error"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("early", [False, True], ids=["plug first", "start first"])
def test_an_outsiders_app_starts_and_stops_a_session(tmp_path: Path, version: str, early: bool) -> None:
    """Its driver waits for START_SESSION, or finds the place waiting for him; he waits for STOP_SESSION, or not."""
    about = {"token": "APP-1", "authorise": "app", "arrives": "1 min", "stop": "app"}
    visitor = named("Otto", "DE-EXT", stay="4 h" if early else "1 min", **about)
    scenario = served(tmp_path, JOINS.format(version=version), visitor, named("Vera", arrives="4 h"))
    stranger = Stranger(version)
    account = card(version) | {"uid": "APP-1", "type": "OTHER" if version == "2.1.1" else "APP_USER"}

    async def part(run: Served) -> None:
        async with stranger:
            (invitation,) = await run.invited()
            await stranger.register(invitation.versions_url, invitation.token)
            place = {"location_id": "NL-ABC-L001", "evse_uid": "NL-ABC-E0001"}
            if not early:
                waits = await run.waits("START_SESSION")
                assert (waits.outsider, waits.token_uid, waits.location_id) == ("DE-EXT", "APP-1", "NL-ABC-L001")
                place["evse_uid"] = waits.evse_uid
            start = {"response_url": f"{stranger.base}/ocpi/{version}/commands/1", "token": account, **place}
            await stranger.ask("POST", stranger.endpoints["commands"] + "/START_SESSION", start)
            (session,) = await stranger.until("PUT", "sessions")
            if not early:
                assert (await run.waits("STOP_SESSION")).evse_uid == place["evse_uid"]
            stop = {"response_url": f"{stranger.base}/ocpi/{version}/commands/2", "session_id": session["id"]}
            await stranger.ask("POST", stranger.endpoints["commands"] + "/STOP_SESSION", stop)
            await stranger.until("POST", "cdrs")

    result = scene(scenario, tmp_path / "served.ocpirun", part, speed=60.0)
    assert stranger.bodies("POST", "commands") == [{"result": "ACCEPTED"}] * 2
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]
    (cdr,) = stranger.bodies("POST", "cdrs")
    assert cdr["auth_method"] == ("AUTH_REQUEST" if version == "2.1.1" else "COMMAND")
    steps = [row for row in events(tmp_path / "served.ocpirun") if row[0] == "driver/Otto"]
    assert [kind for _, kind, _ in steps] == ["arrive", "plug", "app", *([] if early else ["app"]), "leave"]


def test_a_driver_whose_outsider_starts_nothing_leaves_and_that_is_told(tmp_path: Path) -> None:
    visitor = named("Otto", "DE-EXT", token="APP-1", authorise="app", arrives="1 min", patience="10 min")

    async def part(run: Served) -> None:
        await run.waits("START_SESSION")
        await run.until(15 * MIN)

    scene(served(tmp_path, JOINS.format(version="2.2.1"), visitor), tmp_path / "served.ocpirun", part)
    steps = [row for row in events(tmp_path / "served.ocpirun") if row[0] == "driver/Otto"]
    assert [kind for _, kind, _ in steps] == ["arrive", "plug", "app", "refused", "turned_away"]
    assert steps[-1][2]["reason"] == "no_answer"


def events(path: Path) -> list[tuple[str, str, dict[str, Any]]]:
    """Source, kind and data of what happened in the street."""
    with Recording.open(path) as recording:
        return [(row.source, row.kind, json.loads(row.data)) for row in recording.events()]


def at_a_hub(tmp_path: Path, oldest: bool = False) -> Scenario:
    """The shipped hub with an outsider and its driver; the `oldest` are CPOs of 2.1.1."""
    visitor = (
        f'  - {{emsp: DE-EXT, name: Otto, token: "{CARD}", arrives: "06:03", at: [52.1663, 4.4817], '
        "authorise: rfid, vehicle: compact, stay: 5 min}\nchanges:"
    )
    text = (SCENARIOS / "hub" / "broadcast.yaml").read_text().replace("changes:", visitor)
    if oldest:
        text = text.replace("{role: cpo,", "{role: cpo, ocpi: 2.1.1,")
        text = text.replace("{role: hub,", "{role: hub, ocpi: [2.1.1, 2.2.1],")
    (tmp_path / "hub.yaml").write_text(text + "outside:\n  DE-EXT: {role: emsp, with: [NL-HUB]}\n")
    return load(tmp_path / "hub.yaml")


def test_an_outside_emsp_joins_a_hub_and_charges_at_those_behind_it(tmp_path: Path) -> None:
    stranger = Stranger("2.2.1")
    stranger.objects["tokens"] = [card("2.2.1")]
    places: list[Any] = []

    async def part(run: Served) -> None:
        (invitation,) = await run.invited()
        async with stranger:
            await stranger.register(invitation.versions_url, invitation.token)
            _, told, _ = await stranger.ask("GET", stranger.endpoints["locations"], to="NL-HUB")
            places.extend(told["data"])
            await stranger.until("POST", "cdrs")

    result = scene(at_a_hub(tmp_path), tmp_path / "served.ocpirun", part)
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]
    assert [place["party_id"] for place in places] == ["ABC", "DUN"]
    (session,) = {body["id"]: body for body in stranger.bodies("PUT", "sessions")}.values()
    assert session["party_id"] in ("ABC", "DUN")
    assert session["cdr_token"]["uid"] == CARD
    with Recording.open(tmp_path / "served.ocpirun") as recording:
        assert {row.sender for row in recording.messages() if row.receiver == "DE-EXT"} == {"NL-HUB"}


def test_an_outside_emsp_reaches_a_cpo_of_2_1_1_behind_a_hub(tmp_path: Path) -> None:
    """The hub stands in the outsider's place towards the one that knows no hubs, and translates."""
    stranger = Stranger("2.2.1")
    stranger.objects["tokens"] = [card("2.2.1")]

    async def part(run: Served) -> None:
        (invitation,) = await run.invited()
        async with stranger:
            await stranger.register(invitation.versions_url, invitation.token)
            await run.until(1 * MIN)
            for party in ("NL-ABC", "NL-DUN"):
                _, told, _ = await stranger.ask("GET", stranger.endpoints["locations"], to=party)
                assert told["status_code"] == 1000, told
                assert {place["party_id"] for place in told["data"]} == {party[3:]}
            await stranger.until("POST", "cdrs")

    result = scene(at_a_hub(tmp_path, oldest=True), tmp_path / "served.ocpirun", part)
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]
    (session,) = {body["id"]: body for body in stranger.bodies("PUT", "sessions")}.values()
    assert session["cdr_token"]["uid"] == CARD


def test_the_recordings_hints_tell_a_sloppy_outsider_what_it_does_wrong(tmp_path: Path) -> None:
    stranger = Stranger("2.2.1", sloppy=True)

    async def part(run: Served) -> None:
        (invitation,) = await run.invited()
        async with stranger:
            await stranger.register(invitation.versions_url, invitation.token)
            await stranger.ask("GET", stranger.endpoints["locations"] + "/")
            await stranger.until("GET", "tokens")

    result = scene(served(tmp_path, JOINS.format(version="2.2.1")), tmp_path / "served.ocpirun", part)
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]
    with Recording.open(tmp_path / "served.ocpirun") as recording:
        rules = {hint.rule for hint in recording.hints()}
    assert rules == {"token-encoding", "message-ids", "trailing-slash", "ids-echoed"}


def test_one_who_has_left_is_invited_anew(tmp_path: Path) -> None:
    stranger = Stranger("2.2.1")

    async def part(run: Served) -> None:
        async with stranger:
            (first,) = await run.invited()
            await stranger.register(first.versions_url, first.token)
            http, _, _ = await stranger.ask("DELETE", stranger.endpoints["credentials"])
            assert http == 200
            _, second = await run.invited(2)
            assert second.token != first.token
            await stranger.register(second.versions_url, second.token)

    scene(served(tmp_path, JOINS.format(version="2.2.1")), tmp_path / "served.ocpirun", part)


def test_a_scenario_that_names_nobody_lets_one_emsp_and_one_cpo_come(tmp_path: Path) -> None:
    async def part(run: Served) -> None:
        invitations = await run.invited(4)
        assert [(each.party, each.outsider, each.role) for each in invitations] == [
            ("NL-ABC", "ZZ-EX0", "emsp"),
            ("NL-DUN", "ZZ-EX0", "emsp"),
            ("NL-EMA", "ZZ-EC0", "cpo"),
            ("NL-NOM", "ZZ-EC0", "cpo"),
        ]
        waits = await run.waits("START_SESSION")
        assert (waits.outsider, waits.token_uid, waits.party) == ("ZZ-EX0", "GUEST-1", "NL-ABC")

    scene(served(tmp_path, ""), tmp_path / "served.ocpirun", part)
