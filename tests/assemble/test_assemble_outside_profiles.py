"""Charging profiles between ours and platforms of another make: a result is told where the query says."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiohttp import web
from outside_run import JOINS, Served, scene, served
from outside_stranger import Json, Stranger
from run_town import MIN, SCENARIOS, S, named
from test_assemble_outside import CARD, card
from test_assemble_outside_cpo import ARRIVES, Charging, in_aachen
from test_assemble_outside_cpo import JOINS as CPO_JOINS

from simulator.recording.reader import Recording
from simulator.scenario.load import load

NOW = "2026-05-04T04:10:00Z"
ACTIVE = {"start_date_time": NOW, "charging_profile": {"charging_rate_unit": "W"}}
NOT_CONNECTED = 4003
RESULTS: dict[str, Json] = {"GET": {"result": "ACCEPTED", "profile": ACTIVE}, "DELETE": {"result": "ACCEPTED"}}


class Limiting(Stranger):
    """An eMSP that asks for limits, and lifts them; it wants to hear of it at a URL with a query of its own."""

    def _endpoints(self) -> list[Json]:
        url = f"{self.base}/ocpi/{self.version}/chargingprofiles"
        return [*super()._endpoints(), {"identifier": "chargingprofiles", "role": "SENDER", "url": url}]

    async def asks(self, method: str, session_id: str, to: str = "") -> Any:
        """The result of a request for a session, after its direct answer was ACCEPTED."""
        told_at = quote(f"{self.base}/ocpi/{self.version}/chargingprofiles/{method}?a=b%20c+d", safe="")
        duration = "duration=600&" if method == "GET" else ""
        url = f"{self.endpoints['chargingprofiles']}/{session_id}?{duration}response_url={told_at}"
        http, told, _ = await self.ask(method, url, to=to)
        assert (http, told["data"]["result"]) == (200, "ACCEPTED"), told
        return (await self.until("POST", f"chargingprofiles/{method}"))[0]


class Limited(Charging):
    """A CPO that does what it is asked about limits, and says so at once."""

    def _endpoints(self) -> list[Json]:
        url = f"{self.base}/ocpi/{self.version}/chargingprofiles"
        return [*super()._endpoints(), {"identifier": "chargingprofiles", "role": "RECEIVER", "url": url}]

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        if "chargingprofiles" not in request.path:
            return await super()._serve(request)
        self.heard.append((request.method, request.path, dict(request.query)))
        return web.json_response(self._envelope({"result": "ACCEPTED", "timeout": 30}))

    async def tells(self, method: str) -> None:
        """Wait for a request, and tell its result where that says."""
        (query,) = await self.until(method, "chargingprofiles")
        http, told, _ = await self.ask("POST", query["response_url"], RESULTS[method])
        assert (http, told["status_code"]) == (200, 1000), told


def test_an_outside_emsp_hears_what_came_of_asking_for_limits_and_of_lifting_them(tmp_path: Path) -> None:
    visitor = named("Otto", "DE-EXT", token=f'"{CARD}"', arrives="2 min", stay="4 h")
    stranger = Limiting("2.2.1")
    stranger.objects["tokens"] = [card("2.2.1")]
    results: list[Any] = []

    async def part(run: Served) -> None:
        async with stranger:
            (invitation,) = await run.invited()
            await stranger.register(invitation.versions_url, invitation.token)
            session = (await stranger.until("PUT", "sessions"))[0]
            results.append(await stranger.asks("GET", session["id"]))
            results.append(await stranger.asks("DELETE", session["id"]))

    path = tmp_path / "served.ocpirun"
    scene(served(tmp_path, JOINS.format(version="2.2.1"), visitor), path, part)
    assert results[0]["result"] == "ACCEPTED"
    assert results[0]["profile"]["charging_profile"]["charging_profile_period"]
    assert results[1] == {"result": "UNKNOWN"}, "there was no limit"
    with Recording.open(path) as recording:
        assert not recording.events(kind="unusable_url")


def test_ours_hear_from_an_outside_cpo_what_came_of_asking_for_limits_and_of_lifting_them(tmp_path: Path) -> None:
    stranger = Limited("2.2.1", role="CPO")

    async def part(run: Served) -> None:
        async with stranger:
            await stranger.show(run)
            await run.until(ARRIVES)
            await stranger.begin()
            await run.until(30 * MIN)
            await stranger.tells("GET")
            await run.until(35 * MIN)
            await stranger.tells("DELETE")
            await run.after(MIN)

    changes = (
        'changes:\n  - {at: "06:30", kind: charging_limit_asked, driver: Ann}\n'
        '  - {at: "06:35", kind: charging_limit_lifted, driver: Ann}\n'
    )
    path = tmp_path / "served.ocpirun"
    scene(served(tmp_path, changes + CPO_JOINS, in_aachen("Ann", stay="4 h")), path, part)
    with Recording.open(path) as recording:
        rows = recording.messages(module="chargingprofiles", contents=True)
        (result,) = recording.events(kind="charging_profile_result")
    assert [(row.method, row.sender, row.receiver) for row in rows] == [
        ("GET", "NL-EMA", "DE-EXT"),
        ("POST", "DE-EXT", "NL-EMA"),
        ("DELETE", "NL-EMA", "DE-EXT"),
        ("POST", "DE-EXT", "NL-EMA"),
    ]
    assert b'"ACCEPTED"' in result.data


def test_two_outsiders_limit_and_are_limited_over_a_hub_of_ours(tmp_path: Path) -> None:
    emsp, cpo = Limiting("2.2.1"), Limited("2.2.1", role="CPO", party_id="CPX")

    async def part(run: Served) -> None:
        async with emsp, cpo:
            for invitation in await run.invited(2):
                stranger = emsp if invitation.outsider == "DE-EXT" else cpo
                await stranger.register(invitation.versions_url, invitation.token)
            await run.after(MIN)
            for method in ("GET", "DELETE"):
                url = f"{emsp.base}/ocpi/2.2.1/chargingprofiles/{method}"
                query = f"?duration=600&response_url={quote(url, safe='')}"
                url = f"{emsp.endpoints['chargingprofiles']}/S1{query}"
                while (answer := await emsp.ask(method, url, to="DE-CPX"))[1]["status_code"] == NOT_CONNECTED:
                    # The hub has yet to read what the other has, which takes as long as that takes to answer.
                    await run.after(S)
                assert (answer[0], answer[1]["data"]["result"]) == (200, "ACCEPTED"), answer
                await cpo.tells(method)
                assert await emsp.until("POST", f"chargingprofiles/{method}") == [RESULTS[method]]

    outside = "\noutside:\n  DE-EXT: {role: emsp, with: [NL-HUB]}\n  DE-CPX: {role: cpo, with: [NL-HUB]}\n"
    (tmp_path / "hub.yaml").write_text((SCENARIOS / "hub" / "broadcast.yaml").read_text() + outside)
    scene(load(tmp_path / "hub.yaml"), tmp_path / "served.ocpirun", part)
    assert ".ocpi.test" not in str([*emsp.heard, *cpo.heard])
