"""Platforms outside go by the clock on the wall: a served run can, and a peer whose clock is another is told of."""

import asyncio
from pathlib import Path

from outside_run import Served, served
from outside_stranger import Stranger
from run_town import H, S

from simulator.ocpi.datatypes import parse_datetime
from simulator.recording.reader import Recording

NOW_US = parse_datetime("2027-01-31T21:15:00Z")
JOINS = "outside:\n  DE-EXT: {role: emsp, with: [NL-ABC]}\n"


def test_a_run_that_begins_now_is_soon_at_the_time_on_the_wall(tmp_path: Path) -> None:
    """It begins at a whole second and makes up for the hour that it took to begin. Vera still comes after 4 h."""
    path, stranger = tmp_path / "served.ocpirun", Stranger("2.2.1")
    looks = iter((NOW_US + 700_000, NOW_US + 1 * H))
    text = ""

    async def whole() -> None:
        nonlocal text
        async with stranger, Served(served(tmp_path, JOINS), path, lambda: next(looks)) as run:
            (told,) = await run.invited()
            async with asyncio.timeout(20):
                while text < "2027-01-31T22:15:00Z":
                    _, versions, _ = await stranger.ask("GET", told.versions_url, token=told.token)
                    text = versions["timestamp"]
            await run.until(4 * H + 1 * S)

    asyncio.run(whole())
    assert text < "2027-01-31T22:30:00Z"
    with Recording.open(path) as recording:
        assert int(recording.meta["start_epoch_us"]) == NOW_US
        assert "start: 2026-05-04T06:00" in recording.meta["scenario_text"]
        assert [row.at_us for row in recording.events() if row.kind == "arrive"] == [4 * H]
