"""The scenarios that ship exercise every request that OCPI knows, in each version."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from run_town import SCENARIOS, played

from simulator.recording.reader import Recording
from simulator.report.coverage import Coverage
from simulator.scenario.load import load


@pytest.mark.slow
def test_the_shipped_scenarios_exercise_every_request(tmp_path: Path) -> None:
    paths = [path for path in sorted(SCENARIOS.rglob("*.yaml")) if path.parent.name != "scale"]
    for number, path in enumerate(paths):
        played(load(path), tmp_path / f"{number}.ocpirun")

    def each() -> Iterator[Recording]:
        for number in range(len(paths)):
            with Recording.open(tmp_path / f"{number}.ocpirun") as recording:
                yield recording

    coverage = Coverage(each())
    assert [(each.version, each.route) for each in coverage.missing] == []
    assert len(coverage.routes) == 150
