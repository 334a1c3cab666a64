"""The scenarios that ship exercise every request that OCPI knows, in each version; each exception has a reason."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from run_town import SCENARIOS, played

from simulator.recording.reader import Recording
from simulator.report.coverage import Coverage
from simulator.scenario.load import load

NEVER_SENT = {
    # A PATCH of 2.1.1 replaces the list of charging periods where later versions add to it, so our CPOs PUT.
    ("2.1.1", "sessions.receiver.patch_session"),
    # A tariff is one whole: our CPOs PUT it in 2.1.1, too, the only version that could PATCH it.
    ("2.1.1", "tariffs.receiver.patch_tariff"),
}


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
    assert {(each.version, each.route) for each in coverage.missing} == NEVER_SENT
