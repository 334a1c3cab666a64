"""What a recording says of its sites at the beginning: EVSEs at which nobody can charge are none that are in use."""

import asyncio
import json
from pathlib import Path

import msgspec
import pytest

from simulator.assemble import RunOptions, play
from simulator.recording.reader import Recording
from simulator.scenario.importer import import_network
from simulator.scenario.load import load
from simulator.scenario.loads import load_of

NDW = Path(__file__).parents[3] / "shared" / "data" / "ndw"


@pytest.mark.shared
def test_evses_that_stay_closed_are_not_in_use(tmp_path: Path) -> None:
    places = json.loads((NDW / "ameland.locations.json").read_bytes())
    places = places if isinstance(places, list) else places["data"]
    for evse in places[0]["evses"]:
        evse["status"] = "OUTOFORDER"
    (tmp_path / "dump.json").write_text(json.dumps(places))
    import_network(tmp_path / "dump.json", NDW / "ameland.tariffs.json", 5, 2, tmp_path / "town.yaml")
    scenario = load(tmp_path / "town.yaml")
    evses = [each for place in scenario.networks[0].locations for each in place.evses]
    open_ones = sum(each.status not in ("OUTOFORDER", "INOPERATIVE", "BLOCKED", "PLANNED", "REMOVED") for each in evses)
    assert open_ones < len(evses)
    out = tmp_path / "town.ocpirun"
    asyncio.run(play(scenario, RunOptions(out=out, wire="memory", until_us=60_000_000)))
    with Recording.open(out) as recording:
        told = [msgspec.json.decode(state.value) for state in recording.states(holder="run", kind="site")]
    assert sum(site["evses"] for site in told) == open_ones == load_of(scenario).evses
