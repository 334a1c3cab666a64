"""Platforms of another make take part in a run: both ways of registering, each version, and whoever does harm."""

import json
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from msgspec import Struct
from outside_run import JOINS, Served, scene, served
from outside_stranger import Stranger
from outside_versions import IDS, VERSIONS, each, outside, register, strangers
from run_town import MIN, SCENARIOS, named, town

from simulator.assemble import RunResult
from simulator.recording.reader import Recording
from simulator.scenario.load import load
from simulator.scenario.model import Scenario

CARD = "04AABBCCDD"


def card(version: str, uid: str = CARD, party_id: str = "EXT") -> dict[str, Any]:
    """The token of an outsider's driver, which it asks to be authorised each time."""
    said = {"uid": uid, "type": "RFID", "issuer": "External", "valid": True, "whitelist": "NEVER"}
    said["last_updated"] = "2026-05-04T03:00:00Z"
    if version == "2.1.1":
        return {**said, "auth_id": f"DE-{party_id}-C1"}
    return {**said, "country_code": "DE", "party_id": party_id, "contract_id": f"DE-{party_id}-C1"}


def account(stranger: Stranger) -> dict[str, Any]:
    """An account with its app."""
    token = card(stranger.version, f"APP-{stranger.party_id}", stranger.party_id)
    return token | {"type": "OTHER" if stranger.version == "2.1.1" else "APP_USER"}


def square(folder: Path, tokens: str, **about: str) -> Scenario:
    """A Square with many EVSEs, where a driver of each outsider charges, with a token of its own."""
    drivers = [named(f"Otto{id[3:]}", id, token=f"{tokens}{id[3:]}", arrives="10 min", **about) for id in IDS.values()]

    def change(text: str) -> str:
        return text.replace("count: 4", "count: 9") + outside("emsp", "NL-ABC")

    return town(folder, drivers=(*drivers, named("Vera", arrives="10 min")), change=change)


def command(stranger: Stranger, kind: str, **about: Any) -> Awaitable[tuple[int, dict[str, Any], Any]]:
    """Ask for it, with a URL for its result."""
    url = f"{stranger.base}/ocpi/{stranger.version}/commands/{kind}"
    return stranger.ask("POST", f"{stranger.endpoints['commands']}/{kind}", {"response_url": url, **about})


class Together(Struct):
    """One run in which a platform of each version took part, and what each asked and was answered there."""

    strangers: dict[str, Stranger]
    answers: dict[str, list[Any]]
    result: RunResult
    path: Path


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> Together:
    """Each registers, reads a location and asks for a START_SESSION where nobody is; then its driver taps a card."""
    folder = tmp_path_factory.mktemp("joined")
    there, answers = strangers(Stranger), {version: list[Any]() for version in VERSIONS}
    for version, stranger in there.items():
        stranger.objects["tokens"] = [card(version, CARD + stranger.party_id, stranger.party_id)]

    async def joins(run: Served, stranger: Stranger) -> None:
        await register(run, stranger)
        told = answers[stranger.version]
        told.append(await stranger.ask("GET", stranger.endpoints["locations"] + "?limit=1"))
        place = {"location_id": "NL-ABC-L001", "evse_uid": f"NL-ABC-E000{7 + VERSIONS.index(stranger.version)}"}
        told.append(await command(stranger, "START_SESSION", token=stranger.objects["tokens"][0], **place))
        await stranger.until("POST", "commands")
        await stranger.until("GET", "tokens")

    async def part(run: Served) -> None:
        await each(there, lambda stranger: joins(run, stranger))
        await run.until(10 * MIN)
        await each(there, lambda stranger: stranger.until("PUT", "sessions"))
        await run.after(10 * MIN)
        await each(there, lambda stranger: stranger.until("POST", "cdrs"))

    path = folder / "served.ocpirun"
    return Together(there, answers, scene(square(folder, CARD, stay="10 min"), path, part, *there.values()), path)


@pytest.mark.parametrize("version", VERSIONS)
def test_an_outside_emsp_joins_and_its_driver_charges(joined: Together, version: str) -> None:
    stranger, answers = joined.strangers[version], joined.answers[version]
    http, told, headers = answers[0]
    assert (http, told["status_code"], headers["X-Total-Count"]) == (200, 1000, "1")
    http, told, _ = answers[1]
    assert (http, told["data"]["result"]) == (200, "ACCEPTED")
    assert stranger.bodies("POST", "commands") == [{"result": "ACCEPTED"}], "a session only when a car is plugged in"
    assert not [url for url in stranger.endpoints.values() if not url.startswith("http://127.0.0.1:")]
    assert len(stranger.bodies("POST", "tokens")) == 1
    session = stranger.bodies("PUT", "sessions")[0]
    (cdr,) = stranger.bodies("POST", "cdrs")
    token = stranger.objects["tokens"][0]
    if version == "2.1.1":
        assert session["auth_id"] == token["auth_id"]
    else:
        assert session["cdr_token"]["uid"] == token["uid"]
    assert float(cdr["total_energy"]) > 0
    assert ".ocpi.test" not in json.dumps(stranger.heard)
    with Recording.open(joined.path) as recording:
        theirs = recording.messages(sender=IDS[version], contents=True)
        assert {row.version for row in theirs if row.module == "locations"} == {version}
        (post,) = [row for row in theirs if row.route == "credentials.post"]
        assert f"http://{IDS[version].lower()}.ocpi.test/ocpi/versions".encode() in post.request_body
        assert b"127.0.0.1" not in post.request_body + post.response_body


