"""A run of the shipped scenario with one hub and parties of three versions, as far as the sessions have begun."""

import asyncio
from pathlib import Path

from simulator.assemble import RunOptions, play
from simulator.scenario.load import load

SCENARIO = Path(__file__).parents[2] / "scenarios" / "roaming" / "three_versions_one_hub.yaml"
UNTIL_US = 1_800_000_000


def hub_run(folder: Path) -> Path:
    """Where it was recorded."""
    out = folder / "hub.ocpirun"
    asyncio.run(play(load(SCENARIO), RunOptions(out=out, wire="memory", until_us=UNTIL_US, control=False)))
    return out
