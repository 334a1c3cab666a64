"""Platforms outside go by the clock on the wall: a served run can, and a peer whose clock is another is told of."""

import asyncio
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from outside_run import Served, scene, served
from outside_stranger import Json, Stranger
from run_town import H, S, town

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


class Elsewhen(Stranger):
    """A CPO with a clock that stands at another time."""

    at = ""

    def _envelope(self, data: object) -> Json:
        return super()._envelope(data) | {"timestamp": self.at}


def asked_since(path: Path, module: str) -> list[str]:
    """From when on it was asked for its list, empty where for all of it; each once."""
    with Recording.open(path) as recording:
        asked = [row for row in recording.messages(receiver="DE-EXT") if row.route == f"{module}.sender.get_list"]
    return list(dict.fromkeys(parse_qs(urlsplit(row.path).query).get("date_from", [""])[0] for row in asked))


@pytest.mark.parametrize(
    "at",
    [
        "2026-01-24T00:00:00Z",
        "2027-01-24T00:00:00Z",
        "2026-05-04T04:00:00Z",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
    ],
)
def test_a_peer_is_asked_for_what_has_changed_by_its_own_clock(tmp_path: Path, at: str) -> None:
    """One whose clock is ahead shows more than has changed. That a clock is far off is told once. No list is asked for
    from before 1970 on, whatever an envelope bears that has been given no instant.
    """
    path, stranger = tmp_path / "served.ocpirun", Elsewhen("2.2.1", role="CPO")
    stranger.at = at

    async def part(run: Served) -> None:
        (told,) = await run.invited()
        await stranger.register(told.versions_url, told.token)
        await stranger.until("GET", "cdrs", 2)

    scenario = town(
        tmp_path,
        drivers=(),
        poll="1 min",
        change=lambda text: text + JOINS.replace("emsp, with: [NL-ABC]", "cpo, with: [NL-EMA]"),
    )
    scene(scenario, path, part, stranger)
    whole, *later = asked_since(path, "locations")
    assert whole == ""
    assert later
    (first, *_) = asked_since(path, "sessions")
    assert first < ("2025-12-26" if at < "2026-05" else "2026-04-05")
    latest = max(at, "1970-01-01T00:00:00Z")
    assert all("2026-05-04T04:00" <= each < "2026-05-04T05:00" if at > "2027" else each <= latest for each in later)
    with Recording.open(path) as recording:
        hints = [hint.sentence for hint in recording.hints() if hint.rule == "other-time"]
    assert len(hints) == (not at.startswith("2026-05"))
    assert all(f"$.timestamp: found '{at}', expected about 2026-05-04T04:0" in hint for hint in hints)