def test_a_run_with_outsiders_is_sound_and_live(joined: Together) -> None:
    result = joined.result
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]
    assert result.summary["energy_wh"]["held_back"] == 0  # type: ignore[index]
    assert result.summary["digest"] == ""
    with Recording.open(joined.path) as recording:
        assert recording.meta["live"] == "true"
        assert not [hint for hint in recording.hints() if hint.severity == "error"]


@pytest.fixture(scope="module", params=[False, True], ids=["plug first", "start first"])
def by_app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[bool, Together]:
    """Each driver waits for START_SESSION, or finds the place waiting for him; he waits for STOP_SESSION, or not."""
    early, folder = request.param, tmp_path_factory.mktemp("app")
    there = strangers(Stranger)

    async def starts(run: Served, stranger: Stranger) -> None:
        evse_uid = f"NL-ABC-E000{1 + VERSIONS.index(stranger.version)}"
        if not early:
            waits = await run.waits("START_SESSION", f"DE-{stranger.party_id}")
            assert (waits.token_uid, waits.location_id) == (account(stranger)["uid"], "NL-ABC-L001")
            evse_uid = waits.evse_uid
        await command(stranger, "START_SESSION", token=account(stranger), location_id="NL-ABC-L001", evse_uid=evse_uid)
        await stranger.until("POST", "commands")

    async def stops(run: Served, stranger: Stranger) -> None:
        session, *_ = await stranger.until("PUT", "sessions")
        if not early:
            await run.waits("STOP_SESSION", f"DE-{stranger.party_id}")
        await command(stranger, "STOP_SESSION", session_id=session["id"])
        await stranger.until("POST", "cdrs")

    async def part(run: Served) -> None:
        await each(there, lambda stranger: register(run, stranger))
        await run.until(9 * MIN if early else 10 * MIN)
        await each(there, lambda stranger: starts(run, stranger))
        await run.after(2 * MIN)
        await each(there, lambda stranger: stops(run, stranger))

    path = folder / "served.ocpirun"
    about = {"authorise": "app", "stay": "4 h" if early else "1 min", "stop": "app"}
    return early, Together(there, {}, scene(square(folder, "APP-", **about), path, part, *there.values()), path)


@pytest.mark.parametrize("version", VERSIONS)
def test_an_outsiders_app_starts_and_stops_a_session(by_app: tuple[bool, Together], version: str) -> None:
    early, run = by_app
    stranger = run.strangers[version]
    assert stranger.bodies("POST", "commands") == [{"result": "ACCEPTED"}] * 2
    assert all(run.result.summary["checks"].values()), run.result.remarks  # type: ignore[attr-defined]
    (cdr,) = stranger.bodies("POST", "cdrs")
    assert cdr["auth_method"] == ("AUTH_REQUEST" if version == "2.1.1" else "COMMAND")
    steps = [row for row in events(run.path) if row[0] == f"driver/Otto{stranger.party_id}"]
    kinds = [kind for _, kind, _ in steps if kind != "taken"]
    assert kinds == ["arrive", "plug", "app", *([] if early else ["app"]), "leave"]


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


def bills(path: Path) -> list[Any]:
    """Whether the outsider has accepted each of its CDRs as it was issued."""
    with Recording.open(path) as recording:
        return recording.query("SELECT amount IS accepted_amount FROM v_cdr WHERE debtor = 'DE-EXT'")


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
        await stranger.register(invitation.versions_url, invitation.token)
        _, told, _ = await stranger.ask("GET", stranger.endpoints["locations"], to="NL-HUB")
        places.extend(told["data"])
        await stranger.until("GET", "tokens")
        await run.until(3 * MIN)
        await stranger.until("PUT", "sessions")
        await run.after(5 * MIN)
        await stranger.until("POST", "cdrs")
        await run.after(MIN)

    result = scene(at_a_hub(tmp_path), tmp_path / "served.ocpirun", part, stranger)
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]
    assert [place["party_id"] for place in places] == ["ABC", "DUN"]
    (session,) = {body["id"]: body for body in stranger.bodies("PUT", "sessions")}.values()
    assert session["party_id"] in ("ABC", "DUN")
    assert session["cdr_token"]["uid"] == CARD
    with Recording.open(tmp_path / "served.ocpirun") as recording:
        assert {row.sender for row in recording.messages() if row.receiver == "DE-EXT"} == {"NL-HUB"}
    assert bills(tmp_path / "served.ocpirun") == [(True,)]


