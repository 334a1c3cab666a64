"""Groups of drivers whose contracts are with an eMSP outside: they come with the tokens that it tells of."""

import json
from pathlib import Path
from typing import Any

from outside_run import JOINS, Served, scene
from outside_stranger import Stranger
from outside_versions import register
from run_town import MIN, town
from test_assemble_outside import account, card, command

from simulator.recording.reader import Recording
from simulator.scenario.model import Scenario

CROWD = (
    "{{emsp: DE-EXT, name: crowd, sessions_per_day: 4000, arrivals: flat, around: [52.16, 4.48], radius: 500 m{more}}}"
)


def crowded(folder: Path, more: str = "") -> Scenario:
    """A Square to which, every 20 seconds or so, one of the outsider's customers would come."""
    joins = JOINS.format(version="2.2.1")
    return town(folder, drivers=(CROWD.format(more=more),), change=lambda text: text + joins)


def told(path: Path, kind: str) -> list[tuple[str, dict[str, Any]]]:
    with Recording.open(path) as recording:
        return [(row.subject, json.loads(row.data)) for row in recording.events(kind=kind) if row.party == "DE-EXT"]


def test_they_come_with_the_good_cards_that_it_tells_of_and_not_before(tmp_path: Path) -> None:
    """An account is for an app: those who tap leave it alone as long as there are cards."""
    stranger = Stranger("2.2.1")
    cards = [card("2.2.1", uid) | {"whitelist": "ALWAYS"} for uid in ("CARD-1", "CARD-2", "CARD-3")]
    cards[2]["valid"] = False
    stranger.objects["tokens"] = [*cards, account(stranger)]

    async def part(run: Served) -> None:
        await run.invited()
        await run.until(2 * MIN)
        await register(run, stranger)
        await stranger.until("GET", "tokens")
        await run.after(10 * MIN)
        await stranger.until("PUT", "sessions", 2)

    path = tmp_path / "served.ocpirun"
    result = scene(crowded(tmp_path), path, part, stranger)
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]
    assert {body["cdr_token"]["uid"] for body in stranger.bodies("PUT", "sessions")} == {"CARD-1", "CARD-2"}
    assert not told(path, "refused"), "nobody comes with a card that is not good"
    reasons = list(dict.fromkeys(data["why"] for _, data in told(path, "stays_away")))
    assert reasons == ["DE-EXT: no valid token of it is known", "DE-EXT: all its tokens are in use"]


def test_they_come_with_the_tokens_that_the_scenario_names_and_wait_for_its_app(tmp_path: Path) -> None:
    stranger = Stranger("2.2.1")

    async def part(run: Served) -> None:
        await register(run, stranger)
        await run.until(5 * MIN)
        waits = await run.waits("START_SESSION")
        assert waits.token_uid == "APP-EXT"
        place = {"location_id": waits.location_id, "evse_uid": waits.evse_uid}
        await command(stranger, "START_SESSION", token=account(stranger), **place)
        session, *_ = await stranger.until("PUT", "sessions")
        assert session["cdr_token"]["uid"] == "APP-EXT"

    path = tmp_path / "served.ocpirun"
    scenario = crowded(tmp_path, ", tokens: [APP-EXT], authorise: app, patience: 4 h")
    result = scene(scenario, path, part, stranger)
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]
    assert len(told(path, "plug")) == 1, "an account is one person's"


def test_a_card_is_there_for_the_next_one_when_its_visit_is_over(tmp_path: Path) -> None:
    """Nobody has registered who would answer for it, so that each is refused and goes."""
    stranger = Stranger("2.2.1")

    async def part(run: Served) -> None:
        await run.invited()
        await run.until(30 * MIN)

    path = tmp_path / "served.ocpirun"
    scene(crowded(tmp_path, ", tokens: [CARD-1], authorise: rfid"), path, part, stranger)
    with Recording.open(path) as recording:
        turns = [row.kind for row in recording.events() if row.kind in ("arrive", "turned_away")]
    assert len(turns) > 10
    assert set(turns[::2]) == {"arrive"}, "never two with one card"
    assert set(turns[1::2]) == {"turned_away"}
