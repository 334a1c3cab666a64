"""Served runs for tests: played in the test's own event loop while the test takes the part of those outside.

While test and outsiders talk with it, a run is slow enough for a busy machine. Where nothing is to be said for a while
the test has it go on quickly, by the control API, to an instant that it names.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
from outside_stranger import PATIENCE_S, Stranger
from run_town import named, town

from simulator.assemble import Awaited, Invitation, RunOptions, RunResult, Serving, play
from simulator.recording.reader import Recording
from simulator.scenario.model import Scenario

TALK = 20.0
QUICK = 600.0
"""Simulated seconds a second, while somebody says something, and while nobody does."""

JOINS = "outside:\n  DE-EXT: {{role: emsp, with: [NL-ABC], ocpi: [{version}]}}\n"


def served(folder: Path, outside: str, *drivers: str) -> Scenario:
    return town(folder, drivers=drivers or (named("Vera", arrives="4 h"),), change=lambda text: text + outside)


class Served:
    """A served run under way, from the beginning to the end of an `async with`; `invitations` are those so far."""

    result: RunResult

    def __init__(self, scenario: Scenario, out: Path, wall_us: Callable[[], int] | None = None) -> None:
        self.invitations: list[Invitation] = []
        self.awaited: list[Awaited] = []
        self._scenario = scenario
        self._out = out
        self._wall_us = wall_us
        self._stop = asyncio.Event()

    async def __aenter__(self) -> "Served":
        serving = Serving("127.0.0.1", self.invitations.append, self.awaited.append, self._wall_us)
        options = RunOptions(out=self._out, speed=TALK)
        self._run = asyncio.create_task(play(self._scenario, options, None, self._stop, serving))
        return self

    async def __aexit__(self, *about: object) -> None:
        self._stop.set()
        self.result = await self._run

    async def until(self, at_us: int) -> None:
        """Go on to this instant quickly, or not at all if it has gone by; the run must have let somebody in before."""
        await self._order("/speed", factor=QUICK)
        await self._order("/run_until", at=at_us / 1e6)
        await self._order("/speed", factor=TALK)
        await self._order("/resume")

    async def after(self, duration_us: int) -> None:
        """Go on quickly for so long."""
        report = await self._order("/speed", factor=TALK)
        await self.until(report["at_us"] + duration_us)

    async def _order(self, path: str, **words: float) -> Any:
        with Recording.open(self._out) as recording:
            url, token = recording.meta["control_url"], recording.meta["control_token"]
        async with (
            aiohttp.ClientSession(url, headers={"Authorization": f"Bearer {token}"}) as session,
            session.post(path, json=words) as answer,
        ):
            assert answer.status in (200, 409), await answer.text()
            return await answer.json()

    async def waits(self, command: str, outsider: str = "") -> Awaited:
        """Who waits for this command, of the outsider that is named, or of any."""
        async with asyncio.timeout(PATIENCE_S):
            while not (found := [each for each in self.awaited if each.command == command and _is(each, outsider)]):
                await asyncio.sleep(0.01)
        return found[-1]

    async def invited(self, count: int = 1, outsider: str = "") -> list[Invitation]:
        """The invitations, when there are so many; those of one outsider only, if it is named."""
        async with asyncio.timeout(PATIENCE_S):
            while len(found := [each for each in self.invitations if _is(each, outsider)]) < count:
                assert not self._run.done(), "the run has ended"
                await asyncio.sleep(0.01)
        return found


def _is(told: Awaited | Invitation, outsider: str) -> bool:
    return outsider in ("", told.outsider)


def scene(scenario: Scenario, out: Path, part: Callable[[Served], Awaitable[Any]], *strangers: Stranger) -> RunResult:
    """Serve the scenario while the test plays its part. These strangers are there from before it to after its end."""

    async def whole() -> RunResult:
        async with AsyncExitStack() as stack:
            for stranger in strangers:
                await stack.enter_async_context(stranger)
            async with Served(scenario, out) as run:
                await part(run)
        return run.result

    return asyncio.run(whole())