def test_an_outside_emsp_reaches_a_cpo_of_2_1_1_behind_a_hub(tmp_path: Path) -> None:
    """The hub stands in the outsider's place towards the one that knows no hubs, and translates."""
    stranger = Stranger("2.2.1")
    stranger.objects["tokens"] = [card("2.2.1")]

    async def part(run: Served) -> None:
        (invitation,) = await run.invited()
        await stranger.register(invitation.versions_url, invitation.token)
        await stranger.until("GET", "tokens")
        await run.until(2 * MIN)
        for party in ("NL-ABC", "NL-DUN"):
            _, told, _ = await stranger.ask("GET", stranger.endpoints["locations"], to=party)
            assert told["status_code"] == 1000, told
            assert {place["party_id"] for place in told["data"]} == {party[3:]}
        await run.until(3 * MIN)
        await stranger.until("PUT", "sessions")
        await run.after(5 * MIN)
        await stranger.until("POST", "cdrs")
        await run.after(MIN)

    result = scene(at_a_hub(tmp_path, oldest=True), tmp_path / "served.ocpirun", part, stranger)
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]
    (session,) = {body["id"]: body for body in stranger.bodies("PUT", "sessions")}.values()
    assert session["cdr_token"]["uid"] == CARD
    assert bills(tmp_path / "served.ocpirun") == [(True,)]


def test_the_recordings_hints_tell_a_sloppy_outsider_what_it_does_wrong(tmp_path: Path) -> None:
    stranger = Stranger("2.2.1", sloppy=True)

    async def part(run: Served) -> None:
        (invitation,) = await run.invited()
        await stranger.register(invitation.versions_url, invitation.token)
        await stranger.ask("GET", stranger.endpoints["locations"] + "/")
        await stranger.until("GET", "tokens")

    result = scene(served(tmp_path, JOINS.format(version="2.2.1")), tmp_path / "served.ocpirun", part, stranger)
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]
    with Recording.open(tmp_path / "served.ocpirun") as recording:
        rules = {hint.rule for hint in recording.hints()}
    assert rules == {"token-encoding", "message-ids", "trailing-slash", "ids-echoed"}


class WantsRaw(Stranger):
    """Takes what stands in the header for the token, as it was in 2.1.1."""

    def _presented(self, request: web.BaseRequest) -> str:
        return request.headers["Authorization"].removeprefix("Token ")


@pytest.mark.parametrize("version", ["2.2.1", "2.3.0"])
def test_ours_are_not_to_blame_for_writing_tokens_as_an_outsider_wants_them(tmp_path: Path, version: str) -> None:
    stranger = WantsRaw(version)
    stranger.accepted = stranger.ours

    async def part(run: Served) -> None:
        (invitation,) = await run.invited()
        await stranger.register(invitation.versions_url, invitation.token)
        await stranger.until("GET", "tokens")
        await run.after(10 * MIN)

    result = scene(served(tmp_path, JOINS.format(version=version)), tmp_path / "served.ocpirun", part, stranger)
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]
    with Recording.open(tmp_path / "served.ocpirun") as recording:
        (hint,) = [hint for hint in recording.hints() if hint.rule == "token-encoding"]
        (told,) = [row for row in recording.messages(receiver="DE-EXT") if row.exchange == hint.exchange]
    assert "401 for the same in Base64" in hint.sentence
    assert told.http_status == 200


def test_one_who_has_left_is_invited_anew(tmp_path: Path) -> None:
    stranger = Stranger("2.2.1")

    async def part(run: Served) -> None:
        (first,) = await run.invited()
        await stranger.register(first.versions_url, first.token)
        http, _, _ = await stranger.ask("DELETE", stranger.endpoints["credentials"])
        assert http == 200
        _, second = await run.invited(2)
        assert second.token != first.token
        await stranger.register(second.versions_url, second.token)

    scene(served(tmp_path, JOINS.format(version="2.2.1")), tmp_path / "served.ocpirun", part, stranger)


def test_a_scenario_that_names_nobody_lets_one_emsp_and_one_cpo_come(tmp_path: Path) -> None:
    """Each is given a token that nobody can foresee: another run of the same seed makes others."""
    tokens: list[str] = []

    async def part(run: Served) -> None:
        invitations = await run.invited(4)
        assert [(each.party, each.role, each.open) for each in invitations] == [
            ("NL-ABC", "emsp", True),
            ("NL-DUN", "emsp", True),
            ("NL-EMA", "cpo", True),
            ("NL-NOM", "cpo", True),
        ]
        tokens.extend(each.token for each in invitations)

    scenario = served(tmp_path, "")
    for number in range(2):
        scene(scenario, tmp_path / f"served{number}.ocpirun", part)
    assert len({*tokens}) == 8
