"""Outsiders that are started again, with nothing of what a registration gave them, come back."""

import asyncio
from pathlib import Path

from outside_run import JOINS, Served, scene, served
from outside_stranger import Stranger
from outside_versions import IDS, each, outside, present, register, strangers
from run_town import MIN, town
from test_assemble_outside_cpo import location

from simulator.assemble import RunResult
from simulator.recording.reader import Recording
from simulator.scenario.model import Scenario


async def may_read(stranger: Stranger, token: str | None = None) -> bool:
    http, _, _ = await stranger.ask("GET", stranger.endpoints["locations"], token=token)
    return http == 200


def test_one_that_has_only_the_token_of_its_invitation_left_gets_another(tmp_path: Path) -> None:
    there = strangers(Stranger)

    async def comes_back(run: Served, stranger: Stranger) -> None:
        id = IDS[stranger.version]
        await register(run, stranger)
        (first,) = await run.invited(1, id)
        for _ in range(3):
            http, _, _ = await stranger.ask("GET", first.versions_url, token=first.token)
            assert http == 401, "it has been used"
        _, second = await run.invited(2, id)
        assert second.token != first.token
        assert await may_read(stranger), "what it has stands until the new one is presented"
        before = stranger.theirs
        await register(run, stranger, 2)
        assert await may_read(stranger)
        assert not await may_read(stranger, before)
        http, _, _ = await stranger.ask("GET", first.versions_url, token=first.token)
        assert (http, len(await run.invited(2, id))) == (401, 2), "only the last one brings another"
        await stranger.ask("GET", first.versions_url, token=second.token)
        await register(run, stranger, 3)
        assert await may_read(stranger)

    async def part(run: Served) -> None:
        await each(there, lambda stranger: comes_back(run, stranger))

    scenario = served(tmp_path, outside("emsp", "NL-ABC"))
    result = scene(scenario, tmp_path / "served.ocpirun", part, *there.values())
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]


def test_a_dead_token_is_told_of_where_one_of_ours_lets_it_in(tmp_path: Path) -> None:
    """A party that forgets no token shows the versions to one that was replaced, and to one that was given back."""
    stranger = Stranger("2.2.1")

    def forgetful(text: str) -> str:
        quirky = text.replace("name: Alpha Charging", "name: Alpha Charging, quirks: [old_tokens_accepted]")
        return quirky + JOINS.format(version="2.2.1")

    async def part(run: Served) -> None:
        await register(run, stranger)
        (first,) = run.invitations
        assert (await stranger.ask("GET", first.versions_url, token=first.token))[0] == 200
        assert len(await run.invited(2)) == 2, "it may have lost the token in force"
        await stranger.ask("DELETE", stranger.endpoints["credentials"])
        assert (await stranger.ask("GET", first.versions_url))[0] == 200

    path = tmp_path / "served.ocpirun"
    scene(town(tmp_path, drivers=(), change=forgetful), path, part, stranger)
    with Recording.open(path) as recording:
        last = [row.exchange for row in recording.messages(sender="DE-EXT", module="versions")][-2:]
        rules = [[hint.rule for hint in recording.hints(exchange=each)] for each in last]
    assert rules == [["stale-token", "stale-token-accepted"]] * 2


def where(stranger: Stranger) -> str:
    """What its people have handed over, in a scenario."""
    return f', token: abc, versions_url: "{stranger.base}/ocpi/versions"'


def polled(folder: Path, outside: str) -> Scenario:
    return town(folder, poll="5 min", change=lambda text: text + outside)


