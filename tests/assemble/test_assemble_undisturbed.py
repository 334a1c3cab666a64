"""A run looks for no garbage in circles where none is made, and leaves the interpreter as it was."""

import asyncio
import gc
import sys
from pathlib import Path

import pytest

from simulator.assemble import Progress, RunOptions, play
from simulator.assemble.undisturbed import undisturbed
from simulator.scenario.load import load

SCENARIOS = Path(__file__).parents[2] / "scenarios"


@pytest.mark.parametrize("name", ["failures/party_offline.yaml", "hub/two_hubs.yaml"])
def test_what_our_own_parties_make_is_free_of_circles(name: str, tmp_path: Path) -> None:
    scenario = load(SCENARIOS / name, [])
    found: list[int] = []

    def collected(phase: str, info: dict[str, int]) -> None:
        found.append(info.get("collected", 0))

    def watch(progress: Progress) -> None:
        if progress.phase == "running" and collected not in gc.callbacks:
            assert not gc.isenabled()
            found.clear()
            gc.callbacks.append(collected)
        elif progress.phase == "closing" and collected in gc.callbacks:
            gc.collect()
            gc.callbacks.remove(collected)

    # Decoders learn their classes, in circles, the first time.
    for _ in range(2):
        asyncio.run(play(scenario, RunOptions(out=tmp_path / "run.ocpirun", wire="memory", control=False), watch))
    assert found
    assert sum(found) == 0


@pytest.mark.parametrize("circles", [True, False])
def test_the_interpreter_is_left_as_it_was(circles: bool) -> None:
    before = (gc.isenabled(), gc.get_threshold(), sys.getswitchinterval())
    with undisturbed(circles=circles):
        assert gc.isenabled() is circles
        assert gc.get_freeze_count() > 0
    assert (gc.isenabled(), gc.get_threshold(), sys.getswitchinterval()) == before
    assert gc.get_freeze_count() == 0
