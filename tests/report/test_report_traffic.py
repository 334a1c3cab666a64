"""Traffic counts every message once, at every level, however the recording is read."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from simulator.assemble import RunOptions, play
from simulator.recording.reader import Recording
from simulator.recording.rows import Level
from simulator.report.traffic import OUTCOMES, Traffic
from simulator.scenario.load import load

OUTAGE = Path(__file__).parents[2] / "scenarios" / "failures" / "party_offline.yaml"
HOUR_US = 3_600_000_000


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> dict[Level, Path]:
    """The same run at two levels."""
    paths: dict[Level, Path] = {}
    for level in ("full", "aggregates"):
        paths[level] = tmp_path_factory.mktemp("traffic") / f"{level}.ocpirun"
        options = RunOptions(out=paths[level], wire="memory", level=level, control=False)
        asyncio.run(play(load(OUTAGE), options))
    return paths


def count(recording: Recording, rows: int = 20_000) -> Traffic:
    traffic = Traffic(recording)
    while traffic.extend(rows):
        pass
    return traffic


def test_bars_are_what_the_messages_say(recordings: dict[Level, Path]) -> None:
    with Recording.open(recordings["full"]) as recording:
        names, counts = count(recording).bars("module", 10, -HOUR_US, 12 * HOUR_US)
        expected = np.zeros_like(counts)
        for message in recording.messages():
            expected[names.index(message.module), message.start_us // 600_000_000 + 6] += 1
    assert counts.tolist() == expected.tolist()


def test_outcomes_tell_what_became_of_messages(recordings: dict[Level, Path]) -> None:
    with Recording.open(recordings["full"]) as recording:
        names, counts = count(recording).bars("outcome", 60, -HOUR_US, 12 * HOUR_US)
        dead = sum(1 for message in recording.messages() if message.final != "delivered")
        total = len(recording.messages())
    assert names == list(OUTCOMES)
    assert dead > 0
    assert counts[OUTCOMES.index("failed")].sum() == dead
    assert counts.sum() == total


def test_reading_in_small_steps_and_at_another_level_gives_the_same(recordings: dict[Level, Path]) -> None:
    bars = []
    for level, rows in (("full", 20_000), ("full", 7), ("aggregates", 20_000)):
        with Recording.open(recordings[level]) as recording:
            names, counts = count(recording, rows).bars("module", 1, -HOUR_US, 12 * HOUR_US)
            bars.append((names, counts.tolist()))
    assert bars[0] == bars[1] == bars[2]


def test_only_what_is_asked_for_is_in_the_bars(recordings: dict[Level, Path]) -> None:
    with Recording.open(recordings["full"]) as recording:
        traffic = count(recording)
        _, counts = traffic.bars("module", 30, HOUR_US, 2 * HOUR_US)
        expected = len(recording.messages(from_us=HOUR_US, to_us=2 * HOUR_US))
    assert counts.shape[1] == 2
    assert counts.sum() == expected
