import asyncio
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from simulator.assemble import RunOptions, play
from simulator.recording.reader import Recording
from simulator.report.so_far import so_far
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
    assert (end.sessions, end.cdrs, end.energy_wh) == (run.sessions, run.cdrs, run.energy_wh.plug)
    assert end.cost == {currency: Decimal(amount) for currency, amount in run.cost.items()}
    assert end.active == 0


def test_before_anybody_came_there_is_nothing(recording: Recording) -> None:
    start = so_far(recording, 0)
    assert (start.sessions, start.active, start.energy_wh, start.cdrs, start.cost) == (0, 0, 0, 0, {})


def test_nothing_that_was_told_is_taken_back(recording: Recording) -> None:
    steps = [so_far(recording, hour * 1_800_000_000) for hour in range(9)]
    for before, after in pairwise(steps):
        assert before.sessions <= after.sessions
        assert before.energy_wh <= after.energy_wh
        assert before.cdrs <= after.cdrs
    assert any(step.active for step in steps)
