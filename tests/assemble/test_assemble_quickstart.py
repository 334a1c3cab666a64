"""The quickstart is what its comments say: a trainer reads them aloud while it plays."""

import asyncio
import json
from pathlib import Path

import pytest

from simulator.assemble import RunOptions, play
from simulator.recording.reader import Recording
from simulator.report.story import story
from simulator.scenario.load import load

SCENARIO = Path(__file__).parents[2] / "scenarios" / "quickstart.yaml"
SITES = {
    "Station square": ["NL-ABC-E0001", "NL-ABC-E0002", "NL-ABC-E0003", "NL-ABC-E0004"],
    "Fast lane": ["NL-ABC-E0005"],
    "Market hall": ["NL-DUN-E0001", "NL-DUN-E0002"],
    "Canal side": ["NL-DUN-E0003"],
}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("quickstart") / "run.ocpirun"
    result = asyncio.run(play(load(SCENARIO), RunOptions(out=path, wire="memory", control=False)))
    checks = result.summary["checks"]
    assert isinstance(checks, dict)
    assert all(checks.values())
    return path


def test_everybody_charges_where_the_comments_say(path: Path) -> None:
    with Recording.open(path) as recording:
        at = {
            event.source.removeprefix("driver/"): next(
                site for site, uids in SITES.items() if event.subject.split("/")[1] in uids
            )
            for event in recording.events(kind="plug")
        }
        away = {
            event.source.removeprefix("driver/"): json.loads(event.data)["waited_s"]
            for event in recording.events(kind="turned_away")
        }
    assert at == {
        "Ada": "Station square",
        "Bram": "Market hall",
        "Chiara": "Station square",
        "Daan": "Station square",
        "Elif": "Market hall",
        "Femke": "Fast lane",
        "Hassan": "Station square",
        "Ines": "Canal side",
        "Kees": "Canal side",
        "Lotte": "Market hall",
    }
    assert away == {"Giulia": 1200, "Joris": 1200}


def test_the_station_shares_its_connection(path: Path) -> None:
    with Recording.open(path) as recording:
        _, power_w = recording.series("site/NL-ABC/NL-ABC-L001", "power")
    assert power_w.max() == 30_000


def test_the_told_session_has_the_whole_flow_in_about_twenty_messages(path: Path) -> None:
    with Recording.open(path) as recording:
        lines = story(recording, "Ada")
        routes = [recording.message(line.exchange).route for line in lines if line.exchange]
    assert 16 <= len(routes) <= 24
    for route in (
        "tokens.sender.post_authorize",
        "sessions.receiver.put_session",
        "sessions.receiver.patch_session",
        "commands.receiver.post_stop_session",
        "commands.sender.post_result",
        "cdrs.receiver.post_cdr",
        "locations.receiver.patch_evse",
    ):
        assert route in routes
