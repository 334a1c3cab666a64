import asyncio
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from report_hour import hour

from simulator.assemble import RunOptions, play
from simulator.recording.reader import Recording
from simulator.report.so_far import SessionsSoFar, so_far
from simulator.report.summary import summarise
from simulator.scenario.load import load

QUICKSTART = Path(__file__).parents[2] / "scenarios" / "quickstart.yaml"


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    out = tmp_path_factory.mktemp("so_far") / "run.ocpirun"
    asyncio.run(play(load(QUICKSTART), RunOptions(out=out, wire="memory", control=False)))
    return Recording.open(out)


def test_at_the_end_it_agrees_with_the_run_itself(recording: Recording) -> None:
    run = summarise(recording).run
    assert run is not None
    end = so_far(recording, 4 * 3_600_000_000)
    assert (end.sessions, end.cdrs) == (SessionsSoFar(run.sessions, 0, run.energy_wh.plug), run.cdrs)
    assert end.cost == {currency: Decimal(amount) for currency, amount in run.cost.items()}


def test_before_anybody_came_there_is_nothing(recording: Recording) -> None:
    start = so_far(recording, 0)
    assert (start.sessions, start.cdrs, start.cost) == (SessionsSoFar(0, 0, 0), 0, {})


def test_nothing_that_was_told_is_taken_back(recording: Recording) -> None:
    steps = [so_far(recording, hour * 1_800_000_000) for hour in range(9)]
    for before, after in pairwise(steps):
        assert before.sessions is not None
        assert after.sessions is not None
        assert before.sessions.begun <= after.sessions.begun
        assert before.sessions.energy_wh <= after.sessions.energy_wh
        assert before.cdrs <= after.cdrs
    assert any(step.sessions and step.sessions.active for step in steps)


def test_what_the_level_does_not_keep_is_not_told_as_none(tmp_path: Path) -> None:
    with Recording.open(hour(tmp_path / "run.ocpirun", "aggregates")) as recording:
        end = so_far(recording, 3_600_000_000)
    assert (end.sessions, end.cdrs, end.cost) == (None, 1, {"EUR": Decimal("1.30")})