def test_ours_register_anew_with_one_that_has_forgotten_them(tmp_path: Path) -> None:
    there = strangers(Stranger)

    async def knows_them(stranger: Stranger, count: int = 1) -> None:
        credentials = (await stranger.until("POST", "credentials", count))[-1]
        await stranger.look_around(credentials["url"])
        assert await may_read(stranger)
        await stranger.until("GET", "tokens", count)

    async def forgets_and_knows_again(run: Served) -> None:
        await each(there, knows_them)
        held = {version: stranger.accepted for version, stranger in there.items()}
        for stranger in there.values():
            stranger.accepted = "abc"
        await run.after(12 * MIN)
        await each(there, lambda stranger: knows_them(stranger, 2))
        await run.after(12 * MIN)
        for version, stranger in there.items():
            assert stranger.accepted not in ("abc", held[version])
            assert len(stranger.bodies("POST", "credentials")) == 2, "it knows them again"

    async def whole() -> RunResult:
        async with present(there):
            for stranger in there.values():
                stranger.accepted = "abc"
            about = {version: where(stranger) for version, stranger in there.items()}
            scenario = polled(tmp_path, outside("emsp", "NL-ABC", about))
            async with Served(scenario, tmp_path / "served.ocpirun") as run:
                await forgets_and_knows_again(run)
        return run.result

    result = asyncio.run(whole())
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]


def test_one_refusal_ends_no_registration(tmp_path: Path) -> None:
    """A platform that shows ours no tokens, but its credentials, has not forgotten them."""

    async def whole() -> None:
        async with Stranger("2.2.1") as stranger:
            stranger.closed = "tokens"
            scenario = polled(tmp_path, f"outside:\n  DE-EXT: {{role: emsp, with: [NL-ABC]{where(stranger)}}}\n")
            async with Served(scenario, tmp_path / "served.ocpirun") as run:
                await stranger.until("GET", "tokens")
                await run.after(12 * MIN)
                await stranger.until("GET", "credentials", 2)
                assert len(stranger.bodies("POST", "credentials")) == 1

    asyncio.run(whole())


def test_what_one_with_a_fresh_store_tells_counts_though_it_is_older(tmp_path: Path) -> None:
    """It was started again with the books of yesterday, which are older than all that was read since."""
    stranger = Stranger("2.2.1", role="CPO")
    outside = "outside:\n  DE-EXT: {role: cpo, ocpi: 2.2.1, with: [NL-EMA]}\n"

    async def is_read(run: Served, last_updated: str, number: int) -> None:
        stranger.objects["locations"] = [location("2.2.1") | {"last_updated": last_updated}]
        await register(run, stranger, number)
        await stranger.until("GET", "cdrs", number)
        http, told, _ = await stranger.ask("GET", f"{stranger.endpoints['locations']}/DE/EXT/L1")
        assert (http, told["data"]["last_updated"]) == (200, last_updated)

    async def part(run: Served) -> None:
        await is_read(run, "2026-05-04T03:30:00Z", 1)
        first = run.invitations[0]
        await stranger.ask("GET", first.versions_url, token=first.token)
        await is_read(run, "2026-05-03T12:00:00Z", 2)

    path = tmp_path / "served.ocpirun"
    scene(served(tmp_path, outside), path, part, stranger)
    with Recording.open(path) as recording:
        asked = recording.messages(receiver="DE-EXT", module="locations")
        assert len(asked) == 2
        assert not [row.path for row in asked if "date_from" in row.path], "all is read again"


def test_one_that_comes_back_at_ever_another_port_is_found_there(tmp_path: Path) -> None:
    async def part(run: Served) -> None:
        theirs, endpoints = "", {}
        for number in range(12):
            async with Stranger("2.2.1") as stranger:
                if number == 0:
                    await register(run, stranger)
                else:
                    stranger.theirs, stranger.endpoints = theirs, endpoints
                    credentials = stranger.credentials(f"token-b-{number}")
                    _, told, _ = await stranger.ask("PUT", endpoints["credentials"], credentials)
                    assert told["status_code"] == 1000, (number, told)
                    stranger.theirs = told["data"]["token"]
                theirs, endpoints = stranger.theirs, stranger.endpoints

    scene(served(tmp_path, JOINS.format(version="2.2.1")), tmp_path / "served.ocpirun", part)
