"""A point on a curve leads to the message that told of it, and each site to the messages about it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from simulator.assemble import RunOptions, play
from simulator.recording.reader import Recording
from simulator.report.telling import about_sites, explaining
from simulator.scenario.load import load as load_scenario

ROOT = Path(__file__).parents[2]
STATION = "NL-ABC/NL-ABC-L001"
ADAS_PLACE = "NL-ABC/NL-ABC-E0001"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of the quickstart."""
    out = tmp_path_factory.mktemp("load") / "quickstart.ocpirun"
    scenario = load_scenario(ROOT / "scenarios" / "quickstart.yaml")
    asyncio.run(play(scenario, RunOptions(out=out, wire="memory", control=False)))
    return out


@pytest.fixture
def quickstart(path: Path) -> Iterator[Recording]:
    with Recording.open(path) as recording:
        yield recording


def test_a_point_while_charging_leads_to_the_next_update(quickstart: Recording) -> None:
    exchange = explaining(quickstart, f"evse/{ADAS_PLACE}", 3_100_000_000)
    assert exchange is not None
    message = quickstart.message(exchange)
    assert (message.module, message.method) == ("sessions", "PATCH")
    assert 3_100_000_000 <= message.start_us < 3_100_000_000 + 600_000_000 * 2


def test_a_point_after_charging_leads_to_the_update_that_ended_it(quickstart: Recording) -> None:
    exchange = explaining(quickstart, f"evse/{ADAS_PLACE}", 12_000_000_000)
    assert exchange is not None
    assert b"COMPLETED" in quickstart.message(exchange).request_body


@pytest.mark.parametrize("entity", [f"site/{STATION}", ""])
def test_a_site_and_all_sites_lead_to_messages_too(quickstart: Recording, entity: str) -> None:
    exchange = explaining(quickstart, entity, 3_100_000_000)
    assert exchange is not None
    assert quickstart.message(exchange).start_us >= 3_100_000_000


def test_what_nobody_tells_of_leads_nowhere(quickstart: Recording) -> None:
    assert explaining(quickstart, "evse/NL-ABC/NONE", 0) is None
    assert explaining(quickstart, "site/NL-ABC/NONE", 0) is None


def test_a_point_leads_only_to_what_is_allowed(quickstart: Recording) -> None:
    entity, at_us = f"evse/{ADAS_PLACE}", 3_100_000_000
    first = explaining(quickstart, entity, at_us)
    assert first is not None
    later = np.array([message.exchange for message in quickstart.messages() if message.exchange > first], np.int64)
    second = explaining(quickstart, entity, at_us, later)
    assert second is not None
    assert second > first
    assert explaining(quickstart, entity, at_us, np.empty(0, np.int64)) is None


def test_every_site_has_the_messages_that_name_its_location(quickstart: Recording) -> None:
    found = about_sites(quickstart, 0, quickstart.last_seq)
    assert set(found) == {state.entity for state in quickstart.states(holder="run", kind="site")}
    for site, (exchanges, starts) in found.items():
        named = [message for message in quickstart.messages() if message.location_id == site.partition("/")[2]]
        assert exchanges.tolist() == sorted(message.exchange for message in named)
        assert dict(zip(exchanges.tolist(), starts.tolist(), strict=True)) == {
            message.exchange: message.start_us for message in named
        }


def test_messages_about_sites_are_read_on_from_a_row(quickstart: Recording) -> None:
    half, last = quickstart.last_seq // 2, quickstart.last_seq
    first, second, whole = (about_sites(quickstart, *part) for part in ((0, half), (half, last), (0, last)))
    for site, (exchanges, _) in whole.items():
        parts = [part[site][0] for part in (first, second) if site in part]
        assert sorted(np.concatenate(parts).tolist()) == exchanges.tolist()
