"""Outsiders that are started again, with nothing of what a registration gave them, come back."""

import asyncio
from pathlib import Path

import pytest
from outside_run import JOINS, Served, scene, served
from outside_stranger import Stranger
from run_town import MIN, town

from simulator.assemble import RunResult


async def registers(stranger: Stranger, run: Served, number: int) -> None:
    invitation = (await run.invited(number))[number - 1]
    await stranger.register(invitation.versions_url, invitation.token)


async def may_read(stranger: Stranger, token: str | None = None) -> bool:
    http, _, _ = await stranger.ask("GET", stranger.endpoints["locations"], token=token)
    return http == 200


@pytest.mark.parametrize("version", ["2.1.1", "2.2.1", "2.3.0"])
def test_one_that_has_only_the_token_of_its_invitation_left_gets_another(tmp_path: Path, version: str) -> None:
    stranger = Stranger(version)

    async def part(run: Served) -> None:
        async with stranger:
            await registers(stranger, run, 1)
            first = run.invitations[0]
            for _ in range(3):
                http, _, _ = await stranger.ask("GET", first.versions_url, token=first.token)
                assert http == 401, "it has been used"
            assert (await run.invited(2))[1].token != first.token
            assert await may_read(stranger), "what it has stands until the new one is presented"
            before = stranger.theirs
            await registers(stranger, run, 2)
            assert await may_read(stranger)
            assert not await may_read(stranger, before)
            http, _, _ = await stranger.ask("GET", first.versions_url, token=first.token)
            assert (http, len(run.invitations)) == (401, 2), "only the last one brings another"
            await stranger.ask("GET", first.versions_url, token=run.invitations[1].token)
            await registers(stranger, run, 3)
            assert await may_read(stranger)

    result = scene(served(tmp_path, JOINS.format(version=version)), tmp_path / "served.ocpirun", part)
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]


NAMED = 'outside:\n  DE-EXT: {{role: emsp, with: [NL-ABC], token: abc, versions_url: "{base}/ocpi/versions"}}\n'


@pytest.mark.parametrize("version", ["2.1.1", "2.2.1"])
def test_ours_register_anew_with_one_that_has_forgotten_them(tmp_path: Path, version: str) -> None:
    async def both() -> RunResult:
        async with Stranger(version) as stranger:
            stranger.accepted = "abc"
            outside = NAMED.format(base=stranger.base)
            scenario = town(tmp_path, poll="5 min", change=lambda text: text + outside)
            run = Served(scenario, tmp_path / "served.ocpirun", 300.0)
            try:
                await forgets(stranger, run)
            finally:
                result = await run.end()
        return result

    async def forgets(stranger: Stranger, run: Served) -> None:
        await stranger.until("POST", "credentials")
        await stranger.until("GET", "tokens")
        held, stranger.accepted = stranger.accepted, "abc"
        _, credentials = await stranger.until("POST", "credentials", 2)
        await run.until(run.at_us + 12 * MIN)
        assert stranger.accepted not in ("abc", held)
        assert len(stranger.bodies("POST", "credentials")) == 2, "it knows them again"
        await stranger.look_around(credentials["url"])
        assert await may_read(stranger)

    result = asyncio.run(both())
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]


def test_one_refusal_ends_no_registration(tmp_path: Path) -> None:
    """A platform that shows ours no tokens, but its credentials, has not forgotten them."""

    async def both() -> None:
        async with Stranger("2.2.1") as stranger:
            stranger.closed = "tokens"
            outside = NAMED.format(base=stranger.base)
            scenario = town(tmp_path, poll="5 min", change=lambda text: text + outside)
            run = Served(scenario, tmp_path / "served.ocpirun", 300.0)
            try:
                await stranger.until("GET", "credentials", 2)
                assert len(stranger.bodies("POST", "credentials")) == 1
            finally:
                await run.end()

    asyncio.run(both())


def test_one_that_comes_back_at_ever_another_port_is_found_there(tmp_path: Path) -> None:
    async def part(run: Served) -> None:
        theirs, endpoints = "", {}
        for number in range(12):
            async with Stranger("2.2.1") as stranger:
                if number == 0:
                    await registers(stranger, run, 1)
                else:
                    stranger.theirs, stranger.endpoints = theirs, endpoints
                    credentials = stranger.credentials(f"token-b-{number}")
                    _, told, _ = await stranger.ask("PUT", endpoints["credentials"], credentials)
                    assert told["status_code"] == 1000, (number, told)
                    stranger.theirs = told["data"]["token"]
                theirs, endpoints = stranger.theirs, stranger.endpoints

    scene(served(tmp_path, JOINS.format(version="2.2.1")), tmp_path / "served.ocpirun", part)
