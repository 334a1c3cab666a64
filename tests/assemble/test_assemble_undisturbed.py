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
    """A day leaves no more garbage than a second does: the little that building the world leaves."""
    scenario = load(SCENARIOS / name, [])

    def garbage(until_us: int | None) -> int:
        found: list[int] = []

        def collected(phase: str, info: dict[str, int]) -> None:
            found.append(info.get("collected", 0))

        def watch(progress: Progress) -> None:
            if progress.phase == "running" and collected not in gc.callbacks:
                assert not gc.isenabled()
                gc.callbacks.append(collected)
            elif progress.phase == "closing" and collected in gc.callbacks:
                gc.collect()
                gc.callbacks.remove(collected)

        gc.collect()  # what other tests have left
        options = RunOptions(out=tmp_path / "run.ocpirun", wire="memory", control=False, until_us=until_us)
        asyncio.run(play(scenario, options, watch))
        assert found
        return sum(found)

    garbage(None)  # decoders learn their classes, in circles, the first time
    assert garbage(None) == garbage(1_000_000)


def test_over_http_the_collector_works(tmp_path: Path) -> None:
    """Sockets that have ended leave circles behind."""
    seen: list[bool] = []

    def watch(progress: Progress) -> None:
        if progress.phase == "running":
            seen.append(gc.isenabled())

    scenario = load(SCENARIOS / "failures/party_offline.yaml", [])
    asyncio.run(play(scenario, RunOptions(out=tmp_path / "run.ocpirun", wire="http", control=False), watch))
    assert seen
    assert all(seen)


@pytest.mark.parametrize("circles", [True, False])
def test_the_interpreter_is_left_as_it_was(circles: bool) -> None:
    before = (gc.isenabled(), gc.get_threshold(), sys.getswitchinterval())
    with undisturbed(circles=circles):
        assert gc.isenabled() is circles
        assert gc.get_freeze_count() > 0
    assert (gc.isenabled(), gc.get_threshold(), sys.getswitchinterval()) == before
    assert gc.get_freeze_count() == 0


def test_what_a_run_has_made_is_not_looked_over_at_its_end() -> None:
    """It counts as old, as it would had the collector worked: a city's would take a second to look at."""
    looked: list[int] = []

    def collecting(phase: str, info: dict[str, int]) -> None:
        looked.append(info["generation"])

    with undisturbed(circles=False):
        made = [[number] for number in range(100_000)]
        gc.callbacks.append(collecting)
    try:
        few = [[number] for number in range(100)]
    finally:
        gc.callbacks.remove(collecting)
    assert looked == []
    assert any(each is made for each in gc.get_objects(generation=2))
    assert few
