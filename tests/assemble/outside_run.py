"""Served runs for tests: played in the test's own event loop while the test takes the part of those outside."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from run_town import named, town

from simulator.assemble import Awaited, Invitation, Progress, RunOptions, RunResult, Serving, play
from simulator.scenario.model import Scenario

JOINS = "outside:\n  DE-EXT: {{role: emsp, with: [NL-ABC], ocpi: [{version}]}}\n"


def served(folder: Path, outside: str, *drivers: str) -> Scenario:
    return town(folder, drivers=drivers or (named("Vera", arrives="4 h"),), change=lambda text: text + outside)


class Served:
    """A served run under way; `invitations` are those handed out so far."""

    def __init__(self, scenario: Scenario, out: Path, speed: float) -> None:
        self.out = out
        self.invitations: list[Invitation] = []
        self.awaited: list[Awaited] = []
        self._stop = asyncio.Event()
        options = RunOptions(out=out, speed=speed, control=False)
        serving = Serving("127.0.0.1", self.invitations.append, self.awaited.append)
        self.at_us = 0
        self._run = asyncio.create_task(play(scenario, options, self._watch, self._stop, serving))

    def _watch(self, progress: Progress) -> None:
        self.at_us = progress.at_us

    async def until(self, at_us: int) -> None:
        async with asyncio.timeout(30):
            while self.at_us < at_us and not self._run.done():
                await asyncio.sleep(0.02)

    async def waits(self, command: str) -> Awaited:
        """Who waits for this command."""
        async with asyncio.timeout(20):
            while not (found := [each for each in self.awaited if each.command == command]):
                await asyncio.sleep(0.02)
        return found[-1]

    async def invited(self, count: int = 1) -> list[Invitation]:
        async with asyncio.timeout(20):
            while len(self.invitations) < count and not self._run.done():
                await asyncio.sleep(0.02)
        return self.invitations

    async def end(self) -> RunResult:
        self._stop.set()
        return await self._run


def scene(
    scenario: Scenario, out: Path, play_it: Callable[[Served], Awaitable[None]], speed: float = 300.0
) -> RunResult:
    """Serve the scenario while the test plays its part; then end the run."""

    async def both() -> RunResult:
        run = Served(scenario, out, speed)
        try:
            await play_it(run)
        finally:
            result = await run.end()
        return result

    return asyncio.run(both())
