"""A day on a real network, imported from its published dump: all checks true, the same digest over both wires."""

import asyncio
from pathlib import Path

import pytest

from simulator.assemble import RunOptions, play
from simulator.scenario.importer import import_network
from simulator.scenario.load import load

NDW = Path(__file__).parents[3] / "shared" / "data" / "ndw"


@pytest.mark.shared
def test_a_day_of_ameland_with_sixty_sessions(tmp_path: Path) -> None:
    source, out = NDW / "ameland.locations.json", tmp_path / "ameland.yaml"
    report = import_network(source, NDW / "ameland.tariffs.json", 60, 2, out)
    assert report.evses.read == 53
    assert report.evses.read == report.evses.kept + report.evses.mended + report.evses.left_out
    results = [
        asyncio.run(play(load(out), RunOptions(out=tmp_path / f"{wire}.ocpirun", wire=wire)))  # type: ignore[arg-type]
        for wire in ("http", "memory")
    ]
    for result in results:
        checks = result.summary["checks"]
        assert isinstance(checks, dict)
        assert all(checks.values()), checks
        assert int(str(result.summary["cdrs"])) > 20
    assert results[0].summary["digest"] == results[1].summary["digest"]
